"""Plots of an evaluation as SVG: text that any browser draws, the same bytes for the same scores."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from schemas.pair import SUBCATEGORIES
from schemas.retrieval import GROUPS, ConfusionRow, RetrievalRow

COLOURS = ("#2f6db3", "#d9822b", "#3f9367", "#a4508b", "#8c6d3f", "#5f6b7a", "#b3413e", "#2f9ea0")
ARROWS = {"txt2img": "txt→img", "img2txt": "img→txt"}
CELL = 92
BAR = 13


def bar_chart(rows: Sequence[RetrievalRow]) -> str:
    """Return horizontal bars of MRR by group: one bar for each setting and direction, with its value."""
    series = list(dict.fromkeys(_series(row) for row in rows))
    values = {(_series(row), row.group): row for row in rows if row.queries}
    groups = [group for group in GROUPS if any((one, group) in values for one in series)]
    longest = max((row.mrr for row in values.values()), default=0.0) or 1.0
    legend, block = 22 * len(series), BAR * len(series) + 14
    height = 44 + legend + block * len(groups) + 10
    parts = [_open(760, height), _text(16, 24, "Mean reciprocal rank by group, in percent", size=15)]
    for place, (model, training, ocr, reranked, pool, size, direction) in enumerate(series):
        y, colour = 44 + 22 * place, COLOURS[place % len(COLOURS)]
        label = f"{ARROWS[direction]}, {'with' if ocr else 'without'} OCR, {size:,} candidates ({pool}), "
        label += f"{model}, {training}" + (f", first {reranked} by matching" if reranked else "")
        parts += [_box(16, y - 10, 12, 12, colour), _text(34, y, label)]
    for row_number, group in enumerate(groups):
        top = 44 + legend + block * row_number
        parts.append(_text(16, top + BAR * len(series) / 2 + 4, group))
        for place, one in enumerate(series):
            if (one, group) in values:
                mrr = values[one, group].mrr
                length, y = 500 * mrr / longest, top + BAR * place
                parts += [
                    _box(150, y, length, BAR - 2, COLOURS[place % len(COLOURS)]),
                    _text(156 + length, y + 9, f"{100 * mrr:.2f}", size=10),
                ]
    return "\n".join([*parts, "</svg>", ""])


def _series(row: RetrievalRow) -> tuple[str, str, bool, int, str, int, str]:
    return (row.model, row.training, row.ocr, row.reranked, row.pool, row.pool_size, row.direction)


def heat_map(rows: Sequence[ConfusionRow], title: str) -> str:
    """Return a matrix of shares in percent: queries' classes down, candidates' classes across.

    The last line shows the pool's mix, which a model that knows nothing would give.
    """
    shares = {(row.query_class, row.candidate_class): row.share for row in rows}
    chance = {row.candidate_class: row.pool_share for row in rows}
    lines = [name for name in SUBCATEGORIES if (name, SUBCATEGORIES[0]) in shares]
    parts = [_open(150 + CELL * 5 + 16, 70 + 34 * (len(lines) + 1) + 16), _text(16, 24, title, size=15)]
    parts += [_text(154 + CELL * i, 56, name, size=10) for i, name in enumerate(SUBCATEGORIES)]
    for place, name in enumerate([*lines, "pool"]):
        y = 66 + 34 * place
        parts.append(_text(16, y + 20, name))
        for column, candidate in enumerate(SUBCATEGORIES):
            share = chance.get(candidate, 0.0) if name == "pool" else shares[name, candidate]
            x, shade = 150 + CELL * column, round(255 - 170 * share)
            ink = "#ffffff" if share > 0.6 else "#1d2430"
            parts += [
                _box(x, y, CELL - 3, 31, f"rgb({shade},{(shade + 255) // 2},255)"),
                _text(x + 24, y + 20, f"{100 * share:.1f}", colour=ink),
            ]
    return "\n".join([*parts, "</svg>", ""])


def _open(width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="sans-serif">\n'
        f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>'
    )


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, *, size: int = 12, colour: str = "#1d2430") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}">{escape(text)}</text>'
