"""Reads lines twice where it must: quickly among common letters, and what that doubts with the whole network."""

import functools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractors.ocr.integers import integers_for
from extractors.ocr.letters import Alphabet, alphabet_of, is_common, with_common_letters
from extractors.ocr.networks import OPENVINO, Floats, Network, Runtime, load_network, lone_rows_agree
from extractors.ocr.recognition import (
    HEIGHT,
    IN_BATCHES,
    Decode,
    Pixels,
    Reading,
    RecognitionSettings,
    decode,
    read_lines,
)

logger = logging.getLogger("scimmir")


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Below which confidence in its least sure letter or frame a line is read again.

    Measured on 800 lines of real tables: in integers 1.3 % of them are read otherwise than in single precision, and
    0.4 %, no more than in bfloat16, once the 2.8 % that are doubted are read again.
    """

    letter: float
    frame: float = 0.45

    def __call__(self, reading: Reading) -> bool:
        """Tell whether a reading is doubted; one that found no letter is."""
        return not reading.text or reading.least < self.letter or reading.least_frame < self.frame


IN_FLOATS, IN_INTEGERS = Doubt(letter=0.3), Doubt(letter=0.55)
SURE = 0.8  # confidence from which a reading shows in what script a picture is


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """A network of common letters, and the whole one, which is loaded when a line first needs it."""

    quick: Network
    whole: Callable[[], Network]
    alphabet: Alphabet
    doubt: Doubt
    shapes: RecognitionSettings

    def read(self, lines: Sequence[Pixels]) -> list[Reading]:
        """Return what each line of a picture says.

        It depends on the line alone, but for one thing: where a doubted line holds a word of other letters, the whole
        network reads all lines, for such a letter beside sure ones leaves the quick network in no doubt.
        """
        letters = self.alphabet.common_letters
        found = read_lines(self.quick, lambda scores: decode(scores, letters), lines, self.shapes)
        again = [place for place, reading in enumerate(found) if self.doubt(reading)]
        if not again:
            return found
        second = self._read_whole([lines[place] for place in again], common_first(self.alphabet))
        if any(_is_word_of_others(reading) for reading in second):
            return self._read_whole(lines, lambda scores: decode(scores, self.alphabet.letters))
        for place, reading in zip(again, second, strict=True):
            found[place] = reading
        return found

    def _read_whole(self, lines: Sequence[Pixels], how: Decode) -> list[Reading]:
        return read_lines(self.whole(), how, lines, self.shapes)


def _is_word_of_others(reading: Reading) -> bool:
    """Tell whether a reading is sure of two different other letters: one alone, or twice, may be a dash or a box."""
    others = {letter for letter in reading.text if not is_common(letter)}
    return reading.confidence >= SURE and len(others) >= 2


def load_recogniser(model: bytes, runtime: Runtime, *, threads: int = 1) -> Recogniser:
    """Return the recogniser of an ONNX file that names its letters.

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
    if network(_noise()[None]).shape[-1] != len(
        alphabet.common
    ):  # its last layer is another one: nothing was cut
        alphabet = replace(alphabet, common=np.arange(len(alphabet.letters)))
    return Recogniser(
        quick=network,
        whole=functools.cache(functools.partial(load_network, model, runtime, threads=threads)),
        alphabet=alphabet,
        doubt=IN_INTEGERS if runtime.integers and integers is not None else IN_FLOATS,
        shapes=shapes_for(runtime, network),
    )


def shapes_for(runtime: Runtime, recognise: Network) -> RecognitionSettings:
    """Return the shapes in which lines go to the recogniser: in batches where these change no bit of a reading."""
    if runtime.name == OPENVINO and lone_rows_agree(recognise, _noise()):
        return IN_BATCHES
    return RecognitionSettings()


def _noise() -> Floats:
    return np.random.default_rng(0).uniform(-1, 1, (3, HEIGHT, 96)).astype(np.float32)


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
