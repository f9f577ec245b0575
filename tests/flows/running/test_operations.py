"""A build as those who run it see it: its log as JSON, its metrics, its alert, and its lock."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from prometheus_client.parser import text_string_to_metric_families

from flows.build_options import BuildOptions
from flows.running.metrics import FILE, Meter, metrics_folders
from schemas.errors import UserError
from warehouse.cleaning.clean import clean_warehouse
from warehouse.cleaning.plan import CleanParameters
from warehouse.place import WarehouseError, prepare

HERE = Path(__file__).parents[3]


def samples(path: Path) -> dict[tuple[str, ...], float]:
    """Return the metrics of a file by name and label values."""
    found = {}
    for family in text_string_to_metric_families(path.read_text()):
        for sample in family.samples:
            found[(sample.name.removeprefix("scimmir_build_"), *sample.labels.values())] = sample.value
    return found


def earlier_release(root: Path) -> None:
    """Make a warehouse whose latest release had hardly a reject."""
    prepare(root)
    folder = root / "releases" / "old"
    folder.mkdir()
    counts = {
        "papers": 500,
        "floats_found": 5000,
        "rejects_paper": 0,
        "rejects_by_reason": {"caption_missing": 3},
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "old", "counts": counts}))
    (root / "releases" / "latest").write_text("old\n")


def papers(folder: Path) -> None:
    """Write a paper with a figure, one with a figure whose file is missing, and one that is no LaTeX."""
    for number, body in enumerate(("\\includegraphics{fig}", "\\includegraphics{gone}")):
        place = folder / f"2601.9000{number}"
        place.mkdir(parents=True)
        picture = Image.new("RGB", (300, 200), "white")
        ImageDraw.Draw(picture).ellipse((40, 40, 250, 150), fill="navy")
        picture.save(place / "fig.png")
        (place / "main.tex").write_text(
            "\\documentclass{article}\\usepackage{graphicx}\\begin{document}"
            f"\\begin{{figure}}{body}\\caption{{Response number {number}}}\\end{{figure}}\\end{{document}}"
        )
    (folder / "2601.90009").mkdir()
    (folder / "2601.90009" / "main.tex").write_text(
        "\\input amstex \\documentstyle{amsppt} \\topmatter \\enddocument"
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> dict[str, Any]:
    """Return what one build in JSON printed and left, and whether cleaning was refused meanwhile."""
    folder = tmp_path_factory.mktemp("operations")
    papers(folder / "papers")
    earlier_release(folder / "warehouse")
    (folder / "collector").mkdir()
    command = [sys.executable, "-m", "scimmir", "build", "papers", "-w", "warehouse", "--ocr-engine", "none",
               "--log-format", "json", "--metrics-dir", "collector", "--workers", "2", "--version", "new"]  # fmt: skip
    path = os.pathsep.join([str(HERE), environment.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        command, cwd=folder, env={**environment, "PYTHONPATH": path}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    refused = False
    while process.poll() is None and not refused:
        try:
            clean_warehouse(folder / "warehouse", CleanParameters(), really=False)
        except WarehouseError as error:
            refused = "a build is at work" in str(error)
        time.sleep(0.05)
    out, err = process.communicate(timeout=1500)
    assert process.returncode == 0, out + err
    return {
        "folder": folder,
        "out": out,
        "lines": [json.loads(line) for line in err.splitlines()],
        "refused": refused,
    }


def test_every_line_is_json_and_names_its_run(built: dict[str, Any]) -> None:
    lines = [line for line in built["lines"] if line["logger"].startswith("scimmir")]
    assert len(lines) > 10 and len({line["run"] for line in lines if "run" in line}) == 1
    rejected = [line for line in lines if line["message"].startswith("paper rejected")]
    assert [(line["paper"], line["stage"]) for line in rejected] == [("arxiv:2601.90009", "extract")]
    assert all(line["shard"] for line in rejected)
    done = {line["stage"] for line in lines if " done in " in line["message"]}
    assert done == {"extract", "images", "typeset", "panels", "ocr", "look", "classify", "embed"}


def test_metrics_say_what_came_out(built: dict[str, Any]) -> None:
    found = samples(built["folder"] / "warehouse" / FILE)
    assert found[("success",)] == 1 and found[("papers",)] == 3
    assert found[("floats",)] == found[("pairs",)] + 1 == 2
    assert found[("images",)] == 1
    assert found[("rejects", "image_missing")] == 1 == found[("rejects", "tex_not_latex")]
    assert found[("stage_items", "extract")] == 3
    stages = {key[1] for key in found if key[0] == "stage_seconds"}
    assert {"inventory", "extract", "embed", "papers", "dedupe", "release"} <= stages
    total = sum(value for key, value in found.items() if key[0] == "stage_seconds")
    assert 0 < total <= found[("seconds",)] + 0.1
    assert abs(found[("finished_timestamp_seconds",)] - time.time()) < 600
    assert "new" in next(key for key in found if key[0] == "release_info")
    assert samples(built["folder"] / "collector" / FILE) == found
    assert [p.name for p in (built["folder"] / "collector").iterdir()] == [FILE]


def test_a_jump_of_rejects_is_an_alert(built: dict[str, Any]) -> None:
    alerts = [line for line in built["lines"] if line["message"].startswith("alert: ")]
    assert {line["level"] for line in alerts} == {"WARNING"}
    assert any(
        "rejects for image_missing rose from 0.0 % in release old to" in line["message"] for line in alerts
    )
    assert samples(built["folder"] / "warehouse" / FILE)[("alerts",)] == len(alerts) == 3
    page = (built["folder"] / "warehouse" / "releases" / "new" / "report.html").read_text()
    assert page.count("Alert:</span>") == 3


def test_cleaning_waits_for_the_build(built: dict[str, Any]) -> None:
    assert built["refused"]
    clean_warehouse(built["folder"] / "warehouse", CleanParameters(), really=False)


def test_the_output_says_what_the_release_is_for(built: dict[str, Any]) -> None:
    assert "licence policy research: for private research use" in built["out"]


def test_a_failed_build_leaves_its_metrics(tmp_path: Path) -> None:
    meter = Meter()
    with pytest.raises(RuntimeError), meter.stage("extract"):
        raise RuntimeError
    meter.write([tmp_path], None)
    found = samples(tmp_path / FILE)
    assert found[("success",)] == 0 and ("stage_seconds", "extract") in found and ("papers",) not in found


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="metrics cannot be written to"):
        Meter().write([tmp_path / "gone"], None)
    folders = metrics_folders(tmp_path, BuildOptions(workers=1, metrics_dir=str(tmp_path / "m")))
    assert folders == [tmp_path, tmp_path / "m"]


def test_errors_are_json_too(tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scimmir", "--log-format", "json", "build", str(tmp_path / "gone")],
        env={**environment, "PYTHONPATH": str(HERE)}, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert line["level"] == "ERROR" and line["message"].endswith("gone does not exist")
