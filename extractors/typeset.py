"""A table's HTML typeset to an image that looks as LaTeX would set it.

Typst does the layout with the fonts that it embeds, so that the bytes are the same on every machine. The
template is fixed; a table's text reaches it as JSON strings only and never as typst code.
"""

import io
import json
import re
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from PIL import Image

from extractors.images_normal import shrunk
from extractors.images_store import stored_row
from extractors.tables import Grid, PlacedCell, from_html, grid_of
from extractors.tables_inline import inline_text, runs_of
from extractors.typeset_widths import COLUMN_GAP, EM, Widths, breakable, column_widths, line_width, scale_of
from schemas.annotations import ImageRow
from schemas.reject import RecordError
from schemas.table import Table

if TYPE_CHECKING:
    import typst

VERSION = "1"  # 1: first form


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


_HEAVY, _LIGHT = 0.8, 0.5  # booktabs' rules, in points; \hline is 0.4 pt
_PROBE_PPI = 36.0
_MAX_STYLES = 8  # scripts of scripts of scripts are below one pixel anyway

# Ranges for which the embedded fonts have glyphs, found by comparing renderings with a missing glyph's:
# Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic; Devanagari; Georgian; Cherokee; extended Latin and Greek,
# punctuation and symbols; presentation forms; mathematical letters. Not: Chinese, Japanese, Korean, Thai, the
# other scripts of India, emoji.
_SET = re.compile(
    "[\u0000-\u06ff\u0900-\u097f\u10a0-\u10ff\u13a0-\u13ff\u1d00-\u2bff\ufb00-\ufb4f\ufe00-\ufeff"
    "\ufffc\ufffd\U0001d400-\U0001d7ff]"
)
# Full-width forms of ASCII, which authors who write Chinese or Japanese use by habit.
_HALF_WIDTH = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}

_TEMPLATE = """
#set page(width: auto, height: auto, margin: 5pt, fill: white)
#set text(
  font: ("New Computer Modern", "New Computer Modern Math", "Libertinus Serif", "DejaVu Sans Mono"),
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
#let job = json(bytes(sys.inputs.table))
#let aligns = (left: left, center: center, right: right)
#let cell(c) = table.cell(
  x: c.x, y: c.y, colspan: c.colspan, rowspan: c.rowspan,
  align: aligns.at(c.align) + (if c.rowspan > 1 { horizon } else { top }),
  if c.width == none { flow(c.runs) } else { box(width: c.width * 1em, flow(c.runs)) },
)
#let grid = table(
  columns: job.columns.map(w => if w == none { auto } else { w * 1em }),
  rows: (auto,) * job.rows,
  stroke: none, inset: (x: 0.6em, y: 0.33em),
  ..job.cells.map(cell),
  ..job.hlines.map(l => table.hline(y: l.y, stroke: l.weight * 1pt)),
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
    _check_glyphs(table, parameters)
    widths = column_widths(grid, line=parameters.line_characters, shortest=parameters.min_wrap_characters)
    # ASCII only: typst's inputs are passed as they are, and JSON escapes keep every character.
    job = json.dumps(_job(table, grid, widths))
    image = _render(job, grid, widths, parameters)
    return stored_row(pair_id, image, lossy=False, origin="typeset")


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that determine the bytes of a typeset image."""
    return {"typst": version("typst"), "pillow": version("pillow")}


def _check_glyphs(table: Table, parameters: TypesetParameters) -> None:
    text = "".join(inline_text(cell.html) for row in table.rows for cell in row.cells)
    text = "".join(text.translate(_HALF_WIDTH).split())
    missing = _SET.sub("", text)
    if len(missing) > parameters.max_missing * len(text):
        raise RecordError("typeset_failed", f"no font for {len(missing)} of {len(text)} characters")


# What is handed to the template


def _job(table: Table, grid: Grid, widths: Widths) -> dict[str, object]:
    return {
        "rows": grid.rows,
        "columns": [None if w is None else w * EM + COLUMN_GAP * EM for w in widths.wrapped],
        "cells": [_cell_job(p, table, widths) for p in grid.placed],
        "hlines": [{"y": y, "weight": weight} for y, weight in _rules(table)],
        "vlines": [x for x, drawn in enumerate(table.vertical_rules) if drawn],
        "notes": [_runs_job(note, None) for note in table.notes],
    }


