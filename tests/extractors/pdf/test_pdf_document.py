"""PDFs that cannot be read, are scans, or mean harm."""

import multiprocessing
from pathlib import Path

import pymupdf
import pytest
from pdf_pages import ONE_COLUMN, Pages, read

from extractors.pdf import PdfParameters, extract
from runtime.attempt import Outcome, PoolParameters, attempt, worker_pool
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

(WIDE,) = ONE_COLUMN
CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"


def reason(data: bytes) -> str:
    with pytest.raises(RecordError) as raised:
        read(data)
    return f"{raised.value.reason}: {raised.value.detail}"


def captioned() -> Pages:
    pages = Pages()
    pages.prose(WIDE, 72, 230)
    pages.plot((180, 260, 420, 440))
    pages.text(72, 470, "Figure 3: Response.")
    return pages


def test_no_pdf_at_all() -> None:
    with pytest.raises(RecordError, match="paper_empty"):
        extract(Paper("arxiv:2601.00001", {"main.tex": b"text"}))


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n", b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>"],
    ids=["header", "no pages"],
)
def test_broken_file_is_a_reject(data: bytes) -> None:
    assert reason(data).startswith("archive_unreadable")


def test_truncated_file_is_read_as_far_as_it_goes_or_rejected() -> None:
    data = captioned().data()
    for cut in (len(data) // 3, len(data) // 2, len(data) - 200):
        try:
            assert isinstance(read(data[:cut]), Extraction)
        except RecordError as error:
            assert error.reason in ("archive_unreadable", "pdf_only")


def test_encrypted_file_is_a_reject() -> None:
    data = captioned().data(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
    assert reason(data) == "archive_unreadable: pdf: encrypted"


def test_file_that_only_restricts_its_use_is_read() -> None:
    data = captioned().data(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="y")
    assert len(read(data).floats) == 1


def test_scanned_paper_is_said_to_be_one() -> None:
    pages = Pages()
    pages.image((0, 0, 612, 792))
    assert reason(pages.data()) == "pdf_only: scanned: none of 1 pages holds text"


def test_scan_with_invisible_text_is_one_too() -> None:
    pages = Pages()
    pages.image((0, 0, 612, 792))
    pages.page.insert_text((72, 100), "Figure 1: Found by machine.", render_mode=3)
    assert reason(pages.data()).startswith("pdf_only: scanned")


def test_page_without_anything() -> None:
    assert reason(Pages().data()) == "pdf_only: none of 1 pages holds text"


def test_scanned_page_among_others_is_a_warning() -> None:
    pages = captioned()
    pages.add()
    pages.image((0, 0, 612, 792))
    extraction = pages.read()
    assert len(extraction.floats) == 1
    assert extraction.warnings == ("scanned pages without text: 2",)


def test_pages_beyond_the_bound_are_left_out_with_a_warning() -> None:
    pages = captioned()
    for _ in range(3):
        pages.add()
    paper = Paper("arxiv:2601.00001", {"paper.pdf": pages.data()})
    extraction = extract(paper, parameters=PdfParameters(max_pages=2))
    assert len(extraction.floats) == 1
    assert extraction.warnings == ("only the first 2 of 4 pages were read",)


def test_list_of_figures_holds_no_captions() -> None:
    pages = Pages()
    for k in range(8):
        pages.text(72, 100 + 14 * k, f"Figure {k + 1}: What it shows " + ". " * 60 + str(k + 3))
    pages.prose(WIDE, 300, 720)
    assert pages.read().floats == ()


def test_title_is_the_largest_type_of_the_first_page() -> None:
    pages = Pages()
    pages.text(72, 100, "Slow returns in narrow", size=18)
    pages.text(72, 121, "channels", size=18)
    pages.prose(WIDE, 200, 720)
    assert pages.read().header.title == "Slow returns in narrow channels"


def nested(levels: int) -> bytes:
    """Return a PDF of one page whose forms each draw the next one ten times: 10 ** levels strokes."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 72), "Figure 1: A page without end. " + "Words. " * 10)
    names = [document.get_new_xref() for _ in range(levels)]
    for k, xref in enumerate(names):
        following = f"/Resources<</XObject<</X {names[k + 1]} 0 R>>>>" if k + 1 < levels else ""
        document.update_object(xref, f"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]{following}>>")
        drawn = b"/X Do " * 10 if k + 1 < levels else b"0 0 m 500 700 l S " * 10
        document.update_stream(xref, drawn)
    kind, resources = document.xref_get_key(page.xref, "Resources")
    holder, prefix = (int(resources.split()[0]), "") if kind == "xref" else (page.xref, "Resources/")
    document.xref_set_key(holder, f"{prefix}XObject", f"<</X {names[0]} 0 R>>")
    contents = page.get_contents()[0]
    document.update_stream(contents, document.xref_stream(contents) + b"\n/X Do")
    return bytes(document.tobytes())


def attempted(data: bytes, *, timeout_s: float, memory_bytes: int) -> Outcome[Paper, Extraction]:
    papers = [Paper("arxiv:2601.00001", {"paper.pdf": d}) for d in (data, captioned().data())]
    parameters = PoolParameters(workers=1, memory_bytes=memory_bytes)
    with worker_pool(parameters) as pool:
        (bad,) = attempt(extract, papers[:1], pool=pool, timeout_s=timeout_s, tries=1)
        (good,) = attempt(extract, papers[1:], pool=pool, timeout_s=600, tries=1)
    assert good.failure is None
    assert good.value is not None
    assert len(good.value.floats) == 1
    return bad


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="needs a fork server")
def test_endless_page_costs_only_its_own_time() -> None:
    outcome = attempted(nested(9), timeout_s=3.0, memory_bytes=2 << 30)
    assert outcome.failure is not None
    assert outcome.failure.reason == "timeout"


def test_huge_page_is_refused_without_being_drawn() -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 72), "Figure 1: Far too large.")
    document.xref_set_key(page.xref, "MediaBox", "[0 0 900000 900000]")
    assert "archive_unreadable" in reason(bytes(document.tobytes()))


def test_papers_of_the_corpus_that_are_pdf_only() -> None:
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    import tarfile

    with tarfile.open(CORPUS / "arXiv_src_9901_001.tar") as tar:
        for member in tar:
            handle = tar.extractfile(member)
            if handle is not None and member.name.endswith(".pdf"):
                extraction = read(handle.read())
                assert extraction.header.title
                for item in extraction.floats:
                    viewport = item.graphics[0].viewport
                    assert viewport is not None
                    assert viewport[0] < viewport[2]
                    assert viewport[1] < viewport[3]
