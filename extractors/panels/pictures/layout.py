"""Divides a picture into one box for each letter, by the cheapest tree of straight cuts over all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from extractors.panels.pictures.surface import Floats, PixelBox, Surface, inked, prices, tight


@dataclass(frozen=True)
class Style:
    """Where in its panel a letter stands: 0 at the left or top, 0.5 in the middle, 1 at the right or bottom."""

    x: float
    y: float

    def at(self, axis: int) -> float:
        """Return the place along an axis."""
        return self.y if axis else self.x


STYLES: Final = (Style(0, 0), Style(0.5, 1), Style(0, 1), Style(0.5, 0), Style(1, 0), Style(1, 1))


_CLEAN: Final = 0.05  # price of a line that is a gutter


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
    apart: float = 1.5  # a letter that stands as far from its corner as the panel is long
    empty: float = 4.0  # a panel with nothing but its letter
    small: float = 2.0  # a panel lower or narrower than two letters


@dataclass(frozen=True)
class Division:
    """The boxes of letters, by their numbers, and what the division costs; `worst` is its dearest cut."""

    cost: float
    boxes: dict[int, PixelBox]
    worst: float = 0.0


@dataclass
class _Search:
    of: Surface
    letters: Sequence[PixelBox]
    style: Style
    parameters: LayoutParameters
    inset: tuple[float, float]  # how far letters stand from their panels' edge, by the outermost ones
    known: dict[tuple[tuple[int, ...], PixelBox], Division] = field(default_factory=dict)
    cuts: int = 0  # boxes that were looked at
    least: dict[tuple[tuple[int, ...], PixelBox], float] = field(default_factory=dict)  # its cost is no less


def divide(
    of: Surface,
    letters: Sequence[PixelBox],
    style: Style,
    most: float,
    parameters: LayoutParameters | None = None,
) -> Division | None:
    """Return the cheapest division of a picture in which each letter stands in a box of its own.

    None where it costs `most` or more.
    """
    whole = tight(of, (0, 0, of.width, of.height))
    if whole is None or not letters:
        return None
    whole = _around(whole, letters)
    search = _Search(of, letters, style, parameters or LayoutParameters(), _inset(whole, letters, style))
    found = _best(search, tuple(range(len(letters))), whole, most)
    return found if len(found.boxes) == len(letters) and found.cost < most else None


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


def _around(box: PixelBox, letters: Sequence[PixelBox]) -> PixelBox:
    return (
        min(box[0], *(b[0] for b in letters)),
        min(box[1], *(b[1] for b in letters)),
        max(box[2], *(b[2] for b in letters)),
        max(box[3], *(b[3] for b in letters)),
    )


def _inset(whole: PixelBox, letters: Sequence[PixelBox], style: Style) -> tuple[float, float]:
    """Return the distance of the outermost letters from the drawing's edge, where their style is at that edge."""

    def one(axis: int) -> float:
        if style.at(axis) == 0:
            return float(min(b[axis] for b in letters) - whole[axis])
        if style.at(axis) == 1:
            return float(whole[axis + 2] - max(b[axis + 2] for b in letters))
        return 0.0

    return one(0), one(1)


def _best(search: _Search, members: tuple[int, ...], box: PixelBox, most: float) -> Division:
    """Return the cheapest division of a box, or an impossible one where each costs `most` or more."""
    key = (members, box)
    if key in search.known:
        return search.known[key]
    if search.least.get(key, 0.0) >= most:
        return _IMPOSSIBLE
    found = _panel(search, members[0], box) if len(members) == 1 else _cut(search, members, box, most)
    if found is _IMPOSSIBLE:
        search.least[key] = most
    else:
        search.known[key] = found
    return found


_IMPOSSIBLE = Division(1e6, {}, 1e6)


@dataclass(frozen=True)
class _Option:
    """A cut of a box at a place of an axis, and the letters before and behind it; none where a strip is left out."""

    price: float
    crossing: float
    axis: int
    place: int
    before: tuple[int, ...]
    after: tuple[int, ...]


def _cut(search: _Search, members: tuple[int, ...], box: PixelBox, most: float) -> Division:
    """Return the cheapest division of a box that holds several letters, where it costs less than `most`."""
    best = _IMPOSSIBLE
    followed = 0
    search.cuts += 1
    branches = (
        search.parameters.branches if search.cuts < search.parameters.patience * len(search.letters) else 1
    )
    for option in sorted(_options(search, members, box), key=lambda option: option.price):
        limit = min(most, best.cost)
        if option.price >= limit or followed == branches:
            break
        halves = _halves(search, box, option)
        if halves is None:
            continue
        followed += 1
        tried = _followed(search, option, halves, limit)
        if tried is not None and tried.cost < best.cost:
            best = tried
        if best.cost <= search.parameters.good * len(members):
            break
    return best


