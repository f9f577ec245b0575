"""Whatever the bytes are, the answer is an extraction or a reject with a documented reason."""

from functools import cache

from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from pdf_pages import ONE_COLUMN, Pages, read

from extractors.pdf.page.labels import read_label
from extractors.pdf.page.words import joined, readable
from schemas.floats import Extraction
from schemas.reject import RecordError

WHOLE_PAPER = {"archive_unreadable", "paper_empty", "pdf_only", "memory_limit"}
OF_A_FLOAT = {"graphic_not_named", "caption_empty"}
SLOW = examples(40, suppress_health_check=[HealthCheck.too_slow])


@cache
def sound() -> bytes:
    pages = Pages()
    pages.prose(ONE_COLUMN[0], 72, 130)
    pages.plot((180, 160, 420, 300))
    pages.text(72, 330, "Figure 3: Response.")
    pages.text(72, 380, "Table 1: Counts.")
    pages.table((("Site", "Depth"), ("North", "3.1"), ("South", "2.2")), left=180, width=140, top=395)
    # Without compression, so that a changed byte changes what the page says and not only its checksum.
    return pages.data(deflate=False)


def check(data: bytes) -> None:
    try:
        extraction = read(data)
    except RecordError as error:
        assert error.reason in WHOLE_PAPER
        return
    assert isinstance(extraction, Extraction)
    names = [item.pair_id for item in (*extraction.floats, *extraction.rejects)]
    assert len(names) == len(set(names))
    assert {reject.reason for reject in extraction.rejects} <= OF_A_FLOAT
    for item in extraction.floats:
        assert item.caption
        viewport = item.graphics[0].viewport
        assert viewport is not None
        assert 0 <= viewport[0] < viewport[2]
        assert 0 <= viewport[1] < viewport[3]


def test_the_sound_file_holds_both() -> None:
    assert [item.kind for item in read(sound()).floats] == ["figure", "table"]


@SLOW
@given(st.binary(max_size=400))
def test_arbitrary_bytes(data: bytes) -> None:
    check(data)
    check(b"%PDF-1.7\n" + data)


@SLOW
@given(st.lists(st.tuples(st.integers(0, 1 << 30), st.integers(0, 255)), min_size=1, max_size=12))
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    data = bytearray(sound())
    for place, value in changes:
        data[place % len(data)] = value
    check(bytes(data))


@SLOW
@given(st.integers(0, 1 << 30), st.integers(0, 3000), st.binary(max_size=20))
def test_cut_and_filled(start: int, length: int, filling: bytes) -> None:
    data = sound()
    place = start % len(data)
    check(data[:place] + filling + data[place + length :])


@given(st.text(max_size=80))
def test_labels_of_any_text(text: str) -> None:
    label = read_label(text)
    assert label is None or (label.number and label.length <= len(text))


@given(st.lists(st.text(max_size=30), max_size=6))
def test_lines_of_any_text_become_one(lines: list[str]) -> None:
    text = joined(lines, frozenset())
    assert text == " ".join(text.split())
    assert readable(text) == readable(readable(text))
