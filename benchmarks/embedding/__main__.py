"""What a vector costs from stored bytes on, against the networks alone, and what the rest is spent on.

    python -m benchmarks.embedding ../shared/pairs [--pictures 400] [--embedder clip]

Runs the stage `embed` over pictures of `pairs-*.parquet` in this one process on one thread, in its own batches, and
notes the processor seconds inside the networks. Once with what the classifier's network saw, as a build has it from
the stage before (one network is left), and once without. Exits 1 where the networks' share is under 0.7, that is
where the stage reaches less than 0.7 of the bare networks' throughput without such knowledge.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.retrieval.known_items import real_pairs
from curation import looks, similarity
from curation.embeddings import onnx
from curation.looks import network
from curation.pictures import open_rgb
from flows.stages.embed import IMAGES_PER_BATCH, Seen, embed_images

AT_LEAST = 0.7


class Timed:
    """A session of ONNX Runtime that notes the processor seconds of its runs."""

    def __init__(self, session: Any, inside: list[float]) -> None:
        self.session, self.inside = session, inside

    def get_outputs(self) -> Any:
        """Return what the session says of its outputs."""
        return self.session.get_outputs()

    def run(self, wanted: Sequence[str] | None, values: dict[str, Any]) -> Any:
        """Run the session."""
        start = time.process_time()
        found = self.session.run(wanted, values)
        self.inside.append(time.process_time() - start)
        return found


@contextmanager
def timed_networks(inside: list[float]) -> Iterator[None]:
    """Have the networks of pictures that are loaded meanwhile note how long they run."""
    opened = onnx.onnx_session, network.onnx_session

    def open_timed(*arguments: Any, **options: Any) -> Timed:
        return Timed(opened[0](*arguments, **options), inside)

    onnx.onnx_session = network.onnx_session = open_timed
    try:
        yield
    finally:
        onnx.onnx_session, network.onnx_session = opened


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--embedder", default="clip")
    arguments = parser.parse_args()
    pairs = real_pairs(arguments.pairs)
    if not pairs:
        print(f"{arguments.pairs} holds no pairs-*.parquet", file=sys.stderr)
        return 2
    places = np.unique(np.linspace(0, len(pairs) - 1, arguments.pictures).round().astype(int))
    images = [pairs[place].image for place in places]
    inside: list[float] = []
    with threadpool_limits(1), timed_networks(inside):
        _embed(images[:IMAGES_PER_BATCH], [None] * IMAGES_PER_BATCH, arguments.embedder)
        graph = looks.SHIPPED / looks.GRAPH
        known = [looks.picture_features(image, graph) for image in images]
        seconds, bare = [], []
        for looked in (known, [None] * len(images)):
            inside.clear()
            start = time.process_time()
            _embed(images, looked, arguments.embedder)
            seconds.append((time.process_time() - start) / len(images))
            bare.append(sum(inside) / len(images))
    for name, spent, least in zip(("as in a build", "nothing known"), seconds, bare, strict=True):
        print(
            f"{name:<14}{1000 * spent:>6.1f} ms a picture, networks {1000 * least:.1f}: "
            f"{least / spent:.2f} of their throughput"
        )
    for name, step in (
        ("decoding", open_rgb),
        ("decoding and thumbnail", lambda image: similarity.thumbnail(open_rgb(image))),
    ):
        start = time.process_time()
        for image in images:
            step(image)
        print(f"{name:<23}{1000 * (time.process_time() - start) / len(images):>6.1f} ms a picture")
    if bare[1] / seconds[1] < AT_LEAST:
        print(f"FALLS SHORT: {bare[1] / seconds[1]:.2f} of the networks' throughput, not {AT_LEAST}")
        return 1
    return 0


def _embed(images: Sequence[bytes], known: Sequence[looks.Look | None], embedder: str) -> None:
    for start in range(0, len(images), IMAGES_PER_BATCH):
        end = start + IMAGES_PER_BATCH
        embed_images(
            (
                (embedder, "cpu"),
                [
                    Seen(str(at), image, look)
                    for at, (image, look) in enumerate(zip(images[start:end], known[start:end], strict=True))
                ],
            )
        )


if __name__ == "__main__":
    sys.exit(main())
