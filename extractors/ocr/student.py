"""A small network that learnt from RapidOCR's recogniser, and reads what it is sure of at a twelfth of its cost.

What is printed in tables is easy to read: numbers, and words in a few fonts. Such a line needs no network that knows
18,710 letters; the student knows 164, and one more for all others. `models/README.md` says how it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from extractors.ocr.engine import Pixels
from extractors.ocr.model_bytes import metadata
from extractors.ocr.networks import Network, Runtime, load_network, takes_batches
from extractors.ocr.recognition import NARROW, Reading, RecognitionSettings, decode, is_level, read_lines

FILE = Path(__file__).parent / "models" / "student.onnx"
ROWS = 32
# Rows that a line has in its picture. In smaller ones thin letters are blurred away, in larger ones sampled away, and
# the student does not notice: "Baselne", "0918".
HEIGHTS = (22, 40)
UNKNOWN = "\ufffd"  # any letter that it does not know
ALONE = replace(NARROW, step=16, rows=ROWS, gray=True)
IN_BATCHES = replace(ALONE, grows=True, batch=8)


@dataclass(frozen=True, kw_only=True)
class Student:
    """The network, its letters, and from what confidence in each letter and each frame it is believed.

    Attributes:
        network: takes lines of shape (lines, 1, 32, width) and gives scores of shape (lines, width / 4, letters).
    """

    network: Network
    letters: Sequence[str]
    shapes: RecognitionSettings = ALONE
    letter: float = 0.85
    frame: float = 0.5

    def read(self, lines: Sequence[Pixels]) -> dict[int, Reading]:
        """Return what it is sure of, by place among the lines; of small or large type or upright it reads none."""
        least, most = HEIGHTS
        level = [
            place for place, line in enumerate(lines) if least <= line.shape[0] <= most and is_level(line)
        ]
        readings = read_lines(
            self.network,
            lambda scores: decode(scores, self.letters),
            [lines[place] for place in level],
            self.shapes,
        )
        return {
            place: reading for place, reading in zip(level, readings, strict=True) if self._is_sure(reading)
        }

    def _is_sure(self, reading: Reading) -> bool:
        if not reading.text.strip() or UNKNOWN in reading.text:
            return False
        return reading.least >= self.letter and reading.least_frame >= self.frame


def load_student(model: bytes, runtime: Runtime, *, threads: int = 1) -> Student:
    """Return the student of an ONNX file that names its letters.

    Raises:
        ValueError: the bytes are no ONNX file.
    """
    network = load_network(model, runtime, threads=threads)
    return Student(
        network=network,
        letters=letters_in(model),
        shapes=IN_BATCHES if takes_batches(runtime, network, (1, ROWS, 96)) else ALONE,
    )


def letters_in(model: bytes) -> list[str]:
    """Return what the scores of a frame stand for: nothing, the letters that a student's file names, any other."""
    return ["", *metadata(model)["character"].split("\n"), UNKNOWN]
