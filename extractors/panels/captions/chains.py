"""Letters inside a sentence: whether each stands before or after its words, and which words are whose.

"(a) first and (b) second order" puts letters before their words, "first (a) and second (b) order" after them.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.panels.captions.labels import CONJUNCTION
from extractors.panels.captions.marks import Mark
from extractors.panels.captions.sentences import clause_spans, trimmed, without_brackets
from extractors.panels.contract import Span

ALL: frozenset[str] = frozenset()  # owns what belongs to no panel alone
Owned = tuple[Span, frozenset[str]]

FUNCTION_WORDS = (
    r"of|for|in|with|by|from|to|on|at|as|is|are|was|were|shows?|showing|between|after|before|versus|vs\.?|via|under|"
    r"over|against|using|into|within|during|through|associated with|depicting|represents?|"
    r"von|für|mit|bei|nach|vor|zwischen|aus|im|in der|de|des|du|dans|pour|avec|par|sur|entre|del|con|para|por|en|"
    r"da|do|das|dos|em|com"
)
_FUNCTION = re.compile(rf"\b(?:{FUNCTION_WORDS})\b", re.IGNORECASE)
_STARTS_NEW = re.compile(rf"^\s*(?:[,;.]|{CONJUNCTION}\b)", re.IGNORECASE)
_ENDS_OLD = re.compile(rf"(?:[,;:]|\b{CONJUNCTION}|\b(?:while|whereas|but))\s*$", re.IGNORECASE)
_ENDS_IN_PHRASE = re.compile(rf"\b(?:the|{FUNCTION_WORDS})\s*$", re.IGNORECASE)
_COMMON_END = re.compile(
    r",\s+(?=(?:for|of|in|as|when|with|during|from|at|measured|obtained|after|before|under|respectively|"
    r"using|computed|calculated|all|both)\b)"
)
_DETERMINED = re.compile(r"(?:its?|their|the|an?|this|that|these)\s+", re.IGNORECASE)
_ENDS_WITH_FUNCTION = re.compile(rf"\b(?:{FUNCTION_WORDS})$", re.IGNORECASE)
_ENDS_WITH_AND = re.compile(rf"\b{CONJUNCTION}\s*$", re.IGNORECASE)
_JOIN = re.compile(r"[,;]?\s+(?:and|while|whereas|und|et|y|e)\s+|;\s+")
_LEADING = re.compile(rf"^(?:[\s,;:)–-]*\b{CONJUNCTION}\s+|\)[.,;]|[\s,;:)–]+)+", re.IGNORECASE)
_TRAILING = re.compile(rf"(?:[\s,;(–]*\s(?:{CONJUNCTION}|while|whereas|but)\s*|[\s,;(–]+)+$", re.IGNORECASE)


def shared_out(caption: str, span: Span, marks: Sequence[Mark], base: frozenset[str]) -> list[Owned]:
    """Return the ranges of a sentence with the labels that each belongs to.

    Args:
        caption: the caption.
        span: the sentence, without the letters that head it.
        marks: the letters in it that name panels, at least one.
        base: the labels to which words belong that no letter claims.
    """
    if stands_before(caption, span, marks):
        return _letters_first(caption, span, marks, base)
    clauses = clause_spans(caption, span)
    if len(clauses) > 1:
        return _by_clause(caption, clauses, marks, base)
    return _letters_last(caption, span, marks)


def stands_before(caption: str, span: Span, marks: Sequence[Mark]) -> bool:
    """Return whether the letters of a sentence stand before their words."""
    votes = 0
    for mark, following in pairwise(marks):
        gap = caption[mark.end : following.start].strip("() ")
        votes += (
            2 * bool(_ENDS_OLD.search(gap))
            + bool(_ENDS_IN_PHRASE.search(gap))
            - 2 * bool(_STARTS_NEW.search(gap))
        )
    before, after = caption[span[0] : marks[0].start], caption[marks[-1].end : span[1]]
    if not before.strip(" ,;:.("):
        votes += 1 + (len(marks) == 1)
    elif before.rstrip().endswith(":"):
        votes += 1
    if not after.strip(" ,;:.)"):
        votes -= 1 + (len(marks) == 1)
    elif re.match(r"\s*(?:the|an?)\s", after):
        votes += 1
    elif len(marks) == 1:
        votes += bool(re.match(r"\s+[A-Z][a-z]", after)) - bool(re.match(r"\s*[,;.)]", after))
    if votes == 0:
        leads = _ENDS_OLD.search(before) or _ENDS_IN_PHRASE.search(before)
        votes += 1 if leads and not _STARTS_NEW.search(after) else -1
    return votes > 0


def _letters_first(caption: str, span: Span, marks: Sequence[Mark], base: frozenset[str]) -> list[Owned]:
    everyone = frozenset(label for mark in marks for label in mark.labels)
    head = trimmed(caption, (span[0], marks[0].start), ",;(")
    items: list[Owned] = []
    ends = [mark.start for mark in marks[1:]] + [span[1]]
    single = False
    for mark, end in zip(marks, ends, strict=True):
        own = _stripped(caption, (mark.end, end), last=end == span[1])
        cut, between = _next_head(caption, own) if end != span[1] else (own[1], None)
        items.append(((own[0], cut), frozenset(mark.labels)))
        if between is not None:
            single = True
            following = marks[marks.index(mark) + 1]
            items.append((between, frozenset(following.labels)))
    rest = None if single else _common_end(caption, items, marks[-1])
    if rest is not None:
        items[-1] = (trimmed(caption, (items[-1][0][0], rest[0]), ","), items[-1][1])
        items.append((rest, everyone))
    if caption[slice(*head)].strip(" ,;:("):
        titles = caption[slice(*head)].endswith(":") and head[0] == 0
        items.insert(0, (head, ALL if titles else frozenset(marks[0].labels) if single else everyone))
    return items


def _next_head(caption: str, own: Span) -> tuple[int, Span | None]:
    """Return where the words of a letter end and those begin that lead to the next one: ", and 15 lines for (b)"."""
    text = caption[slice(*own)]
    if not _ENDS_WITH_FUNCTION.search(text):
        return own[1], None
    cuts = list(_JOIN.finditer(text))
    if not cuts or not text[: cuts[-1].start()].strip():
        return own[1], None
    return own[0] + cuts[-1].start(), trimmed(caption, (own[0] + cuts[-1].end(), own[1]))


def _common_end(caption: str, items: Sequence[Owned], last: Mark) -> Span | None:
    """Return what follows the words of the last letter for all letters of the sentence: ", for both lots"."""
    if len(items) < 2:
        return None
    *others, own = [span for span, _ in items]
    longest = max(len(caption[slice(*span)].split()) for span in others)
    if not _ENDS_WITH_AND.search(caption[: last.start]):
        return None
    masked = without_brackets(caption)
    comma = _COMMON_END.search(masked, *own)
    if comma is not None and len(caption[own[0] : comma.start()].split()) <= longest + 10:
        return trimmed(caption, (comma.end(), own[1]))
    length = len(caption[slice(*own)].split())
    if longest > 4 or length <= 2 * longest + 3:
        return None
    word = _FUNCTION.search(masked, *own)
    if word is None or len(caption[own[0] : word.start()].split()) > longest + 4 or word.start() == own[0]:
        return None
    return trimmed(caption, (word.start(), own[1]))


def _by_clause(
    caption: str, clauses: Sequence[Span], marks: Sequence[Mark], base: frozenset[str]
) -> list[Owned]:
    found: list[Owned] = []
    owner = base
    for part in clauses:
        inside = [mark for mark in marks if part[0] <= mark.start < part[1]]
        if len(inside) > 1:
            found += shared_out(caption, part, inside, base)
        elif inside:
            found += [(piece, frozenset(inside[0].labels)) for piece in around(caption, part, inside[0])]
        else:
            found.append((part, owner))
        owner = frozenset(label for mark in inside for label in mark.labels) or owner
    return found


def around(caption: str, span: Span, mark: Mark) -> list[Span]:
    """Return the words of a clause before and after its letter."""
    if mark.style == "shown":
        return [span]
    before = _stripped(caption, (span[0], mark.start), last=False)
    after = _stripped(caption, (mark.end, span[1]), last=True)
    return [piece for piece in (before, after) if caption[slice(*piece)].strip(" .,;:")]


def _letters_last(caption: str, span: Span, marks: Sequence[Mark]) -> list[Owned]:
    everyone = frozenset(label for mark in marks for label in mark.labels)
    edges = [span[0], *(mark.end for mark in marks)]
    items = [
        _stripped(caption, (edge, mark.start), last=False) for edge, mark in zip(edges, marks, strict=False)
    ]
    found: list[Owned] = []
    if len(items) > 1:
        head, items[0] = _head(caption, items[0], items[1])
        if head is not None:
            found.append((head, everyone))
    found += [(own, frozenset(mark.labels)) for own, mark in zip(items, marks, strict=True)]
    rest = _stripped(caption, (marks[-1].end, span[1]), last=True)
    if caption[slice(*rest)].strip(" .,;:"):
        found.append((rest, everyone))
    return found


def _head(caption: str, first: Span, second: Span) -> tuple[Span | None, Span]:
    """Return the words before a row of items, and the first item, which has as many function words as the second."""
    if _DETERMINED.match(caption, *second):
        return None, first
    more = len(_FUNCTION.findall(caption, *second))
    words = list(_FUNCTION.finditer(caption, *first))
    begins = _FUNCTION.match(caption, *second) is not None
    if len(words) <= more - begins:
        return None, first
    cut = words[-more].start() if begins else words[-1 - more].end()
    own = trimmed(caption, (cut, first[1]))
    return (trimmed(caption, (first[0], cut)), own) if own[0] < own[1] else (None, first)


def without_conjunction(caption: str, span: Span) -> Span:
    """Return the range without a conjunction after a comma at its end: "first; and"."""
    end = re.search(rf"[,;]\s*(?:{CONJUNCTION}|while|whereas)$", caption[slice(*span)])
    return trimmed(caption, (span[0], span[0] + end.start())) if end else span


def _stripped(caption: str, span: Span, *, last: bool) -> Span:
    """Return a range without the commas and conjunctions around it; the last of a sentence keeps its full stop."""
    text = caption[slice(*span)]
    leading = _LEADING.match(text)
    start = leading.end() if leading else 0
    trailing = None if last else _TRAILING.search(text, start)
    end = trailing.start() if trailing else len(text)
    return trimmed(caption, (span[0] + start, span[0] + max(start, end)))
