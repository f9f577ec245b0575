"""Every way in which a release can be wrong is found, and a sound one passes."""

import hashlib
import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from build_in_process import build_in_process
from PIL import Image

from runtime.attempt import stop_shared_pools
from warehouse.place import WarehouseError
from warehouse.stages.keys import canonical_json
from warehouse.verification.verify import verify_pointer, verify_release

Run = Callable[..., subprocess.CompletedProcess[str]]
Change = Callable[[pa.Table], pa.Table]
pytestmark = pytest.mark.long

TRAIN = "pairs/split=train/part-00000.parquet"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Iterator[Path]:
    """Return the releases of a warehouse with the sample in small images, which are quick to decode."""
    root = tmp_path_factory.mktemp("verified")
    build_in_process(
        [sample / "arxiv", sample / "pmc"],
        root,
        "1",
        metadata=sample / "arxiv-metadata.jsonl",
        decontaminate=(str(sample / "benchmark-images"),),
        max_side=64,
    )
    yield root / "releases"
    stop_shared_pools()


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """Return the folder of a release that may be spoilt."""
    shutil.copytree(built, tmp_path / "warehouse" / "releases")
    return tmp_path / "warehouse" / "releases" / (built / "latest").read_text().strip()


def problems(folder: Path) -> list[str]:
    return list(verify_release(folder.parents[1], folder.name).problems)


def rewrite(folder: Path, name: str, change: Change) -> None:
    """Change a table, and the manifest with it, as somebody would who knows how."""
    table = change(pq.read_table(folder / name, partitioning=None))
    pq.write_table(table, folder / name, row_group_size=100)
    seal(folder, lambda manifest: None)


