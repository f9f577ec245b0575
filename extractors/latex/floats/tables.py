"""The table that a float's tabulars and notes make."""

import re

from extractors.latex.tables import notes
from extractors.latex.tables.float_tables import Markup, has_rows, joined, without_captions
from extractors.latex.tables.tabular import read_table
from extractors.latex.tables.tabularray import column_spec
from extractors.latex.text.footnotes import Footnotes
from extractors.latex.text.renderer import Renderer
from extractors.latex.walk.document import Found, Tabular
from extractors.latex.walk.state import Walk
from extractors.tables import render
from schemas.reject import RecordError
from schemas.table import Table

MAX_TABULARS = 20
FOOTNOTE = re.compile(r"\\(?:footnote|footnotemark|tablefootnote)(?![A-Za-z])(?!\s*\[)")
STATED = re.compile(r"\\footnotetext\s*\[\s*(\d{1,4})\s*\]")
CHAPTER = re.compile(r"\\chapter(?![A-Za-z*])")
KILLED = re.compile(r"[^\n]*\\kill(?![A-Za-z])")
LABELLED = re.compile(
    r"\\item\s*\[([^\]]{0,40})\]\s*\\label\s*\{([^{}]*)\}"
)  # threeparttablex's notes, and marks
LABELLED_MARK = re.compile(r"\\tnotex\s*\{([^{}]*)\}")
FOLLOWING = 10_000


def float_table(to: Renderer, walk: Walk, found: Found) -> tuple[Markup | None, str]:
    """Return the table that a float's tabulars make, or why there is none."""
    tabulars = found.tabulars[:MAX_TABULARS]
    if not tabulars:
        return None, ""
    footnotes = Footnotes(*numbering(walk, found))
    to.footnotes = footnotes
    try:
        tables = [t for t in (read(to, walk, one) for one in tabulars) if t is not None]
    finally:
        to.footnotes = None
    if not tables:
        filled = any(has_rows(walk.text, t) for t in tabulars)
        return None, "table_unreadable" if filled else "table_empty"
    following = walk.text[found.end : found.end + FOLLOWING] if footnotes.waiting else ""
    outer = ",".join(t.outer for t in tabulars if t.outer)
    table = joined(tables, notes.below(to, outside(walk, found), outer, footnotes, following))
    if not any(c.html for row in table.rows for c in row.cells):
        return None, "table_empty"
    try:
        return Markup(*render(table)), ""
    except RecordError as error:
        return None, error.reason


def read(to: Renderer, walk: Walk, one: Tabular) -> Table | None:
    """Return what one tabular holds, None where it holds no row."""
    body = walk.text[one.start : one.end]
    if "\\caption" in body or "\\label" in body:
        body = without_captions(body)
    if "\\tnotex" in body:
        marks = {label.strip(): mark for mark, label in LABELLED.findall(one.notes or walk.text)}
        body = LABELLED_MARK.sub(lambda m: f"\\tnote{{{marks.get(m[1].strip(), '')}}}", body)
    if one.environment == "tabbing":
        body = KILLED.sub("", body).replace("\\>", "&").replace("\\=", "&")
    columns = column_spec(one.inner) if one.inner else one.columns
    return read_table(to, body, columns, head=one.head, formulae=one.environment == "array", inner=one.inner)


def outside(walk: Walk, found: Found) -> str:
    """Return what a float holds beside its tabulars, and the notes that were given ahead of it."""
    parts = [t.notes for t in found.tabulars if t.notes]
    pos = found.start
    for table in sorted((t for t in found.body.tabulars if not t.nested), key=lambda t: t.start):
        if pos <= table.start and table.end <= found.end:
            parts.append(walk.text[pos : table.start])
            pos = max(pos, table.end)
    return "\n".join([*parts, walk.text[pos : found.end]])


def numbering(walk: Walk, found: Found) -> tuple[bool, int]:
    """Return whether footnotes of a float's tables are lettered, and the number of the last before them."""
    text = walk.text[found.start : found.end]
    if "\\footnote" not in text and "\\tablefootnote" not in text:
        return False, 0
    lettered = walk.style.document_class.startswith("revtex") or "\\begin{minipage}" in text
    if lettered:
        return True, 0
    stated = STATED.search(text)
    if stated is not None:
        return False, int(stated[1]) - 1
    chapters = list(CHAPTER.finditer(walk.text, walk.body_start, found.start))
    start = chapters[-1].start() if chapters else walk.body_start
    return False, sum(1 for _ in FOOTNOTE.finditer(walk.text, start, found.tabulars[0].start))
