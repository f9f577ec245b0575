"""`scimmir calibrate` writes thresholds that a build with the same embedder uses, and no other does."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.calibration.thresholds import read_thresholds
from curation.embeddings.embedder import embedder_space
from flows.build_options import BuildOptions
from flows.stages.thresholds import duplicate_parameters, leak_parameters
from schemas.errors import UserError
from scimmir.jobs.calibrate import calibrate_thresholds

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def calibrated(scimmir: Run, warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("calibrated") / "thresholds.json"
    done = scimmir("calibrate", output, "--warehouse", warehouse, "--pictures", 50)
    assert done.returncode == 0, done.stderr
    assert "50 pictures, 550 copies," in done.stdout and "found of crop_5_percent:" in done.stdout
    return output


def test_the_file_says_what_it_was_made_of(calibrated: Path, release: Path) -> None:
    content = json.loads(calibrated.read_text())
    assert (content["embedder"], content["release"]) == (embedder_space("small"), release.name)
    assert (content["pictures"], content["copies"]) == (50, 550)
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
