"""Counters, sections, names, packages and the title as the walk meets them."""

import re

from extractors.latex.source.environments import EQUATIONS
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.numbering import (
    SECTIONS,
    plain_number,
)
from extractors.latex.text.references import Label as Target
from extractors.latex.walk.document import Heading
from extractors.latex.walk.state import Walk

LEVELS = {name: level for level, name in enumerate(SECTIONS, -1)}
TITLED = 3  # subsubsections: the headings of paragraphs are part of them
MAX_HEADINGS = 5_000
MAX_LEVEL = max(LEVELS.values())  # where the paper sets no secnumdepth, which classes choose differently


def section(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read a sectioning command."""
    starred = walk.text[scan.pos - 1] == "*"
    if not walk.stack:
        walk.close_loose(at)
        level = LEVELS[name]
        if walk.body_start and 0 <= level <= TITLED and len(walk.headings) < MAX_HEADINGS:
            walk.headings.append(Heading(at, level, scan.pos))
    if starred or not walk.body_start or walk.stack:
        return
    counters = walk.style.counters
    if walk.unnumbered_chapters and name == "chapter":
        return
    if LEVELS[name] > counters.values.get("secnumdepth", MAX_LEVEL):
        return
    if name not in counters.values and name != "part":
        counters.create(name)
    counters.step(name)
    kind = "appendix" if walk.in_appendix and name in {"section", "chapter"} else name
    walk.target = Target(counters.printed(name), kind)


def abstract(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \abstract{…}, which classes have beside the environment or in its stead."""
    walk.abstract_command = walk.abstract_command or scan.pos


def matter(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \frontmatter, \mainmatter or \backmatter: only the main matter's chapters are numbered."""
    walk.unnumbered_chapters = name != "mainmatter"


def start_appendix(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \appendix."""
    if not walk.in_appendix:
        walk.in_appendix = True
        walk.style.appendix(name)


def new_theorem(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \newtheorem."""
    starred = walk.text[scan.pos - 1] == "*" or scan.star()
    environment = (scan.group() or "").strip()
    shared = scan.optional()
    title = scan.group() or ""
    outer = scan.optional()
    if not environment or len(walk.theorems) > 500:
        return
    walk.references.theorem_names[environment] = title
    if starred:
        walk.theorems[environment] = None
    elif shared is not None:
        walk.theorems[environment] = walk.theorems.get(shared.strip()) or shared.strip()
    else:
        walk.theorems[environment] = environment
        walk.style.counters.create(environment, within=outer.strip() if outer else None)


def item(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \item: a label behind it gets the item's number."""
    if not walk.lists.open:
        return
    scan.skip_space()
    if scan.peek() == "[":
        return
    walk.lists.item(None)
    if walk.lists.open[-1].family in {"enumerate", "list"}:
        number = walk.lists.number()
        walk.target = Target(plain_number(number), "item")


def tag(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \tag, \nonumber or \notag: the row takes no number."""
    if not walk.opened:
        return
    top = next((o for o in reversed(walk.opened[-4:]) if o.name in EQUATIONS), None)
    if top is None:
        return
    if name == "tag":
        scan.star()
        content = re.sub(r"[\\${}]", "", scan.group() or "")
        walk.target = Target(content, "equation")
    if not top.suppressed:
        top.suppressed = True
        walk.style.counters.values["equation"] -= 1


def package(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \usepackage: cleveref's and natbib's options."""
    options = scan.optional() or ""
    for wanted in (scan.group() or "").split(","):
        wanted = wanted.strip()
        walk.style.packages.setdefault(wanted, options)
        if wanted == "rotating":
            walk.clockwise = "clockwise" in [o.strip() for o in options.split(",")]
        if wanted == "subfig":
            walk.references.sub_in_parentheses = True
        elif wanted == "subfigure":
            for counter in ("subfigure", "subtable"):
                walk.style.counters.formats[counter] = f"(\\alph{{{counter}}})"
        if wanted == "cleveref":
            walk.references.capitalise = "capitali" in options
            walk.references.no_abbreviation = "noabbrev" in options


def reference_name(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \crefname or \Crefname."""
    kind, one, many = (scan.group() or "").strip(), scan.group() or "", scan.group() or ""
    target = walk.references.names if name == "crefname" else walk.references.capital_names
    target[kind] = (one, many)


def title(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the paper's title."""
    if name == "icmltitle" or name == "title":
        scan.optional()
    span = scan.span()
    if span is not None and (walk.title is None or not walk.body_start) and span[0] < span[1]:
        walk.earlier_title, walk.title = walk.title, span


def file_folder(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the expander's note that graphics names are relative to another folder from here on."""
    walk.folder = scan.group() or ""


def skip_one(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Leave an argument out in which nothing counts."""
    scan.group()


def unit(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    """Read the expander's note of a unit that the paper declares."""
    symbol, printed = (scan.group() or "").strip(), scan.group() or ""
    if symbol and len(walk.units) < 500:
        walk.units[symbol] = printed
