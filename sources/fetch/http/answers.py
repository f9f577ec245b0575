"""What URLs, redirects and the headers of an answer say, read with distrust."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from schemas.errors import UserError
from sources.fetch.http.partial import Validators
from sources.fetch.outcome import FetchError

FILE_NAME = re.compile(r'filename="?([^";]+)"?', re.IGNORECASE)


@contextmanager
def network_errors(url: httpx.URL, *, reading: bool = False) -> Iterator[None]:
    """Turn what the network does to a request, or to the `reading` of an answer, into reasons.

    Raises:
        FetchError: `timeout`, `tls_failed`, `redirect_refused`, `truncated` while reading, `unreachable` otherwise.
    """
    try:
        yield
    except httpx.TimeoutException as error:
        raise FetchError("timeout", f"{shown(url)}: {type(error).__name__}") from error
    except httpx.TransportError as error:
        detail = f"{shown(url)}: {error}"
        if isinstance(error.__context__, httpx.InvalidURL):  # httpx reads the target of a redirect by itself
            raise FetchError("redirect_refused", detail) from error
        if _is_untrusted(error):
            raise FetchError("tls_failed", detail) from error
        raise FetchError("truncated" if reading else "unreachable", detail) from error
    except httpx.DecodingError as error:
        raise FetchError("truncated", f"{shown(url)}: {error}") from error


def _is_untrusted(error: BaseException | None) -> bool:
    """Tell a certificate or protocol that cannot be verified from a connection that broke off."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return not isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)
        error = error.__cause__ or error.__context__
    return False


def parse_url(url: str) -> httpx.URL:
    """Return an address that can be asked.

    Raises:
        UserError: it is no http or https URL.
    """
    mend = (
        f"the address {url.rpartition('@')[2][:200]!r} cannot be fetched: use one that begins with https://"
    )
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise UserError(mend) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise UserError(mend)
    return parsed


def next_url(answer: httpx.Response) -> httpx.URL:
    """Return where a redirect leads; a user name and password go along only to the same origin."""
    here = answer.url
    try:
        there = here.join(answer.headers["Location"])
    except (KeyError, httpx.InvalidURL) as error:
        raise FetchError("redirect_refused", f"{shown(here)}: it names no target") from error
    if there.scheme not in ("http", "https") or not there.host:
        raise FetchError("redirect_refused", f"{shown(here)}: it leads to {shown(there)}")
    if here.scheme == "https" and there.scheme != "https":
        raise FetchError("redirect_refused", f"{shown(here)}: it leads out of HTTPS")
    same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
    return there.copy_with(userinfo=here.userinfo if same else b"", fragment=None)


def shown(url: httpx.URL) -> str:
    """Return a URL as messages show it: without user name, password and query."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"


def retry_after(answer: httpx.Response) -> float | None:
    """Return the seconds that an answer asks to wait, given as such or as a date; None where it gives none."""
    text = answer.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    try:  # the server's own clock, where it tells it: ours may differ
        now = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        now = datetime.now(UTC)
    return max((_aware(until) - _aware(now)).total_seconds(), 0.0)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def continues(answer: httpx.Response, before: int, noted: Validators) -> bool:
    """Tell whether a part of a file goes on where `before` bytes of the same version end."""
    match = re.match(r"bytes (\d+)-\d+/(?:\d+|\*)$", answer.headers.get("Content-Range", "").strip())
    # Some servers heed Range and not If-Range.
    etag = answer.headers.get("ETag")
    same = etag is None or noted.etag is None or etag == noted.etag
    return match is not None and int(match[1]) == before and same


def total_size(answer: httpx.Response, before: int) -> int | None:
    """Return the length that the whole file has by the server's word."""
    if match := re.match(r"bytes \d+-\d+/(\d+)", answer.headers.get("Content-Range", "")):
        return int(match[1])
    length = answer.headers.get("Content-Length", "")
    return before + int(length) if re.fullmatch(r"\d{1,18}", length) else None


def file_name(answer: httpx.Response) -> str | None:
    """Return the name that Content-Disposition gives a body; never a path to use as it stands."""
    match = FILE_NAME.search(answer.headers.get("Content-Disposition", ""))
    return match[1] if match else None
