"""Tables typeset to images: what is drawn where, nothing in a cell runs, the size is bounded."""

import hashlib
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from extractors.images.store import pixel_sha256
from extractors.tables import to_html
from extractors.typeset import TypesetParameters, fonts, image_row, library_versions
from schemas.reject import RecordError
from schemas.table import Cell, Table, TableRow

PARAMETERS = TypesetParameters()


def table(*rows: tuple[str, ...], **more) -> Table:
    return Table(rows=tuple(TableRow(cells=tuple(Cell(html=c) for c in row)) for row in rows), **more)


def pixels(source: Table, parameters: TypesetParameters = PARAMETERS) -> np.ndarray:
    row = image_row("p", to_html(source), parameters)
    with Image.open(io.BytesIO(row.image)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (row.width, row.height))
        return np.asarray(image.convert("L"))


def rule_rows(grey: np.ndarray) -> int:
    """Count horizontal rules: runs of lines that are dark over most of the width."""
    dark = (grey < 160).mean(axis=1) > 0.6
    return int((np.diff(np.concatenate([[False], dark]).astype(int)) == 1).sum())


def test_the_row_describes_the_image():
    html = to_html(table(("a", "b"), ("1", "2")))
    row = image_row("arxiv:1:table-1", html, PARAMETERS)
    assert row == image_row("arxiv:1:table-1", html, PARAMETERS)
    assert (row.pair_id, row.origin, row.origin_paths, row.image_format) == (
        "arxiv:1:table-1",
        "typeset",
        (),
        "png",
    )
    assert row.original_format is row.original_width is row.original_height is row.original_sha256 is None
    assert 10 < row.height < row.width * 2
    assert row.image_sha256 == hashlib.sha256(row.image).hexdigest()
    with Image.open(io.BytesIO(row.image)) as image:
        assert row.pixel_sha256 == pixel_sha256(image)


def test_rules_of_booktabs_stand_where_none_are_given():
    assert rule_rows(pixels(table(("heading", "b"), ("1", "2"), ("3", "4"), header_rows=1))) == 3
    assert rule_rows(pixels(table(("heading", "b"), ("1", "2")))) == 2


def test_given_rules_are_drawn_and_no_others():
    rows = tuple(TableRow(cells=(Cell(html="word"), Cell(html="x")), rule_above=y == 2) for y in range(4))
    assert rule_rows(pixels(Table(rows=rows))) == 1
    assert rule_rows(pixels(Table(rows=rows, rule_below=True))) == 2


def inked(grey: np.ndarray, top: float, bottom: float) -> list[bool]:
    """Tell for a hundred places from left to right whether a horizontal rule is drawn there."""
    band = grey[int(grey.shape[0] * top) : int(grey.shape[0] * bottom)]
    places = np.array_split(np.arange(grey.shape[1]), 100)
    return [bool((band[:, columns] < 200).all(axis=1).any()) for columns in places]


def test_partial_rules_cover_their_columns_and_stand_apart():
    cells = tuple(Cell(html="wide word") for _ in range(4))
    rows = (TableRow(cells=cells), TableRow(cells=cells, partial_rules=((1, 1), (2, 3))))
    drawn = inked(pixels(Table(rows=rows)), 0.4, 0.6)
    runs = [drawn[i] and not drawn[i - 1] for i in range(1, 100)].count(True)
    assert runs == 2  # booktabs trims them, so that neighbours do not touch
    assert not any(drawn[:24]) and sum(drawn) > 60
    ruled = Table(rows=rows, vertical_rules=(True,) * 5)
    drawn = inked(pixels(ruled), 0.4, 0.6)
    assert not any(drawn[3:22]) and all(drawn[28:96])  # \\cline meets the vertical rules


def test_a_table_with_partial_rules_gets_no_others():
    rows = tuple(
        TableRow(cells=(Cell(html="word"), Cell(html="word")), partial_rules=((0, 0),) * (y == 1))
        for y in range(3)
    )
    assert rule_rows(pixels(Table(rows=rows))) == 0


def test_vertical_rules_are_drawn():
    source = table(("word", "x"), ("a", "b"), vertical_rules=(True, True, True))
    dark = (pixels(source) < 160).mean(axis=0) > 0.6
    assert int((np.diff(dark.astype(int)) == 1).sum()) == 3


