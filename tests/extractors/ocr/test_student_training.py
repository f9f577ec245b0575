"""The student is trained on lines that it sees as it will read them, and comes out as a file that is read with."""

import random
import re

import numpy as np
import pytest

from benchmarks.ocr.student.__main__ import letters_of
from benchmarks.ocr.student.lines import Line, drawn_lines, seen
from benchmarks.ocr.student.network import export, fit, stacked, varied
from extractors.ocr.networks import ONNX_RUNTIME, choose_runtime
from extractors.ocr.student import ROWS, UNKNOWN, load_student


def test_lines_are_drawn_as_the_student_sees_them_and_alike_for_one_seed() -> None:
    lines = list(drawn_lines(40, random.Random(3)))
    assert len(lines) > 30 and all(line.gray.shape[0] == ROWS and line.text.strip() for line in lines)
    assert any(re.search(r"\d", line.text) for line in lines) and len({line.paper for line in lines}) == 10
    again = list(drawn_lines(40, random.Random(3)))
    assert [line.text for line in again] == [line.text for line in lines]
    assert all((one.gray == other.gray).all() for one, other in zip(lines, again, strict=True))


def test_a_line_keeps_the_width_of_one_48_high() -> None:
    assert seen(np.full((24, 60, 3), 200, np.uint8)).shape == (ROWS, 120)


def test_letters_are_learnt_that_stand_in_enough_lines() -> None:
    blank = np.zeros((ROWS, 8), np.uint8)
    often = [Line("p", "drawn", blank, "ab" if number < 39 else "aab", True) for number in range(40)]
    assert letters_of([*often, Line("p", "drawn", blank, "z", True)]) == ["a", "b"]


def test_lines_of_a_batch_end_in_nothing() -> None:
    found = stacked([np.full((ROWS, 40), 255, np.uint8), np.zeros((ROWS, 70), np.uint8)], beyond=20)
    assert found.shape[:3] == (2, 1, ROWS) and found.shape[3] >= 90
    assert (found[0, 0, :, :40] == 1).all() and (found[1, 0, :, :70] == -1).all()
    assert not found[0, 0, :, 40:].any() and not found[1, 0, :, 70:].any()


def test_varied_lines_stay_gray_and_as_high() -> None:
    chance = np.random.default_rng(0)
    (line, *_) = drawn_lines(3, random.Random(1))
    for _ in range(20):
        found = varied(line.gray, chance)
        assert found.shape[0] == ROWS and found.min() >= 0 and found.max() <= 255


@pytest.mark.torch
def test_what_was_trained_is_read_with(tmp_path) -> None:
    lines = [line for line in drawn_lines(24, random.Random(5)) if line.gray.shape[1] < 300][:12]
    letters = sorted({letter for line in lines for letter in line.text})
    places = {letter: place for place, letter in enumerate(letters, 1)}
    taught = [(line.gray, [places[letter] for letter in line.text]) for line in lines]
    export(fit(taught, len(letters) + 2, epochs=2, seed=1), letters, tmp_path / "student.onnx")
    student = load_student((tmp_path / "student.onnx").read_bytes(), choose_runtime(ONNX_RUNTIME))
    assert list(student.letters) == ["", *letters, UNKNOWN]
    (scores,) = student.network(stacked([lines[0].gray]))
    assert scores.shape[1] == len(letters) + 2
    np.testing.assert_allclose(scores.sum(axis=1), 1.0, atol=1e-4)