def _followed(
    search: _Search, option: _Option, halves: tuple[PixelBox, PixelBox], most: float
) -> Division | None:
    """Return the division that an option leads to, or None where it costs more than another one."""
    cost, worst = option.price, option.crossing
    boxes: dict[int, PixelBox] = {}
    for members, half in ((option.before, halves[0]), (option.after, halves[1])):
        if members:
            part = _best(search, members, half, most - cost)
            cost, worst = cost + part.cost, max(worst, part.worst)
            boxes |= part.boxes
        else:
            cost += _left_over(search, half)
        if cost >= most:
            return None
    return Division(cost, boxes, worst)


def _left_over(search: _Search, strip: PixelBox) -> float:
    """Return what speaks against leaving out a strip, for how much of the picture it is."""
    share = (strip[2] - strip[0]) * (strip[3] - strip[1]) / (search.of.width * search.of.height)
    return search.parameters.left_over_area * share


def _options(search: _Search, members: tuple[int, ...], box: PixelBox) -> list[_Option]:
    made: list[_Option] = []
    for axis in (0, 1):
        costs = prices(search.of, box, axis)
        total = costs + _widths(costs, search)
        order = sorted(members, key=lambda m: (search.letters[m][axis], m))
        low = 0
        for count in range(1, len(order)):
            low = max(low, search.letters[order[count - 1]][axis + 2])
            high = search.letters[order[count]][axis]
            if low > high:
                continue
            before, after = tuple(sorted(order[:count])), tuple(sorted(order[count:]))
            made += [
                _Option(price, float(costs[place - box[axis]]), axis, place, before, after)
                for place, price in _places(search, box, axis, (low, high), total)
            ]
        made += _strips(search, members, box, axis, costs)
    return made


def _places(
    search: _Search, box: PixelBox, axis: int, between: tuple[int, int], total: Floats
) -> list[tuple[int, float]]:
    """Return the cheapest places for a cut between letters, each with its price."""
    # A cut runs through its line's pixels; a letter begins at `high`, where the second half begins too.
    low, high = max(between[0], box[axis] + 1), min(between[1], box[axis + 2] - 1)
    if low > high:
        return []
    places = np.arange(low, high + 1)
    price = total[low - box[axis] : high + 1 - box[axis]] + _far(search, box, axis, between, places)
    chosen: list[tuple[int, float]] = []
    while len(chosen) < search.parameters.choices:
        index = int(price.argmin())
        if not np.isfinite(price[index]) or (
            chosen and price[index] > chosen[0][1] + search.parameters.second
        ):
            break
        chosen.append((int(places[index]), float(price[index])))
        price[max(0, index - 12) : index + 13] = np.inf
    return chosen


def _far(search: _Search, box: PixelBox, axis: int, between: tuple[int, int], places: np.ndarray) -> Floats:
    """Return what speaks against places for their distance from where the letters say that their panels begin."""
    low, high = between
    inset = search.inset[axis]
    at = search.style.at(axis)
    half = 0.5 * (box[axis + 2] - box[axis])
    if at == 0.5:
        off = np.abs(places - (low + high) / 2) * 0.5
    else:
        away = (high - places) if at == 0 else (places - low)
        off = np.minimum(np.abs(away - inset), np.maximum(0, away - 4) * 1.25)
    return np.asarray(search.parameters.distance * off / half, np.float64)


def _widths(costs: Floats, search: _Search) -> Floats:
    """Return for each line what speaks against it for the narrowness of its gutter, and for lying at its edge."""
    wide = max(3.0, search.parameters.wide * max(search.of.width, search.of.height))
    clean = costs < _CLEAN
    index = np.arange(len(costs))
    before = index - np.maximum.accumulate(np.where(clean, -1, index))
    after = np.minimum.accumulate(np.where(clean, len(costs), index)[::-1])[::-1] - index
    reach = np.where(clean, before + after - 1, 0)
    middle = np.where(clean, np.minimum(before, after) / np.maximum(1, reach), 0)
    return np.asarray(
        search.parameters.narrow * (1 - np.minimum(reach, wide) / wide)
        + 0.02 * (0.5 - np.minimum(middle, 0.5))
    )


