"""The list that BibTeX or biber would make of the cited entries: order, numbers, labels, letters behind years."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from extractors.latex.citations.bib import Person, Record
from extractors.latex.citations.bst import ListStyle
from extractors.latex.citations.entries import Entry
from extractors.latex.citations.names import joined
from extractors.latex.citations.style import CitationStyle

ARTICLES = re.compile(r"(?:a|an|the)\s+", re.I)
MAX_SORTED_PEOPLE = 60
SPECIAL = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "ł": "l", "Ł": "L", "ı": "i"}
)


def make_list(records: dict[str, Record], style: CitationStyle, listed: ListStyle) -> dict[str, Entry]:
    """Return the entries by key, in the order of the printed list as far as that is known.

    Args:
        records: what is cited, in the order of its first citation.
        style: how citations look.
        listed: what the style of the list does.
    """
    entries = {key: _entry(record, style) for key, record in records.items()}
    ordered = list(records)
    if listed.order == "sorted":
        keys = {key: _sort_key(records[key], entries[key], style, listed) for key in records}
        ordered.sort(key=keys.__getitem__)
    if listed.labels == "alpha":
        return _with_alpha(records, entries, ordered, style)
    if style.mode != "numeric":
        entries = _with_letters(entries, ordered)
    if listed.order:
        entries = {key: replace(entries[key], number=str(n)) for n, key in enumerate(ordered, 1)}
    if listed.printed:
        labels = {key: ", ".join(filter(None, (e.names, e.year))) for key, e in entries.items()}
        entries = {key: replace(e, label=labels[key]) for key, e in entries.items()}
    return entries


def _entry(record: Record, style: CitationStyle) -> Entry:
    people = record.people()
    names = [family(person, style) for person in people]
    shown = style.shown_names(len(names))
    alone = record.text("key", "shorthand", "label", "organization", "institution", "collaboration")
    title = record.text("shorttitle", "title")
    instead = alone or title or record.key
    all_names = replace(style, serial=style.serial or style.conjunction == "and")
    return Entry(
        names=joined(names, shown, style) or instead,
        full=joined(names, len(names), all_names) or instead,
        year=record.year(),
        title=title,
    )


def family(person: Person, style: CitationStyle) -> str:
    """Return a name as a citation shows it: natbib with its prefix, biblatex without unless told."""
    prefixed = person.prefix and (style.system != "biblatex" or style.prefixes)
    return f"{person.prefix} {person.family}" if prefixed else person.family


def purified(text: str) -> str:
    """Return a text as BibTeX compares it: plain small letters, digits and blanks."""
    text = unicodedata.normalize("NFKD", text.translate(SPECIAL))
    text = re.sub(r"[-~\s]", " ", text)
    return "".join(c for c in text if c.isalnum() or c == " ").lower()


def _sort_key(record: Record, entry: Entry, style: CitationStyle, listed: ListStyle) -> tuple[str, ...]:
    names = "   ".join(
        _sort_name(person, initials=listed.initials)
        for person in record.people(mended=False)[:MAX_SORTED_PEOPLE]
    )
    names = names or purified(record.text("key", "organization"))
    year, title = (
        purified(entry.year),
        purified(ARTICLES.sub("", entry.title, count=1) if ARTICLES.match(entry.title) else entry.title),
    )
    if style.system == "biblatex":
        parts = {"n": names or title, "y": year, "t": title, "d": "", "v": "", "a": ""}
        order = style.sorting.removeprefix("a")
        return tuple(parts.get(letter, "") for letter in order)
    if listed.labels == "names":
        shown = entry.names
        return (purified(f"{shown} {entry.year}"), names, year, title)
    if listed.labels == "alpha":
        return (purified(_alpha(record, style)), names, year, title)
    return (names, year, title)


def _sort_name(person: Person, *, initials: bool) -> str:
    if person.family == "others":
        return "et al"
    given = purified(person.given)
    given = " ".join(word[:1] for word in given.split()) if initials else given
    parts = (purified(person.prefix), purified(person.family), " " + given, purified(person.suffix))
    return " ".join(filter(None, parts))


def _with_letters(entries: dict[str, Entry], ordered: Iterable[str]) -> dict[str, Entry]:
    """Give entries of the same names and year the letters a, b, … in the order of the list."""
    count = Counter((e.names, e.year) for e in entries.values())
    seen: Counter[tuple[str, str]] = Counter()
    out = {}
    for key in ordered:
        entry = entries[key]
        same = (entry.names, entry.year)
        seen[same] += 1
        lettered = count[same] > 1 and entry.year[-1:].isdigit() and seen[same] <= 26
        out[key] = replace(entry, year=entry.year + chr(96 + seen[same])) if lettered else entry
    return out


def _alpha(record: Record, style: CitationStyle) -> str:
    """Return the label of alpha or of biblatex's alphabetic style, without a letter: Knu84, ABC+98."""
    people = record.people()
    count = len(people)
    year = re.sub(r"\D", "", record.year())[-2:]
    if not people:
        return (record.text("key", "organization", "title") or record.key).replace(" ", "")[:3] + year
    people = [p for p in people if p.family != "others"] or people[:1]
    names = [re.sub(r"[^\w]", "", purified_case(p.family)) for p in people]
    initials = [_initials(person) for person in people]
    many = len(names) < count
    if count == 1 or (len(names) == 1 and style.system == "biblatex"):
        return (initials[0] if len(initials[0]) > 1 else names[0][:3]) + ("+" if many else "") + year
    if style.system == "biblatex":
        return (names[0][:3] + "+" if many or len(names) > 3 else "".join(initials)) + year
    return ("".join(initials[:3]) + "+" if many or len(names) > 4 else "".join(initials)) + year


def _initials(person: Person) -> str:
    """Return the first letters of a name's words, as BibTeX counts them."""
    family = person.family.split()[0] if person.whole else person.family
    return "".join(word[:1] for word in re.split(r"[^\w]+", purified_case(f"{person.prefix} {family}")))


def purified_case(text: str) -> str:
    """Return a text without accents, its capitals kept."""
    decomposed = unicodedata.normalize("NFKD", text.translate(SPECIAL))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _with_alpha(
    records: dict[str, Record], entries: dict[str, Entry], ordered: list[str], style: CitationStyle
) -> dict[str, Entry]:
    labels = {key: _alpha(records[key], style) for key in ordered}
    count = Counter(labels.values())
    seen: Counter[str] = Counter()
    out = {}
    for number, key in enumerate(ordered, 1):
        label = labels[key]
        seen[label] += 1
        letter = chr(96 + seen[label]) if count[label] > 1 and seen[label] <= 26 else ""
        out[key] = replace(entries[key], number=str(number), label=label + letter)
    return out
