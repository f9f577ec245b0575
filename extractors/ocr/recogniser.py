"""Reads lines as cheaply as is sure: by a student, else among common letters, in doubt among all letters."""

import functools
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from extractors.ocr.engine import Pixels
from extractors.ocr.integers import integers_for
from extractors.ocr.letters import Alphabet, alphabet_of, is_common, with_common_letters
from extractors.ocr.networks import OPENVINO, Floats, Network, Runtime, load_network, noise, takes_batches
from extractors.ocr.recognition import (
    HEIGHT,
    IN_BATCHES,
    NARROW,
    Decode,
    Reading,
    RecognitionSettings,
    decode,
    read_lines,
)
from extractors.ocr.student import FILE as STUDENT
from extractors.ocr.student import Student, load_student

logger = logging.getLogger("scimmir")


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Below which confidence in its least sure letter or frame a line is read again, and if it has how few letters.

    Of the lines of 100 real tables 1 % are, and cells are read no worse than by bounds that doubt three times as
    many. A long line has some letter that is less sure than that of a number, and costs more to read. Letters that
    the quick network does not know are often nothing to it, of which it is sure: a line of them has one letter or two
    in all its length, where a line of Latin ones has one in every other frame.
    """

    letter: float
    frame: float = 0.45
    long: int = 16  # letters: of a line with more,
    in_long: float = 0.3  # neither letter nor frame is doubted from here on
    short: int = 16  # frames: of a shorter line one letter is not few
    sparse: int = 8  # frames for each letter

    def __call__(self, reading: Reading) -> bool:
        """Tell whether a reading is doubted; one that found no letter is."""
        most = self.in_long if len(reading.text) > self.long else 1.0
        unsure = reading.least < min(self.letter, most) or reading.least_frame < min(self.frame, most)
        is_sparse = reading.frames >= max(self.short, self.sparse * len(reading.text))
        return not reading.text or unsure or is_sparse


IN_FLOATS, IN_INTEGERS = Doubt(letter=0.3), Doubt(letter=0.45)
SELDOM = RecognitionSettings(
    step=64, grows=True
)  # few lines, in OpenVINO: fewer shapes are worth their padding
SURE = 0.8  # confidence from which a reading shows in what script a picture is


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """A student, a network of common letters, and the whole one, which is loaded when a line first needs it."""

    student: Student | None
    quick: Network
    whole: Callable[[], Network]
    alphabet: Alphabet
    doubt: Doubt
    shapes: RecognitionSettings  # of the quick network
    whole_shapes: RecognitionSettings

    def read(self, pictures: Sequence[Sequence[Pixels]]) -> list[list[Reading]]:
        """Return what each line of each picture says: those of several together fill batches better.

        It depends on the line alone, but for one thing: where a doubted line holds a word of other letters, the whole
        network reads all lines of its picture, for such a letter beside sure ones leaves the quick network in no
        doubt.
        """
        letters = self.alphabet.common_letters
        lines = list(itertools.chain.from_iterable(pictures))
        found = {} if self.student is None else self.student.read(lines)
        left = [place for place in range(len(lines)) if place not in found]
        first = read_lines(
            self.quick, lambda scores: decode(scores, letters), [lines[place] for place in left], self.shapes
        )
        found |= dict(zip(left, first, strict=True))
        again = [place for place in left if self.doubt(found[place])]
        second = self._read_whole([lines[place] for place in again], common_first(self.alphabet))
        found |= dict(zip(again, second, strict=True))
        of_others = {
            place for place, reading in zip(again, second, strict=True) if _is_word_of_others(reading)
        }
        readings, start = [], 0
        for picture in pictures:
            places = range(start, start + len(picture))
            if of_others.intersection(places):
                readings.append(
                    self._read_whole(picture, lambda scores: decode(scores, self.alphabet.letters))
                )
            else:
                readings.append([found[place] for place in places])
            start += len(picture)
        return readings

    def _read_whole(self, lines: Sequence[Pixels], how: Decode) -> list[Reading]:
        return read_lines(self.whole(), how, lines, self.whole_shapes) if lines else []


def _is_word_of_others(reading: Reading) -> bool:
    """Tell whether a reading is sure of two different other letters: one alone, or twice, may be a dash or a box."""
    others = {letter for letter in reading.text if not is_common(letter)}
    return reading.confidence >= SURE and len(others) >= 2


def load_recogniser(
    model: bytes, runtime: Runtime, *, threads: int = 1, student: Path | None = STUDENT
) -> Recogniser:
    """Return the recogniser of an ONNX file that names its letters, with the student of another one.

    Raises:
        ValueError: the bytes are no ONNX file.
    """
    alphabet = alphabet_of(model)
    quick = with_common_letters(model, alphabet)
    integers = integers_for(quick)
    if runtime.integers and integers is None:
        logger.warning(
            "RapidOCR brought another recogniser than the one that integers were found for: it reads in %s",
            runtime.precision,
        )
    network = load_network(quick, runtime, threads=threads, integers=integers)
    if network(noise(_LINE)[None]).shape[-1] != len(
        alphabet.common
    ):  # its last layer is another one: nothing was cut
        alphabet = replace(alphabet, common=np.arange(len(alphabet.letters)))
    return Recogniser(
        student=None if student is None else load_student(student.read_bytes(), runtime, threads=threads),
        quick=network,
        whole=functools.cache(functools.partial(load_network, model, runtime, threads=threads)),
        alphabet=alphabet,
        doubt=IN_INTEGERS if runtime.integers and integers is not None else IN_FLOATS,
        shapes=shapes_for(runtime, network),
        whole_shapes=SELDOM if runtime.name == OPENVINO else RecognitionSettings(),
    )


def shapes_for(runtime: Runtime, recognise: Network) -> RecognitionSettings:
    """Return the shapes in which lines go to the recogniser: in batches where these change no bit of a reading."""
    return IN_BATCHES if takes_batches(runtime, recognise, _LINE) else NARROW


_LINE = (3, HEIGHT, 96)


def common_first(alphabet: Alphabet) -> Decode:
    """Return what reads the scores of the whole network: among common letters, unless half of a line is of others."""
    letters = alphabet.common_letters

    def read(scores: Floats) -> Reading:
        free = decode(scores, alphabet.letters)
        others = sum(not is_common(letter) for letter in free.text)
        if others and 2 * others >= len(free.text):
            return free
        among = scores[:, alphabet.common]
        return decode(among / among.sum(axis=1, keepdims=True), letters)

    return read
