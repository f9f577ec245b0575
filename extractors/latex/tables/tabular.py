"""A tabular's markup as rows and cells."""

import re
from dataclasses import replace

from extractors.latex.source.graphics import parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.tables.columns import Columns, read_columns
from extractors.latex.tables.rows import RawRow, header_rows, split_rows
from extractors.latex.text.renderer import Renderer
from schemas.table import Cell, Table, TableRow

HEAD_ENDS = re.compile(r"\\end(firsthead|head|foot|lastfoot)(?![A-Za-z])")
NUMERIC = re.compile(
    r"\s*[<>]?\s*[+-]?[\d.,]+(?:\s*\(\d+\))?(?:\s*(?:\+-|\\pm)\s*[\d.]+)?(?:[eEdD][+-]?\d+)?\s*\Z"
)
BLOCK = re.compile(
    r"\\Block\s*(?:\[[^\]]{0,100}\])?\s*\{\s*(\d{0,3})\s*-\s*(\d{0,3})\s*\}\s*(?:<[^>]{0,100}>)?"
)
CODE_BEFORE = re.compile(r"\\CodeBefore(?![A-Za-z]).*?\\Body(?![A-Za-z])|\\CodeAfter(?![A-Za-z]).*", re.S)
SPANNING_CELLS = ("\\SetCell", "\\Block")  # tabularray and nicematrix keep the cells that a span covers
WRAPPED = re.compile(r"\{\s*(\\multi(?:column|row).*)\}\s*\Z", re.S)
NOTE = re.compile(r"\\(?:tablenotetext|tablecomments|tablerefs|tablefoot|tablefoottext)(?![A-Za-z])")


def read_table(
    to: Renderer, body: str, columns: str, *, head: str = "", formulae: bool = False
) -> Table | None:
    r"""Return the table, None where the markup holds no row.

    Args:
        to: renders the cells.
        body: what stands between \begin{tabular}{…} and \end{tabular}.
        columns: the column specification.
        head: rows that \tablehead gives apart from the body.
        formulae: whether the cells are mathematics, as in an array.
    """
    layout = read_columns(columns)
    if "\\Code" in body:
        body = CODE_BEFORE.sub("", body)
    body, own_notes = take_notes(to, body)
    head_part, body = split_head(body)
    rows = split_rows(head + "\\\\" + head_part if head.strip() else head_part)
    for row in rows:
        row.in_head = True
    last = split_rows(body)
    rows.extend(last)
    rule_below = bool(rows) and not any(c.strip() for c in rows[-1].cells) and rows[-1].rule_above
    rows = [r for r in rows if r.spanning is not None or any(c.strip() for c in r.cells) or len(r.cells) > 1]
    if not rows:
        return None
    for row in rows if formulae else ():
        row.cells = [f"${cell}$" if cell.strip() else cell for cell in row.cells]
    grid = [render_row(to, row, layout) for row in rows]
    cells = merge_rowspans(grid)
    width = max(sum(c.colspan for _, c in row) for row in grid)
    aligned = (layout.align + ["left"] * width)[: max(width, len(layout.align))]
    header = header_rows(rows)
    rules = layout.rules if any(layout.rules) else []
    return Table(
        rows=tuple(
            TableRow(
                cells=tuple(replace(c, header=i < header) for c in row),
                rule_above=raw.rule_above,
                partial_rules=tuple(raw.partial_rules),
            )
            for i, (row, raw) in enumerate(zip(cells, rows, strict=True))
        ),
        header_rows=header,
        column_align=tuple(aligned),
        vertical_rules=tuple((rules + [False] * width)[: len(aligned) + 1]) if rules else (),
        rule_below=rule_below,
        notes=tuple(n for n in own_notes if n),
    )


def split_head(body: str) -> tuple[str, str]:
    """Return a longtable's first head and its body; the repeated heads and feet are left out."""
    ends = list(HEAD_ENDS.finditer(body))
    if not ends:
        return "", body
    parts: dict[str, str] = {}
    start = 0
    for match in ends:
        parts.setdefault(match[1], body[start : match.start()])
        start = match.end()
    return parts.get("firsthead", parts.get("head", "")), body[start:] + parts.get("lastfoot", "")


def take_notes(to: Renderer, body: str) -> tuple[str, list[str]]:
    r"""Return the body of a deluxetable between \startdata and \enddata, and its notes."""
    notes = []
    for match in list(NOTE.finditer(body))[:100]:
        scan = Scanner(body, match.end())
        first = scan.argument()
        if match[0].endswith(("notetext", "foottext")):
            notes.append(f"<sup>{to.html(first)}</sup> {to.html(scan.argument())}")
        else:
            notes.append(to.html(first))
    start = body.find("\\startdata")
    if start >= 0:
        end = body.find("\\enddata", start)
        return body[start + 10 : end if end >= 0 else len(body)], notes
    if notes:
        body = body[: NOTE.search(body).start()]  # type: ignore[union-attr]
    return body, notes


