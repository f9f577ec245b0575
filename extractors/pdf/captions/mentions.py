"""The running text as paragraphs, and which figures and tables each refers to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.pdf.page.layout import Layout, PageLayout
from extractors.pdf.page.pieces import Piece
from extractors.pdf.page.words import joined, readable

MAX_PARAGRAPHS = 20
MAX_CHARS = 2_000
_LISTED = 40  # numbers that one mention names
_NUMBER = r"(?:[A-Z]{1,2}[.\-]?\d{1,3}|\d{1,3}|[IVXLC]{1,7}(?![A-Za-z]))(?:[.\-]\d{1,3}(?!\d))*"
_MENTION = re.compile(
    r"\b(?P<prefix>(?:extended\s+data|supplement(?:al|ary))\s+)?"
    r"(?:(?P<figure>Figs?\.?|Figures?|FIGS?\.?|FIGURES?|figs?\.|figures?|Abb\.|Abbildung|Figura|Schemes?)|"
    r"(?P<table>Tables?|TABLES?|tables?|Tabs?\.|Tabelle|Tabla|Tableau))[\s(]{0,2}"
    rf"(?P<first>{_NUMBER}[a-z]?)(?P<more>(?:\s?(?:,|and|&|to|–|—|-|,\sand)\s?{_NUMBER}[a-z]?(?![\w%])){{0,8}})"
)
_PART = re.compile(rf"(?P<sign>,|and|&|to|–|—|-)?\s?(?P<number>{_NUMBER})[a-z]?")


@dataclass(frozen=True)
class Mentions:
    """The paragraphs of the running text, and by kind, prefix and number which of them refer to a float."""

    paragraphs: tuple[str, ...]
    places: dict[tuple[str, str, str], tuple[int, ...]]

    def of(self, kind: str, label: str, number: str) -> tuple[str, ...]:
        """Return the paragraphs that refer to a float, cut to a bearable length."""
        places = self.places.get((kind, _prefix(label), number.upper()), ())
        return tuple(dict.fromkeys(_cut(self.paragraphs[i]) for i in places[:MAX_PARAGRAPHS]))


def read_mentions(
    pages: Sequence[PageLayout], layout: Layout, taken: dict[int, set[int]], known: frozenset[str]
) -> Mentions:
    """Return the mentions in the running text.

    Args:
        pages: all pages.
        layout: their columns.
        taken: by page the pieces that are captions.
        known: the paper's words, by which cut words are joined.
    """
    paragraphs = [joined([p.text for p in lines], known) for lines in _paragraphs(pages, layout, taken)]
    places: dict[tuple[str, str, str], list[int]] = {}
    for index, text in enumerate(paragraphs):
        for key in _keys(text):
            found = places.setdefault(key, [])
            if not found or found[-1] != index:
                found.append(index)
    return Mentions(tuple(paragraphs), {key: tuple(found) for key, found in places.items()})


def _paragraphs(pages: Sequence[PageLayout], layout: Layout, taken: dict[int, set[int]]) -> list[list[Piece]]:
    out: list[list[Piece]] = []
    last: Piece | None = None
    for page in pages:
        for piece in _in_reading_order(page, layout, taken.get(page.page.index, set())):
            if last is None or _begins(last, piece, layout):
                out.append([])
            out[-1].append(piece)
            last = piece
    return out


def _in_reading_order(page: PageLayout, layout: Layout, taken: set[int]) -> list[Piece]:
    pieces = page.page.pieces
    middle = page.page.frame.size[0] / 2
    indices = sorted(page.body - taken)

    def column(piece: Piece) -> int:
        return int(piece.box[0] >= middle - 5)

    rows = [(column(pieces[i]), round(pieces[i].box[1]), pieces[i].box[0], i) for i in indices]
    return [pieces[i] for _, _, _, i in sorted(rows)]


def _begins(last: Piece, piece: Piece, layout: Layout) -> bool:
    """Return whether a line begins a new paragraph."""
    if abs(last.size - piece.size) > 0.7:
        return True
    column, before = layout.column_at(piece.box), layout.column_at(last.box)
    indented = column is not None and piece.box[0] - column[0] > 5 and piece.box[0] - last.box[0] > 5
    short = before is not None and before[1] - last.box[2] > 4 * last.size
    ended = last.text.rstrip().endswith((".", ":", "?", "!"))
    below = last.box[0] - 60 < piece.box[0] < last.box[2] and piece.box[1] > last.box[1]
    if below and piece.box[1] - last.box[3] > 0.6 * last.height:
        return ended or indented
    return (indented or short) and ended


def _keys(text: str) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for match in _MENTION.finditer(text):
        kind = "figure" if match["figure"] else "table"
        prefix = _prefix(match["prefix"] or "")
        last = ""
        for part in _PART.finditer(match["first"] + match["more"]):
            number = part["number"]
            if part["sign"] in ("–", "—", "-", "to") and last.isdigit() and number.isdigit():
                between = range(int(last) + 1, min(int(number), int(last) + _LISTED))
                found.extend((kind, prefix, str(n)) for n in between)
            found.append((kind, prefix, number.upper()))
            last = number
    return found


def _prefix(label: str) -> str:
    word = readable(label).lower()
    return "extended" if word.startswith("extended") else "supplement" if word.startswith("supp") else ""


def _cut(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    return text[: MAX_CHARS - 1].rsplit(" ", 1)[0] + "…"
