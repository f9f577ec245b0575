"""Tables as the walk meets them."""

import re
from collections.abc import Callable

from extractors.latex.source.options import parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.references import Label as Target
from extractors.latex.walk.document import Caption, Label, Tabular
from extractors.latex.walk.state import STEPPED_AT_START, Walk

LONG_TBLR = frozenset({"longtblr", "talltblr", "longtabs", "talltabs"})
KEYED = LONG_TBLR | {"tblr", "booktabs", "tabularray"}
WIDE = frozenset({"tabular*", "NiceTabular*"})
WIDTH = re.compile(r"\s*(?:to|spread)\s*[^{}]{0,40}")
TABLE_KEYS = re.compile(r"(?<![A-Za-z])caption\s*=\s*\{")


def in_table(walk: Walk) -> bool:
    """Return whether a table is open that holds no tabular here."""
    body = walk.holder()
    return body is not None and body.kind == "table" and body.open_tabulars == 0


def begin_whole_table(walk: Walk, environment: str, scan: Scanner, at: int) -> None:
    """Open a longtable, deluxetable or supertabular: a float of its own unless a table holds it."""
    bare = environment.rstrip("*")
    outer = walk.holder()
    if outer is None or outer.loose:
        walk.close_loose(at)
        walk.open_float("table", "table", bare, at)
        body = walk.stack[-1]
        pending = walk.pending.pop("caption", None)
        if pending is not None:
            walk.add_caption(Caption(pending[0], pending[1], at, counter="table"))
        elif bare in STEPPED_AT_START and environment == bare:
            walk.style.counters.step("table")
            walk.target = Target(walk.style.counters.printed("table"), "table")
    else:
        body = outer
        if environment in STEPPED_AT_START:  # it counts in a table environment, too
            walk.style.counters.step("table")
    options_at = scan.pos
    options = scan.optional() or ""
    if bare in LONG_TBLR:
        outer_keys(walk, options_at, scan.pos)
    if environment in {"supertabular*", "xltabular", "mpsupertabular*", "xtabular*", "mpxtabular*"}:
        scan.group()
    if bare == "longtabu":
        skip_width(scan)
    inner = scan.group() or ""
    head = walk.pending.pop("head", None)
    table = Tabular(bare, at, walk.box, start=scan.pos, columns=inner)
    if bare in KEYED:
        table.inner, table.outer = inner, options
    table.notes = notes_ahead(walk)
    table.head = walk.text[head[0] : head[1]] if head else ""
    body.tabulars.append(table)
    body.open_tabulars += 1

    def finish(end: int) -> None:
        body.open_tabulars -= 1
        finish_tabular(walk, table, end)

    close_with(walk, finish)


def notes_ahead(walk: Walk) -> str:
    """Return the notes that were given ahead of a table, as an environment of its own."""
    notes = walk.pending.pop("notes", None)
    text = walk.text[slice(*notes)] if notes else ""
    return f"\\begin{{tablenotes}}{text}\\end{{tablenotes}}" if text and "\\begin{" not in text else text


def skip_width(scan: Scanner) -> None:
    r"""Move past the tabu package's `to \textwidth` or `spread 0pt`."""
    scan.take(WIDTH)


def outer_keys(walk: Walk, start: int, end: int) -> None:
    """Read caption and label that tabularray's long tables take as keys."""
    found = TABLE_KEYS.search(walk.text, start, end)
    if found is None:
        return
    inside = Scanner(walk.text, found.end() - 1)
    inside.argument()
    body = walk.stack[-1] if walk.stack else None
    if body is None or body.captions:
        return
    walk.add_caption(Caption(found.end(), inside.pos - 1, start, counter="table"))
    label = parse_keys(walk.text[start:end].strip()[1:-1]).get("label")
    if label and walk.target is not None:
        walk.references.labels[label] = walk.target
        body.labels.append(Label(label, start + 1, None, walk.box))


def close_with(walk: Walk, extra: Callable[[int], None]) -> None:
    """Add something to do, first, at the end of the environment just opened."""
    entry = walk.opened[-1]
    before = entry.closing

    def closing(end: int) -> None:
        extra(end)
        if before is not None:
            before(end)

    entry.closing = closing


def finish_tabular(walk: Walk, table: Tabular, end: int) -> None:
    r"""Set a table's end, before its \end."""
    back = walk.text.rfind("\\end", table.start, end)
    table.end = back if back >= 0 else end


def begin_tabular(walk: Walk, environment: str, scan: Scanner, at: int) -> None:
    """Open a tabular; outside floats it may belong to a caption that follows."""
    body = walk.holder()
    if body is None or body.kind == "other":
        return
    bare = environment.rstrip("*")
    options = scan.optional() or ""
    if bare in {"tabularx", "tabulary", "tabularew", "NiceTabularX"} or environment in WIDE:
        scan.group()
        scan.optional()
    if bare == "tabu":
        skip_width(scan)
    columns = "" if bare == "tabbing" else scan.group() or ""
    if bare.startswith("NiceTabular"):
        options += "," + (scan.optional() or "")
    table = Tabular(bare, at, walk.box, start=scan.pos, columns=columns, nested=body.open_tabulars > 0)
    if bare in KEYED:
        table.inner = columns
    table.outer = options if "=" in options else ""
    if not table.nested:
        table.notes = notes_ahead(walk)
    body.open_tabulars += 1
    body.tabulars.append(table)
    count = len(body.graphics)
    closing = walk.open_box("tabular", at, 0.0)

    def finish(end: int) -> None:
        body.open_tabulars -= 1
        finish_tabular(walk, table, end)
        table.has_graphics = len(body.graphics) > count
        closing(end)

    walk.opened[-1].closing = finish
