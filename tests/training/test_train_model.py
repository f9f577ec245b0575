"""`scimmir train` makes a model from a release that a build can use, and fine-tunes one that it is given."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from forked_command import forked_programs
from optional import optional
from PIL import Image
from tour import Tour

from curation.embeddings.embedder import load_embedder
from samples.invented import invent
from schemas.errors import UserError
from training import train
from training.job import Material, train_model
from training.mixing import Source
from training.models import architecture
from training.pairs import released, shrunk
from training.run_open_clip import GroupShuffle, keep_groups, training_threads
from training.shards import Example, write_shards
from training.train import TrainParameters, usable_device

optional("open_clip_train")

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def trained(tour: Tour) -> Path:
    """Return the folder of the model that the README's tour trains: `scimmir train .demo/model`."""
    return tour.model


def test_the_model_embeds_on_both_runtimes(trained: Path, release: Path) -> None:
    images = [image for image, _ in released(release, ["test", "validation"])][:4]
    ours, theirs = (load_embedder(f"{name}:{trained}").embed(images) for name in ("onnx", "open_clip"))
    assert ours.shape[0] == len(images) and np.abs(ours - theirs).max() < 2e-5


def test_a_model_is_tuned_further_on_a_mixture_of_shards(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "subprocess", forked_programs())
    monkeypatch.setenv("SCIMMIR_TRAIN_THREADS", "1")
    work = trained.with_name("model-work")
    drawn = tmp_path / "drawn"
    write_shards(
        drawn, lambda: [Example(invent(n).image, invent(n).caption) for n in (1, 2)], side=40, copies=2
    )
    count = train_model(
        tmp_path / "tuned",
        Material(shards=[Source(work / "shards", 2), Source(drawn, 1)], samples=60),
        model="scimmir-small",
        work=tmp_path / "work",
        pretrained=str(work / "run" / "checkpoints" / "epoch_1.pt"),
        parameters=TrainParameters(epochs=1, batch_size=16, lr=1e-5),
    )
    assert count == 48  # whole batches
    learnt = json.loads((tmp_path / "work" / "shards" / "mixture.json").read_text())
    assert [one["drawn"] for one in learnt] == [32, 16] and "[48/48 (100%)]" in log(tmp_path / "work")
    before, after = (load_embedder(f"onnx:{folder}") for folder in (trained, tmp_path / "tuned"))
    picture = shrunk(invent(5).image, 300)
    similarity = float((before.embed([picture]) @ after.embed([picture]).T)[0, 0])
    assert 0.9 < similarity < 1 and before.space != after.space  # begun where the first ended


def log(work: Path) -> str:
    return (work / "train.log").read_text()


def test_wrong_calls_say_what_to_do(trained: Path, release: Path, tmp_path: Path) -> None:
    parameters = TrainParameters(epochs=1)

    def call(output: Path, material: Material, model: str = "scimmir-small") -> None:
        train_model(output, material, model=model, work=tmp_path / "w", parameters=parameters)

    with pytest.raises(UserError, match="exists already"):
        call(trained, Material(release=release))
    with pytest.raises(UserError, match="either a release or a folder of shards"):
        call(tmp_path / "a", Material())
    with pytest.raises(UserError, match=r"holds no \.tar file"):
        call(tmp_path / "a", Material(shards=[Source(tmp_path)]))
    with pytest.raises(UserError, match="export the release first"):
        call(tmp_path / "a", Material(release=release, samples=5))
    with pytest.raises(UserError, match="has no pair with an image in nowhere"):
        call(tmp_path / "a", Material(release=release, splits=["nowhere"]))
    with pytest.raises(UserError, match="there is no model 'ViT-B-33'"):
        call(tmp_path / "a", Material(release=release), model="ViT-B-33")
    with pytest.raises(UserError, match="another library's parts"):
        call(tmp_path / "a", Material(release=release), model="roberta-ViT-B-32")


def test_a_gpu_is_used_where_there_is_one_and_asked_for_in_vain_where_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert usable_device("auto") == usable_device("cpu") == "cpu"
    with pytest.raises(UserError, match="torch sees no GPU here"):
        usable_device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert (usable_device("auto"), usable_device("cpu")) == ("cuda", "cpu")


def test_standard_models_are_squashed_to_their_own_size(tmp_path: Path) -> None:
    found = architecture("ViT-B-32", tmp_path)
    assert (found.side, found.configs) == (224, ())
    assert found.preprocess()["resize_mode"] == "squash"


def test_what_open_clip_shuffles_with_keeps_groups_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    webdataset, data = (pytest.importorskip(name) for name in ("webdataset", "open_clip_train.data"))
    assert data._SAMPLE_SHUFFLE_SIZE > 1 and data._SAMPLE_SHUFFLE_INITIAL > 1
    for name in ("_SAMPLE_SHUFFLE_SIZE", "_SAMPLE_SHUFFLE_INITIAL", "tarfile_to_samples_nothrow"):
        monkeypatch.setattr(data, name, getattr(data, name))
    keep_groups(data)
    picture = Image.new("RGB", (8, 8))
    # Three pairs a group; the last two have none, and so are groups by themselves.
    examples = [Example(picture, str(n), n // 3 if n < 60 else None) for n in range(62)]
    write_shards(tmp_path, lambda: examples, side=8, copies=1)
    pipeline = webdataset.DataPipeline(
        webdataset.SimpleShardList([str(path) for path in tmp_path.iterdir()]),
        data.tarfile_to_samples_nothrow,
        webdataset.shuffle(bufsize=data._SAMPLE_SHUFFLE_SIZE, initial=data._SAMPLE_SHUFFLE_INITIAL),
    )
    epochs = [[int(sample["txt"]) for sample in pipeline] for _ in range(2)]
    for numbers in epochs:
        assert sorted(numbers) == list(range(62)) != numbers
        for group in range(20):
            place = numbers.index(3 * group)
            assert numbers[place : place + 3] == [3 * group, 3 * group + 1, 3 * group + 2]
    assert epochs[0] != epochs[1]


def test_groups_are_shuffled_without_holding_more_than_they_may() -> None:
    held: list[int] = []

    def read(_: object) -> Iterator[dict[str, str]]:
        for number in range(100):
            held.append(number)
            yield {"__key__": f"{number:08d}-{number // 2:08d}"}

    ahead = [len(held) - given for given, _ in enumerate(GroupShuffle(read, 10)([]))]
    assert 8 <= max(ahead) <= 13  # the next group's first is read to know where the one before ends


def test_threads_are_as_many_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCIMMIR_TRAIN_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert training_threads() == 3
    monkeypatch.setenv("SCIMMIR_TRAIN_THREADS", "1")
    assert training_threads() == 1
    for name in ("SCIMMIR_TRAIN_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name)
    assert training_threads() == os.cpu_count()
