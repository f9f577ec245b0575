"""Reads an image set that a user names: a folder of images, Parquet files, or WebDataset tars."""

import json
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.errors import UserError

VERSION = "1"  # 1: folder, Parquet, tar

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
TEXT_LIMIT = 1_000_000  # bytes of a caption or JSON file
IMAGE_LIMIT = 200_000_000  # bytes of one image file; larger ones count as unreadable
ROWS = 64  # Parquet rows held at once

# Column or JSON key names in order of preference.
IMAGE_NAMES = ("image", "img", "jpg", "png", "webp", "image_bytes", "bytes")
CAPTION_NAMES = ("caption", "text", "txt", "title_caption")
PAPER_NAMES = ("paper_id", "arxiv_id", "pmcid", "pmc_id")
DOI_NAMES = ("doi",)


class ImageSetError(UserError):
    """An image set cannot be read; the message is one sentence for the person who named it."""


@dataclass(frozen=True, kw_only=True)
class SetItem:
    """One item of an image set; `image` is the file's bytes, None where it cannot be had."""

    name: str
    image: bytes | None
    caption: str | None = None
    paper_id: str | None = None
    doi: str | None = None


def image_set_name(path: Path) -> str:
    """Return the name by which a release speaks of an image set: the last part of its path."""
    return path.resolve().name


def read_image_set(path: Path) -> Iterator[SetItem]:
    """Yield the items of an image set in a fixed order, a few at a time in memory.

    A folder is read recursively: its images, each with the caption of a .txt or .json file of the same stem,
    then its Parquet files and tars. Parquet needs an image column: binary, or a struct with `bytes` and
    `path` as Hugging Face writes it.

    Raises:
        ImageSetError: the path is missing, holds nothing that can be read, or a file of it is damaged.
    """
    if not path.exists():
        raise ImageSetError(f"The image set {path} does not exist.")
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    images = [file for file in files if file.suffix.lower() in IMAGE_SUFFIXES]
    # img2dataset puts a Parquet file of what it knows of each image beside every tar.
    tars = {file.with_suffix("") for file in files if file.suffix.lower() == ".tar"}
    shards = [
        file
        for file in files
        if file.suffix.lower() == ".tar"
        or (file.suffix.lower() == ".parquet" and file.with_suffix("") not in tars)
    ]
    if not images and not shards:
        raise ImageSetError(f"The image set {path} holds no image, Parquet file or tar.")
    empty = True
    for item in _all_items(path, images, shards):
        empty = False
        # A file system may hold names that are no Unicode; evidence is written as UTF-8.
        yield replace(item, name=item.name.encode("utf-8", "replace").decode())
    if empty:
        raise ImageSetError(f"The image set {path} holds no item.")


def _all_items(path: Path, images: list[Path], shards: list[Path]) -> Iterator[SetItem]:
    root = path if path.is_dir() else path.parent
    for file in images:
        yield _folder_item(root, file)
    for file in shards:
        name = file.relative_to(root).as_posix()
        yield from _parquet_items(file, name) if file.suffix.lower() == ".parquet" else _tar_items(file, name)


def _folder_item(root: Path, file: Path) -> SetItem:
    parts = {
        suffix: _small_file(file.with_suffix(suffix))
        for suffix in (".txt", ".json")
        if file.with_suffix(suffix).is_file()
    }
    return _item(file.relative_to(root).as_posix(), _image_file(file), parts)


def _image_file(file: Path) -> bytes | None:
    try:
        return file.read_bytes() if file.stat().st_size <= IMAGE_LIMIT else None
    except OSError:
        return None