def test_alignment_moves_text():
    def ink_centre(align: str) -> float:
        grey = pixels(table(("a long heading",), ("i",), column_align=(align,)))
        middle = grey[int(grey.shape[0] * 0.55) : int(grey.shape[0] * 0.85)]
        return float(np.nonzero(middle < 128)[1].mean() / grey.shape[1])

    assert ink_centre("left") < 0.2 < 0.4 < ink_centre("center") < 0.6 < 0.8 < ink_centre("right")


def test_a_span_is_centred_over_its_columns():
    top = TableRow(cells=(Cell(html="i", colspan=2, align="center"),))
    low = TableRow(cells=(Cell(html="words here"), Cell(html="words here")))
    grey = pixels(Table(rows=(top, low)))
    upper = grey[int(grey.shape[0] * 0.2) : int(grey.shape[0] * 0.48)]
    assert abs(np.nonzero(upper < 128)[1].mean() / grey.shape[1] - 0.5) < 0.05


@pytest.mark.parametrize("tag", ["b", "i", "u", "code", "sup", "sub"])
def test_tags_change_the_look(tag):
    assert not np.array_equal(pixels(table(("Text",))), pixels(table((f"<{tag}>Text</{tag}>",))))


def test_notes_stand_below():
    without = pixels(table(("a", "b")))
    noted = pixels(table(("a", "b"), notes=("<sup>a</sup> measured twice",)))
    assert noted.shape[0] > without.shape[0] + 10


def test_long_text_is_wrapped():
    text = "many words that go on " * 20
    grey = pixels(table(("1", text), ("2", "short")))
    assert grey.shape[1] <= 1024
    assert grey.shape[0] > 150
    unbroken = pixels(table(("1", "x" * 400), ("2", text)))
    assert unbroken[:, -6:].min() > 200  # nothing sticks out at the right


@pytest.mark.parametrize(("rows", "columns"), [(300, 2), (3, 60), (100, 40)])
def test_the_longest_side_is_bounded(rows, columns):
    row = image_row("p", to_html(table(*[("1234",) * columns] * rows)), PARAMETERS)
    assert 1000 < max(row.width, row.height) <= 1024
    small = image_row("p", to_html(table(("a word", "b"))), TypesetParameters(max_side=64))
    assert max(small.width, small.height) <= 64


HOSTILE = [
    '#read("/etc/passwd")',
    '#panic("x")',
    "#import sys: inputs",
    "$ x $ #eval",
    "*a* _b_ `c` = d",
    "\\",
    "]",
    ")",
    '"',
    '\\" #panic() \\"',
    "\\u{41}",
    "// /* comment",
    "@label &lt;label&gt;",
    "'; DROP",
    "{{x}} {0} %s",
    "\u202e\u200b\u2028x",
    "\x7f\x85a",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_code_in_a_cell_runs(text):
    """The table is drawn whole, and the row below is what it is below harmless text."""
    filler = "a cell that is wider than the others"
    grey = pixels(table((text, text), (filler, filler), notes=(text,)))
    calm = pixels(table(("x", "x"), (filler, filler), notes=("x",)))
    assert rule_rows(grey) == rule_rows(calm) == 2
    assert grey.shape[1] == calm.shape[1]


def test_code_in_a_cell_is_shown_not_evaluated():
    assert not np.array_equal(pixels(table(("#(1+1)",))), pixels(table(("2",))))
    assert pixels(table(("#(1+1)",))).shape[1] > pixels(table(("2",))).shape[1] + 20
    assert pixels(table(('#read("/etc/hostname")',))).shape[0] == pixels(table(("x",))).shape[0]


@pytest.mark.parametrize(
    "text",
    [
        "αβγ ΓΔΩ",
        "ЖъешьЁёЯ",
        "∑∫√∞≈≤±×∂∇∈ℝ𝒩𝔼𝛼→",
        "éüßñøł",
        "％（x）",
        "漢字测试，。",
        "ひらカナー",
        "한국어",
        "①②",
    ],
)
def test_scripts_of_science_are_set(text):
    """No two characters look alike, as boxes for missing ones would."""
    letters = [c for c in text if not c.isspace()]
    looks = {pixels(table((c,))).tobytes() for c in letters}
    assert len(looks) == len(letters)


def test_east_asian_text_takes_its_room():
    """A full-width character is as wide as two digits, and lines break between any two."""
    assert abs(pixels(table(("漢字漢字漢字",))).shape[1] - pixels(table(("000000000000",))).shape[1]) < 12
    assert pixels(table(("漢字" * 100, "x"))).shape[1] <= 1024
    assert pixels(table(("漢字" * 100, "x"))).shape[0] > 2.5 * pixels(table(("漢字", "x"))).shape[0]


@pytest.fixture
def folder_for_fonts(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts.tempfile, "gettempdir", lambda: str(tmp_path))
    fonts.east_asian_folder.cache_clear()
    yield tmp_path
    fonts.east_asian_folder.cache_clear()


def written() -> Path:
    """Return the font's folder as a process that has just begun finds it."""
    fonts.east_asian_folder.cache_clear()
    return fonts.east_asian_folder()


def test_east_asian_images_are_the_same_from_a_fresh_folder(folder_for_fonts, monkeypatch):
    source = table(("漢字", "ひら"), ("한국어", "abc"))
    first = pixels(source)
    assert [path.name for path in folder_for_fonts.rglob("*.ttf")] == ["DroidSansFallback.ttf"]
    (folder_for_fonts / "second").mkdir()
    monkeypatch.setattr(fonts.tempfile, "gettempdir", lambda: str(folder_for_fonts / "second"))
    fonts.east_asian_folder.cache_clear()
    assert np.array_equal(pixels(source), first)
    assert len(list(folder_for_fonts.rglob("*.ttf"))) == 2


def test_the_font_file_is_whole_whoever_wrote_it_before(folder_for_fonts):
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: written(), range(8)))
    (folder,) = folders
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:1000])  # as a full disk leaves it
    assert written() == folder
    assert path.read_bytes() == whole
    assert not list(folder.parent.glob("*.part"))


