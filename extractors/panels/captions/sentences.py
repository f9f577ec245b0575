"""Where sentences and clauses of a caption end: abbreviations and brackets do not end one."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from extractors.panels.contract import Span

_END = re.compile(r"[.!?]+[\"”’'»)\]]*(?=\s|$)|[。！？]|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:figs?|tabs?|eqs?|refs?|secs?|vs|cf|ca|approx|resp|no|nos|vol|al|i\.e|e\.g|etc|sp|spp|ssp|var|st|dr|mr|"
    r"mrs|prof|inc|ltd|abb|bzw|z\.b|d\.h|ggf|vgl|ex|p\.ej|env|chr|temp|max|min|avg|std|dev|conc|suppl|ext|exp|fed|"
    r"рис|см|т\.е|т\.д))\.$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"\b[A-Z]\.$")
_ALWAYS = re.compile(r"\b(?:i\.e|e\.g|vs|cf|figs?|eqs?|refs?|ca|approx)\.$", re.IGNORECASE)
_OPEN, _CLOSE = "([{（", ")]}）"


@lru_cache(maxsize=4)
def depths(text: str) -> tuple[int, ...]:
    """Return for each character in how many brackets it stands; a bracket without a partner counts for nothing."""
    pairs: list[tuple[int, int]] = []
    stack: list[int] = []
    for at, character in enumerate(text):
        if character in _OPEN:
            stack.append(at)
        elif character in _CLOSE and stack and _CLOSE.index(character) == _OPEN.index(text[stack[-1]]):
            pairs.append((stack.pop(), at))
    steps = [0] * (len(text) + 1)
    for start, end in pairs:
        steps[start] += 1
        steps[end + 1] -= 1
    found, depth = [], 0
    for step in steps[: len(text)]:
        depth += step
        found.append(depth)
    return tuple(found)


def sentence_spans(text: str, starts: Iterable[int], inside: Iterable[Span]) -> list[Span]:
    """Return the ranges of the sentences of a text.

    Args:
        text: the caption.
        starts: where a sentence is known to begin, whatever stands before.
        inside: ranges in which none ends, such as the letter `A.` before a sentence.
    """
    depth = depths(text)
    kept = {at for start, end in inside for at in range(start, end)}
    cuts = {0, len(text), *starts}
    for end in _END.finditer(text):
        if end.start() in kept or depth[end.start()] > (1 if end[0][-1] in _CLOSE else 0):
            continue
        if _ends_sentence(text, end):
            cuts.add(end.end())
    ordered = sorted(cuts)
    spans = (trimmed(text, (a, b)) for a, b in pairwise(ordered))
    return [span for span in spans if span[0] < span[1]]


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    if not end[0].startswith("."):
        return True
    before, after = (
        text[max(0, end.start() - 20) : end.start() + 1],
        text[end.end() : end.end() + 60].lstrip(),
    )
    if not after:
        return True
    if _ALWAYS.search(before):
        return False
    if _INITIAL.search(before[-3:]):
        return bool(re.match(r"[A-Z][a-z]+ [a-z]", after))  # "… of strain A. Scale bars are"
    return not _ABBREVIATION.search(before[-12:]) and not after[0].islower()


@lru_cache(maxsize=4)
def without_brackets(text: str) -> str:
    """Return a text of the same length with blanks for what stands in brackets."""
    return "".join(" " if inside else character for character, inside in zip(text, depths(text), strict=True))


def clause_spans(text: str, span: Span) -> list[Span]:
    """Return the ranges of a sentence between semicolons that stand in no bracket."""
    depth = depths(text)
    cuts = [at for at in range(*span) if text[at] in ";；" and depth[at] == 0]
    edges = [span[0], *(at + 1 for at in cuts), span[1]]
    found = (trimmed(text, (a, b)) for a, b in pairwise(edges))
    return [part for part in found if part[0] < part[1]]


def trimmed(text: str, span: Span, marks: str = "") -> Span:
    """Return the range without blanks, and without these marks, at its ends."""
    start, end = span
    while start < end and (text[start].isspace() or text[start] in marks):
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in marks):
        end -= 1
    return start, end
