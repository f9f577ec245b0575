r"""Labels of \bibitem in the forms of all packages, and the entries of a biblatex .bbl."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.latex import extract
from extractors.latex.citations.entries import read_items, read_label
from schemas.paper import Paper

# A label: names, all names, year, and the label that plain LaTeX prints.
LABELS = {
    "": ("", "", "", ""),
    "Smith(2001)": ("Smith", "Smith", "2001", ""),
    "{Oak {et~al.}(2023)Oak, Pine, Fir}": ("Oak et al.", "Oak, Pine, Fir", "2023", ""),
    r"{{Elm} \& {Birch}(2013{\natexlab{a}}){Elm}, \& {Birch}}": ("Elm & Birch", "Elm, & Birch", "2013a", ""),
    r"{LIGO Collaboration (LVC)}(2016)": ("LIGO Collaboration (LVC)", "LIGO Collaboration (LVC)", "2016", ""),
    r"{\citenamefont{Abbott}\ \emph{et~al.}(2016)\citenamefont{Abbott}, \citenamefont{Oak}}":
        ("Abbott et al.", "Abbott, Oak", "2016", ""),
    r"{\bibinfo{author}{Oak}(\bibinfo{year}{2016})}": ("Oak", "Oak", "2016", ""),
    "Oak(in prep.)": ("Oak", "Oak", "in prep.", ""),
    "Oak()": ("Oak", "Oak", "", ""),
    r"\protect\citeauthoryear{Oak et al.}{2023}": ("Oak et al.", "Oak et al.", "2023", ""),
    r"\protect\citeauthoryear{{Oak}, {Pine}, {Fir} \& {Ash}}{{Oak} et~al.}{2023}":
        ("Oak et al.", "Oak, Pine, Fir & Ash", "2023", ""),
    r"\protect\citeauthoryear{Oak, Pine%" "\n" r"}{Oak {\em et al.\/}}{2023a}": ("Oak et al.", "Oak, Pine", "2023a", ""),
    r"\protect \citeauthoryear {Oak\ \BBA {} Elm}{Oak\ \protect \BOthers {.}}{{\protect \APACyear {2012{\protect \BCnt {2}}}}}":
        ("Oak et al.", "Oak & Elm", "2012b", ""),
    r"\protect\citename{Abney and Light, }1999": ("Abney and Light", "Abney and Light", "1999", ""),
    r"\protect\astroncite{Oak}{1999}": ("Oak", "Oak", "1999", ""),
    "Oak et~al., 2023a": ("Oak et al.", "Oak et al.", "2023a", "Oak et al., 2023a"),
    r"ABC{\etalchar{+}}23": ("", "", "", "ABC+23"),
    "GL-{(3)}": ("", "", "", "GL-(3)"),
    r"{R\"omer} {\it et al.\/}(2001)": ("Römer et al.", "Römer et al.", "2001", ""),
}  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_labels(label: str) -> None:
    entry = read_label(label, 7).entry()
    assert (entry.names, entry.full, entry.year, entry.label) == LABELS[label]
    assert entry.number == "7"


def test_items_are_numbered_in_their_order_and_begin_anew_in_a_second_list() -> None:
    text = r"""\begin{thebibliography}{9}
    \bibitem{a} A.
    %\bibitem{off} B.
    \bibitem [{Elm(2001)}]%
       {b} B. \bibitemdeclare{article}{x}
    \harvarditem[Oak et al.]{Oak, Pine \harvardand\ Fir}{2012}{c} C.
    \begin{thebibliography}{9}\bibitem{d} D."""
    entries = {key: raw.entry() for key, raw in read_items(text).items()}
    assert {key: e.number for key, e in entries.items()} == {"a": "1", "b": "2", "c": "3", "d": "1"}
    assert (entries["c"].names, entries["c"].full, entries["c"].year) == (
        "Oak et al.",
        "Oak, Pine & Fir",
        "2012",
    )


MNRAS_BBL = r"""\begin{thebibliography}{}
\makeatletter
\def\mn@urlcharsother{\let\do\@makeother \do\$\do\&\do\#}
\makeatother
\bibitem[\protect\citeauthoryear{{Elm}, {Birch} \& {Larch}}{{Elm} et~al.}{2013}]{elm:2013}
{Elm} E., {Birch} B., {Larch} L., 2013, \mnras, 1, 1
\bibitem[\protect\citeauthoryear{{Oak}, {Pine}, {Fir} \& {Ash}}{{Oak} et~al.}{2023}]{oak:2023}
{Oak} O., {Pine} P., {Fir} F., {Ash} A., 2023, \mnras, 2, 2
\end{thebibliography}"""
BIBER_BBL = r"""\refsection{0}\datalist[entry]{nty/global//global/global}
\entry{x}{article}{}{}
  \name{author}{4}{}{%
    {{hash=1}{family={de\bibnamedelima Oak},familyi={O\bibinitperiod},given={A.}}}%
    {{hash=2}{family={Elm},given={E.},prefix={van}}}%
    {{hash=3}{family={Fir},given={F.}}}%
    {{hash=4}{family={Ash},given={F.}}}%
  }
  \strng{namehash}{1}
  \field{labelalpha}{Oak+01}\field{extradate}{2}\field{title}{On \emph{trees}}\field{year}{2001}
\endentry
\entry{gone}{set}{skipbib}{}\endentry
\entry{y}{article}{}{}
  \name{author}{2}{}{{{hash=5}{family={M{\"u}ller}}}{{hash=6}{family={Birch},prefix={van}}}}
  \field{labelalpha}{MB99}\field{year}{1999}
\endentry
\entry{z}{misc}{}{}\field{title}{A data set}\field{year}{2020}\field{labelalpha}{Dat20}\endentry
\enddatalist\endrefsection"""
BIBLATEX = {
    "style=authoryear": {
        r"\textcite{x}": "de Oak et al. (2001b)",
        r"\parencite{x,y}": "(de Oak et al. 2001b; Müller and Birch 1999)",
        r"\autocite[see][5]{y}": "(see Müller and Birch 1999, p. 5)",
        r"\parencite[5--7]{y}": "(Müller and Birch 1999, pp. 5–7)",
        r"\cite{y}": "Müller and Birch 1999",
        r"\textcites{x}{y}": "de Oak et al. (2001b) and Müller and Birch (1999)",
        r"\parencites[see][]{x}[2]{y}": "(see de Oak et al. 2001b; Müller and Birch 1999, p. 2)",
        r"\citeauthor{y}, \citeyear{y}, \citetitle{x}": "Müller and Birch, 1999, On trees",
        r"Seen\footcite{x}.": "Seen.",
        r"From \cite{z}.": "From A data set 2020.",
    },
    "style=authoryear,maxcitenames=1": {r"\textcite{y}": "Müller et al. (1999)"},
    "style=authoryear,useprefix=true": {r"\textcite{y}": "Müller and van Birch (1999)"},
    "style=apa": {r"\textcite{y}": "Müller and van Birch (1999)", r"\parencite{y}": "(Müller & van Birch, 1999)"},
    "": {r"\cite{y}": "[2]", r"\textcite{y}": "Müller and Birch [2]", r"\cites{x}{y}": "[1, 2]", r"\cite[5]{z}": "[3, p. 5]"},
    "style=numeric-comp,sortcites": {r"\cite{z,x,y}": "[1–3]"},
    "style=alphabetic": {r"\cite{x,y}": "[Oak+01; MB99]", r"\textcite{y}": "Müller and Birch [MB99]"},
    "style=nature": {r"Data \autocite{x,y}.": "Data¹,².", r"\cite{x}": "[1]"},
    "autocite=superscript": {r"Data \autocite{y}.": "Data²."},
    "style=ieee": {r"\cite{x,z}": "[1], [3]"},
}  # fmt: skip
CASES = [(options, tex) for options, texts in BIBLATEX.items() for tex in texts]


def caption(tex: str, preamble: str, bbl: str) -> str | None:
    text = rf"{preamble}\begin{{document}}\begin{{figure}}\includegraphics{{a}}\caption{{{tex}}}\end{{figure}}\end{{document}}"
    files = {"main.tex": text.encode(), "main.bbl": bbl.encode(), "a.png": b"x"}
    return extract(Paper("arxiv:1", files)).floats[0].caption


def test_labels_of_mnras_and_mn2e() -> None:
    text = r"Masses compiled by \citet{oak:2023}, with the limits of \citep{elm:2013}."
    for name in ("mnras", "mn2e"):
        assert (
            caption(text, rf"\documentclass{{{name}}}", MNRAS_BBL)
            == "Masses compiled by Oak et al. (2023), with the limits of (Elm et al. 2013)."
        )


@pytest.mark.parametrize(("options", "tex"), CASES, ids=[f"{o} {t}" for o, t in CASES])
def test_entries_of_biber(options: str, tex: str) -> None:
    preamble = rf"\documentclass{{article}}\usepackage[{options}]{{biblatex}}"
    assert caption(tex, preamble, BIBER_BBL) == BIBLATEX[options][tex]


def test_names_in_the_form_of_older_bibers() -> None:
    bbl = r"""\entry{x}{article}{}
      \name{labelname}{2}{}{%
        {{uniquename=0,hash=1}{Sm{\'i}th}{S\bibinitperiod}{Ann}{A\bibinitperiod}{}{}{}{}}%
        {{uniquename=0,hash=2}{Doe}{D\bibinitperiod}{}{}{}{}{}{}}}
      \field{labelyear}{2001}\field{extrayear}{1}
    \endentry"""
    assert caption(
        r"\textcite{x}", r"\documentclass{article}\usepackage[style=authoryear]{biblatex}", bbl
    ) == ("Smíth and Doe (2001a)")


@given(st.text(r"\{}[]()%,& aAet.19~", max_size=80))
def test_no_label_is_too_broken(label: str) -> None:
    entry = read_label(label, 1).entry()
    assert entry.number == "1"
    assert "\n" not in entry.names + entry.full + entry.year + entry.label
    read_items(r"\bibitem[" + label + "]{k}" + label)
