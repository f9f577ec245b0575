"""A drawing as a list of strokes, texts and pixel blocks, which `samples.drawing.formats` writes as files.

All writers share the one list, so that a figure looks the same in each format.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pymupdf

Point = tuple[float, float]
Pixels = npt.NDArray[np.uint8]

FONTS = {False: ("helv", "Helvetica"), True: ("hebo", "Helvetica-Bold")}


@dataclass(frozen=True)
class Stroke:
    """A line or an area; points in big points from the upper left."""

    points: tuple[Point, ...]
    color: str | None
    fill: str | None
    width: float
    dash: float
    closed: bool


@dataclass(frozen=True)
class Label:
    """A text whose baseline starts at `at`; `turned` runs upwards."""

    at: Point
    text: str
    size: float
    color: str
    bold: bool
    turned: bool


@dataclass(frozen=True)
class Block:
    """An RGB pixel block filling a rectangle: left, top, width, height."""

    pixels: Pixels
    box: tuple[float, float, float, float]


@dataclass
class Canvas:
    """A page of the given size in big points with a white ground."""

    width: float
    height: float
    items: list[Stroke | Label | Block] = field(default_factory=list)

    def line(
        self, points: Sequence[Point], color: str = "#000000", *, width: float = 0.8, dash: float = 0
    ) -> None:
        """Draw an open line through the points."""
        self.items.append(Stroke(tuple(points), color, None, width, dash, False))

    def area(
        self, points: Sequence[Point], fill: str | None, *, color: str | None = None, width: float = 0.8
    ) -> None:
        """Draw a closed polygon."""
        self.items.append(Stroke(tuple(points), color, fill, width, 0, True))

    def rect(
        self,
        box: tuple[float, float, float, float],
        fill: str | None = None,
        *,
        color: str | None = None,
        width: float = 0.8,
        radius: float = 0,
    ) -> None:
        """Draw a rectangle (left, top, width, height), with rounded corners if asked."""
        x, y, w, h = box
        if not radius:
            self.area([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], fill, color=color, width=width)
            return
        corners = [(x + w - radius, y + radius, -90), (x + w - radius, y + h - radius, 0)]
        corners += [(x + radius, y + h - radius, 90), (x + radius, y + radius, 180)]
        points = [p for cx, cy, start in corners for p in arc((cx, cy), radius, start, start + 90, steps=6)]
        self.area(points, fill, color=color, width=width)

    def circle(
        self,
        at: Point,
        radius: float,
        fill: str | None = None,
        *,
        color: str | None = None,
        width: float = 0.8,
    ) -> None:
        """Draw a circle as a polygon fine enough for its size."""
        steps = 10 if radius < 4 else 48
        self.area(arc(at, radius, 0, 360, steps=steps)[:-1], fill, color=color, width=width)

    def text(
        self,
        at: Point,
        text: str,
        size: float = 9,
        *,
        anchor: str = "start",
        color: str = "#000000",
        bold: bool = False,
        turned: bool = False,
    ) -> None:
        """Write Latin-1 text; `anchor` is start, middle or end along the writing direction."""
        length = pymupdf.get_text_length(text, fontname=FONTS[bold][0], fontsize=size)
        shift = {"start": 0.0, "middle": length / 2, "end": length}[anchor]
        x, y = (at[0], at[1] + shift) if turned else (at[0] - shift, at[1])
        self.items.append(Label((x, y), text, size, color, bold, turned))

    def image(self, pixels: Pixels, box: tuple[float, float, float, float]) -> None:
        """Put an RGB pixel block of shape (rows, columns, 3) into a rectangle."""
        self.items.append(Block(pixels, box))


def arc(at: Point, radius: float, start: float, end: float, *, steps: int = 24) -> list[Point]:
    """Return points of an arc; angles in degrees, clockwise on the page from the right."""
    angles = np.radians(np.linspace(start, end, steps + 1))
    return [(at[0] + radius * float(np.cos(a)), at[1] + radius * float(np.sin(a))) for a in angles]
