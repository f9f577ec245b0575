"""The daily inventory of PMC's bucket: which article versions there are, and which changed."""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from sources.fetch.http import Transport, disk_errors
from sources.fetch.outcome import Fetched, FetchError
from sources.fetch.s3 import list_bucket, object_url

VERSION = "1"

PMC_BASE = "https://pmc-oa-opendata.s3.amazonaws.com"
INVENTORIES = "inventory-reports/pmc-oa-opendata/metadata/"
DATED = re.compile(r"/(\d{4}-\d\d-\d\dT\d\d-\d\dZ)/$")
METADATA_KEY = re.compile(r"metadata/(PMC\d{1,10}\.\d{1,4})\.json")
SCHEMA = ("Bucket", "Key", "LastModifiedDate", "ETag")


@dataclass(frozen=True, kw_only=True)
class InventoryRow:
    """One article version, as in `PMC11370360.1`; `etag` (without quotation marks) is that of its metadata."""

    version: str
    last_modified: str
    etag: str


def latest_inventory(transport: Transport, base: str = PMC_BASE) -> str:
    """Return the key of the manifest of the newest inventory.

    Raises:
        FetchError: `not_found` where the bucket has none (they are kept 30 days), any reason of the network.
    """
    pages = list_bucket(transport, base, prefix=INVENTORIES, delimiter="/")
    dated = [prefix for page in pages for prefix in page.prefixes if DATED.search(prefix)]
    if not dated:
        raise FetchError("not_found", f"{base}: no inventory lies under {INVENTORIES}")
    return max(dated) + "manifest.json"


def read_inventory(
    transport: Transport, folder: Path, *, base: str = PMC_BASE, manifest: str | None = None
) -> Iterator[InventoryRow]:
    """Yield the article versions of an inventory, the newest unless a manifest is named.

    Its files (some hundred MB) are fetched into `folder`, where they can be removed after; they are unpacked
    while they are read.

    Raises:
        FetchError: `bad_response` where the manifest or a file is not of the form of an S3 inventory, any reason
            of the network.
        UserError: the folder cannot be written.
    """
    manifest = manifest or latest_inventory(transport, base)
    for key, md5, column in _files(transport.get_bytes(object_url(base, manifest)), manifest):
        path = folder / Path(key).name
        transport.download(object_url(base, key), path, md5=md5)
        yield from _rows(path, column)


def changed_articles(
    rows: Iterable[InventoryRow], known: Callable[[str], Fetched | None], *, since: str | None = None
) -> Iterator[str]:
    """Yield the articles, as in `PMC11370360`, of which no version is there as the inventory has it; once each.

    Args:
        rows: the inventory.
        known: returns what the archive holds of an article's key, as in `pmc:PMC11370360`.
        since: leaves out what was last modified before this day, in the form 2026-01-31.
    """
    seen: set[int] = set()
    for row in rows:
        if since is not None and row.last_modified[:10] < since:
            continue
        article = row.version.partition(".")[0]
        number = int(article.removeprefix("PMC"))
        if number not in seen and not _is_current(row, known(f"pmc:{article}")):
            seen.add(number)
            yield article


def _is_current(row: InventoryRow, there: Fetched | None) -> bool:
    return there is not None and there.path.name == row.version and (there.etag or "").strip('"') == row.etag


def _files(data: bytes, manifest: str) -> list[tuple[str, str | None, tuple[int, int, int]]]:
    """Return the files that a manifest names, each with its md5 and where its columns stand."""
    try:
        content: Any = json.loads(data)
        schema = [name.strip() for name in str(content.get("fileSchema") or ", ".join(SCHEMA)).split(",")]
        column = (schema.index("Key"), schema.index(SCHEMA[2]), schema.index("ETag"))
        files = [(str(entry["key"]), entry.get("MD5checksum"), column) for entry in content["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FetchError("bad_response", f"{manifest}: no manifest of an inventory ({error!r})") from error
    for key, md5, _ in files:
        if not key.endswith(".csv.gz") or not (md5 is None or isinstance(md5, str)):
            raise FetchError("bad_response", f"{manifest}: {key[:200]!r} is no CSV file")
    return files


def _rows(path: Path, column: tuple[int, int, int]) -> Iterator[InventoryRow]:
    with disk_errors(path):
        packed = path.open("rb")
    with packed, gzip.open(packed, "rt", encoding="utf-8", errors="replace", newline="") as handle:
        lines = csv.reader(handle)
        while True:
            try:
                line = next(lines, None)
            except (OSError, EOFError, zlib.error, csv.Error) as error:
                raise FetchError("bad_response", f"{path.name}: {error}") from error
            if line is None:
                return
            if len(line) <= max(column):
                raise FetchError("bad_response", f"{path.name}, line {lines.line_num}: {len(line)} columns")
            key, last_modified, etag = (line[place] for place in column)
            # S3 encodes the keys of an inventory like those of a URL.
            if match := METADATA_KEY.fullmatch(unquote_plus(key)):
                yield InventoryRow(version=match[1], last_modified=last_modified, etag=etag.strip('"'))
