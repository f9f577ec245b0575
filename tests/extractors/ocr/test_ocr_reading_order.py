"""Boxes become lines: by vertical overlap, left to right, whatever order the engine gives them in."""

from hypothesis import given
from hypothesis import strategies as st

from extractors.ocr.reading_order import lines_of, text_of
from schemas.annotations import TextBox


def box(text: str, x0: float, y0: float, width: float = 40, height: float = 20) -> TextBox:
    return TextBox(text=text, confidence=0.9, x0=x0, y0=y0, x1=x0 + width, y1=y0 + height)


TABLE = [
    box("Model", 10, 10),
    box("F1", 110, 13),  # a few pixels lower, as detectors find them
    box("ours", 10, 40),
    box("0.91", 110, 38, height=22),
    box("base", 10, 70),
    box("0.88", 110, 71),
]


def test_a_table_is_read_row_by_row():
    assert text_of(lines_of(TABLE)) == "Model F1\nours 0.91\nbase 0.88"


def test_a_superscript_and_a_tall_bracket_stay_on_their_line():
    boxes = [box("x", 10, 20), box("2", 30, 14, width=8, height=12), box("(", 50, 10, width=8, height=36)]
    assert text_of(lines_of(boxes)) == "x 2 ("


def test_a_cell_of_two_lines_beside_one_line():
    boxes = [box("two", 10, 10), box("lines", 10, 34), box("7", 110, 10)]
    assert text_of(lines_of(boxes)) == "two 7\nlines"


def test_a_slanted_row_is_not_chained_into_the_next():
    upper = [box(f"a{i}", 60 * i, 10 + 3 * i) for i in range(5)]
    lower = [box(f"b{i}", 60 * i, 40 + 3 * i) for i in range(5)]
    assert text_of(lines_of(upper + lower)) == "a0 a1 a2 a3 a4\nb0 b1 b2 b3 b4"


def test_white_space_inside_a_box_is_one_space():
    assert text_of([[box(" a \n b ", 0, 0), box("c", 50, 0)]]) == "a b c"


def test_no_boxes_give_no_text():
    assert lines_of([]) == ()
    assert text_of(()) == ""


def test_a_box_without_height_is_placed_by_its_middle():
    assert text_of(lines_of([box("a", 0, 0), box("b", 60, 10, height=0)])) == "a b"


@given(st.permutations(TABLE))
def test_the_order_of_the_input_does_not_matter(boxes):
    assert lines_of(boxes) == lines_of(TABLE)


coordinate = st.integers(0, 500)
any_box = st.builds(
    lambda text, x, y, w, h: box(text, x, y, w, h),
    st.text(max_size=3),
    coordinate,
    coordinate,
    st.integers(0, 80),
    st.integers(0, 80),
)


@given(st.lists(any_box, max_size=30))
def test_every_box_is_kept_once(boxes):
    found = [b for line in lines_of(boxes) for b in line]
    assert sorted(map(repr, found)) == sorted(map(repr, boxes))