def test_a_font_folder_that_others_can_write_to_is_not_used(folder_for_fonts):
    planted = written().parent
    planted.chmod(0o777)
    assert planted not in written().parents
    planted.rename(folder_for_fonts / "elsewhere")
    planted.symlink_to(folder_for_fonts / "elsewhere")
    assert planted not in written().parents


def test_threads_that_begin_together_get_the_same_images():
    """In a fresh process, whose compiler does not exist yet."""
    script = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from extractors.typeset import TypesetParameters, image_row\n"
        "def row(n):\n"
        "    html = f'<table><tr><td>row {n % 3}</td><td>' + '漢' * (n % 2) + 'x</td></tr></table>'\n"
        "    return image_row('p', html, TypesetParameters()).image_sha256\n"
        "with ThreadPoolExecutor(6) as pool:\n"
        "    together = list(pool.map(row, range(12)))\n"
        "assert together == list(map(row, range(12))) and len(set(together)) == 6\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=1500)


def reason_of(html: str, parameters: TypesetParameters = PARAMETERS) -> tuple[str, str]:
    with pytest.raises(RecordError) as caught:
        image_row("p", html, parameters)
    return caught.value.reason, caught.value.detail


def test_what_cannot_be_set_is_refused():
    assert reason_of(to_html(table(("ภาษา",)))) == ("typeset_failed", "no font for 4 of 4 characters")
    assert reason_of(to_html(table(("漢😀",)))) == ("typeset_failed", "no font for 1 of 2 characters")
    assert (
        reason_of("<table><tr><td>a</td></tr></table>", TypesetParameters(max_slots=0))[0] == "typeset_failed"
    )
    assert (
        reason_of("<table><tr><td>a</td></tr></table>", TypesetParameters(max_characters=9))[0]
        == "typeset_failed"
    )
    assert reason_of("<p>x</p>")[0] == "table_unreadable"
    assert reason_of("<table><tr><td> </td></tr></table>")[0] == "table_empty"


def test_one_missing_character_among_many_does_not_matter():
    assert image_row("p", to_html(table(("a long text with one sign: ภ",))), PARAMETERS).width > 100


def test_versions_are_told():
    assert set(library_versions()) == {"typst", "pillow", "pymupdf", "zlib"}


@examples(60)
@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=3), min_size=1, max_size=4))
def test_any_text_gives_an_image_or_a_reason(rows):
    try:
        html = to_html(table(*map(tuple, rows)))
        row = image_row("p", html, PARAMETERS)
    except RecordError as error:
        assert error.reason in ("table_empty", "typeset_failed")
        return
    assert max(row.width, row.height) <= 1024
