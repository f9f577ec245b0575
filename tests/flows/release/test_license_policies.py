"""A build under each licence policy: every row stays, images that it does not allow go, and all are counted."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from build_in_process import build_in_process
from pydantic import ValidationError

from flows.build_options import BuildOptions
from flows.release import release_summary
from flows.release.policy import withheld_images
from flows.shards import ShardTables
from flows.stages.papers import _who_states
from runtime.attempt import stop_shared_pools
from schemas.paper import PaperHeader
from sources.metadata import ArxivMetadata
from warehouse.cleaning.clean import clean_warehouse
from warehouse.cleaning.plan import CleanParameters
from warehouse.releases.publication import read_manifest
from warehouse.stages.tables import stage_output, write_stage

CC = "http://creativecommons.org/licenses/"
# paper -> licence in the metadata, versions listed, version of its archive, caption
PAPERS = {
    "2601.90001": (CC + "by/4.0/", 1, 1, "Response of the oscillator over one day"),
    "2601.90002": (CC + "by-nc-nd/4.0/", 1, 1, "Quarterly demand in the northern grid"),
    "2601.90003": ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", 1, 1, "Tidal height in spring"),
    "2601.90004": (None, 1, 1, "Number of lost parcels by depot"),
    "2601.90005": (CC + "by/4.0/", 3, 1, "Wind speed at the second mast"),
    "2601.90006": (CC + "by/4.0/", 1, 1, "Ice cover. Reprinted with permission from Elsevier"),
    "2601.90007": (CC + "by-sa/4.0/", 1, 1, "Rainfall. Reprinted from Lee et al. under CC BY-NC 4.0"),
}
WITHHELD = {
    "research": {},
    "redistributable": {
        "2601.90003": "license_closed",
        "2601.90004": "license_missing",
        "2601.90005": "license_of_other_version",
        "2601.90006": "third_party",
    },
}
WITHHELD["commercial"] = {
    **WITHHELD["redistributable"],
    "2601.90002": "license_noncommercial",
    "2601.90007": "license_noncommercial",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that builds under a policy; the stages run once."""
    folder = tmp_path_factory.mktemp("policies")
    lines = []
    for number, (name, (url, versions, version, caption)) in enumerate(PAPERS.items()):
        paper(folder / "papers" / f"{name}v{version}", caption, number)
        record = {"id": name, "title": f"Study {number}", "categories": "cs.LG", "license": url}
        lines.append(json.dumps({**record, "versions": [{"version": f"v{n + 1}"} for n in range(versions)]}))
    (folder / "metadata.jsonl").write_text("\n".join(lines))

    def build(policy: str) -> Path:
        inputs, metadata = [folder / "papers"], folder / "metadata.jsonl"
        return build_in_process(
            inputs, folder / "warehouse", policy, metadata=metadata, license_policy=policy
        )

    yield build
    stop_shared_pools()


def paper(folder: Path, caption: str, number: int) -> None:
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True)
    picture = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(picture)
    for step in range(6):
        corner = (10 + 37 * step * (number + 1) % 200, 10 + 61 * step * (number + 2) % 150)
        draw.rectangle((*corner, corner[0] + 15 + 9 * number, corner[1] + 40), fill=(40 * number, 90, 10))
    picture.save(folder / "fig.png")
    (folder / "main.tex").write_text(
        "\\documentclass{article}\\usepackage{graphicx}\\begin{document}"
        f"\\begin{{figure}}\\includegraphics{{fig}}\\caption{{{caption}}}\\end{{figure}}\\end{{document}}"
    )


@pytest.mark.parametrize("policy", list(WITHHELD))
def test_images_outside_the_policy_go_and_their_rows_stay(built: Any, policy: str) -> None:
    folder = built(policy)
    with duckdb.connect() as db:
        rows = db.execute(
            "SELECT paper_id, image.bytes IS NULL, image_withheld, width, caption, license_source,"
            f" license_statement_version, third_party_license FROM '{folder}/pairs/*/*.parquet' ORDER BY ALL"
        ).fetchall()
    assert [row[0] for row in rows] == list(PAPERS)
    assert {row[0]: row[2] for row in rows if row[1]} == WITHHELD[policy]
    assert all(row[2] is None for row in rows if not row[1])
    assert all(row[3] == 320 and row[4] for row in rows)
    assert [row[5] for row in rows] == [PAPERS[row[0]][0] and "metadata" for row in rows]
    assert rows[4][6] == 3 and rows[6][7] == "CC BY-NC 4.0"


