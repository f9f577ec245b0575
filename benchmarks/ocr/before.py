"""OCR as it was before we ran RapidOCR's models by ourselves: its own pipeline on ONNX Runtime, with our settings."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from extractors.ocr import OcrEngine, model_files
from extractors.ocr.engine import Pixels, identity_of
from schemas.annotations import TextBox

MAX_ASPECT = 8.0


def load() -> OcrEngine:
    """Return the engine of version 1 of the stage: one thread, crops one at a time and padded to 96 px."""
    from rapidocr import RapidOCR

    detector, recogniser = model_files()
    reader = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.5,
            "Global.use_cls": False,
            "Global.width_height_ratio": -1,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(detector),
            "Det.limit_type": "min",
            "Det.limit_side_len": 384,
            "Rec.model_path": str(recogniser),
            "Rec.rec_batch_num": 1,
            "Rec.rec_img_shape": [3, 48, 96],
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL + 1)

    def read(pictures: Sequence[Pixels]) -> list[list[TextBox]]:
        return [_boxes(reader, rgb) for rgb in pictures]

    return OcrEngine(identity=identity_of("rapidocr", model_files()), read=read)


def _boxes(reader: Any, rgb: Any) -> list[TextBox]:
    height, width = rgb.shape[:2]
    below = max(0, round(width / MAX_ASPECT) - height)
    right = max(0, round(height / MAX_ASPECT) - width)
    page = np.pad(rgb, ((0, below), (0, right), (0, 0)), constant_values=255)
    result = reader(np.ascontiguousarray(page[:, :, ::-1]))
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
