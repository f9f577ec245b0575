"""What a vector costs beside the model that makes it, as the stage `embed` runs it and from encoded pictures.

    python -m benchmarks.embedding ../shared/pairs [--pictures 400] [--embedder clip]

PAIRS holds `pairs-*.parquet`, or is a release. Runs the stage over evenly chosen pictures in this one process on one
thread, in its own batches, and notes the processor seconds inside the model: its networks, and the regression that
makes of what they see what captions speak of. First as in a build: from the small copies stored with the pictures,
figures with what the classifier's network saw in them, which the stage before has left, tables without. Then from the
encoded pictures with nothing known, as a search by picture or an evaluation does. What a small copy and a thumbnail
cost where the picture is made, and what decoding would cost instead, is printed beside. Exits 1 where the stage
reaches less than 0.7 of the bare model's throughput.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from curation import embeddings, looks
from curation.embeddings import onnx
from curation.looks import network
from curation.meaning import MeaningModel
from curation.pictures import open_rgb
from flows.stages.embed import IMAGES_PER_BATCH, Seen, embed_images
from runtime.pictures import pack, thumbnail, unpack

AT_LEAST = 0.7
COLUMNS = ["kind", "image"]


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
def timed_model(inside: list[float]) -> Iterator[None]:
    """Have the networks of pictures that are loaded meanwhile, and the regression, note how long they run."""
    opened = onnx.onnx_session, network.onnx_session
    regress = MeaningModel.image_vectors

    def open_timed(*arguments: Any, **options: Any) -> Timed:
        return Timed(opened[0](*arguments, **options), inside)

    def regress_timed(model: MeaningModel, described: Any) -> Any:
        start = time.process_time()
        found = regress(model, described)
        inside.append(time.process_time() - start)
        return found

    onnx.onnx_session = network.onnx_session = open_timed
    MeaningModel.image_vectors = regress_timed  # type: ignore[method-assign]
    try:
        yield
    finally:
        onnx.onnx_session, network.onnx_session = opened
        MeaningModel.image_vectors = regress  # type: ignore[method-assign]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--embedder", default="clip")
    arguments = parser.parse_args()
    pictures = chosen(arguments.pairs, arguments.pictures)
    if not pictures:
        print(f"{arguments.pairs} holds no pairs with pictures", file=sys.stderr)
        return 2
    inside: list[float] = []
    with threadpool_limits(1), timed_model(inside):
        encoded = [Seen(str(at), image, False, None) for at, (_, image) in enumerate(pictures)]
        stored = list(_stored(pictures, arguments.embedder))
        _embed(encoded[:IMAGES_PER_BATCH], arguments.embedder)
        ratios = [
            _measure(name, part, arguments.embedder, inside)
            for name, part in (
                ("the stage", stored),
                ("  figures", [seen for seen in stored if seen.look is not None]),
                ("  tables", [seen for seen in stored if seen.look is None]),
                ("from encoded pictures", encoded),
            )
            if part
        ]
        _print_parts([image for _, image in pictures])
    if ratios[0] < AT_LEAST:
        print(f"FALLS SHORT: {ratios[0]:.2f} of the bare model's throughput, not {AT_LEAST}")
        return 1
    return 0


def chosen(folder: Path, count: int) -> list[tuple[str, bytes]]:
    """Return kind and encoded picture of evenly chosen pairs."""
    files = sorted(folder.glob("pairs/*/*.parquet")) or sorted(folder.glob("pairs-*.parquet"))
    rows = [
        (row["kind"], row["image"]["bytes"])
        for path in files
        for row in pq.read_table(path, columns=COLUMNS, partitioning=None).to_pylist()
        if row["image"] is not None
    ]
    places = np.unique(np.linspace(0, len(rows) - 1, min(count, len(rows))).round().astype(int))
    return [rows[place] for place in places]


def _stored(pictures: Sequence[tuple[str, bytes]], embedder: str) -> Iterator[Seen]:
    """Yield the pictures as the stages before leave them to the stage `embed`."""
    graph = looks.SHIPPED / looks.GRAPH
    told = embeddings.embedder_network(embedder) is not None
    for at, (kind, image) in enumerate(pictures):
        look = looks.picture_features(image, graph) if told and kind == "figure" else None
        small = embeddings.embeds_small_copies(embedder)
        yield Seen(str(at), pack(open_rgb(image)) if small else image, small, look)


def _measure(name: str, part: Sequence[Seen], embedder: str, inside: list[float]) -> float:
    """Print what the vectors of some pictures cost, and return the share of it that is the model's."""
    inside.clear()
    start = time.process_time()
    _embed(part, embedder)
    spent, bare = (seconds / len(part) for seconds in (time.process_time() - start, sum(inside)))
    times = f"{1000 * spent:>6.1f} ms a picture, the model {1000 * bare:.1f}"
    print(f"{name:<23}{times}: {bare / spent:.2f} of its throughput")
    return bare / spent


def _embed(pictures: Sequence[Seen], embedder: str) -> None:
    for start in range(0, len(pictures), IMAGES_PER_BATCH):
        embed_images(((embedder, "cpu"), pictures[start : start + IMAGES_PER_BATCH]))


def _print_parts(images: Sequence[bytes]) -> None:
    decoded = [open_rgb(image) for image in images]
    packed = [pack(picture) for picture in decoded]
    steps: tuple[tuple[str, Callable[[Any], object], Sequence[Any]], ...] = (
        ("decoding", open_rgb, images),
        ("small copy, packed", pack, decoded),
        ("small copy, unpacked", unpack, packed),
        ("thumbnail", thumbnail, decoded),
    )
    for name, step, items in steps:
        start = time.process_time()
        for item in items:
            step(item)
        print(f"{name:<23}{1000 * (time.process_time() - start) / len(items):>6.1f} ms a picture")
    print(f"{'bytes':<23}{sum(map(len, packed)) / len(packed) / 1000:>6.1f} kB a packed copy")


if __name__ == "__main__":
    sys.exit(main())
