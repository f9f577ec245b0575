"""Lines that the quick network doubts are read again by the whole one, which knows all letters."""

from dataclasses import replace

import numpy as np
import pymupdf
import pytest

from extractors import ocr
from extractors.ocr import networks, recogniser
from extractors.ocr.letters import Alphabet
from extractors.ocr.recogniser import Doubt, Recogniser, common_first, load_recogniser
from extractors.ocr.recognition import Reading, RecognitionSettings

ALPHABET = Alphabet(letters=["", "a", "b", "实"], common=np.array([0, 1, 2]))


def frames(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32)


def drawn(text: str, font: str) -> np.ndarray:
    page = pymupdf.open().new_page(width=400, height=60)
    writer = pymupdf.TextWriter(page.rect)
    writer.append((20, 40), text, font=pymupdf.Font(font), fontsize=24)
    writer.write_text(page)
    box = writer.text_rect + pymupdf.Rect(-4, 2, 4, -2)
    pixels = page.get_pixmap(matrix=pymupdf.Matrix(2, 2), clip=box)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, 3)


def texts(pictures):
    return [[reading.text for reading in picture] for picture in pictures]


def test_a_reading_is_doubted_for_a_letter_a_frame_or_nothing_at_all():
    doubt = Doubt(letter=0.5, frame=0.4)
    assert not doubt(Reading("a", 0.9, least=0.6, least_frame=0.6))
    assert doubt(Reading("ab", 0.9, least=0.4, least_frame=0.4))
    assert doubt(Reading("a", 0.9, least=0.9, least_frame=0.3))
    assert doubt(Reading("", 0.0, least_frame=1.0))


def test_a_long_line_of_one_letter_is_doubted_however_sure_it_is():
    doubt = Doubt(letter=0.5, frame=0.4)
    sure = Reading("s", 0.9, least=0.9, least_frame=0.9)
    assert doubt(replace(sure, frames=21))
    assert not doubt(replace(sure, frames=12))  # a lone letter in the narrowest crop
    assert not doubt(replace(sure, text="short", frames=21))


def test_in_a_long_line_less_is_doubted():
    doubt = Doubt(letter=0.5, frame=0.4)
    unsure = Reading("seventeen letters", 0.9, least=0.35, least_frame=0.35)
    assert not doubt(unsure)
    assert doubt(replace(unsure, text="sixteen letters."))
    assert doubt(replace(unsure, least=0.25, least_frame=0.25))


def test_the_whole_network_is_loaded_when_a_line_is_doubted_and_reads_that_line_alone():
    asked = []

    def quick(rows):  # of dark lines it is sure
        sure, unsure = frames([0.05, 0.9, 0.05]), frames([0.3, 0.4, 0.3])
        return np.stack([sure if row.mean() < 0 else unsure for row in rows])

    def whole(rows):
        asked.append(len(rows))
        return np.tile(frames([0.05, 0.15, 0.7, 0.1]), (len(rows), 1, 1))

    reader = Recogniser(
        student=None,
        quick=quick,
        whole=lambda: whole,
        alphabet=ALPHABET,
        doubt=Doubt(letter=0.5),
        shapes=RecognitionSettings(),
        whole_shapes=RecognitionSettings(),
    )
    dark, light = np.zeros((48, 120, 3), np.uint8), np.full((48, 120, 3), 255, np.uint8)
    assert texts(reader.read([[dark, dark]])) == [["a", "a"]]
    assert asked == []
    assert texts(reader.read([[dark, light], [], [light]])) == [["a", "b"], [], ["b"]]
    assert asked == [1, 1]


def test_other_letters_are_read_where_they_are_half_of_a_line():
    decode = common_first(ALPHABET)
    other, letter = [0.0, 0.02, 0.08, 0.9], [0.1, 0.8, 0.05, 0.05]
    assert decode(frames(other)).text == "实"
    assert decode(frames(letter, other)).text == "a实"
    mostly_common = decode(frames(letter, [1, 0, 0, 0], letter, other))
    assert mostly_common.text == "aab"
    assert mostly_common.least == pytest.approx(0.8)  # the scores of common letters are brought to one


@pytest.mark.parametrize("runtime", networks.RUNTIMES)
def test_chinese_words_are_read_although_the_quick_network_knows_none(runtime):
    if runtime == networks.OPENVINO:
        pytest.importorskip("openvino")
    reader = load_recogniser(ocr.model_files()[1].read_bytes(), networks.choose_runtime(runtime))
    words = ["实验结果", "P值", "F1值", "95%可信区间", "0.95"]
    assert texts(reader.read([[drawn(word, "china-s") for word in words]])) == [words]


@pytest.mark.parametrize("runtime", networks.RUNTIMES)
def test_what_a_picture_says_does_not_depend_on_those_it_is_read_with(runtime):
    if runtime == networks.OPENVINO:
        pytest.importorskip("openvino")
    reader = load_recogniser(ocr.model_files()[1].read_bytes(), networks.choose_runtime(runtime))
    chinese = [drawn(word, "china-s") for word in ("实验结果", "0.95", "F1值")]
    english = [
        drawn(word, "helv") for word in ("Accuracy", "0.95", "12.5 ± 0.3", "n", "a longer line of words")
    ]
    pictures = [english, chinese, [], english[::-1], chinese[:2]]
    assert reader.read(pictures) == [reader.read([picture])[0] for picture in pictures]


def test_a_recogniser_that_cannot_be_cut_down_reads_with_all_its_letters(monkeypatch):
    monkeypatch.setattr(recogniser, "with_common_letters", lambda model, alphabet: model)
    runtime = networks.choose_runtime(networks.ONNX_RUNTIME)
    reader = load_recogniser(ocr.model_files()[1].read_bytes(), runtime)
    words = ["实验结果", "Accuracy 0.95"]
    assert texts(reader.read([[drawn(word, "china-s") for word in words]])) == [words]
    assert reader.alphabet.common_letters == list(reader.alphabet.letters)


def test_a_recogniser_that_integers_were_not_found_for_is_told_and_reads_in_floats(monkeypatch, caplog):
    pytest.importorskip("openvino")
    monkeypatch.setattr(recogniser, "integers_for", lambda model: None)
    chosen = replace(networks.choose_runtime(networks.OPENVINO, any_precision=False), integers=True)
    reader = load_recogniser(ocr.model_files()[1].read_bytes(), chosen)
    assert reader.doubt == recogniser.IN_FLOATS
    assert "another recogniser than the one that integers were found for: it reads in float32" in caplog.text