def render_row(to: Renderer, row: RawRow, layout: Columns) -> list[tuple[int, Cell]]:
    """Return the row's cells with the column in which each begins; a negative rowspan reaches upwards."""
    if row.spanning is not None:
        return [(0, Cell(html=to.html(row.spanning), colspan=max(1, len(layout.align)), align="center"))]
    out: list[tuple[int, Cell]] = []
    column = 0
    covered = 0
    for tex in row.cells:
        if covered and not tex.strip():
            covered -= 1
            continue
        cell = render_cell(to, tex.strip(), column, layout)
        covered = cell.colspan - 1 if tex.lstrip().startswith(SPANNING_CELLS) else 0
        out.append((column, cell))
        column += cell.colspan
    return out


def render_cell(to: Renderer, tex: str, column: int, layout: Columns) -> Cell:
    """Return one cell with its spans."""
    colspan = rowspan = 1
    align = None
    before = layout.before[column] if column < len(layout.before) else ""
    after = layout.after[column] if column < len(layout.after) else ""
    for _ in range(4):
        wrapped = WRAPPED.match(tex)
        if wrapped and wrapped[1].count("{") == wrapped[1].count("}"):
            tex = wrapped[1]
        tex = tex.lstrip()
        scan = Scanner(tex)
        if tex.startswith("\\multicolumn"):
            scan.pos = len("\\multicolumn")
            colspan = _count(scan.argument())
            spec = read_columns(scan.argument())
            align = spec.align[0] if spec.align else None
            before = after = ""
        elif tex.startswith("\\SetCell"):
            scan.pos = len("\\SetCell")
            spans = parse_keys(scan.optional() or "")
            colspan, rowspan = _count(spans.get("c", "1")), _count(spans.get("r", "1"))
            scan.argument()
            tex = tex[scan.pos :]
            continue
        elif tex.startswith("\\Block") and (block := BLOCK.match(tex)) is not None:
            rowspan, colspan = _count(block[1]), _count(block[2])
            tex = tex[block.end() :]
            scan = Scanner(tex)
        elif tex.startswith("\\multirow"):
            scan.pos = len("\\multirow")
            scan.optional()
            rowspan = _count(scan.argument(), negative=True)
            scan.optional()
            scan.argument()
            scan.optional()
            before = after = before if "$" not in before else ""
        elif re.match(r"\\(?:rowcolor|cellcolor|columncolor)(?![A-Za-z])", tex):
            scan.pos = tex.index("color") + 5
            scan.optional()
            scan.argument()
            tex = tex[scan.pos :]
            continue
        else:
            break
        tex = scan.argument() + tex[scan.pos :]
    return Cell(
        html=cell_html(to, tex, before, after, column, layout), colspan=colspan, rowspan=rowspan, align=align
    )


def cell_html(to: Renderer, tex: str, before: str, after: str, column: int, layout: Columns) -> str:
    """Return a cell's content as inline HTML."""
    siunitx = layout.siunitx[column] if column < len(layout.siunitx) and len(tex) < 100 else ""
    if siunitx == "S" and NUMERIC.match(tex):
        return to.html("\\num{" + tex + "}")
    if siunitx == "s" and tex and not tex.startswith("{"):
        return to.html("\\si{" + tex + "}")
    if before and tex:
        tex = before + " " + tex + (after or ("$" if before.count("$") % 2 else ""))
    return to.html(tex)


def _count(text: str, *, negative: bool = False) -> int:
    match = re.match(r"\s*(-?\d{1,3})", text)
    value = int(match[1]) if match else 1
    if negative and value < 0:
        return value
    return max(1, min(value, 200))


def merge_rowspans(grid: list[list[tuple[int, Cell]]]) -> list[list[Cell]]:
    """Return the rows without the empty cells that a cell above (or, for negative spans, below) covers."""
    placed: list[dict[int, Cell]] = [dict(row) for row in grid]
    for r, row in enumerate(grid):
        for column, cell in row:
            if cell.rowspan < 0:
                top = max(0, r + cell.rowspan + 1)
                target = placed[top].get(column)
                if target is not None and not target.html:
                    placed[top][column] = replace(cell, rowspan=r - top + 1)
                    placed[r][column] = Cell(colspan=cell.colspan)
                else:
                    placed[r][column] = replace(cell, rowspan=1)
    for r, cells in enumerate(placed):
        for column, cell in list(cells.items()):
            if cell.rowspan > 1:
                placed[r][column] = replace(cell, rowspan=_cover(placed, r, column, cell))
    return [[cell for _, cell in sorted(cells.items())] for cells in placed]


def _cover(placed: list[dict[int, Cell]], r: int, column: int, cell: Cell) -> int:
    for below in range(r + 1, min(r + cell.rowspan, len(placed))):
        covered = [c for c in range(column, column + cell.colspan) if c in placed[below]]
        if any(placed[below][c].html for c in covered):
            return below - r
        for c in covered:
            del placed[below][c]
    return min(cell.rowspan, len(placed) - r)
