"""EasyOCR, for those who have its weights: an extra that needs torch and two downloaded files."""

import logging
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extractors.ocr.engine import (
    OcrEngine,
    OcrModelsMissing,
    OcrParameters,
    Pixels,
    identity_of,
    installed_version,
)
from runtime.devices import take_gpu
from schemas.annotations import TextBox

DETECTOR = "craft_mlt_25k.pth"
RECOGNISER = "english_g2.pth"
RELEASES = "https://github.com/JaidedAI/EasyOCR/releases"


def load(parameters: OcrParameters) -> OcrEngine:
    """Return EasyOCR's English reader, unquantised so that every machine gives the same.

    The weights are pickles, which can run code when loaded: EasyOCR checks their md5 first and refuses
    files that are not the published ones.

    Raises:
        OcrModelsMissing: the package or a weight file is missing, or a file is not the published one.
    """
    name = identity(parameters)
    folder = _model_dir(parameters)
    if parameters.device == "cuda":
        take_gpu()
    import easyocr
    import torch

    torch.set_num_threads(parameters.threads)
    logging.getLogger("easyocr.easyocr").setLevel(logging.ERROR)
    try:
        reader = easyocr.Reader(
            ["en"],
            gpu=parameters.device == "cuda",
            quantize=False,
            verbose=False,
            download_enabled=False,
            model_storage_directory=str(folder),
            user_network_directory=str(folder),
        )
    except FileNotFoundError as error:
        raise OcrModelsMissing(
            f"EasyOCR refuses a weight file in {folder} ({error}); get {DETECTOR} and {RECOGNISER} anew "
            f"from {RELEASES}"
        ) from error

    def read(pictures: Sequence[Pixels]) -> list[list[TextBox]]:
        with warnings.catch_warnings():
            # Its data loader asks torch for pinned memory on every read, GPU or not.
            warnings.filterwarnings("ignore", message=".*pin_memory.*")
            return [_boxes(reader, rgb, parameters.min_confidence or 0.0) for rgb in pictures]

    return OcrEngine(identity=name, read=read)


def identity(parameters: OcrParameters) -> str:
    """Return the engine's name, version and weight hashes without importing torch.

    Raises:
        OcrModelsMissing: the package or one of the weight files is missing.
    """
    installed_version("easyocr")
    folder = _model_dir(parameters)
    missing = [name for name in (DETECTOR, RECOGNISER) if not (folder / name).is_file()]
    if missing:
        raise OcrModelsMissing(
            f"EasyOCR's weights are missing: put {' and '.join(missing)} into {folder}. They are in "
            f"craft_mlt_25k.zip (pre-v1.1.6) and english_g2.zip (v1.3) at {RELEASES}"
        )
    name = identity_of("easyocr", [folder / DETECTOR, folder / RECOGNISER])
    return f"{name} on cuda" if parameters.device == "cuda" else name


def _model_dir(parameters: OcrParameters) -> Path:
    """Return the given folder, or the one where EasyOCR itself looks."""
    if parameters.model_dir is not None:
        return Path(parameters.model_dir).expanduser()
    root = os.environ.get("EASYOCR_MODULE_PATH") or os.environ.get("MODULE_PATH") or "~/.EasyOCR"
    return Path(root).expanduser() / "model"


def _boxes(reader: Any, rgb: Pixels, min_confidence: float) -> list[TextBox]:
    # EasyOCR takes an array of three channels for BGR.
    bgr = rgb[:, :, ::-1].copy()
    boxes = []
    for corners, text, confidence in reader.readtext(bgr, workers=0, batch_size=1):
        if text.strip() and confidence >= min_confidence:
            xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
            boxes.append(
                TextBox(
                    text=text, confidence=float(confidence), x0=min(xs), y0=min(ys), x1=max(xs), y1=max(ys)
                )
            )
    return boxes
