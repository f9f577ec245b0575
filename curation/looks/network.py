"""What a network that was trained on photographs sees in a figure: features of three of its depths."""

import functools
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.looks.signals import picture_signals
from curation.pictures import open_rgb, opencv
from runtime.hashes import model_sha256
from runtime.onnx_sessions import onnx_session
from schemas.errors import UserError

VERSION = "1"  # 1: features of three depths; colours, lines and gaps

SIDE = 224  # pixels of the square that a picture is squashed to
GRAPH = "picture.onnx"
SHIPPED = Path(__file__).parents[1] / "classes" / "models" / "scimmir-classes"
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

Array = npt.NDArray[np.float32]
Look = tuple[Array, Array]  # a picture's features and signals


class LookError(UserError):
    """A network cannot be had; the message is one sentence for the person who chose it."""


def network_identity(folder: Path) -> str:
    """Return what a picture's features by a classifier's network depend on. Raises LookError."""
    return f"{VERSION}-sha256:{model_sha256(_file(folder / GRAPH))[:16]}"


def picture_features(image: bytes | Image.Image, graph: Path) -> Look:
    """Return a picture's features by the network and its signals, float32 of shapes (688,) and (36,).

    Pictures go through the network one by one, so that the same picture has the same features in any company.

    Raises:
        RecordError: image_unreadable where the bytes are no image.
        LookError: there is no graph.
    """
    picture = open_rgb(image)
    small = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    values = opencv().LUT(np.asarray(small), _values())
    pixels = np.ascontiguousarray(np.asarray(values, np.float32).transpose(2, 0, 1))[None]
    seen = _session(graph).run(None, {"pixels": pixels})[0][0]
    return np.asarray(seen, np.float32), picture_signals(picture)


@functools.cache
def _values() -> Array:
    levels = np.arange(256, dtype=np.float32)[:, None] / np.float32(255)
    means, spreads = np.asarray(_MEAN, np.float32), np.asarray(_SPREAD, np.float32)
    return np.asarray((levels - means) / spreads, dtype=np.float32)[None]


@functools.lru_cache(maxsize=2)
def _session(graph: Path) -> Any:
    return onnx_session(str(_file(graph)))


def _file(graph: Path) -> Path:
    if not graph.is_file():
        raise LookError(f"{graph.parent} is no classifier: it holds no {GRAPH}")
    return graph
