"""Reads arXiv metadata in the form of the Kaggle snapshot: one JSON object a line."""

import json
import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from sources.inventory import InputError

# 1: title, categories, DOI, journal reference, first version's date, latest version, licence; 2: abstract
VERSION = "2"
PARAGRAPH = re.compile(r"\n[ \t]+")  # arXiv's way to begin one; other line breaks wrap the text

ID_AT_START = re.compile(rb'^\s*\{\s*"id"\s*:\s*"([^"]+)"')


@dataclass(frozen=True)
class ArxivMetadata:
    """What the snapshot says of one paper; the licence is that of its latest version."""

    title: str | None
    abstract: str | None  # TeX, a paragraph a line
    categories: tuple[str, ...]
    doi: str | None
    journal: str | None
    published: str | None
    latest_version: int | None
    license_url: str | None


def read_metadata(path: Path, wanted: Set[str]) -> dict[str, ArxivMetadata]:
    """Return the metadata of the wanted arXiv ids (without version), as far as the file has them.

    The file is streamed, and only the lines of wanted papers are parsed (the snapshot has several GB).

    Raises:
        InputError: the file cannot be read or a wanted paper's line is no JSON object.
    """
    found: dict[str, ArxivMetadata] = {}
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                match = ID_AT_START.match(line)
                if match is not None:
                    if match[1].decode("utf-8", "replace") not in wanted:
                        continue
                elif not line.strip():
                    continue
                record = _parse(path, number, line)
                paper_id = str(record.get("id"))
                if paper_id in wanted:
                    found[paper_id] = _metadata(record)
    except OSError as error:
        raise InputError(f"metadata file {path} cannot be read: {error.strerror}") from error
    return found


def _parse(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"metadata file {path}, line {number}: not JSON ({error})") from error
    if not isinstance(record, dict):
        raise InputError(f"metadata file {path}, line {number}: a JSON object is expected on every line")
    return record


def _metadata(record: dict[str, Any]) -> ArxivMetadata:
    versions = record.get("versions")
    versions = versions if isinstance(versions, list) else []
    return ArxivMetadata(
        title=_text(record.get("title")),
        abstract=_abstract(record.get("abstract")),
        categories=tuple(str(record.get("categories") or "").split()),
        doi=(_text(record.get("doi")) or "").split(" ")[0].lower() or None,
        journal=_text(record.get("journal-ref")),
        published=_date(versions[0].get("created")) if versions and isinstance(versions[0], dict) else None,
        latest_version=len(versions) or None,
        license_url=_text(record.get("license")),
    )


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(value.encode("utf-8", "replace").decode().split()) or None


def _abstract(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    return "\n".join(filter(None, map(_text, PARAGRAPH.split(value.strip())))) or None


def _date(value: object) -> str | None:
    """Return the ISO date of an RFC 2822 time such as `Mon, 2 Apr 2007 19:18:42 GMT`, or of an ISO time."""
    if not isinstance(value, str):
        return None
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return parse(value).date().isoformat()
        except (ValueError, OverflowError, TypeError):
            continue
    return None
