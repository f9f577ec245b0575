r"""Boxes that turn, mirror, scale or clip the pictures in them: \rotatebox, \scalebox, \clipbox and their kin."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from extractors.latex.source.changes import box_changes, cutting, scaling, sized
from extractors.latex.source.options import degrees, parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.source.words import words
from extractors.latex.walk.state import Walk

FULL_TURN = 360.0
RADIANS = re.compile(r"[+-]?6\.28\d*")
QUARTER_TURNS = {
    "rotateleft": "turn 90",
    "rotateright": "turn -90",
    "rotatedown": "turn 180",
    "psrotateleft": "turn 90",
    "psrotateright": "turn -90",
    "psrotatedown": "turn 180",
}
BOX_COMMANDS = words(
    """rotatebox Rotatebox turnbox reflectbox Reflectbox scalebox Scalebox psscalebox resizebox Resizebox clipbox
    Clipbox trimbox adjustbox rotateleft rotateright rotatedown psrotateleft psrotateright psrotatedown"""
)
BOX_ENVIRONMENTS = words("turn rotate sideways adjustbox clipbox trimbox")


def box(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read a box: what stands in it is read on, and its pictures are changed when it ends."""
    starred = scan.star() or walk.text[scan.pos - 1] == "*"
    made = made_by(walk, name, scan, starred=starred)
    walk.region(scan, changing(walk, scan.pos, made))


def made_by(walk: Walk, name: str, scan: Scanner, *, starred: bool) -> Sequence[str]:
    """Return what a box does to its content; `scan` moves past all arguments but the content."""
    kind = name.lower()
    if kind in QUARTER_TURNS:
        return [QUARTER_TURNS[kind]]
    if kind == "rotatebox":
        options = parse_keys(scan.optional() or "")
        return turned(walk, scan.argument(), units=options.get("units", ""))
    if kind == "turnbox":
        return turned(walk, scan.argument())
    if kind == "reflectbox":
        return ["mirror"]
    if kind == "scalebox":
        across = scan.argument()
        upwards = scan.optional()
        return scaling(degrees(across), degrees(across if upwards is None else upwards))
    if kind == "psscalebox":
        factors = scan.argument().split() or ["1"]
        return scaling(degrees(factors[0]), degrees(factors[-1]))
    if kind == "resizebox":
        return sized(scan.argument(), scan.argument())
    if kind == "clipbox":
        return cutting(scan.argument(), corners=starred)
    if kind == "adjustbox":
        return box_changes(scan.argument(), walk.graphics[walk.settings].box_keys)
    scan.argument()  # \trimbox changes the box, not what is seen
    return []


def turned(walk: Walk, angle: str, *, units: str = "") -> list[str]:
    """Return the change of a turn, whose unit may be other than degrees and whose sense may be the clock's."""
    full = degrees(units) if units else -FULL_TURN if walk.clockwise else FULL_TURN
    value = degrees(angle) * (FULL_TURN / full if full else 1.0)
    return [f"turn {value:.6g}"] if value else []


def begin_box(walk: Walk, environment: str, scan: Scanner, at: int) -> Callable[[int], None] | None:
    """Return what ends an environment that changes its pictures, None where this is none."""
    bare = environment.rstrip("*")
    if bare not in BOX_ENVIRONMENTS:
        return None
    if bare in {"turn", "rotate"}:
        made: Sequence[str] = turned(walk, scan.argument())
    elif bare == "sideways":
        made = turned(walk, "90")
    else:
        made = made_by(walk, bare, scan, starred=environment != bare)
    return changing(walk, scan.pos, made)


def changing(walk: Walk, start: int, made: Sequence[str]) -> Callable[[int], None]:
    """Return what changes, at its end, the pictures of a box that begins at a position.

    A box that holds the caption as well turns it with its picture: who reads the one sees the other upright.
    What cuts or stretches several pictures together is left out, as it says nothing of any one; what turns or mirrors
    them does so to each, and to how they stand to each other.
    """

    def closing(end: int) -> None:
        body = walk.holder()
        if body is None or not made or any(caption.pos >= start for caption in body.captions):
            return
        items = [item for item in body.graphics if item.pos >= start]
        kept = made if len(items) == 1 else [c for c in made if c.startswith(("turn", "mirror"))]
        if len(items) > 1 and kept:
            body.turned.append((items, tuple(kept)))
        for item in items:
            item.shown = replace(item.shown, changes=(*item.shown.changes, *kept))

    return closing
