"""A table's HTML typeset to an image that looks as LaTeX would set it.

Typst does the layout with the fonts that it embeds, so that the bytes are the same on every machine. The
template is fixed; a table's text reaches it as JSON strings only and never as typst code.
"""

import io
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from extractors.images import shrunk, stored_row
from extractors.tables import Grid, PlacedCell, from_html, grid_of, inline_text, runs_of
from extractors.typeset.fonts import FAMILY, coverage, east_asian_folder, half_width
from extractors.typeset.widths import COLUMN_GAP, EM, Widths, breakable, column_widths, line_width, scale_of
from extractors.typst_pages import compile_png
from runtime.versions import installed_version
from schemas.annotations import ImageRow
from schemas.reject import RecordError
from schemas.table import Table


@dataclass(frozen=True, kw_only=True)
class TypesetParameters:
    """How tables are set; 10 pt text and line widths are those of LaTeX's article class."""

    max_side: int = 1024
    ppi: float = 160.0  # capitals are 15 px high where nothing has to be shrunk
    line_characters: int = 96  # a wider table wraps its longest cells; LaTeX's full text width in two columns
    min_wrap_characters: int = 18  # no column is wrapped to less than this
    max_missing: float = 0.1  # share of characters without a glyph from which a table is refused
    max_slots: int = 20_000  # rows times columns; a larger table is no picture any more
    max_characters: int = 400_000


_HEAVY, _LIGHT, _PARTIAL, _HLINE = 0.8, 0.5, 0.4, 0.4  # booktabs' rules and \hline, in points
_PROBE_PPI = 36.0
_MAX_STYLES = 8  # scripts of scripts of scripts are below one pixel anyway

_TEMPLATE = """
#let job = json(bytes(sys.inputs.table))
#set page(width: auto, height: auto, margin: 5pt, fill: white)
// Circled digits and letters of Computer Modern take no room beside their neighbours.
#let circled = job.fonts.map(name => (name: name, covers: regex("[①-⓿]")))
#set text(
  font: (
    ..circled,
    "New Computer Modern", "New Computer Modern Math", "Libertinus Serif", "DejaVu Sans Mono", ..job.fonts,
  ),
  size: 10pt, lang: "en", hyphenate: false,
)
#set par(leading: 0.5em, justify: false)
#let wrappers = (
  b: strong,
  i: emph,
  u: underline,
  code: it => text(font: "DejaVu Sans Mono", size: 0.85em, it),
  sup: super.with(typographic: false, baseline: -0.4em, size: 0.7em),
  sub: sub.with(typographic: false, baseline: 0.2em, size: 0.7em),
)
#let run(r) = {
  let body = text(r.text)
  for style in r.styles.rev() { body = (wrappers.at(style))(body) }
  if r.newline { linebreak() }
  body
}
#let flow(runs) = runs.map(run).join()
#let aligns = (left: left, center: center, right: right)
// White over the end of a partial rule, which is drawn beneath what stands in the cells.
#let trim(side, out) = place(
  top + side, dx: out * (0.6em + 0.4pt), dy: -0.33em - 0.75pt, rect(width: 3.4pt, height: 1.5pt, fill: white),
)
#let cell(c) = table.cell(
  x: c.x, y: c.y, colspan: c.colspan, rowspan: c.rowspan,
  align: aligns.at(c.align) + (if c.rowspan > 1 { horizon } else { top }),
  {
    if c.trim.first() { trim(left, -1) }
    if c.trim.last() { trim(right, 1) }
    if c.width == none { flow(c.runs) } else { box(width: c.width * 1em, flow(c.runs)) }
  },
)
#let grid = table(
  columns: job.columns.map(w => if w == none { auto } else { w * 1em }),
  rows: (auto,) * job.rows,
  stroke: none, inset: (x: 0.6em, y: 0.33em),
  ..job.cells.map(cell),
  ..job.hlines.map(l => table.hline(y: l.y, start: l.start, end: l.end, stroke: l.weight * 1pt)),
  ..job.vlines.map(x => table.vline(x: x, stroke: 0.4pt)),
)
#grid
#if job.notes.len() > 0 {
  context {
    let width = calc.max(measure(grid).width, 16em.to-absolute())
    block(above: 0.5em, width: width, inset: (x: 0.6em), {
      set text(size: 8pt)
      stack(spacing: 0.55em, ..job.notes.map(flow))
    })
  }
}
"""


