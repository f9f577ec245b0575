"""What the lines of text in a picture say: each is cut out, brought to one height, and read by a network."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from extractors.ocr.engine import Pixels
from extractors.ocr.networks import Floats, Network
from runtime.pictures import opencv

HEIGHT = 48  # rows that the recogniser was trained with


@dataclass(frozen=True, kw_only=True)
class RecognitionSettings:
    """In what shapes lines go to the network; they depend on the line alone, never on its neighbours."""

    narrowing: float = 1.0  # of what a line is longer than LONG: time goes by width
    width: int = 64  # a narrower line is padded to this
    step: int = 8  # and every line to a multiple of this,
    grows: bool = False  # or of the power of two that is a 16th of its width or less
    batch: int = 1  # lines of one width at once
    rows: int = HEIGHT  # to which the line's height is brought; its width goes by HEIGHT all the same
    gray: bool = False


LONG = 256  # pixels of a line 48 high: some 15 letters
# How a line is first read. Of the lines of 100 tables 8 % of the pixels are saved, and of the cells 0.1 % more are
# read wrong, no number among them; where short lines are narrower as well (0.87 of all), 0.8 % more are.
NARROW = RecognitionSettings(narrowing=0.75)
# Shapes that come again are cheaper in OpenVINO, which prepares its kernels for each (some 20 ms), and batches save a
# third of the time where the processor multiplies matrices. ONNX Runtime gains 5 % by batches, and a lone line would
# differ in the last bits from one in company.
IN_BATCHES = replace(NARROW, step=32, grows=True, batch=8)


@dataclass(frozen=True)
class Reading:
    """What a line says, and the mean of the network's confidence in its letters.

    `least` is its confidence in the least sure letter, `least_frame` in the least sure frame, with a letter or none;
    a frame is a column of the network's last layer, of 8 px.
    """

    text: str
    confidence: float
    least: float = 0.0
    least_frame: float = 0.0
    frames: int = 0


Decode = Callable[[Floats], Reading]  # scores of one line, shape (frames, letters)


def cut_out(rgb: Pixels, corners: Floats) -> Pixels:
    """Return the upright rectangle of pixels between four corners, given clockwise from the upper left."""
    cv2 = opencv()
    width = int(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3])))
    height = int(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2])))
    width, height = max(1, width), max(1, height)
    x, y = (int(value) for value in corners[0])
    straight = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)
    if np.array_equal(corners, straight):
        return rgb[y : y + height, x : x + width]
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turned = cv2.warpPerspective(
        rgb,
        cv2.getPerspectiveTransform(corners, target),
        (width, height),
        borderMode=cv2.BORDER_REPLICATE,
        flags=cv2.INTER_CUBIC,
    )
    return np.asarray(turned, np.uint8)


def read_lines(
    network: Network,
    decode: Decode,
    lines: Sequence[Pixels],
    settings: RecognitionSettings,
) -> list[Reading]:
    """Return what each line says; of one that stands upright, what is read best of the ways to turn it."""
    ways = [_ways(line) for line in lines]
    found = iter(_read(network, decode, [way for each in ways for way in each], settings))
    return [max([next(found) for _ in each], key=lambda reading: reading.confidence) for each in ways]


def is_level(line: Pixels) -> bool:
    """Tell whether a line is too wide to be one that stands upright."""
    height, width = line.shape[:2]
    return bool(height < 1.5 * width)


def _ways(line: Pixels) -> list[Pixels]:
    """Return a line as it may be read: a tall one is a label along an axis, or a lone narrow letter."""
    height, width = line.shape[:2]
    if is_level(line):
        return [line]
    turned = [np.rot90(line, -1), np.rot90(line)]
    return [line, *turned] if height < 3 * width else turned


def _read(
    network: Network,
    decode: Decode,
    lines: Sequence[Pixels],
    settings: RecognitionSettings,
) -> list[Reading]:
    found = [Reading("", 0.0)] * len(lines)
    of_width: dict[int, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        of_width[_padded(line, settings)].append(number)
    for _, members in sorted(of_width.items()):
        for part in _batches(members, settings.batch):
            batch = np.stack([prepared(lines[number], settings) for number in part])
            for number, scores in zip(part, network(batch), strict=True):
                found[number] = decode(scores)
    return found


def _batches(members: list[int], largest: int) -> list[list[int]]:
    """Return the members in batches whose sizes are powers of two, so that few shapes are met."""
    batches, start, size = [], 0, largest
    while start < len(members):
        while size > len(members) - start:
            size //= 2
        batches.append(members[start : start + size])
        start += size
    return batches


def _scaled(line: Pixels, settings: RecognitionSettings) -> int:
    height, width = line.shape[:2]
    wide = HEIGHT * int(width) / int(height)
    beyond = max(0.0, wide - LONG)
    return max(1, ceil(wide - (1 - settings.narrowing) * beyond))


def _padded(line: Pixels, settings: RecognitionSettings) -> int:
    width = _scaled(line, settings)
    step = settings.step
    while settings.grows and 32 * step <= width:
        step *= 2
    return max(settings.width, -(-width // step) * step)


def prepared(line: Pixels, settings: RecognitionSettings) -> Floats:
    """Return a line as values from -1 to 1, gray or in the order blue, green, red; what is right of it is 0."""
    cv2 = opencv()
    size = (_scaled(line, settings), settings.rows)
    if settings.gray:
        scaled = cv2.resize(cv2.cvtColor(line, cv2.COLOR_RGB2GRAY), size)[None]
    else:
        scaled = cv2.resize(line, size)[:, :, ::-1].transpose(2, 0, 1)
    values = np.zeros((len(scaled), settings.rows, _padded(line, settings)), np.float32)
    values[:, :, : size[0]] = scaled * np.float32(2 / 255) - 1
    return values


def decode(scores: Floats, letters: Sequence[str]) -> Reading:
    """Return the text of a row of frames: the best letter of each, runs taken once, blanks (letter 0) left out."""
    best = scores.argmax(axis=1)
    sure = scores[np.arange(len(best)), best]
    starts = np.ones(len(best), bool)
    starts[1:] = best[1:] != best[:-1]
    places = np.flatnonzero(starts & (best != 0))
    if not len(places):
        return Reading("", 0.0, least_frame=float(sure.min()), frames=len(best))
    return Reading(
        text="".join(letters[best[place]] for place in places),
        confidence=float(sure[places].mean()),
        least=float(sure[places].min()),
        least_frame=float(sure.min()),
        frames=len(best),
    )
