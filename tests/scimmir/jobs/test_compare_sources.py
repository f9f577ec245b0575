"""Sources are compared: equal samples for each mixture, and clip_benchmark says what each model is worth on tasks.

Training itself is in tests/training; here models are made at once, of random weights.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from forked_command import forked_programs
from optional import optional
from PIL import Image

from benchmarks.sources.__main__ import command, write_data
from benchmarks.sources.toys import SHAPES, TEMPLATES, figures, shape
from curation.embeddings import load_embedder
from evaluation.source_comparison import averages, gains, markdown
from schemas.errors import UserError
from schemas.retrieval import SourceScoreRow
from scimmir.cli import main
from scimmir.jobs import compare_sources as job
from scimmir.jobs.compare_sources import condition
from training import tasks as training_tasks
from training.job import Material
from training.tasks import check_tasks, score_tasks

optional("open_clip_train")
optional("clip_benchmark")
webdataset = optional("webdataset")

pytestmark = pytest.mark.torch

PICTURES = 24


class Trainer:
    """Stands for training: copies a model that nobody trained, and keeps what it was asked for."""

    def __init__(self, model: Path) -> None:
        self.model, self.asked = model, list[Material]()

    def __call__(self, output: Path, material: Material, **options: Any) -> int:
        self.asked.append(material)
        output.mkdir(parents=True)
        for path in self.model.iterdir():
            (output / path.name).write_bytes(path.read_bytes())
        assert material.samples is not None
        return material.samples


@pytest.fixture(scope="module")
def trainer(tiny_clip: Path) -> Iterator[Trainer]:
    with pytest.MonkeyPatch.context() as patch:
        made = Trainer(tiny_clip)
        patch.setattr(job, "train_model", made)
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, trainer: Trainer) -> Path:
    """Return the folder of sources and tasks, and of a comparison in which clip_benchmark looked at one model."""
    made = tmp_path_factory.mktemp("sources")
    write_data(made, pairs=12, pictures=PICTURES)
    words = command(made, steps=2, batch_size=8)
    run([*words[:2], *words[2:4], *words[10:]])
    return made


def run(words: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["scimmir", *words])
        patch.setenv("SCIMMIR_TRAIN_THREADS", "1")
        patch.setattr(training_tasks, "subprocess", forked_programs())
        with pytest.raises(SystemExit) as done:
            main()
        assert not done.value.code


def test_the_scores_are_those_of_the_model_on_the_tasks_own_pictures(folder: Path) -> None:
    """The same numbers from the exported model, read by webdataset and this package."""
    compared = folder / "compared"
    rows = [SourceScoreRow(**row) for row in pq.read_table(compared / "results.parquet").to_pylist()]
    assert [(row.condition, row.task, row.metric) for row in rows] == [
        ("web", "shapes", "accuracy"),
        ("web", "figures", "mean recall@1"),
    ]
    assert (compared / "tables.md").read_text() == markdown(rows)
    embedder = load_embedder(f"open_clip:{compared / 'web' / 'model'}")
    assert embedder.embed_texts is not None
    embed_texts = embedder.embed_texts
    found = []
    for task in ("shapes", "figures"):
        tar = str(folder / "tasks" / task / "test" / "0.tar")
        samples = list(webdataset.WebDataset(tar, shardshuffle=False))
        assert len(samples) == PICTURES
        pictures = embedder.embed([sample["png"] for sample in samples])
        if task == "shapes":
            named = [embed_texts([one.format(c=name) for one in TEMPLATES]).mean(axis=0) for name in SHAPES]
            said = (pictures @ np.stack([one / np.linalg.norm(one) for one in named]).T).argmax(axis=1)
            found.append(np.mean(said == [int(sample["cls"]) for sample in samples]))
        else:
            scores = pictures @ embed_texts([sample["txt"].decode() for sample in samples]).T
            own = np.arange(PICTURES)
            found.append(np.mean([(scores.argmax(axis=axis) == own).mean() for axis in (0, 1)]))
    assert [row.score for row in rows] == pytest.approx(found, abs=1e-6)
    state = json.loads((compared / "web" / "tasks" / "figures.json").read_text())
    assert state["task"] == "zeroshot_retrieval" and set(state["metrics"]) > {"image_retrieval_recall@10"}


def test_each_condition_learns_its_own_sources_and_as_many_samples(
    folder: Path, trainer: Trainer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []

    def scored(model: Path, tasks: Any, output: Path) -> list[training_tasks.TaskScore]:
        seen.append(model.parent.name)
        return [training_tasks.TaskScore(task.name, "accuracy", 0.5) for task in tasks]

    monkeypatch.setattr(job, "score_tasks", scored)
    before = len(trainer.asked)
    run(command(folder, steps=2, batch_size=8))
    asked = trainer.asked[before:]
    names = [[source.folder.name for source in one.shards] for one in asked]
    # The model of the first is there from the run before.
    assert names == [["papers"], ["web", "papers"], ["web", "papers-without-plots"]]
    assert {one.samples for one in asked} == {16}
    assert seen == ["web", "papers", "both", "both-without-plots"]
    said = capsys.readouterr().out
    assert "web: its model is there" in said and "| both | web 50 % + papers 50 % | 16 | 2 | 50.00 |" in said
    run(command(folder, steps=3, batch_size=8))
    assert len(trainer.asked) == before + 3 + 4  # other settings, so all four are trained


def row(condition: str, task: str, score: float) -> SourceScoreRow:
    return SourceScoreRow(
        condition=condition, sources=f"{condition} 100 %", model="m", seed=0, samples_seen=1000, task=task,
        metric="accuracy", score=score,
    )  # fmt: skip


def test_tables_say_the_average_and_which_tasks_gain_and_lose() -> None:
    rows = [row("web", task, score) for task, score in (("a", 0.2), ("b", 0.5), ("c", 0.1))]
    rows += [row("both", task, score) for task, score in (("a", 0.3), ("b", 0.2), ("c", 0.1))]
    assert averages(rows) == pytest.approx({"web": 0.8 / 3, "both": 0.2})
    assert gains(rows) == {"both": [("a", pytest.approx(0.1)), ("c", 0.0), ("b", pytest.approx(-0.3))]}
    text = markdown(rows)
    assert "| web | web 100 % | 1,000 | 3 | 26.67 |" in text and "| b | accuracy | 50.00 | 20.00 |" in text
    assert "### Tasks that gain and lose against web" in text and "| both | a +10.00 | b -30.00 | c |" in text


def test_conditions_are_read_as_they_are_meant() -> None:
    one = condition("both=web,papers")
    assert [(s.folder, s.weight) for s in one.sources] == [(Path("web"), None), (Path("papers"), None)]
    one = condition("half and half=a/web@1,papers@2.5")
    assert [(s.folder, s.weight) for s in one.sources] == [(Path("a/web"), 1.0), (Path("papers"), 2.5)]
    for text, message in (
        ("web", "is no condition"),
        ("=web", "is no"),
        ("a=b@x", "is a number"),
        ("a=b@1,c", "or for none"),
    ):
        with pytest.raises(UserError, match=message):
            condition(text)


def test_what_is_no_task_is_said_before_anything_is_trained(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="is no task: clip_benchmark reads"):
        check_tasks([tmp_path])
    with pytest.raises(UserError, match="two tasks have one name"):
        check_tasks([folder / "tasks" / "shapes", tmp_path / "shapes"])
    monkeypatch.setattr(training_tasks, "PACKAGE", "clip_benchmark_of_tomorrow")
    with pytest.raises(UserError, match=r"pip install 'scimmir\[train,compare\]'"):
        check_tasks([])


def test_a_failure_of_clip_benchmark_is_told_in_its_words(
    folder: Path, trainer: Trainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_tasks, "RUNNER", "training.run_nothing")
    with pytest.raises(
        UserError, match=r"clip_benchmark failed \(.*run_nothing.*\); all of it is in .*\.log"
    ):
        score_tasks(trainer.model, [folder / "tasks" / "shapes"], tmp_path / "out")


def test_toy_pictures_are_told_by_their_shapes() -> None:
    picture, caption, kind = shape(3)
    assert isinstance(picture, Image.Image) and SHAPES[kind] in caption
    assert np.array_equal(np.asarray(picture), np.asarray(shape(3)[0]))
    assert {shape(number)[2] for number in range(40)} == set(range(len(SHAPES)))
    assert len(list(figures(0, 3, plots=False))) == 3
