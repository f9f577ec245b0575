"""What one citation prints, in the style in which the paper cites."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

from extractors.latex.citations.entries import Entry
from extractors.latex.citations.style import CitationStyle
from extractors.latex.text.citing import Call, Part, Printed

MAX_UNKNOWN = 5
LETTERED = re.compile(r"(.*\d)([a-z])\Z")
PAGE = re.compile(r"\d+\Z")
PAGES = re.compile(r"\d+(?:\s*(?:--?|–|,|&)\s*\d+)+\Z")
LONG = frozenset({"fullcite", "fullciteA", "fullciteNP", "citefullauthor"})
ALONE = frozenset({"text", "authors", "possessive", "title", "number", "alias"})  # parts of a sentence

Lookup = Callable[[str], Entry | None]


def print_call(call: Call, lookup: Lookup, style: CitationStyle, aliases: dict[str, str]) -> Printed:
    """Return what a citation prints: names and years or numbers, its keys where nothing is known of them."""
    kind = settled_kind(call, style)
    if kind in {"nothing", "foot"}:
        return Printed()
    if kind == "free":
        text = call.parts[0].before
        return Printed(
            f"{style.opening or '('}{text}{style.closing or ')'}" if call.command == "citetext" else text
        )
    if kind == "alias":
        return Printed(_alias(call, aliases, lookup, style))
    found = [(part, [e for e in map(lookup, part.keys) if e is not None]) for part in call.parts if part.keys]
    known = [(part, _sorted(entries, style)) for part, entries in found if entries]
    full = call.starred or call.command in LONG or (style.system == "chicago" and "short" not in call.command)
    if not known:
        return Printed(unknown(call, kind), spare=kind not in ALONE)
    if kind == "title":
        return Printed(", ".join(e.title or e.names for _, entries in known for e in entries))
    if kind in {"authors", "year", "bareyear", "yearpar"}:
        text = _half(kind, known, style, full=full)
        return Printed(_capital(text, call) if text else unknown(call, kind))
    noted = any(part.before or part.after for part, _ in known)
    raised = style.raised and _numeric(known, style) and not (noted and style.system == "cite")
    if kind == "super" or (raised and kind not in {"number", "bare"}):
        return _raised(call, kind, known, style)
    if (
        kind == "number"
        or _numeric(known, style)
        or not all(_dated(e) for _, entries in known for e in entries)
    ):
        return Printed(_capital(_by_number(kind, known, style, full=full), call))
    return Printed(_capital(_by_names(kind, known, style, full=full), call))


def settled_kind(call: Call, style: CitationStyle) -> str:
    r"""Return what a citation is of the kinds that depend on the package: \cite, \autocite, \citeyear."""
    kind = call.kind
    if kind == "auto":
        return style.auto
    if kind == "short":
        kind = style.short if style.short and style.mode != "numeric" else "cite"
        kind = "text" if call.command == "fullcite" and style.system == "biblatex" else kind
    if kind == "year" and style.system in {"apacite", "harvard", "chicago"} and call.command == "citeyear":
        return "yearpar"
    if kind != "cite":
        return kind
    if style.cite:
        return style.cite
    if style.system == "natbib" and style.mode != "numeric":
        return "paren" if any(part.noted for part in call.parts) else "text"
    return "bare" if style.system == "biblatex" and style.mode == "authoryear" else "paren"


def unknown(call: Call, kind: str) -> str:
    """Return what stands for a citation of which nothing is known: its keys, so that the sentence is whole."""
    if kind in {"year", "bareyear", "yearpar"}:
        return ""
    keys = [key.lstrip("*") for part in call.parts for key in part.keys]
    if not keys:
        return ""
    shown = ", ".join(keys[:MAX_UNKNOWN]) + (", …" if len(keys) > MAX_UNKNOWN else "")
    first, last = call.parts[0], call.parts[-1]
    return f"[{first.before + ' ' if first.before else ''}{shown}{', ' + last.after if last.after else ''}]"


def _sorted(entries: list[Entry], style: CitationStyle) -> list[Entry]:
    """Return entries in the order of the list where natbib is told to sort."""
    if style.sorts and style.system == "natbib" and all(e.number.isdigit() for e in entries):
        return sorted(entries, key=lambda e: int(e.number))
    return entries


def _dated(entry: Entry) -> bool:
    return bool(entry.names and (entry.year or not entry.label))


def _numeric(known: list[tuple[Part, list[Entry]]], style: CitationStyle) -> bool:
    entries = [e for _, found in known for e in found]
    if style.mode == "authoryear" and any(map(_dated, entries)):
        return False
    return all(e.number or e.label for e in entries)


def _alias(call: Call, aliases: dict[str, str], lookup: Lookup, style: CitationStyle) -> str:
    texts = []
    for key in (key for part in call.parts for key in part.keys):
        entry = lookup(key)
        texts.append(
            aliases.get(key) or (f"{entry.names} {entry.year}" if entry and entry.names else f"[{key}]")
        )
    text = f"{style.separator} ".join(texts)
    return f"{style.opening}{text}{style.closing}" if call.command == "citepalias" else text


def _capital(text: str, call: Call) -> str:
    return text[:1].upper() + text[1:] if call.capital else text


def _half(kind: str, known: list[tuple[Part, list[Entry]]], style: CitationStyle, *, full: bool) -> str:
    """Return the names alone, or the years alone, with the notes."""
    entries = [e for _, found in known for e in found]
    before, after = known[0][0].before, known[-1][0].after
    if kind == "authors":
        names = [(e.full if full else e.names) for e in entries]
        if style.ampersand:
            names = [n.replace(" & ", " and ") for n in names]
        text = f"{style.separator} ".join(n for n, _ in groupby(filter(None, names)))
    else:
        years = [e.year for e in entries if e.year]
        if style.mode == "numeric":
            years = [m[1] if (m := LETTERED.match(y)) else y for y in years]
        text = f"{style.separator} ".join(years)
    if not text:
        return ""
    text = f"{before + ' ' if before else ''}{text}{style.before_note + after if after else ''}"
    return f"{style.opening or '('}{text}{style.closing or ')'}" if kind == "yearpar" else text


def _years(years: list[str], style: CitationStyle) -> str:
    """Return years in a row; of years that differ by their letters alone, the letters: 1990a,b."""
    out = ""
    last = ""
    for year in dict.fromkeys(years):
        lettered = LETTERED.match(year)
        stem = lettered[1] if lettered else year
        if not out:
            out = year
        elif stem == last and lettered:
            out += (style.between_years or ",") + lettered[2]
        else:
            out += f"{style.between_years or ','} {year}"
        last = stem if lettered else ""
    return out


def _groups(entries: list[Entry], style: CitationStyle, *, full: bool) -> list[tuple[str, list[Entry]]]:
    """Return the entries with their names, those of the same names in a row together."""
    out: list[tuple[str, list[Entry]]] = []
    for entry in entries:
        names = (entry.full if full else entry.names) or entry.names
        if out and style.merges and names and out[-1][0] == names:
            out[-1][1].append(entry)
        else:
            out.append((names, [entry]))
    return out


def _by_names(kind: str, known: list[tuple[Part, list[Entry]]], style: CitationStyle, *, full: bool) -> str:
    if kind in {"text", "possessive"}:
        return _textual(known, style, full=full, ending="’s" if kind == "possessive" else "")
    between = " " if kind == "alt" else f"{style.before_year} "
    pieces = []
    for part, entries in known:
        groups = _groups(entries, style, full=full)
        names = [(n.replace(" and ", " & ") if style.ampersand else n, es) for n, es in groups]
        text = f"{style.separator} ".join(
            between.join(filter(None, (n, _years([e.year for e in es if e.year], style)))) for n, es in names
        )
        pieces.append(_noted(text, part, style))
    inner = f"{style.separator} ".join(pieces)
    return inner if kind in {"alt", "bare"} else f"{style.opening}{inner}{style.closing}"


def _textual(
    known: list[tuple[Part, list[Entry]]], style: CitationStyle, *, full: bool, ending: str = ""
) -> str:
    """Return names with their years, or numbers, in the style's brackets: Oak et al. (2023)."""
    numeric = _numeric(known, style)
    items = []
    for part, entries in known:
        groups = _groups(entries, style, full=full)
        for index, (names, members) in enumerate(groups):
            inner = (
                _numbers(members, style) if numeric else _years([e.year for e in members if e.year], style)
            )
            before = f"{part.before} " if part.before and index == 0 else ""
            after = (
                style.before_note + _note(part.after, style)
                if part.after and index == len(groups) - 1
                else ""
            )
            names = names.replace(" & ", " and ") if style.ampersand else names
            inner = f"{before}{inner}{after.removeprefix('' if inner else style.before_note)}"
            shown = f"{style.opening}{inner}{style.closing}" if inner else ""
            items.append(" ".join(filter(None, (names + ending if names else "", shown))))
    if style.system != "biblatex" or len(items) < 2:
        return f"{style.separator} ".join(items)
    return f"{', '.join(items[:-1])}{',' if len(items) > 2 else ''} and {items[-1]}"


