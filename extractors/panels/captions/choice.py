"""Which letters of a caption name panels: those that make one sequence from its first letter on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.panels.captions.labels import CYRILLIC, LATIN, ROMANS, is_sequence, kind_of
from extractors.panels.captions.marks import Mark

PLAIN = ("dot", "colon", "comma", "dash", "list", "bare")  # styles that name a panel only where words begin
IN_TEXT = ("bracket", "half", "word", "inside")


@dataclass(frozen=True)
class Chosen:
    """The marks that name panels, with normalised labels, and the labels in their order."""

    marks: tuple[Mark, ...]
    labels: tuple[str, ...]


def choose(marks: Sequence[Mark]) -> Chosen | str:
    """Return the marks that name panels, or why none do: a reason of CAPTION_REASONS."""
    candidates = [found for kind in _kinds(marks) if (found := _of_kind(marks, kind)) is not None]
    if candidates:
        return max(candidates, key=_weight)
    labels = {label for mark in marks for label in mark.labels if mark.style != "inside"}
    if not labels:
        return "no_labels"
    heads = {label.lower() for mark in marks if mark.heads for label in mark.labels}
    if len(heads) > 1:
        return "labels_unclear"
    return "one_label" if labels & {"a", "A", "а", "А", "i", "I"} else "no_labels"


def without_last(chosen: Chosen) -> Chosen:
    """Return the marks without those of the last label."""
    last = chosen.labels[-1]
    return Chosen(tuple(mark for mark in chosen.marks if last not in mark.labels), chosen.labels[:-1])


def _kinds(marks: Sequence[Mark]) -> list[str]:
    kinds = {kind_of(label) for mark in marks for label in mark.labels}
    romans = {"roman", "ROMAN"} if "indexed" in kinds else set()
    return sorted(kinds | romans)


def _of_kind(marks: Sequence[Mark], kind: str) -> Chosen | None:
    """Return the marks of a kind where they make a sequence, plain ones of the style that heads most."""
    own = [found for mark in marks if (found := _restricted(mark, kind)) is not None]
    best: Chosen | None = None
    for styles in _style_sets(own):
        sequence = _sequence([mark for mark in own if mark.style in styles], kind)
        if sequence is not None and (best is None or _weight(sequence) > _weight(best)):
            best = sequence
    return best


def _style_sets(marks: Sequence[Mark]) -> list[tuple[str, ...]]:
    plain = {mark.style for mark in marks if mark.style in PLAIN}
    mixed = ("dot", "colon", "comma")
    return [IN_TEXT, *((*IN_TEXT, style) for style in sorted(plain)), (*IN_TEXT, *mixed)]


def _restricted(mark: Mark, kind: str) -> Mark | None:
    """Return the mark with normalised labels where all of its labels are of the kind."""
    if kind in ("roman", "ROMAN"):
        fits = all(label.lower() in ROMANS and label.isupper() == (kind == "ROMAN") for label in mark.labels)
    elif kind == "indexed":
        fits = all(len(label) <= 3 for label in mark.labels)
    else:
        fits = all(kind_of(label) == kind for label in mark.labels)
    return replace(mark, labels=tuple(label.lower() for label in mark.labels)) if fits else None


def _sequence(marks: Sequence[Mark], kind: str) -> Chosen | None:
    """Return the marks of the labels that follow one another from the first; None where these are fewer than two.

    Letters beyond a gap are no panels where they only stand in brackets, as in "cytoplasmic (C) and nuclear (N)".
    """
    strong = [mark for mark in marks if mark.style != "inside"]
    first = min((mark.start for mark in strong if {"a", "i", "а"} & set(mark.labels)), default=0)
    heading = {label for mark in strong if mark.heads for label in mark.labels}
    named = [
        mark for mark in strong if not mark.refers and (mark.start >= first or heading & set(mark.labels))
    ]
    alone = {mark.labels[0] for mark in strong if mark.refers and len(mark.labels) == 1}
    labels = {label for mark in named for label in mark.labels}
    if kind == "indexed":
        if not any(len(label) > 1 for label in labels) or not is_sequence(labels):
            return None
        return Chosen(tuple(marks), tuple(sorted(labels)))
    row: Sequence[str] = (
        ROMANS if kind in ("roman", "ROMAN") else CYRILLIC if kind in ("Lower", "Upper") else LATIN
    )
    run: list[str] = []
    for label in row:
        # The last one may only be named as in "… is shown in (d)."
        if label not in labels and not (run and label in alone):
            break
        run.append(label)
    if len(run) < 2:
        return None
    beyond = [mark for mark in strong if mark.heads and not set(mark.labels) <= set(run)]
    if any(_follows(mark, run, row) for mark in beyond):
        return None
    kept = tuple(
        mark
        for mark in marks
        if set(mark.labels) <= set(run) and (mark.start >= first or heading & set(mark.labels))
    )
    return Chosen(kept, tuple(run))


def _follows(mark: Mark, run: Sequence[str], row: Sequence[str]) -> bool:
    """Return whether a mark that heads words seems to be of the same sequence, so that one between is missing."""
    if mark.style == "dot":
        return False  # "E. coli"
    return any(label in row and row.index(label) - len(run) < 3 for label in mark.labels)


def _weight(chosen: Chosen) -> tuple[int, int, int]:
    heads = {label for mark in chosen.marks if mark.heads for label in mark.labels}
    named = {label for mark in chosen.marks if mark.style != "inside" for label in mark.labels}
    return (len(heads), len(named), -chosen.marks[0].start)
