"""How well an OCR engine reads tables whose source text is known."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column


@dataclass(frozen=True, kw_only=True)
class OcrQualityRow:
    """One table as one engine reads it: a row of `ocr-quality.parquet`."""

    pair_id: str = column(pa.string(), "the table")
    engine: str = column(pa.string(), "OCR engine with its version")
    subcategory: str = column(pa.string(), "table_result or table_parameter")
    size: str = column(pa.string(), "small: up to 25 cells with text; medium: up to 50; large: more")
    origin: str = column(pa.string(), "file, composed or typeset: where the image comes from")
    width: int = column(pa.int32(), "width of the image in pixels")
    height: int = column(pa.int32(), "height of the image in pixels")
    error: str | None = column(
        pa.string(), "why OCR came to nothing: all characters and cells count as wrong", nullable=True
    )
    characters: int = column(pa.int32(), "characters of the source text, blanks left out")
    character_errors: int = column(
        pa.int32(), "characters inserted, deleted and replaced, word by word wherever a word stands"
    )
    ordered_errors: int = column(
        pa.int32(), "the same over the whole text in the order of rows: the order of reading counts, too"
    )
    cells: int = column(pa.int32(), "cells with text")
    cell_errors: int = column(pa.int32(), "of those, cells whose text OCR has nowhere as it is")
    numbers: int = column(pa.int32(), "of the cells, those that begin with a number")
    number_errors: int = column(pa.int32(), "of those, cells whose text OCR has nowhere as it is")
