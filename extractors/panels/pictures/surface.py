"""What a cut through a picture would cross: sums over its pixels that price any straight line in any box."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from runtime.pictures import opencv

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
PixelBox = tuple[int, int, int, int]  # x0, y0, x1, y1; x1 and y1 exclusive


@dataclass(frozen=True)
class SurfaceParameters:
    """When pixels differ, in levels of the channel that differs most."""

    step: int = 20  # between neighbours: more than JPEG's noise, less than a pale line
    ink: int = 14  # from the background
    blank: int = 1  # pixels of ink in a line that still count as noise
    crossings: float = 4.0  # so many steps along a cut cost 1: two lines of a plot's frame
    per_length: float = 0.012  # and so many more for each pixel of its length, for noise
    most: float = 3.0  # a cut costs no more, however much it crosses
    filled: float = 0.2  # what a cut costs more that runs through colour, not background
    touching: float = (
        0.15  # what a cut costs between two pictures without a gutter, where it is an edge all along
    )


@dataclass(frozen=True)
class Surface:
    """A picture ready to be cut: sums of its pixels over any box, each of shape (height + 1, width + 1).

    `steps` and `edges` hold sums for vertical cuts and for horizontal ones: pixels that differ from their neighbour
    along the cut, and pixels that differ from the one across it. `tights` and `priced` keep what was asked before:
    the search for cuts comes to the same boxes again and again.
    """

    width: int
    height: int
    ink: Ints  # pixels that are not background
    steps: tuple[Ints, Ints]
    edges: tuple[Ints, Ints]
    parameters: SurfaceParameters
    tights: dict[PixelBox, PixelBox | None] = field(default_factory=dict, repr=False, compare=False)
    priced: dict[tuple[PixelBox, int], Floats] = field(default_factory=dict, repr=False, compare=False)


def surface(pixels: Pixels, parameters: SurfaceParameters | None = None) -> Surface:
    """Return the sums of an RGB picture of shape (height, width, 3)."""
    parameters = parameters or SurfaceParameters()
    ink = _differs(pixels, (*background(pixels).tolist(), 0), parameters.ink)
    down, right = np.zeros_like(ink), np.zeros_like(ink)
    down[1:] = _differs(pixels[1:], pixels[:-1], parameters.step)
    right[:, 1:] = _differs(pixels[:, 1:], pixels[:, :-1], parameters.step)
    # An edge that was scaled lies over two pixels.
    across, along = right.copy(), down.copy()
    across[:, :-1] |= right[:, 1:]
    along[:-1] |= down[1:]
    height, width = ink.shape
    sums = opencv().integral
    return Surface(
        width, height, sums(ink), (sums(down), sums(right)), (sums(across), sums(along)), parameters
    )


def _differs(one: Pixels, other: Pixels | tuple[int, ...], least: int) -> Pixels:
    """Return 1 where the channel that differs most differs by more than `least` levels, else 0."""
    cv2 = opencv()
    red, green, blue = cv2.split(cv2.absdiff(one, other))
    return np.asarray(cv2.threshold(cv2.max(cv2.max(red, green), blue), least, 1, cv2.THRESH_BINARY)[1])


def background(pixels: Pixels) -> npt.NDArray[np.int16]:
    """Return the colour of the background: the most frequent one of the border, or of the whole where that is white.

    White is what most figures stand on, also where photographs reach the border.
    """
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    color = _most_frequent(border)
    some = pixels[::2, ::2]
    white = np.mean(np.minimum(np.minimum(some[..., 0], some[..., 1]), some[..., 2]) >= 250)
    if white > 0.1 and np.mean(np.abs(border.astype(np.int16) - color).max(axis=1) <= 14) < 0.6:
        return np.array([255, 255, 255], np.int16)
    return color


def _most_frequent(colors: Pixels) -> npt.NDArray[np.int16]:
    coarse = (colors >> 3).astype(np.int32)
    key = (coarse[:, 0] << 10) | (coarse[:, 1] << 5) | coarse[:, 2]
    values, counts = np.unique(key, return_counts=True)
    return np.asarray(np.median(colors[key == values[counts.argmax()]], axis=0), np.int16)


def _sums(of: Ints, box: PixelBox, axis: int) -> Ints:
    """Return the sum of each column (axis 0) or row (axis 1) of a box."""
    x0, y0, x1, y1 = box
    first, last = (
        (of[y0, x0 : x1 + 1], of[y1, x0 : x1 + 1])
        if axis == 0
        else (of[y0 : y1 + 1, x0], of[y0 : y1 + 1, x1])
    )
    before = last - first
    return before[1:] - before[:-1]


def tight(of: Surface, box: PixelBox) -> PixelBox | None:
    """Return the box of what is drawn in a box, or None where nothing is."""
    if box not in of.tights:
        of.tights[box] = _tight(of, box)
    return of.tights[box]


def _tight(of: Surface, box: PixelBox) -> PixelBox | None:
    ends = []
    for axis in (0, 1):
        drawn = _sums(of.ink, box, axis) > of.parameters.blank
        first = int(drawn.argmax()) if len(drawn) else 0
        if not len(drawn) or not drawn[first]:
            return None
        ends.append((box[axis] + first, box[axis] + len(drawn) - int(drawn[::-1].argmax())))
    return ends[0][0], ends[1][0], ends[0][1], ends[1][1]


def prices(of: Surface, box: PixelBox, axis: int) -> Floats:
    """Return what a cut costs at each column (axis 0) or row (axis 1) of a box; 0 is a gutter, 1 is doubtful."""
    if (box, axis) not in of.priced:
        found = _prices(of, box, axis)
        found.setflags(write=False)
        of.priced[box, axis] = found
    return of.priced[box, axis]


def _prices(of: Surface, box: PixelBox, axis: int) -> Floats:
    parameters = of.parameters
    length = max(1, box[3 - axis] - box[1 - axis])
    inner = (box[0], box[1] + 1, box[2], box[3]) if axis == 0 else (box[0] + 1, box[1], box[2], box[3])
    steps = _sums(of.steps[axis], inner, axis)
    ink = _sums(of.ink, box, axis) / length
    edges = _sums(of.edges[axis], box, axis) / length
    crossing = steps / (parameters.crossings + parameters.per_length * length) + parameters.filled * ink
    between = parameters.touching * (1 + 25 * np.maximum(0.0, 0.85 - edges))
    return np.minimum(parameters.most, np.minimum(crossing, between))


def inked(of: Surface, box: PixelBox) -> int:
    """Return how many pixels of a box are drawn."""
    x0, y0, x1, y1 = box
    return int(of.ink[y1, x1] - of.ink[y0, x1] - of.ink[y1, x0] + of.ink[y0, x0])
