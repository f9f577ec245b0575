"""Tabulars with pictures: a table of words and numbers stays one, a grid of pictures stays a composition."""

import pytest

from extractors.latex import extract
from schemas.paper import Paper

PACKAGES = (
    "graphicx,booktabs,longtable,tabularray,scalerel,emoji,sparklines,fontawesome5,tikz,colortbl,tabularx"
)
PICTURE = b"\x89PNG\r\n\x1a\n"


def read(body: str, kind: str = "table") -> tuple[list[str], str | None]:
    """Return the files and the text of the one float of a paper."""
    source = (
        f"\\documentclass{{article}}\\usepackage{{{PACKAGES}}}\\newcommand{{\\ok}}{{\\includegraphics[height=1em]{{a}}}}"
        f"\\begin{{document}}\\begin{{{kind}}}\\caption{{One.}}{body}\\end{{{kind}}}\\end{{document}}"
    )
    files = {"main.tex": source.encode()} | {f"{letter}.png": PICTURE for letter in "abcdefgh"}
    found = extract(Paper("arxiv:2611.00098", files))
    assert not found.rejects
    one = found.floats[0]
    text = one.table_text and one.table_text.replace("\t", " | ").replace("\n", " / ")
    return [g.path.removesuffix(".png") for g in one.graphics], text


def shown(name: str, options: str = "height=4mm") -> str:
    return f"\\includegraphics[{options}]{{{name}}}"


