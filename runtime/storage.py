"""An S3 bucket, or a store that speaks its language, as a place for files: whole objects, ranges, conditions.

Credentials come by the standard chain (environment, profile, instance role) and are never looked at here; the
endpoint of a store other than AWS comes from AWS_ENDPOINT_URL.
"""

import base64
import contextlib
import functools
import io
import os
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError

URL = re.compile(r"s3:/{1,2}(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/+(?P<key>.*?))?/*")
BLOCK = 1 << 20
SINGLE_PUT = 1 << 30  # S3 takes 5 GiB in one request; larger files go up in parts
REQUEST_TRIES = 10  # botocore's "standard" mode waits up to 20 s between tries: about a minute of outage
STREAM_TRIES = 5  # a body that breaks off is fetched again from its start
CONDITION_FAILED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
MISSING = ("404", "NoSuchKey", "NotFound")


class StorageError(UserError):
    """The object store cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """An object, or the objects below a common prefix; `key` has no slash at its ends."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}".rstrip("/")

    def __truediv__(self, name: str) -> "Place":
        return Place(self.bucket, f"{self.key}/{name}".strip("/"))

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.key.rsplit("/", 1)[-1] or self.bucket


@dataclass(frozen=True)
class Item:
    """One object below a place: its name from there on, its bytes, and the store's mark of its content.

    `modified` is when it was written, in seconds since 1970 by the store's clock, which counts whole ones;
    `md5` is what `put` was given, which a listing does not tell.
    """

    name: str
    size: int
    etag: str
    modified: float
    md5: str | None = None

    def has_md5(self, md5: str) -> bool:
        """Tell whether the content is known to have this md5: most stores use it as the mark, too."""
        return md5 in (self.md5, self.etag)


def is_s3(name: object) -> bool:
    """Tell whether a name is an address in a bucket; `s3:/bucket`, as Path writes it, is one as well."""
    return str(name).startswith("s3:/")


def place_of(name: object) -> Place:
    """Return the place that an `s3://bucket/key` address names.

    Raises:
        StorageError: it is no such address.
    """
    match = URL.fullmatch(str(name))
    if match is None:
        raise StorageError(f"{name} is no address in a bucket: write s3://bucket/folder")
    return Place(match["bucket"], (match["key"] or "").strip("/"))


def head(place: Place) -> Item | None:
    """Return an object's size and mark, None where there is none. Raises StorageError."""
    with _told(place):
        try:
            found = _client().head_object(Bucket=place.bucket, Key=place.key)
        except _client().exceptions.ClientError as error:
            if _code(error) in MISSING:
                return None
            raise
    return Item(
        place.name,
        found["ContentLength"],
        found["ETag"].strip('"'),
        found["LastModified"].timestamp(),
        found.get("Metadata", {}).get("md5"),
    )


def items_below(place: Place) -> list[Item]:
    """Return the objects below a place, sorted by name.

    Left out is what has no place on a disk: stand-ins for folders, and names that climb out of theirs.

    Raises:
        StorageError: the bucket cannot be listed.
    """
    prefix = f"{place.key}/" if place.key else ""
    found = []
    with _told(place):
        pages = _client().get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", ()):
                name = entry["Key"][len(prefix) :]
                if not {"", ".", ".."} & set(name.split("/")):
                    modified = entry["LastModified"].timestamp()
                    found.append(Item(name, entry["Size"], entry["ETag"].strip('"'), modified))
    return sorted(found, key=lambda item: item.name)


def folders_below(place: Place) -> list[str]:
    """Return the names of the folders directly below a place, sorted. Raises StorageError."""
    prefix = f"{place.key}/" if place.key else ""
    found = []
    with _told(place):
        pages = (
            _client()
            .get_paginator("list_objects_v2")
            .paginate(Bucket=place.bucket, Prefix=prefix, Delimiter="/")
        )
        for page in pages:
            found += [entry["Prefix"][len(prefix) : -1] for entry in page.get("CommonPrefixes", ())]
    return sorted(found)


def read(place: Place) -> tuple[bytes, str] | None:
    """Return a small object's bytes and mark, None where there is none. Raises StorageError."""
    for last in _tries():
        with _told(place, again=not last):
            try:
                found = _client().get_object(Bucket=place.bucket, Key=place.key)
                return found["Body"].read(), found["ETag"].strip('"')
            except _client().exceptions.ClientError as error:
                if _code(error) in MISSING:
                    return None
                raise
    raise AssertionError("the last try returns or raises")


