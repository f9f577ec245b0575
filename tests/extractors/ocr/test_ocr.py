"""RapidOCR with the models of its wheel: what it reads, that it repeats itself, and how it refuses."""

import io
import socket
import struct
import zlib

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from extractors import ocr
from extractors.ocr import rapidocr_engine
from extractors.ocr.engine import rgb_array
from schemas.errors import UserError
from schemas.reject import RecordError

ROWS = [
    ["Model", "Accuracy", "F1"],
    ["Baseline", "83.4", "0.812"],
    ["Transformer", "91.7", "0.905"],
    ["Proposed", "92.6", "0.918"],
]


def table_image(rows: list[list[str]] = ROWS, size: int = 22, mode: str = "RGB") -> Image.Image:
    ground = "white" if mode == "RGB" else (0, 0, 0, 0)
    image = Image.new(mode, (9 * size * len(rows[0]), 2 * size * len(rows) + size), ground)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=size)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            draw.text((size + 9 * size * j, size // 2 + 2 * size * i), cell, fill="black", font=font)
    draw.line((0, size // 4, image.width, size // 4), fill="black", width=2)
    return image


def encoded(image: Image.Image, file_format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def engine() -> ocr.OcrEngine:
    return ocr.load_engine("rapidocr")


def test_a_table_is_read_in_order(engine, read_row):
    row = read_row(engine, encoded(table_image()))
    assert row.pair_id == "arxiv:2401.00001:table-1"
    assert row.ocr_text.splitlines() == [" ".join(cells) for cells in ROWS]
    assert row.ocr_engine == engine.identity
    assert 0.9 < row.ocr_confidence <= 1
    assert [box.text for box in row.ocr_boxes] == [cell for cells in ROWS for cell in cells]


def test_boxes_lie_where_the_words_are(engine):
    box = next(b for b in engine.read_file(encoded(table_image())) if b.text == "0.905")
    # Third row, third column, at 22 px: x from 22 + 2 * 198, y from 11 + 2 * 44.
    assert box.x0 == pytest.approx(418, abs=8)
    assert box.y0 == pytest.approx(99, abs=10)
    assert 15 < box.y1 - box.y0 < 40
    assert 40 < box.x1 - box.x0 < 80


def test_small_type_and_jpeg_are_read(engine, read_row):
    words = read_row(engine, encoded(table_image(size=12), "JPEG")).ocr_text.split()
    assert words == [cell for cells in ROWS for cell in cells]


def test_two_reads_and_two_engines_agree(engine, read_row):
    data = encoded(table_image())
    first = read_row(engine, data)
    assert read_row(engine, data) == first
    assert read_row(ocr.load_engine("rapidocr"), data) == first


@pytest.mark.parametrize("size", [(300, 200), (1, 1), (3, 700), (2000, 2)])
def test_an_image_without_text_gives_no_boxes(engine, size, read_row):
    row = read_row(engine, encoded(Image.new("RGB", size, "white")))
    assert (row.ocr_text, row.ocr_boxes, row.ocr_confidence) == ("", (), None)


def test_a_long_strip_is_read(engine, read_row):
    cells = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta", "kappa"]
    row = read_row(engine, encoded(table_image([cells], size=16)))
    assert row.ocr_text.split() == cells
    assert all(box.y1 <= 48 for box in row.ocr_boxes)


def test_a_transparent_ground_is_white(engine, read_row):
    row = read_row(engine, encoded(table_image(mode="RGBA")))
    assert row.ocr_text.splitlines() == [" ".join(cells) for cells in ROWS]


def test_unsure_boxes_are_dropped(engine):
    data = encoded(table_image())
    sure = min(box.confidence for box in engine.read_file(data))
    strict = ocr.load_engine("rapidocr", ocr.OcrParameters(min_confidence=1.0))
    assert sure > 0.5
    assert len(strict.read_file(data)) < len(engine.read_file(data))


def test_identity_names_version_and_models(engine, monkeypatch):
    detector, recogniser = rapidocr_engine.model_files()
    assert engine.identity.startswith("rapidocr 3.")
    assert f"{detector.name} " in engine.identity
    assert f"{recogniser.name} " in engine.identity
    monkeypatch.setattr(rapidocr_engine, "load", None)
    assert ocr.engine_identity("rapidocr") == engine.identity


def test_identity_follows_the_bytes_of_the_models(tmp_path, monkeypatch):
    files = [tmp_path / "a.onnx", tmp_path / "b.onnx"]
    for path in files:
        path.write_bytes(b"one")
    monkeypatch.setattr(rapidocr_engine, "model_files", lambda: tuple(files))
    before = ocr.engine_identity("rapidocr")
    assert ocr.engine_identity("rapidocr") == before
    files[1].write_bytes(b"three")
    assert ocr.engine_identity("rapidocr") != before


def test_nothing_is_downloaded_and_nothing_is_printed(monkeypatch, capfd):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    quiet = ocr.load_engine("rapidocr")
    quiet.read_file(encoded(table_image()))
    quiet.read_file(encoded(Image.new("RGB", (50, 50), "white")))
    assert capfd.readouterr() == ("", "")


def test_a_missing_model_is_named(monkeypatch):
    monkeypatch.setattr(rapidocr_engine, "RECOGNISER", "absent_rec.onnx")
    for call in (ocr.load_engine, ocr.engine_identity):
        with pytest.raises(ocr.OcrModelsMissing, match=r"absent_rec\.onnx .*pip install"):
            call("rapidocr")


def test_an_unknown_engine_is_refused_with_the_known_ones():
    for call in (ocr.load_engine, ocr.engine_identity):
        with pytest.raises(UserError, match="no OCR engine 'tesseract'; known are easyocr, rapidocr"):
            call("tesseract")


GOOD = encoded(table_image())


def gif() -> bytes:
    return encoded(Image.new("RGB", (20, 20), "white"), "GIF")


@pytest.mark.parametrize(
    "data",
    [b"", b"not an image", GOOD[:200], GOOD[: len(GOOD) // 2], gif()],
    ids=["empty", "text", "header", "half", "gif"],
)
def test_a_corrupt_image_is_a_record_error(engine, data, read_row):
    with pytest.raises(RecordError) as caught:
        read_row(engine, data)
    assert caught.value.reason == "image_unreadable"


def test_files_that_cannot_be_read_stand_among_rows_in_their_order(engine):
    data = encoded(table_image())
    first, bad, second = ocr.ocr_rows(engine, [("a", data), ("b", b"not an image"), ("c", data)])
    assert (first.pair_id, second.pair_id) == ("a", "c")
    assert first.ocr_text == second.ocr_text != ""
    assert isinstance(bad, RecordError)


def test_a_bomb_is_refused_before_it_is_decoded(engine, read_row):
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(RecordError) as caught:
        read_row(engine, data)
    assert caught.value.reason == "image_too_large"


SMALL = encoded(Image.new("RGB", (8, 8), "red"))
SMALL_JPEG = encoded(Image.new("L", (8, 8), 90), "JPEG")


@examples(300)
@given(
    st.binary(max_size=200)
    | st.tuples(st.sampled_from([SMALL, SMALL_JPEG]), st.integers(0, 400), st.binary(max_size=6)).map(
        lambda cut: cut[0][: cut[1]] + cut[2] + cut[0][cut[1] + len(cut[2]) :]
    )
)
def test_any_bytes_give_pixels_or_a_record_error(data):
    try:
        pixels = rgb_array(data)
    except RecordError as error:
        assert error.reason in ("image_unreadable", "image_too_large")
    else:
        assert pixels.ndim == 3
        assert pixels.shape[2] == 3
