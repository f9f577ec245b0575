"""PDF files that are damaged, locked, scanned or made to hang: a clear reject, and nothing else."""

import io
import zlib

import pymupdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_writer import Pages
from PIL import Image

from extractors.pdf import PdfParameters, extract
from extractors.pdf.document import paper_pdf
from runtime.attempt import PoolParameters, attempt, shared_pool, stop_shared_pools
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError


def small_paper():
    pages = Pages().text(6).space(16)
    pages.drawing(150, 450, 100)
    pages.space(18).line("Figure 1: Slow return.", x=200).space(18).text(8)
    pages.new().line("Table 1: Settings of the second run.", x=200).table(
        [["a", "b"], ["1", "2"]], left=200, width=150
    )
    return pages.bytes()


SMALL = small_paper()


def refused(data, **parameters):
    with pytest.raises(RecordError) as caught:
        extract(Paper("arxiv:1", {"1.pdf": data}), parameters=PdfParameters(**parameters))
    return caught.value.reason, caught.value.detail


def scan(pages=2):
    document = pymupdf.open()
    out = io.BytesIO()
    Image.effect_noise((400, 520), 60).save(out, "PNG")
    for _ in range(pages):
        document.new_page().insert_image(pymupdf.Rect(0, 0, 595, 842), stream=out.getvalue())
    return document.tobytes()


def locked():
    with pymupdf.open(stream=SMALL) as document:
        return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="secret")


def test_damaged_locked_scanned_and_empty_files_are_refused_with_their_reason():
    assert refused(b"no pdf at all") == ("paper_empty", "no PDF of the paper")
    assert refused(b"%PDF-1.4 and nothing more")[0] == "archive_unreadable"
    assert refused(locked()) == ("archive_unreadable", "pdf: encrypted")
    assert refused(scan()) == ("pdf_only", "scanned: none of 2 pages holds text")
    blank = pymupdf.open()
    blank.new_page()
    assert refused(blank.tobytes()) == ("pdf_only", "none of 1 pages holds text")


def test_scanned_pages_among_others_are_named():
    with pymupdf.open(stream=SMALL) as document, pymupdf.open(stream=scan(1)) as more:
        document.insert_pdf(more)
        found = extract(Paper("arxiv:1", {"1.pdf": document.tobytes()}))
    assert [f.label for f in found.floats] == ["Figure 1", "Table 1"]
    assert "scanned pages without text: 3" in found.warnings


def test_pages_beyond_the_bound_are_left_out_with_a_warning():
    found = extract(Paper("arxiv:1", {"1.pdf": SMALL}), parameters=PdfParameters(max_pages=1))
    assert [f.label for f in found.floats] == ["Figure 1"]
    assert "only the first 1 of 2 pages were read" in found.warnings


def test_the_paper_is_told_from_the_pdf_files_of_its_figures():
    figure = pymupdf.open()
    figure.new_page()
    files = {"fig/a.pdf": figure.tobytes() + b"\n" * 9000, "ms.pdf": SMALL, "notes.txt": b"x"}
    assert paper_pdf(files) == "ms.pdf"
    assert paper_pdf({"fig/a.pdf": files["fig/a.pdf"], "main.tex": b"x"}) is None
    assert paper_pdf({"2601.00001": SMALL}) == "2601.00001"


def with_content(content):
    """Return a PDF of one page with these drawing commands."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F0 << /Type"
        b" /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return bytes(out + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)


def read_in_worker(data):
    return extract(Paper("arxiv:1", {"1.pdf": data}))


def test_an_endless_page_costs_its_own_paper_only():
    """Millions of strokes behind a few kilobytes: the worker is stopped, the next paper is read as ever."""
    text = (
        b"BT /F0 10 Tf 72 700 Td (Figure 1: Some words of a caption that is long enough to be one.) Tj ET\n"
    )
    endless = with_content(text + b"0 0 m 600 700 l 10 600 l 500 3 l S\n" * 6_000_000)
    assert len(endless) < 1_000_000
    pool = shared_pool(PoolParameters(workers=1, memory_bytes=3 << 30))
    try:
        outcomes = list(attempt(read_in_worker, [endless, SMALL], pool=pool, timeout_s=4))
    finally:
        stop_shared_pools()
    by_size = {len(o.item): o for o in outcomes}
    failure = by_size[len(endless)].failure
    assert failure is not None and failure.reason in ("timeout", "memory_limit", "worker_died")
    assert [f.label for f in by_size[len(SMALL)].value.floats] == ["Figure 1", "Table 1"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_a_reject(data):
    for content in (data, b"%PDF-1.7\n" + data):
        assert refused(content)[0] in ("paper_empty", "archive_unreadable", "pdf_only")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_paper_with_damaged_bytes_is_read_or_refused(data):
    content = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(len(content) // 2, len(content)))]
    try:
        found = extract(Paper("arxiv:1", {"1.pdf": bytes(content)}))
    except RecordError as error:
        assert error.reason in ("paper_empty", "archive_unreadable", "pdf_only")
    else:
        assert isinstance(found, Extraction)
        assert len({f.pair_id for f in found.floats}) == len(found.floats)
        assert all(f.caption and f.graphics for f in found.floats)


def test_the_same_file_gives_the_same_floats():
    assert extract(Paper("arxiv:1", {"1.pdf": SMALL})) == extract(Paper("arxiv:1", {"1.pdf": SMALL}))
