"""Captions to the left or right of their figures and tables, as sidecap, floatrow, KOMA and minipages set them."""

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from pdf_pages import ONE_COLUMN, TWO_COLUMNS, Pages, overlap, region, width_of

(WIDE,) = ONE_COLUMN
LEFT, RIGHT = TWO_COLUMNS
_SAID = (
    "the field of each sample was held near its mean while pressure and flow were read in turn from both sides "
    "of a narrow channel so that every change in density could be told from noise by its slow return"
)
SAID = _SAID.split()
ROWS = [("Site", "Depth", "Count"), *((f"Place {k}", f"{k}.{k + 2}", str(120 - 7 * k)) for k in range(1, 8))]


def caption(pages: Pages, x: float, top: float, label: str, *, width: float, words: int = 14) -> str:
    """Set a caption in a column of its own, 12 pt a line; return its text."""
    lines, rest = [label], SAID[:words]
    for word in rest:
        if width_of(f"{lines[-1]} {word}") > width:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
    for k, line in enumerate(lines):
        pages.text(x, top + 9 + 12 * k, line)
    return " ".join(rest)


def page_around(columns: tuple[tuple[float, float], ...], top: float, bottom: float) -> Pages:
    """Return a page with running text above one height and below another."""
    pages = Pages()
    for k, column in enumerate(columns):
        pages.prose(column, 72, top, seed=3 * k)
        pages.prose(column, bottom, 720, seed=7 + k)
    return pages


@pytest.mark.parametrize("place", [0.0, 0.4, 0.8], ids=["top", "middle", "bottom"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("columns", [ONE_COLUMN, TWO_COLUMNS], ids=["one column", "two columns"])
def test_whole_picture_beside_its_caption(
    columns: tuple[tuple[float, float], ...], side: str, place: float
) -> None:
    pages = page_around(columns, 200, 430)
    x0, x1 = columns[0][0], columns[-1][1]
    box = (x0, 220.0, x0 + 270, 400.0) if side == "right" else (x1 - 270, 220.0, x1, 400.0)
    pages.image(box)
    at = box[2] + 12 if side == "right" else x0
    said = caption(pages, at, 220 + place * 150, "Figure 1:", width=x1 - x0 - 290)
    (item,) = pages.read().floats
    assert item.caption == said
    assert overlap(region(item), box) > 0.95


def test_caption_in_one_column_and_picture_in_the_other() -> None:
    pages = page_around(TWO_COLUMNS, 200, 430)
    box = pages.image((RIGHT[0], 220, RIGHT[1], 400))
    said = caption(pages, LEFT[0], 280, "Figure 1:", width=180)
    (item,) = pages.read().floats
    assert item.caption == said
    assert overlap(region(item), box) > 0.95


def test_caption_in_the_margin_beside_a_figure_as_wide_as_the_text() -> None:
    pages = page_around(((72.0, 380.0),), 200, 430)
    box = pages.plot((74, 220, 378, 400))
    said = caption(pages, 400, 222, "Figure 1:", width=140)
    (item,) = pages.read().floats
    assert item.caption == said
    assert overlap(region(item), box) > 0.95


@pytest.mark.parametrize("top", [222.0, 237.0, 251.0])
@pytest.mark.parametrize("side", ["left", "right"])
def test_table_beside_its_caption_keeps_its_rows(side: str, top: float) -> None:
    pages = page_around(ONE_COLUMN, 200, 430)
    x = 72.0 if side == "right" else 330.0
    box = pages.table(ROWS, left=x, width=210, top=222)
    said = caption(pages, 300.0 if side == "right" else 72.0, top, "Table 1:", width=235, words=20)
    (item,) = pages.read().floats
    assert item.caption == said
    assert overlap(region(item), box) > 0.9
    assert item.table_text is not None
    assert item.table_text.splitlines()[-1] == "Place 7\t7.9\t71"


def test_floats_with_captions_beside_them_stand_one_below_the_other() -> None:
    pages = page_around(ONE_COLUMN, 120, 600)
    boxes = [
        pages.image((72, 140, 300, 270)),
        pages.plot((312, 284, 540, 410)),
        pages.image((72, 424, 300, 560)),
    ]
    said = [
        caption(pages, 312, 200, "Figure 1:", width=220),
        caption(pages, 72, 330, "Figure 2:", width=220),
        caption(pages, 312, 424, "Figure 3:", width=220),
    ]
    found = pages.read().floats
    assert [f.caption for f in found] == said
    assert all(overlap(region(f), box) > 0.95 for f, box in zip(found, boxes, strict=True))


def test_figures_below_and_beside_each_other_keep_theirs() -> None:
    pages = page_around(ONE_COLUMN, 120, 600)
    beside = pages.image((72, 140, 300, 270))
    said = caption(pages, 312, 200, "Figure 1:", width=220)
    above = pages.plot((120, 290, 480, 430))
    pages.text(72, 452, "Figure 2: Response of the channel over time, under load and without it, in")
    pages.text(72, 464, "the second run.")
    found = pages.read().floats
    assert found[0].caption == said
    assert overlap(region(found[0]), beside) > 0.95
    assert overlap(region(found[1]), above) > 0.95


def test_the_next_column_is_not_looked_at_where_the_own_has_the_float() -> None:
    pages = Pages()
    pages.prose(LEFT, 400, 720)
    pages.prose(RIGHT, 400, 720, seed=5)
    wide = pages.image((316, 72, 558, 330))
    pages.text(316, 350, "Figure 2: Density after ten runs.")
    low = pages.plot((54, 72, 296, 200))
    pages.text(54, 222, "Figure 1: Response over time.")
    found = {f.label: f for f in pages.read().floats}
    assert overlap(region(found["Figure 1"]), low) > 0.95
    assert overlap(region(found["Figure 2"]), wide) > 0.95


@examples(12)
@given(
    share=st.floats(0.4, 0.7),
    height=st.integers(90, 240),
    place=st.floats(0, 1),
    words=st.integers(3, 16),
    left=st.booleans(),
)
def test_any_picture_with_its_caption_at_any_height_beside_it(
    share: float, height: int, place: float, words: int, left: bool
) -> None:
    pages = page_around(ONE_COLUMN, 150, 190 + height)
    wide = share * 468
    box = (72.0, 170.0, 72 + wide, 170.0 + height) if not left else (540 - wide, 170.0, 540.0, 170.0 + height)
    pages.image(box)
    room = 468 - wide - 12
    lines = 2 + width_of(" ".join(SAID[:words])) // (0.8 * room)
    top = 170 + place * max(height - 12 * lines, 0)
    said = caption(pages, 72 if left else 84 + wide, top, "Figure 1:", width=room, words=words)
    (item,) = pages.read().floats
    assert item.caption == said
    assert overlap(region(item), box) > 0.95
