"""Trains one model for each mixture of sources, of equally many samples, and evaluates all on the same tasks."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.source_comparison import write_source_comparison
from runtime.whole_files import written_whole
from schemas.errors import UserError
from schemas.retrieval import SourceScoreRow
from training.job import Material, train_model
from training.mixing import Source, count_samples
from training.tasks import check_tasks, score_tasks
from training.train import TrainParameters

SETTINGS = "condition.json"
MODEL = "model"


@dataclass(frozen=True)
class Condition:
    """What one model learns from: folders of shards, with weights of all or of none."""

    name: str
    sources: tuple[Source, ...]

    def shares(self) -> str:
        """Return the folders' names with the share of each in what is seen."""
        weights = [
            float(count_samples(source.folder)) if source.weight is None else source.weight
            for source in self.sources
        ]
        return " + ".join(
            f"{source.folder.name} {100 * weight / sum(weights):.3g} %"
            for source, weight in zip(self.sources, weights, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class ComparisonSettings:
    """How all models are trained alike; `samples` is what each sees in all."""

    model: str
    samples: int
    parameters: TrainParameters


def condition(text: str) -> Condition:
    """Return the condition that NAME=FOLDER,FOLDER… means; FOLDER@3 gives a folder a weight.

    Raises:
        UserError: it is none, or some of its folders have a weight and others none.
    """
    name, equals, listed = text.partition("=")
    if not equals or not name.strip() or not listed:
        raise UserError(f"{text!r} is no condition: name it as NAME=FOLDER or NAME=FOLDER,FOLDER")
    sources = []
    for part in listed.split(","):
        folder, at, weight = part.rpartition("@")
        if at and not re.fullmatch(r"\d+(\.\d+)?", weight):
            raise UserError(f"{part!r}: the weight of a folder is a number, such as {folder}@3")
        sources.append(Source(Path(folder), float(weight)) if at else Source(Path(part)))
    if len({source.weight is None for source in sources}) > 1:
        raise UserError(f"condition {name}: give a weight for each folder of shards, or for none")
    return Condition(name.strip(), tuple(sources))


def compare_sources(
    output: Path,
    conditions: Sequence[Condition],
    tasks: Sequence[Path],
    settings: ComparisonSettings,
    tell: Callable[[str], None] = lambda _: None,
) -> list[SourceScoreRow]:
    """Return the scores of all conditions on all tasks; tables, models and logs are in `output`.

    A condition whose model is there, trained by the same settings, is not trained again, and what clip_benchmark has
    evaluated of it stays.

    Args:
        output: folder to write.
        conditions: what to compare; the first is the baseline.
        tasks: folders in clip_benchmark's WebDataset layout.
        settings: how to train.
        tell: is told what is done, a line at a time.

    Raises:
        UserError: a folder of shards or tasks is none, or training or evaluation fails.
    """
    folders = {one.name: output / re.sub(r"[^\w.-]+", "-", one.name) for one in conditions}
    if len(set(folders.values())) < len(conditions):
        raise UserError("two conditions have one name: give each its own")
    check_tasks(tasks)
    shares = {one.name: one.shares() for one in conditions}  # before the first one is trained for hours
    rows: list[SourceScoreRow] = []
    for one in conditions:
        folder = folders[one.name]
        seen = _trained(one, folder, settings, tell)
        tell(f"{one.name}: {', '.join(task.name for task in tasks)} by clip_benchmark")
        rows += [
            SourceScoreRow(
                condition=one.name,
                sources=shares[one.name],
                model=settings.model,
                seed=settings.parameters.seed,
                samples_seen=seen,
                **vars(score),
            )
            for score in score_tasks(folder / MODEL, tasks, folder / "tasks")
        ]
    write_source_comparison(output, rows)
    return rows


def _trained(one: Condition, folder: Path, settings: ComparisonSettings, tell: Callable[[str], None]) -> int:
    """Train a condition's model unless it is there; return how many samples it saw."""
    parameters = settings.parameters
    wanted = {
        "sources": [[str(source.folder.resolve()), source.weight] for source in one.sources],
        "model": settings.model,
        "samples": settings.samples,
        "parameters": {key: value for key, value in vars(parameters).items() if key != "resume"},
    }
    note = folder / SETTINGS
    if note.is_file() and (folder / MODEL).is_dir():
        known = json.loads(note.read_bytes())
        if known["settings"] == wanted:
            tell(f"{one.name}: its model is there")
            return int(known["samples_seen"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tell(
        f"{one.name}: training {settings.model} on {one.shares()}; its log is {folder / 'work' / 'train.log'}"
    )
    material = Material(shards=one.sources, samples=settings.samples)
    count = train_model(
        folder / MODEL, material, model=settings.model, work=folder / "work", parameters=parameters
    )
    seen = count * parameters.epochs
    with written_whole(note) as aside:
        aside.write_text(json.dumps({"settings": wanted, "samples_seen": seen}, indent=2) + "\n")
    return seen