def _note(note: str, style: CitationStyle) -> str:
    """Return a note that follows; biblatex writes what pages it is where it is a number."""
    if style.system != "biblatex":
        return note
    return f"p. {note}" if PAGE.match(note) else f"pp. {note}" if PAGES.match(note) else note


def _noted(text: str, part: Part, style: CitationStyle) -> str:
    before = f"{part.before} " if part.before else ""
    return f"{before}{text}{style.before_note + _note(part.after, style) if part.after else ''}"


def _by_number(kind: str, known: list[tuple[Part, list[Entry]]], style: CitationStyle, *, full: bool) -> str:
    with_names = style.system in {"natbib", "biblatex"} and all(e.names for _, es in known for e in es)
    if kind in {"text", "possessive", "alt"} and with_names and _numeric(known, style):
        bare = replace(style, opening="", closing="") if kind == "alt" else style
        return _textual(known, bare, full=full, ending="’s" if kind == "possessive" else "")
    pieces = [_noted(_numbers(entries, style), part, style) for part, entries in known]
    inner = f"{_between(style)} ".join(pieces)
    if kind in {"number", "bare", "alt"}:
        return inner
    return f"{style.opening}{inner}{style.closing}" if style.opening else f"[{inner}]"


def _numbers(entries: list[Entry], style: CitationStyle) -> str:
    """Return numbers or labels in a row, sorted and drawn together where the style does so."""
    by_label = style.system != "natbib" and (style.system != "biblatex" or style.mode == "alphabetic")
    shown = [(e.label if by_label and e.label else e.number) or _told(e) for e in entries]
    shown = list(dict.fromkeys(shown))
    if style.apart:
        return "], [".join(p.replace("–", "]–[") for p in _runs(shown, style))
    return f"{_between(style)} ".join(_runs(shown, style))


