"""Exports are read by the loaders that they are made for, hold what the policy lets through, and go on."""

import argparse
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

import pyarrow.parquet as pq
import pytest
from optional import needs
from PIL import Image
from small_release import pair, write_release

from schemas.pair import SPLITS, selection
from training.pairs import released
from warehouse.exports.hugging_face import export_hugging_face
from warehouse.exports.plan import plan_export
from warehouse.exports.webdataset import export_webdataset, shard_pattern
from warehouse.place import WarehouseError

COUNT = 32
PAIRS = [pair(number) for number in range(COUNT)]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("warehouse"), count=COUNT)


@pytest.fixture(scope="module")
def shards(release, tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards") / "export"
    export_webdataset(plan_export(release, "research"), folder, per_shard=5)
    return folder


def files(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("research", lambda p: True),
        ("redistributable", lambda p: p.allows_redistribution),
        ("commercial", lambda p: p.allows_redistribution and p.license_group == "commercial"),
    ],
)
def test_a_policy_lets_its_pairs_through_and_counts_the_others(release, tmp_path, policy, allowed):
    plan = plan_export(release, policy)
    totals = export_webdataset(plan, tmp_path / "out", per_shard=7)
    found = [
        row["pair_id"]
        for path in sorted((tmp_path / "out").rglob("*.parquet"))
        for row in pq.read_table(path, partitioning=None).to_pylist()
    ]
    wanted = [p.pair_id for p in PAIRS if allowed(p)]
    assert sorted(found) == sorted(wanted) and 0 < len(wanted) <= COUNT
    assert totals == {s: sum(p.split == s for p in PAIRS if allowed(p)) for s in SPLITS}
    assert sum(plan.left_out.values()) == COUNT - len(wanted)
    assert json.loads((tmp_path / "out" / "export.json").read_text())["license_policy"] == policy


