"""The embedded default: the ONNX models of RapidOCR's wheel, run by ourselves on the fastest runtime that is here."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from extractors.ocr.detection import DetectionSettings, find_text
from extractors.ocr.engine import (
    OcrEngine,
    OcrModelsMissing,
    OcrParameters,
    Pixels,
    identity_of,
    installed_version,
)
from extractors.ocr.ink import ink_of
from extractors.ocr.lone_letters import find_lone_letters, kept
from extractors.ocr.networks import Floats, Network, Runtime, choose_runtime, load_network
from extractors.ocr.recogniser import load_recogniser
from extractors.ocr.recognition import Reading, cut_out
from extractors.ocr.student import FILE as STUDENT
from schemas.annotations import TextBox

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"


@dataclass(frozen=True, kw_only=True)
class RapidOcrSettings:
    """How RapidOCR's models are run, chosen by measurement (`python -m benchmarks.ocr` measures anew)."""

    detection: DetectionSettings = field(default_factory=DetectionSettings)
    # A longer strip is set on white first, or its short side would be enlarged until the long one has tens of
    # thousands of pixels.
    max_aspect: float = 8.0
    # RapidOCR's own default. 0.3 let nothing more through on tables.
    min_confidence: float = 0.5


SETTINGS = RapidOcrSettings()


def load(parameters: OcrParameters) -> OcrEngine:
    """Return the engine with detector and recogniser loaded, without any download.

    Raises:
        OcrModelsMissing: the package or one of its model files is not on this machine.
        UserError: the runtime or the GPU that is asked for cannot be used.
    """
    name = identity(parameters)
    detector, recogniser = (path.read_bytes() for path in model_files())
    runtime = _runtime(parameters)
    find = load_network(detector, runtime, threads=parameters.threads)
    letters = load_recogniser(recogniser, runtime, threads=parameters.threads)
    least = SETTINGS.min_confidence if parameters.min_confidence is None else parameters.min_confidence

    def read(pictures: Sequence[Pixels]) -> list[list[TextBox]]:
        found = [find_in(find, rgb) for rgb in pictures]
        readings = letters.read([each.cut for each in found])
        return [_boxes(each, said, least) for each, said in zip(found, readings, strict=True)]

    return OcrEngine(identity=name, read=read)


def identity(parameters: OcrParameters) -> str:
    """Return the engine's name, version and model hashes, runtime and precision, without loading the models.

    Raises:
        OcrModelsMissing: the package or one of its model files is not on this machine.
        UserError: the runtime that is asked for cannot be used.
    """
    return f"{identity_of('rapidocr', (*model_files(), STUDENT))} {_runtime(parameters)}"


def model_files() -> tuple[Path, Path]:
    """Return the paths of the detector and the recogniser that RapidOCR's wheel brought.

    Raises:
        OcrModelsMissing: the package or one of the files is not on this machine.
    """
    installed = installed_version("rapidocr")
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise OcrModelsMissing("the OCR engine rapidocr is damaged: pip install --force-reinstall rapidocr")
    folder = Path(spec.origin).parent / "models"
    for name in (DETECTOR, RECOGNISER):
        if not (folder / name).is_file():
            raise OcrModelsMissing(
                f"RapidOCR's model file {name} is not in {folder}: its wheel brings it, so reinstall with "
                f"pip install --force-reinstall rapidocr (3.10 is known to work, {installed} is installed)"
            )
    return folder / DETECTOR, folder / RECOGNISER


def _runtime(parameters: OcrParameters) -> Runtime:
    return choose_runtime(
        parameters.runtime, any_precision=parameters.any_precision, device=parameters.device
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """Where text may be in a picture: corners of lines and of lone letters, and what each of both looks like."""

    size: tuple[int, int]  # height and width of the picture
    lines: list[Floats]
    lone: list[Floats]
    cut: list[Pixels]


def find_in(network: Network, rgb: Pixels) -> Found:
    """Return where a detector finds text, and the lone letters beside it."""
    page = _on_white(rgb)
    ink = ink_of(page)
    lines = find_text(network, page, ink, SETTINGS.detection)
    lone = find_lone_letters(page, ink, lines)
    cut = [cut_out(page, corners) for corners in (*lines, *lone)]
    return Found(size=(rgb.shape[0], rgb.shape[1]), lines=lines, lone=lone, cut=cut)


def _boxes(found: Found, said: Sequence[Reading], least: float) -> list[TextBox]:
    """Return the lines of a picture, and the lone letters that count, with what they say."""
    height, width = found.size
    of_lines, of_lone = said[: len(found.lines)], said[len(found.lines) :]
    count = kept(found.lone, of_lone, found.lines, [reading.text for reading in of_lines])
    lines = [*found.lines, *itertools.compress(found.lone, count)]
    readings = [*of_lines, *itertools.compress(of_lone, count)]
    return [
        TextBox(
            text=reading.text,
            confidence=reading.confidence,
            x0=float(min(corners[:, 0].min(), width)),
            y0=float(min(corners[:, 1].min(), height)),
            x1=float(min(corners[:, 0].max(), width)),
            y1=float(min(corners[:, 1].max(), height)),
        )
        for corners, reading in zip(lines, readings, strict=True)
        if reading.text.strip() and reading.confidence >= least
    ]


def _on_white(rgb: Pixels) -> Pixels:
    """Return the image on white, so that no side exceeds `max_aspect` times the other; the corner stays."""
    height, width = rgb.shape[:2]
    below = max(0, round(width / SETTINGS.max_aspect) - height)
    right = max(0, round(height / SETTINGS.max_aspect) - width)
    return np.pad(rgb, ((0, below), (0, right), (0, 0)), constant_values=255)
