"""`scimmir export --format triplets`: pairs with hard negatives, none of which is of the same work or may be the same."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_release import pair, write_release
from typer.testing import CliRunner

from curation.calibration.thresholds import shipped_thresholds
from curation.embeddings import embedder_space
from schemas.columns import arrow_schema
from schemas.errors import UserError
from schemas.sample import TripletRow
from scimmir.cli import app
from scimmir.jobs.triplets import Chooser, write_triplets
from warehouse.exports import plan_export

COUNT = 32
PAIRS = {p.pair_id: p for p in map(pair, range(COUNT))}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("warehouse"), count=COUNT)


@pytest.fixture(scope="module")
def folder(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("triplets") / "export"
    arguments = ["export", out, "--warehouse", release.parents[1], "--format", "triplets", "--negatives", 3]
    done = CliRunner().invoke(
        app, [str(a) for a in [*arguments, "--license-policy", "research", "--per-file", 7]]
    )
    assert done.exit_code == 0, done.output
    assert "train: " in done.output
    return out


def test_negatives_are_of_the_same_split_and_kind_and_of_other_works(folder: Path) -> None:
    seen = 0
    for path in sorted((folder / "data").glob("*.parquet")):
        table = pq.read_table(path, partitioning=None)
        assert table.schema.remove_metadata() == arrow_schema(TripletRow).remove_metadata()
        for row in table.to_pylist():
            own = PAIRS[row["pair_id"]]
            assert row["image"]["bytes"] == own.image["bytes"] and row["caption"] == own.caption
            assert path.name.startswith(own.split)
            lists = (
                (row["negative_caption_ids"], row["negative_caption_scores"]),
                (row["negative_image_ids"], row["negative_image_scores"]),
            )
            for names, scores in lists:
                assert len(names) == len(scores) <= 3 and scores == sorted(scores, reverse=True)
                for other in map(PAIRS.__getitem__, names):
                    assert (other.split, other.kind) == (own.split, own.kind)
                    assert other.group_id != own.group_id and other.caption != own.caption
                seen += len(names)
            assert row["negative_captions"] == [PAIRS[name].caption for name in row["negative_caption_ids"]]
    assert seen > 40


def test_it_says_what_the_choice_depends_on(folder: Path, release: Path) -> None:
    about = json.loads((folder / "export.json").read_text())
    thresholds = shipped_thresholds(embedder_space("small"))
    assert thresholds is not None and about["negatives"]["count"] == 3
    assert about["negatives"]["similarity"] == pytest.approx(thresholds.for_duplicates().agreed.similarity)
    assert about["embedder"] and about["release"] == release.name
    with pytest.raises(UserError, match="other data or options"):
        write_triplets(plan_export(release, "research"), folder, release.parents[1], "clip", 4, per_file=7)


def test_datasets_reads_it(folder: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    rows = load_dataset(str(folder), split="train", cache_dir=str(tmp_path))
    assert len(rows) == sum(p.split == "train" for p in PAIRS.values())
    first = rows[0]
    assert first["image"].size == (PAIRS[first["pair_id"]].width, PAIRS[first["pair_id"]].height)
    assert isinstance(first["negative_image_ids"], list)


def test_an_embedder_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="embeds images only"):
        Chooser(tmp_path, "descriptor", 3)
