"""The default build uses the CLIP model that comes with the package; torch gives the same release."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest

from curation.calibration.thresholds import read_thresholds, shipped_thresholds
from curation.embeddings.embedder import SHIPPED, embedder_space
from flows.build_options import BuildOptions
from flows.stages.thresholds import duplicate_parameters, leak_parameters

Run = Callable[..., subprocess.CompletedProcess[str]]
LIMIT = 20_000_000  # bytes of a model in the repository


def test_thresholds_and_card_come_with_the_model() -> None:
    space = embedder_space("clip")
    assert BuildOptions().embedder == "clip"
    found = shipped_thresholds(space)
    assert found is not None and found == read_thresholds(SHIPPED / "thresholds.json")
    assert shipped_thresholds("another model") is None
    assert duplicate_parameters(BuildOptions()) == found.for_duplicates()
    assert leak_parameters(BuildOptions()) == found.for_leaks()
    assert duplicate_parameters(BuildOptions(near_duplicate_threshold=0.9)).agreed.similarity == 0.9
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < LIMIT
    assert "**Licence.**" in (SHIPPED / "README.md").read_text()


def test_the_default_build_is_made_with_it(release: Path) -> None:
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["engines"]["embedder"].startswith(embedder_space("clip"))


def vectors(parts: set[Path]) -> dict[str, list[float]]:
    names = sorted(str(part) for part in parts)
    return dict(duckdb.execute("SELECT pair_id, embedding FROM read_parquet(?)", [names]).fetchall())


def test_a_torch_checkpoint_of_the_same_weights_gives_the_same_release(
    scimmir: Run, few_arguments: list[object], few_warehouse: Path, tmp_path: Path
) -> None:
    pytest.importorskip("open_clip")
    warehouse = Path(shutil.copytree(few_warehouse, tmp_path / "warehouse"))
    before = set(warehouse.rglob("embeddings.parquet"))
    done = scimmir(
        *few_arguments, "--warehouse", warehouse, "--embedder", f"open_clip:{SHIPPED}", "--version", "torch"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (onnx,) = (p for p in (warehouse / "releases").glob("*/") if p.name != "torch")
    select = "SELECT pair_id, split, image_sha256, duplicate_group FROM read_parquet(?) ORDER BY pair_id"
    rows, others = (
        duckdb.execute(select, [f"{folder}/pairs/*/*.parquet"]).fetchall()
        for folder in (onnx, onnx.with_name("torch"))
    )
    assert rows == others and len(rows) > 15
    ours, theirs = (vectors(parts) for parts in (before, set(warehouse.rglob("embeddings.parquet")) - before))
    assert set(ours) == set(theirs)
    assert max(np.abs(np.subtract(ours[pair], theirs[pair])).max() for pair in ours) < 2e-5
