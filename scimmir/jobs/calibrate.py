"""Calibrates the thresholds of an embedder on the pairs of a release: copies against look-alikes."""

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from PIL import Image

from curation import calibration, embeddings, similarity
from curation.calibration import Thresholds, write_thresholds
from curation.duplicates import DedupeParameters
from curation.similarity import word_agreement, words_of
from extractors import images
from flows.stages.decontaminate import make_image
from runtime.attempt import PoolParameters, attempt, shared_pool, stop_shared_pools
from runtime.devices import Device
from runtime.progress import progress
from schemas.annotations import ImageRow
from schemas.errors import UserError

NEIGHBOURS = 5  # look-alikes of each picture, besides those of its own paper
COLUMNS = ["pair_id", "parent_id", "paper_key", "subcategory", "caption", "image"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Picture:
    """One pair of the release, as far as calibration looks at it."""

    pair_id: str
    parent_id: str | None
    paper_key: str
    subcategory: str
    caption: str
    image: bytes

    def shows(self, other: "Picture") -> bool:
        """Tell whether one is a panel of the other."""
        return self.parent_id == other.pair_id or other.parent_id == self.pair_id


@dataclass(frozen=True)
class Calibration:
    """The thresholds, and all that is to be known about them."""

    thresholds: Thresholds
    about: dict[str, object]


def calibrate_thresholds(
    release: Path,
    *,
    embedder: str,
    output: Path,
    pictures: int = 600,
    workers: int = 2,
    device: Device = "cpu",
    parameters: calibration.CalibrateParameters | None = None,
) -> Calibration:
    """Write thresholds for an embedder and return them.

    Args:
        release: folder of a release; its pairs are originals and look-alikes.
        embedder: name as in `curation.embeddings.embedder.EMBEDDERS`; of one that has a part to find copies by, that
            part is calibrated.
        output: file that `scimmir build --thresholds` reads.
        pictures: how many of the pairs are copied, spread evenly over the release.
        workers: processes at work at once.
        device: where the embedder runs.
        parameters: targets.

    Raises:
        UserError: the release has too few pairs, or the embedder cannot be had.
    """
    p = parameters or calibration.CalibrateParameters()
    # First of all: an embedder that cannot be had is known at once.
    embedder = embeddings.copies_embedder(embedder)
    space = embeddings.embedder_space(embedder)
    originals = _spread(_read(release), pictures)
    pool = PoolParameters(workers=workers, memory_bytes=None)
    try:
        rows = _normal(originals, pool)
    finally:
        stop_shared_pools()
    kept = [(picture, made) for picture, made in zip(originals, rows, strict=True) if made]
    vectors = _embedded([row for _, made in kept for row in made.values()], embedder, device)
    positives, negatives = _samples(kept, vectors)
    try:
        thresholds = calibration.calibrate(space, positives, negatives, p)
    except ValueError as error:
        raise UserError(f"{release} cannot calibrate: {error}") from error
    about: dict[str, object] = {
        "calibration": calibration.CALIBRATION_VERSION,
        "copies_version": calibration.COPIES_VERSION,
        "release": release.name,
        "pictures": len(kept),
        "copies": len(positives.similarity),
        "look_alikes": len(negatives.similarity),
        "targets": {"precision": p.precision, "strict": p.strict, "leak": p.leak, "recall": p.recall},
        "recall_by_copy": {
            name: calibration.recall_by_origin(positives, level)
            for name, level in sorted(thresholds.duplicates.items())
        },
        "curves": calibration.curves(positives, negatives, p),
    }
    write_thresholds(output, thresholds, about)
    return Calibration(thresholds, about)


def calibration_summary(found: Calibration) -> str:
    """Return what was found, for people: levels, and which share of each way of copying the lowest one finds."""
    about, levels = found.about, found.thresholds.duplicates
    lines = [
        f"{about['pictures']} pictures, {about['copies']} copies, {about['look_alikes']} look-alikes",
        *(f"{name}: cosine {lv.similarity:.4f}, difference {lv.difference}" for name, lv in levels.items()),
    ]
    shares = about["recall_by_copy"]
    assert isinstance(shares, dict)
    lines += [f"found of {name}: {share:.1%}" for name, share in shares["agreed"].items()]
    return "\n".join(lines)


def _read(release: Path) -> list[Picture]:
    found = []
    for part in sorted((release / "pairs").rglob("*.parquet")):
        for row in pq.ParquetFile(part).read(columns=COLUMNS).to_pylist():
            if row["image"] is not None:  # a licence policy may leave it out
                found.append(Picture(**{**row, "image": row["image"]["bytes"]}))
    if len(found) < 50:
        raise UserError(f"{release} has {len(found)} images; at least 50 are needed to calibrate with")
    return sorted(found, key=lambda picture: picture.pair_id)


def _spread(found: Sequence[Picture], count: int) -> list[Picture]:
    if len(found) <= count:
        return list(found)
    return [found[round(place)] for place in np.linspace(0, len(found) - 1, count)]


def _normal(originals: Sequence[Picture], pool: PoolParameters) -> list[dict[str, ImageRow]]:
    """Return each picture and its copies as the build stores images, by the way of copying; "" is itself."""
    jobs = [(picture.image, images.ImageParameters()) for picture in originals]
    made: dict[int, dict[str, ImageRow]] = {}
    with progress("copies", len(jobs), "pictures") as advance:
        for outcome in attempt(make_copies, list(enumerate(jobs)), pool=shared_pool(pool), timeout_s=120):
            made[outcome.item[0]] = outcome.value or {}
            advance(1)
    return [made[number] for number in range(len(jobs))]


def _embedded(rows: Sequence[ImageRow], embedder: str, device: Device) -> Floats:
    loaded = embeddings.load_embedder(embedder, device)
    vectors = [loaded.embed([row.image for row in rows[i : i + 32]]) for i in range(0, len(rows), 32)]
    return np.concatenate(vectors)


def _samples(
    kept: Sequence[tuple[Picture, dict[str, ImageRow]]], vectors: Floats
) -> tuple[calibration.Sample, calibration.Sample]:
    """Return copies against their originals, and originals against their look-alikes."""
    starts = np.cumsum([0, *(len(made) for _, made in kept)])[:-1]
    firsts = vectors[starts].astype(np.float64)
    thumbnails = [similarity.thumbnail(made[""].image) for _, made in kept]
    positive = _Rows()
    for number, (picture, made) in enumerate(kept):
        for offset, (name, row) in enumerate(made.items()):
            if name:
                cosine = float(firsts[number] @ vectors[starts[number] + offset].astype(np.float64))
                copy = similarity.thumbnail(row.image)
                difference = similarity.remaining_difference(thumbnails[number], copy)
                positive.add(cosine, difference, picture.subcategory, name, True)
    return positive.sample(), _look_alikes(kept, firsts, thumbnails).sample()


def _look_alikes(
    kept: Sequence[tuple[Picture, dict[str, ImageRow]]],
    firsts: npt.NDArray[np.float64],
    thumbnails: Sequence[similarity.Thumbnail],
) -> "_Rows":
    similar = firsts @ firsts.T
    words = [words_of(picture.caption) for picture, _ in kept]
    papers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (picture, _) in enumerate(kept):
        papers[picture.paper_key, picture.subcategory].append(number)
    rows, seen = _Rows(), set[tuple[int, int]]()
    for number, (picture, made) in enumerate(kept):
        near = np.argsort(-similar[number], kind="stable")[: NEIGHBOURS + 1].tolist()
        for other in dict.fromkeys([*papers[picture.paper_key, picture.subcategory], *near]):
            pair = (min(number, other), max(number, other))
            same_pixels = made[""].pixel_sha256 == kept[other][1][""].pixel_sha256
            if other == number or pair in seen or same_pixels or picture.shows(kept[other][0]):
                continue
            seen.add(pair)
            origin = "same_paper" if kept[other][0].paper_key == picture.paper_key else "other_paper"
            difference = similarity.remaining_difference(thumbnails[number], thumbnails[other])
            agree = word_agreement(words[number], words[other]) >= DedupeParameters().caption_agreement
            rows.add(float(similar[number, other]), difference, picture.subcategory, origin, agree)
    return rows


class _Rows:
    """Compared pairs, row by row."""

    def __init__(self) -> None:
        self.rows: list[tuple[float, float, str, str, bool]] = []

    def add(self, similarity: float, difference: float, group: str, origin: str, agreeing: bool) -> None:
        self.rows.append((similarity, difference, group, origin, agreeing))

    def sample(self) -> calibration.Sample:
        columns = list(zip(*self.rows, strict=True)) or [(), (), (), (), ()]
        return calibration.Sample(
            np.array(columns[0], np.float64),
            np.array(columns[1], np.float64),
            np.array(columns[2], np.str_),
            np.array(columns[3], np.str_),
            np.array(columns[4], np.bool_),
        )


def make_copies(job: tuple[int, tuple[bytes, images.ImageParameters]]) -> dict[str, ImageRow]:
    """Return a picture (under "") and its copies by the way of copying, each in the form that images have.

    This runs in a worker.
    """
    _, (data, parameters) = job
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    made = {}
    for name, copy in {"": picture, **calibration.copies_of(picture)}.items():
        out = io.BytesIO()
        copy.save(out, "PNG", compress_level=1)
        made[name] = make_image(("copy.png", out.getvalue(), parameters))
    return made
