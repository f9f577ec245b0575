r"""Floats of every kind that packages make: found, called figure or table, numbered and named as they are printed."""

import pytest

from extractors.latex import extract
from schemas.paper import Paper

G = r"\includegraphics{a}"
C = r"\caption{Cap.}"
TB = r"\begin{tabular}{l}x\\y\end{tabular}"
FLOATS = {
    # preamble, body, kind and label of each float, and the class where it matters
    "newfloat": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment[fileext=los,name=Scheme]{scheme}",
        r"\begin{scheme}" + G + C + r"\end{scheme}",
        "F Scheme 1",
    ),
    "newfloat opts2": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment[fileext=los]{chart}[Chart][List of charts]",
        r"\begin{chart}[htbp]" + G + C + r"\end{chart}",
        "F Chart 1",
    ),
    "newfloat setup": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment{chart}\SetupFloatingEnvironment{chart}{name=Plot,within=section}",
        r"\section{A}\begin{chart}[htbp]" + G + C + r"\end{chart}",
        "F Plot 1.1",
    ),
    "newfloat supp table": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment[name=Supplementary Table]{stable}",
        r"\begin{stable}" + TB + C + r"\end{stable}",
        "T Supplementary Table 1",
    ),
    "newfloat listing": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment[name=Listing]{code}",
        r"\begin{code}" + C + r"\begin{verbatim}x\end{verbatim}\end{code}",
        "",
    ),
    "caption type": (
        r"\usepackage{caption}\DeclareCaptionType{scheme}[Scheme][List]",
        r"\begin{scheme}" + G + C + r"\end{scheme}",
        "F Scheme 1",
    ),
    "caption type opts": (
        r"\usepackage{caption}\DeclareCaptionType[within=section]{map}[Map]",
        r"\section{A}\begin{map}" + G + C + r"\end{map}",
        "F Map 1.1",
    ),
    "float": (
        r"\usepackage{float}\newfloat{plan}{htbp}{lop}[section]\floatname{plan}{Plan}",
        r"\section{A}\begin{plan}[H]" + G + C + r"\end{plan}",
        "F Plan 1.1",
    ),
    "floatrow type": (
        r"\usepackage{floatrow}\DeclareNewFloatType{map}{placement=htbp,name=Map,fileext=lom}",
        r"\begin{map}" + G + C + r"\end{map}",
        "F Map 1",
    ),
    "trivfloat": (r"\usepackage{trivfloat}\trivfloat{map}", r"\begin{map}" + G + C + r"\end{map}", "F Map 1"),
    "tocbasic": (
        r"\usepackage{tocbasic}\DeclareNewTOC[type=map,types=maps,float,floattype=4,name=Map,listname={List of maps}]{lom}",
        r"\begin{map}" + G + C + r"\end{map}",
        "F Map 1",
    ),
    "memoir": (
        r"",
        r"\newfloat[chapter]{map}{lom}{Map}\chapter{A}\begin{map}" + G + C + r"\end{map}",
        "F Map 1.1",
        "{memoir}",
    ),
    "wrapfig": ("", r"\begin{wrapfigure}[10]{r}[1cm]{5cm}" + G + C + r"\end{wrapfigure}", "F Figure 1"),
    "wraptable": ("", r"\begin{wraptable}{r}{5cm}" + TB + C + r"\end{wraptable}", "T Table 1"),
    "wrapstuff": (
        r"\usepackage{wrapstuff}",
        r"\begin{wrapstuff}[type=figure,width=5cm]" + G + C + r"\end{wrapstuff}",
        "F Figure 1",
    ),
    "wrapstuff table": (
        r"\usepackage{wrapstuff}",
        r"\begin{wrapstuff}[type=table,r]" + C + TB + r"\end{wrapstuff}",
        "T Table 1",
    ),
    "wrapfig2": ("", r"\begin{wrapfigure}{r}" + G + C + r"\end{wrapfigure}", "F Figure 1"),
    "SC": ("", r"\begin{SCfigure}[50][htb]" + G + C + r"\end{SCfigure}", "F Figure 1"),
    "SC*": ("", r"\begin{SCfigure*}" + G + C + r"\end{SCfigure*}", "F Figure 1"),
    "SCtable": ("", r"\begin{SCtable}" + TB + C + r"\end{SCtable}", "T Table 1"),
    "floatingfigure": ("", r"\begin{floatingfigure}[r]{5cm}" + G + C + r"\end{floatingfigure}", "F Figure 1"),
    "floatingtable": ("", r"\begin{floatingtable}[r]{" + TB + "}" + C + r"\end{floatingtable}", "T Table 1"),
    "ffigbox": ("", r"\begin{figure}\ffigbox[\FBwidth]{" + C + "}{" + G + r"}\end{figure}", "F Figure 1"),
    "ttabbox": ("", r"\begin{table}\ttabbox{" + C + "}{" + TB + r"}\end{table}", "T Table 1"),
    "floatbox": (
        "",
        r"\begin{figure}\floatbox[{\capbeside\thisfloatsetup{capbesideposition={right,top}}}]{figure}[\FBwidth]{"
        + C
        + "}{"
        + G
        + r"}\end{figure}",
        "F Figure 1",
    ),
    "fcapside": ("", r"\begin{figure}\fcapside[\FBwidth]{" + C + "}{" + G + r"}\end{figure}", "F Figure 1"),
    "figwindow": ("", r"\begin{figwindow}[2,r,{" + G + r"},{Cap.}]text text\end{figwindow}", "F Figure 1"),
    "tabwindow": ("", r"\begin{tabwindow}[2,r,{" + TB + r"},{Cap.}]text text\end{tabwindow}", "T Table 1"),
    "marginfigure": ("", r"\begin{marginfigure}[2cm]" + G + C + r"\end{marginfigure}", "F Figure 1"),
    "margintable": ("", r"\begin{margintable}" + TB + C + r"\end{margintable}", "T Table 1"),
    "sideways": ("", r"\begin{sidewaysfigure*}" + G + C + r"\end{sidewaysfigure*}", "F Figure 1"),
    "sidewaystable": ("", r"\begin{sidewaystable}" + TB + C + r"\end{sidewaystable}", "T Table 1"),
    "rotfloat": (
        r"\usepackage{rotfloat}\newfloat{map}{htbp}{lom}\floatname{map}{Map}",
        r"\begin{sidewaysmap}" + G + C + r"\end{sidewaysmap}",
        "F Map 1",
    ),
    "rotfloat2": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment[name=Map]{map}",
        r"\begin{sidewaysmap}" + G + C + r"\end{sidewaysmap}",
        "F Map 1",
    ),
    "wrapped new": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment[name=Map]{map}",
        r"\begin{wrapmap}{r}{3cm}" + G + C + r"\end{wrapmap}",
        "F Map 1",
    ),
    "wrapfloat": (
        r"\usepackage{newfloat}\DeclareFloatingEnvironment[name=Map]{map}",
        r"\begin{wrapfloat}{map}{r}{3cm}" + G + C + r"\end{wrapfloat}",
        "F Map 1",
    ),
    "captionof custom": (
        r"\usepackage{newfloat,caption}\DeclareFloatingEnvironment[name=Map]{map}",
        r"\begin{center}" + G + r"\captionof{map}{Cap.}\end{center}",
        "F Map 1",
    ),
    "captionof*": ("", r"\begin{center}" + G + r"\captionof*{figure}{Cap.}\end{center}", "F None"),
    "measuredfigure": ("", r"\begin{measuredfigure}" + G + C + r"\end{measuredfigure}", "F Figure 1"),
    "threeparttable": (
        "",
        r"\begin{table}\begin{threeparttable}" + C + TB + r"\end{threeparttable}\end{table}",
        "T Table 1",
    ),
    "keyfig": (r"\usepackage{keyfloat}", r"\keyfig{c={Cap.},l={fig:x},lw=.5}{a}", "F Figure 1"),
    "keytab": (r"\usepackage{keyfloat}", r"\keytab{c={Cap.},l={t}}{" + TB + "}", "T Table 1"),
    "figure in fullwidth": (
        "",
        r"\begin{fullwidth}\begin{figure*}" + G + C + r"\end{figure*}\end{fullwidth}",
        "F Figure 1",
    ),
    "listing": (
        r"\usepackage{listings}",
        r"\begin{lstlisting}[caption=x]a\end{lstlisting}" + r"\begin{figure}" + G + C + r"\end{figure}",
        "F Figure 1",
    ),
    "algorithm": (
        "",
        r"\begin{algorithm}\caption{Al.}x\end{algorithm}\begin{figure}" + G + C + r"\end{figure}",
        "F Figure 1",
    ),
    "parpic": ("", r"\piccaption{Cap.}\parpic[r]{" + G + "}text", "F Figure 1"),
    "sidecaption": ("", r"\begin{figure}\sidecaption" + G + C + r"\end{figure}", "F Figure 1"),
    "floatsetup": ("", r"\begin{figure}\floatsetup{x=y}" + G + C + r"\end{figure}", "F Figure 1"),
    "newfloatcommand": (
        r"\usepackage{floatrow}\newfloatcommand{capbtabbox}{table}[][\FBwidth]",
        r"\begin{figure}\begin{floatrow}\ffigbox{"
        + G
        + "}{"
        + C
        + r"}\capbtabbox{"
        + TB
        + "}{"
        + C
        + r"}\end{floatrow}\end{figure}",
        "F Figure 1; T Table 1",
    ),
    "hvfloat": ("", r"\hvFloat[capPos=right]{figure}{" + G + r"}{Cap.}{fig:x}", "F Figure 1"),
    "supplement env": (
        r"\newenvironment{suppfigure}{\renewcommand{\figurename}{Supplementary Figure}\begin{figure}}{\end{figure}}",
        r"\begin{suppfigure}" + G + C + r"\end{suppfigure}",
        "F Supplementary Figure 1",
    ),
    "supp counter": (
        r"\newcounter{sfigure}\newenvironment{sfigure}{\begin{figure}\renewcommand{\figurename}{Fig.}\renewcommand{\thefigure}{S\arabic{sfigure}}\stepcounter{sfigure}\addtocounter{figure}{-1}}{\end{figure}}",
        r"\begin{sfigure}" + G + C + r"\end{sfigure}\begin{figure}" + G + C + r"\end{figure}",
        "F Fig. S1; F Figure 1",
    ),
}


@pytest.mark.parametrize("name", FLOATS)
def test_floats(name: str) -> None:
    preamble, body, expected, *classes = FLOATS[name]
    tex = f"\\documentclass{classes[0] if classes else '{article}'}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}"
    found = extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x"}))
    assert "; ".join(f"{f.kind[0].upper()} {f.label}" for f in found.floats) == expected
    assert {f.caption for f in found.floats} <= {"Cap."}
    assert found.rejects == ()