TABLES = {
    "a sparkline in each row": (
        f"\\begin{{tabular}}{{lrc}}A & 71.3 & {shown('a')} \\\\ B & 80.9 & {shown('b')}\\end{{tabular}}",
        "A | 71.3 |  / B | 80.9 | ",
    ),
    "icons in the head": (
        f"\\begin{{tabular}}{{lcc}}Task & {shown('a')} GPT & {shown('b')} Llama \\\\ Sums & 91.0 & 88.2\\end{{tabular}}",
        "Task | GPT | Llama / Sums | 91.0 | 88.2",
    ),
    "an icon and its meaning": (
        f"\\begin{{tabular}}{{cl}}Icon & Meaning \\\\ {shown('a', 'width=5mm')} & walk \\\\ {shown('b', 'width=5mm')} & ride"
        "\\end{tabular}",
        "Icon | Meaning /  | walk /  | ride",
    ),
    "ticks and crosses by a macro": (
        "\\begin{tabular}{lccc} & Fast & Small & Free \\\\ A & \\ok & \\ok & \\ok \\\\ B & \\ok & \\ok & \\ok \\\\ "
        "C & \\ok & \\ok & \\ok\\end{tabular}",
        " | Fast | Small | Free / A |  |  |  / B |  |  |  / C |  |  | ",
    ),
    "colour bars without a size, beside numbers": (
        "\\begin{tabular}{lrlr}A & 1.5 & \\includegraphics{a} & 3 \\\\ B & 2.5 & \\includegraphics{b} & 4\\end{tabular}",
        "A | 1.5 |  | 3 / B | 2.5 |  | 4",
    ),
    "pictures made small by a box": (
        "\\begin{tabular}{lr}\\scalerel*{\\includegraphics{a}}{X} cats & 12 \\\\ \\resizebox{1em}{!}{\\includegraphics{b}} dogs"
        " & 7 \\\\ \\scalebox{0.05}{\\includegraphics{c}} birds & 5\\end{tabular}",
        "cats | 12 / dogs | 7 / birds | 5",
    ),
    "a photograph in each row of text": (
        f"\\begin{{tabular}}{{clll}}{shown('a', 'width=3cm')} & Oak & Quercus & 12 m \\\\ {shown('b', 'width=3cm')} & Elm & "
        "Ulmus & 9 m\\end{tabular}",
        " | Oak | Quercus | 12 m /  | Elm | Ulmus | 9 m",
    ),
    "a long table": (
        f"\\begin{{longtable}}{{lrc}}A & 71.3 & {shown('a')} \\\\ B & 80.9 & {shown('b')}\\\\ \\end{{longtable}}",
        "A | 71.3 |  / B | 80.9 | ",
    ),
    "tabularray's": (
        f"\\begin{{tblr}}{{lrc}}A & 71.3 & {shown('a')} \\\\ B & 80.9 & {shown('b')}\\end{{tblr}}",
        "A | 71.3 |  / B | 80.9 | ",
    ),
    "a table in a figure": (
        f"\\begin{{tabular}}{{lrrr}}A & 1 & 2 & {shown('a')} 3 \\\\ B & 4 & 5 & {shown('b')} 6\\end{{tabular}}",
        "A | 1 | 2 | 3 / B | 4 | 5 | 6",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_with_icons_keeps_its_words_and_numbers(name: str) -> None:
    body, text = TABLES[name]
    assert read(body, "figure" if "figure" in name else "table") == ([], text)


BIG = "width=3cm"
GRIDS = {
    "two pictures with words above and letters below": (
        f"\\begin{{tabular}}{{cc}}Input & Output \\\\ {shown('c', BIG)} & {shown('d', BIG)} \\\\ (a) before & (b) after\\end{{tabular}}",
        ["c", "d"],
    ),
    "rows and columns with labels": (
        f"\\begin{{tabular}}{{lcc}} & Ours & Theirs \\\\ day & {shown('a', BIG)} & {shown('b', BIG)} \\\\ night & "
        f"{shown('c', BIG)} & {shown('d', BIG)}\\end{{tabular}}",
        ["a", "b", "c", "d"],
    ),
    "pictures with figures of merit below": (
        f"\\begin{{tabular}}{{cc}}{shown('a', BIG)} & {shown('b', BIG)} \\\\ 24.5 & 31.2 \\\\ 0.81 & 0.95\\end{{tabular}}",
        ["a", "b"],
    ),
    "thumbnails with letters": (
        "\\begin{tabular}{cccc}" + " & ".join(shown(x, "width=1cm") for x in "abcd") + r" \\ a & b & c & d\end{tabular}",
        ["a", "b", "c", "d"],
    ),
    "pictures without a size": (
        r"\begin{tabular}{cc}\includegraphics{a} & \includegraphics{b} \\ left & right\end{tabular}",
        ["a", "b"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GRIDS)
@pytest.mark.parametrize("kind", ["figure", "table"])
def test_a_grid_of_pictures_is_put_together(name: str, kind: str) -> None:
    body, files = GRIDS[name]
    found, text = read(body, kind)
    assert (found, text) == (files, None)


def test_a_grid_of_pictures_in_a_long_table_is_no_table() -> None:
    body = (
        f"\\begin{{longtable}}{{cc}}{shown('a', BIG)} & {shown('b', BIG)} \\\\ left & right\\end{{longtable}}"
    )
    assert read(body) == (["a", "b"], None)


SIGNS = {
    r"\emoji{rocket} fast & 1": "🚀 fast | 1",
    r"\emoji{thumbs-up} & 2": "👍 | 2",
    r"\twemoji{no such thing} x & 2": "x | 2",
    r"\faCheck & \faIcon{times}": "✓ | ✗",
    r"\faCheckCircle[regular] & \faStar": "✓ | ★",
    r"\begin{sparkline}{5}\spark 0.1 0.2 0.3 0.4 /\sparkdot 0.1 0.2 red\end{sparkline} a & 3": "a | 3",
    r"\begin{tikzpicture}\fill (0,0) rectangle (0.7,1);\end{tikzpicture} a & 4": "a | 4",
    r"\tikz\fill[red] (0,0) rectangle (0.3,1); a & 5": "a | 5",
    r"\textcolor{red}{\rule{7mm}{2mm}} a & \colorbox{red!20}{6}": "a | 6",
}  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), SIGNS.items(), ids=list(SIGNS))
def test_signs_of_packages_read_as_signs_or_not_at_all(row: str, expected: str) -> None:
    assert read(f"\\begin{{tabular}}{{ll}}{row} \\\\ x & y\\end{{tabular}}") == ([], expected + " / x | y")