def _halves(search: _Search, box: PixelBox, option: _Option) -> tuple[PixelBox, PixelBox] | None:
    """Return what is drawn on either side of a cut, the letters included; None where a side is blank."""
    low, high = list(box), list(box)
    low[option.axis + 2] = high[option.axis] = option.place
    first, second = _tight(search, tuple(low)), _tight(search, tuple(high))
    if first is None or second is None:
        return None
    letters = search.letters
    return (
        _around(first, [letters[m] for m in option.before]) if option.before else first,
        _around(second, [letters[m] for m in option.after]) if option.after else second,
    )


def _tight(search: _Search, box: tuple[int, ...]) -> PixelBox | None:
    x0, y0, x1, y1 = box
    return tight(search.of, (x0, y0, x1, y1))


def _strips(
    search: _Search, members: tuple[int, ...], box: PixelBox, axis: int, costs: Floats
) -> list[_Option]:
    """Return the cuts that leave out a strip without a letter at either end: a shared legend, title or axis."""
    start, end = box[axis], box[axis + 2]
    first = min(search.letters[m][axis] for m in members)
    last = max(search.letters[m][axis + 2] for m in members)
    most = search.parameters.left_over_most * (end - start)
    lines = np.nonzero(costs < _CLEAN)[0] + start
    before = lines[(lines < first) & (lines - start < most) & (lines > start)]
    after = lines[(lines >= last) & (end - lines < most)]
    # Before letters that stand where their panels begin, nothing is theirs.
    price = search.parameters.left_over
    made = []
    if len(before):
        cheap = price * (0.5 if search.style.at(axis) == 0 else 1.0)
        made.append(_Option(cheap, 0.0, axis, int(before[-1]), (), members))
    if len(after):
        cheap = price * (0.5 if search.style.at(axis) == 1 else 1.0)
        made.append(
            _Option(cheap, 0.0, axis, int(after[0 if search.style.at(axis) == 1 else -1]), members, ())
        )
    return made


def _panel(search: _Search, letter: int, box: PixelBox) -> Division:
    """Return a box that holds one letter alone, and what speaks against its being that letter's panel."""
    parameters = search.parameters
    place = search.letters[letter]
    box, cost = _trimmed(search, place, box)
    tall = place[3] - place[1]
    sides = box[2] - box[0], box[3] - box[1]
    if inked(search.of, box) - inked(search.of, place) < max(30, tall * tall // 2):
        cost += parameters.empty
    if min(sides) < 2 * tall:
        cost += parameters.small
    for axis in (0, 1):
        middle = (place[axis] + place[axis + 2]) / 2 - box[axis]
        at = search.style.at(axis)
        if at == 0.5:
            off = max(0.0, abs(middle / sides[axis] - 0.5) - 0.08)
        else:
            away = place[axis] - box[axis] if at == 0 else box[axis + 2] - place[axis + 2]
            inset = search.inset[axis]
            off = max(0.0, min(abs(away - inset) + 0.5 * inset, away) / sides[axis] - 0.06)
        cost += parameters.apart * off
    return Division(cost, {letter: box}, 0.0)


def _trimmed(search: _Search, place: PixelBox, box: PixelBox) -> tuple[PixelBox, float]:
    """Return a panel without what lies beyond its letter behind a gutter: it belongs to the figure, not to it."""
    cost = 0.0
    tall = place[3] - place[1]
    for axis in (0, 1):
        if search.style.at(axis) != 0:
            continue
        away = place[axis] - box[axis]
        if away < max(1.5 * tall, search.inset[axis] + 0.5 * tall):
            continue
        lines = np.nonzero(prices(search.of, box, axis)[:away] < _CLEAN)[0]
        wide = max(3.0, 0.5 * search.parameters.wide * max(search.of.width, search.of.height))
        if len(lines) and away - lines[-1] <= search.inset[axis] + tall and _run(lines) >= wide:
            kept = list(box)
            kept[axis] = box[axis] + int(lines[-1])
            inner = _tight(search, tuple(kept))
            if inner is not None:
                cost += search.parameters.left_over * 0.5 + _left_over(search, _beyond(box, axis, kept[axis]))
                box = _around(inner, [place])
    return box, cost


def _beyond(box: PixelBox, axis: int, place: int) -> PixelBox:
    x0, y0, x1, y1 = box
    return (x0, y0, x1, place) if axis else (x0, y0, place, y1)


def _run(lines: np.ndarray) -> int:
    """Return the length of the run of neighbouring lines that ends with the last one."""
    steps = np.nonzero(np.diff(lines) != 1)[0]
    return len(lines) - (int(steps[-1]) + 1 if len(steps) else 0)