def fetch(place: Place, path: Path, *, offset: int | None = None, size: int = 0) -> None:
    """Write an object, or `size` bytes of it from `offset` on, to a file, which appears whole or not at all.

    Raises:
        StorageError: there is no such object, or the store does not answer.
        OSError: the disk is full or cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if offset is not None and not size:
        path.touch()
        return
    aside = path.with_name(f".{uuid.uuid4().hex}.part")
    wanted = {} if offset is None else {"Range": f"bytes={offset}-{offset + size - 1}"}
    try:
        for last in _tries():
            with _told(place, again=not last):
                body = _client().get_object(Bucket=place.bucket, Key=place.key, **wanted)["Body"]
                with aside.open("wb") as out:
                    while block := body.read(BLOCK):
                        out.write(block)
                aside.replace(path)
                return
    finally:
        aside.unlink(missing_ok=True)


def put(
    place: Place,
    content: bytes | Path,
    *,
    only_new: bool = False,
    replacing: str | None = None,
    md5: str | None = None,
) -> str | None:
    """Write an object whole and return its mark, or None where the condition does not hold.

    Args:
        place: the object's address.
        content: its bytes, or the file that holds them.
        only_new: write only where there is no such object yet.
        replacing: write only over the object with this mark; heeded below a gigabyte.
        md5: checksum of the content in hexadecimal digits: the store takes nothing else, and `head` tells it.

    Raises:
        StorageError: the store refuses or does not answer.
    """
    if isinstance(content, Path) and content.stat().st_size > SINGLE_PUT:
        return _put_in_parts(place, content, only_new=only_new, md5=md5)
    condition = {"IfNoneMatch": "*"} if only_new else {"IfMatch": replacing} if replacing else {}
    with contextlib.ExitStack() as stack, _told(place):
        body = stack.enter_context(content.open("rb")) if isinstance(content, Path) else content
        checked: dict[str, Any] = {}
        if md5 is not None:
            checked = {"ContentMD5": base64.b64encode(bytes.fromhex(md5)).decode(), "Metadata": {"md5": md5}}
        try:
            done = _client().put_object(Bucket=place.bucket, Key=place.key, Body=body, **condition, **checked)
        except _client().exceptions.ClientError as error:
            if condition and _code(error) in (*CONDITION_FAILED, *MISSING):
                return None
            raise
    return str(done["ETag"]).strip('"')


def _put_in_parts(place: Place, path: Path, *, only_new: bool, md5: str | None) -> str | None:
    if only_new and head(place) is not None:
        return None
    with _told(place):
        told = {"Metadata": {"md5": md5}} if md5 is not None else None
        _client().upload_file(str(path), place.bucket, place.key, ExtraArgs=told)
    found = head(place)
    return found.etag if found else None


def delete(place: Place) -> None:
    """Remove one object; nothing happens where there is none. Raises StorageError."""
    with _told(place):
        _client().delete_object(Bucket=place.bucket, Key=place.key)


def delete_below(place: Place) -> None:
    """Remove all objects below a place. Raises StorageError."""
    for item in items_below(place):
        delete(place / item.name)


class Ranges(io.RawIOBase):
    """An object as a file that is read in ranges: Parquet's reader takes the columns it needs and no more."""

    def __init__(self, place: Place, size: int) -> None:
        super().__init__()
        self._place, self._size, self._at = place, size, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position of the next read."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move the position of the next read and return it."""
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Return up to that many bytes from here on. Raises StorageError."""
        left = max(self._size - self._at, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        place, first = self._place, self._at
        for last in _tries():
            with _told(place, again=not last):
                span = f"bytes={first}-{first + wanted - 1}"
                found = _client().get_object(Bucket=place.bucket, Key=place.key, Range=span)
                data: bytes = found["Body"].read()
                self._at += len(data)
                return data
        raise AssertionError("the last try returns or raises")


def _tries() -> Iterator[bool]:
    """Yield, for each try, whether it is the last one, and wait between them."""
    for number in range(STREAM_TRIES):
        if number:
            time.sleep(0.2 * 2**number)
        yield number == STREAM_TRIES - 1


@contextlib.contextmanager
def _told(place: Place, *, again: bool = False) -> Iterator[None]:
    """Turn the client's errors into a sentence; with `again`, a broken body is passed over for another try."""
    from botocore import exceptions as known

    try:
        yield
    except known.ClientError as error:
        code = _code(error)
        hint = _HINTS.get(code, "try again when the store is well; what was finished is kept")
        raise StorageError(f"{place}: the store answers {code}; {hint}") from error
    except known.NoCredentialsError as error:
        raise StorageError(
            f"{place}: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role"
        ) from error
    except (known.IncompleteReadError, known.HTTPClientError, known.ConnectionError) as error:
        if not again:
            raise StorageError(f"{place}: {_plain(error)}; check AWS_ENDPOINT_URL and the network") from error
    except known.BotoCoreError as error:
        raise StorageError(f"{place}: {_plain(error)}") from error


_HINTS = {
    "NoSuchBucket": "make the bucket first",
    "NoSuchKey": "there is no such object",
    "404": "there is no such bucket or object",
    "403": "the credentials may not do this here",
    "AccessDenied": "the credentials may not do this here",
    "InvalidAccessKeyId": "the store does not know this access key",
    "SignatureDoesNotMatch": "the secret key is wrong",
}


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "an error"))


@functools.lru_cache(maxsize=1)
def _client() -> Any:  # boto3 makes its clients' classes at run time
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise StorageError("s3:// needs boto3: pip install 'scimmir[s3]'") from error
    own = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    config = Config(
        retries={"mode": "standard", "max_attempts": REQUEST_TRIES},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=32,
        # A store under one's own name has no name for each bucket.
        s3={"addressing_style": "path" if own else "auto"},
    )
    return boto3.client("s3", config=config)
