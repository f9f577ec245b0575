"""What a trained model is worth on tasks in clip_benchmark's WebDataset layout, by clip_benchmark itself."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError

PACKAGE = "clip_benchmark"
RUNNER = "training.run_clip_benchmark"


@dataclass(frozen=True)
class TaskScore:
    """A model's score on one task, as a share, and which metric that is."""

    task: str
    metric: str
    score: float


def check_tasks(tasks: Sequence[Path]) -> None:
    """Raise UserError where clip_benchmark is not installed, or a folder is not laid out as it reads them."""
    if importlib.util.find_spec(PACKAGE) is None:
        raise UserError("evaluating on tasks needs clip_benchmark: pip install 'scimmir[train,compare]'")
    names = [task.name for task in tasks]
    if len(set(names)) < len(names):
        raise UserError("two tasks have one name: name folders of different names")
    for task in tasks:
        if not (task / "test" / "nshards.txt").is_file():
            raise UserError(
                f"{task} is no task: clip_benchmark reads test/nshards.txt, test/0.tar, …, and classnames.txt and "
                "zeroshot_classification_templates.txt, or dataset_type.txt that says retrieval"
            )


def score_tasks(model: Path, tasks: Sequence[Path], folder: Path) -> list[TaskScore]:
    """Return a model's scores on tasks; clip_benchmark's own results are in `folder`, as is its log.

    Args:
        model: folder in open_clip's format.
        tasks: folders in clip_benchmark's WebDataset layout, which `check_tasks` has looked at.
        folder: where results go; tasks that have one there are not evaluated again.

    Raises:
        UserError: clip_benchmark fails; the message has its last words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [task for task in tasks if not (folder / f"{task.name}.json").is_file()]
    if missing:
        _run(model, missing, folder)
    return [_score(task.name, folder / f"{task.name}.json") for task in tasks]


def _run(model: Path, tasks: Sequence[Path], folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        RUNNER,
        str(model.resolve()),
        str(folder.resolve()),
    ]
    command += [str(task.resolve()) for task in tasks]
    root = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    log = folder / "clip_benchmark.log"
    with log.open("ab") as out:
        done = subprocess.run(
            command, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": path}, check=False
        )
    if done.returncode or not all((folder / f"{task.name}.json").is_file() for task in tasks):
        lines = log.read_text(errors="replace").strip().splitlines()
        raise UserError(
            f"clip_benchmark failed ({lines[-1][:300] if lines else 'it printed nothing'}); all of it is in {log}"
        )


def _score(name: str, path: Path) -> TaskScore:
    """Return the one number by which a task counts, and all that clip_benchmark states."""
    found: dict[str, Any] = json.loads(path.read_bytes())
    metrics = {key: float(value) for key, value in found["metrics"].items()}
    if found["task"] == "zeroshot_retrieval":
        named, value = (
            "mean recall@1",
            (metrics["image_retrieval_recall@1"] + metrics["text_retrieval_recall@1"]) / 2,
        )
    elif "acc1" in metrics:
        named, value = "accuracy", metrics["acc1"]
    else:
        named, value = "mean average precision", metrics["mean_average_precision"]
    return TaskScore(task=name, metric=named, score=value)
