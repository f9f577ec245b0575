"""RapidOCR: the embedded default, whose ONNX models come in its wheel."""

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors.ocr.engine import (
    OcrEngine,
    OcrModelsMissing,
    OcrParameters,
    identity_of,
    installed_version,
    rgb_array,
)
from schemas.annotations import TextBox

DETECTOR = "PP-OCRv6_det_small.onnx"
RECOGNISER = "PP-OCRv6_rec_small.onnx"


@dataclass(frozen=True, kw_only=True)
class RapidOcrSettings:
    """How RapidOCR is run, chosen by measurement (November 2026, one thread of a 2-core machine).

    24 tables from published articles were typeset at 144 dpi in two serif faces and read twice: with the
    longest side cut to 1024 px, and at 42 % of their width (type of 8 px). Character error and CPU seconds
    an image:

    RapidOCR's defaults, upright:    0.44 % 2.8 s    0.73 % 2.6 s
    these settings:                  0.25 % 1.2 s    0.44 % 1.1 s

    On ten of them, crops padded to 48 px, by the short side that the detector sees: 736 px 0.60 % 1.8 s and
    0.87 % 1.4 s; 384 px 0.56 % 0.9 s and 0.75 % 0.8 s; not enlarged 0.60 % 0.8 s and 0.98 % 0.6 s.
    Enlarging the image itself by 1.5 or 2, also for dense tables of 45 rows, read nothing better.
    """

    detector_short_side: int = 384  # the detector sees images enlarged until their short side has this
    # Crops are padded to at least this width before recognition. Most cells are short: RapidOCR's 320 px
    # doubles the time and reads nothing better; with 48 px a lone "F1" in sans serif became "E1".
    crop_width: int = 96
    # One crop at a time: as fast as six, takes 0.4 GB instead of 0.7 GB, and what a cell reads does not
    # depend on how wide its neighbours are.
    crops_at_once: int = 1
    # A longer strip is set on white first: RapidOCR would pad it with black, or enlarge its short side
    # until the long one has tens of thousands of pixels.
    max_aspect: float = 8.0
    # RapidOCR's own default. 0.3 let nothing more through on these tables.
    min_confidence: float = 0.5


SETTINGS = RapidOcrSettings()


def load(parameters: OcrParameters) -> OcrEngine:
    """Return RapidOCR with its detector and recogniser loaded, on the CPU, without any download.

    Raises:
        OcrModelsMissing: the package or one of its model files is not on this machine.
    """
    name = identity(parameters)
    detector, recogniser = model_files()
    from rapidocr import RapidOCR

    reader = RapidOCR(params=_settings(parameters, detector, recogniser))
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL + 1)

    def read(image_bytes: bytes) -> list[TextBox]:
        return _boxes(reader, rgb_array(image_bytes))

    return OcrEngine(identity=name, read=read)


def identity(parameters: OcrParameters) -> str:
    """Return the engine's name, version and model hashes without loading the models.

    Raises:
        OcrModelsMissing: the package or one of its model files is not on this machine.
    """
    del parameters  # the models are those of the wheel
    return identity_of("rapidocr", model_files())


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


def _settings(parameters: OcrParameters, detector: Path, recogniser: Path) -> dict[str, Any]:
    return {
        "Global.log_level": "critical",
        "Global.text_score": SETTINGS.min_confidence
        if parameters.min_confidence is None
        else parameters.min_confidence,
        "Global.use_cls": False,  # turns lines by 180 degrees: tables are upright
        "Global.width_height_ratio": -1,  # no padding in black: `_on_white` does it
        "EngineConfig.onnxruntime.intra_op_num_threads": parameters.threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.model_path": str(detector),  # a given path is never downloaded
        "Det.limit_type": "min",
        "Det.limit_side_len": SETTINGS.detector_short_side,
        "Rec.model_path": str(recogniser),
        "Rec.rec_batch_num": SETTINGS.crops_at_once,
        "Rec.rec_img_shape": [3, 48, SETTINGS.crop_width],
    }


def _boxes(reader: Any, rgb: npt.NDArray[np.uint8]) -> list[TextBox]:
    height, width = rgb.shape[:2]
    bgr = np.ascontiguousarray(_on_white(rgb)[:, :, ::-1])
    result = reader(bgr)
    if result.boxes is None:
        return []
    return [
        TextBox(
            text=text,
            confidence=float(score),
            x0=float(min(max(corners[:, 0].min(), 0), width)),
            y0=float(min(max(corners[:, 1].min(), 0), height)),
            x1=float(min(max(corners[:, 0].max(), 0), width)),
            y1=float(min(max(corners[:, 1].max(), 0), height)),
        )
        for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True)
    ]


def _on_white(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the image on white, so that no side exceeds `max_aspect` times the other; the corner stays."""
    height, width = rgb.shape[:2]
    below = max(0, round(width / SETTINGS.max_aspect) - height)
    right = max(0, round(height / SETTINGS.max_aspect) - width)
    return np.pad(rgb, ((0, below), (0, right), (0, 0)), constant_values=255)
