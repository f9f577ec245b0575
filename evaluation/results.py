"""Scores as Parquet, as Markdown in the layout of SciMMIR's tables, and as plots."""

import json
import shutil
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evaluation.plots import bar_chart, heat_map
from schemas.columns import table_of
from schemas.reject import Reject
from schemas.retrieval import DIRECTIONS, GROUPS, ConfusionRow, RetrievalRow

ARROWS = {"txt2img": "txt→img", "img2txt": "img→txt"}
POOL_NAMES = {"test": "test only", "all": "all splits"}

Setting = tuple[str, str, bool, int, str, int]


def write_evaluation(
    folder: Path,
    rows: Sequence[RetrievalRow],
    mixed: Sequence[tuple[str, Sequence[ConfusionRow]]],
    rejects: Sequence[Reject],
    about: dict[str, object],
) -> None:
    """Write results.parquet, results.md, a plot of each setting, confusion and rejects; an older folder goes.

    Args:
        folder: where to.
        rows: all scores.
        mixed: confusion of each setting, by the setting's file name.
        rejects: pairs that could not be evaluated.
        about: what was run, for evaluation.json.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = folder.with_name(f".{folder.name}-{uuid.uuid4().hex}")
    aside.mkdir()
    try:
        _write(aside / "results.parquet", table_of(RetrievalRow, rows))
        _write(aside / "rejects.parquet", table_of(Reject, rejects))
        for name, confused in mixed:
            _write(aside / f"confusion-{name}.parquet", table_of(ConfusionRow, confused))
            for direction in DIRECTIONS:
                part = [row for row in confused if row.direction == direction]
                svg = heat_map(part, f"Classes among the ten best, {ARROWS[direction]}")
                (aside / f"confusion-{name}-{direction}.svg").write_text(svg, encoding="utf-8")
        (aside / "mrr.svg").write_text(bar_chart(rows), encoding="utf-8")
        (aside / "results.md").write_text(markdown(rows), encoding="utf-8")
        text = json.dumps(about, indent=2, sort_keys=True, ensure_ascii=False)
        (aside / "evaluation.json").write_text(text + "\n", encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def markdown(rows: Sequence[RetrievalRow]) -> str:
    """Return two tables, in percent: ALL as in the paper's main table, then figure, table and the classes.

    Rows are models in their settings; every row states its candidates.
    """
    settings = list(dict.fromkeys(setting(row) for row in rows))
    by_place = {(setting(row), row.direction, row.group): row for row in rows}
    head = ["Model", "Training", "OCR", "Candidates"]
    measures = ("MRR", "Hits@1", "Hits@3", "Hits@10")
    lines = [
        "### ALL",
        "",
        *_header([*head, *(f"{ARROWS[d]} {name}" for d in DIRECTIONS for name in measures)]),
    ]
    for chosen in settings:
        values = [v for d in DIRECTIONS for v in _values(by_place[chosen, d, "ALL"])]
        lines.append(_line([*_names(chosen), *values]))
    lines += [
        "",
        "### Figure and table subsets",
        "",
        *_header(
            [
                *head,
                "Subset",
                "Queries",
                *(f"{ARROWS[d]} {m}" for d in DIRECTIONS for m in ("MRR", "Hits@10")),
            ]
        ),
    ]
    for chosen in settings:
        for group in GROUPS[1:]:
            found = [by_place[chosen, d, group] for d in DIRECTIONS]
            if found[0].queries:
                values = [v for row in found for v in (percent(row.mrr), percent(row.hits_10))]
                lines.append(_line([*_names(chosen), group, f"{found[0].queries:,}", *values]))
    return "\n".join(lines) + "\n"


def setting(row: RetrievalRow) -> Setting:
    """Return what was run, of which a row is one group in one direction."""
    return (row.model, row.training, row.ocr, row.reranked, row.pool, row.pool_size)


def named(model: str, reranked: int) -> str:
    """Return a model's name in a table, with what its matching head has put in order."""
    return f"{model}, first {reranked} by matching" if reranked else model


def _names(chosen: Setting) -> list[str]:
    model, training, ocr, reranked, pool, size = chosen
    return [named(model, reranked), training, "yes" if ocr else "no", f"{size:,} ({POOL_NAMES[pool]})"]


def _values(row: RetrievalRow) -> list[str]:
    return [percent(value) for value in (row.mrr, row.hits_1, row.hits_3, row.hits_10)]


def percent(share: float) -> str:
    """Return a share in percent, with as many places as SciMMIR's tables have."""
    return f"{100 * share:.2f}" if share >= 0.01 else f"{100 * share:.3f}"


def _header(names: Iterable[str]) -> list[str]:
    cells = list(names)
    return [_line(cells), "|" + "---|" * len(cells)]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="zstd")