def _between(style: CitationStyle) -> str:
    """Return what stands between numbers."""
    return style.separator if style.system in {"natbib", "biblatex"} and style.mode else ","


def _told(entry: Entry) -> str:
    """Return names and year, for an entry whose number cannot be known."""
    return ", ".join(filter(None, (entry.names or entry.label or entry.title, entry.year)))


def _runs(shown: list[str], style: CitationStyle) -> list[str]:
    if not all(n.isdigit() for n in shown):
        return sorted(shown, key=str.isdigit) if style.sorts else shown
    values = sorted(map(int, shown)) if style.sorts else [int(n) for n in shown]
    runs: list[list[int]] = []
    for value in values:
        if runs and value == runs[-1][-1] + 1 and style.compresses:
            runs[-1].append(value)
        else:
            runs.append([value])
    return [
        text for run in runs for text in ([f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(v) for v in run])
    ]


def _raised(call: Call, kind: str, known: list[tuple[Part, list[Entry]]], style: CitationStyle) -> Printed:
    entries = [e for _, found in known for e in found]
    before, after = known[0][0].before, known[-1][0].after
    numbers = _numbers(entries, style).replace(" ", "")
    if not re.fullmatch(r"[\d,;–]+", numbers):
        return Printed(f"[{_numbers(entries, style)}]")
    names = ""
    if kind in {"text", "possessive", "alt"} and all(e.names for e in entries):
        if len(entries) > 1:
            return Printed(", ".join(f"{e.names} [{e.number}]" for e in entries))
        names = _capital(entries[0].full if call.starred else entries[0].names, call)
    lead = " ".join(filter(None, (names, before)))
    return Printed(lead, numbers, f" {after}" if after else "", style.moves and not lead)
