r"""What options and boxes do to a picture, as a list of changes in the order in which TeX makes them.

A change is a word with its numbers: `turn DEGREES`, `mirror`, `cut LEFT BOTTOM RIGHT TOP` (big points of the
size as printed, or shares of it as 0.5w and 0.5h), `view X0 Y0 X1 Y1`, `size WIDTH HEIGHT` (big points, `!` for
what follows from the other), `shape WIDTH HEIGHT` (proportions alone), `scale X Y`, `unsized` (a size that
depends on the page).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extractors.latex.source.options import OWN_SIZES, degrees, key_list, measured, sides, truth

Changes = tuple[str, ...]
CUTS = ("cut", "view")
# Keys of the adjustbox package that cut where they stand, and its keys for turning.
TURNS = frozenset({"angle", "rotate", "turn"})


@dataclass
class Sizing:
    """The changes that options make, read one after the other; a size waits until the next turn or the end."""

    changes: list[str] = field(default_factory=list)
    width: str = ""
    height: str = ""
    keep: bool = False

    def read(self, key: str, value: str) -> None:
        """Take note of one option."""
        if key == "width":
            self.width = value
        elif key in {"height", "totalheight"}:
            self.height = value
        elif key == "keepaspectratio":
            self.keep = truth(value)
        elif key == "scale":
            self.settle()
            self.changes += scaling(*scale_factors(value))
        elif key in TURNS:
            self.settle()
            if degrees(value):
                self.changes.append(f"turn {degrees(value):g}")
        elif key == "reflect" and truth(value):
            self.settle()
            self.changes.append("mirror")
        elif key in {"Clip", "Clip*"}:
            self.settle()
            self.changes += cutting(value, corners=key.endswith("*"))

    def settle(self) -> None:
        """Make the size that waits."""
        self.changes += sized(self.width, self.height, keep=self.keep)
        self.width = self.height = ""


def option_changes(pairs: Iterable[tuple[str, str]]) -> Changes:
    """Return what the options of a picture or of an adjustbox do."""
    sizing = Sizing()
    for key, value in pairs:
        sizing.read(key, value)
    sizing.settle()
    return tuple(sizing.changes)


def scale_factors(value: str) -> tuple[float, float]:
    """Return adjustbox's scale=… as factors of width and height: one number, or two in braces."""
    parts = [p for p in value.replace("}{", " ").replace("{", " ").replace("}", " ").split() if p]
    if not parts:
        return 1.0, 1.0
    return degrees(parts[0]), degrees(parts[-1])


def scaling(x: float, y: float) -> list[str]:
    """Return the changes of a scaling, which mirrors where a factor is negative."""
    if not x or not y:
        return []
    changes = ["mirror"] if (x < 0) != (y < 0) else []
    if y < 0:
        changes.append("turn 180")
    return [*changes, f"scale {abs(x):g} {abs(y):g}"]


def sized(width: str, height: str, *, keep: bool = False) -> list[str]:
    r"""Return the changes of a width and a height as \resizebox takes them; `!` and nothing follow the other."""
    wanted = [measured(t) if t.strip() not in {"", "!"} else None for t in (width, height)]
    given = [t.strip() not in {"", "!"} for t in (width, height)]
    if not any(given):
        return []
    if any(w is None for w, g in zip(wanted, given, strict=True) if g) or (keep and all(given)):
        return ["unsized"]
    own = {w[1] for w in wanted if w is not None and w[1] in OWN_SIZES}
    if own:  # \width and \height are those of the picture itself
        return _own_scaled(wanted) if all(w is None or w[1] in OWN_SIZES for w in wanted) else ["unsized"]
    units = {w[1] for w in wanted if w is not None}
    values = ["!" if w is None else f"{abs(w[0]):.6g}" for w in wanted]
    if any(w is not None and not w[0] for w in wanted):
        return []
    if units == {""}:
        return [f"size {values[0]} {values[1]}"]
    return [f"shape {values[0]} {values[1]}"] if all(given) and len(units) == 1 else ["unsized"]


def _own_scaled(wanted: Sequence[tuple[float, str] | None]) -> list[str]:
    if any(w is not None and (w[1].lower() == "width") != (i == 0) for i, w in enumerate(wanted)):
        return ["unsized"]
    factors = [w[0] for w in wanted if w is not None]
    return scaling(factors[0], factors[-1])


def cutting(value: str, *, corners: bool = False) -> list[str]:
    """Return the change of a clip by margins, or by two corners; nothing where its lengths are not known."""
    numbers = sides(value)
    if numbers is None or (not corners and not any(float(n.rstrip("wh")) for n in numbers)):
        return []
    return [("view " if corners else "cut ") + " ".join(numbers)]


def box_changes(options: str, defaults: Iterable[tuple[str, str]] = ()) -> Changes:
    r"""Return what an \adjustbox does to what stands in it."""
    pairs = [*defaults, *key_list(options)]
    clip = any(key == "clip" and truth(value) for key, value in pairs)
    first: list[str] = []
    for key, value in pairs:
        if clip and key in {"trim", "viewport"}:
            first = cutting(value, corners=key == "viewport")
    return (*first, *option_changes(pairs))


def pruned(changes: Sequence[str]) -> Changes:
    """Return the changes that alter what is seen: sizes count where they stretch or where a cut follows."""
    kept: list[str] = []
    measured_later = False
    for change in reversed(changes):
        word, *numbers = change.split(" ")
        if word in CUTS:
            measured_later = True
        sizes = word in {"size", "scale", "unsized"}
        stretches = (word == "size" and "!" not in numbers) or (word == "scale" and len(set(numbers)) > 1)
        if not sizes or stretches or measured_later:
            kept.append(change)
    return tuple(reversed(kept))


def folded(angle: float, changes: Sequence[str]) -> tuple[float, Changes]:
    """Return the turn that comes first, added to an angle, and the changes that follow it."""
    left = list(changes)
    while left and left[0].startswith("turn "):
        angle += float(left.pop(0).split(" ")[1])
    return angle, tuple(left)
