"""Short texts that stand alone in a picture, dark on light or light on dark: what may be a panel's letter."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.pictures import opencv

Grey = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

PATCH = (24, 48)  # height and width of what the letter model sees
_TEXT = (20, 44)  # room of the text in it
_FREE = 4.0  # heights of a text: free space is looked for no further
_CHUNK = 64  # boxes compared at once with those near them


@dataclass(frozen=True)
class TokenParameters:
    """What may be a letter, in pixels of the picture and in heights of the text."""

    contrast: int = 30  # grey levels between text and what is around it
    bright: int = 140  # and between white text and what glows beside it
    stroke: int = 13  # pixels of the widest stroke of a letter, or a sixtieth of the picture's longer side
    least_height: int = 5  # below that no reader tells letters apart
    most_height: int = 72
    most_width: float = 3.4  # of its height: `(viii)`
    joint: float = 0.28  # a narrower space joins letters to one text; words stand further apart
    before: float = 0.3  # free space on its left: what follows closely on a word is no letter of a panel
    most_parts: int = 1500  # connected components that are looked at; a photograph's grain has more
    most_tokens: int = 500


@dataclass(frozen=True)
class Token:
    """A short text: its box in pixels (x1 and y1 exclusive), whether it is light on dark, how alone it stands.

    `left` and `right` are the free space beside it in its heights, at most 4; `above` and `below` those to text of
    its own size over and under it.
    """

    box: tuple[int, int, int, int]
    light: bool
    left: float
    right: float
    above: float
    below: float

    @property
    def height(self) -> int:
        """Return the height of the box in pixels."""
        return self.box[3] - self.box[1]


def tokens(grey: Grey, parameters: TokenParameters | None = None) -> list[Token]:
    """Return the short texts of a picture, at most `most_tokens` of either kind, the most alone first."""
    parameters = parameters or TokenParameters()
    cv2 = opencv()
    mean = cv2.blur(grey, (max(31, min(grey.shape) // 10) | 1,) * 2)
    side = max(parameters.stroke, max(grey.shape) // 60) | 1
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    found: list[Token] = []
    for light in (False, True):
        # Bold letters stand out from the mean around them; in a narrow notch only from what is beside their strokes;
        # white ones on a photograph from what glows beside them.
        ground = cv2.morphologyEx(grey, cv2.MORPH_OPEN if light else cv2.MORPH_CLOSE, square)
        near = (ground < 150) & (mean < 190) if light else ground > 100
        far = mean < 150 if light else mean > 100
        passes = [(mean, far, parameters.contrast), (ground, near, parameters.contrast)]
        if light:
            passes.append((ground, near, parameters.bright))
        seen: list[Token] = []
        for around, where, contrast in passes:
            off = cv2.subtract(grey, around) if light else cv2.subtract(around, grey)
            mask = cv2.threshold(off, contrast, 1, cv2.THRESH_BINARY)[1] & where.astype(np.uint8)
            if mask.any():
                seen += _others(_of_mask(mask, light, parameters), seen)
        found += seen
    return found


def _others(some: list[Token], known: list[Token]) -> list[Token]:
    """Return the texts that are not seen already: whose boxes have less than half in common with each known one."""
    if not some or not known:
        return some
    a = np.array([token.box for token in some])[:, None]
    b = np.array([token.box for token in known])[None]
    wide = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    tall = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    both = np.maximum(wide, 0) * np.maximum(tall, 0)
    areas = [(box[..., 2] - box[..., 0]) * (box[..., 3] - box[..., 1]) for box in (a, b)]
    new = (2 * both < areas[0] + areas[1] - both).all(axis=1)
    return [token for token, is_new in zip(some, new.tolist(), strict=True) if is_new]


def _of_mask(mask: Grey, light: bool, parameters: TokenParameters) -> list[Token]:
    x0, y0, width, height, area = _parts(mask)
    fits = (height >= 2) & (height <= parameters.most_height) & (width <= 3 * parameters.most_height)
    fits &= (area >= 3) & (width <= 4 * parameters.least_height + 3 * height)
    boxes = np.stack([x0, y0, x0 + width, y0 + height], axis=1)[fits]
    if len(boxes) > parameters.most_parts:  # the tallest: letters of panels are no smaller than other text
        tall = np.argsort(boxes[:, 1] - boxes[:, 3], kind="stable")[: parameters.most_parts]
        boxes = boxes[np.sort(tall)]
    boxes = _joined(boxes, parameters.joint)
    return _alone(boxes, light, parameters)


def _parts(mask: Grey) -> Ints:
    """Return left, top, width, height and area of each connected component of a mask, shape (5, components)."""
    cv2 = opencv()
    left, top, wide, tall = cv2.boundingRect(mask)
    right, bottom = left + wide, top + tall
    left, top = left & ~1, top & ~1  # parts are numbered by blocks of two by two
    drawn = mask[top:bottom, left:right]
    # Numbers of 16 bits take a third of the time; there are no more components than runs of pixels in the rows.
    runs = cv2.countNonZero(cv2.subtract(drawn[:, 1:], drawn[:, :-1])) + cv2.countNonZero(drawn[:, :1])
    depth = cv2.CV_16U if runs < 1 << 16 else cv2.CV_32S
    _, _, stats, _ = cv2.connectedComponentsWithStats(drawn, connectivity=8, ltype=depth)
    parts: Ints = stats[1:].T.astype(np.int64)
    return parts + np.array([[left], [top], [0], [0], [0]], np.int64)


def _joined(boxes: Ints, joint: float) -> Ints:
    """Return the boxes of texts: parts beside each other on one line, and dots with what they stand over."""
    if not len(boxes):
        return boxes
    one, other = _near(boxes, np.full(len(boxes), 0.6))
    a, b = boxes[one], boxes[other]
    height, width = a[:, 3] - a[:, 1], a[:, 2] - a[:, 0]
    height_b, width_b = b[:, 3] - b[:, 1], b[:, 2] - b[:, 0]
    taller, shorter = np.maximum(height, height_b), np.minimum(height, height_b)
    gap_x, gap_y = _gap(a, b, 0), _gap(a, b, 1)
    # On one line: they share half of the lower one's height. A full stop is low, so its gap is measured by the other.
    linked = (
        (-gap_y >= 0.5 * shorter) & (gap_x <= joint * taller) & (taller <= 2.2 * np.maximum(shorter, 3) + 4)
    )
    # Only a letter has dots and stops: a letter next to a curve is none of them.
    small = (height <= 0.45 * height_b) & (width <= 0.6 * height_b) & (width_b <= 1.6 * height_b)
    dot = small & (-gap_x >= 0.6 * np.minimum(width, width_b)) & (gap_y <= 0.4 * taller) & (gap_y > 0)
    linked |= dot & (a[:, 3] <= b[:, 1]) & (width_b <= 0.8 * height_b)
    linked |= (
        small
        & (gap_x <= joint * taller)
        & (gap_x >= -1)
        & (a[:, 3] <= b[:, 3] + 0.25 * height_b)
        & (a[:, 1] >= b[:, 1])
    )
    return _boxes_of(boxes, _groups(len(boxes), one[linked], other[linked]))


def _gap(a: Ints, b: Ints, axis: int) -> Ints:
    """Return the free space between boxes along an axis; what they share of it, negative, where they overlap."""
    return np.maximum(a[:, axis], b[:, axis]) - np.minimum(a[:, axis + 2], b[:, axis + 2])


def _near(boxes: Ints, reach: npt.NDArray[np.float64]) -> tuple[Ints, Ints]:
    """Return the ordered pairs of different boxes no further apart than `reach` heights of the taller of both."""
    order = np.argsort(boxes[:, 1], kind="stable")
    x0, y0, x1, y1 = boxes[order].T.astype(np.int32, order="C")
    height = y1 - y0
    far = np.floor(reach[order] * height).astype(np.int32)  # distances are whole pixels
    tallest, farthest = int(height.max()), int(far.max())
    ones, others = [], []
    for start in range(0, len(order), _CHUNK):
        part = slice(start, start + _CHUNK)
        first = int(np.searchsorted(y0, y0[start] - farthest - tallest))
        last = int(np.searchsorted(y0, y1[part].max() + farthest, side="right"))
        rest = slice(first, last)
        limit = np.maximum(far[part, None], far[rest])
        close = np.maximum(x0[part, None], x0[rest]) - np.minimum(x1[part, None], x1[rest]) <= limit
        close &= np.maximum(y0[part, None], y0[rest]) - np.minimum(y1[part, None], y1[rest]) <= limit
        one, other = np.nonzero(close)
        ones.append(one + start)
        others.append(other + first)
    one, other = np.concatenate(ones), np.concatenate(others)
    differ = one != other
    return order[one[differ]], order[other[differ]]


def _groups(count: int, first: Ints, second: Ints) -> list[int]:
    """Return for each of `count` nodes the lowest node that it is linked with, over any number of links."""
    label = list(range(count))
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        while label[a] != a:
            a = label[a]
        while label[b] != b:
            b = label[b]
        if a != b:
            label[max(a, b)] = min(a, b)
    for i in range(len(label)):
        label[i] = label[label[i]]
    return label


def _boxes_of(boxes: Ints, groups: list[int]) -> Ints:
    label = np.array(groups)
    order = np.argsort(label, kind="stable")
    starts = np.nonzero(np.diff(label[order], prepend=-1))[0]
    low = np.minimum.reduceat(boxes[order], starts)[:, :2]
    high = np.maximum.reduceat(boxes[order], starts)[:, 2:]
    return np.concatenate([low, high], axis=1)


def _alone(boxes: Ints, light: bool, parameters: TokenParameters) -> list[Token]:
    """Return the texts short enough to be a letter, with the free space around each."""
    if not len(boxes):
        return []
    x0, y0, x1, y1 = (boxes[:, i] for i in range(4))
    height, width = y1 - y0, x1 - x0
    short = (height >= parameters.least_height) & (height <= parameters.most_height)
    short &= (width <= parameters.most_width * height) & (width * 6 >= height)
    chosen = np.nonzero(short)[0]
    if not len(chosen):
        return []
    reach = np.zeros(len(boxes))
    reach[chosen] = _FREE
    one, other = _near(boxes, reach)
    mine = short[one]
    one, other = one[mine], other[mine]
    a, b = boxes[one], boxes[other]
    h, tall = height[one], height[other]
    similar = (tall > 0.4 * h) & (tall < 2.5 * h)
    line = similar & (-_gap(a, b, 1) > 0.3 * np.minimum(h, tall))
    column = similar & (-_gap(a, b, 0) > 0.3 * np.minimum(width[one], width[other]))

    def free(distance: Ints, where: npt.NDArray[np.bool_]) -> Floats:
        nearest = np.full(len(boxes), _FREE, np.float32)
        at = where & (distance >= 0)
        np.minimum.at(nearest, one[at], (distance[at] / h[at]).astype(np.float32))
        return nearest[chosen]

    left, right = free(a[:, 0] - b[:, 2], line), free(b[:, 0] - a[:, 2], line)
    above, below = free(a[:, 1] - b[:, 3], column), free(b[:, 1] - a[:, 3], column)
    made = [
        Token((int(a), int(b), int(c), int(d)), light, float(le), float(r), float(u), float(w))
        for (a, b, c, d), le, r, u, w in zip(boxes[chosen], left, right, above, below, strict=True)
        if le >= parameters.before
    ]
    made.sort(key=lambda token: -min(token.left, 1.5) - min(token.right, 1.5) - 0.02 * token.height)
    return made[: parameters.most_tokens]


def patches(grey: Grey, found: list[Token]) -> Floats:
    """Return what the letter model sees of each text: float32 of shape (texts, 1, *PATCH), 1 where it is drawn."""
    out = np.zeros((len(found), 1, *PATCH), np.float32)
    for i, token in enumerate(found):
        _draw(out[i, 0], grey, token.box, token.light)
    return out


def patch(grey: Grey, box: tuple[int, int, int, int], light: bool) -> Floats:
    """Return a text's box, stretched in grey from what is around it (0) to its strongest (1), scaled into PATCH."""
    out = np.zeros(PATCH, np.float32)
    _draw(out, grey, box, light)
    return out


def _draw(out: Floats, grey: Grey, box: tuple[int, int, int, int], light: bool) -> None:
    x0, y0, x1, y1 = box
    x0, y0 = max(0, x0 - 1), max(0, y0 - 1)
    part = grey[y0 : min(grey.shape[0], y1 + 1), x0 : min(grey.shape[1], x1 + 1)]
    edge = np.sort(np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]))
    around = (float(edge[(len(edge) - 1) // 2]) + float(edge[len(edge) // 2])) / 2  # the median
    strongest = float(part.max() if light else part.min())
    drawn = (part.astype(np.float32) - around) / (strongest - around or 1.0)
    np.minimum(np.maximum(drawn, 0.0, out=drawn), 1.0, out=drawn)
    scale = min(_TEXT[0] / part.shape[0], _TEXT[1] / part.shape[1])
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    cv2 = opencv()
    scaled = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    top, left = (PATCH[0] - size[1]) // 2, (PATCH[1] - size[0]) // 2
    out[top : top + size[1], left : left + size[0]] = scaled
