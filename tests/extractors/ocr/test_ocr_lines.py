"""Lines of text: where they are found, how they are cut out, and that what one says is its own affair."""

import io
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors import ocr
from extractors.ocr import networks
from extractors.ocr.detection import DetectionSettings, find_text, glyph_height
from extractors.ocr.ink import ink_of
from extractors.ocr.recogniser import load_recogniser
from extractors.ocr.recognition import (
    IN_BATCHES,
    NARROW,
    Reading,
    RecognitionSettings,
    cut_out,
    decode,
    read_lines,
)

LETTERS = ["", "a", "b", " "]
of_letters = partial(decode, letters=LETTERS)


def written(text: str, size: int = 24) -> np.ndarray:
    font = ImageFont.load_default(size=size)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("RGB", (int(right - left) + 16, int(bottom - top) + 12), "white")
    ImageDraw.Draw(image).text((8 - left, 6 - top), text, fill="black", font=font)
    return np.asarray(image)


def ink_map(pixels: np.ndarray) -> np.ndarray:
    """Say, as a detector, that whatever is dark is text."""
    return (pixels.mean(axis=1, keepdims=True) < 0).astype(np.float32)


def page(*blocks: tuple[int, int, int, int], size: tuple[int, int] = (640, 384)) -> np.ndarray:
    image = Image.new("RGB", size, "white")
    for block in blocks:
        ImageDraw.Draw(image).rectangle(block, fill="black")
    return np.asarray(image)


def text_in(network: networks.Network, picture: np.ndarray) -> list[np.ndarray]:
    return find_text(network, picture, ink_of(picture), DetectionSettings())


def test_a_box_grows_beyond_the_middle_of_a_line_that_the_map_shows():
    found = text_in(ink_map, page((100, 60, 219, 79)))
    # 120 by 20, dilated by one: 1.6 times area over perimeter is 13.9 on each side.
    assert len(found) == 1
    assert found[0].min(axis=0) == pytest.approx([100 - 14, 60 - 14], abs=2)
    assert found[0].max(axis=0) == pytest.approx([220 + 14, 80 + 14], abs=2)
    assert found[0][0] == pytest.approx(found[0].min(axis=0))  # the first corner is the upper left


def test_noise_and_a_box_that_is_mostly_empty_are_no_text():
    assert text_in(ink_map, page((100, 60, 100, 60))) == []
    diagonal = Image.new("RGB", (640, 384), "white")
    ImageDraw.Draw(diagonal).line((100, 50, 300, 250, 500, 50), fill="black", width=3)
    assert text_in(ink_map, np.asarray(diagonal)) == []


