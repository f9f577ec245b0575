"""The .bbl files that biber writes for biblatex."""

import re

from extractors.latex.citations.entries import MAX_ENTRIES, Entry, plain
from extractors.latex.citations.names import joined
from extractors.latex.citations.style import CitationStyle
from extractors.latex.source.scanner import Scanner

ENTRY = re.compile(r"\\entry\{([^{}]*)\}\{[^{}]*\}\{([^{}]*)\}(?:\{[^{}]*\})?")
NAME = re.compile(r"\\name\s*\{(labelname|shortauthor|author|shorteditor|editor|translator)\}\s*\{(\d+)\}")
FAMILY = re.compile(r"family=\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
PREFIX = re.compile(r"prefix=\{((?:[^{}]|\{[^{}]*\})*)\}")
OLD_FAMILY = re.compile(r"\{\{(?:[a-z]+=\w*,?)*hash=\w+\}\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
FIELD = re.compile(r"\\field\{(\w+)\}\{((?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*)\}")
MAX_BODY = 20_000
MAX_NAMES = 100
NAME_ORDER = ("labelname", "shortauthor", "author", "shorteditor", "editor", "translator")


def read_biblatex(text: str, style: CitationStyle) -> dict[str, Entry]:
    """Return the entries by key, numbered in the order of the file, which is that of the printed list."""
    entries: dict[str, Entry] = {}
    matches = list(ENTRY.finditer(text))[:MAX_ENTRIES]
    count = 0
    for index, match in enumerate(matches):
        if match[1] in entries:  # a second list of the same section, or a section more
            continue
        end = matches[index + 1].start() if index + 1 < len(matches) else len(text)
        shown = "skipbib" not in match[2] and "dataonly" not in match[2]
        count += shown
        entries[match[1]] = _entry(text[match.end() : min(end, match.end() + MAX_BODY)], count, style)
    return entries


def _entry(body: str, count: int, style: CitationStyle) -> Entry:
    fields = {m[1]: m[2] for m in FIELD.finditer(body)}
    title = plain(fields.get("labeltitle", fields.get("shorttitle", fields.get("title", ""))))
    people, visible = _people(body, style)
    shown = style.shown_names(len(people)) if not visible else min(visible, len(people))
    names = joined(people, shown, style)
    if "shorthand" in fields and style.mode != "numeric":
        return Entry(str(count), label=plain(fields["shorthand"]), names=names, title=title)
    year = plain(fields.get("labelyear", fields.get("year", "")))
    letter = _letter(fields.get("extradate", fields.get("extrayear", "")))
    label = plain(fields.get("labelalpha", ""))
    label += _letter(fields.get("extraalpha", "")) if label else ""
    full = joined(people, len(people), style)
    return Entry(str(count), names or title, full or title, year + letter if year else "", label, title)


def _letter(number: str) -> str:
    return chr(96 + int(number)) if number.isdigit() and 1 <= int(number[:3]) <= 26 else ""


def _people(body: str, style: CitationStyle) -> tuple[list[str], int]:
    """Return the names that a citation shows, and how many of them where the file itself says so."""
    lists = {m[1]: m for m in reversed(list(NAME.finditer(body)))}
    found = next((lists[kind] for kind in NAME_ORDER if kind in lists), None)
    if found is None:
        return [], 0
    scan = Scanner(body, found.end())
    groups = [scan.group() or "", scan.group() or ""]
    options, block = groups if groups[1] else ("", groups[0])
    visible = re.search(r"\bul=(\d{1,2})", options)
    people = []
    modern = "family=" in block
    for match in (FAMILY if modern else OLD_FAMILY).finditer(block):
        prefix = PREFIX.search(block, match.end(), match.end() + 400) if modern and style.prefixes else None
        following = block.find("hash=", match.end())
        own = prefix is not None and (following < 0 or prefix.start() < following)
        people.append((plain(prefix[1]) + " " if prefix is not None and own else "") + plain(match[1]))
        if len(people) >= MAX_NAMES:
            break
    return people, int(visible[1]) if visible else 0
