"""Ranges of references: "Figs. 1–3" means the second figure, too, though only its neighbours are linked."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from lxml import etree

from extractors.jats.nodes import local, words
from extractors.jats.text.labels import number_of, panel_of

MAX_RANGE = 50  # floats that one range can mean

_DASHES = "-‐‑‒–—―−~～〜"
_TO = r"to|through|thru|bis|à|a|al|ao|até|hasta|do|по"
_DASH = rf"\s?[{_DASHES}]\s?"
_BETWEEN = re.compile(rf"\s*(?:[{_DASHES}]|\b(?:{_TO})\b)\s*", re.IGNORECASE)
_SIGN = re.compile(rf"[{_DASHES}]|\s(?:{_TO})\s", re.IGNORECASE)
_NUMBER = r"(?:[A-Za-z]{1,2}[.\-]?)?\d+|[IVXL]+"
_PLURAL = re.compile(
    r"\b(?:figs|figures|tables|tabs|schemes|charts|plates|boxes|panels|figuras|tablas|tabelas|quadros|cuadros|"
    r"abbildungen|abb|tabellen|tableaux|рисунки|таблицы)\.?\s*(?:\(|\d|[A-Z]{1,2}\d|[IVXL]|$)",
    re.IGNORECASE,
)
_IN_TEXT = re.compile(
    rf"(?<![\w.])({_NUMBER})(?:{_DASH}|(\s(?:{_TO})\s))({_NUMBER})(?![\w%°])", re.IGNORECASE
)
_AFTER = re.compile(rf"(?:[{_DASHES}]|(\s(?:{_TO})\s))({_NUMBER})(?![\w%°])", re.IGNORECASE)
_BEFORE = re.compile(rf"(?<![\w.])({_NUMBER})(?:[{_DASHES}]|(\s(?:{_TO})\s))$", re.IGNORECASE)
_LETTERS = re.compile(rf"(?:^|[\d(\s])\(?([A-Za-z])\)?{_DASH}\(?([A-Za-z])\)?(?!\w)")
_LAST_LETTER = re.compile(r"(?:^|[\d(\s])\(?([A-Za-z])\)?$")
_LETTER_AFTER = re.compile(rf"[{_DASHES}]\(?([A-Za-z])\)?(?!\w)")
_KEY = re.compile(r"(.*?)(\d+)")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_WRAPS = frozenset(words("bold italic underline sup sub styled-content named-content sc monospace roman"))
_NEAR = 40  # characters around a reference that are looked at
_STEPS = 12  # nodes between two references that are looked at


@dataclass(frozen=True)
class Target:
    """A float as the text can refer to it."""

    xml_id: str
    kind: str
    label: str | None  # as printed
    parent: str | None = None  # the name of the float whose panel it is
    name: str = ""  # what its panels call it

    @property
    def number(self) -> str | None:
        """Its printed number."""
        return number_of(self.label)

    @property
    def panel(self) -> str | None:
        """A panel's printed letter."""
        return panel_of(self.label)


@dataclass
class Targets:
    """The floats of an article, to be looked up by id, number and place."""

    all: list[Target]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each float stands among all, by its id; of several with one id the first."""
        return {target.xml_id: place for place, target in reversed(list(enumerate(self.all)))}

    @cached_property
    def numbers(self) -> dict[tuple[str, str | None, str], list[tuple[int, int]]]:
        """Sorted numbers with the places of their floats, by kind, figure (of panels) and what stands before them."""
        numbers: dict[tuple[str, str | None, str], list[tuple[int, int]]] = {}
        for place, target in enumerate(self.all):
            key = _key(target.number)
            if key is not None:
                numbers.setdefault((target.kind, target.parent, key[0]), []).append((key[1], place))
        return {name: sorted(found) for name, found in numbers.items()}

    @cached_property
    def panels(self) -> dict[str, list[int]]:
        """The places of each figure's panels."""
        panels: dict[str, list[int]] = {}
        for place, target in enumerate(self.all):
            if target.parent is not None:
                panels.setdefault(target.parent, []).append(place)
        return panels

    def numbered(self, like: Target, prefix: str, first: int, last: int) -> list[Target]:
        """Return the floats of a target's kind and level with a number from the first to the last."""
        found = self.numbers.get((like.kind, like.parent, prefix), [])
        low, high = bisect_left(found, (first, -1)), bisect_right(found, (last, len(self.all)))
        return [self.all[place] for _, place in found[low:high][: MAX_RANGE + 1]]

    def lettered(self, target: Target, first: str, last: str) -> list[Target]:
        """Return the panels with a letter from the first to the last of the same figure, or of a panel's."""
        siblings = self.panels.get(target.parent or target.name, [])
        found = [self.all[place] for place in siblings[:MAX_RANGE]]
        letters = [(t, (t.panel or "").lower()) for t in found]
        return [t for t, letter in letters if letter and first.lower() <= letter <= last.lower()]

    def between(self, first: Target, last: Target) -> list[Target]:
        """Return the floats from the first to the last: by their numbers, panels by their places."""
        if first.kind != last.kind or (first.parent is None) != (last.parent is None):
            return []
        low, high = _key(first.number), _key(last.number)
        if first.parent is None and low and high:
            return self.numbered(first, low[0], low[1], high[1]) if low[0] == high[0] else []
        start, end = self.places[first.xml_id], self.places[last.xml_id]
        level = first.parent is None
        span = self.all[start : min(end, start + MAX_RANGE) + 1]
        return [t for t in span if t.kind == first.kind and (t.parent is None) == level]


