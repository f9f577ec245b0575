"""Two releases that differ in known ways; the difference names each with its stage and reason."""

import dataclasses
import io
import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_release import pair, papers, rejects, write_release

from schemas.columns import table_of
from schemas.difference import DIFFERENCE_REASONS
from schemas.pair import Pair
from schemas.paper import PaperRow
from schemas.reject import REASONS, Reject
from warehouse.diff import compare_releases, json_text, stage_of, summary
from warehouse.place import WarehouseError

COUNT = 32


def rewrite(folder, pairs, paper_rows, reject_rows):
    for old in folder.glob("pairs/split=*/*.parquet"):
        old.unlink()
    for split in {p.split for p in pairs}:
        table = table_of(Pair, [p for p in pairs if p.split == split]).drop_columns(["split"])
        (folder / f"pairs/split={split}").mkdir(exist_ok=True)
        pq.write_table(table, folder / f"pairs/split={split}/part-00000.parquet")
    pq.write_table(table_of(PaperRow, paper_rows), folder / "papers.parquet")
    pq.write_table(table_of(Reject, reject_rows), folder / "rejects.parquet")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = {}
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    old = write_release(folder, version="old", count=COUNT)
    before = [pair(i) for i in range(COUNT)]
    old_papers = [dataclasses.replace(row, paper_id=row.paper_id.split("v")[0]) for row in papers(before)]
    rewrite(old, before, old_papers, rejects())
    new = write_release(folder, version="new", count=COUNT)
    pairs = [pair(i) for i in range(COUNT)]
    change = dataclasses.replace
    pairs[1] = change(pairs[1], caption="Another caption", mentions=())
    pairs[2] = change(pairs[2], subcategory="fig_illustration", class_confidence=0.5, caption="New")
    pairs[3] = change(pairs[3], ocr_text="read otherwise", ocr_error=None)
    pairs[4] = change(pairs[4], pixel_sha256="0" * 64, license_code=None)
    gone = pairs.pop(6)  # rejected by a stage
    lost = pairs.pop(7)  # not found any more: pair 8
    without_paper = [p for p in pairs if p.paper_key == "pmc:PMC1000002.1"]
    pairs = [p for p in pairs if p.paper_key != "pmc:PMC1000002.1"]
    other_version = change(pairs[-1], pair_id="arxiv:2310.00003:figure-77", paper_key="arxiv:2310.00003v9")
    fresh = change(pairs[0], pair_id=rejects()[3].pair_id)  # the old release rejected it: image_missing
    rows = [
        *rejects()[:3],
        *rejects()[4:],
        Reject(
            paper_key=gone.paper_key,
            pair_id=gone.pair_id,
            stage="dedupe",
            reason="duplicate_near",
            detail="x",
        ),
    ]
    paper_rows = [p for p in papers(pairs) if p.paper_key != "pmc:PMC1000002.1"]
    # Rows of the releases that others test with name a paper by its version, too.
    paper_rows = [change(row, paper_id=row.paper_id.split("v")[0]) for row in paper_rows]
    paper_rows.append(change(paper_rows[2], paper_key="arxiv:2310.00003v9", version=9))
    rewrite(new, [*pairs, fresh, other_version], paper_rows, rows)
    return folder, gone, lost, without_paper, fresh, other_version


