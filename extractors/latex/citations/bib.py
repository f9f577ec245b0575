"""Entries of .bib files: those cited alone are cut out and parsed, each by itself, within fixed limits.

A broken entry costs itself and none beside it; what a hostile file may cost is bounded by the lengths below, never by
the clock, so that the same paper always gives the same text.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bibtexparser.library import Library
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import DuplicateFieldKeyBlock, Entry
from bibtexparser.splitter import Splitter

from extractors.latex.citations.entries import plain

MAX_BIB_CHARS = 32_000_000
MAX_ENTRY_CHARS = 60_000
MAX_PARSED_CHARS = 4_000_000
MAX_STRINGS = 2_000
MAX_PEOPLE = 200
MAX_DEPTH = 4  # of entries that stand for others: crossref, xdata
START = re.compile(r"@[ \t]*([A-Za-z]+)\s*[{(]\s*([^\s,{}()\"=%#]+)\s*,")
NEXT = re.compile(r"\n[ \t]*@[ \t]*[A-Za-z]+\s*[{(]")
STRING = re.compile(
    r"@\s*string\s*[{(]\s*([\w:.+/-]+)\s*=\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|\"([^\"]*)\")", re.I
)
PIECE = re.compile(
    r"\s*(?:\{((?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}|\"([^\"]*)\"|([^\s#{}\"]+))\s*(?:#|\Z)"
)
ET_AL = re.compile(r",?[\s~]+(?:et[\s~]+al\b\.?|\{et[\s~]+al\.?\})\s*\Z")
COMMENTED = re.compile(r"^[ \t]*%[^\n]*\n", re.M)
DOUBLED = re.compile(r",(?:\s*,)+")
NOT_ENTRIES = frozenset({"string", "comment", "preamble"})
INHERITED = ("author", "editor", "year", "date", "title", "key", "shorthand")

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # of broken entries we read what there is


@dataclass(frozen=True)
class Person:
    """One name: its given names, the part before the family name (`van der`), that, and a suffix (`Jr.`)."""

    given: str
    prefix: str
    family: str
    suffix: str = ""
    whole: bool = False  # written in braces, which BibTeX takes for one word


@dataclass(frozen=True)
class Record:
    """One entry of a .bib: its fields in TeX, their names in small letters."""

    key: str
    kind: str
    fields: dict[str, str] = field(default_factory=dict)

    def text(self, *names: str) -> str:
        """Return the plain text of the first of these fields that says something."""
        return next((text for name in names if (text := plain(self.fields.get(name, "")))), "")

    def people(self, *, mended: bool = True) -> list[Person]:
        """Return the authors, else the editors; a last one named `others` stands for those left out.

        Where it is `mended`, `and others` is read for an `et al.` that an author wrote, as BibTeX does not.
        """
        written = (self.fields.get(name, "") for name in ("author", "editor"))
        value = next((names for names in written if names.strip()), "")
        return people(ET_AL.sub(" and others", value) if mended else value)

    def year(self) -> str:
        """Return the year of the fields year or date, or what stands for it, such as `in press`."""
        year = self.text("year")
        if not year:
            match = re.match(r"\D{0,3}(\d{4})", self.text("date"))
            year = match[1] if match else ""
        return year[:40]


def people(value: str) -> list[Person]:
    """Return the persons of a list of names joined by `and`."""
    return list(_people(value))


@lru_cache(maxsize=1_000)
def _people(value: str) -> tuple[Person, ...]:
    found = []
    for name in split_multiple_persons_names(" ".join(value.split())[:MAX_ENTRY_CHARS])[: MAX_PEOPLE + 1]:
        parts = parse_single_name_into_parts(name[:1_000], strict=False)
        family = plain(" ".join(parts.last))
        if family:
            given, prefix, suffix = (plain(" ".join(p)) for p in (parts.first, parts.von, parts.jr))
            found.append(
                Person(given, prefix, family, suffix, parts.last[0].startswith("{") and " " in family)
            )
    return (*found[:MAX_PEOPLE], Person("", "", "others")) if len(found) > MAX_PEOPLE else tuple(found)


def keys_of(texts: Iterable[str]) -> list[str]:
    r"""Return the keys of all entries in their order, for \nocite{*}."""
    found = (m[2] for text in texts for m in START.finditer(text) if m[1].lower() not in NOT_ENTRIES)
    return list(dict.fromkeys(found))


def read_records(texts: Iterable[str], keys: Iterable[str]) -> dict[str, Record]:
    """Return the entries of these keys by key, as far as the .bib files have them and can be read.

    Args:
        texts: the files' text, in the order in which the paper names them.
        keys: what is cited; as in BibTeX, small letters and capitals are the same.
    """
    wanted: dict[str, str] = {}
    for key in keys:
        wanted.setdefault(key.lower(), key)
    texts = [text[:MAX_BIB_CHARS] for text in texts]
    places: dict[str, tuple[int, int, str]] = {}
    for index, text in enumerate(texts):
        for match in START.finditer(text):
            if match[1].lower() not in NOT_ENTRIES:
                places.setdefault(match[2].lower(), (index, match.start(), match[2]))
    strings = {m[1].lower(): m[2] or m[3] or "" for text in texts for m in STRING.finditer(text)}
    reader = _Reader(texts, places, strings)
    records = {}
    for key in wanted.values():
        record = reader.read(key, 0)
        if record is not None:
            records[key] = record
    return records


@dataclass
class _Reader:
    texts: list[str]
    places: dict[str, tuple[int, int, str]]
    strings: dict[str, str]
    spent: int = 0

    def read(self, key: str, depth: int) -> Record | None:
        """Return an entry with what it inherits from the one it refers to."""
        place = self.places.get(key.lower())
        if place is None or self.spent > MAX_PARSED_CHARS:
            return None
        index, start, _ = place
        text = self.texts[index]
        following = NEXT.search(text, start + 1, start + MAX_ENTRY_CHARS)
        piece = text[start : following.start() if following else start + MAX_ENTRY_CHARS]
        self.spent += len(piece)
        record = parse(key, COMMENTED.sub("\n", piece), self.strings)
        if record is None or depth >= MAX_DEPTH:
            return record
        for other in [record.fields.get("crossref", ""), *record.fields.get("xdata", "").split(",")[:5]]:
            parent = self.read(other.strip(), depth + 1) if other.strip() else None
            inherited = parent.fields if parent is not None else {}
            for name in INHERITED:
                if name in inherited and not record.fields.get(name):
                    record.fields[name] = inherited[name]
        return record


def parse(key: str, piece: str, strings: dict[str, str]) -> Record | None:
    """Return the entry that a piece of a .bib begins with, None where it cannot be read."""
    entry = next((found for text in _mended(piece) if (found := _entry(Splitter(text).split()))), None)
    if entry is None:
        return None
    fields: dict[str, str] = {}
    for one in entry.fields:
        fields.setdefault(one.key.lower().strip(), value_of(str(one.value), strings))
    return Record(key, entry.entry_type.lower(), fields)


def _mended(piece: str) -> Iterator[str]:
    """Yield a piece as it is, then with what authors' slips break mended: commas in a row, braces at the end."""
    yield piece
    piece = DOUBLED.sub(",", piece).rstrip().rstrip(",")
    yield piece
    yield re.sub(r"\\\}\Z", "}", piece)
    yield piece + "\n}"


def _entry(library: Library) -> Entry | None:
    for block in library.blocks:
        if isinstance(block, Entry):
            return block
        if isinstance(block, DuplicateFieldKeyBlock) and isinstance(block.ignore_error_block, Entry):
            return block.ignore_error_block
    return None


def value_of(value: str, strings: dict[str, str]) -> str:
    """Return a field's value: its pieces, in braces or quotes or named by @string, put together."""
    pieces: list[str] = []
    pos = 0
    while pos < len(value) and len(pieces) < MAX_STRINGS:
        match = PIECE.match(value, pos)
        if match is None or match.end() == pos:
            return value.strip().strip('{}",')
        name = match[3]
        pieces.append(strings.get(name.lower(), name) if name is not None else match[1] or match[2] or "")
        pos = match.end()
    return "".join(pieces)
