"""A row's cells: spans, what their columns put round them, and columns that make one value together."""

import re
from dataclasses import dataclass, replace

from extractors.latex.source.options import parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.tables.columns import ALIGN, Columns, cell_effect, read_columns
from extractors.latex.tables.layout import HIDDEN, Layout, lay_out
from extractors.latex.tables.numbers import in_column
from extractors.latex.tables.rows import RawRow
from extractors.latex.text.renderer import Renderer
from schemas.table import Cell

BLOCK = re.compile(
    r"\\Block\s*(?:\[[^\]]{0,100}\])?\s*\{\s*(\d{0,3})\s*-\s*(\d{0,3})\s*\}\s*(?:<[^>]{0,100}>)?"
)
SPANNING_CELLS = ("\\SetCell", "\\Block")  # tabularray and nicematrix keep the cells that a span covers
WRAPPED = re.compile(r"\{\s*(\\multi(?:column|row).*)\}\s*\Z", re.S)
MULTIROW_CELL = re.compile(r"\\multirow(?:cell|thead)(?![A-Za-z])")  # makecell's
COLOUR = re.compile(r"\\(?:rowcolor|cellcolor|columncolor)(?![A-Za-z])")
OVERHANG = re.compile(r"\s*\[\s*-?[\d.]*\s*(?:\\[A-Za-z]+|[a-z]{2})?\s*\]")
ENDS_IN_WORD = re.compile(r"\\[A-Za-z]+\Z")
PLAIN_SPEC = re.compile(r"[|\s]*[lcr][|\s]*\Z")
CELL = "\uf8f0"  # where collcell's command wants the cell


@dataclass
class Piece:
    """One cell of the source with the TeX round it: where it begins, and over how much it reaches."""

    column: int
    tex: str = ""
    colspan: int = 1
    rowspan: int = 1
    align: str | None = None
    left: str = ""
    right: str = ""
    onward: str = ""


def render_row(to: Renderer, row: RawRow, layout: Layout) -> list[tuple[int, Cell]]:
    """Return the row's cells with the column in which each begins; a negative rowspan reaches upwards."""
    if row.spanning is not None:
        return [(0, Cell(html=to.html(row.spanning), colspan=max(1, layout.width()), align="center"))]
    groups: list[list[Piece]] = []
    for piece in pieces_of(to, row, layout):
        last = groups[-1][-1] if groups else None
        if last is not None and layout.placed(piece.column) <= layout.placed(last.column + last.colspan - 1):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [seen_cell(to, group, layout) for group in groups]


def pieces_of(to: Renderer, row: RawRow, layout: Layout) -> list[Piece]:
    """Return the cells of a row as its source has them, without those that a span covers."""
    pieces: list[Piece] = []
    column = covered = 0
    onward = ""
    for tex in row.cells:
        if covered and not tex.strip():
            covered -= 1
            continue
        piece = read_cell(to, tex.strip(), column, layout)
        piece.left, onward = onward + piece.left, piece.onward
        covered = piece.colspan - 1 if tex.lstrip().startswith(SPANNING_CELLS) else 0
        pieces.append(piece)
        column += piece.colspan
    if pieces:
        pieces[-1].right += onward
    if not any(p.tex for p in pieces):  # a row that only makes room
        return [replace(p, left="", right="") for p in pieces]
    return pieces


def seen_cell(to: Renderer, group: list[Piece], layout: Layout) -> tuple[int, Cell]:
    """Return what a reader sees as one cell, and its place."""
    start = layout.placed(group[0].column)
    end = layout.placed(group[-1].column + group[-1].colspan - 1)
    if len(group) == 1 and not group[0].left and not group[0].right:
        html = to.html(group[0].tex)
    else:
        html = to.html(joined(group))
    spans = {p.rowspan for p in group if p.tex or len(group) == 1} or {1}
    return start, Cell(
        html=html,
        colspan=end - start + 1,
        rowspan=spans.pop() if len(spans) == 1 else 1,
        align=group[0].align if len(group) == 1 else None,
    )


def joined(group: list[Piece]) -> str:
    """Return the TeX of cells that are read as one, each in a group of its own."""
    parts: list[str] = []
    for piece, following in zip(group, [*group[1:], None], strict=True):
        parts.append(piece.left + (f"{{{piece.tex}}}" if piece.tex else "") + piece.right)
        if following is not None and piece.tex and following.tex and not piece.right and not following.left:
            parts.append("~")
    return "".join(parts)