def test_a_shard_has_the_layout_of_img2dataset(shards):
    names = [name for name in files(shards) if name.startswith("train/")]
    count = sum(p.split == "train" for p in PAIRS)
    assert names[:3] == ["train/00000.parquet", "train/00000.tar", "train/00000_stats.json"]
    assert len(names) == 3 * -(-count // 5) + 1 and "train/sizes.json" in names
    with tarfile.open(shards / "train" / "00001.tar") as tar:
        members = tar.getnames()
        assert members[:3] == ["00001000000.jpg", "00001000000.txt", "00001000000.json"]
        contents = {name: tar.extractfile(name).read() for name in members}
    table = pq.read_table(shards / "train" / "00001.parquet", partitioning=None).to_pylist()
    assert [row["key"] for row in table] == [name[:-4] for name in members[::3]]
    by_id = {p.pair_id: p for p in PAIRS}
    for row in table:
        assert json.loads(contents[f"{row['key']}.json"]) == row
        assert contents[f"{row['key']}.txt"].decode() == row["caption"] == by_id[row["pair_id"]].caption
        assert hashlib.sha256(contents[f"{row['key']}.jpg"]).hexdigest() == row["sha256"]
        assert len(row["uid"]) == 32 and int(row["uid"], 16)
        with Image.open(io.BytesIO(contents[f"{row['key']}.jpg"])) as image:
            assert image.format == "JPEG" and image.size == (row["width"], row["height"])
    stats = json.loads((shards / "train" / "00001_stats.json").read_text())
    assert (stats["count"], stats["successes"]) == (5, 5)


def test_webdataset_reads_the_shards(shards):
    wds = pytest.importorskip("webdataset")
    dataset = (
        wds.WebDataset(shard_pattern(shards, "train"), shardshuffle=False)
        .decode("pil")
        .to_tuple("jpg", "txt", "json")
    )
    samples = list(dataset)
    assert [(text, about["pair_id"]) for _, text, about in samples] == [
        (p.caption, p.pair_id) for p in PAIRS if p.split == "train"
    ]
    assert all(image.mode == "RGB" and image.width == about["width"] for image, _, about in samples)


@pytest.mark.torch
def test_the_loader_of_open_clips_training_reads_the_shards(shards):
    torch = pytest.importorskip("torch")
    data = pytest.importorskip("open_clip_train.data")
    import numpy as np

    def preprocess(image):
        return torch.from_numpy(np.array(image.convert("RGB").resize((16, 16)))).permute(2, 0, 1)

    def tokenizer(text):
        return [torch.tensor([ord(letter) for letter in f"{text:80.80}"])]

    args = argparse.Namespace(
        train_data=shard_pattern(shards, "train"), val_data=shard_pattern(shards, "test"), dataset_type="webdataset",
        train_num_samples=None, val_num_samples=None, train_data_upsampling_factors=None, dataset_resampled=False,
        seed=0, batch_size=4, workers=0, world_size=1, imagenet_val=None, imagenet_v2=None,
    )  # fmt: skip
    loaders = data.get_data(args, (preprocess, preprocess), tokenizer=tokenizer)
    count = sum(p.split == "train" for p in PAIRS)
    assert loaders["train"].dataloader.num_samples == -(-count // 4) * 4  # from sizes.json
    captions = set()
    for images, texts in loaders["train"].dataloader:
        assert images.shape[1:] == (3, 16, 16)
        captions |= {"".join(map(chr, row.tolist())) for row in texts}
    assert captions <= {f"{p.caption:80.80}" for p in PAIRS if p.split == "train"} and len(captions) > 10
    seen = ["".join(map(chr, row.tolist())) for _, texts in loaders["val"].dataloader for row in texts]
    assert seen == [f"{p.caption:80.80}" for p in PAIRS if p.split == "test"]


def test_our_reader_of_image_sets_reads_the_shards(shards):
    from curation.contamination.image_sets import read_image_set

    items = list(read_image_set(shards / "test"))
    jpgs = [item for item in items if item.name.endswith(".jpg")]
    assert [item.caption for item in jpgs] == [p.caption for p in PAIRS if p.split == "test"]


@pytest.mark.parametrize("export", [export_webdataset, export_hugging_face])
def test_the_bytes_are_the_same_again_and_a_stopped_export_goes_on(release, tmp_path, export):
    plan = plan_export(release, "research")
    size = {"per_shard": 5} if export is export_webdataset else {"per_file": 5}
    export(plan, tmp_path / "whole", **size)
    done = []

    class Stop(Exception):
        pass

    def stop(count):
        done.append(count)
        if len(done) == 3:
            raise Stop

    with pytest.raises(Stop):
        export(plan, tmp_path / "begun", **size, advance=stop)
    begun = {path: path.stat().st_mtime_ns for path in (tmp_path / "begun").rglob("*.parquet")}
    assert len(begun) == 3
    export(plan, tmp_path / "begun", **size)
    assert files(tmp_path / "begun") == files(tmp_path / "whole")
    assert all(path.stat().st_mtime_ns == time for path, time in begun.items()), "written again"


def test_a_folder_that_holds_something_else_is_left_alone(release, tmp_path):
    plan = plan_export(release, "research")
    export_webdataset(plan, tmp_path / "out", per_shard=5)
    before = files(tmp_path / "out")
    with pytest.raises(WarehouseError, match="other data or options"):
        export_webdataset(plan, tmp_path / "out", per_shard=6)
    with pytest.raises(WarehouseError, match="other data or options"):
        export_hugging_face(plan, tmp_path / "out")
    assert files(tmp_path / "out") == before
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(WarehouseError, match="is not empty"):
        export_webdataset(plan, tmp_path / "mine")
    with pytest.raises(WarehouseError, match="no licence policy"):
        plan_export(release, "any")


def test_an_image_that_cannot_be_read_stays_a_row(release, tmp_path, monkeypatch):
    from warehouse.exports import webdataset as module

    read = module.read_places

    def broken(places):
        for table in read(places):
            rows = table.to_pylist()
            rows[0]["image"] = {"bytes": b"no image", "path": None}
            yield type(table).from_pylist(rows, schema=table.schema)

    monkeypatch.setattr(module, "read_places", broken)
    export_webdataset(plan_export(release, "research"), tmp_path / "out", per_shard=50)
    rows = pq.read_table(tmp_path / "out" / "test" / "00000.parquet", partitioning=None).to_pylist()
    assert [row["status"] for row in rows].count("failed_to_resize") >= 1 and rows[0]["error_message"]
    with tarfile.open(tmp_path / "out" / "test" / "00000.tar") as tar:
        assert rows[0]["key"] + ".jpg" not in tar.getnames()
    assert json.loads((tmp_path / "out" / "test" / "sizes.json").read_text())["00000.tar"] == sum(
        row["status"] == "success" for row in rows
    )


LOADER = """
import json, sys
from datasets import load_dataset
found = load_dataset(sys.argv[1])
first = found["train"][0]
print(json.dumps({
    "rows": {name: split.num_rows for name, split in found.items()},
    "columns": found["train"].column_names,
    "mode": first["image"].mode, "size": first["image"].size,
    "row": {key: first[key] for key in ("file_name_index", "text", "class", "super_class", "sub_class", "categories")},
    "ids": found["test"]["pair_id"][:],
    "boxes": [row["ocr_boxes"] for row in found["train"].remove_columns("image") if row["ocr_boxes"]][0],
    "info": found["train"].info.splits["train"].num_examples,
}))
"""


@needs("datasets")
def test_hugging_face_loads_the_folder(release, tmp_path):
    folder = tmp_path / "dataset"
    rows = export_hugging_face(plan_export(release, "research"), folder, per_file=12)
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", LOADER, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    train = [p for p in PAIRS if p.split == "train"]
    assert found["rows"] == rows and found["info"] == len(train)
    assert found["columns"][:6] == ["image", "file_name_index", "text", "class", "super_class", "sub_class"]
    assert {"pair_id", "license_code", "mentions", "table_html", "phash"} <= set(found["columns"])
    assert (found["mode"], found["size"]) == ("RGB", [train[0].width, train[0].height])
    assert found["row"] == {
        "file_name_index": f"{train[0].pair_id}.png",
        "text": train[0].caption,
        "class": "fig_architecture",
        "super_class": "figure",
        "sub_class": "architecture",
        "categories": list(train[0].categories),
    }
    assert found["ids"] == [p.pair_id for p in PAIRS if p.split == "test"]
    assert found["boxes"][0]["text"] == "method"


def test_the_card_states_splits_licences_and_columns(release, tmp_path):
    yaml = pytest.importorskip("yaml")
    export_hugging_face(plan_export(release, "redistributable"), tmp_path / "out", per_file=12)
    _, head, body = (tmp_path / "out" / "README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(head)
    kept = [p for p in PAIRS if p.allows_redistribution]
    splits = {one["name"]: one["num_examples"] for one in card["dataset_info"]["splits"]}
    assert splits == {s: n for s in SPLITS if (n := sum(p.split == s for p in kept))}
    assert card["license"] == "other" and card["license_name"] == "per-image"
    assert card["dataset_info"]["features"][0] == {"name": "image", "dtype": "image"}
    size = sum(p.stat().st_size for p in (tmp_path / "out" / "data").iterdir())
    assert card["dataset_info"]["download_size"] == size
    assert f"| CC BY 4.0 | {sum(p.license_code == 'CC BY 4.0' for p in kept)} |" in body
    assert f"Left out by this policy: {COUNT - len(kept)} pairs" in body
    assert "| `license_code` | short code: CC BY 4.0" in body


def test_an_export_can_be_evaluated(release, tmp_path):
    from evaluation.benchmark import open_benchmark, read_pairs

    export_hugging_face(plan_export(release, "research"), tmp_path / "out", per_file=12)
    benchmark = open_benchmark(tmp_path / "out", with_ocr=True)
    groups = list(read_pairs(benchmark, SPLITS))
    assert sum(len(group.names) for group in groups) == COUNT
    assert all(image for group in groups for image in group.images())


def test_the_command_exports(release, scimmir, tmp_path):
    done = scimmir("export", tmp_path / "out", "-w", release.parents[1], "--license-policy", "commercial")
    assert done.returncode == 0, done.stderr
    assert "train: " in done.stdout and str(tmp_path / "out" / "train" / "00000.tar") in done.stdout
    assert "left out by the policy commercial: " in done.stdout


@pytest.mark.parametrize(
    ("classes", "types", "kept"),
    [
        (["fig_result"], [], {"fig_result"}),
        ([], ["picture"], {"fig_illustration", "table_result", "table_parameter"}),
        (["fig_illustration", "fig_result"], ["photo"], {"fig_illustration"}),
    ],
    ids=["class", "type", "both"],
)
def test_an_export_holds_the_classes_and_image_types_that_are_named(release, tmp_path, classes, types, kept):
    wanted = selection(classes, types)
    plan = plan_export(release, "research", wanted)
    export_webdataset(plan, tmp_path / "out", per_shard=50)
    found = [
        row["pair_id"]
        for path in sorted((tmp_path / "out").rglob("*.parquet"))
        for row in pq.read_table(path, partitioning=None).to_pylist()
    ]
    assert sorted(found) == sorted(p.pair_id for p in PAIRS if p.subcategory in kept)
    assert plan.not_selected == COUNT - len(found)
    about = json.loads((tmp_path / "out" / "export.json").read_text())
    assert about["classes"] == list(wanted.classes) and about["not_selected"] == plan.not_selected
    with pytest.raises(WarehouseError, match="other data or options"):
        export_webdataset(plan_export(release, "research"), tmp_path / "out", per_shard=50)
    assert len(released(release, SPLITS, wanted=wanted)) == len(found)


def test_a_selection_that_nothing_meets_is_refused(release):
    with pytest.raises(WarehouseError, match="no pair of the classes and image types"):
        plan_export(release, "research", selection(["fig_result"], ["sky"]))
