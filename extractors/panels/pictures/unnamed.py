"""Whether a picture shows the letter of one more panel than its caption names."""

import string
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.panels.pictures.assignment import Candidate

_SEEN_IN_STROKES = frozenset("ilo")  # a stroke or a ring of a plot is read as these


@dataclass(frozen=True)
class UnnamedParameters:
    """When a text is the letter that follows on those that a caption names."""

    clear: float = 0.3  # what may speak against it
    uneven: float = (
        0.08  # by what share its height may differ from that of a letter that is named, or by a pixel
    )
    aligned: float = (
        0.35  # of its height: how far it may be from the row or the column of a letter that is named
    )
    apart: float = 2.0  # heights between it and the next letter that is named


def following(labels: Sequence[str]) -> str | None:
    """Return the letter that follows where labels are the first letters of the alphabet; None for other labels."""
    letters = string.ascii_lowercase
    if len(labels) >= len(letters) or list(labels) != list(letters[: len(labels)]):
        return None
    return None if letters[len(labels)] in _SEEN_IN_STROKES else letters[len(labels)]


def is_shown(
    options: Sequence[Candidate], named: Sequence[Candidate], parameters: UnnamedParameters | None = None
) -> bool:
    """Return whether one of the texts that may be the letter that follows stands as those of the named panels do.

    Args:
        options: the texts that may be that letter.
        named: the letters of the panels that the caption names, in their order.
        parameters: when a text counts.
    """
    limits = parameters or UnnamedParameters()
    return any(option.cost < limits.clear and _is_alike(option, named, limits) for option in options)


def _is_alike(option: Candidate, named: Sequence[Candidate], limits: UnnamedParameters) -> bool:
    """Return whether a text is as high as the letters, in a row or a column with one, apart from all, and behind."""
    reach = limits.aligned * option.height
    if all(abs(c.height - option.height) > max(1.0, limits.uneven * c.height) for c in named):
        return False
    if any(_distance(option, c) < limits.apart * option.height for c in named):
        return False
    before = (option.box[axis] < named[-1].box[axis] - reach for axis in (0, 1))
    near = (abs(option.box[side] - c.box[side]) <= reach for c in named for side in (0, 1, 3))
    return not all(before) and any(near)


def _distance(one: Candidate, other: Candidate) -> int:
    """Return the free space between two texts, along the axis on which it is wider."""
    return max(
        max(one.box[axis], other.box[axis]) - min(one.box[axis + 2], other.box[axis + 2]) for axis in (0, 1)
    )
