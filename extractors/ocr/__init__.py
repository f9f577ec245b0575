"""Reads the text in an image with an OCR engine chosen by name."""

from collections.abc import Sequence
from statistics import fmean
from typing import Protocol

from extractors.ocr import easyocr_engine, rapidocr_engine
from extractors.ocr.engine import OcrEngine, OcrModelsMissing, OcrParameters, Pixels, rgb_array
from extractors.ocr.networks import RUNTIMES, Runtime, choose_runtime
from extractors.ocr.rapidocr_engine import model_files
from extractors.ocr.reading_order import lines_of, text_of
from runtime.devices import Device, Wanted, choose_device
from schemas.annotations import OcrRow, TextBox
from schemas.errors import UserError
from schemas.reject import RecordError

__all__ = [
    "OCR_ENGINES",
    "RUNTIMES",
    "VERSION",
    "OcrEngine",
    "OcrModelsMissing",
    "OcrParameters",
    "Runtime",
    "choose_runtime",
    "engine_identity",
    "load_engine",
    "model_files",
    "ocr_device",
    "ocr_rows",
]

# 1: rapidocr and easyocr, boxes in reading order; 2: RapidOCR's models run by ourselves; 3: common letters first,
# integers, lone letters; 4: long lines are read narrower; 5: a student reads first
VERSION = "5"


class EngineModule(Protocol):
    """What the module of an engine offers: the engine with its models loaded, and its identity without them."""

    def load(self, parameters: OcrParameters) -> OcrEngine: ...
    def identity(self, parameters: OcrParameters) -> str: ...


OCR_ENGINES: dict[str, EngineModule] = {"rapidocr": rapidocr_engine, "easyocr": easyocr_engine}


def load_engine(name: str, parameters: OcrParameters | None = None) -> OcrEngine:
    """Return the engine of that name with its models loaded; nothing is ever downloaded.

    Raises:
        UserError: no engine has that name.
        OcrModelsMissing: the engine's package or one of its model files is not on this machine.
    """
    return OCR_ENGINES[_known(name)].load(parameters or OcrParameters())


def engine_identity(name: str, parameters: OcrParameters | None = None) -> str:
    """Return the same identity as the loaded engine's, from the model files alone.

    Raises:
        UserError: no engine has that name.
        OcrModelsMissing: the engine's package or one of its model files is not on this machine.
    """
    return OCR_ENGINES[_known(name)].identity(parameters or OcrParameters())


def ocr_device(name: str, wanted: Wanted) -> Device:
    """Return where an engine runs: `auto` is a GPU where its library can use one.

    Raises:
        UserError: no engine has that name, or a GPU is asked for and cannot be used.
    """
    return choose_device(wanted, "torch" if OCR_ENGINES[_known(name)] is easyocr_engine else "onnxruntime")


def ocr_rows(engine: OcrEngine, pictures: Sequence[tuple[str, bytes]]) -> list[OcrRow | RecordError]:
    """Return what the engine reads in PNG or JPEG files with their pairs' names, in reading order.

    Where bytes are no readable image, the error stands in the row's place (`image_unreadable`, `image_too_large`).
    """
    decoded = [_decoded(image) for _, image in pictures]
    read = iter(engine.read([image for image in decoded if not isinstance(image, RecordError)]))
    return [
        image if isinstance(image, RecordError) else _row(engine, pair_id, next(read))
        for (pair_id, _), image in zip(pictures, decoded, strict=True)
    ]


def _decoded(image: bytes) -> Pixels | RecordError:
    try:
        return rgb_array(image)
    except RecordError as error:
        return error


def _row(engine: OcrEngine, pair_id: str, found: Sequence[TextBox]) -> OcrRow:
    lines = lines_of(found)
    boxes = tuple(box for line in lines for box in line)
    return OcrRow(
        pair_id=pair_id,
        ocr_text=text_of(lines),
        ocr_engine=engine.identity,
        ocr_confidence=fmean(box.confidence for box in boxes) if boxes else None,
        ocr_boxes=boxes,
    )


def _known(name: str) -> str:
    if name not in OCR_ENGINES:
        raise UserError(f"there is no OCR engine {name!r}; known are {', '.join(sorted(OCR_ENGINES))}")
    return name
