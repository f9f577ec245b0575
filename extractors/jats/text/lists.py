"""The marks that lists print before their items: labels, ordinals in every style, bullets."""

import re
from itertools import islice
from string import ascii_lowercase

from lxml import etree

from extractors.jats.nodes import child, descendants, local

LISTS = {"list": "list-item", "def-list": "def-item"}

_MAX_LISTS = 200  # lists that are looked through for the one that another continues
_MAX_CHAIN = 20  # lists that continue one another
_MAX_ORDINAL = 3_999  # the last that Roman numerals write
_BULLETS = "•●○◦▪■□–—·*-"
_HOLDERS = frozenset({"caption", "legend", "table-wrap", "table", "sec", "body", "abstract", "ack", "app"})
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def item_marks(holder: etree._Element, *, unstated: str = "") -> dict[etree._Element, str]:
    """Return the mark before each item of a list that the list draws itself, as in `2.`, `b.` or `•`.

    Items with a label of their own have none here, nor do those whose text begins with that very mark; they
    count all the same. A list that continues another goes on with its numbers.

    Args:
        holder: a `<list>` or `<def-list>`.
        unstated: the mark of lists that state no type.
    """
    items = [part for part in holder if local(part) == LISTS[local(holder)]]
    kind = (holder.get("list-type") or "").strip().lower()
    word = holder.get("prefix-word")
    start = 1 + (_items_before(holder) if holder.get("continued-from") else 0)
    marks: dict[etree._Element, str] = {}
    for n, item in enumerate(items, start):
        mark = _mark(kind, n) if kind else unstated
        if word and mark and mark not in _BULLETS:
            mark = f"{word.strip()} {mark}"
        if mark and child(item, "label") is None and not _is_written(item, mark):
            marks[item] = mark
    return marks


def _mark(kind: str, n: int) -> str:
    if kind == "bullet":
        return "•"
    if kind in ("dash", "ndash", "endash"):
        return "–"
    ordinal = _ordinal(kind, n)
    return f"{ordinal}." if ordinal else ""


def _ordinal(kind: str, n: int) -> str:
    if kind in ("order", "ordered", "number", "arabic"):
        return str(n)
    if n > _MAX_ORDINAL:
        return ""
    text = ""
    if kind.startswith("alpha"):
        while n:
            n, letter = divmod(n - 1, 26)
            text = ascii_lowercase[letter] + text
    elif kind.startswith("roman"):
        for value, letters in _ROMAN:
            text += letters * (n // value)
            n %= value
    return text.upper() if kind.endswith("upper") else text


def _is_written(item: etree._Element, mark: str) -> bool:
    """Return whether the item's own text begins with the mark that its list would draw."""
    text = "".join(islice(item.itertext(), 8)).lstrip()
    if mark in _BULLETS:
        return text[:1] in _BULLETS and text[:1] != "" and text[1:2].isspace()
    return re.match(rf"[(\[]?{re.escape(mark[:-1])}[.):\]]\s+\S", text) is not None


def _items_before(holder: etree._Element) -> int:
    """Return how many items the lists have that a list goes on from."""
    around = next((a for a in holder.iterancestors() if local(a) in _HOLDERS), None)
    if around is None:
        return 0
    lists = {}
    for found in islice(descendants(around, *LISTS), _MAX_LISTS):
        if found is holder:
            break
        lists[found.get("id")] = found
    count = 0
    node = holder
    for _ in range(_MAX_CHAIN):
        earlier = lists.pop(node.get("continued-from"), None)
        if earlier is None:
            break
        count += sum(local(part) == LISTS[local(earlier)] for part in earlier)
        node = earlier
    return count
