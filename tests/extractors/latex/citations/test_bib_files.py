"""Citations of papers that bring a .bib and no .bbl: names, years and numbers as BibTeX would give them."""

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from extractors.latex import extract
from extractors.latex.citations.bib import Person, people, read_records
from schemas.paper import Paper

BIB = r"""@string{oak = "Oak, Ann"}
@comment{@article{no, author={No One}, year={1900}}}
@article{sw87,
  author = {van der Smith, J. and W{\"a}lder, {\'E}lan},
  title = {On {T}rees}, journal = "Wood", year = 1987
}
@Article{Elm:a, author = oak # { and Elm, B. and Fir, C.}, title = "A first thing", year = {2003}}
@article{elm:b, author = oak # { and Elm, B. and Fir, C.}, title = "The second thing", year = {2003}}
@inproceedings(part, author="Birch, Bo and others", crossref=whole)
@proceedings{whole, editor={Ed, E.}, year={1990}, title={Proceedings}}
@misc{group, author={{The Great Survey Collaboration}}, date={2011-03-01}, title={Data}}
@misc{nameless, title={A {D}ata Set}, year={2020}}
@article{broken, author = {Half, {Open}, year = 2001
@misc{after, author={Ash, A.},
  % year = {1999},
  year={2000}, author={Twice, T.}}
@misc{inpress, author={Ash, A. et al.}, year={in press}}
"""
ALL = r"\cite{group,sw87,after}"  # cited in this order before what is looked at
TEXTS: dict[str, tuple[str, dict[str, str]]] = {
    "natbib with plainnat": (r"\usepackage[round]{natbib}\bibliographystyle{plainnat}", {
        r"function of \citet{sw87}, which": "function of van der Smith and Wälder (1987), which",
        r"\citep{Elm:a,elm:b}": "(Oak et al., 2003a,b)",
        r"\citet{part} and \citet{group}": "Birch et al. (1990) and The Great Survey Collaboration (2011)",
        r"\citep{nameless}": "(A Data Set, 2020)",
        r"\citet{SW87}": "van der Smith and Wälder (1987)",
        r"\citet{after}": "Ash (2000)",
        r"\citet{inpress}": "Ash et al. (in press)",
        r"\citet*{Elm:a}": "Oak, Elm, and Fir (2003)",
        r"Adapted from \citet{nobody}:": "Adapted from [nobody]:",
        r"as \citet{nobody} show \citep{nobody}.": "as [nobody] show.",
    }),
    "natbib with numbers of unsrtnat": (r"\usepackage[numbers]{natbib}\bibliographystyle{unsrtnat}", {
        r"\citet{sw87} \citep{after}": "van der Smith and Wälder [2] [3]",
        r"\cite{elm:b}": "[4]",
    }),
    "natbib with a style that writes no labels": (r"\usepackage[square]{natbib}\bibliographystyle{ieeetr}", {
        r"\citep{sw87}": "[2]",
    }),
    "plain sorts by name": (r"\bibliographystyle{plain}", {
        r"\cite{after,group,sw87}": "[1, 2, 3]", r"\cite{elm:b} \cite{Elm:a}": "[3] [2]",
        r"Adapted from \cite{sw87}:": "Adapted from [3]:",
    }),
    "unsrt takes the order of citation": (r"\bibliographystyle{unsrt}", {r"\cite{after,group,sw87}": "[3, 1, 2]"}),
    "cite with IEEEtran's list": (r"\usepackage{cite}\bibliographystyle{IEEEtran}", {r"\cite{after,group,sw87}": "[1–3]"}),
    "alpha": (r"\bibliographystyle{alpha}", {r"\cite{sw87} \cite{group} \cite{part}": "[vdSW87] [The11] [B+90]"}),
    "apalike without natbib": (r"\bibliographystyle{apalike}", {
        r"\cite{sw87}": "[van der Smith and Wälder, 1987]", r"\cite[p.~2]{after,Elm:a}": "[Ash, 2000, Oak et al., 2003, p. 2]",
    }),
    "an unknown style gives names": (r"\bibliographystyle{ourjournal}", {
        r"from \cite{sw87}": "from [van der Smith and Wälder, 1987]", r"\cite{nameless}": "[A Data Set, 2020]",
    }),
    "mnras": (r"\documentclass{mnras}\bibliographystyle{mnras}", {
        r"\citet{sw87}": "van der Smith & Wälder (1987)", r"\citep{Elm:a}": "(Oak et al. 2003)",
    }),
    "revtex chooses its list by itself": (r"\documentclass{revtex4-2}", {r"\cite{after}": "[3]", r"\citet{sw87}": "van der Smith and Wälder [2]"}),
    "biblatex authoryear": (r"\usepackage[style=authoryear]{biblatex}\addbibresource{refs.bib}", {
        r"\textcite{sw87}": "Smith and Wälder (1987)", r"\parencite{Elm:a}": "(Oak, Elm, and Fir 2003)",
        r"\parencite{part}": "(Birch et al. 1990)",
    }),
    "biblatex numeric": (r"\usepackage{biblatex}\addbibresource{refs.bib}", {r"\cite{after,group,sw87}": "[1, 2, 3]"}),
    "biblatex numeric unsorted": (r"\usepackage[sorting=none]{biblatex}\addbibresource{refs.bib}", {r"\cite{after}": "[3]"}),
    "biblatex alphabetic": (r"\usepackage[style=alphabetic]{biblatex}\addbibresource{refs.bib}", {r"\cite{sw87} \cite{after}": "[vdSW87] [Ash00]"}),
    "biblatex apa": (r"\usepackage[style=apa]{biblatex}\addbibresource{refs.bib}", {r"\parencite{sw87}": "(van der Smith & Wälder, 1987)"}),
}  # fmt: skip
CASES = [(name, tex) for name, (_, printed) in TEXTS.items() for tex in printed]


