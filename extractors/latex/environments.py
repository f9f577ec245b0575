"""Names of environments by what they are to a reader."""

import re

FIGURES = frozenset(
    """figure wrapfigure SCfigure sidewaysfigure floatingfigure teaserfigure marginfigure figwindow figurehere
    narrowfigure fullfigure adjwidthfigure figure1 figurefull turnpage_figure window wrapfloat_figure strip_figure
    extdatafigure sifigure biofigure widefigure cwfigure""".split()
)
TABLES = frozenset("table wraptable sidewaystable margintable SCtable tablehere floatingtable widetable".split())
WHOLE_TABLES = frozenset(
    """longtable deluxetable supertabular xtabular mpsupertabular mpxtabular longtabu xltabular longtblr splitdeluxetable
    longrotatetable_ ltxtable_ talltblr""".split()
)
TABULARS = frozenset("tabular tabularx tabulary tabularew tabu tblr tabularray NiceTabular ruledtabular_ tabularht".split())
OTHER_FLOATS = frozenset(
    """algorithm algorithm2e listing code program procedure function wrapalgorithm codelisting floatalgorithm
    algo program* lstfloat""".split()
)
PANELS = frozenset("subfigure subtable subfigures_ subcaptionblock subcaptiongroup_".split())
BOXES = frozenset("minipage adjustbox turn rotate sideways ".split())
LOOSE = frozenset("center centering minipage flushleft flushright figurehere_ landscape strip widetext_".split())
PICTURES = frozenset(
    """tikzpicture pgfpicture pspicture picture xy overpic Overpic circuitikz tikzcd axis psgraph feynmandiagram
    fmffile fmfgraph asy forest ganttchart chronology dot2tex gnuplot bytefield qtree sequencediagram
    empfile emp mfpic texdraw diagram quantikz tikzpicture* pspicture*""".split()
)
VERBATIM_SHOWN = frozenset("verbatim lstlisting minted Verbatim alltt tabbing algorithmic".split())
EQUATIONS = frozenset("equation align gather multline eqnarray alignat flalign dmath IEEEeqnarray subequations".split())
NUMBERED_ROWS = frozenset("align gather eqnarray alignat flalign IEEEeqnarray".split())
LISTS = frozenset("enumerate compactenum inparaenum asparaenum enumerate*".split())

NOT_FIGURES = re.compile(
    r"algorithm|algo\b|listing|program|code|procedure|protocol|pseudo|snippet|query|prompt|box|example|model|proof"
    r"|problem|definition|grammar|script|notation|remark|equation|math|alg\b|textbox|pseudocode|recipe|dialog|lemma",
    re.I,
)


def custom_kind(environment: str, title: str) -> str:
    """Return figure or table for a float that a paper defines, `other` where it is neither."""
    if NOT_FIGURES.search(environment) or NOT_FIGURES.search(title):
        return "other"
    if re.search(r"tab(?:le|\b)|tab$", environment, re.I) or re.search(r"\btable\b|\btab\.", title, re.I):
        return "table"
    return "figure"
