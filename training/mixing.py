"""Samples of several folders of WebDataset shards in one, each source with its share, drawn without favour."""

import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from schemas.errors import UserError
from training.shards import PER_SHARD

IMAGES = ("jpg", "jpeg", "png", "webp")

Bytes = tuple[int, int]  # where a file begins in its tar, and its length


@dataclass(frozen=True)
class Source:
    """A folder of shards and its weight against the others; by default as many parts as it has samples."""

    folder: Path
    weight: float | None = None


@dataclass(frozen=True)
class Drawn:
    """What a source gave: how many samples it has, how many of them were drawn, the most often drawn one's count."""

    folder: Path
    samples: int
    drawn: int
    most: int


@dataclass(frozen=True)
class _Sample:
    tar: Path
    suffix: str
    image: Bytes
    text: Bytes


def write_mixed(
    folder: Path, sources: Sequence[Source], *, count: int, seed: int = 0
) -> tuple[str, list[Drawn]]:
    """Write `count` samples of some sources as shards in one random order; return their pattern and the draws.

    A source gives its share of the samples to the nearest one. Its own are all drawn before one is drawn again, each
    time in another order. Files are copied as they are; the same sources and seed give the same bytes.

    Args:
        folder: where to; it must be empty or not there.
        sources: the folders of shards; weights of all or of none.
        count: samples to write.
        seed: decides order and choice.

    Raises:
        UserError: a folder holds no picture with a text, or a weight is not above zero.
    """
    known = [_samples(source.folder) for source in sources]
    counts = _shares(_weights(sources, [len(found) for found in known]), count)
    rng = np.random.default_rng([seed, 23])
    chosen: list[_Sample] = []
    draws = []
    for source, found, wanted in zip(sources, known, counts, strict=True):
        places = _passes(len(found), wanted, rng)
        chosen += [found[place] for place in places]
        most = int(np.bincount(places).max()) if wanted else 0
        draws.append(Drawn(source.folder, len(found), wanted, most))
    folder.mkdir(parents=True, exist_ok=True)
    order = rng.permutation(len(chosen))
    shards = range(0, len(order), PER_SHARD)
    for number, start in enumerate(shards):
        _write(folder / f"{number:05d}.tar", [chosen[i] for i in order[start : start + PER_SHARD]], start)
    return f"{folder}/{{00000..{len(shards) - 1:05d}}}.tar", draws


def weighted(folders: Sequence[Path], weights: str | None) -> list[Source]:
    """Return folders of shards with weights as a user states them, separated by commas.

    Raises:
        UserError: there are not as many, or one is no number.
    """
    if weights is None:
        return [Source(folder) for folder in folders]
    stated = weights.split(",")
    if len(stated) != len(folders):
        raise UserError(f"{len(folders)} folders of shards and {len(stated)} weights: give one for each")
    try:
        return [Source(folder, float(weight)) for folder, weight in zip(folders, stated, strict=True)]
    except ValueError as error:
        raise UserError(f"--weights {weights}: give numbers, such as 3,1") from error


def count_samples(folder: Path) -> int:
    """Return how many pictures with a text a folder's shards hold. Raises UserError where there are none."""
    return len(_samples(folder))


def _samples(folder: Path) -> list[_Sample]:
    tars = sorted(folder.rglob("*.tar"))
    if not tars:
        raise UserError(f"{folder} holds no .tar file; scimmir export writes such a folder")
    found = [sample for path in tars for sample in _of_tar(path)]
    if not found:
        raise UserError(f"the shards in {folder} hold no .txt file beside their pictures")
    return found


def _of_tar(path: Path) -> Iterator[_Sample]:
    """Yield a tar's samples: files of one name up to the first dot, as webdataset takes them together."""
    parts: dict[str, dict[str, Bytes]] = {}
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                stem, _, name = member.name.rpartition("/")[2].partition(".")
                key = f"{member.name.rpartition('/')[0]}/{stem}"
                if member.isfile():
                    parts.setdefault(key, {})[name.lower()] = (member.offset_data, member.size)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UserError(f"{path} cannot be read: {error}") from error
    for files in parts.values():
        suffix = next((suffix for suffix in IMAGES if suffix in files), None)
        if suffix is not None and "txt" in files:
            yield _Sample(path, suffix, files[suffix], files["txt"])


def _weights(sources: Sequence[Source], sizes: Sequence[int]) -> list[float]:
    stated = [source.weight for source in sources if source.weight is not None]
    if not stated:
        return [float(size) for size in sizes]
    if len(stated) != len(sources):
        raise UserError("give a weight for each folder of shards, or for none")
    if min(stated) <= 0:
        raise UserError("the weight of a folder of shards must be above zero: leave the folder out")
    return stated


def _shares(weights: Sequence[float], count: int) -> list[int]:
    """Return whole numbers in proportion to weights that add up to `count`; the largest remainders get one more."""
    exact = np.asarray(weights) / sum(weights) * count
    whole = np.floor(exact).astype(np.int64)
    first = np.argsort(whole - exact, kind="stable")[: count - int(whole.sum())]
    whole[first] += 1
    return [int(value) for value in whole]


def _passes(size: int, wanted: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return places of `wanted` samples among `size`: all of them in random order, then all again, and so on."""
    orders = [rng.permutation(size) for _ in range(-(-wanted // size))]
    return np.concatenate([np.empty(0, np.int64), *orders])[:wanted]


def _write(path: Path, samples: Sequence[_Sample], first: int) -> None:
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for number, sample in enumerate(samples, start=first):
            with sample.tar.open("rb") as source:
                for suffix, (begin, length) in ((sample.suffix, sample.image), ("txt", sample.text)):
                    member = tarfile.TarInfo(f"{number:09d}.{suffix}")
                    member.size = length
                    source.seek(begin)
                    tar.addfile(member, source)
