"""Models of several training sources on the same tasks: the average over tasks, and which tasks gain and lose."""

import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from schemas.columns import table_of
from schemas.retrieval import SourceScoreRow


def averages(rows: Sequence[SourceScoreRow]) -> dict[str, float]:
    """Return each condition's mean score over all tasks, in the order of the rows."""
    scores: dict[str, list[float]] = {}
    for row in rows:
        scores.setdefault(row.condition, []).append(row.score)
    return {condition: sum(found) / len(found) for condition, found in scores.items()}


def gains(rows: Sequence[SourceScoreRow]) -> dict[str, list[tuple[str, float]]]:
    """Return for each condition but the first what each task has more than with the first, most first."""
    by_place = {(row.condition, row.task): row.score for row in rows}
    first, *others = dict.fromkeys(row.condition for row in rows)
    tasks = list(dict.fromkeys(row.task for row in rows))
    return {
        condition: sorted(
            ((task, by_place[condition, task] - by_place[first, task]) for task in tasks),
            key=lambda gain: (-gain[1], gain[0]),
        )
        for condition in others
    }


def markdown(rows: Sequence[SourceScoreRow]) -> str:
    """Return three tables, in percent: the average over tasks, each task, and what gains and loses."""
    conditions = list(dict.fromkeys(row.condition for row in rows))
    metrics = {row.task: row.metric for row in rows}
    by_place = {(row.condition, row.task): row for row in rows}
    lines = ["### Average over tasks", "", "| Condition | Learnt from | Samples seen | Tasks | Average |"]
    lines.append("|---|---|---|---|---|")
    for condition, average in averages(rows).items():
        one = next(row for row in rows if row.condition == condition)
        cells = [condition, one.sources, f"{one.samples_seen:,}", str(len(metrics)), _percent(average)]
        lines.append(_line(cells))
    lines += [
        "",
        "### Tasks",
        "",
        _line(["Task", "Metric", *conditions]),
        "|---" * (2 + len(conditions)) + "|",
    ]
    for task, metric in metrics.items():
        lines.append(_line([task, metric, *(_percent(by_place[c, task].score) for c in conditions)]))
    lines += ["", f"### Tasks that gain and lose against {conditions[0]}", ""]
    lines += ["| Condition | Gain | Lose | As before |", "|---|---|---|---|"]
    for condition, found in gains(rows).items():
        gained = [f"{task} {100 * gain:+.2f}" for task, gain in found if gain > 0]
        lost = [f"{task} {100 * gain:+.2f}" for task, gain in reversed(found) if gain < 0]
        same = [task for task, gain in found if gain == 0]
        lines.append(_line([condition, *(", ".join(part) or "–" for part in (gained, lost, same))]))
    return "\n".join(lines) + "\n"


def write_source_comparison(folder: Path, rows: Sequence[SourceScoreRow]) -> None:
    """Write results.parquet and tables.md into a folder, each whole or not at all."""
    aside = folder / f".{uuid.uuid4().hex}"
    aside.mkdir(parents=True)
    try:
        pq.write_table(table_of(SourceScoreRow, rows), aside / "results.parquet", compression="zstd")
        (aside / "tables.md").write_text(markdown(rows), encoding="utf-8")
        for path in aside.iterdir():
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
