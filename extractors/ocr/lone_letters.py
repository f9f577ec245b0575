"""Lone letters and short numbers, such as those at an axis, which the detector of lines often passes over.

Pieces of ink that no line covers and that are as large as the picture's letters are read as lines are. What a marker
of a plot could be is kept only where something else of its size stands in line with it, as the numbers of an axis do.
"""

from collections.abc import Sequence

import numpy as np

from extractors.ocr.engine import Pixels
from extractors.ocr.ink import Ink
from extractors.ocr.networks import Floats
from extractors.ocr.recognition import Reading
from runtime.pictures import opencv

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

LINE = 1.7  # height of a line's box over that of its letters
# Of the height of letters:
LEAST, MOST = 0.6, 1.8  # how large a piece is
GAP = 0.45  # pieces nearer than this belong together
BEYOND = 1.5  # so far beyond the ends of an upright line nothing is looked for
WIDEST = 3.5  # of pieces together
MARGIN = 0.35  # of paper around what is read
IN_LINE = 0.3  # how far middles or sides may be apart
NEAR = 6.0  # of its own height: so far off the next number of an axis may be
SMALLEST_LETTERS = 5  # pixels: smaller ones are not read
MOST_PIECES = 120  # a picture with more of them is a plot of markers, or a photograph
SURE = 0.9
# What dashes, ticks and markers are read as.
STROKES = frozenset("1lIiXxVv|-–—_/\\'’‘.,:;`~^+*×一丨十")


def find_lone_letters(rgb: Pixels, ink: Ink, lines: Sequence[Floats]) -> list[Floats]:
    """Return the corners of what may be lone letters beside known lines, each of shape (4, 2) as those are."""
    letters = letter_height(lines)
    if letters is None:
        return []
    pieces = _pieces(rgb.shape[:2], ink, lines, letters)
    if len(pieces) > MOST_PIECES * WIDEST:
        return []
    groups = [
        (left, top, right, bottom)
        for left, top, right, bottom in _together(pieces, letters)
        if right - left <= WIDEST * letters and LEAST * letters <= bottom - top <= MOST * letters
    ]
    if len(groups) > MOST_PIECES:
        return []
    height, width = rgb.shape[:2]
    around = max(2, round(MARGIN * letters))
    return [
        _corners(
            max(0, left - around),
            max(0, top - around),
            min(width, right + around),
            min(height, bottom + around),
        )
        for left, top, right, bottom in groups
    ]


def letter_height(lines: Sequence[Floats]) -> float | None:
    """Return the usual height of letters by the boxes of lines, in pixels; None where lines are few or tiny."""
    if len(lines) < 3:
        return None
    sides = [min(float(np.ptp(line[:, 0])), float(np.ptp(line[:, 1]))) for line in lines]
    height = float(np.median(sides)) / LINE
    return height if height >= SMALLEST_LETTERS else None


def kept(
    lone: Sequence[Floats], readings: Sequence[Reading], lines: Sequence[Floats], texts: Sequence[str]
) -> list[bool]:
    """Tell which lone letters count: surely read letters and digits, in line with others if they may be a stroke.

    Args:
        lone: corners of what was found beside the lines.
        readings: what each of them says.
        lines: corners of the lines.
        texts: what each of the lines says.
    """
    likely = [
        reading.confidence >= SURE and any(character.isalnum() for character in reading.text.strip())
        for reading in readings
    ]
    strokes = [STROKES.issuperset(reading.text) for reading in readings]
    sides = [_sides(corners) for corners in lone]
    # Dashes of a line stand beside one another, too: a stroke is no peer.
    peers = [_sides(line) for line, text in zip(lines, texts, strict=True) if _is_number(text)]
    peers += [side for side, good, stroke in zip(sides, likely, strokes, strict=True) if good and not stroke]
    return [
        good and (not stroke or _in_line(side, peers))
        for side, good, stroke in zip(sides, likely, strokes, strict=True)
    ]


def _is_number(text: str) -> bool:
    return len(text.strip()) <= 6 and any(character.isdigit() for character in text)


def _in_line(side: Floats, others: Sequence[Floats]) -> bool:
    """Tell whether another of its size stands beside it, or above or below it with its right side in line."""
    left, top, right, bottom = side
    size = bottom - top
    for other in others:
        if not 0.6 <= (other[3] - other[1]) / max(1.0, size) <= 1.6:
            continue
        across = max(other[0] - right, left - other[2])
        down = max(other[1] - bottom, top - other[3])
        level = abs((other[1] + other[3]) - (top + bottom)) / 2 <= IN_LINE * size
        flush = abs(other[2] - right) <= IN_LINE * size
        if (level and across <= NEAR * size) or (flush and down <= NEAR * size):
            return True
    return False


def _sides(corners: Floats) -> Floats:
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)]).astype(np.float32)


def _corners(left: int, top: int, right: int, bottom: int) -> Floats:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def _pieces(size: tuple[int, int], ink: Ink, lines: Sequence[Floats], letters: float) -> list[Box]:
    """Return the boxes of connected ink of about a letter's size that no line covers, from the left."""
    cv2 = opencv()
    covered = np.zeros(size, np.uint8)
    for line in lines:
        left, top, right, bottom = _sides(line)
        # The end of a label that stands upright is often cut off: what is near it is no lone letter.
        beyond = BEYOND * letters if bottom - top > 1.5 * (right - left) else 0.0
        corner = (int(left), int(top - beyond))
        cv2.rectangle(covered, corner, (int(right), int(bottom + beyond)), 1, cv2.FILLED)
    longer = np.maximum(ink.width, ink.height)
    wanted = (
        (longer >= LEAST * letters)
        & (longer <= MOST * letters)
        & (ink.height <= 8 * ink.width)
        & (ink.width <= 4 * ink.height)
    )
    wanted &= covered[ink.y, ink.x] == 0
    boxes = np.stack([ink.left, ink.top, ink.left + ink.width, ink.top + ink.height], axis=1)[wanted]
    return sorted((int(a), int(b), int(c), int(d)) for a, b, c, d in boxes)


def _together(pieces: Sequence[Box], letters: float) -> list[Box]:
    """Return the pieces with neighbours on one line put together, as digits of a number are."""
    groups: list[Box] = []
    for piece in pieces:
        for place in range(len(groups) - 1, -1, -1):
            group = groups[place]
            overlap = min(group[3], piece[3]) - max(group[1], piece[1])
            if piece[0] - group[2] <= GAP * letters and overlap > 0:
                groups[place] = (
                    min(group[0], piece[0]),
                    min(group[1], piece[1]),
                    max(group[2], piece[2]),
                    max(group[3], piece[3]),
                )
                break
        else:
            groups.append(piece)
    return groups
