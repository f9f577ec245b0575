"""Toy sources of training pairs, and toy tasks in clip_benchmark's layout, each picture from its number alone."""

import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from samples.invented import invent

SIDE = 144  # pixels of stored squares
SHAPES = ("circle", "square", "triangle", "star", "ring", "cross")
COLOURS = {
    "red": "#c8281e", "green": "#2e8b3d", "blue": "#2850c8", "yellow": "#e6c619", "purple": "#7d3cb4",
    "orange": "#e67e19", "black": "#141414", "pink": "#e68cb4",
}  # fmt: skip
GROUNDS = {"white": "#fafafa", "grey": "#b4b4b4", "brown": "#8c643c", "light blue": "#bedcf0"}
TEMPLATES = ("a {c}", "a picture of a {c}", "a large {c}", "a small {c}")

Pair = tuple[Image.Image, str]
Files = list[tuple[str, bytes]]


def shape(number: int) -> tuple[Image.Image, str, int]:
    """Return a coloured shape on a ground, what a web page would call it, and its place in SHAPES."""
    rng = np.random.default_rng([23, number])
    kind = int(rng.integers(len(SHAPES)))
    ground = list(GROUNDS)[int(rng.integers(len(GROUNDS)))]
    colour = list(COLOURS)[int(rng.integers(len(COLOURS)))]
    picture = Image.new("RGB", (SIDE, SIDE), GROUNDS[ground])
    half = float(rng.uniform(18, 54))
    x, y = (float(rng.uniform(half + 4, SIDE - half - 4)) for _ in range(2))
    _draw(ImageDraw.Draw(picture), SHAPES[kind], (x, y), half, COLOURS[colour])
    size = "large" if half > 36 else "small"
    words = [f"a {size} {colour} {SHAPES[kind]}", f"{colour} {SHAPES[kind]}", f"a {SHAPES[kind]}, {colour}"]
    caption = words[int(rng.integers(len(words)))]
    return picture, f"{caption} on {ground}" if rng.random() < 0.5 else caption, kind


def _draw(pen: ImageDraw.ImageDraw, kind: str, centre: tuple[float, float], half: float, colour: str) -> None:
    x, y = centre
    box = (x - half, y - half, x + half, y + half)
    if kind == "circle":
        pen.ellipse(box, fill=colour)
    elif kind == "ring":
        pen.ellipse(box, outline=colour, width=max(3, int(half / 4)))
    elif kind == "square":
        pen.rectangle(box, fill=colour)
    elif kind == "cross":
        pen.line((x - half, y, x + half, y), fill=colour, width=max(4, int(half / 2)))
        pen.line((x, y - half, x, y + half), fill=colour, width=max(4, int(half / 2)))
    else:
        corners, depth = (3, 1.0) if kind == "triangle" else (10, 0.4)
        angles = np.arange(corners) * 2 * np.pi / corners - np.pi / 2
        reach = [half * (depth if i % 2 and kind == "star" else 1.0) for i in range(corners)]
        pen.polygon(
            [
                (x + r * float(np.cos(a)), y + r * float(np.sin(a)))
                for a, r in zip(angles, reach, strict=True)
            ],
            fill=colour,
        )


def shapes(first: int, count: int) -> Iterator[Pair]:
    """Yield shapes with their captions."""
    for number in range(first, first + count):
        picture, caption, _ = shape(number)
        yield picture, caption


def figures(first: int, count: int, *, plots: bool = True) -> Iterator[Pair]:
    """Yield `count` invented figures and tables with their captions; without plots where those are not wanted."""
    number, found = first, 0
    while found < count:
        one = invent(number, width=320)
        number += 1
        # The plots of `samples.invented`, and nothing else there, are of this class.
        if plots or one.subcategory != "fig_result":
            found += 1
            yield one.image, one.caption


def write_source(folder: Path, pairs: Iterator[Pair], *, per_shard: int = 1000) -> None:
    """Write pairs as a folder of WebDataset shards."""
    folder.mkdir(parents=True)
    block: Files = []
    number = 0
    for number, (picture, text) in enumerate(pairs, start=1):
        block += [(f"{number:06d}.png", _png(picture)), (f"{number:06d}.txt", text.encode())]
        if number % per_shard == 0:
            _tar(folder / f"{number // per_shard - 1:05d}.tar", block)
            block = []
    if block:
        _tar(folder / f"{number // per_shard:05d}.tar", block)


def write_tasks(folder: Path, count: int) -> list[Path]:
    """Write two tasks of `count` pictures that no source has: which shape is it, and which figure is it."""
    first = 50_000_000

    def classified() -> Iterator[tuple[Image.Image, str, bytes]]:
        for number in range(first, first + count):
            picture, _, kind = shape(number)
            yield picture, "cls", str(kind).encode()

    def retrieved() -> Iterator[tuple[Image.Image, str, bytes]]:
        for picture, text in figures(first, count):
            # One caption a line is how the layout has several captions of a picture.
            yield picture, "txt", " ".join(text.split()).encode()

    _task(folder / "shapes", classified)
    (folder / "shapes" / "classnames.txt").write_text("\n".join(SHAPES) + "\n")
    (folder / "shapes" / "zeroshot_classification_templates.txt").write_text("\n".join(TEMPLATES) + "\n")
    _task(folder / "figures", retrieved)
    (folder / "figures" / "dataset_type.txt").write_text("retrieval\n")
    return [folder / "shapes", folder / "figures"]


def _task(folder: Path, samples: Callable[[], Iterator[tuple[Image.Image, str, bytes]]]) -> None:
    (folder / "test").mkdir(parents=True)
    files: Files = []
    for number, (picture, suffix, content) in enumerate(samples()):
        files += [(f"s{number:07d}.png", _png(picture)), (f"s{number:07d}.{suffix}", content)]
    _tar(folder / "test" / "0.tar", files)
    (folder / "test" / "nshards.txt").write_text("1\n")


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _tar(path: Path, files: Files) -> None:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
