r"""Primitives that count, and \maketitle with the pictures that papers put into it."""

import re

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import Macro


def reset_rule(ex: Expander, name: str) -> None:
    r"""Read \@addtoreset{figure}{section} or \@removefromreset."""
    counter, outer = ex.input.read_argument(), ex.input.read_argument()
    if counter is not None and outer is not None:
        command = "scimmirreset" if name == "@addtoreset" else "scimmirunreset"
        ex.output.emit(f"\\{command}{{{counter.strip()}}}{{{outer.strip()}}}")


REGISTER = re.compile(r"\s*\\([A-Za-z@]+)\s*(?:by\s*)?([+-]?\s*\d{1,7})(?:\\relax(?![A-Za-z])|\s)?")
STEPPED = re.compile(r"\s*\{(\w+)\}")
SET_COUNTER = re.compile(r"\s*\{(\w+)\}\s*\{\s*([+-]?\d{1,7})\s*\}")
ASSIGNED = re.compile(r"\s*=?\s*([+-]?\d{1,7})(?:\\relax(?![A-Za-z])|\s)?")


def advance(ex: Expander, name: str) -> None:
    r"""Read \advance\c@figure by 1, TeX's own form of \addtocounter; unknown registers are left alone."""
    frame = ex.input.frames[-1]
    match = REGISTER.match(frame.text, frame.pos)
    known = match is not None and (match[1] in ex.counting.values or match[1].startswith("c@"))
    if match is None or not known:
        ex.output.emit("\\advance")
        return
    frame.pos = match.end()
    step = match[2].replace(" ", "")
    if match[1] in ex.counting.values:
        ex.counting.values[match[1]] += int(step)
    else:
        ex.output.emit(f"\\addtocounter{{{match[1][2:]}}}{{{step}}}")


def new_count(ex: Expander, name: str) -> None:
    r"""Read \newcount\name: a register that \ifnum may test."""
    defined = ex.input.read_control()
    if defined is not None and len(ex.counting.values) < 1000:
        ex.counting.values[defined] = 0
        ex.scopes.meanings[defined] = assign


def assign(ex: Expander, name: str) -> None:
    r"""Read \name=2, where \newcount made the name."""
    match = ex.input.frames[-1].take(ASSIGNED)
    if match:
        ex.counting.values[name] = int(match[1])


def set_counter(ex: Expander, name: str) -> None:
    r"""Note what \setcounter sets for the sake of \ifnum; later stages read it as it stands."""
    frame = ex.input.frames[-1]
    match = SET_COUNTER.match(frame.text, frame.pos)
    if match and len(ex.counting.values) < 1000:
        ex.counting.values[match[1]] = int(match[2])
    ex.output.emit("\\" + name)


def step_counter(ex: Expander, name: str) -> None:
    r"""Note what \\stepcounter does to a counter that \\ifnum may test; later stages read it as it stands."""
    frame = ex.input.frames[-1]
    match = STEPPED.match(frame.text, frame.pos)
    if match and (match[1] in ex.counting.values or len(ex.counting.values) < 1000):
        ex.counting.values[match[1]] = ex.counting.values.get(match[1], 0) + 1
    ex.output.emit("\\" + name)


def add_counter(ex: Expander, name: str) -> None:
    r"""Note what \\addtocounter adds for the sake of \\ifnum; later stages read it as it stands."""
    frame = ex.input.frames[-1]
    match = SET_COUNTER.match(frame.text, frame.pos)
    if match and (match[1] in ex.counting.values or len(ex.counting.values) < 1000):
        ex.counting.values[match[1]] = ex.counting.values.get(match[1], 0) + int(match[2])
    ex.output.emit("\\" + name)


def make_title(ex: Expander, name: str) -> None:
    r"""Read \maketitle: a picture may stand in the paper's own \@maketitle, or in \teaser ahead of it."""
    ex.output.emit("\\maketitle ")
    own = ex.scopes.meanings.get("@maketitle")
    if ex.teaser:
        ex.input.push(f"\\begin{{teaserfigure}}{ex.teaser}\\end{{teaserfigure}}")
        ex.teaser = ""
    if isinstance(own, Macro) and not own.from_package and not own.arguments:
        ex.scopes.meanings.pop("@maketitle")
        ex.input.push(own.body)


def teaser(ex: Expander, name: str) -> None:
    r"""Read \teaser{…}, with which classes for computer graphics take a figure ahead of \maketitle."""
    content = ex.input.read_argument() or ""
    if "\\caption" in content:
        ex.teaser = content


def register(ex: Expander, name: str) -> None:
    r"""Read \c@figure=4, TeX's own form of \setcounter."""
    match = ex.input.frames[-1].take(ASSIGNED)
    if match:
        ex.output.emit(f"\\setcounter{{{name[2:]}}}{{{match[1]}}}")


REGISTERS: dict[str, Handler] = {
    **dict.fromkeys(("@addtoreset", "@removefromreset"), reset_rule),
    **dict.fromkeys(("c@figure", "c@table", "c@section", "c@chapter", "c@equation"), register),
    "advance": advance,
    "newcount": new_count,
    "setcounter": set_counter,
    "addtocounter": add_counter,
    **dict.fromkeys(("stepcounter", "refstepcounter"), step_counter),
    "maketitle": make_title,
    "teaser": teaser,
}
