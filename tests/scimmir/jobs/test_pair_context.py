"""`scimmir context`: what a caption writer would want to read of a pair."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small_release import pair, write_release
from typer.testing import CliRunner

from schemas.errors import UserError
from scimmir.cli import app
from scimmir.jobs.context import Mention, Neighbour, read_context


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    write_release(folder)
    return folder


def test_the_paper_and_what_stands_around(warehouse: Path) -> None:
    found = read_context(warehouse, pair(3).pair_id, neighbours=1)
    assert (found.title, found.caption, found.table_text) == (
        pair(3).title,
        pair(3).caption,
        pair(3).table_text,
    )
    assert found.abstract == "Small releases are studied.\nThey are found to be small."
    assert (found.abstract_source, found.abstract_license, found.license_code) == (
        "metadata",
        "CC0 1.0",
        "CC BY 4.0",
    )
    assert found.mentions == (Mention("Results › Effects", pair(3).mentions[0]),)
    assert [(other.pair_id, other.relation) for other in found.neighbours] == [
        (pair(2).pair_id, "before"), (pair(4).pair_id, "after"),
    ]  # fmt: skip


def test_a_panel_and_its_figure_know_each_other(warehouse: Path) -> None:
    whole, panel = pair(0), pair(1)
    assert (
        Neighbour(panel.pair_id, "panel", panel.label or "", panel.caption)
        in read_context(warehouse, whole.pair_id).neighbours
    )
    around = read_context(warehouse, panel.pair_id, neighbours=1).neighbours
    assert [(other.pair_id, other.relation) for other in around] == [
        (whole.pair_id, "figure"), (pair(2).pair_id, "after"),
    ]  # fmt: skip


def test_what_is_no_pair_is_said(warehouse: Path) -> None:
    with pytest.raises(UserError, match=r"it was rejected \(image_missing\)"):
        read_context(warehouse, "arxiv:2310.00001:figure-50")
    with pytest.raises(UserError, match="neither a pair nor a reject"):
        read_context(warehouse, "arxiv:0'; SELECT 1")


def test_a_release_of_earlier_code_has_neither_abstracts_nor_sections(tmp_path: Path) -> None:
    folder = write_release(tmp_path)
    for path, lost in (
        (folder / "papers.parquet", ["abstract", "abstract_source", "abstract_license"]),
        *((path, ["mention_sections"]) for path in folder.glob("pairs/*/*.parquet")),
    ):
        pq.write_table(pq.read_table(path, partitioning=None).drop_columns(lost), path)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "files": {}}))
    found = read_context(tmp_path, pair(3).pair_id)
    assert found.abstract == "" and found.mentions == (Mention("", pair(3).mentions[0]),)


def test_the_command(warehouse: Path) -> None:
    arguments = ["context", pair(3).pair_id, "--warehouse", str(warehouse)]
    text = CliRunner().invoke(app, arguments).output
    for part in (
        "Abstract, from arXiv's metadata, CC0 1.0\n  Small releases are studied.\n  They are found to be small.",
        "Mention in Results › Effects\n  As table 4 shows",
        f"Before: {pair(2).label}\n",
    ):
        assert part in text
    record = json.loads(CliRunner().invoke(app, [*arguments, "--format", "json"]).output)
    assert record["mentions"] == [{"section": "Results › Effects", "text": pair(3).mentions[0]}]