def _cell_job(placed: PlacedCell, table: Table, widths: Widths) -> dict[str, object]:
    cell = placed.cell
    align = cell.align or (table.column_align[placed.column] if table.column_align else "left")
    room = widths.spanned(placed.column, cell.colspan)
    width = None
    if cell.colspan > 1 and line_width(cell.html) > max(room, 40.0):
        width = max(room, 40.0)
    wrapped = widths.wrapped[placed.column] if cell.colspan == 1 else width
    return {
        "x": placed.column,
        "y": placed.row,
        "colspan": cell.colspan,
        "rowspan": cell.rowspan,
        "align": align,
        "width": None if width is None else width * EM,
        "runs": _runs_job(cell.html, wrapped),
    }


def _runs_job(html: str, width: float | None) -> list[dict[str, object]]:
    jobs: list[dict[str, object]] = []
    word = 0.0
    for run in runs_of(html):
        text = run.text.translate(_HALF_WIDTH)
        if width is not None:
            text, word = breakable(text, 0.0 if run.newline else word, width, scale_of(run))
        jobs.append({"text": text, "styles": run.styles[:_MAX_STYLES], "newline": run.newline})
    return jobs


def _rules(table: Table) -> list[tuple[int, float]]:
    """Return the horizontal rules as (row below the rule, points); booktabs' three where there are none."""
    end = len(table.rows)
    given = [y for y, row in enumerate(table.rows) if row.rule_above] + [end] * table.rule_below
    drawn = given or [0, *([table.header_rows] if 0 < table.header_rows < end else []), end]
    heavy = not any(table.vertical_rules)
    return [(y, (_HEAVY if y in (0, end) else _LIGHT) if heavy else 0.4) for y in drawn]


# Rendering


def _render(job: str, grid: Grid, widths: Widths, parameters: TypesetParameters) -> Image.Image:
    points = max(grid.rows * 12.0, widths.spanned(0, grid.columns) * 10 * EM)
    fits = points * parameters.ppi / 72 <= parameters.max_side
    # A table that will not fit is first drawn coarsely, which tells its size at little cost.
    ppi = parameters.ppi if fits else min(_PROBE_PPI, 72 * 2 * parameters.max_side / points)
    png = compile_png(_TEMPLATE, {"table": job}, ppi=ppi, reason="typeset_failed")
    longest = _longest_side(png)
    if not fits or longest > parameters.max_side:
        # The page may be up to half a pixel longer than what is seen of it.
        fitting = ppi * (parameters.max_side - 0.5) / (longest + 0.5)
        ppi = min(parameters.ppi, fitting)
        png = compile_png(_TEMPLATE, {"table": job}, ppi=ppi, reason="typeset_failed")
    with Image.open(io.BytesIO(png)) as opened:
        image = opened.convert("RGB")  # nothing shows through: the page is filled white
    return shrunk(image, parameters.max_side)


def _longest_side(png: bytes) -> int:
    with Image.open(io.BytesIO(png)) as image:
        return max(image.size)


def compile_png(template: str, inputs: dict[str, str], *, ppi: float, reason: str) -> bytes:
    """Return the PNG of the one page that a typst template makes of its inputs.

    Raises:
        RecordError: the reason given, where typst reports an error or makes several pages.
    """
    import typst

    with _LOCK:
        try:
            png = _compiler().compile(input=template.encode(), format="png", ppi=ppi, sys_inputs=inputs)
        except typst.TypstError as error:
            raise RecordError(reason, str(error).split("\n")[0][:200]) from error
    if not isinstance(png, bytes):
        raise RecordError(reason, "more than one page")
    return png


_LOCK = threading.Lock()  # one compiler, whose inputs change from call to call


@cache
def _compiler() -> "typst.Compiler":
    import typst

    # The template reads no file; an empty folder as its root leaves it none to read.
    return typst.Compiler(root=_empty_folder().name, ignore_system_fonts=True)


@cache
def _empty_folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="scimmir-typst-")
