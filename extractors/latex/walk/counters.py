"""Counters as the walk meets them: set, reset, printed anew, and numbers that no caption makes."""

import re
from collections.abc import Callable

from extractors.latex.source.graphics_settings import SETTINGS_NAME
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.numbering import Counters, styled
from extractors.latex.text.references import Label as Target
from extractors.latex.walk.document import Panel
from extractors.latex.walk.state import Open, Walk

VALUE = re.compile(r"\\(?:value\s*\{?|the|c@)(\w+)\}?|\\number\s*\\c@(\w+)")
COUNTED = re.compile(
    r"\\(arabic|decimal|roman|Roman|alph|Alph|alphalph|AlphAlph)\s*\{(\w+)\}|\\the([A-Za-z]+)(?:\{\}|[ \t]*)"
    r"|\\(?:number|the)?\s*\\?(?:value\s*\{(\w+)\}|c@(\w+)[ \t]*)"
)
PADDED = re.compile(r"\\(two@digits|padzeroes)\s*(?:\[(\d)\])?\s*\{?(\d+)\}?")
SUM = re.compile(r"[+-]?\d{1,9}(?:[+*-]+\d{1,9}){1,20}")
MAX_COUNT = 10**7
MAX_COUNTERS = 1_000


def set_counter(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \setcounter, \addtocounter, \stepcounter or \refstepcounter."""
    counter = (scan.group() or "").strip()
    counters = walk.style.counters
    if name in {"stepcounter", "refstepcounter"}:
        if counter:
            counters.step(counter)
            if name == "refstepcounter":
                walk.target = Target(counters.printed(counter), counter)
        return
    text = VALUE.sub(lambda m: str(counters.values.get(m[1] or m[2], 0)), scan.group() or "")
    number = calculated(text)
    if number is None:
        return
    walk.lists.set_count(counter, number, added=name == "addtocounter")
    counters.values[counter] = number + (counters.values.get(counter, 0) if name == "addtocounter" else 0)


def new_counter(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \newcounter{name}[outer]."""
    counter, outer = (scan.group() or "").strip(), scan.optional()
    if counter and len(walk.style.counters.values) < MAX_COUNTERS:
        walk.style.counters.create(counter)
        if outer:
            walk.style.counters.reset_with(counter, outer.strip())


def named(walk: Walk) -> Callable[[str], str]:
    """Return what puts the values of counters into a file's name, as they are here."""
    counters = walk.style.counters

    def value(match: re.Match[str]) -> str:
        style, counter, shown = match[1], match[2], match[3]
        if style is not None:
            return styled(counters.values.get(counter, 0), style)
        if shown is not None:
            return counters.printed(shown) if shown in counters.values else match[0]
        return str(counters.values.get(match[4] or match[5], 0))

    def padded(match: re.Match[str]) -> str:
        width = 2 if match[1].startswith("two") else int(match[2] or 2)
        return match[3].rjust(min(width, 20), "0")

    def replaced(name: str) -> str:
        return name if "\\" not in name else PADDED.sub(padded, COUNTED.sub(value, name))

    return replaced


def within(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \numberwithin, \counterwithin and \counterwithout."""
    starred = walk.text[scan.pos - 1] == "*"
    form = scan.optional()
    counter, outer = (scan.group() or "").strip(), (scan.group() or "").strip()
    counters = walk.style.counters
    if not counter or not outer:
        return
    if name == "counterwithout":
        forget(counters, counter, outer)
        counters.formats[counter] = f"\\arabic{{{counter}}}"
    else:
        old = counters.formats.get(counter)
        style = f"{form}{{{counter}}}" if form else f"\\arabic{{{counter}}}"
        counters.number_within(counter, outer, form=f"\\the{outer}.{style}")
        if starred:
            counters.formats[counter] = old or f"\\arabic{{{counter}}}"


def forget(counters: Counters, counter: str, outer: str) -> None:
    """Take a counter from those that an outer one resets."""
    inner = counters.children.get(outer, [])
    if counter in inner:
        inner.remove(counter)


def reset(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read the expander's note of \@addtoreset or \@removefromreset."""
    counter, outer = (scan.group() or "").strip(), (scan.group() or "").strip()
    counters = walk.style.counters
    if name == "scimmirunreset":
        forget(counters, counter, outer)
    elif counter and outer:
        counters.reset_with(counter, outer)


def calculated(text: str) -> int | None:
    """Return the value of a sum or product of whole numbers, as the calc package reads it; else None."""
    text = re.sub(r"\s|\\relax(?![A-Za-z])", "", text)[:200]
    if not SUM.fullmatch(text):
        digits = re.match(r"[+-]?\d{1,7}", text)
        return int(digits[0]) if digits else None
    total = 0
    for sign, product in re.findall(r"([+-]*)(\d+(?:\*\d+)*)", text):
        value = 1
        for factor in product.split("*"):
            value = min(value * int(factor[:9]), MAX_COUNT)
        total += -value if sign.count("-") % 2 else value
    return max(-MAX_COUNT, min(total, MAX_COUNT))


def printed(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the expander's note that a number or a float's name is printed anew."""
    what, body = scan.group() or "", scan.group() or ""
    if what == "caption@" and walk.stack:  # said in a float, it outdoes what its type of float has
        what = "caption@@"
    walk.timeline.change(at, what, body)
    if what == "mainlanguage":
        walk.language = body or None
    elif what == SETTINGS_NAME:
        walk.settings = int(body)
    elif what in {"figurename", "tablename"}:
        kind = what.removesuffix("name")
        walk.defaults.setdefault(what, getattr(walk.style, kind))
        setattr(walk.style, kind, body)
    elif what.startswith("the"):
        formats = walk.style.counters.formats
        walk.defaults.setdefault(what, formats.get(what[3:]))
        formats[what[3:]] = body


def default(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the expander's note that the scope of what `printed` read has ended: the class decides again."""
    what = scan.group() or ""
    if what == "caption@" and walk.stack:
        what = "caption@@"
    walk.timeline.change(at, what, None)
    if what == SETTINGS_NAME:
        walk.settings = 0
    if what not in walk.defaults:
        return
    old = walk.defaults[what]
    if what in {"figurename", "tablename"}:
        setattr(walk.style, what.removesuffix("name"), old)
        return
    kept, key = walk.names, what
    if what.startswith("the"):
        kept, key = walk.style.counters.formats, what[3:]
    if old is None:
        kept.pop(key, None)
    else:
        kept[key] = old


def appendix_floats(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read the commands with which a class starts the numbering of an appendix's floats."""
    counters = walk.style.counters
    kinds = {"appendixfigures": ("figure",), "appendixtables": ("table",)}.get(name, ("figure", "table"))
    for kind in kinds:
        counters.values[kind] = 0
        counters.formats[kind] = f"A\\arabic{{{kind}}}"
        if name == "restartappendixnumbering":
            counters.number_within(kind, "section", form=f"\\thesection\\arabic{{{kind}}}")


def sub_floats(walk: Walk, environment: str, entry: Open) -> None:
    """Open the subfloat package's subfigures or subtables: the floats inside take letters."""
    counter = "table" if environment.startswith("subtable") else "figure"
    counters = walk.style.counters
    counters.step(counter)
    parent = counters.printed(counter)
    number, form = counters.values[counter], counters.formats.get(counter)
    counters.values[counter] = 0
    counters.formats[counter] = parent + f"\\alph{{{counter}}}"
    walk.target = Target(parent, counter)

    def closing(end: int) -> None:
        counters.values[counter] = number
        if form is None:
            counters.formats.pop(counter, None)
        else:
            counters.formats[counter] = form

    entry.closing = closing


def set_number(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read AASTeX's \figurenum{7} or AGU's \setfigurenum{S7}: this float's number, which does not count."""
    number = (scan.group() or "").strip()
    body = walk.stack[-1] if walk.stack else None
    if (
        body is None
        or body.captions
        or not walk.style.document_class.startswith(("aastex", "emulateapj", "agu"))
    ):
        return
    counters = walk.style.counters
    old, form = counters.values.get(body.counter, 0), counters.formats.get(body.counter)
    counters.formats[body.counter] = number

    def closing(end: int) -> None:
        counters.values[body.counter] = old
        if form is None:
            counters.formats.pop(body.counter, None)
        else:
            counters.formats[body.counter] = form

    close_after(walk, closing)


def close_after(walk: Walk, extra: Callable[[int], None]) -> None:
    """Add something to do, last, at the end of the innermost float."""
    body = walk.stack[-1]
    entry = next((o for o in reversed(walk.opened) if o.start == body.start), None)
    before = entry.closing if entry is not None else None
    if entry is None:
        return

    def closing(end: int) -> None:
        if before is not None:
            before(end)
        extra(end)

    entry.closing = closing


def phantom(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \phantomsubcaption, which counts a panel that the picture itself letters, or \phantomcaption."""
    scan.star()
    body = walk.stack[-1] if walk.stack else None
    if body is None or body.kind == "other":
        return
    if name == "phantomcaption":
        if not body.continued:
            walk.style.counters.step(body.counter)
        walk.target = Target(walk.style.counters.printed(body.counter), body.counter)
        return
    if walk.panel is not None and walk.panel.caption is None:
        if not walk.panel.letter:
            walk.letter_panel(walk.panel, body)
        return
    panel = Panel(at, walk.box)
    walk.letter_panel(panel, body)
    body.phantoms.append(panel)
