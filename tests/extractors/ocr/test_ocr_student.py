"""The student reads what it is sure of, and leaves the rest to the recogniser that it learnt from."""

from dataclasses import replace

import numpy as np
import pymupdf
import pytest

from extractors import ocr
from extractors.ocr import networks
from extractors.ocr.model_bytes import metadata, with_metadata
from extractors.ocr.recogniser import load_recogniser
from extractors.ocr.recognition import Reading
from extractors.ocr.student import FILE, UNKNOWN, Student, letters_in, load_student

LETTERS = ["", "a", "b", UNKNOWN]


def drawn(text: str, font: str = "helv") -> np.ndarray:
    page = pymupdf.open().new_page(width=600, height=60)
    writer = pymupdf.TextWriter(page.rect)
    writer.append((20, 40), text, font=pymupdf.Font(font), fontsize=24)
    writer.write_text(page)
    box = writer.text_rect + pymupdf.Rect(-6, -5, 6, 5)  # as the detector cuts lines out
    pixels = page.get_pixmap(clip=box)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.h, pixels.w, 3)


def student_that_says(*frames: list[float]) -> Student:
    def network(lines):
        return np.tile(np.array(frames, np.float32), (len(lines), 1, 1))

    return Student(network=network, letters=LETTERS, letter=0.9, frame=0.5)


LEVEL, UPRIGHT = np.zeros((30, 120, 3), np.uint8), np.zeros((40, 24, 3), np.uint8)


def test_it_is_believed_where_it_is_sure_of_each_letter_and_frame():
    sure = student_that_says([0.03, 0.95, 0.02, 0], [1, 0, 0, 0], [0, 0.05, 0.95, 0])
    assert sure.read([LEVEL])[0].text == "ab"
    assert student_that_says([0, 0.95, 0.05, 0], [1, 0, 0, 0], [0, 0.2, 0.8, 0]).read([LEVEL]) == {}
    assert student_that_says([0, 0.95, 0.05, 0], [0.45, 0.3, 0.25, 0]).read([LEVEL]) == {}


def test_letters_it_does_not_know_and_nothing_at_all_are_left_to_others():
    assert student_that_says([0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]).read([LEVEL]) == {}
    assert student_that_says([1, 0, 0, 0]).read([LEVEL]) == {}


def test_a_line_that_may_stand_upright_is_left_to_others():
    sure = student_that_says([0, 1, 0, 0])
    assert list(sure.read([UPRIGHT, LEVEL, UPRIGHT, LEVEL])) == [1, 3]


def test_small_and_large_type_is_left_to_others():
    sure = student_that_says([0, 1, 0, 0])
    heights = (15, 21, 22, 40, 41, 90)
    assert list(sure.read([np.zeros((height, 120, 3), np.uint8) for height in heights])) == [2, 3]


@pytest.fixture(scope="module", params=networks.RUNTIMES)
def runtime(request):
    if request.param == networks.OPENVINO:
        pytest.importorskip("openvino")
    return networks.choose_runtime(request.param)


WORDS = ["Accuracy", "0.912", "12.5 ± 0.3", "F1", "Model", "Age (years)", "1,024", "-3.75", "0.001"]
CHINESE = ["实验结果", "可信区间", "组别"]


def test_numbers_and_words_as_tables_have_them_are_read_by_it_and_chinese_ones_are_not(runtime):
    student = load_student(FILE.read_bytes(), runtime)
    found = student.read([drawn(word) for word in WORDS])
    assert {WORDS[place]: reading.text for place, reading in found.items()} == {
        WORDS[place]: WORDS[place] for place in found
    }
    assert len(found) >= 5
    assert student.read([drawn(word, "china-s") for word in CHINESE]) == {}


def test_what_it_is_sure_of_is_not_read_again(runtime):
    reader = load_recogniser(ocr.model_files()[1].read_bytes(), runtime)
    asked = []

    def quick(lines):
        asked.append(len(lines))
        return reader.quick(lines)

    always = replace(reader.student, letter=0.0, frame=0.0)
    lines = [drawn("0.912"), drawn("Model")]

    def read(student: Student) -> list[str]:
        return [found.text for found in replace(reader, quick=quick, student=student).read([lines])[0]]

    assert read(always) == ["0.912", "Model"]
    assert asked == []
    assert read(replace(always, letter=1.1)) == ["0.912", "Model"]
    assert sum(asked) == 2


def test_its_letters_stand_in_its_file():
    model = FILE.read_bytes()
    letters = letters_in(model)
    assert letters[0] == "" and letters[-1] == UNKNOWN
    assert set("0123456789.,-±%()ABCabc ") < set(letters)
    assert all(len(letter) == 1 for letter in letters[1:])
    assert metadata(with_metadata(model, "note", "α\nβ"))["note"] == "α\nβ"


def test_a_reading_of_spaces_alone_is_none():
    spaces = Student(
        network=lambda lines: np.tile(np.array([[0, 1.0]], np.float32), (len(lines), 1, 1)), letters=["", " "]
    )
    assert spaces.read([LEVEL]) == {}
    assert isinstance(student_that_says([0, 1, 0, 0]).read([LEVEL])[0], Reading)
