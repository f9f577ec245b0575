"""The default build uses the models that come with the package; torch gives the same vectors."""

import json
from pathlib import Path

import numpy as np
import pytest

from curation.calibration.thresholds import read_thresholds, shipped_thresholds
from curation.embeddings.embedder import SHIPPED, SMALL, copies_embedder, embedder_space, load_embedder
from flows.build_options import BuildOptions
from flows.stages.thresholds import duplicate_parameters, leak_parameters
from samples.invented import invent

LIMIT = 40_000_000  # bytes of the models in the repository


def test_thresholds_and_card_come_with_the_model() -> None:
    assert BuildOptions().embedder == "clip" and copies_embedder("clip") == "small"
    found = shipped_thresholds(embedder_space("small"))
    assert found is not None and found == read_thresholds(SMALL / "thresholds.json")
    assert shipped_thresholds("another model") is None
    assert duplicate_parameters(BuildOptions()) == found.for_duplicates()
    assert leak_parameters(BuildOptions()) == found.for_leaks()
    assert duplicate_parameters(BuildOptions(near_duplicate_threshold=0.9)).agreed.similarity == 0.9
    assert sum(path.stat().st_size for folder in (SHIPPED, SMALL) for path in folder.iterdir()) < LIMIT
    for folder in (SHIPPED, SMALL):
        assert "**Licence.**" in (folder / "README.md").read_text()


def test_the_default_build_is_made_with_it(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["engines"]["embedder"].startswith(embedder_space("clip"))


@pytest.mark.torch
def test_a_torch_checkpoint_of_the_small_model_gives_the_same_vectors_in_the_same_space() -> None:
    pytest.importorskip("open_clip")
    pictures = [invent(number).image for number in range(12)]
    ours, theirs = (load_embedder(f"{name}:{SMALL}") for name in ("onnx", "open_clip"))
    assert np.abs(ours.embed(pictures) - theirs.embed(pictures)).max() < 2e-5
    small = load_embedder("small")  # sees small copies, which takes less time
    assert small.space == theirs.space and small.identity != ours.identity
    assert (small.embed(pictures) * theirs.embed(pictures)).sum(1).min() > 0.97
    assert ours.space == theirs.space and shipped_thresholds(ours.space) == read_thresholds(
        SMALL / "thresholds.json"
    )