def read_cell(to: Renderer, tex: str, column: int, layout: Layout) -> Piece:
    """Return one cell of the source with its spans and what its column puts round it."""
    piece = Piece(column)
    own, at = layout, column
    raised = False
    for _ in range(6):
        wrapped = WRAPPED.match(tex)
        if wrapped and wrapped[1].count("{") == wrapped[1].count("}"):
            tex = wrapped[1]
        tex = tex.lstrip()
        scan = Scanner(tex)
        if tex.startswith("\\multicolumn"):
            scan.pos = len("\\multicolumn")
            piece.colspan = count(scan.argument())
            spec = scan.argument()
            own, at = own_layout(to, spec), 0
            piece.align = own.columns.align[0] if own.columns.align else None
        elif tex.startswith("\\SetCell"):
            tex = set_cell(scan, piece)
            continue
        elif tex.startswith("\\Block") and (block := BLOCK.match(tex)) is not None:
            piece.rowspan, piece.colspan = count(block[1]), count(block[2])
            scan = Scanner(tex[block.end() :])
        elif (celled := MULTIROW_CELL.match(tex)) is not None:
            scan.pos = celled.end()
            piece.rowspan = count(scan.argument(), negative=True)
            scan.optional(), scan.optional()
            raised = True
        elif tex.startswith("\\multirow"):
            scan.pos = len("\\multirow")
            scan.optional()
            piece.rowspan = count(scan.argument(), negative=True)
            scan.optional()
            scan.argument()
            scan.optional()
            raised = True
        elif (colour := COLOUR.match(tex)) is not None:
            tex = without_colour(scan, colour.end())
            continue
        else:
            break
        tex = scan.argument() + scan.text[scan.pos :]
    piece.tex = filled(tex, own, at, boxed=raised)
    if at < len(own.left):
        piece.left = own.left[at]
    last = at if own is not layout else at + piece.colspan - 1
    if last < len(own.right):
        piece.right, piece.onward = own.right[last], own.onward[last]
    return piece


def own_layout(to: Renderer, spec: str) -> Layout:
    r"""Return the layout of \multicolumn's own column."""
    if PLAIN_SPEC.match(spec):
        columns = Columns(align=read_columns(spec).align)
        return Layout(columns)
    return lay_out(to, read_columns(spec), [])


def set_cell(scan: Scanner, piece: Piece) -> str:
    r"""Read tabularray's \SetCell[r=2,c=3]{keys} into the piece; return the TeX behind it with its effect."""
    scan.pos = len("\\SetCell")
    spans = parse_keys(scan.optional() or "")
    keys = parse_keys(scan.argument())
    spans = {**{k: v for k, v in keys.items() if k in {"r", "c"} and v.isdigit()}, **spans}
    piece.colspan = max(piece.colspan, count(spans.get("c", "1")))
    piece.rowspan = max(piece.rowspan, count(spans.get("r", "1")))
    piece.align = next(
        (ALIGN[k] for k, v in keys.items() if k in {"l", "c", "r"} and v == "true"), piece.align
    )
    before, after = cell_effect(keys)
    rest = scan.text[scan.pos :].lstrip()
    return f"{{{before}{rest}{after}}}" if before or after else rest


def without_colour(scan: Scanner, start: int) -> str:
    r"""Return the TeX behind \cellcolor[model]{colour} and its kin, which colours only."""
    scan.pos = start
    scan.optional()
    scan.argument()
    while scan.take(OVERHANG) is not None:
        pass
    return scan.text[scan.pos :]


def filled(tex: str, layout: Layout, column: int, *, boxed: bool) -> str:
    """Return a cell's TeX with what its column makes of it; a box (of several rows) is no mathematics."""
    if column >= len(layout.columns.align):
        return tex
    tex = in_column(tex, layout.columns, column)
    if column >= len(layout.before):
        return tex
    before, after = layout.before[column], layout.after[column]
    if HIDDEN in before:
        return ""
    if CELL in before:
        return before.replace(CELL, tex).replace("\\scimmircell", "")
    if boxed and "$" in before + after:
        return tex
    if before.count("$") % 2:
        if not tex:
            return ""
        after = after if after.count("$") % 2 else "$" + after
    if before and ENDS_IN_WORD.search(before):
        before += " "
    if after and tex and ENDS_IN_WORD.search(tex):
        tex += " "
    return before + tex + after


def count(text: str, *, negative: bool = False) -> int:
    """Return how many rows or columns a span covers, 1 where it does not say."""
    match = re.match(r"\s*(-?\d{1,3})", text)
    value = int(match[1]) if match else 1
    if negative and value < 0:
        return value
    return max(1, min(value, 200))
