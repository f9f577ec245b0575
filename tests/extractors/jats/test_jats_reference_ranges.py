"""References by ranges mean what lies between their ends, for figures, tables and panels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.jats import extract
from schemas.paper import Paper

HEAD = '<article xmlns:xlink="http://www.w3.org/1999/xlink"><body>'


def float_of(kind: str, xml_id: str, label: str, inner: str = "") -> str:
    name = {"fig": "fig", "table": "table-wrap"}[kind]
    return (
        f'<{name} id="{xml_id}"><label>{label}</label><caption><p>Words of {label}.</p></caption>'
        f'{inner}<graphic xlink:href="{xml_id}"/></{name}>'
    )


def numbered(kind: str, count: int, word: str) -> str:
    return "".join(float_of(kind, f"{kind[0]}{n}", f"{word} {n}") for n in range(1, count + 1))


def panelled(number: int) -> str:
    panels = "".join(float_of("fig", f"f{number}{p}", p.upper()) for p in "abcd")
    return f'<fig-group id="f{number}"><label>Fig. {number}</label><caption><p>Whole.</p></caption>{panels}</fig-group>'


FIGURES = numbered("fig", 6, "Fig.")
SUPPLEMENTARY = "".join(float_of("fig", f"s{n}", f"Fig. S{n}") for n in range(1, 5))


def ids_mentioned(text: str, floats: str) -> list[str]:
    """Return the ids of the floats that have the paragraph among their mentions."""
    source = f"{HEAD}<p>{text}</p>{floats}</body></article>"
    names = [part.split('"')[0] for part in source.split('xlink:href="')[1:]]
    media = {f"PMC1/{name}.jpg": b"image" for name in names}
    found = extract(Paper("pmc:PMC1", {"PMC1/a.nxml": source.encode(), **media}))
    assert not found.rejects
    return sorted(key for f in found.floats if f.mentions for key in f.ref_keys)


def xref(rid: str, text: str) -> str:
    return f'<xref rid="{rid}">{text}</xref>'


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Figs. <xref rid='f1'>1</xref>–<xref rid='f3'>3</xref>", "f1 f2 f3"),
        ("<xref rid='f1'>Figs. 1</xref>-<xref rid='f3'>3</xref>", "f1 f2 f3"),
        ("<xref rid='f1'>Fig. 1</xref> — <xref rid='f3'>Fig. 3</xref>", "f1 f2 f3"),
        ("<xref rid='f2'>Figs 2</xref> to <xref rid='f5'>5</xref>", "f2 f3 f4 f5"),
        ("<xref rid='f2'>Figs 2</xref> through <xref rid='f4'>4</xref>", "f2 f3 f4"),
        ("<xref rid='f2'>Abb. 2</xref> bis <xref rid='f4'>4</xref>", "f2 f3 f4"),
        ("<bold><xref rid='f1'>Figs. 1</xref></bold>–<bold><xref rid='f3'>3</xref></bold>", "f1 f2 f3"),
        ("<xref rid='f1'>Figs. 1</xref><italic>–</italic><xref rid='f3'>3</xref>", "f1 f2 f3"),
        ("<xref rid='f1'>Figs. 1–</xref><xref rid='f3'>3</xref>", "f1 f2 f3"),
        ("<xref rid='f1'/>–<xref rid='f3'/>", "f1 f2 f3"),
        ("<xref rid='f1'>1</xref>, <xref rid='f3'>3</xref>–<xref rid='f5'>5</xref>", "f1 f3 f4 f5"),
        ("<xref rid='f1 f3'>Figs. 1–3</xref>", "f1 f2 f3"),
        ("<xref rid='f1'>Figs. 1–3</xref>", "f1 f2 f3"),
        ("<xref rid='f3'>Figs. 1–3 and 5–6</xref>", "f1 f2 f3"),
        ("<xref rid='f1'>Figures 1 to 3</xref>", "f1 f2 f3"),
        ("Figs. <xref rid='f1'>1</xref>–3", "f1 f2 f3"),
        ("Figs. 1–<xref rid='f3'>3</xref>", "f1 f2 f3"),
        ("Figures 1 to <xref rid='f3'>3</xref>", "f1 f2 f3"),
        ("<xref rid='f1'>Figs 1</xref> to 3", "f1 f2 f3"),
        # what is no range
        ("<xref rid='f1'>1</xref> and <xref rid='f3'>3</xref>", "f1 f3"),
        ("<xref rid='f1'>1</xref>, <xref rid='f3'>3</xref>", "f1 f3"),
        ("<xref rid='f1'>1</xref> – as <xref rid='f3'>3</xref>", "f1 f3"),
        ("<xref rid='f3'>3</xref>–<xref rid='f1'>1</xref>", "f1 f3"),
        ("<xref rid='f1'>Fig. 1</xref>–3D view", "f1"),
        ("<xref rid='f1'>Fig. 1</xref> – 3 patients", "f1"),
        ("<xref rid='f1'>Fig. 1</xref> to 3 patients", "f1"),
        ("<xref rid='f1'>Fig. 1</xref>–30", "f1"),
        ("<xref rid='f4'>Figs. 1–3</xref>", "f4"),
    ],
)  # fmt: skip
def test_ranges_of_figures(text: str, ids: str) -> None:
    assert ids_mentioned(text, FIGURES) == ids.split()


def test_ranges_of_tables_do_not_mean_figures() -> None:
    floats = numbered("table", 4, "Table") + FIGURES
    text = xref("t1", "Tables 1") + "–" + xref("t3", "3")
    assert ids_mentioned(text, floats) == ["t1", "t2", "t3"]
    roman = "".join(
        float_of("table", f"t{n}", f"Table {r}") for n, r in enumerate(["I", "II", "III", "IV"], 1)
    )
    assert ids_mentioned(xref("t2", "Tables II") + "–" + xref("t4", "IV"), roman) == ["t2", "t3", "t4"]
    assert ids_mentioned(xref("t2", "Tables II–IV"), roman) == ["t2", "t3", "t4"]
    assert ids_mentioned(xref("f1", "1") + "–" + xref("t3", "3"), floats) == ["f1", "t3"]


def test_ranges_of_supplementary_figures_stay_among_them() -> None:
    floats = SUPPLEMENTARY + FIGURES
    assert ids_mentioned(xref("s1", "Figs. S1") + "–" + xref("s3", "S3"), floats) == ["s1", "s2", "s3"]
    assert ids_mentioned(xref("s1", "Figs. S1–S3"), floats) == ["s1", "s2", "s3"]
    assert ids_mentioned(xref("s1", "Figs. S1–3"), floats) == ["s1", "s2", "s3"]
    assert ids_mentioned(xref("f1", "Figs. 1") + "–" + xref("s3", "S3"), floats) == ["f1", "s3"]
    supplements = "".join(float_of("fig", f"x{n}", f"Figure 3—figure supplement {n}") for n in (1, 2, 3))
    text = xref("x3", "Figure 3—figure supplements 1–3")
    assert ids_mentioned(text, FIGURES + supplements) == ["x1", "x2", "x3"]
    assert ids_mentioned(xref("f3", "Figure 3—figure supplements 1–3"), FIGURES + supplements) == ["f3"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (xref("f1a", "Fig. 1A") + "–" + xref("f1c", "C"), "f1 f1a f1b f1c"),
        (xref("f1a", "Fig. 1A–C"), "f1 f1a f1b f1c"),
        (xref("f1", "Fig. 1A–C"), "f1 f1a f1b f1c"),
        (xref("f1", "Fig. 1(a)–(c)"), "f1 f1a f1b f1c"),
        (xref("f1", "Figs. 1A") + "–" + xref("f1", "1C"), "f1 f1a f1b f1c"),
        (xref("f1", "Fig. 1B") + "–D", "f1 f1b f1c f1d"),
        (xref("f1", "Fig. 1B") + "–Day", "f1"),
        (xref("f1", "Figs. 1") + "–" + xref("f2", "2"), "f1 f2"),
    ],
)
def test_ranges_of_panels(text: str, ids: str) -> None:
    assert ids_mentioned(text, panelled(1) + panelled(2)) == ids.split()


def test_a_number_written_with_a_dash_is_no_range() -> None:
    floats = "".join(float_of("fig", f"f{n}", f"Fig. {n}") for n in ("1-1", "1-2", "1-3"))
    assert ids_mentioned(xref("f1-3", "Fig. 1-3"), floats) == ["f1-3"]
    assert ids_mentioned(xref("f1-1", "Figs. 1-1") + "–" + xref("f1-3", "1-3"), floats) == [
        "f1-1",
        "f1-2",
        "f1-3",
    ]


def test_figures_out_of_order_are_meant_by_their_numbers() -> None:
    floats = "".join(float_of("fig", f"f{n}", f"Fig. {n}") for n in (3, 5, 1, 2, 4))
    assert ids_mentioned(xref("f1", "1") + "–" + xref("f3", "3"), floats) == ["f1", "f2", "f3"]


@given(st.integers(1, 12), st.integers(1, 12))
def test_a_range_means_exactly_the_numbers_in_it(first: int, last: int) -> None:
    floats = numbered("fig", 12, "Fig.")
    expected = {first, last} | set(range(first, last + 1))
    text = xref(f"f{first}", str(first)) + "–" + xref(f"f{last}", str(last))
    assert ids_mentioned(text, floats) == sorted(f"f{n}" for n in expected)
