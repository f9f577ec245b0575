"""How one picture is to be scaled and shifted to lie on another: found from coarse to fine.

Gauss-Newton steps in the inverse compositional form (Baker and Matthews 2004): the template's gradients, and with
them the matrix of the steps, are computed once. Brightness and contrast are fitted along. Copies are cut, bordered
and rescaled, but not turned: with four parameters instead of an affine fit's six, as many copies are found as by
OpenCV's enhanced correlation, in less than half the time.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from runtime.pictures import opencv

Floats = npt.NDArray[np.float32]

EDGE = 24  # a 24th of the side at each edge is left out of the steps: a copy may lack it
SETTLED = 0.02  # pixels of movement at which a fit is found
LEAST_CONTRAST = 0.05  # of the other picture, relative to the template's
MOST_STEP = 0.4  # change of scale in one step, beyond which the fit has gone astray


@dataclass(frozen=True)
class Fit:
    """Where a template's pixels lie in another picture of the same side: x goes to scale_x * x + x, y likewise."""

    scale_x: float
    x: float
    scale_y: float
    y: float

    def matrix(self) -> Floats:
        """Return it as OpenCV's 2x3 matrix from the template's places to the other's."""
        return np.array([[self.scale_x, 0, self.x], [0, self.scale_y, self.y]], np.float32)

    def common(self, side: int) -> tuple[slice, slice]:
        """Return the rows and columns of a template of that side that the other picture covers."""
        found = []
        for shift, scale in reversed(self._axes()):
            low = max(0, math.ceil(-shift / scale - 0.01))
            high = min(side, math.floor((side - 1 - shift) / scale + 0.01) + 1)
            found.append(slice(low, max(low, high)))
        return found[0], found[1]

    def halved(self) -> "Fit":
        """Return the same fit of pictures at half the size; pixels are counted from their centres."""
        x, y = ((shift + 0.5 * scale - 0.5) / 2 for shift, scale in self._axes())
        return Fit(self.scale_x, x, self.scale_y, y)

    def doubled(self) -> "Fit":
        """Return the same fit of pictures at twice the size."""
        x, y = (2 * shift + 0.5 - 0.5 * scale for shift, scale in self._axes())
        return Fit(self.scale_x, x, self.scale_y, y)

    def _axes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        return (self.x, self.scale_x), (self.y, self.scale_y)


def fit(template: Floats, other: Floats, start: Fit, *, coarse: int, fine: int) -> Fit | None:
    """Return the fit of two pictures of shape (side, side), None where the steps lead astray.

    Args:
        template: the picture whose gradients are used.
        other: the picture that is laid onto it.
        start: a fit within about two pixels.
        coarse: most steps at half the size.
        fine: most steps at the whole size.
    """
    cv2 = opencv()
    side = (len(template) // 2, len(template) // 2)
    small, small_other = (cv2.resize(each, side, interpolation=cv2.INTER_AREA) for each in (template, other))
    found = _stepped(small, small_other, start.halved(), coarse)
    return None if found is None else _stepped(template, other, found.doubled(), fine)


def _stepped(template: Floats, other: Floats, start: Fit, steps: int) -> Fit | None:
    cv2 = opencv()
    side = len(template)
    edge = max(1, side // EDGE)
    solver = _solver(template, edge)
    found = start
    for _ in range(steps):
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        laid = cv2.warpAffine(
            other, found.matrix(), (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        # The laid picture is about contrast * template + brightness + what four small changes do to the template.
        contrast, *changes = (solver @ laid[edge:-edge, edge:-edge].ravel()).tolist()
        if contrast < LEAST_CONTRAST:
            return None
        scale_x, x, scale_y, y = (change / contrast for change in changes)
        middle, unit = (side - 1) / 2, side / 2
        growth_x, growth_y = 1 + scale_x / unit, 1 + scale_y / unit
        if max(abs(growth_x - 1), abs(growth_y - 1)) > MOST_STEP:
            return None
        # Composed with the inverse of the change, which belongs to the template.
        left, top = x - scale_x * middle / unit, y - scale_y * middle / unit
        x_scale, y_scale = found.scale_x / growth_x, found.scale_y / growth_y
        found = Fit(x_scale, found.x - x_scale * left, y_scale, found.y - y_scale * top)
        if max(abs(scale_x), abs(scale_y)) + max(abs(x), abs(y)) < SETTLED:
            break
    return found


def _solver(template: Floats, edge: int) -> Floats:
    """Return the matrix that takes a laid picture's pixels within the edges to contrast and changes, shape (5, n)."""
    cv2 = opencv()
    side = len(template)
    across = cv2.Sobel(template, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
    down = cv2.Sobel(template, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
    within, places = slice(edge, side - edge), _places(side)[edge : side - edge]
    columns = np.empty((6, side - 2 * edge, side - 2 * edge), np.float32)
    columns[0], columns[5] = template[within, within], 1
    columns[2], columns[4] = across[within, within], down[within, within]
    np.multiply(columns[2], places, out=columns[1])
    np.multiply(columns[4], places[:, None], out=columns[3])
    inner = columns.reshape(6, -1)
    normal = (inner @ inner.T).astype(np.float64)
    steps = range(1, 5)
    # Where a picture has no gradients in a direction, it is not moved in it.
    normal[steps, steps] += 1e-3 * np.trace(normal[1:5, 1:5]) / 4 + 1e-6
    normal[[0, 5], [0, 5]] += 1e-6
    weights = cv2.invert(normal, flags=cv2.DECOMP_CHOLESKY)[1][:5].astype(np.float32)
    return np.asarray(weights @ inner, dtype=np.float32)


@cache
def _places(side: int) -> Floats:
    """Return a pixel row's places, from -1 to 1."""
    return ((np.arange(side) - (side - 1) / 2) / (side / 2)).astype(np.float32)