def seal(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, entry in manifest["files"].items():
        data = (folder / name).read_bytes()
        entry.update(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    change(manifest)
    hashed = {k: v for k, v in manifest.items() if k not in ("version", "release_key", "release_hash")}
    hashed["files"] = {k: v for k, v in manifest["files"].items() if k.endswith(".parquet")}
    manifest["release_hash"] = hashlib.sha256(canonical_json(hashed)).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def with_first(column: str, value: Callable[[Any], Any]) -> Change:
    """Return a change of a column's first value."""

    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index(column)
        values = table.column(column).to_pylist()
        values[0] = value(values[0])
        return table.set_column(
            place, table.schema.field(place), pa.array(values, table.schema.field(place).type)
        )

    return change


def test_a_sound_release_passes(folder: Path) -> None:
    verdict = verify_release(folder.parents[1], folder.name)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert verdict.problems == () == verify_pointer(folder.parents[1])
    assert (verdict.files, verdict.pairs) == (len(manifest["files"]), manifest["counts"]["pairs"])
    assert verdict.images == verdict.pairs > 40


def test_the_way_in_which_these_tests_reseal_is_sound(folder: Path) -> None:
    rewrite(folder, TRAIN, lambda table: table)
    assert problems(folder) == []


# Files and manifest


def test_a_changed_byte(folder: Path) -> None:
    data = bytearray((folder / "report.html").read_bytes())
    data[-9] ^= 1
    (folder / "report.html").write_bytes(data)
    assert problems(folder) == ["report.html was changed: its sha256 is not that of manifest.json"]


def test_a_file_of_another_size(folder: Path) -> None:
    size = (folder / "report.html").stat().st_size
    with (folder / "report.html").open("ab") as page:
        page.write(b"\n")
    assert problems(folder) == [f"report.html has {size + 1:,} bytes, and manifest.json says {size}"]


def test_a_missing_file(folder: Path) -> None:
    (folder / "report.html").unlink()
    assert problems(folder) == ["report.html is missing"]


def test_a_link_instead_of_a_file(folder: Path, tmp_path: Path) -> None:
    (folder / "report.html").rename(tmp_path / "report.html")
    (folder / "report.html").symlink_to(tmp_path / "report.html")
    assert problems(folder) == ["report.html is a link, and a release holds none"]


def test_a_file_too_many(folder: Path) -> None:
    (folder / "pairs" / "notes.txt").write_text("x")
    assert problems(folder) == ["pairs/notes.txt is in the folder and not in manifest.json"]


def test_a_missing_table(folder: Path) -> None:
    (folder / "rejects.parquet").unlink()
    found = problems(folder)
    assert "rejects.parquet is missing, which every release has" in found
    assert found[-1].startswith("rows and images were not looked at")


def test_a_table_that_is_no_parquet(folder: Path) -> None:
    (folder / "papers.parquet").write_bytes(b"PAR1 not really PAR1")
    seal(folder, lambda manifest: None)
    assert any(p.startswith("papers.parquet is no readable Parquet file") for p in problems(folder))


def test_a_truncated_table(folder: Path) -> None:
    data = (folder / TRAIN).read_bytes()
    (folder / TRAIN).write_bytes(data[: len(data) // 2])
    found = problems(folder)
    assert f"{TRAIN} has {len(data) // 2:,} bytes, and manifest.json says {len(data)}" in found


def test_a_changed_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"max_side": 64', '"max_side": 512'))
    assert problems(folder) == ["manifest.json was changed: its release_hash is not that of its content"]


def test_a_manifest_of_another_release(folder: Path) -> None:
    seal(folder, lambda manifest: manifest.update(version="other"))
    assert problems(folder) == [f"manifest.json is of release 'other', and the folder is {folder.name}"]


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_broken_manifest(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    assert "is corrupt" in problems(folder)[0]


def test_the_pointer(folder: Path) -> None:
    root, pointer = folder.parents[1], folder.parent / "latest"
    pointer.write_text("gone\n")
    assert verify_pointer(root) == (f"{pointer} names 'gone', and there is no such release",)
    pointer.unlink()
    assert "is missing" in verify_pointer(root)[0]


# Schemas


def test_a_missing_column(folder: Path) -> None:
    rewrite(folder, "papers.parquet", lambda table: table.drop_columns(["journal"]))
    assert problems(folder) == ["papers.parquet: column journal is missing"]


def test_a_release_of_an_older_form_may_lack_it(folder: Path) -> None:
    rewrite(folder, "papers.parquet", lambda table: table.drop_columns(["journal"]))
    seal(folder, lambda manifest: manifest["stages"].update(release="1"))
    assert problems(folder) == []


def test_an_unknown_column(folder: Path) -> None:
    rewrite(folder, "papers.parquet", lambda table: table.append_column("mood", table.column("title")))
    assert problems(folder) == ["papers.parquet: column mood is unknown"]


def test_a_column_of_another_type(folder: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index("pairs")
        return table.set_column(place, "pairs", table.column("pairs").cast(pa.int64()))

    rewrite(folder, "papers.parquet", change)
    assert "papers.parquet: column pairs is of type int64, not int32" in problems(folder)


def test_a_value_that_must_not_be_missing(folder: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        place = table.schema.get_field_index("license_group")
        values = [None, *table.column("license_group").to_pylist()[1:]]
        return table.set_column(place, "license_group", pa.array(values, pa.string()))

    rewrite(folder, "papers.parquet", change)
    assert problems(folder) == ["papers.parquet: column license_group has no value in 1 rows"]


# Rows


def first_row_twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table.slice(0, 1)])


def without_first_row(table: pa.Table) -> pa.Table:
    return table.slice(1)


def without_papers_with_pairs(table: pa.Table) -> pa.Table:
    return table.filter(pc.equal(table.column("pairs"), 0))


def wider_panel(table: pa.Table) -> pa.Table:
    """Return a release in which the second pair is said to be cut out of the first and is larger."""
    first, second, *others = table.to_pylist()
    panel = {"origin": "split", "parent_id": first["pair_id"], "width": first["width"] + 1}
    return pa.Table.from_pylist([first, {**second, **panel}, *others], schema=table.schema)


def whole_and_cut_up(table: pa.Table) -> pa.Table:
    """Return a release in which the first pair stayed whole and the second was cut out of it."""
    first, second, *others = table.to_pylist()
    whole, panel = {"panels_unsplit": "no_letters"}, {"origin": "split", "parent_id": first["pair_id"]}
    return pa.Table.from_pylist([{**first, **whole}, {**second, **panel}, *others], schema=table.schema)


WRONG_ROWS: list[tuple[str, Change, str]] = [
    (TRAIN, first_row_twice, "1 pairs have a pair_id that another pair has too"),
    (TRAIN, first_row_twice, "1 papers state another number of pairs than there are"),
    (TRAIN, first_row_twice, "as rows_by_split: train, and the tables hold"),
    (TRAIN, without_first_row, "as pairs, and the tables hold"),
    (TRAIN, without_first_row, "as floats_found, and the tables hold"),
    ("papers.parquet", first_row_twice, "1 papers are listed twice"),
    ("papers.parquet", without_papers_with_pairs, "pairs are of a paper that is not listed"),
    ("papers.parquet", without_papers_with_pairs, "rejected floats are of a paper that is not listed"),
    ("papers.parquet", without_first_row, "as papers, and the tables hold"),
    ("papers.parquet", with_first("floats_found", lambda n: n + 1), "1 papers have floats_found that is not"),
    ("papers.parquet", with_first("rejects", lambda n: n + 1), "1 papers state another number of rejects"),
    (
        "papers.parquet",
        with_first("split", lambda split: "test" if split == "train" else "train"),
        "pairs are in another split than their paper",
    ),
    (
        "rejects.parquet",
        lambda t: pa.concat_tables([t, t.slice(t.num_rows - 1)]),
        "floats are rejected twice",
    ),
    ("rejects.parquet", lambda t: t.slice(0, t.num_rows - 1), "as rejects_float, and the tables hold"),
    ("rejects.parquet", lambda t: t.slice(0, t.num_rows - 1), "as rejects_by_reason:"),
    ("rejects.parquet", lambda t: t.slice(0, t.num_rows - 1), "as rejects_by_stage:"),
    ("rejects.parquet", without_first_row, "as rejects_paper, and the tables hold"),
    ("rejects.parquet", with_first("reason", lambda r: "bad_mood"), "1 rejects have an unknown reason"),
    ("rejects.parquet", lambda t: t.slice(0, 3), "duplicates are no rejects"),
    ("rejects.parquet", lambda t: t.slice(0, 3), "contaminated floats are no rejects"),
    (
        "duplicates.parquet",
        with_first("duplicate_group", lambda g: "x"),
        "repeat something that was never found",
    ),
    ("duplicates.parquet", without_first_row, "pairs state another number of duplicates than there are"),
    (TRAIN, with_first("subcategory", lambda c: "fig_mood"), "1 pairs are of an unknown class"),
    (
        TRAIN,
        with_first("parent_id", lambda p: "arxiv:0:figure-1"),
        "1 panels are of a figure that was never found",
    ),
    (
        TRAIN,
        with_first("image_withheld", lambda w: "bad_mood"),
        "1 images are withheld for an unknown reason",
    ),
    (
        TRAIN,
        with_first("image_withheld", lambda w: "third_party"),
        "1 images are withheld and there all the same",
    ),
    (TRAIN, with_first("image_withheld", lambda w: "third_party"), "as withheld_by_reason: third_party"),
    (
        TRAIN,
        with_first("panel_box", lambda b: [0, 0, 1, 1]),
        "1 panels were cut out without a box, or have one",
    ),
    (TRAIN, with_first("panel_box", lambda b: [0, 0.5, 1, 0.5]), "1 panels have a box that is none inside a"),
    (TRAIN, with_first("origin", lambda o: "split"), "1 panels were cut out of a figure that is no pair"),
    (TRAIN, with_first("origin", lambda o: "split"), "as panels: panels, and the tables hold 1"),
    (
        TRAIN,
        with_first("panels_unsplit", lambda u: "bad_mood"),
        "1 figures stayed whole for an unknown reason",
    ),
    (TRAIN, with_first("panels_unsplit", lambda u: "no_words"), "as unsplit_by_reason: no_words"),
    (
        TRAIN,
        with_first("mention_sections", lambda s: [*s, "One more"]),
        "1 pairs have mentions without their sec",
    ),
    (
        "papers.parquet",
        with_first("abstract", lambda a: None),
        "1 papers have an abstract without its source",
    ),
    (TRAIN, wider_panel, "1 panels show more than their figure"),
    (TRAIN, whole_and_cut_up, "1 figures stayed whole and were cut up all the same"),
]


@pytest.mark.parametrize(("name", "change", "sentence"), WRONG_ROWS, ids=[row[2] for row in WRONG_ROWS])
def test_wrong_rows(folder: Path, name: str, change: Change, sentence: str) -> None:
    rewrite(folder, name, change)
    assert any(sentence in problem for problem in problems(folder)), problems(folder)


def test_a_float_that_is_pair_and_reject(folder: Path) -> None:
    name = pq.read_table(folder / TRAIN, columns=["pair_id"], partitioning=None).column(0)[0].as_py()

    def change(table: pa.Table) -> pa.Table:
        rows = table.to_pylist()
        return pa.Table.from_pylist([*rows[:-1], {**rows[-1], "pair_id": name}], schema=table.schema)

    rewrite(folder, "rejects.parquet", change)
    assert f"1 floats are pairs and rejects at once, such as {name}" in problems(folder)


def test_a_match_of_a_float_that_was_never_found(folder: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        rows = table.to_pylist()
        rows[0] |= {"against": "split:test", "item": "arxiv:0:figure-1"}
        return pa.Table.from_pylist(rows, schema=table.schema)

    rewrite(folder, "contamination.parquet", change)
    assert any("contaminated floats match a float that was never found" in p for p in problems(folder))


def test_a_paper_in_two_splits(folder: Path) -> None:
    moved = pq.read_table(folder / TRAIN, partitioning=None).slice(0, 1)
    test = folder / "pairs/split=test/part-00000.parquet"
    kept = pq.read_table(test, partitioning=None)
    pq.write_table(pa.concat_tables([kept, moved]), test, row_group_size=100)
    seal(folder, lambda manifest: None)
    assert any("1 papers have pairs in more than one split" in p for p in problems(folder))


def test_twins_in_two_splits(folder: Path) -> None:
    def change(table: pa.Table) -> pa.Table:
        groups = table.column("group_id").to_pylist()
        twins = next(group for group in groups if groups.count(group) > 1)
        rows = table.to_pylist()
        row = next(row for row in rows if row["group_id"] == twins)
        row["split"] = "test" if row["split"] == "train" else "train"
        return pa.Table.from_pylist(rows, schema=table.schema)

    rewrite(folder, "papers.parquet", change)
    assert any("1 groups of versions and twins are in more than one split" in p for p in problems(folder))


def test_an_unknown_split(folder: Path) -> None:
    (folder / "pairs/split=test").rename(folder / "pairs/split=dev")

    def change(manifest: dict[str, Any]) -> None:
        name = "pairs/split=test/part-00000.parquet"
        manifest["files"]["pairs/split=dev/part-00000.parquet"] = manifest["files"].pop(name)

    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    seal(folder, lambda manifest: None)
    assert any("pairs are in an unknown split" in p for p in problems(folder))


def test_an_image_that_the_policy_forbids(folder: Path) -> None:
    seal(folder, lambda manifest: manifest["license_policy"].update(name="redistributable"))
    assert any(
        "images are there that the licence policy redistributable forbids" in p for p in problems(folder)
    )


@pytest.mark.parametrize(("part", "name"), [("counts", "rejects_by_reason"), ("counts", "pairs")])
def test_a_count_that_is_not_stated(folder: Path, part: str, name: str) -> None:
    seal(folder, lambda manifest: manifest[part].pop(name))
    assert any(p in (f"manifest.json states no {name}",) or f"as {name}" in p for p in problems(folder))


# Images


def encoded(mode: str = "RGB", size: tuple[int, int] = (30, 20), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


WRONG_IMAGES: list[tuple[str, Callable[[Any], Any], str]] = [
    ("image", lambda image: None, "1 images are missing without a reason"),
    ("image", lambda image: {**image, "bytes": b"\x89PNG broken"}, "1 images cannot be decoded"),
    ("image", lambda image: {**image, "bytes": image["bytes"][:-400]}, "1 images cannot be decoded"),
    ("image", lambda image: {**image, "bytes": encoded()}, "1 images have another sha256 than"),
    ("image", lambda image: {**image, "bytes": encoded()}, "1 images have another size than"),
    ("image", lambda image: {**image, "bytes": encoded()}, "1 images have other pixels than"),
    ("image", lambda image: {**image, "bytes": encoded("L")}, "1 images have the mode L and not RGB"),
    ("image", lambda image: {**image, "bytes": encoded(kind="GIF")}, "1 images are of another format than"),
    ("image_sha256", lambda digest: "0" * 64, "1 images have another sha256 than"),
    ("pixel_sha256", lambda digest: "0" * 64, "1 images have other pixels than"),
    ("width", lambda width: width + 1, "1 images have another size than"),
]


@pytest.mark.parametrize(
    ("column", "value", "sentence"), WRONG_IMAGES, ids=[f"{row[0]} {row[2]}" for row in WRONG_IMAGES]
)
def test_wrong_images(folder: Path, column: str, value: Callable[[Any], Any], sentence: str) -> None:
    rewrite(folder, TRAIN, with_first(column, value))
    name = pq.read_table(folder / TRAIN, columns=["pair_id"], partitioning=None).column(0)[0].as_py()
    found = [p for p in problems(folder) if sentence in p]
    assert found and found[0].endswith(f"such as {name}")


# The command


def test_the_command(scimmir: Run, folder: Path) -> None:
    root = folder.parents[1]
    done = scimmir("verify", "--all", "-w", root)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(f"{folder.name}: sound (")
    (folder / "report.html").unlink()
    done = scimmir("verify", folder.name, "-w", root)
    assert (done.returncode, done.stdout) == (1, f"{folder.name}: report.html is missing\n")


def test_a_release_that_is_not_there(folder: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no release 'x'"):
        verify_release(folder.parents[1], "x")
