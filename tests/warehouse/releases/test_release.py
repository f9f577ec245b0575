"""A release joins the stage tables, says what it holds, and never changes."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from optional import optional
from PIL import Image

from schemas.annotations import ClassRow, ImageRow, OcrRow, TextBox
from schemas.columns import table_of
from schemas.floats import Float
from schemas.panel import PanelRow, UnsplitRow
from schemas.paper import PaperFacts
from schemas.reject import Reject
from warehouse.place import WarehouseError
from warehouse.releases.publication import (
    ReleasePlan,
    ShardTables,
    _PartWriter,
    check_version,
    check_version_name,
    find_release,
    publish,
    read_manifest,
)

datasets = optional("datasets")

FLOAT_LICENSES = pa.schema(
    [
        ("pair_id", pa.string()),
        ("license_url", pa.string()),
        ("license_code", pa.string()),
        ("license_group", pa.string()),
        ("allows_redistribution", pa.bool_()),
        ("allows_derivatives", pa.bool_()),
        ("share_alike", pa.bool_()),
    ]
)

FLOAT_NOTICES = pa.schema(
    [("pair_id", pa.string()), ("third_party_notice", pa.string()), ("third_party_license", pa.string())]
)
OWN_LICENSE = pa.table(
    [["arxiv:2601.00001:figure-1"], [None], [None], ["other"], [False], [False], [False]],
    schema=FLOAT_LICENSES,
)
NOTICE = pa.table([["arxiv:2601.00001:figure-2"], ["Reprinted from [7]."], [None]], schema=FLOAT_NOTICES)
LOST = "arxiv:2601.00003:figure-2"
WITHHELD = {"arxiv:2601.00003:figure-3": "third_party"}


def paper(number: int, split: str) -> PaperFacts:
    return PaperFacts(
        paper_key=f"arxiv:2601.{number:05d}",
        title=f"Study {number}",
        categories=("cs.LG",),
        is_retracted=False,
        source="arxiv",
        paper_id=f"2601.{number:05d}",
        archive="arXiv_src_2601_001.tar",
        archive_sha256="0" * 64,
        license_url="http://creativecommons.org/licenses/by/4.0/",
        license_code="CC BY 4.0",
        license_group="commercial",
        license_source="article",
        allows_redistribution=True,
        allows_derivatives=True,
        share_alike=False,
        group_id=f"arxiv:2601.{number:05d}",
        split=split,
    )


def figure(key: str, number: int) -> Float:
    return Float(
        pair_id=f"{key}:figure-{number}",
        paper_key=key,
        kind="figure" if number % 2 else "table",
        number=str(number),
        ref_keys=(f"fig:{number}",),
        caption=f"Caption {number}",
        caption_raw=f"\\caption{{Caption {number}}}",
        mentions=("As Figure 1 shows.",),
        graphics=(),
        source_file="main.tex",
        snippet="",
    )


def picture(pair_id: str, shade: int) -> ImageRow:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10), (shade, 0, 0)).save(buffer, "PNG")
    data = buffer.getvalue()
    return ImageRow(
        pair_id=pair_id,
        image=data,
        small_copy=b"",
        thumbnail=b"",
        image_format="png",
        width=20,
        height=10,
        image_sha256=hashlib.sha256(data).hexdigest(),
        pixel_sha256="1" * 64,
        phash=1 << 63,
        origin="file",
        origin_paths=("a.png",),
    )


def shard(papers: list[PaperFacts], per_paper: int) -> ShardTables:
    floats = [figure(p.paper_key, n + 1) for p in papers for n in range(per_paper)]
    box = TextBox(text="0.5", confidence=0.9, x0=0, y0=0, x1=5, y1=5)
    return ShardTables(
        floats=table_of(Float, floats),
        images=table_of(ImageRow, [picture(f.pair_id, i % 256) for i, f in enumerate(floats)]),
        panels=table_of(PanelRow, []),
        unsplit=table_of(UnsplitRow, []),
        classes=table_of(
            ClassRow,
            [
                ClassRow(
                    pair_id=f.pair_id,
                    subcategory="fig_result",
                    class_rule="default",
                    class_version="1",
                    class_confidence=0.5,
                    class_evidence="",
                )
                for f in floats
            ],
        ),
        ocr=table_of(
            OcrRow,
            [
                OcrRow(
                    pair_id=f.pair_id, ocr_text="0.5", ocr_engine="e 1", ocr_confidence=0.9, ocr_boxes=(box,)
                )
                for f in floats
                if f.kind == "table"
            ],
        ),
        papers=table_of(PaperFacts, papers),
        float_licenses=_of_floats(OWN_LICENSE, floats),
        float_notices=_of_floats(NOTICE, floats),
        kept=kept_of([f.pair_id for f in floats if f.pair_id != LOST]),
    )


def _of_floats(table: pa.Table, floats: list[Float]) -> pa.Table:
    names = pa.array([f.pair_id for f in floats])
    return table.filter(pc.is_in(table.column("pair_id"), value_set=names))


def kept_of(names: list[str]) -> pa.Table:
    return pa.table(
        {
            "pair_id": names,
            "duplicate_group": pa.array([None] * len(names), pa.string()),
            "duplicates_removed": pa.array([0] * len(names), pa.int32()),
            "image_withheld": pa.array([WITHHELD.get(name) for name in names], pa.string()),
        }
    )


@pytest.fixture
def plan() -> ReleasePlan:
    papers = [paper(1, "train"), paper(2, "test"), paper(3, "train")]
    shards = [shard(papers[:2], 130), shard(papers[2:], 3)]
    return ReleasePlan(
        version="2026.1",
        key="k" * 32,
        shards=lambda: iter(shards),
        tables={"papers": table_of(PaperFacts, papers), "rejects": table_of(Reject, [])},
        manifest={"counts": {"pairs": sum(s.kept.num_rows for s in shards)}},
    )


def report(folder: Path) -> None:
    (folder / "report.html").write_text(f"<p>{read_manifest(folder)['release_hash']}</p>")


def rows(folder: Path) -> list[dict[str, object]]:
    return [
        row for path in sorted(folder.glob("pairs/*/*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def test_pairs_are_joined_in_document_order_and_by_split(tmp_path: Path, plan: ReleasePlan) -> None:
    folder = publish(tmp_path, plan, report)
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*") if p.is_file()) == [
        "croissant.json",
        "manifest.json",
        "pairs/split=test/part-00000.parquet",
        "pairs/split=train/part-00000.parquet",
        "papers.parquet",
        "rejects.parquet",
        "report.html",
    ]
    train = pq.read_table(folder / "pairs/split=train/part-00000.parquet", partitioning=None)
    assert train.num_rows == 132 and "split" not in train.column_names
    first, second = train.slice(0, 2).to_pylist()
    assert [first["pair_id"], second["pair_id"]] == [f"arxiv:2601.00001:figure-{n}" for n in (1, 2)]
    assert train.column("pair_id").to_pylist()[-2:] == [f"arxiv:2601.00003:figure-{n}" for n in (1, 3)]
    assert (first["license_group"], first["license_code"], first["allows_redistribution"]) == (
        "other",
        None,
        False,
    )
    assert (second["license_group"], second["license_code"]) == ("commercial", "CC BY 4.0")
    assert (first["license_source"], second["license_source"]) == ("figure", "article")
    assert (first["third_party_notice"], second["third_party_notice"]) == (None, "Reprinted from [7].")
    assert first["ocr_text"] is None and second["ocr_boxes"][0]["text"] == "0.5"
    assert first["phash"] == 1 << 63
    assert first["image"]["path"] == "arxiv_2601.00001_figure-1.png"


def test_a_withheld_image_leaves_its_row_with_the_reason(tmp_path: Path, plan: ReleasePlan) -> None:
    found = {row["pair_id"]: row for row in rows(publish(tmp_path, plan, report))}
    last = found["arxiv:2601.00003:figure-3"]
    assert (last["image"], last["image_withheld"]) == (None, "third_party")
    assert (last["width"], last["caption"]) == (20, "Caption 3") and len(str(last["image_sha256"])) == 64
    others = [row for name, row in found.items() if name not in WITHHELD]
    assert all(row["image"] and row["image_withheld"] is None for row in others) and len(others) == 261


def test_row_groups_are_small_and_fields_are_described(tmp_path: Path, plan: ReleasePlan) -> None:
    path = publish(tmp_path, plan, report) / "pairs/split=train/part-00000.parquet"
    meta = pq.read_metadata(path)
    assert [meta.row_group(i).num_rows for i in range(meta.num_row_groups)] == [100, 32]
    schema = pq.read_schema(path)
    assert all(schema.field(i).metadata[b"description"] for i in range(len(schema)))


def test_hugging_face_shows_images(tmp_path: Path, plan: ReleasePlan) -> None:
    folder = publish(tmp_path, plan, report)
    files = {s: str(folder / f"pairs/split={s}/*.parquet") for s in ("train", "test")}
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(tmp_path / "cache"))
    row = loaded["test"][0]
    assert isinstance(row["image"], Image.Image) and row["image"].size == (20, 10)
    assert loaded["train"].num_rows == 132


def test_the_manifest_names_every_file_with_its_hash(tmp_path: Path, plan: ReleasePlan) -> None:
    folder = publish(tmp_path, plan, report)
    manifest = read_manifest(folder)
    files = manifest["files"]
    assert isinstance(files, dict)
    on_disk = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    del on_disk["manifest.json"]
    assert {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in on_disk.items()} == {
        n: entry["sha256"] for n, entry in files.items() if isinstance(entry, dict)
    }
    assert manifest["rows_by_split"] == {"train": 132, "validation": 0, "test": 130}


def test_equal_plans_give_equal_bytes_whatever_the_shards_and_the_name(
    tmp_path: Path, plan: ReleasePlan
) -> None:
    (whole,) = [ShardTables(*(pa.concat_tables(parts) for parts in zip(*(
        tuple(getattr(s, field.name) for field in fields(s)) for s in plan.shards()
    ), strict=True)))]  # fmt: skip

    def one() -> Iterator[ShardTables]:
        yield whole

    a = publish(tmp_path / "a", plan, report)
    b = publish(tmp_path / "b", replace(plan, shards=one, version="other"), report)
    assert read_manifest(a)["release_hash"] == read_manifest(b)["release_hash"]
    assert [p.read_bytes() for p in sorted(a.rglob("*.parquet"))] == [
        p.read_bytes() for p in sorted(b.rglob("*.parquet"))
    ]


def test_pages_do_not_show_how_the_rows_came(tmp_path: Path, plan: ReleasePlan) -> None:
    hashes = set()
    for size in (7, 59, 1000):
        writer = _PartWriter(tmp_path / str(size))
        rows = pa.concat_tables([pq.read_table(p, partitioning=None) for p in sorted(
            publish(tmp_path, plan, report).glob("pairs/*/*.parquet")
        )])  # fmt: skip
        for start in range(0, rows.num_rows, size):
            writer.add(rows.slice(start, size))
        writer.close()
        hashes.add(hashlib.sha256((tmp_path / str(size) / "part-00000.parquet").read_bytes()).hexdigest())
    assert len(hashes) == 1


def test_a_release_never_changes(tmp_path: Path, plan: ReleasePlan) -> None:
    folder = publish(tmp_path, plan, report)
    before = (folder / "manifest.json").read_bytes()
    assert publish(tmp_path, plan, report) == folder
    with pytest.raises(WarehouseError, match="choose another version"):
        publish(tmp_path, replace(plan, manifest={"counts": {"pairs": 0}}), report)
    assert (folder / "manifest.json").read_bytes() == before
    assert sorted(p.name for p in (tmp_path / "releases").iterdir()) == ["2026.1", "latest"]
    assert (tmp_path / "releases" / "latest").read_text() == "2026.1\n"


def test_a_release_without_a_name_is_named_by_its_content(tmp_path: Path, plan: ReleasePlan) -> None:
    folder = publish(tmp_path, replace(plan, version=None), report)
    assert folder.name == "r-" + str(read_manifest(folder)["release_hash"])[:12]
    # The same content made of other stage outputs, as when the work was cut into other shards.
    assert publish(tmp_path, replace(plan, version=None, key="other"), report) == folder
    assert find_release(tmp_path, None, plan.key) == folder
    assert find_release(tmp_path, None, "other") is None
    assert find_release(tmp_path, folder.name, plan.key) == folder


def test_a_report_that_fails_publishes_nothing(tmp_path: Path, plan: ReleasePlan) -> None:
    def broken(folder: Path) -> None:
        raise OSError("disk full")

    with pytest.raises(WarehouseError, match="disk full"):
        publish(tmp_path, plan, broken)
    assert list((tmp_path / "releases").iterdir()) == []


def test_a_broken_manifest_is_named(tmp_path: Path, plan: ReleasePlan) -> None:
    folder = publish(tmp_path, plan, report)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(WarehouseError, match="corrupt"):
        publish(tmp_path, plan, report)
    (folder / "manifest.json").write_text(json.dumps([]))
    with pytest.raises(WarehouseError, match="corrupt"):
        publish(tmp_path, plan, report)


@pytest.mark.parametrize("name", ["../up", "latest", "catalog", "", ".hidden", "a/b", "x" * 101])
def test_a_version_must_be_a_plain_name(name: str) -> None:
    with pytest.raises(WarehouseError, match="cannot name a release"):
        check_version_name(name)


def test_versions_differ_in_more_than_case(tmp_path: Path, plan: ReleasePlan) -> None:
    publish(tmp_path, replace(plan, version="V1"), report)
    check_version(tmp_path, "V1")
    with pytest.raises(WarehouseError, match="in case only"):
        check_version(tmp_path, "v1")
