"""The gallery as it answers: regressions on how near a figure is to its pictures, in few directions."""

import functools
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.classes.errors import ClassModelError
from curation.classes.model import CLIP_SPREADS, EARLY, LATE, PICTURE, TEXTURE
from curation.looks import Look
from runtime.arrays import write_arrays

GALLERY_FILE = "gallery.npz"
FORMAT = 1

# What each opinion hears, and how loud; and in how many directions an input is kept.
OPINIONS: Mapping[str, Mapping[str, float]] = {
    "picture": {PICTURE: 1.0},
    "together": {LATE: 1.0, EARLY: 0.7},
    "texture": {TEXTURE: 1.0},
}
DIRECTIONS: Mapping[str, int] = {PICTURE: 192, LATE: 96, EARLY: 96, TEXTURE: 62}

Array = npt.NDArray[np.float32]


def seen_in(look: Look) -> dict[str, Array]:
    """Return what was seen in a picture as inputs by name."""
    early, late = np.split(look.together, 2)
    return {PICTURE: look.features, EARLY: early, LATE: late, TEXTURE: look.texture}


@dataclass(frozen=True, eq=False)
class Seen:
    """One input of the pictures: `rows` of shape (pictures, k) in eight bits, in units of `step`.

    `mean` and `spread`, shape (d,), standardize it, `axes`, shape (d, k), and `middle`, shape (k,), take it to the
    directions in which the pictures differ most, and `scale` is the squared distance at which nearness is 1/e.
    """

    mean: Array
    spread: Array
    axes: Array
    middle: Array
    rows: npt.NDArray[np.int8]
    step: Array
    scale: Array

    def places(self, values: Array) -> Array:
        """Return inputs of shape (n, d) as places among the pictures, shape (n, k)."""
        standard = np.clip((values - self.mean) / self.spread, -CLIP_SPREADS, CLIP_SPREADS) / np.float32(
            len(self.mean) ** 0.5
        )
        return np.asarray(standard @ self.axes - self.middle, np.float32)

    def near(self, values: Array) -> Array:
        """Return how near inputs are to the pictures, 0 to 1, of shape (n, pictures)."""
        places = self.places(values)
        apart = (places**2).sum(1)[:, None] + self._squares[None] - 2.0 * places @ self._pictures.T
        return np.asarray(np.exp(-np.maximum(apart, 0.0) / self.scale), np.float32)

    @functools.cached_property
    def _pictures(self) -> Array:
        return self.rows.astype(np.float32) * self.step

    @functools.cached_property
    def _squares(self) -> Array:
        return np.asarray((self._pictures**2).sum(1), np.float32)


@dataclass(frozen=True, eq=False)
class Gallery:
    """The inputs of the pictures by name, and of each opinion the `duals`, shape (pictures, image types)."""

    seen: Mapping[str, Seen]
    duals: Mapping[str, Array]

    def opinion(self, inputs: Mapping[str, Array]) -> Array:
        """Return what each opinion says of the image types of one figure, end to end, shape (opinions x types,)."""
        near = {name: seen.near(inputs[name][None])[0] for name, seen in self.seen.items()}
        said = [
            (sum(loud * near[name] for name, loud in OPINIONS[opinion].items()) + 1.0) @ duals
            for opinion, duals in self.duals.items()
        ]
        return np.asarray(np.concatenate(said), np.float32)


def write_gallery(gallery: Gallery, path: Path) -> None:
    """Write a gallery; the same one gives the same bytes."""
    arrays: dict[str, npt.NDArray[np.generic]] = {"format": np.array(FORMAT)}
    for name, seen in gallery.seen.items():
        for field in fields(seen):
            value = np.asarray(getattr(seen, field.name))
            arrays[f"seen.{name}.{field.name}"] = value.astype(np.float16) if field.name == "axes" else value
    for name, duals in gallery.duals.items():
        arrays[f"duals.{name}"] = duals.astype(np.float16)
    write_arrays(path, dict(sorted(arrays.items())))


@functools.lru_cache(maxsize=2)
def read_gallery(path: Path) -> Gallery:
    """Return a gallery as it was written. Raises ClassModelError."""
    try:
        with np.load(path, allow_pickle=False) as held:
            arrays = {name: held[name] for name in held.files}
        if arrays["format"] != FORMAT:
            raise ClassModelError(f"{path} is of another format: learn the gallery anew")
        kept = {
            name: Seen(
                **{
                    field.name: value if field.name == "rows" else value.astype(np.float32)
                    for field in fields(Seen)
                    for value in (arrays[f"seen.{name}.{field.name}"],)
                }
            )
            for name in DIRECTIONS
        }
        return Gallery(kept, {name: arrays[f"duals.{name}"].astype(np.float32) for name in OPINIONS})
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ClassModelError(f"{path} holds no gallery: {error}") from error