def image_row(pair_id: str, table_html: str, parameters: TypesetParameters) -> ImageRow:
    """Return a PNG image of the table, longest side at most `max_side` pixels.

    Raises:
        RecordError: table_unreadable or table_empty for the HTML, typeset_failed where it cannot be set.
    """
    if len(table_html) > parameters.max_characters:
        raise RecordError("typeset_failed", f"too large: {len(table_html)} characters of HTML")
    table = from_html(table_html)
    grid = grid_of(table)
    if grid.rows * grid.columns > parameters.max_slots:
        raise RecordError("typeset_failed", f"too large: {grid.rows} rows of {grid.columns} columns")
    east_asian = _needs_east_asian(table, parameters)
    widths = column_widths(grid, line=parameters.line_characters, shortest=parameters.min_wrap_characters)
    # ASCII only: typst's inputs are passed as they are, and JSON escapes keep every character.
    job = json.dumps(_job(table, grid, widths, east_asian=east_asian))
    fonts = east_asian_folder() if east_asian else None
    image = _render(job, grid, widths, parameters, fonts)
    return stored_row(pair_id, image, lossy=False, origin="typeset", flat=True)


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that determine the bytes of a typeset image."""
    return {
        "pillow": installed_version("pillow"),
        "pymupdf": installed_version("pymupdf"),  # its font for Chinese, Japanese and Korean
        "typst": installed_version("typst"),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def _needs_east_asian(table: Table, parameters: TypesetParameters) -> bool:
    """Return whether the table needs the East Asian font; refuse it where too many glyphs are missing."""
    cells = "".join(inline_text(cell.html) for row in table.rows for cell in row.cells)
    found = coverage(cells)
    if found.missing > parameters.max_missing * found.characters:
        raise RecordError("typeset_failed", f"no font for {found.missing} of {found.characters} characters")
    return found.east_asian or coverage("".join(map(inline_text, table.notes))).east_asian


# What is handed to the template


def _job(table: Table, grid: Grid, widths: Widths, *, east_asian: bool) -> dict[str, object]:
    trims = _trims(table)
    return {
        "fonts": [FAMILY] if east_asian else [],
        "rows": grid.rows,
        "columns": [None if w is None else w * EM + COLUMN_GAP * EM for w in widths.wrapped],
        "cells": [_cell_job(p, table, widths, trims, wide=east_asian) for p in grid.placed],
        "hlines": [rule._asdict() for rule in _rules(table)],
        "vlines": [x for x, drawn in enumerate(table.vertical_rules) if drawn],
        "notes": [_runs_job(note, None, wide=east_asian) for note in table.notes],
    }


def _cell_job(
    placed: PlacedCell, table: Table, widths: Widths, trims: set[tuple[int, int, str]], *, wide: bool
) -> dict[str, object]:
    y, x, cell = placed
    align = cell.align or (table.column_align[x] if table.column_align else "left")
    room = widths.spanned(x, cell.colspan)
    width = None
    if cell.colspan > 1 and line_width(cell.html) > max(room, 40.0):
        width = max(room, 40.0)
    wrapped = widths.wrapped[x] if cell.colspan == 1 else width
    ends = ((y, x, "left") in trims, (y, x + cell.colspan - 1, "right") in trims)
    return {
        "x": x,
        "y": y,
        "colspan": cell.colspan,
        "rowspan": cell.rowspan,
        "align": align,
        "width": None if width is None else width * EM,
        "trim": ends if cell.rowspan == 1 else (False, False),  # such a cell's text is not at its top
        "runs": _runs_job(cell.html, wrapped, wide=wide),
    }


def _runs_job(html: str, width: float | None, *, wide: bool) -> list[dict[str, object]]:
    jobs: list[dict[str, object]] = []
    word = 0.0
    for run in runs_of(html):
        text = run.text if wide else half_width(run.text)
        if width is not None:
            text, word = breakable(text, 0.0 if run.newline else word, width, scale_of(run))
        jobs.append({"text": text, "styles": run.styles[:_MAX_STYLES], "newline": run.newline})
    return jobs


class _Rule(NamedTuple):
    """A horizontal rule above row `y`, from column `start` up to `end` (None: the last), in points."""

    y: int
    start: int
    end: int | None
    weight: float


def _rules(table: Table) -> list[_Rule]:
    """Return the horizontal rules; booktabs' three where the table has none of its own."""
    end = len(table.rows)
    whole = [y for y, row in enumerate(table.rows) if row.rule_above] + [end] * table.rule_below
    partial = [
        _Rule(y, first, last + 1, _PARTIAL)
        for y, row in enumerate(table.rows)
        for first, last in row.partial_rules
    ]
    if not whole and not partial:
        whole = [0, *([table.header_rows] if 0 < table.header_rows < end else []), end]
    heavy = not any(table.vertical_rules)
    weights = {y: (_HEAVY if y in (0, end) else _LIGHT) if heavy else _HLINE for y in whole}
    return [_Rule(y, 0, None, weight) for y, weight in weights.items()] + partial


def _trims(table: Table) -> set[tuple[int, int, str]]:
    """Return the row, column and side of the ends of partial rules, which stand apart as booktabs' do."""
    if any(table.vertical_rules):
        return set()
    ends = set()
    for y, row in enumerate(table.rows):
        for first, last in row.partial_rules:
            ends |= {(y, first, "left"), (y, last, "right")}
    return ends


# Rendering


def _render(
    job: str, grid: Grid, widths: Widths, parameters: TypesetParameters, fonts: Path | None
) -> Image.Image:
    points = max(grid.rows * 12.0, widths.spanned(0, grid.columns) * 10 * EM)
    fits = points * parameters.ppi / 72 <= parameters.max_side
    # A table that will not fit is first drawn coarsely, which tells its size at little cost.
    ppi = parameters.ppi if fits else min(_PROBE_PPI, 72 * 2 * parameters.max_side / points)
    png = compile_png(_TEMPLATE, {"table": job}, ppi=ppi, reason="typeset_failed", fonts=fonts)
    longest = _longest_side(png)
    if not fits or longest > parameters.max_side:
        # The page may be up to half a pixel longer than what is seen of it.
        fitting = ppi * (parameters.max_side - 0.5) / (longest + 0.5)
        ppi = min(parameters.ppi, fitting)
        png = compile_png(_TEMPLATE, {"table": job}, ppi=ppi, reason="typeset_failed", fonts=fonts)
    with Image.open(io.BytesIO(png)) as opened:
        image = opened.convert("RGB")  # nothing shows through: the page is filled white
    return shrunk(image, parameters.max_side)


def _longest_side(png: bytes) -> int:
    with Image.open(io.BytesIO(png)) as image:
        return max(image.size)