@pytest.mark.parametrize("policy", list(WITHHELD))
def test_manifest_report_catalogue_and_summary_count_them(built: Any, policy: str) -> None:
    folder = built(policy)
    reasons = dict(sorted(Counter(WITHHELD[policy].values()).items()))
    stated: Any = read_manifest(folder)["license_policy"]
    assert stated["withheld_by_reason"] == reasons
    assert (stated["name"], stated["images"]) == (policy, 7 - sum(reasons.values()))
    assert stated["images_withheld"] == sum(reasons.values())
    page = (folder / "report.html").read_text()
    assert f"Licence policy {policy}:" in page
    assert all(f"<code>{reason}</code>" in page for reason in reasons) and page.count(
        "Images withheld"
    ) == bool(reasons)
    summary = release_summary(folder)
    assert (
        ("for private research use" in summary)
        == ("for private research use" in page)
        == (policy == "research")
    )
    assert all(f"{reason} {count}" in summary for reason, count in reasons.items())
    with duckdb.connect(str(folder.parents[1] / "catalog.duckdb"), read_only=True) as db:
        view = db.execute(
            f"SELECT withheld, sum(pairs)::INT, any_value(description) FROM {policy}.license_mix"
            " WHERE withheld IS NOT NULL GROUP BY ALL ORDER BY withheld"
        ).fetchall()
        listed = db.execute(
            "SELECT license_policy, images_withheld FROM main.releases WHERE version = ?", [policy]
        ).fetchone()
    assert {reason: count for reason, count, _ in view} == reasons and all(text for _, _, text in view)
    assert listed == (policy, sum(reasons.values()))


def test_a_withheld_image_is_nowhere_in_the_release(built: Any) -> None:
    folder = built("commercial")
    with duckdb.connect() as db:
        (open_image,), *rest = db.execute(
            f"SELECT image.bytes FROM '{built('research')}/pairs/*/*.parquet' WHERE paper_id = '2601.90003'"
        ).fetchall()
    assert rest == []
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 5 and not any(open_image[:200] in data for data in files)


def test_research_reads_nothing_to_decide(built: Any) -> None:
    tables = ShardTables(Path("/nowhere"), (), lambda stage, shard: pytest.fail("read"))
    assert withheld_images(tables, None, "research") == {}  # type: ignore[arg-type]


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ValidationError, match="license_policy"):
        BuildOptions(license_policy="open")  # type: ignore[arg-type]


def test_cleaning_leaves_what_a_build_made_and_takes_the_rest(built: Any) -> None:
    root = built("research").parents[1]
    built("commercial")
    orphan = stage_output(root, "extract", "f" * 32)
    write_stage(orphan, {}, {})
    before = {path.name for path in root.glob("stages/*/*/*")}
    plan = clean_warehouse(root, CleanParameters(keep_days=0), really=True)
    assert [removal.path for removal in plan.removals] == [orphan.folder] and plan.remarks == ()
    assert {path.name for path in root.glob("stages/*/*/*")} == before - {orphan.key} and len(before) > 8


@pytest.mark.parametrize(
    ("url", "text", "of_metadata", "states"),
    [
        (None, None, None, None),
        (None, "CC BY-NC", None, "record"),  # as PMC's JSON says it
        (None, "TDM", None, "record"),
        (None, "Distributed under the Creative Commons Attribution License.", None, "article"),
        (CC + "by/4.0/", "CC BY", None, "article"),
        (CC + "by/4.0/", None, CC + "by-nc-sa/4.0/", "metadata"),
    ],
)
def test_who_states_the_licence(
    url: str | None, text: str | None, of_metadata: str | None, states: str | None
) -> None:
    header = PaperHeader(
        paper_key="x:1", categories=(), is_retracted=False, license_url=url, license_text=text
    )
    known = ArxivMetadata(None, None, (), None, None, None, 2, of_metadata)
    assert _who_states(header, known) == states
    if of_metadata is None:
        assert _who_states(header, None) == states