def ranged_ids(xref: etree._Element, after: etree._Element | None, targets: Targets) -> Iterator[str]:
    """Yield the ids of floats that a reference means by a range that it begins, ends or holds.

    Args:
        xref: the reference.
        after: the article's next reference, None at its end.
        targets: the article's floats.
    """
    own = "".join(xref.itertext()) if len(xref) else xref.text or ""
    before, tail = _text_before(xref)[-_NEAR:], (xref.tail or "")[:_NEAR]
    near = f"{before[-9:]}{own}{tail[:9]}"
    if _SIGN.search(near) is None and (tail or after is None):
        return
    target = _target(xref, targets)
    if target is None:
        return
    own = " ".join(own.split())
    found: Iterable[Target] = (
        *_with_next(xref, own, target, after, targets),
        *_in_text(own, target, targets),
        *_beside(own, before, tail, target, targets),
    )
    yield from dict.fromkeys(t.xml_id for t in found)


def _target(xref: etree._Element, targets: Targets) -> Target | None:
    for rid in (xref.get("rid") or "").split():
        if rid in targets.places:
            return targets.all[targets.places[rid]]
    return None


def _key(number: str | None) -> tuple[str, int] | None:
    """Return what stands before a printed number and the number: `S2` gives `s` and 2, `IV` gives `roman` and 4."""
    match = _KEY.fullmatch(number or "")
    if match:
        return match.group(1).casefold().strip(" .-"), int(match.group(2)[:9])
    if number and len(number) <= 8 and set(number) <= set(_ROMAN):
        values = [_ROMAN[letter] for letter in number] + [0]
        return "roman", sum(a if a >= b else -a for a, b in pairwise(values))
    return None


def _with_next(
    xref: etree._Element, own: str, target: Target, after: etree._Element | None, targets: Targets
) -> list[Target]:
    other = _target(after, targets) if after is not None else None
    if after is None or other is None:
        return []
    text = _text_between(xref, after)
    if text is not None and not text and own[-1:] in tuple(_DASHES):
        text, own = own[-1], own[:-1]
    if text is None or not _BETWEEN.fullmatch(text):
        return []
    if other is not target:
        return targets.between(target, other)
    first, last = _LAST_LETTER.search(own), _LAST_LETTER.search(_text(after))
    return targets.lettered(target, first.group(1), last.group(1)) if first and last else []


def _in_text(text: str, target: Target, targets: Targets) -> Iterator[Target]:
    number = target.number or ""
    if not set(_DASHES).isdisjoint(number) and number in text:
        return  # the float's own number is written with a dash
    if "supplement" in text and "supplement" not in number:
        return  # "Figure 3—figure supplements 1–2" does not mean Figure 2
    for match in _IN_TEXT.finditer(text):
        if not match.group(2) or _PLURAL.search(text):
            yield from _numbers(target, match.group(1), match.group(3), targets)
    for match in _LETTERS.finditer(text):
        yield from targets.lettered(target, match.group(1), match.group(2))


def _beside(own: str, before: str, after: str, target: Target, targets: Targets) -> Iterator[Target]:
    """Yield what a range means whose other end is no reference but bare text."""
    number = target.number
    if number is None:
        return
    match = _AFTER.match(after)
    if match and own.endswith(number) and (not match.group(1) or _PLURAL.search(before + own)):
        yield from _numbers(target, number, match.group(2), targets, ends=True)
    match = _BEFORE.search(before)
    if match and own.startswith(number) and (not match.group(2) or _PLURAL.search(before)):
        yield from _numbers(target, match.group(1), number, targets, ends=True)
    letter, last = _LAST_LETTER.search(own), _LETTER_AFTER.match(after)
    if letter and last:
        yield from targets.lettered(target, letter.group(1), last.group(1))


def _numbers(target: Target, first: str, last: str, targets: Targets, *, ends: bool = False) -> list[Target]:
    """Return the floats from one written number to another, none where the target is not one of them.

    With `ends`, floats of both numbers must be there: one of them stands in bare text and may mean anything.
    """
    own, low, high = _key(target.number), _key(first), _key(last)
    if own is None or low is None or high is None or {low[0], high[0]} - {"", own[0]}:
        return []
    found = targets.numbered(target, own[0], low[1], high[1])
    numbers = {_key(t.number) for t in found}
    if target not in found or (ends and not {(own[0], low[1]), (own[0], high[1])} <= numbers):
        return []
    return found


def _text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _text_before(xref: etree._Element) -> str:
    before = xref.getprevious()
    if before is not None:
        return before.tail or ""
    holder = xref.getparent()
    return (holder.text or "") if holder is not None else ""


def _text_between(first: etree._Element, second: etree._Element) -> str | None:
    """Return the text between two references, None where other elements or paragraphs lie between them."""
    pieces = [first.tail or ""]
    node = first
    for _ in range(_STEPS):
        following = node.getnext()
        if following is second:
            return "".join(pieces)
        if following is None:
            node = node.getparent()
            if node is None or local(node) not in _WRAPS:
                return None
            pieces.append(node.tail or "")
        elif local(following) not in _WRAPS:
            return None
        elif second.getparent() is following and following[0] is second:
            return "".join((*pieces, following.text or ""))
        else:
            pieces += ("".join(following.itertext()), following.tail or "")
            node = following
        if sum(map(len, pieces)) > 20:
            return None
    return None
