"""A reject reason that jumps gives an alert; noise, small rises and falls do not."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_release import write_release

from warehouse.releases.alerts import ALL, JumpParameters, jumps, latest_manifest
from warehouse.report.page import write_report


def manifest(
    papers: int, reasons: dict[str, int], *, floats: int = 0, version: str = "old"
) -> dict[str, Any]:
    counts = {
        "papers": papers, "floats_found": floats or 10 * papers, "rejects_paper": 0, "rejects_by_reason": reasons,
    }  # fmt: skip
    return {"version": version, "counts": counts}


def test_a_tool_that_is_missing() -> None:
    before = manifest(1000, {"image_missing": 400})
    now = manifest(1200, {"image_missing": 500, "ghostscript_missing": 1800})
    found = jumps(before, now)
    assert [jump.reason for jump in found] == [ALL, "ghostscript_missing"]
    assert found[1].sentence == (
        "rejects for ghostscript_missing rose from 0.0 % in release old to 15.0 % (1,800 of them)"
    )


@pytest.mark.parametrize(
    ("before", "now", "alert"),
    [
        ((1000, 100), (1000, 100), False),
        ((1000, 100), (1000, 280), False),  # from 1 to 2.8 %: less than two points
        ((1000, 100), (1000, 320), True),
        ((1000, 3000), (1000, 4000), False),  # from 30 to 40 %: less than half as much again
        ((1000, 3000), (1000, 4600), True),
        ((20, 2), (20, 20), False),  # from 1 to 10 %, of twenty papers: may be two of them
        ((200, 20), (200, 200), True),
        ((1000, 1000), (1000, 0), False),
    ],
)
def test_when(before: tuple[int, int], now: tuple[int, int], alert: bool) -> None:
    found = jumps(manifest(before[0], {"x": before[1]}), manifest(now[0], {"x": now[1]}))
    assert [jump.reason for jump in found if jump.reason != ALL] == (["x"] if alert else [])


@pytest.mark.parametrize("earlier", [{}, {"counts": {}}, {"counts": {"papers": 3}}, manifest(0, {})])
def test_a_manifest_without_counts_gives_none(earlier: dict[str, Any]) -> None:
    assert jumps(earlier, manifest(100, {"x": 900})) == ()


reasons = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(1, 300))


@given(st.integers(30, 5000), st.integers(30, 5000), reasons, reasons)
@example(30, 30, {}, {"a": 1, "b": 300, "c": 300})  # more rejects than floats
def test_alerts_are_rises_and_none_is_symmetric(
    papers: int, later: int, before: dict[str, int], now: dict[str, int]
) -> None:
    forth = {jump.reason for jump in jumps(manifest(papers, before), manifest(later, now))}
    back = {jump.reason for jump in jumps(manifest(later, now), manifest(papers, before))}
    assert forth & back == set()
    strict = JumpParameters(deviations=30)
    assert {j.reason for j in jumps(manifest(papers, before), manifest(later, now), strict)} <= forth


def test_the_report_shows_it(tmp_path: Path) -> None:
    folder = write_release(tmp_path)
    assert latest_manifest(tmp_path / "nowhere") is None
    own = latest_manifest(tmp_path)
    assert own is not None and own["version"] == folder.name
    path = folder / "manifest.json"
    path.write_text(
        path.read_text().replace('"counts": {', '"counts": {"rejects_by_reason": {"image_missing": 9},')
    )
    page = write_report(folder, earlier=manifest(900, {"image_missing": 1})).read_text()
    assert "Alert:</span> rejects for image_missing rose from 0.0 % in release old to" in page
    assert "Alert:" not in write_report(folder).read_text()
