"""Names of environments by what they are to a reader."""

import re

from extractors.latex.source.words import words

FIGURES = words(
    """figure wrapfigure SCfigure sidewaysfigure floatingfigure teaserfigure marginfigure figwindow
    figurehere narrowfigure fullfigure adjwidthfigure figure1 figurefull turnpage_figure window
    wrapfloat_figure strip_figure extdatafigure sifigure biofigure widefigure cwfigure"""
)
TABLES = words("table wraptable sidewaystable margintable SCtable tablehere floatingtable widetable")
WHOLE_TABLES = words(
    """longtable deluxetable supertabular xtabular mpsupertabular mpxtabular longtabu xltabular longtblr
    splitdeluxetable longrotatetable_ ltxtable_ talltblr longtabs talltabs"""
)
TABULARS = words(
    """tabular tabularx tabulary tabularew tabu tblr tabularray NiceTabular NiceTabularX ruledtabular_ tabularht
    booktabs"""
)
OTHER_FLOATS = words(
    """algorithm algorithm2e listing code program procedure function wrapalgorithm codelisting floatalgorithm
    algo program* lstfloat"""
)
PANELS = words("subfigure subtable subfigures_ subcaptionblock subcaptiongroup_")
BOXES = words("minipage adjustbox turn rotate sideways clipbox trimbox")
LOOSE = words("center centering minipage flushleft flushright figurehere_ landscape strip widetext_")
PICTURES = words(
    """tikzpicture pgfpicture pspicture picture xy overpic Overpic circuitikz tikzcd axis psgraph
    feynmandiagram fmffile fmfgraph asy forest ganttchart chronology dot2tex gnuplot bytefield qtree
    sequencediagram empfile emp mfpic texdraw diagram quantikz tikzpicture* pspicture* sparkline"""
)
VERBATIM_SHOWN = words("verbatim lstlisting minted Verbatim alltt tabbing algorithmic")
EQUATIONS = words("equation align gather multline eqnarray alignat flalign dmath IEEEeqnarray subequations")
NUMBERED_ROWS = words("align gather eqnarray alignat flalign IEEEeqnarray")

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
