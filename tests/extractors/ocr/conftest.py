"""One picture read by an engine, as a row."""

from collections.abc import Callable

import pytest

from extractors import ocr
from schemas.annotations import OcrRow
from schemas.reject import RecordError


def _read_row(engine: ocr.OcrEngine, data: bytes) -> OcrRow:
    (row,) = ocr.ocr_rows(engine, [("arxiv:2401.00001:table-1", data)])
    if isinstance(row, RecordError):
        raise row
    return row


@pytest.fixture(scope="session")
def read_row() -> Callable[[ocr.OcrEngine, bytes], OcrRow]:
    return _read_row
