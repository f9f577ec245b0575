import dataclasses
import importlib
import pkgutil
from pathlib import Path

import schemas
from schemas.dictionary import (
    DIFFERENCE_TABLES,
    ENRICHMENT_TABLES,
    EVALUATION_TABLES,
    EXPORT_TABLES,
    NESTED,
    RELEASE_TABLES,
    STAGE_TABLES,
    data_dictionary,
)
from schemas.pair import Pair
from schemas.reject import REASONS

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_committed_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == data_dictionary(), (
        "run: python -m schemas.dictionary > docs/data-dictionary.md"
    )


def test_a_column_is_one_line_with_type_null_and_description():
    lines = data_dictionary().splitlines()
    assert "| `version` | int32 | yes | version of the paper, where known |" in lines
    assert "| `ocr_boxes` | list of text box | yes | lines that OCR saw, in pixels of the image |" in lines
    assert any(line.startswith("| `image` | struct of bytes (binary) and path (string) |") for line in lines)


def test_every_column_of_pairs_is_in_its_section():
    section = data_dictionary().split("### pairs")[1].split("###")[0]
    for field in dataclasses.fields(Pair):
        assert f"| `{field.name}` |" in section


def test_every_reject_reason_has_its_meaning():
    page = data_dictionary()
    for reason, meaning in REASONS.items():
        assert f"| `{reason}` | {meaning} |" in page


def test_every_row_type_of_the_schemas_is_in_the_page():
    described = {
        *RELEASE_TABLES.values(),
        *STAGE_TABLES.values(),
        *NESTED.values(),
        *EVALUATION_TABLES.values(),
        *DIFFERENCE_TABLES.values(),
        *EXPORT_TABLES.values(),
        *ENRICHMENT_TABLES.values(),
    }
    found = set()
    for module in pkgutil.iter_modules(schemas.__path__):
        for value in vars(importlib.import_module(f"schemas.{module.name}")).values():
            if not (isinstance(value, type) and dataclasses.is_dataclass(value)):
                continue
            if all("arrow_type" in field.metadata for field in dataclasses.fields(value)):
                found.add(value)
    # A row type that others extend, as PaperHeader, is described with them.
    missing = {t for t in found - described if not any(issubclass(d, t) for d in described)}
    assert missing == set()
