"""Divides a picture into one box for each letter, by the cheapest tree of straight cuts over all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from extractors.panels.pictures.cuts import (
    CLEAN,
    LayoutParameters,
    Option,
    Setting,
    Style,
    around,
    options,
    setting_of,
)
from extractors.panels.pictures.shared import without_shared
from extractors.panels.pictures.surface import PixelBox, Surface, inked, prices, tight


@dataclass(frozen=True)
class Division:
    """The boxes of letters, by their numbers, and what the division costs; `worst` is its dearest cut."""

    cost: float
    boxes: dict[int, PixelBox]
    worst: float = 0.0


@dataclass
class _Search:
    setting: Setting
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
    parameters = parameters or LayoutParameters()
    whole = around(whole, letters)
    found = _divided(setting_of(of, whole, letters, style, parameters), whole, most)
    rest = None if found is None else without_shared(of, whole, letters, list(found.boxes.values()))
    if found is None or rest is None:
        return found
    again = _divided(
        setting_of(of, around(rest, letters), letters, style, parameters), around(rest, letters), most
    )
    return None if again is None else replace(again, cost=again.cost + parameters.shared)


def _divided(setting: Setting, whole: PixelBox, most: float) -> Division | None:
    count = len(setting.letters)
    found = _best(_Search(setting), tuple(range(count)), whole, most)
    return found if len(found.boxes) == count and found.cost < most else None


def _best(search: _Search, members: tuple[int, ...], box: PixelBox, most: float) -> Division:
    """Return the cheapest division of a box, or an impossible one where each costs `most` or more."""
    key = (members, box)
    if key in search.known:
        return search.known[key]
    if search.least.get(key, 0.0) >= most:
        return _IMPOSSIBLE
    found = _panel(search.setting, members[0], box) if len(members) == 1 else _cut(search, members, box, most)
    if found is _IMPOSSIBLE:
        search.least[key] = most
    else:
        search.known[key] = found
    return found


_IMPOSSIBLE = Division(1e6, {}, 1e6)


def _cut(search: _Search, members: tuple[int, ...], box: PixelBox, most: float) -> Division:
    """Return the cheapest division of a box that holds several letters, where it costs less than `most`."""
    best = _IMPOSSIBLE
    followed = 0
    search.cuts += 1
    branches = (
        search.setting.parameters.branches
        if search.cuts < search.setting.parameters.patience * len(search.setting.letters)
        else 1
    )
    for option in sorted(options(search.setting, members, box), key=lambda option: option.price):
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
        if best.cost <= search.setting.parameters.good * len(members):
            break
    return best


def _followed(
    search: _Search, option: Option, halves: tuple[PixelBox, PixelBox], most: float
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
            cost += _left_over(search.setting, half)
        if cost >= most:
            return None
    return Division(cost, boxes, worst)


def _left_over(setting: Setting, strip: PixelBox) -> float:
    """Return what speaks against leaving out a strip, for how much of the picture it is."""
    share = (strip[2] - strip[0]) * (strip[3] - strip[1]) / (setting.surface.width * setting.surface.height)
    return setting.parameters.left_over_area * share


def _halves(search: _Search, box: PixelBox, option: Option) -> tuple[PixelBox, PixelBox] | None:
    """Return what is drawn on either side of a cut, the letters included; None where a side is blank."""
    low, high = list(box), list(box)
    low[option.axis + 2] = high[option.axis] = option.place
    first, second = _tight(search.setting, tuple(low)), _tight(search.setting, tuple(high))
    if first is None or second is None:
        return None
    letters = search.setting.letters
    return (
        around(first, [letters[m] for m in option.before]) if option.before else first,
        around(second, [letters[m] for m in option.after]) if option.after else second,
    )


def _tight(setting: Setting, box: tuple[int, ...]) -> PixelBox | None:
    x0, y0, x1, y1 = box
    return tight(setting.surface, (x0, y0, x1, y1))


def _panel(setting: Setting, letter: int, box: PixelBox) -> Division:
    """Return a box that holds one letter alone, and what speaks against its being that letter's panel."""
    parameters = setting.parameters
    place = setting.letters[letter]
    box, cost = _trimmed(setting, place, box)
    tall = place[3] - place[1]
    sides = box[2] - box[0], box[3] - box[1]
    if inked(setting.surface, box) - inked(setting.surface, place) < max(30, tall * tall // 2):
        cost += parameters.empty
    if min(sides) < 2 * tall:
        cost += parameters.small
    for axis in (0, 1):
        middle = (place[axis] + place[axis + 2]) / 2 - box[axis]
        at = setting.style.at(axis)
        if at == 0.5:
            off = max(0.0, abs(middle / sides[axis] - 0.5) - 0.08)
        else:
            away = place[axis] - box[axis] if at == 0 else box[axis + 2] - place[axis + 2]
            inset = setting.inset[axis]
            off = max(0.0, min(abs(away - inset) + 0.5 * inset, away) / sides[axis] - 0.06)
        cost += parameters.apart * off
    return Division(cost, {letter: box}, 0.0)


def _trimmed(setting: Setting, place: PixelBox, box: PixelBox) -> tuple[PixelBox, float]:
    """Return a panel without what lies beyond its letter behind a gutter: it belongs to the figure, not to it."""
    cost = 0.0
    tall = place[3] - place[1]
    for axis in (0, 1):
        if setting.style.at(axis) != 0:
            continue
        away = place[axis] - box[axis]
        if away < max(1.5 * tall, setting.inset[axis] + 0.5 * tall):
            continue
        lines = np.nonzero(prices(setting.surface, box, axis)[:away] < CLEAN)[0]
        wide = max(3.0, 0.5 * setting.parameters.wide * max(setting.surface.width, setting.surface.height))
        if len(lines) and away - lines[-1] <= setting.inset[axis] + tall and _run(lines) >= wide:
            kept = list(box)
            kept[axis] = box[axis] + int(lines[-1])
            inner = _tight(setting, tuple(kept))
            if inner is not None:
                cost += setting.parameters.left_over * 0.5 + _left_over(
                    setting, _beyond(box, axis, kept[axis])
                )
                box = around(inner, [place])
    return box, cost


def _beyond(box: PixelBox, axis: int, place: int) -> PixelBox:
    x0, y0, x1, y1 = box
    return (x0, y0, x1, place) if axis else (x0, y0, place, y1)


def _run(lines: np.ndarray) -> int:
    """Return the length of the run of neighbouring lines that ends with the last one."""
    steps = np.nonzero(np.diff(lines) != 1)[0]
    return len(lines) - (int(steps[-1]) + 1 if len(steps) else 0)