def test_every_difference_has_its_stage_and_reason(warehouse):
    folder, gone, lost, without_paper, fresh, other_version = warehouse
    found = compare_releases(folder / "releases/old", folder / "releases/new")
    rows = {(r["pair_id"], r["stage"]): (r["change"], r["reason"]) for r in found.table.to_pylist()}
    expected = {
        (gone.pair_id, "dedupe"): ("removed", "duplicate_near"),
        (lost.pair_id, "extract"): ("removed", "float_absent"),
        **{(p.pair_id, "input"): ("removed", "paper_absent") for p in without_paper},
        (fresh.pair_id, "extract"): ("added", "image_missing"),
        (other_version.pair_id, "input"): ("added", "paper_other_version"),
        (pair(1).pair_id, "extract"): ("changed", "caption, mentions"),
        (pair(2).pair_id, "classify"): ("changed", "subcategory, class_confidence"),
        (pair(2).pair_id, "extract"): ("changed", "caption"),
        (pair(3).pair_id, "ocr"): ("changed", "ocr_text"),
        (pair(4).pair_id, "images"): ("changed", "pixel_sha256"),
        (pair(4).pair_id, "papers"): ("changed", "license_code"),
    }
    assert rows == expected
    assert {reason for change, reason in rows.values() if change != "changed"} <= {
        *REASONS,
        *DIFFERENCE_REASONS,
    }
    assert found.pairs_old == COUNT and found.pairs_new == COUNT - 2 - len(without_paper) + 2


def test_the_same_release_differs_in_nothing(warehouse):
    old = warehouse[0] / "releases/old"
    assert compare_releases(old, old).table.num_rows == 0


def test_the_other_way_round_turns_added_and_removed(warehouse):
    folder, gone, *_ = warehouse
    back = compare_releases(folder / "releases/new", folder / "releases/old")
    rows = {r["pair_id"]: (r["change"], r["reason"], r["detail"]) for r in back.table.to_pylist()}
    assert rows[gone.pair_id] == ("added", "duplicate_near", "x")


def test_json_counts_pairs_and_names_columns(warehouse):
    found = compare_releases(warehouse[0] / "releases/old", warehouse[0] / "releases/new")
    content = json.loads(json_text(found))
    assert content["pairs"] == {"added": 2, "removed": 2 + len(warehouse[3]), "changed": 4}
    assert ("changed", "extract", "caption", 2) in summary(found)
    assert len(content["differences"]) == found.table.num_rows


def test_a_column_that_one_release_lacks_is_named_and_not_compared(warehouse, tmp_path):
    folder = write_release(tmp_path, version="wider", count=COUNT)
    for path in folder.glob("pairs/split=*/*.parquet"):
        table = pq.read_table(path, partitioning=None)
        pq.write_table(table.append_column("colour", pa.array(["blue"] * table.num_rows)), path)
    found = compare_releases(warehouse[0] / "releases/old", folder)
    assert (found.columns_old, found.columns_new, found.table.num_rows) == ((), ("colour",), 0)


def test_a_release_that_cannot_be_read_is_one_sentence(tmp_path):
    old, new = (write_release(tmp_path, version=v, count=8) for v in ("a", "b"))
    (new / "rejects.parquet").write_bytes(b"no parquet at all, but some bytes")
    with pytest.raises(WarehouseError, match=r"rejects\.parquet"):
        compare_releases(old, new)
    with pytest.raises(WarehouseError, match="no pairs to compare"):
        compare_releases(old, write_release(tmp_path, version="c", count=0))


def test_stages_of_columns():
    assert {name: stage_of(name) for name in ("caption", "source", "source_file", "phash", "ocr_boxes")} == {
        "caption": "extract", "source": "papers", "source_file": "extract", "phash": "images", "ocr_boxes": "ocr"
    }  # fmt: skip


def test_the_command_prints_table_and_parquet(warehouse, scimmir, environment):
    done = scimmir("diff", "old", "new", "-w", warehouse[0])
    assert done.returncode == 0, done.stderr
    assert "2 added, " in done.stdout and "paper_other_version" in done.stdout
    command = [
        sys.executable,
        "-m",
        "scimmir",
        "diff",
        "old",
        "new",
        "-w",
        str(warehouse[0]),
        "--format",
        "parquet",
    ]
    out = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    assert pq.read_table(io.BytesIO(out)).column_names[:4] == ["pair_id", "change", "stage", "reason"]
    refused = scimmir("diff", "old", "none", "-w", warehouse[0])
    assert refused.returncode == 1 and "there is no release 'none'" in refused.stderr
