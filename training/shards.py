"""Pairs as WebDataset shards for training: small squares, each epoch's copies distorted in another way."""

import io
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from training.distort import distort

PER_SHARD = 1_000
STORED = 1.125  # side of the stored squares against the model's, which leaves room for random crops

Stored = tuple[bytes, str, int | None]  # a PNG file, its text and its group


@dataclass(frozen=True)
class Example:
    """One picture, RGB of any size, with its text; examples of one group, next to each other, are learnt together."""

    image: Image.Image
    text: str
    group: int | None = None


def write_shards(
    folder: Path, examples: Callable[[], Iterable[Example]], *, side: int, copies: int, seed: int = 0
) -> tuple[str, int]:
    """Write `copies` distorted copies of every example; return webdataset's pattern and the number of copies.

    Every example stands once in each run of shards, so that copies of one picture are far apart. The same
    examples and seed give the same bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stored = round(side * STORED)
    counter, shards = 0, 0
    for block in _blocks(_copies(examples, copies=copies, seed=seed, side=stored), PER_SHARD):
        path = folder / f"{shards:05d}.tar"
        with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
            for image, text, group in block:
                name = f"{counter:08d}" if group is None else f"{counter:08d}-{group:08d}"
                _add(tar, f"{name}.png", image)
                _add(tar, f"{name}.txt", text.encode())
                counter += 1
        shards += 1
    if not shards:
        raise ValueError("there is nothing to train on")
    return f"{folder}/{{00000..{shards - 1:05d}}}.tar", counter


def _copies(
    examples: Callable[[], Iterable[Example]], *, copies: int, seed: int, side: int
) -> Iterator[Stored]:
    for copy in range(copies):
        for number, example in enumerate(examples()):
            rng = np.random.default_rng([seed, copy, number])
            square = distort(example.image, rng).resize((side, side), Image.Resampling.BICUBIC)
            out = io.BytesIO()
            square.save(out, "PNG", compress_level=1)
            yield out.getvalue(), example.text, example.group


def _blocks(items: Iterator[Stored], size: int) -> Iterator[list[Stored]]:
    block: list[Stored] = []
    for item in items:
        block.append(item)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))
