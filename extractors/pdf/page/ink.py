"""What is drawn on a page, as pixels: where there is ink, where free strips run, where rules stand."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from extractors.pdf.page.pieces import Box, Frame, Piece
from extractors.pdf.parameters import PdfParameters

_RULE = 18.0  # points: no letter's stroke is so long

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ink:
    """The ink of a page in its reading frame: all of it, and what is no text; `scale` is pixels per point."""

    everything: Mask
    drawn: Mask
    scale: float

    def tight(self, box: Box) -> Box | None:
        """Return the smallest box around the ink inside a box; None where there is none."""
        x0, y0, x1, y1 = self._pixels(box)
        part = self.everything[y0:y1, x0:x1]
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if not len(rows):
            return None
        s = self.scale
        return (
            (x0 + int(columns[0])) / s,
            (y0 + int(rows[0])) / s,
            (x0 + int(columns[-1]) + 1) / s,
            (y0 + int(rows[-1]) + 1) / s,
        )

    def drawn_amount(self, box: Box) -> float:
        """Return how many square points inside a box are covered with ink that is no text."""
        x0, y0, x1, y1 = self._pixels(box)
        return float(self.drawn[y0:y1, x0:x1].sum()) / self.scale**2

    def crossing(self, box: Box, *, depth: float = 0.0) -> float:
        """Return how many points of a box's edges ink runs across, and on beyond them for at least `depth` points."""
        x0, y0, x1, y1 = self._pixels(box)
        far = max(round(depth * self.scale), 1)
        level, upright = self.everything[:, x0:x1], self.everything.T[:, y0:y1]
        edges = ((level, y0, -1), (level, y1 - 1, 1), (upright, x0, -1), (upright, x1 - 1, 1))
        return sum(_running(lines, line, step, far) for lines, line, step in edges) / self.scale

    def bands(self, box: Box, *, gap: float) -> list[tuple[float, float]]:
        """Return the stretches of height that hold ink, parted by at least `gap` points without any."""
        x0, y0, x1, y1 = self._pixels(box)
        runs = _runs(np.any(self.everything[y0:y1, x0:x1], axis=1), gap * self.scale)
        return [((y0 + a) / self.scale, (y0 + b) / self.scale) for a, b in runs]

    def strips(self, box: Box, *, gap: float, drawn: bool = False) -> list[tuple[float, float]]:
        """Return the stretches of width that hold ink, parted by at least `gap` points without any."""
        x0, y0, x1, y1 = self._pixels(box)
        mask = self.drawn if drawn else self.everything
        runs = _runs(np.any(mask[y0:y1, x0:x1], axis=0), gap * self.scale)
        return [((x0 + a) / self.scale, (x0 + b) / self.scale) for a, b in runs]

    def rules(self, box: Box, *, shortest: float) -> list[Box]:
        """Return the horizontal rules inside a box from top to bottom, each at least so long."""
        x0, y0, x1, y1 = self._pixels(box)
        part = self.drawn[y0:y1, x0:x1]
        need = max(int(shortest * self.scale), 2)
        found: list[Box] = []
        for y in np.flatnonzero(part.sum(axis=1) >= need):
            for a, b in _runs(part[y], 1.5 * self.scale):
                if b - a < need or part[y, a:b].mean() < 0.9:
                    continue
                s = self.scale
                rule = ((x0 + a) / s, (y0 + int(y)) / s, (x0 + b) / s, (y0 + int(y) + 1) / s)
                if found and abs(found[-1][3] - rule[1]) < 0.5 / s and abs(found[-1][0] - rule[0]) < 3:
                    last = found[-1]
                    found[-1] = (min(last[0], rule[0]), last[1], max(last[2], rule[2]), rule[3])
                else:
                    found.append(rule)
        return [r for r in found if r[3] - r[1] <= 3.0]

    def _pixels(self, box: Box) -> tuple[int, int, int, int]:
        height, width = self.everything.shape
        x0, y0, x1, y1 = (v * self.scale for v in box)
        left, top = min(max(int(x0 + 0.5), 0), width), min(max(int(y0 + 0.5), 0), height)
        return left, top, max(left, min(int(x1 + 0.5), width)), max(top, min(int(y1 + 0.5), height))


def _long_runs(mask: Mask, length: int) -> Mask:
    """Return the pixels that stand in unbroken horizontal runs of at least so many."""
    width = mask.shape[1]
    kept = np.zeros_like(mask)
    if width < length:
        return kept
    for y in np.flatnonzero(mask.sum(axis=1) >= length):
        padded = np.concatenate(([False], mask[y], [False]))
        changes = np.flatnonzero(padded[1:] != padded[:-1])
        for start, end in zip(changes[::2], changes[1::2], strict=True):
            if end - start >= length:
                kept[y, start:end] = True
    return kept


def _running(lines: Mask, line: int, step: int, far: int) -> int:
    """Return how many pixels of a line have ink in the lines next to it, straight on or aslant, for so many lines."""
    if not (0 <= line < len(lines) and 0 <= line + step * far < len(lines)):
        return 0
    going = lines[line]
    for k in range(1, far + 1):
        near = going.copy()
        near[1:] |= going[:-1]
        near[:-1] |= going[1:]
        going = near & lines[line + step * k]
    return int(going.sum())


def _runs(line: npt.NDArray[np.bool_], gap: float) -> list[tuple[int, int]]:
    """Return the stretches of true values, those nearer to one another than `gap` as one."""
    places = np.flatnonzero(line)
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > max(gap, 1.0))
    starts = [int(places[0]), *(int(places[k + 1]) for k in breaks)]
    ends = [*(int(places[k]) + 1 for k in breaks), int(places[-1]) + 1]
    return list(zip(starts, ends, strict=True))


def ink_scale(frame: Frame, parameters: PdfParameters) -> float:
    """Return at how many pixels per point a page is looked at."""
    scale = parameters.resolution / 72
    pixels = frame.width * frame.height * scale**2
    return scale * min(1.0, math.sqrt(parameters.max_pixels / pixels))


def ink_of(
    grey: npt.NDArray[np.uint8],
    scale: float,
    frame: Frame,
    pieces: Iterable[Piece],
    *,
    erased: Iterable[Box],
    white: int,
) -> Ink:
    """Return the ink of a page.

    Args:
        grey: the page as displayed.
        scale: its pixels per point.
        frame: its reading frame.
        pieces: its text, which is left out of what is drawn.
        erased: parts that count as empty: running text, captions, line numbers in the margin.
        white: grey level from which a pixel holds no ink.
    """
    everything = np.rot90(grey < white, -frame.quarter).copy()
    bare = Ink(everything, everything, scale)
    for left, top, right, bottom in erased:
        # Letters stick out of their line's box a little, and what remained would look like a drawing.
        x0, y0, x1, y1 = bare._pixels((left - 1, top - 1, right + 1, bottom + 1))
        everything[y0:y1, x0:x1] = False
    drawn = everything.copy()
    for piece in pieces:
        x0, y0, x1, y1 = bare._pixels(piece.box)
        drawn[y0:y1, x0 : x1 + 1] = False
    # A table's rules touch the boxes of its text, and a box's frame may lie inside them.
    drawn |= _long_runs(everything, int(_RULE * scale))
    return Ink(everything, drawn, scale)
