"""What a network that was trained on photographs sees in a figure, with what is counted there."""

import functools
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.looks.signals import picture_signals
from curation.looks.texture import picture_texture
from curation.pictures import network_input, open_rgb
from runtime.hashes import model_sha256
from runtime.onnx_sessions import onnx_session
from runtime.pictures import small_copy
from schemas.errors import UserError

# 1: features of three depths; colours, lines and gaps; 2: what is seen together, and patterns from close by
VERSION = "2"

SIDE = 224  # pixels of the square that the network sees
GRAPH = "picture.onnx"
OUTPUTS = ["features", "together"]
SHIPPED = Path(__file__).parents[1] / "classes" / "models" / "scimmir-classes"
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

Array = npt.NDArray[np.float32]


class Look(NamedTuple):
    """What is seen in a picture, float32: `features` and `together` by the network, the rest is counted.

    `features`, shape (688,): mean and maximum over the picture of what three depths of the network see; `together`,
    shape (600,): which of it is seen in the same places, of two depths (bilinear pooling, see the graph's recipe);
    `signals`, shape (36,): colours, lines and gaps; `texture`, shape (62,): patterns from close by.
    """

    features: Array
    together: Array
    signals: Array
    texture: Array


class LookError(UserError):
    """A network cannot be had; the message is one sentence for the person who chose it."""


def network_identity(folder: Path) -> str:
    """Return what a picture's features by a classifier's network depend on. Raises LookError."""
    return f"{VERSION}-sha256:{model_sha256(_file(folder / GRAPH))[:16]}"


def check_network(graph: Path) -> None:
    """Return when there is a network that tells what is asked of it. Raises LookError."""
    _session(graph)


def picture_features(image: bytes | Image.Image, graph: Path) -> Look:
    """Return what is seen in a picture.

    Pictures go through the network one by one, so that the same picture has the same features in any company.

    Raises:
        RecordError: image_unreadable where the bytes are no image.
        LookError: there is no graph, or an older one.
    """
    picture = small_copy(open_rgb(image))  # those learnt from were no larger
    features, together = _session(graph).run(OUTPUTS, {"pixels": pixels_of(picture)})
    return Look(features[0], together[0], picture_signals(picture), picture_texture(picture))


def pixels_of(picture: Image.Image) -> Array:
    """Return a picture in RGB as the network takes it, squashed to a square: shape (1, 3, SIDE, SIDE)."""
    small = picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return network_input(small, _MEAN, _SPREAD)[None]


@functools.lru_cache(maxsize=2)
def _session(graph: Path) -> Any:
    session = onnx_session(str(_file(graph)))
    if not {output.name for output in session.get_outputs()} >= set(OUTPUTS):
        raise LookError(f"{graph} is the network of an older classifier: learn the classifier anew")
    return session


def _file(graph: Path) -> Path:
    if not graph.is_file():
        raise LookError(f"{graph.parent} is no classifier: it holds no {GRAPH}")
    return graph
