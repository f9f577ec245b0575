"""Lists a public S3 bucket over HTTPS: ListObjectsV2, page after page, without an account."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode

from lxml import etree

from sources.fetch.http import Transport
from sources.fetch.outcome import FetchError

ATTEMPTS = 3  # for an answer that is no listing, from a proxy between


@dataclass(frozen=True, kw_only=True)
class ListedObject:
    """One object of a bucket; the ETag stands without its quotation marks."""

    key: str
    size: int
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page: objects, the prefixes below (with a delimiter), and the token for the next page; None at the end."""

    objects: tuple[ListedObject, ...]
    prefixes: tuple[str, ...]
    token: str | None


def object_url(base: str, key: str) -> str:
    """Return the address of an object."""
    return f"{base.rstrip('/')}/{quote(key)}"


def list_bucket(
    transport: Transport, base: str, *, prefix: str, delimiter: str | None = None
) -> Iterator[Listing]:
    """Yield the pages of a listing.

    Raises:
        FetchError: any reason of the network; `bad_response` for what is no listing or leads back to itself.
    """
    token: str | None = None
    while True:
        asked = {"list-type": "2", "prefix": prefix, "delimiter": delimiter, "continuation-token": token}
        question = urlencode({k: v for k, v in asked.items() if v is not None} | {"encoding-type": "url"})
        page = transport.get_parsed(f"{base.rstrip('/')}/?{question}", parse_listing, attempts=ATTEMPTS)
        yield page
        if page.token is None:
            return
        if page.token == token:
            raise FetchError("bad_response", f"{base}: the listing of {prefix} leads back to itself")
        token = page.token


def parse_listing(data: bytes) -> Listing:
    """Return what an answer to ListObjectsV2 says.

    Raises:
        FetchError: `bad_response` for anything else.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FetchError("bad_response", f"the listing is no XML: {error}") from error
    if root is None or not isinstance(root.tag, str) or etree.QName(root).localname != "ListBucketResult":
        raise FetchError("bad_response", "the answer is no listing of a bucket")
    is_encoded = _text(root, "EncodingType") == "url"

    def name(element: Any, child: str) -> str:
        text = _text(element, child) or ""
        return unquote_plus(text) if is_encoded else text

    objects = tuple(
        ListedObject(
            key=name(entry, "Key"),
            size=_size(entry),
            etag=(_text(entry, "ETag") or "").strip('"') or None,
            last_modified=_text(entry, "LastModified"),
        )
        for entry in root.iterfind("{*}Contents")
    )
    prefixes = tuple(name(entry, "Prefix") for entry in root.iterfind("{*}CommonPrefixes"))
    token = _text(root, "NextContinuationToken")
    if _text(root, "IsTruncated") == "true" and token is None:
        raise FetchError("bad_response", "the listing is cut and names no next page")
    return Listing(objects=objects, prefixes=prefixes, token=token)


def _size(entry: Any) -> int:
    text = _text(entry, "Size") or ""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise FetchError("bad_response", f"the listing states the size {text[:20]!r}")
    return int(text)


def _text(element: Any, child: str) -> str | None:
    found = element.find(f"{{*}}{child}")
    return found.text if found is not None else None
