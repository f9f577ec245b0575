"""What citations print in the styles of packages and classes; the values were read off pages that TeX made."""

import pytest

from extractors.latex import extract
from schemas.paper import Paper

NATBIB = r"""\begin{thebibliography}{9}
\bibitem[{Oak et~al.(2023)Oak, Pine, Fir, and Ash}]{oak} Oak.
\bibitem[{Elm(2013{\natexlab{a}})}]{elma} E.
\bibitem[{Elm(2013{\natexlab{b}})}]{elmb} E.
\bibitem[{{de Larch} \& {Birch}(2001)}]{lar} L.
\end{thebibliography}"""
THREE_PARTS = r"""\begin{thebibliography}{}
\bibitem[\protect\citeauthoryear{{Elm}, {Birch} \& {Larch}}{{Elm} et~al.}{2013}]{elm:2013} E
\bibitem[\protect\citeauthoryear{{Oak}, {Pine}, {Fir} \& {Ash}}{{Oak} et~al.}{2023}]{oak:2023} O
\bibitem[\protect\citeauthoryear{Skumanich}{Skumanich}{1972}]{sk} S
\end{thebibliography}"""
PLAIN = r"""\begin{thebibliography}{9}\bibitem{a} A\bibitem{b} B\bibitem{c} C\bibitem{d} D\bibitem[Xy]{e} E\end{thebibliography}"""
STYLES: dict[str, tuple[str, str, dict[str, str]]] = {
    "natbib": (r"\usepackage{natbib}", NATBIB, {
        r"\citet{oak}": "Oak et al. (2023)",
        r"\citep{oak}": "(Oak et al., 2023)",
        r"\citet[p.~3]{oak}": "Oak et al. (2023, p. 3)",
        r"\citet[see][p.~3]{oak}": "Oak et al. (see 2023, p. 3)",
        r"\citep[see][p.~3]{oak,lar}": "(see Oak et al., 2023; de Larch & Birch, 2001, p. 3)",
        r"\citet{elma,elmb}": "Elm (2013a,b)",
        r"\citep{elma,elmb,oak}": "(Elm, 2013a,b; Oak et al., 2023)",
        r"\citet{oak,lar}": "Oak et al. (2023); de Larch & Birch (2001)",
        r"\citealt{oak}": "Oak et al. 2023",
        r"\citealp{oak,elma}": "Oak et al., 2023; Elm, 2013a",
        r"\citeauthor{oak}": "Oak et al.",
        r"\citet*{oak}": "Oak, Pine, Fir, and Ash (2023)",
        r"\citep*{oak}": "(Oak, Pine, Fir, and Ash, 2023)",
        r"\citeauthor*{oak}": "Oak, Pine, Fir, and Ash",
        r"\citeyear{oak}": "2023",
        r"\citeyearpar{oak}": "(2023)",
        r"\citenum{oak}": "1",
        r"\Citet{lar}": "De Larch & Birch (2001)",
        r"\cite{oak}": "Oak et al. (2023)",
        r"\cite[p.~3]{oak}": "(Oak et al., 2023, p. 3)",
        r"\cite{oak,elma}": "Oak et al. (2023); Elm (2013a)",
        r"\citetext{see \citealp{oak}}": "(see Oak et al., 2023)",
        r"\citealp[see][p.~3]{oak}": "see Oak et al., 2023, p. 3",
        r"\citeyearpar[p.~3]{oak}": "(2023, p. 3)",
        r"\citeyear{elma,elmb}": "2013a; 2013b",
        r"\citealt{elma,oak}": "Elm 2013a; Oak et al. 2023",
    }),
    "natbib's numbers": (r"\usepackage[numbers]{natbib}", NATBIB, {
        r"\citet{oak}": "Oak et al. [1]",
        r"\citep{oak}": "[1]",
        r"\citet[p.~3]{oak}": "Oak et al. [1, p. 3]",
        r"\citet[see][p.~3]{oak}": "Oak et al. [see 1, p. 3]",
        r"\citep[see][p.~3]{oak,lar}": "[see 1, 4, p. 3]",
        r"\citet{elma,elmb}": "Elm [2, 3]",
        r"\citep{elma,elmb,oak}": "[2, 3, 1]",
        r"\citet{oak,lar}": "Oak et al. [1], de Larch & Birch [4]",
        r"\citealt{oak}": "Oak et al. 1",
        r"\citealp{oak,elma}": "1, 2",
        r"\citeauthor{oak}": "Oak et al.",
        r"\citet*{oak}": "Oak, Pine, Fir, and Ash [1]",
        r"\citep*{oak}": "[1]",
        r"\citeauthor*{oak}": "Oak, Pine, Fir, and Ash",
        r"\citeyear{oak}": "2023",
        r"\citeyearpar{oak}": "[2023]",
        r"\citenum{oak}": "1",
        r"\cite{oak}": "[1]",
        r"\cite[p.~3]{oak}": "[1, p. 3]",
        r"\cite{oak,elma}": "[1, 2]",
        r"\citetext{see \citealp{oak}}": "[see 1]",
        r"\citealp[see][p.~3]{oak}": "see 1, p. 3",
        r"\citeyearpar[p.~3]{oak}": "[2023, p. 3]",
        r"\citeyear{elma,elmb}": "2013, 2013",
        r"\citealt{elma,oak}": "Elm 2, Oak et al. 1",
    }),
    "sorted and compressed": (r"\usepackage[numbers,sort&compress]{natbib}", NATBIB, {
        r"\cite{elmb,oak,elma}": "[1–3]",
        r"\citet{elmb,oak}": "Oak et al. [1], Elm [3]",
        r"\citep{lar,oak}": "[1, 4]",
    }),
    "natbib's raised numbers": (r"\usepackage[super]{natbib}", NATBIB, {
        r"x \cite{oak}.": "x¹.",
        r"x \citet{oak} y": "x Oak et al.¹ y",
        r"x \citep[see][p.~2]{oak,elma} y": "x see¹;² p. 2 y",
        r"x \citealp{oak} y": "x 1 y",
    }),
    "square": (r"\usepackage[square]{natbib}", NATBIB, {
        r"\citet{oak}": "Oak et al. [2023]",
        r"\citep{oak}": "[Oak et al., 2023]",
        r"\citet[p.~3]{oak}": "Oak et al. [2023, p. 3]",
        r"\citet[see][p.~3]{oak}": "Oak et al. [see 2023, p. 3]",
        r"\citep[see][p.~3]{oak,lar}": "[see Oak et al., 2023; de Larch & Birch, 2001, p. 3]",
        r"\citet{elma,elmb}": "Elm [2013a,b]",
    }),
    "setcitestyle numbers": (r"\usepackage{natbib}\setcitestyle{numbers}", NATBIB, {
        r"\cite{oak}": "(1)",
        r"\citep{oak,elma}": "(1; 2)",
        r"\citet{oak}": "Oak et al. (1)",
    }),
    "setcitestyle square": (r"\usepackage{natbib}\setcitestyle{square,numbers,comma}", NATBIB, {
        r"\cite{oak}": "[1]",
        r"\citep{oak,elma}": "[1, 2]",
    }),
    "setcitestyle aysep": (r"\usepackage{natbib}\setcitestyle{aysep={},citesep={,}}", NATBIB, {
        r"\citet{oak}": "Oak et al. (2023)",
        r"\citep{oak}": "(Oak et al. 2023)",
        r"\citet[p.~3]{oak}": "Oak et al. (2023, p. 3)",
        r"\citet[see][p.~3]{oak}": "Oak et al. (see 2023, p. 3)",
        r"\citep[see][p.~3]{oak,lar}": "(see Oak et al. 2023, de Larch & Birch 2001, p. 3)",
        r"\citet{elma,elmb}": "Elm (2013a,b)",
        r"\citep{elma,elmb,oak}": "(Elm 2013a,b, Oak et al. 2023)",
        r"\citet{oak,lar}": "Oak et al. (2023), de Larch & Birch (2001)",
    }),
    "bibpunct": (r"\usepackage{natbib}\bibpunct{[}{]}{,}{a}{}{;}", NATBIB, {
        r"\citet{oak}": "Oak et al. [2023]",
        r"\citep{oak}": "[Oak et al. 2023]",
        r"\citet[p.~3]{oak}": "Oak et al. [2023, p. 3]",
        r"\citet[see][p.~3]{oak}": "Oak et al. [see 2023, p. 3]",
        r"\citep[see][p.~3]{oak,lar}": "[see Oak et al. 2023, de Larch & Birch 2001, p. 3]",
        r"\citet{elma,elmb}": "Elm [2013a;b]",
        r"\citep{elma,elmb,oak}": "[Elm 2013a;b, Oak et al. 2023]",
        r"\citet{oak,lar}": "Oak et al. [2023], de Larch & Birch [2001]",
    }),
    "plainnat sets brackets": (r"\usepackage{natbib}", NATBIB + r"\bibliographystyle{plainnat}", {
        r"\citet{oak}": "Oak et al. [2023]",
        r"\citep{oak}": "[Oak et al., 2023]",
        r"\citet[p.~3]{oak}": "Oak et al. [2023, p. 3]",
        r"\citet[see][p.~3]{oak}": "Oak et al. [see 2023, p. 3]",
        r"\citep[see][p.~3]{oak,lar}": "[see Oak et al., 2023, de Larch & Birch, 2001, p. 3]",
        r"\citet{elma,elmb}": "Elm [2013a,b]",
        r"\citep{elma,elmb,oak}": "[Elm, 2013a,b, Oak et al., 2023]",
        r"\citet{oak,lar}": "Oak et al. [2023], de Larch & Birch [2001]",
    }),
    "round against plainnat": (r"\usepackage[round]{natbib}", NATBIB + r"\bibliographystyle{plainnat}", {
        r"\citet{oak}": "Oak et al. (2023)",
        r"\citep{oak}": "(Oak et al., 2023)",
        r"\citet[p.~3]{oak}": "Oak et al. (2023, p. 3)",
        r"\citet[see][p.~3]{oak}": "Oak et al. (see 2023, p. 3)",
        r"\citep[see][p.~3]{oak,lar}": "(see Oak et al., 2023; de Larch & Birch, 2001, p. 3)",
        r"\citet{elma,elmb}": "Elm (2013a,b)",
    }),
    "mnras": (r"\documentclass{mnras}", THREE_PARTS, {
        r"\citet{oak:2023}": "Oak et al. (2023)",
        r"\citep{elm:2013}": "(Elm et al. 2013)",
        r"\cite{sk}": "Skumanich (1972)",
        r"\citep[e.g.][]{sk,oak:2023}": "(e.g. Skumanich 1972; Oak et al. 2023)",
        r"\citealt{elm:2013}": "Elm et al. 2013",
        r"\citet*{elm:2013}": "Elm, Birch & Larch (2013)",
    }),
    "aastex": (r"\documentclass{aastex631}", NATBIB, {
        r"\citet{oak}": "Oak et al. (2023)",
        r"\citep{oak}": "(Oak et al. 2023)",
        r"\citet[p.~3]{oak}": "Oak et al. (2023, p. 3)",
        r"\citet[see][p.~3]{oak}": "Oak et al. (see 2023, p. 3)",
        r"\citep[see][p.~3]{oak,lar}": "(see Oak et al. 2023; de Larch & Birch 2001, p. 3)",
        r"\citet{elma,elmb}": "Elm (2013a,b)",
        r"\citep{elma,elmb,oak}": "(Elm 2013a,b; Oak et al. 2023)",
        r"\citet{oak,lar}": "Oak et al. (2023); de Larch & Birch (2001)",
        r"\citealt{oak}": "Oak et al. 2023",
        r"\citealp{oak,elma}": "Oak et al. 2023; Elm 2013a",
        r"\citeauthor{oak}": "Oak et al.",
        r"\citet*{oak}": "Oak, Pine, Fir, and Ash (2023)",
    }),
    "revtex": (r"\documentclass{revtex4-2}", NATBIB, {
        r"\cite{oak}": "[1]",
        r"\cite{elmb,oak,elma}": "[1–3]",
        r"\citet{oak}": "Oak et al. [1]",
        r"\onlinecite{oak}": "1",
        r"\citep{lar,oak}": "[1, 4]",
    }),
    "revtex of AIP": (r"\documentclass[aip]{revtex4-2}", NATBIB, {
        r"x \cite{oak}": "x¹",
        r"x \onlinecite{oak}": "x 1",
        r"x \cite{oak,elmb}.": "x¹,³.",
        r"\citet{oak} x": "Oak et al.¹ x",
    }),
    "revtex of RMP": (r"\documentclass[rmp]{revtex4-2}", NATBIB, {
        r"\cite{oak}": "(Oak et al., 2023)",
        r"\citep{oak,lar}": "(Oak et al., 2023; de Larch & Birch, 2001)",
        r"\citet{oak}": "Oak et al. (2023)",
    }),
    "elsarticle": (r"\documentclass{elsarticle}", NATBIB, {
        r"\cite{oak}": "[1]",
        r"\citet{oak}": "Oak et al. [1]",
        r"\citep{oak,lar}": "[1, 4]",
    }),
    "elsarticle authoryear": (r"\documentclass[authoryear]{elsarticle}", NATBIB, {
        r"\cite{oak}": "Oak et al. (2023)",
        r"\citet{oak}": "Oak et al. (2023)",
        r"\citep{oak,lar}": "(Oak et al., 2023; de Larch & Birch, 2001)",
    }),
    "acmart": (r"\documentclass{acmart}", NATBIB, {
        r"\cite{oak}": "[1]",
        r"\citet{oak}": "Oak et al. [1]",
        r"\citep{oak,lar}": "[1, 4]",
        r"\citeauthor{oak}": "Oak et al.",
        r"\citeyear{oak}": "2023",
    }),
    "acmart authoryear": (r"\documentclass{acmart}\citestyle{acmauthoryear}", NATBIB, {
        r"\cite{oak}": "[Oak et al. 2023]",
        r"\citet{oak}": "Oak et al. [2023]",
        r"\citep{oak,lar}": "[Oak et al. 2023; de Larch & Birch 2001]",
        r"\cite{elma,elmb}": "[Elm 2013a,b]",
        r"\shortcite{oak}": "[2023]",
    }),
    "IEEEtran": (r"\documentclass{IEEEtran}", PLAIN, {
        r"\cite{a}": "[1]",
        r"\cite{a,b,c}": "[1], [2], [3]",
        r"\cite{c,a,b}": "[3], [1], [2]",
        r"\cite[p.~3]{b}": "[2, p. 3]",
        r"\cite{e}": "[Xy]",
        r"\cite{a,e}": "[1], [Xy]",
        r"\cite{d,c}": "[4], [3]",
        r"x \cite{a}.": "x [1].",
    }),
    "IEEEtran with cite": (r"\documentclass{IEEEtran}\usepackage{cite}", PLAIN, {
        r"\cite{a}": "[1]",
        r"\cite{a,b,c}": "[1]–[3]",
        r"\cite{c,a,b}": "[1]–[3]",
        r"\cite[p.~3]{b}": "[2, p. 3]",
        r"\cite{e}": "[Xy]",
        r"\cite{a,e}": "[Xy], [1]",
        r"\cite{d,c}": "[3], [4]",
        r"x \cite{a}.": "x [1].",
    }),
    "LaTeX alone": (r"", PLAIN, {
        r"\cite{a}": "[1]",
        r"\cite{a,b,c}": "[1, 2, 3]",
        r"\cite{c,a,b}": "[3, 1, 2]",
        r"\cite[p.~3]{b}": "[2, p. 3]",
        r"\cite{e}": "[Xy]",
        r"\cite{a,e}": "[1, Xy]",
        r"\cite{d,c}": "[4, 3]",
        r"x \cite{a}.": "x [1].",
    }),
    "cite": (r"\usepackage{cite}", PLAIN, {
        r"\cite{a}": "[1]",
        r"\cite{a,b,c}": "[1–3]",
        r"\cite{c,a,b}": "[1–3]",
        r"\cite[p.~3]{b}": "[2, p. 3]",
        r"\cite{e}": "[Xy]",
        r"\cite{a,e}": "[Xy, 1]",
        r"\cite{d,c}": "[3, 4]",
        r"x \cite{a}.": "x [1].",
    }),
    "cite nocompress": (r"\usepackage[nocompress]{cite}", PLAIN, {
        r"\cite{a}": "[1]",
        r"\cite{a,b,c}": "[1, 2, 3]",
        r"\cite{c,a,b}": "[1, 2, 3]",
        r"\cite[p.~3]{b}": "[2, p. 3]",
        r"\cite{e}": "[Xy]",
        r"\cite{a,e}": "[Xy, 1]",
        r"\cite{d,c}": "[3, 4]",
        r"x \cite{a}.": "x [1].",
    }),
    "cite superscript": (r"\usepackage[superscript]{cite}", PLAIN, {
        r"\cite{a}": "¹",
        r"\cite{a,b,c}": "¹–³",
        r"\cite{c,a,b}": "¹–³",
        r"\cite[p.~3]{b}": "[2, p. 3]",
        r"\cite{e}": "[Xy]",
        r"\cite{a,e}": "[Xy, 1]",
        r"\cite{d,c}": "³,⁴",
        r"x \cite{a}.": "x.¹",
    }),
    "cite nomove": (r"\usepackage[super,nomove]{cite}", PLAIN, {
        r"\cite{a}": "¹",
        r"\cite{a,b,c}": "¹–³",
        r"\cite{c,a,b}": "¹–³",
        r"\cite[p.~3]{b}": "[2, p. 3]",
        r"x \cite{a}.": "x¹.",
    }),
    "achemso": (r"\documentclass{achemso}", PLAIN, {
        r"x \cite{a}.": "x.¹",
        r"x \cite{a,b,c}, y": "x,¹–³ y",
        r"x \citenum{a}": "x 1",
    }),
    "apacite": (r"\usepackage{apacite}", r"""\begin{thebibliography}{}\bibitem [\protect \citeauthoryear {Oak\ \BBA {} Elm}{Oak\ \BBA {} Elm}{{\protect \APACyear {2012}}}]{a} A \bibitem [\protect \citeauthoryear {Oak, Pine, Fir\BCBL {}\ \BBA {} Ash}{Oak\ \protect \BOthers {.}}{{\protect \APACyear {2013}}}]{b} B\end{thebibliography}""", {
        r"\cite{a}": "(Oak & Elm, 2012)",
        r"\citeA{a}": "Oak and Elm (2012)",
        r"\cite<see>[p.~3]{a}": "(see Oak & Elm, 2012, p. 3)",
        r"\citeNP{b}": "Oak et al., 2013",
        r"\citeauthor{a}": "Oak and Elm",
        r"\citeyear{a}": "(2012)",
        r"\shortcite{b}": "(Oak et al., 2013)",
        r"\shortciteA{b}": "Oak et al. (2013)",
        r"\citeyearNP{a}": "2012",
        r"\shortcite{a,b}": "(Oak & Elm, 2012; Oak et al., 2013)",
    }),
    "harvard": (r"\usepackage{harvard}", r"""\begin{thebibliography}{xx}\harvarditem[Oak et al.]{Oak, Pine \harvardand\ Fir}{2012}{a} A \harvarditem{Elm}{2013}{b} B\end{thebibliography}""", {
        r"\cite{b}": "(Elm 2013)",
        r"\citeasnoun{b}": "Elm (2013)",
        r"\possessivecite{b}": "Elm’s (2013)",
        r"\citeaffixed{b}{see}": "(see Elm 2013)",
        r"\citeyear{b}": "(2013)",
        r"\citeyear*{b}": "2013",
        r"\citename{b}": "Elm",
        r"\cite[p.~3]{b}": "(Elm 2013, p. 3)",
    }),
    "chicago": (r"\usepackage{chicago}", r"""\begin{thebibliography}{}\bibitem[\protect\citeauthoryear{Oak, Pine, and Fir}{Oak et~al.}{2012}]{a} A\bibitem[\protect\citeauthoryear{Elm}{Elm}{2013}]{b} B\end{thebibliography}""", {
        r"\cite{a}": "(Oak, Pine, and Fir 2012)",
        r"\citeN{a}": "Oak, Pine, and Fir (2012)",
        r"\shortcite{a}": "(Oak et al. 2012)",
        r"\citeNP{a}": "Oak, Pine, and Fir 2012",
        r"\citeyear{a}": "(2012)",
        r"\shortciteN{a}": "Oak et al. (2012)",
        r"\cite{a,b}": "(Oak, Pine, and Fir 2012; Elm 2013)",
        r"\cite[p.~2]{b}": "(Elm 2013, p. 2)",
    }),
    "apalike without natbib": (r"", r"""\begin{thebibliography}{}\bibitem[Oak et~al., 2023]{a} A\bibitem[Elm, 2013a]{b} B\end{thebibliography}""", {
        r"\cite{a}": "[Oak et al., 2023]",
        r"\cite{a,b}": "[Oak et al., 2023, Elm, 2013a]",
        r"\cite[p.~2]{a}": "[Oak et al., 2023, p. 2]",
    }),
    "apalike with natbib": (r"\usepackage{natbib}", r"""\begin{thebibliography}{}\bibitem[Oak et~al., 2023]{a} A\bibitem[Elm, 2013a]{b} B\end{thebibliography}""", {
        r"\cite{a}": "Oak et al. (2023)",
        r"\citep{a,b}": "(Oak et al., 2023; Elm, 2013a)",
        r"\cite[p.~2]{a}": "(Oak et al., 2023, p. 2)",
    }),
    "alpha": (r"", r"""\begin{thebibliography}{}\bibitem[ABC{\etalchar{+}}23]{a} A\bibitem[Elm13]{b} B\end{thebibliography}\newcommand{\etalchar}[1]{$^{#1}$}""", {
        r"\cite{b}": "[Elm13]",
    }),
    "citetalias": (r"\usepackage{natbib}", NATBIB, {
        r"\defcitealias{oak}{Paper~I}\citetalias{oak} and \citepalias{oak}": "Paper I and (Paper I)",
    }),
}  # fmt: skip
CASES = [(name, tex) for name, (_, _, printed) in STYLES.items() for tex in printed]


def printed(tex: str, preamble: str, entries: str) -> str | None:
    if "\\documentclass" not in preamble:
        preamble = r"\documentclass{article}" + preamble
    figure = rf"\begin{{figure}}\includegraphics{{a}}\caption{{{tex}}}\end{{figure}}"
    text = f"{preamble}\n\\begin{{document}}\n{figure}\n{entries}\n\\end{{document}}"
    return extract(Paper("arxiv:1", {"main.tex": text.encode(), "a.png": b"x"})).floats[0].caption


@pytest.mark.parametrize(("style", "tex"), CASES, ids=[f"{name} {tex}" for name, tex in CASES])
def test_citations_read_as_printed(style: str, tex: str) -> None:
    preamble, entries, expected = STYLES[style]
    assert printed(tex, preamble, entries) == expected[tex]
