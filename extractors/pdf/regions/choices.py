"""Which of the parts of a page around a caption is its figure or table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors.pdf.captions.finding import Caption
from extractors.pdf.page.pieces import Box
from extractors.pdf.regions.beside import SIDES, is_level
from extractors.pdf.regions.candidates import CUT, DRAWN, OPPOSITE, USUAL, Candidate, is_good, overlap
from extractors.pdf.regions.spaces import Scene

_WORDS = 12  # letters: a table holds more
_CLOSE = 4.0  # points between a caption and its float that do not matter
_ALONE = 90.0  # points from a caption within which a drawing is its own where there is no other
_CLEARLY = 1.6  # times farther away: the nearer side is the caption's


def usual_sides(pages: Sequence[tuple[Scene, list[dict[str, Candidate]]]]) -> dict[str, str]:
    """Return on which side of its caption a figure, and a table, stands in this paper."""
    votes = {kind: Counter({side: 1}) for kind, side in USUAL.items()}
    for scene, found in pages:
        for caption, candidates in zip(scene.captions, found, strict=True):
            good = {s: c for s, c in candidates.items() if is_good(c, caption) and c.drawn >= DRAWN}
            sides = [s for _, s in sorted((c.distance, s) for s, c in good.items() if s in OPPOSITE)]
            if len(good) == 1 and sides:
                votes[caption.label.kind][sides[0]] += 2
            elif len(sides) == 2:
                near, far = (good[side].distance for side in sides)
                votes[caption.label.kind][sides[0]] += far > _CLEARLY * near + _CLOSE
    return {
        kind: max(sides, key=lambda side: (sides[side], side == USUAL[kind])) for kind, sides in votes.items()
    }


def regions_of(scene: Scene, found: list[dict[str, Candidate]], usual: dict[str, str]) -> list[Box | None]:
    """Return each caption's region: no part of the page is given to two captions."""
    chosen: list[Candidate | None] = [None] * len(found)
    order = sorted(range(len(found)), key=lambda k: (_choices(scene, found, k), k))
    for k in order:
        chosen[k] = _choose(scene, found, chosen, k, usual)
    return [None if c is None else c.box for c in _shared(scene, chosen)]


def _choices(scene: Scene, found: list[dict[str, Candidate]], k: int) -> int:
    good = sum(is_good(c, scene.captions[k]) for c in found[k].values())
    return good or 9


def _choose(
    scene: Scene,
    found: list[dict[str, Candidate]],
    chosen: list[Candidate | None],
    k: int,
    usual: dict[str, str],
) -> Candidate | None:
    caption = scene.captions[k]
    want = usual[caption.label.kind]
    ranked = sorted(
        found[k].values(),
        key=lambda c: (
            not is_good(c, caption),
            c.cut > CUT,
            c.drawn < DRAWN,
            _is_taken(scene, c, chosen, k, usual),
            caption.label.kind == "table" and c.letters < _WORDS,
            _unusual(c, caption, want),
            c.distance,
        ),
    )
    if not ranked:
        return None
    best = ranked[0]
    if is_good(best, caption):
        return best
    if best.drawn >= DRAWN and best.cut <= CUT and not _is_taken(scene, best, chosen, k, usual):
        return best if best.distance <= _ALONE else None
    return None if (best.letters < 4 and best.drawn < 4) or best.distance > 40 else best


def _unusual(candidate: Candidate, caption: Caption, want: str) -> int:
    """Return how far from usual it is that a float stands there: from 0 on the paper's usual side to 3."""
    if candidate.side == want:
        return 0
    if candidate.side in SIDES:
        return 1 if is_level(candidate.box, caption.box) else 3
    return 2


def _is_taken(
    scene: Scene, candidate: Candidate, chosen: Sequence[Candidate | None], k: int, usual: dict[str, str]
) -> bool:
    """Return whether a candidate is another caption's already, and cannot be divided between the two."""
    for m, other in enumerate(chosen):
        if other is None or overlap(candidate.box, other.box) <= 0.5:
            continue
        sides = (other.side, candidate.side)
        own = (usual[scene.captions[m].label.kind], usual[scene.captions[k].label.kind])
        if sides != own or sides[0] == sides[1] or len(scene.ink.bands(candidate.box, gap=8.0)) < 2:
            return True
    return False


def _shared(scene: Scene, chosen: list[Candidate | None]) -> list[Candidate | None]:
    """Return the choices, a space that two captions claim divided between them."""
    out = list(chosen)
    for k in range(len(out)):
        for m in range(len(out)):
            a, b = out[k], out[m]
            if k == m or a is None or b is None or overlap(a.box, b.box) <= 0.02:
                continue
            if (
                a.side == "below"
                and b.side == "above"
                and scene.captions[k].box[1] < scene.captions[m].box[1]
            ):
                out[k], out[m] = _divided(scene, a, b)
            elif overlap(a.box, b.box) > 0.3:
                loser = m if a.distance <= b.distance else k
                out[loser] = None
    return out


def _divided(scene: Scene, upper: Candidate, lower: Candidate) -> tuple[Candidate | None, Candidate | None]:
    """Return the parts of a space between two captions that belong to either, cut at its widest gap."""
    box = (
        min(upper.box[0], lower.box[0]),
        min(upper.box[1], lower.box[1]),
        max(upper.box[2], lower.box[2]),
        max(upper.box[3], lower.box[3]),
    )
    bands = scene.ink.bands(box, gap=3.0)
    gaps = [(b[0] - a[1], (a[1] + b[0]) / 2) for a, b in pairwise(bands)]
    if not gaps:
        return (upper, None) if upper.distance <= lower.distance else (None, lower)
    cut = max(gaps)[1]
    first = scene.ink.tight((upper.space[0], upper.space[1], upper.space[2], cut))
    second = scene.ink.tight((lower.space[0], cut, lower.space[2], lower.space[3]))
    return (
        replace(upper, box=first) if first else None,
        replace(lower, box=second) if second else None,
    )
