r"""\caption* beside a numbered caption: a panel's in a box with its picture, else a note of the float."""

import pytest

from extractors.latex import extract
from schemas.floats import Extraction
from schemas.paper import Paper


def read(body: str) -> Extraction:
    tex = f"\\documentclass{{article}}\\begin{{document}}{body}\\end{{document}}"
    return extract(Paper("arxiv:1", {"main.tex": tex.encode(), "a.png": b"x", "b.png": b"x"}))


def figure(*parts: str) -> str:
    return "\\begin{figure}" + "\n".join(parts) + "\\end{figure}"


def box(picture: str, caption: str) -> str:
    return f"\\begin{{minipage}}{{0.4\\textwidth}}\\includegraphics{{{picture}}}\\caption*{{{caption}}}\\end{{minipage}}"


WHOLE = r"\caption{Whole of it.}"


def panels(found: Extraction) -> list[tuple[str | None, str | None, str, list[str]]]:
    return [
        (f.label, f.panel, f.caption, [g.path for g in f.graphics if g.path])
        for f in found.floats
        if f.parent_id
    ]


def test_boxes_with_unnumbered_captions_are_panels() -> None:
    found = read(figure(box("a", "(a) $n=1$"), box("b", "(b) Twice"), WHOLE))
    whole = next(f for f in found.floats if f.parent_id is None)
    assert (whole.label, whole.caption, [g.path for g in whole.graphics]) == (
        "Figure 1", "Whole of it.", ["a.png", "b.png"])  # fmt: skip
    assert panels(found) == [
        ("Figure 1(a)", "a", "n = 1", ["a.png"]),
        ("Figure 1(b)", "b", "Twice", ["b.png"]),
    ]


def test_panels_without_letters() -> None:
    found = read(figure(box("a", "Once"), box("b", "A second time"), WHOLE))
    assert panels(found) == [
        ("Figure 1", None, "Once", ["a.png"]),
        ("Figure 1", None, "A second time", ["b.png"]),
    ]


def test_letters_alone_take_their_text_from_the_whole_caption() -> None:
    found = read(figure(box("a", "a)"), box("b", "b)"), r"\caption{Maps. (a) The first. (b) The second.}"))
    assert [(letter, text) for _, letter, text, _ in panels(found)] == [
        ("a", "The first."),
        ("b", "The second."),
    ]


NOTES = {
    "behind": (r"\includegraphics{a}" + WHOLE + r"\caption*{Note: of one.}", "Whole of it. Note: of one."),
    "ahead": (r"\caption*{Title}\includegraphics{a}" + WHOLE, "Title Whole of it."),
    "twice": (r"\includegraphics{a}" + WHOLE + r"\caption*{One.}\caption*{Two.}", "Whole of it. One. Two."),
}


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_part_of_the_caption(name: str) -> None:
    body, expected = NOTES[name]
    assert [(f.number, f.caption) for f in read(figure(body)).floats] == [("1", expected)]


def test_a_note_stays_with_the_caption_of_its_box() -> None:
    one = r"\begin{minipage}{0.4\textwidth}\includegraphics{a}\caption{One.}\caption*{Note.}\end{minipage}"
    other = r"\begin{minipage}{0.4\textwidth}\includegraphics{b}\caption{Other.}\end{minipage}"
    assert [f.caption for f in read(figure(one, other)).floats] == ["One. Note.", "Other."]


def test_a_note_of_a_table_in_a_box_is_no_panel() -> None:
    table = r"\begin{table}\caption{T.}\begin{minipage}{5em}\begin{tabular}{l}x\end{tabular}\caption*{N.}\end{minipage}"
    assert [(f.kind, f.caption) for f in read(table + r"\end{table}").floats] == [("table", "T. N.")]


def test_unnumbered_captions_alone_stay_captions() -> None:
    assert [f.caption for f in read(figure(box("a", "One."), box("b", "Other."))).floats] == [
        "One.",
        "Other.",
    ]
