"""Where a box may be cut in two: between letters along a gutter, or beside a strip that has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from extractors.panels.pictures.surface import Floats, PixelBox, Surface, prices, tight

CLEAN: Final = 0.05  # price of a line that is a gutter


@dataclass(frozen=True)
class Style:
    """Where in its panel a letter stands: 0 at the left or top, 0.5 in the middle, 1 at the right or bottom."""

    x: float
    y: float

    def at(self, axis: int) -> float:
        """Return the place along an axis."""
        return self.y if axis else self.x


STYLES: Final = (Style(0, 0), Style(0.5, 1), Style(0, 1), Style(0.5, 0), Style(1, 0), Style(1, 1))


@dataclass(frozen=True)
class LayoutParameters:
    """What speaks against a cut or a panel; all in the price of cuts, where 1 is doubtful."""

    distance: float = 1.6  # a cut as far from its letters as half of the box is long
    narrow: float = 0.25  # a gutter without width, against one of `wide`
    wide: float = 0.012  # of the picture's longer side: wider gutters are no better
    choices: int = 2  # places that are tried for one division of the letters
    branches: int = 6  # divisions of a box that are followed
    second: float = 0.5  # the second best place is tried where it costs no more than so much more
    patience: int = 12  # boxes looked at for each letter before the first choice everywhere must do
    good: float = 0.05  # cost for each letter at which no other division is followed
    left_over: float = 0.3  # a strip without a letter that is left out
    left_over_area: float = 8.0  # and for its share of the picture
    left_over_most: float = 0.25  # of the box
    shared: float = 0.1  # a legend or the name of an axis that belongs to all panels is left out
    apart: float = 1.5  # a letter that stands as far from its corner as the panel is long
    empty: float = 4.0  # a panel with nothing but its letter
    small: float = 2.0  # a panel lower or narrower than two letters


@dataclass(frozen=True)
class Setting:
    """A picture, its letters, where they stand in their panels, and what speaks against cuts.

    `inset` is how far letters stand from their panels' edge along either axis, by the outermost ones.
    """

    surface: Surface
    letters: Sequence[PixelBox]
    style: Style
    parameters: LayoutParameters
    inset: tuple[float, float]


@dataclass(frozen=True)
class Option:
    """A cut of a box at a place of an axis, and the letters before and behind it; none where a strip is left out."""

    price: float
    crossing: float
    axis: int
    place: int
    before: tuple[int, ...]
    after: tuple[int, ...]


def options(setting: Setting, members: tuple[int, ...], box: PixelBox) -> list[Option]:
    """Return the cuts of a box that holds these letters."""
    made: list[Option] = []
    for axis in (0, 1):
        costs = prices(setting.surface, box, axis)
        total = costs + _widths(costs, setting)
        order = sorted(members, key=lambda m: (setting.letters[m][axis], m))
        low = 0
        for count in range(1, len(order)):
            low = max(low, setting.letters[order[count - 1]][axis + 2])
            high = setting.letters[order[count]][axis]
            if low > high:
                continue
            before, after = tuple(sorted(order[:count])), tuple(sorted(order[count:]))
            made += [
                Option(price, float(costs[place - box[axis]]), axis, place, before, after)
                for place, price in _places(setting, box, axis, (low, high), total)
            ]
        made += _strips(setting, members, box, axis, costs)
    return made


def _places(
    setting: Setting, box: PixelBox, axis: int, between: tuple[int, int], total: Floats
) -> list[tuple[int, float]]:
    """Return the cheapest places for a cut between letters, each with its price."""
    # A cut runs through its line's pixels; a letter begins at `high`, where the second half begins too.
    low, high = max(between[0], box[axis] + 1), min(between[1], box[axis + 2] - 1)
    if low > high:
        return []
    places = np.arange(low, high + 1)
    price = total[low - box[axis] : high + 1 - box[axis]] + _far(setting, box, axis, between, places)
    chosen: list[tuple[int, float]] = []
    while len(chosen) < setting.parameters.choices:
        index = int(price.argmin())
        if not np.isfinite(price[index]) or (
            chosen and price[index] > chosen[0][1] + setting.parameters.second
        ):
            break
        chosen.append((int(places[index]), float(price[index])))
        price[max(0, index - 12) : index + 13] = np.inf
    return chosen


def _far(setting: Setting, box: PixelBox, axis: int, between: tuple[int, int], places: np.ndarray) -> Floats:
    """Return what speaks against places for their distance from where the letters say that their panels begin."""
    low, high = between
    inset = setting.inset[axis]
    at = setting.style.at(axis)
    half = 0.5 * (box[axis + 2] - box[axis])
    if at == 0.5:
        off = np.abs(places - (low + high) / 2) * 0.5
    else:
        away = (high - places) if at == 0 else (places - low)
        off = np.minimum(np.abs(away - inset), np.maximum(0, away - 4) * 1.25)
    return np.asarray(setting.parameters.distance * off / half, np.float64)


def _widths(costs: Floats, setting: Setting) -> Floats:
    """Return for each line what speaks against it for the narrowness of its gutter, and for lying at its edge."""
    wide = max(3.0, setting.parameters.wide * max(setting.surface.width, setting.surface.height))
    found = np.full(len(costs), setting.parameters.narrow + 0.01)
    clean = np.nonzero(costs < CLEAN)[0]
    if not len(clean):
        return found
    starts = np.nonzero(clean[1:] - clean[:-1] != 1)[0] + 1
    lengths = np.diff(starts, prepend=0, append=len(clean))
    reach = np.repeat(lengths, lengths)
    before = clean - np.repeat(clean[np.concatenate([[0], starts])], lengths) + 1
    middle = np.minimum(before, reach + 1 - before) / reach
    found[clean] = setting.parameters.narrow * (1 - np.minimum(reach, wide) / wide) + 0.02 * (
        0.5 - np.minimum(middle, 0.5)
    )
    return found


def _strips(
    setting: Setting, members: tuple[int, ...], box: PixelBox, axis: int, costs: Floats
) -> list[Option]:
    """Return the cuts that leave out a strip without a letter at either end: a shared legend, title or axis."""
    start, end = box[axis], box[axis + 2]
    first = min(setting.letters[m][axis] for m in members)
    last = max(setting.letters[m][axis + 2] for m in members)
    most = setting.parameters.left_over_most * (end - start)
    lines = np.nonzero(costs < CLEAN)[0] + start
    before = lines[(lines < first) & (lines - start < most) & (lines > start)]
    after = lines[(lines >= last) & (end - lines < most)]
    # Before letters that stand where their panels begin, nothing is theirs.
    price = setting.parameters.left_over
    made = []
    if len(before):
        cheap = price * (0.5 if setting.style.at(axis) == 0 else 1.0)
        made.append(Option(cheap, 0.0, axis, int(before[-1]), (), members))
    if len(after):
        cheap = price * (0.5 if setting.style.at(axis) == 1 else 1.0)
        made.append(
            Option(cheap, 0.0, axis, int(after[0 if setting.style.at(axis) == 1 else -1]), members, ())
        )
    return made


def likely_styles(of: Surface, letters: Sequence[PixelBox]) -> list[Style]:
    """Return the styles, first the one that the outermost letters' distances from the drawing's edges speak for."""
    whole = tight(of, (0, 0, of.width, of.height)) or (0, 0, of.width, of.height)
    free: list[tuple[float, float]] = []
    for axis in (0, 1):
        length = max(1, whole[axis + 2] - whole[axis])
        before = (min(b[axis] for b in letters) - whole[axis]) / length
        after = (whole[axis + 2] - max(b[axis + 2] for b in letters)) / length
        free.append((before, after))

    def against(style: Style) -> float:
        away = [{0: before, 0.5: 0.5 * abs(before - after) + 0.05, 1: after}[style.at(axis)]
                for axis, (before, after) in enumerate(free)]  # fmt: skip
        return sum(away)

    return sorted(STYLES, key=against)


def around(box: PixelBox, letters: Sequence[PixelBox]) -> PixelBox:
    """Return the box that holds a box and letters."""
    return (
        min(box[0], *(b[0] for b in letters)),
        min(box[1], *(b[1] for b in letters)),
        max(box[2], *(b[2] for b in letters)),
        max(box[3], *(b[3] for b in letters)),
    )


def setting_of(
    surface: Surface, whole: PixelBox, letters: Sequence[PixelBox], style: Style, parameters: LayoutParameters
) -> Setting:
    """Return what cuts of a drawing in its box `whole` are priced by."""
    return Setting(surface, letters, style, parameters, _inset(whole, letters, style))


def _inset(whole: PixelBox, letters: Sequence[PixelBox], style: Style) -> tuple[float, float]:
    """Return the distance of the outermost letters from the drawing's edge, where their style is at that edge."""

    def one(axis: int) -> float:
        if style.at(axis) == 0:
            return float(min(b[axis] for b in letters) - whole[axis])
        if style.at(axis) == 1:
            return float(whole[axis + 2] - max(b[axis + 2] for b in letters))
        return 0.0

    return one(0), one(1)