def caption(tex: str, preamble: str, before: str = ALL, **files: str) -> str | None:
    if "\\documentclass" not in preamble:
        preamble = r"\documentclass{article}" + preamble
    figure = rf"\begin{{figure}}\includegraphics{{a}}\caption{{{tex}}}\end{{figure}}"
    text = rf"{preamble}\begin{{document}}{before} {figure}\bibliography{{refs}}\end{{document}}"
    data = {name.replace("_", "."): content.encode() for name, content in {"refs_bib": BIB, **files}.items()}
    return extract(Paper("arxiv:1", {"main.tex": text.encode(), "a.png": b"x", **data})).floats[0].caption


@pytest.mark.parametrize(("name", "tex"), CASES, ids=[f"{name} {tex}" for name, tex in CASES])
def test_citations_of_a_bib(name: str, tex: str) -> None:
    preamble, printed = TEXTS[name]
    assert caption(tex, preamble) == printed[tex]


def test_nocite_star_lists_all_entries() -> None:
    assert caption(r"\cite{sw87}", r"\bibliographystyle{unsrt}", before=r"\nocite{*}\cite{after}") == "[2]"


def test_a_style_in_the_archive_tells_whether_it_sorts_and_labels() -> None:
    preamble = r"\bibliographystyle{ours}"
    plain = 'FUNCTION {output.bibitem} { "\\bibitem{" write$ }\nSORT\n'
    assert caption(r"\cite{sw87}", preamble, ours_bst=plain) == "[3]"
    assert caption(r"\cite{sw87}", preamble, ours_bst=plain.replace("SORT", "")) == "[2]"
    labelled = plain.replace("bibitem{", "bibitem[")
    assert caption(r"\cite{sw87}", preamble, ours_bst=labelled) == "(van der Smith and Wälder, 1987)"