@pytest.mark.parametrize(
    ("size", "letters", "seen"),
    [
        ((640, 384), 12, (384, 640)),
        ((640, 96), 12, (96, 640)),
        ((640, 96), 6, (192, 1280)),
        ((640, 96), 0, (288, 2016)),
    ],
    ids=["large-enough", "large-letters", "small-letters", "no-letters"],
)
def test_a_picture_is_enlarged_only_as_far_as_its_letters_need(size, letters, seen):
    blocks = (
        [(20 + 30 * i, 20, 20 + 30 * i + letters // 2, 19 + letters) for i in range(20)] if letters else []
    )
    shapes = []

    def network(pixels):
        shapes.append(pixels.shape[2:])
        return np.zeros((1, 1, *pixels.shape[2:]), np.float32)

    assert text_in(network, page(*blocks, size=size)) == []
    assert shapes == [seen]


def test_the_height_of_letters_is_their_median_whatever_the_ground():
    letters = [(10 + 20 * i, 30, 16 + 20 * i, 30 + height) for i, height in enumerate([9] * 10 + [29] * 4)]
    rule = (0, 5, 639, 6)
    assert glyph_height(ink_of(page(*letters, rule))) == 10
    assert glyph_height(ink_of(255 - page(*letters, rule))) == 10
    assert glyph_height(ink_of(page(rule))) is None


def test_an_upright_box_is_cut_as_it_is_and_a_slanted_one_is_set_upright():
    picture = page((100, 60, 219, 79))
    straight = np.array([[90, 50], [230, 50], [230, 90], [90, 90]], np.float32)
    assert np.array_equal(cut_out(picture, straight), picture[50:90, 90:230])
    turned = np.asarray(Image.fromarray(picture).rotate(-10, expand=False, fillcolor="white"))
    angle = np.radians(10)
    around = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = np.array([320, 192])
    slanted = ((straight - centre) @ around + centre).astype(np.float32)
    upright = cut_out(turned, slanted)
    assert upright.shape[:2] == pytest.approx((40, 140), abs=1)
    assert np.abs(upright[:39, :139].astype(int) - picture[50:89, 90:229]).mean() < 8


def test_runs_count_once_and_blanks_separate_them():
    best = [0, 1, 1, 0, 1, 2, 3, 2, 0]
    scores = np.full((len(best), 4), 0.01, np.float32)
    scores[range(len(best)), best] = 0.9
    scores[2] = [0.05, 0.75, 0.05, 0.05]  # within a run only its first frame counts for the confidence
    scores[5, 2] = 0.7
    scores[8, 0] = 0.6
    read = decode(scores, LETTERS)
    assert (read.text, read.confidence) == ("aab b", pytest.approx((4 * 0.9 + 0.7) / 5))
    assert (read.least, read.least_frame) == (pytest.approx(0.7), pytest.approx(0.6))
    nothing = decode(np.array([[0.9, 0.1, 0, 0]], np.float32), LETTERS)
    assert nothing == Reading("", 0.0, least=0.0, least_frame=pytest.approx(0.9), frames=1)


def test_lines_go_to_the_network_in_shapes_of_their_own():
    shapes = []

    def network(rows):
        shapes.append(rows.shape)
        return np.tile(np.array([[0.1, 0.9, 0, 0]], np.float32), (len(rows), 3, 1))

    lines = [np.zeros((24, width, 3), np.uint8) for width in (20, 30, 60, 61, 62, 63)]
    found = read_lines(network, of_letters, lines, IN_BATCHES)
    assert [reading.text for reading in found] == ["a"] * 6
    assert shapes == [(2, 3, 48, 64), (4, 3, 48, 128)]
    shapes.clear()
    read_lines(network, of_letters, lines, RecognitionSettings())
    assert [shape[3] for shape in shapes] == [64, 64, 120, 128, 128, 128]
    assert {shape[0] for shape in shapes} == {1}
    shapes.clear()
    long = [np.zeros((48, width, 3), np.uint8) for width in (248, 256, 300, 656)]
    read_lines(network, of_letters, long, replace(NARROW, narrowing=0.5))
    assert [shape[3] for shape in shapes] == [248, 256, 280, 456]  # half of what is beyond 256


def test_the_longer_a_line_the_coarser_the_steps_of_its_width():
    widths = []

    def network(rows):
        widths.append(rows.shape[3])
        return np.tile(np.array([[0.1, 0.9, 0, 0]], np.float32), (len(rows), 3, 1))

    lines = [np.zeros((48, width, 3), np.uint8) for width in (500, 513, 1025, 3000)]
    read_lines(network, of_letters, lines, RecognitionSettings(step=16, grows=True, batch=8))
    assert widths == [512, 544, 1088, 3072]


@pytest.fixture(scope="module", params=networks.RUNTIMES)
def reader(request):
    """Return a function that reads cut-out lines with the real recogniser, in the shapes that the engine uses."""
    if request.param == networks.OPENVINO:
        pytest.importorskip("openvino")
    model = ocr.model_files()[1].read_bytes()
    read = load_recogniser(model, networks.choose_runtime(request.param)).read
    return lambda lines: read([lines])[0]


WORDS = ["Model", "0.912", "F1", "1", "Accuracy (%)", "12.5 ± 0.3", "ours", "base", "-"]


def test_what_a_line_says_does_not_depend_on_its_neighbours(reader):
    lines = [written(word) for word in WORDS]
    together = reader(lines)
    assert [reading.text for reading in together][:3] == ["Model", "0.912", "F1"]
    assert reader(lines[::-1])[::-1] == together
    assert [reader([line])[0] for line in lines] == together


def test_a_label_along_an_axis_is_read_from_either_side(reader):
    upright = written("Temperature")
    expected = reader([upright])[0].text
    assert expected == "Temperature"
    assert [reading.text for reading in reader([np.rot90(upright), np.rot90(upright, -1)])] == [expected] * 2


def test_both_runtimes_read_the_same(read_row):
    pytest.importorskip("openvino")
    words = Image.new("RGB", (400, 120), "white")
    words.paste(Image.fromarray(written("Baseline")), (10, 10))
    words.paste(Image.fromarray(written("83.4")), (200, 10))
    words.paste(Image.fromarray(written("Proposed")), (10, 70))
    buffer = io.BytesIO()
    words.save(buffer, "PNG")
    texts = [
        read_row(
            ocr.load_engine("rapidocr", ocr.OcrParameters(runtime=name, any_precision=False)),
            buffer.getvalue(),
        ).ocr_text
        for name in networks.RUNTIMES
    ]
    assert texts == ["Baseline 83.4\nProposed"] * 2
