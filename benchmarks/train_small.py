"""How much a few minutes of `scimmir train` on the sample improve retrieval over random weights.

    python -m benchmarks.train_small [--epochs 6] [--copies 2]

Builds the sample without OCR, trains the small model on its train split and on 440 figures of the sample's generator
on the CPU, and ranks pairs that it never saw, before and after: those of the test and validation splits and 300 more
of the generator's, enough for a steady rank. Three seeds, of which each must hold.
Exits 1 unless the mean reciprocal rank grows by at least `FACTOR` in both directions with every seed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from curation.embeddings import load_embedder
from evaluation.ranking import metrics, rank
from samples.make_sample import make_sample
from samples.write_training_shards import invented
from training.export import export_model
from training.job import Material, train_model
from training.mixing import Source
from training.models import architecture
from training.pairs import Stored, mixed, released
from training.shards import write_shards
from training.small_clip import NAME, SIDE
from training.train import TrainParameters

FACTOR = 2.0
SEEDS = (0, 1, 2)
LEARNT, HELD_OUT = 440, 300  # invented figures
FIRST = 60_000_000  # number of the first; the shipped model learnt others


def built(folder: Path) -> Path:
    """Return a release of the sample."""
    make_sample(folder / "papers")
    inputs = [str(folder / "papers" / name) for name in ("arxiv", "pmc")]
    command = [
        sys.executable,
        "-m",
        "scimmir",
        "build",
        *inputs,
        "--ocr-engine",
        "none",
        "--version",
        "sample",
    ]
    subprocess.run([*command, "--warehouse", str(folder / "warehouse")], check=True, capture_output=True)
    return folder / "warehouse" / "releases" / "sample"


def untrained(folder: Path, seed: int) -> Path:
    """Return the folder of a model with random weights."""
    import open_clip
    import torch

    found = architecture(NAME, folder)
    torch.manual_seed(seed)
    known = {"embed_dim", "vision_cfg", "text_cfg"}
    model = open_clip.model.CLIP(**{key: value for key, value in found.config.items() if key in known})
    torch.save({"state_dict": model.state_dict()}, folder / "random.pt")
    export_model(folder / "random.pt", dict(found.config), found.preprocess(), folder / "random")
    return folder / "random"


def reciprocal_ranks(model: Path, pairs: list[Stored]) -> np.ndarray:
    """Return the mean reciprocal rank from image to text and from text to image."""
    embedder = load_embedder(f"onnx:{model}")
    assert embedder.embed_texts is not None
    images = embedder.embed([image for image, _ in pairs])
    texts = embedder.embed_texts([text for _, text in pairs])
    gold = np.arange(len(pairs))
    return np.array([metrics(rank(*both, gold).ranks).mrr for both in ((images, texts), (texts, images))])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--copies", type=int, default=2)
    arguments = parser.parse_args()
    before, after, seconds = [], [], 0.0
    with tempfile.TemporaryDirectory() as temporary:
        release = built(Path(temporary))
        held_out = released(release, ("test", "validation")) + invented(FIRST, HELD_OUT)
        learnt = released(release) + invented(FIRST + HELD_OUT, LEARNT)
        for seed in SEEDS:
            work = Path(temporary) / f"seed-{seed}"
            work.mkdir()
            before.append(reciprocal_ranks(untrained(work, seed), held_out))
            start = time.perf_counter()
            write_shards(work / "shards", mixed(learnt, seed), side=SIDE, copies=arguments.copies, seed=seed)
            train_model(
                work / "model",
                Material(shards=[Source(work / "shards")]),
                model=NAME,
                work=work / "work",
                parameters=TrainParameters(epochs=arguments.epochs, batch_size=64, seed=seed),
            )
            seconds += time.perf_counter() - start
            after.append(reciprocal_ranks(work / "model", held_out))
    print(
        f"{len(learnt)} pairs learnt, {len(held_out)} held out, {seconds / len(SEEDS):.0f} s of training each"
    )
    growth = np.array(after) / np.array(before)
    for place, name in enumerate(("image to text", "text to image")):
        low, high = np.mean(before, axis=0)[place], np.mean(after, axis=0)[place]
        each = ", ".join(f"{value:.2f}" for value in growth[:, place])
        print(f"{name}: mean reciprocal rank {low:.3f} with random weights, {high:.3f} trained; {each} times")
    sys.exit(bool((growth < FACTOR).any()))


if __name__ == "__main__":
    main()
