"""`scimmir calibrate` writes thresholds that a build with the same embedder uses, and no other does."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from curation.calibration.thresholds import read_thresholds
from curation.embeddings.embedder import embedder_space
from flows.build_options import BuildOptions
from flows.stages.thresholds import duplicate_parameters, leak_parameters
from schemas.errors import UserError
from scimmir.cli import main
from scimmir.jobs import calibrate as job
from scimmir.jobs.calibrate import calibrate_thresholds

PICTURES = 34


@pytest.fixture(scope="module")
def summary(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the file, and what the command prints; it would not take so few pictures."""
    output = tmp_path_factory.mktemp("calibrated") / "thresholds.json"
    words = ["calibrate", str(output), "--warehouse", str(warehouse), "--pictures", "50", "--workers", "1"]

    def fewer(*arguments: Any, pictures: int, **options: Any) -> Any:
        assert pictures == 50
        return calibrate_thresholds(*arguments, pictures=PICTURES, **options)

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as said:
        patch.setattr(job, "calibrate_thresholds", fewer)
        patch.setattr("sys.argv", ["scimmir", *words])
        with pytest.raises(SystemExit) as done:
            main()
    assert not done.value.code
    return output, said.getvalue()


@pytest.fixture(scope="module")
def calibrated(summary: tuple[Path, str]) -> Path:
    return summary[0]


def test_the_command_prints_what_it_found(summary: tuple[Path, str]) -> None:
    assert f"{PICTURES} pictures, {11 * PICTURES} copies," in summary[1]
    assert "found of crop_5_percent:" in summary[1]


def test_the_file_says_what_it_was_made_of(calibrated: Path, release: Path) -> None:
    content = json.loads(calibrated.read_text())
    assert (content["embedder"], content["release"]) == (embedder_space("small"), release.name)
    assert (content["pictures"], content["copies"]) == (PICTURES, 11 * PICTURES)
    assert set(content["curves"]) >= {"all", "fig_result", "table_result"}
    shares = content["recall_by_copy"]["agreed"]
    assert shares["grayscale"] > 0.95 and shares["jpeg_30"] > 0.95


def test_a_build_takes_them(calibrated: Path) -> None:
    options = BuildOptions(thresholds=str(calibrated))
    thresholds = read_thresholds(calibrated)
    assert (
        duplicate_parameters(options) == thresholds.for_duplicates() != duplicate_parameters(BuildOptions())
    )
    assert leak_parameters(options) == thresholds.for_leaks()


def test_another_embedder_or_two_thresholds_are_refused(calibrated: Path, tmp_path: Path) -> None:
    other = json.loads(calibrated.read_text()) | {"embedder": "clip weights=sha256:0 cosine"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    with pytest.raises(UserError, match="run scimmir calibrate with this embedder"):
        duplicate_parameters(BuildOptions(thresholds=str(tmp_path / "other.json")))
    with pytest.raises(UserError, match="not both"):
        duplicate_parameters(BuildOptions(thresholds=str(calibrated), near_duplicate_threshold=0.9))
    with pytest.raises(UserError, match="holds no thresholds"):
        duplicate_parameters(BuildOptions(thresholds=str(tmp_path / "none.json")))


def test_an_embedder_that_cannot_be_had_is_known_before_the_release_is_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.pt does not exist"):
        calibrate_thresholds(
            tmp_path / "release", embedder="open_clip:ViT-B-32/none.pt", output=tmp_path / "thresholds.json"
        )