def test_a_bbl_comes_first_and_the_bib_gives_what_it_lacks() -> None:
    bbl = r"\begin{thebibliography}{9}\bibitem{group} G.\bibitem{sw87} S.\end{thebibliography}"
    assert caption(r"\cite{sw87}; \cite{Elm:a}", "", main_bbl=bbl) == "[2]; [Oak et al., 2003]"
    # One of another paper, that holds little of what is cited, does not count.
    other = r"\begin{thebibliography}{9}\bibitem{x} X.\bibitem{sw87} S.\end{thebibliography}"
    preamble = r"\bibliographystyle{unsrt}"
    assert caption(r"\cite{after,Elm:a,part}", preamble, old_bbl=other) == "[3, 4, 5]"


def test_the_bib_is_found_by_its_name_wherever_it_lies() -> None:
    text = r"\documentclass{article}\begin{document}\begin{figure}\includegraphics{a}\caption{\cite{k}}\end{figure}\bibliography{../lib/My}\bibliographystyle{unsrt}\end{document}"
    files = {
        "a.png": b"x",
        "main.tex": text.encode(),
        "other/my.bib": b"@misc{k, author={Oak, A.}, year=2001}",
    }
    assert extract(Paper("arxiv:1", files)).floats[0].caption == "[1]"


SLIPS = {
    "commas in a row": '@misc{k, pages="3",, author="Oak, A.", year=2001}',
    "no brace at the end": "@misc{k, author={Oak, A.}, year=2001,\n",
    "an escaped brace at the end": "@misc{k, author={Oak, A.}, year=2001\n\\}",
    "a field twice": "@misc{k, author={Oak, A.}, author={Elm, B.}, year=2001}",
    "a line put out of use": "@misc{k, author={Oak, A.},\n % year = {1999},\n year=2001}",
    "an entry in an entry": "@misc{j, title={Open,\n@misc{k, author={Oak, A.}, year=2001}",
    "parentheses": '@MISC(k, AUTHOR = "Oak, A.", Year = 2001)',
}


@pytest.mark.parametrize("name", SLIPS)
def test_slips_of_authors(name: str) -> None:
    record = read_records([SLIPS[name]], ["k"])["k"]
    assert (record.people(), record.year()) == ([Person("A.", "", "Oak")], "2001")


def test_names() -> None:
    assert people("Ludwig van Beethoven and {Barnes and Noble} and King, Jr., Martin Luther and others") == [
        Person("Ludwig", "van", "Beethoven"),
        Person("", "", "Barnes and Noble", whole=True),
        Person("Martin Luther", "", "King", "Jr."),
        Person("", "", "others"),
    ]


HOSTILE = {
    "at signs": "@a{" * 200_000,
    "entries that never end": "\n".join(f"@a{{k{i}, author={{" for i in range(50_000)),
    "deep braces": "@a{k0, author={" + "{" * 50_000 + "}",
    "quotes": "@a{k0, author=" + '"' * 50_000,
    "joined values": "@a{k0, author=" + "x # " * 15_000 + "}",
    "strings": "@string{a=" * 100_000 + "@a{k0,",
    "an endless title": "@a{k0, title={" + "x" * 3_000_000,
    "names": "@a{k0, author={" + "A and " * 9_000 + "B}}",
    "crossrefs in a circle": "@a{k0, crossref={k1}}\n@a{k1, crossref={k0}}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_read_as_far_as_they_go(name: str) -> None:
    records = read_records([HOSTILE[name]], [f"k{i}" for i in range(2_000)])
    for record in records.values():
        assert len(record.people()) <= 201
    assert caption(r"From \cite{k0}.", r"\bibliographystyle{plain}", refs_bib=HOSTILE[name]) is not None


@examples(200)
@given(st.text(alphabet='@{}"=,#\\%~ \nakey1', max_size=200))
def test_no_bib_is_too_broken(text: str) -> None:
    records = read_records(
        [text, "@misc{k," + text, "\n@misc{good, author={Oak, A.}, year=2001}"], ["k", "a", "good"]
    )
    assert records["good"].people() == [Person("A.", "", "Oak")] or "good" in text
    for record in records.values():
        record.people(), record.year()