def _small_file(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(TEXT_LIMIT)
    except OSError:
        return b""


def _parquet_items(file: Path, name: str) -> Iterator[SetItem]:
    try:
        parquet = pq.ParquetFile(file)
        schema = parquet.schema_arrow
        image = _image_column(schema)
        if image is None:
            raise ImageSetError(
                f"The Parquet file {file} has no image column (binary, or a struct with bytes)."
            )
        caption, paper, doi = (
            _text_column(schema, names) for names in (CAPTION_NAMES, PAPER_NAMES, DOI_NAMES)
        )
        columns = [column for column in (image, caption, paper, doi) if column is not None]
        row = 0
        for batch in parquet.iter_batches(batch_size=ROWS, columns=columns):
            for values in batch.to_pylist():
                yield SetItem(
                    name=f"{name}#{row}",
                    image=_image_value(values[image], file),
                    caption=_text(values, caption),
                    paper_id=_text(values, paper),
                    doi=_text(values, doi),
                )
                row += 1
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise ImageSetError(f"The Parquet file {file} cannot be read: {_first_line(error)}.") from error


def _image_column(schema: pa.Schema) -> str | None:
    fitting = [field.name for field in schema if _is_image_type(field.type)]
    return next((name for name in IMAGE_NAMES if name in fitting), fitting[0] if fitting else None)


def _is_image_type(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return bool(kind.get_field_index("bytes") >= 0 or kind.get_field_index("path") >= 0)
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _text_column(schema: pa.Schema, names: tuple[str, ...]) -> str | None:
    fitting = {
        field.name
        for field in schema
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
    }
    return next((name for name in names if name in fitting), None)


def _image_value(value: Any, file: Path) -> bytes | None:
    """Return the bytes of a cell; a struct that only names a file is looked up beside the Parquet file."""
    if not isinstance(value, dict):
        return value if isinstance(value, bytes) else None
    if value.get("bytes") is not None:
        return bytes(value["bytes"])
    path = value.get("path")
    if not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        return None
    beside = file.parent / path
    return _image_file(beside) if beside.is_file() else None


def _tar_items(file: Path, name: str) -> Iterator[SetItem]:
    """Yield a WebDataset tar's samples: consecutive members whose names are equal up to the first dot."""
    try:
        with tarfile.open(file, "r|*") as tar:
            key, parts = "", dict[str, bytes]()
            for member in tar:
                if not member.isfile():
                    continue
                folder, _, base = member.name.rpartition("/")
                stem, _, suffix = base.partition(".")
                if f"{folder}/{stem}" != key:
                    yield from _sample(name, key, parts)
                    key, parts = f"{folder}/{stem}", {}
                suffix = "." + suffix.lower()
                limit = IMAGE_LIMIT if suffix in IMAGE_SUFFIXES else TEXT_LIMIT
                if suffix in IMAGE_SUFFIXES or suffix in (".txt", ".json"):
                    stream = tar.extractfile(member) if member.size <= limit else None
                    parts[suffix] = stream.read() if stream is not None else b""
            yield from _sample(name, key, parts)
    except (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ImageSetError(f"The tar {file} cannot be read: {_first_line(error)}.") from error


def _sample(name: str, key: str, parts: dict[str, bytes]) -> Iterator[SetItem]:
    for suffix in sorted(parts):
        if suffix in IMAGE_SUFFIXES:
            yield _item(f"{name}/{key.removeprefix('/')}{suffix}", parts[suffix], parts)


def _item(name: str, image: bytes | None, parts: dict[str, bytes]) -> SetItem:
    fields = _json_fields(parts.get(".json", b""))
    text = parts[".txt"].decode("utf-8", "replace") if ".txt" in parts else None
    return SetItem(
        name=name,
        image=image,
        caption=text if text is not None else _first_text(fields, CAPTION_NAMES),
        paper_id=_first_text(fields, PAPER_NAMES),
        doi=_first_text(fields, DOI_NAMES),
    )


def _json_fields(content: bytes) -> dict[str, Any]:
    """Return a sidecar's fields; a broken sidecar costs its caption only, never the image."""
    try:
        fields = json.loads(content) if content else {}
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _first_text(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if isinstance(fields.get(name), str)), None)


def _text(values: dict[str, Any], column: str | None) -> str | None:
    value = values[column] if column is not None else None
    return value if isinstance(value, str) else None


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:300].rstrip(".")
