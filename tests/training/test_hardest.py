"""Triplets are read in an order that puts a pair and its hardest negatives into one batch."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from schemas.columns import arrow_schema
from schemas.errors import UserError
from schemas.pair import selection
from schemas.sample import TripletRow
from training.hardest import grouped, groups, read_triplets
from training.job import Material, train_model
from training.small_clip import NAME
from training.train import TrainParameters

NEGATIVES = {"a": (["b", "c"], ["d"]), "b": (["a"], []), "c": (["e"], ["a"]), "d": ([], []), "e": ([], ["c"])}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("triplets")
    (out / "data").mkdir()
    rows = []
    for number, (name, (captions, pictures)) in enumerate(NEGATIVES.items()):
        png = io.BytesIO()
        Image.new("RGB", (20, 10), (40 * number, 0, 0)).save(png, "PNG")
        rows.append(
            {
                "pair_id": name, "paper_key": name, "group_id": name, "kind": "figure", "subcategory": "fig_result",
                "image": {"bytes": png.getvalue(), "path": name}, "caption": f"Caption of {name}",
                "negative_caption_ids": captions, "negative_captions": [f"Caption of {n}" for n in captions],
                "negative_caption_scores": [0.5] * len(captions), "negative_image_ids": pictures,
                "negative_image_scores": [0.5] * len(pictures),
            }
        )  # fmt: skip
    path = out / "data" / "train-00000-of-00001.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(TripletRow)), path)
    return out


def test_negatives_come_in_turn(folder: Path) -> None:
    assert read_triplets(folder).negatives == {
        "a": ("b", "d", "c"),
        "b": ("a",),
        "c": ("e", "a"),
        "d": (),
        "e": ("c",),
    }


def test_every_pair_stands_once_and_beside_its_hardest_negative(folder: Path) -> None:
    triplets = read_triplets(folder)
    for seed in range(20):
        found = list(groups(triplets, np.random.default_rng(seed), 2))
        assert sorted(name for group in found for name in group) == sorted(NEGATIVES)
        first = found[0]
        hardest = {"a": "b", "b": "a", "c": "e", "e": "c"}
        assert first == [first[0], *([hardest[first[0]]] if first[0] in hardest else [])]


def test_pictures_and_captions_stay_together(folder: Path) -> None:
    examples = grouped(read_triplets(folder), 0)
    first, second = list(examples()), list(examples())
    numbers = [example.group for example in (*first, *second)]
    assert numbers == sorted(numbers) and not {one.group for one in first} & {one.group for one in second}
    assert [one.text for one in first] != [one.text for one in second]  # another order for the next copy
    for example in [*first, *second]:
        number = list(NEGATIVES).index(example.text[-1])
        assert example.image.getpixel((0, 0)) == (40 * number, 0, 0)


def test_a_folder_without_triplets_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no triplets to learn from"):
        read_triplets(tmp_path)


def test_triplets_are_learnt_alone(folder: Path, tmp_path: Path) -> None:
    for material in (
        Material(triplets=folder, release=tmp_path),
        Material(triplets=folder, wanted=selection(["fig_result"])),
    ):
        with pytest.raises(UserError, match="triplets are learnt alone and as they are"):
            train_model(
                tmp_path / "m", material, model=NAME, work=tmp_path / "w", parameters=TrainParameters()
            )
