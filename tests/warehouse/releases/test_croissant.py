"""`croissant.json` of releases and exports is valid, and what its reader loads is what the Parquet holds."""

import io
import json
import logging
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest
from PIL import Image

from runtime.hashes import file_sha256
from warehouse.exports import export_hugging_face, plan_export

# It takes a second to load, and each process of the suite reads this file.
pytestmark = pytest.mark.skipif(find_spec("mlcroissant") is None, reason="mlcroissant is not installed")

TABLES = ("pairs", "papers", "rejects", "duplicates", "contamination")
# The same papers must give the same bytes, a build names no author, and its versions are named by people.
TOLERATED = ("citeAs", "datePublished", "MAJOR.MINOR.PATCH")


@pytest.fixture(scope="module")
def exported(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "dataset"
    export_hugging_face(plan_export(release, "redistributable"), folder, per_file=20)
    return folder


def records(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    """Yield the records as the rows of a Parquet file are: plain names, texts, pictures as bytes."""
    import mlcroissant

    for record in mlcroissant.Dataset(folder / "croissant.json").records(table):
        yield {name.partition("/")[2]: _plain(value) for name, value in record.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name.rpartition("/")[2]: _plain(each) for name, each in value.items()}
    return _pixels(value) if isinstance(value, Image.Image) else value


def _pixels(picture: Image.Image) -> tuple[Any, ...]:
    return picture.mode, picture.size, picture.tobytes()


def expected(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of Parquet as its record should be."""
    if "image" in row:
        data = row["image"]["bytes"]
        with Image.open(io.BytesIO(data)) as picture:
            row["image"] = {"bytes": _pixels(picture), "path": row["image"]["path"]}
    if "ocr_boxes" in row and not row["ocr_boxes"]:  # mlcroissant gives no empty list of structs
        row["ocr_boxes"] = [dict.fromkeys(("text", "confidence", "x0", "y0", "x1", "y1"))]
    return row


def rows(files: str) -> list[dict[str, Any]]:
    found = duckdb.sql(f"SELECT * FROM read_parquet('{files}', hive_partitioning = false, filename = true)")
    names = found.columns
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("table", TABLES)
def test_the_records_of_a_release_are_those_of_its_parquet(release: Path, table: str) -> None:
    files = "pairs/*/*.parquet" if table == "pairs" else f"{table}.parquet"
    wanted = rows(str(release / files))
    for row in wanted:
        name = row.pop("filename")
        if table == "pairs":
            row["split"] = name.split("split=")[1].split("/")[0]
    found = list(records(release, table))
    assert found == [expected(row) for row in wanted] and (found or table == "contamination")


def test_the_records_of_an_export_are_those_of_its_parquet(exported: Path) -> None:
    wanted = rows(str(exported / "data" / "*.parquet"))
    for row in wanted:
        row["split"] = Path(row.pop("filename")).name.split("-")[0]
    assert list(records(exported, "pairs")) == [expected(row) for row in wanted]


@pytest.mark.parametrize("kind", ["release", "exported"])
def test_it_is_valid(kind: str, release: Path, exported: Path, caplog: pytest.LogCaptureFixture) -> None:
    import mlcroissant

    folder = {"release": release, "exported": exported}[kind]
    with caplog.at_level(logging.WARNING):
        mlcroissant.Dataset(folder / "croissant.json")
    complaints = [line for line in caplog.text.splitlines() if line.startswith("  -  ")]
    assert not [line for line in complaints if not any(words in line for words in TOLERATED)]


@pytest.mark.parametrize("kind", ["release", "exported"])
def test_it_says_what_the_files_are(kind: str, release: Path, exported: Path) -> None:
    folder = {"release": release, "exported": exported}[kind]
    described = json.loads((folder / "croissant.json").read_bytes())
    files = {
        entry["contentUrl"]: entry["sha256"]
        for entry in described["distribution"]
        if entry["@type"] == "cr:FileObject"
    }
    assert files == {
        path.relative_to(folder).as_posix(): file_sha256(path) for path in folder.rglob("*.parquet")
    }
    assert all(field["description"] for table in described["recordSet"] for field in table["field"])
    assert described["version"] and "creativecommons.org" in " ".join(described["license"])
