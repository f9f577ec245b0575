"""Reads pairs to evaluate on: a release, or a folder of Parquet in the columns of the published SciMMIR set."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import UserError
from schemas.pair import SPLITS, SUBCATEGORIES

_SPLIT_NAME = re.compile(r"(?:split=)?(train|validation|val|test)(?:[-_.]|$)")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where a set of pairs has what; None where it has no such column."""

    name: str
    image: str
    text: str
    subcategory: str
    image_sha256: str | None
    ocr_text: str | None


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A set of pairs: its files, each with its split, in the order in which candidates are numbered."""

    name: str
    files: tuple[tuple[str, Path], ...]
    columns: Columns


@dataclass(frozen=True, kw_only=True)
class RowGroup:
    """Some pairs of one file without their images, which `images` reads."""

    path: Path
    number: int
    split: str
    names: list[str]
    texts: list[str]
    classes: list[str]
    image_sha256: list[str] | None
    ocr_texts: list[str | None]
    image_column: str

    def images(self) -> list[bytes | None]:
        """Return the image files; None where a row holds none."""
        table = _read(self.path, self.number, [self.image_column])
        values = table.column(0).to_pylist()
        return [value.get("bytes") if isinstance(value, dict) else value for value in values]


def open_benchmark(folder: Path, *, with_ocr: bool, name: str | None = None) -> Benchmark:
    """Return the pairs below a folder; its Parquet files tell their split by their own or their folder's name.

    Args:
        folder: a release, or a folder with files such as test-00000-of-00004.parquet whose columns are image,
            file_name_index, text and class (and ocr_text, where OCR is wanted).
        with_ocr: whether OCR text must be there.
        name: what to call it; by default as the folder.

    Raises:
        UserError: the folder has no such files, or lacks a column or the test split.
    """
    root = folder / "pairs" if (folder / "manifest.json").is_file() else folder
    paths = sorted(path for path in root.rglob("*.parquet") if not path.name.startswith("."))
    files = [(split, path) for path in paths if (split := _split_of(path.relative_to(root)))]
    if not any(split == "test" for split, _ in files):
        raise UserError(
            f"{folder} holds no Parquet file of a test split, such as test-00000-of-00001.parquet"
        )
    files.sort(key=lambda file: SPLITS.index(file[0]))
    columns = _columns(files[0][1])
    if with_ocr and columns.ocr_text is None:
        raise UserError(f"{files[0][1]} has no column ocr_text: evaluate without OCR, or add it")
    return Benchmark(name=name or folder.resolve().name, files=tuple(files), columns=columns)


def read_pairs(benchmark: Benchmark, splits: tuple[str, ...]) -> Iterator[RowGroup]:
    """Yield the pairs of some splits, a row group at a time.

    Raises:
        UserError: a file is damaged, or a class is none of the five.
    """
    c = benchmark.columns
    wanted = [name for name in (c.name, c.text, c.subcategory, c.image_sha256, c.ocr_text) if name]
    for split, path in benchmark.files:
        for number in range(_groups(path)) if split in splits else ():
            table = _read(path, number, wanted)
            classes = table.column(c.subcategory).to_pylist()
            odd = next((value for value in classes if value not in SUBCATEGORIES), None)
            if odd is not None:
                raise UserError(f"{path} has the class {odd!r}; known are {', '.join(SUBCATEGORIES)}")
            yield RowGroup(
                path=path,
                number=number,
                split=split,
                names=[str(value) for value in table.column(c.name).to_pylist()],
                texts=[value or "" for value in table.column(c.text).to_pylist()],
                classes=classes,
                image_sha256=table.column(c.image_sha256).to_pylist() if c.image_sha256 else None,
                ocr_texts=table.column(c.ocr_text).to_pylist() if c.ocr_text else [None] * len(classes),
                image_column=c.image,
            )


def _split_of(path: Path) -> str | None:
    for part in reversed(path.parts):
        if match := _SPLIT_NAME.match(part):
            return "validation" if match[1] == "val" else match[1]
    return None


def _columns(path: Path) -> Columns:
    names = set(_schema(path).names)
    own = "pair_id" in names and "caption" in names
    columns = Columns(
        name="pair_id" if own else "file_name_index",
        image="image",
        text="caption" if own else "text",
        subcategory="subcategory" if own else "class",
        image_sha256="image_sha256" if own else None,
        ocr_text="ocr_text" if "ocr_text" in names else None,
    )
    needed = (columns.name, columns.image, columns.text, columns.subcategory)
    missing = [name for name in needed if name not in names]
    if missing:
        raise UserError(f"{path} lacks the columns {', '.join(missing)}")
    return columns


def _schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path} cannot be read: {error}") from error


def _groups(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_row_groups)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path} cannot be read: {error}") from error


def _read(path: Path, number: int, columns: list[str]) -> pa.Table:
    try:
        with pq.ParquetFile(path) as file:
            return file.read_row_group(number, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path} cannot be read: {error}") from error
