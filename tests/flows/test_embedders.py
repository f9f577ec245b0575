"""The default build uses the CLIP model that comes with the package; torch gives the same release."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest

from curation.embed import SHIPPED, embedder_space
from curation.thresholds import read_thresholds, shipped_thresholds
from flows.build_options import BuildOptions
from flows.curate_pairs import duplicate_parameters, leak_parameters

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


def test_a_torch_checkpoint_of_the_same_weights_gives_the_same_release(
    scimmir: Run, sample: Path, tmp_path: Path
) -> None:
    pytest.importorskip("open_clip")
    rows, vectors = {}, {}
    for name in ("clip", f"open_clip:{SHIPPED}"):
        done = scimmir(
            "build", sample / "arxiv", sample / "pmc", "--warehouse", tmp_path, "--embedder", name,
            "--ocr-engine", "none", "--version", name.partition(":")[0], "--decontaminate", sample / "benchmark-images",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        folder = tmp_path / "releases" / name.partition(":")[0]
        select = "SELECT pair_id, split, image_sha256, duplicate_group FROM read_parquet(?) ORDER BY pair_id"
        rows[name] = duckdb.execute(select, [f"{folder}/pairs/*/*.parquet"]).fetchall()
        keys = set(vectors)
        for part in sorted((tmp_path / "stages" / "embed").rglob("embeddings.parquet")):
            if part not in {key for key, _ in keys}:
                table = duckdb.execute(
                    "SELECT pair_id, embedding FROM read_parquet(?)", [str(part)]
                ).fetchall()
                vectors[part, name] = dict(table)
    onnx, torch = rows.values()
    assert onnx == torch and len(onnx) > 60
    ours, theirs = (
        {
            pair: vector
            for (_, made_by), part in vectors.items()
            if made_by == name
            for pair, vector in part.items()
        }
        for name in rows
    )
    assert set(ours) == set(theirs)
    assert max(np.abs(np.subtract(ours[pair], theirs[pair])).max() for pair in ours) < 2e-5
