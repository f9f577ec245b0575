"""What every OCR engine shares: its form, parameters, hashes of its models, and how images are decoded."""

import io
import struct
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from runtime.devices import Device
from runtime.hashes import model_sha256
from schemas.annotations import TextBox
from schemas.errors import UserError
from schemas.reject import RecordError

Pixels = npt.NDArray[np.uint8]

_HASH_PREFIX = 12


@dataclass(frozen=True, kw_only=True)
class OcrParameters:
    """How tables are read.

    `min_confidence` drops boxes that the engine itself doubts; None takes the engine's own limit, because
    confidences of two engines cannot be compared. `threads` is per process: RapidOCR is no faster on
    two, so two processes of one thread each use two cores best. `model_dir` is where EasyOCR's weights
    lie, None for EasyOCR's own folder. `runtime` names what computes RapidOCR's models, None for the fastest that is
    installed and sound; without `any_precision` always in float32, as machines must where they share a build.
    On the device `cuda` the engine runs on a GPU: RapidOCR's models by ONNX Runtime, EasyOCR's by torch.
    """

    min_confidence: float | None = None
    threads: int = 1
    model_dir: str | None = None
    runtime: str | None = None
    any_precision: bool = True
    device: Device = "cpu"


@dataclass(frozen=True, kw_only=True)
class OcrEngine:
    """An engine with its models loaded.

    `identity` names engine, version and model files with the start of their sha256: equal identities and
    parameters give equal text. `read` takes pictures, each of shape (height, width, 3) in red, green and blue, and
    returns the boxes of each in its pixels, in no particular order; they do not depend on what it is read with, but
    several at once may take less time.
    """

    identity: str
    read: Callable[[Sequence[Pixels]], list[list[TextBox]]]

    def read_file(self, image_bytes: bytes) -> list[TextBox]:
        """Return the boxes in a PNG or JPEG file.

        Raises:
            RecordError: the bytes are no readable image (`image_unreadable`).
        """
        return self.read([rgb_array(image_bytes)])[0]


class OcrModelsMissing(UserError):
    """An engine cannot run because its package or model files are not on this machine; says what to do."""


def identity_of(package: str, files: Sequence[Path]) -> str:
    """Return `package version (file sha256-prefix, ...)`, the files in the given order."""
    hashed = ", ".join(f"{path.name} {model_sha256(path)[:_HASH_PREFIX]}" for path in files)
    return f"{package} {installed_version(package)} ({hashed})"


def installed_version(package: str) -> str:
    """Return the installed version of a package.

    Raises:
        OcrModelsMissing: it is not installed.
    """
    try:
        return version(package)
    except PackageNotFoundError as error:
        extra = "scimmir[easyocr]" if package == "easyocr" else package
        raise OcrModelsMissing(f"the OCR engine {package} is not installed: pip install {extra}") from error


def rgb_array(image_bytes: bytes) -> Pixels:
    """Return the decoded image, shape (height, width, 3), transparency shown on white.

    Raises:
        RecordError: the bytes are no readable image (`image_unreadable`) or hold far more pixels than any
            stored image (`image_too_large`).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(image_bytes), formats=("PNG", "JPEG")) as image:
                image.load()
                return _flattened(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise RecordError("image_too_large", f"OCR was given it: {error}") from error
    # Damage shows as any of these, by format and by where it is; struct.error is no ValueError.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError, struct.error) as error:
        raise RecordError("image_unreadable", f"OCR could not decode it: {error}") from error


def _flattened(image: Image.Image) -> Pixels:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        page = Image.new("RGBA", rgba.size, "white")
        page.alpha_composite(rgba)
        image = page
    return np.asarray(image.convert("RGB"), dtype=np.uint8)
