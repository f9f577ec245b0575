"""Asks servers politely and patiently, and believes nothing they say about sizes, ranges and redirects."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx

from sources.fetch.http.answers import (
    continues,
    file_name,
    network_errors,
    next_url,
    parse_url,
    retry_after,
    shown,
    total_size,
)
from sources.fetch.http.partial import Downloaded, Partial, Stated, Validators, open_partial
from sources.fetch.http.rate_limit import only_connection, push_back, wait_for_turn
from sources.fetch.http.settings import HostLimit, TransportSettings
from sources.fetch.outcome import FetchError

Result = TypeVar("Result")

TEMPORARY = frozenset(
    (
        "timeout",
        "unreachable",
        "truncated",
        "server_error",
        "rate_limited",
        "checksum_mismatch",
        "size_mismatch",
    )
)
RESUMABLE = frozenset(("timeout", "unreachable", "truncated", "server_error", "rate_limited"))
PERMANENT = {404: "not_found", 410: "gone"}
REDIRECTS = (301, 302, 303, 307, 308)
PAGE_BYTES = 8192
GRACE_S = 30.0  # the speed of a body is judged only after this time


class Transport:
    """One polite client for all threads of a process; close it, or use it as a context manager."""

    def __init__(self, settings: TransportSettings) -> None:
        self.settings = settings
        # Certificates are always verified; SSL_CERT_FILE adds those of a proxy. No cookie is ever kept.
        self._client = httpx.Client(
            headers={"User-Agent": settings.user_agent},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=settings.timeout_s,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get_text(self, url: str, *, limit: int | None = None) -> str:
        """Return the text behind a URL; see `get_bytes`. What is no UTF-8 is replaced."""
        return self.get_bytes(url, limit=limit).decode("utf-8", "replace")

    def get_bytes(self, url: str, *, limit: int | None = None) -> bytes:
        """Return the body behind a URL, of at most `limit` bytes (default: the settings' text limit).

        Raises:
            FetchError: any reason of the network or the server.
        """
        most = self.settings.text_limit if limit is None else limit

        def once() -> bytes:
            parts: list[bytes] = []
            with self._answer(url, {"Accept-Encoding": "gzip"}) as answer:
                size = 0
                for block in self._blocks(answer, answer.iter_bytes()):
                    size += len(block)
                    _check_limit(size, most, answer)
                    parts.append(block)
            return b"".join(parts)

        return self._retried(once)

    def get_parsed(self, url: str, parse: Callable[[bytes], Result], *, attempts: int) -> Result:
        """Return what `parse` makes of the body behind a URL, asked for again where it raises `bad_response`.

        A proxy between may have answered something else.

        Raises:
            FetchError: any reason of the network or the server, or what `parse` raised at last.
        """
        for _ in range(attempts - 1):
            try:
                return parse(self.get_bytes(url))
            except FetchError as error:
                if error.reason != "bad_response":
                    raise
        return parse(self.get_bytes(url))

    def download(
        self,
        url: str,
        target: Path,
        *,
        md5: str | None = None,
        size: int | None = None,
        limit: int | None = None,
    ) -> Downloaded:
        """Return what was written to `target`, which gets its name only when size and checksum agree.

        What an earlier attempt left is continued where the server still has the same bytes.

        Args:
            url: what to ask for.
            target: the file to write; its folder is made.
            md5: checksum of the body in hexadecimal digits, where the source states one.
            size: its length in bytes, where the source states one.
            limit: the most bytes to take, whatever the server says (default: the settings' byte limit).

        Raises:
            FetchError: any reason of the network or the server; a mismatch only after retries.
            UserError: the target cannot be written.
        """
        done = self._download(url, target, Validators(), Stated(md5, size, limit))
        if done is None:
            raise FetchError("bad_response", f"{shown(httpx.URL(url))}: 304 to a request without a condition")
        return done

    def download_if_changed(
        self, url: str, target: Path, known: Validators, *, limit: int | None = None
    ) -> Downloaded | None:
        """Return what `download` does; None, and nothing is written, where the server has what is `known`.

        Raises:
            FetchError: any reason of the network or the server.
            UserError: the target cannot be written.
        """
        return self._download(url, target, known, Stated(None, None, limit))

    def _download(self, url: str, target: Path, known: Validators, stated: Stated) -> Downloaded | None:
        def once() -> Downloaded | None:
            with open_partial(target) as partial:
                try:
                    done = self._fill(url, partial, known, stated.limit or self.settings.byte_limit)
                    if done is not None:
                        stated.check(done, shown(parse_url(url)))
                except FetchError as error:
                    if not partial.size or error.reason not in RESUMABLE:
                        partial.discard()
                    raise
                if done is None:
                    partial.discard()
                else:
                    partial.finish()
                return done

        return self._retried(once)

    def _fill(self, url: str, partial: Partial, known: Validators, most: int) -> Downloaded | None:
        """Return what the partial file holds after one answer: the rest of it, or all from the beginning."""
        with self._answer(url, {"Accept-Encoding": "identity", **partial.conditions(known)}) as answer:
            if answer.status_code == 304:
                return None
            validators = Validators(answer.headers.get("ETag"), answer.headers.get("Last-Modified"))
            if answer.status_code == 200:
                partial.restart(validators)
            elif answer.status_code == 416 or not continues(answer, partial.size, partial.validators):
                raise FetchError("size_mismatch", f"{shown(answer.url)}: the range that came is another one")
            total = total_size(answer, partial.size)
            _check_limit(total or 0, most, answer)
            for block in self._blocks(answer, answer.iter_raw()):
                _check_limit(partial.size + len(block), most, answer)
                partial.append(block)
            if total is not None and partial.size != total:
                reason = "truncated" if partial.size < total else "size_mismatch"
                raise FetchError(reason, f"{shown(answer.url)}: {partial.size:,} of {total:,} bytes came")
            return Downloaded(
                partial.size,
                partial.digest.hexdigest(),
                validators.etag or partial.validators.etag,
                validators.last_modified or partial.validators.last_modified,
                file_name(answer),
                answer.headers.get("Content-Type"),
            )

    def _retried(self, once: Callable[[], Result]) -> Result:
        for attempt in range(self.settings.retries):
            try:
                return once()
            except FetchError as error:
                if error.reason not in TEMPORARY:
                    raise
            longest = min(self.settings.backoff_s * 2**attempt, self.settings.longest_backoff_s)
            time.sleep(longest * random.uniform(0.5, 1))
        try:
            return once()
        except FetchError as error:
            detail = f"{error.detail}; tried {self.settings.retries + 1} times"
            raise FetchError(error.reason, detail, error.page) from error

    @contextmanager
    def _answer(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Yield an answer that has a body to read: 200, 206 and 416 to a range, 304 to a condition."""
        here = parse_url(url)
        for _ in range(self.settings.redirects + 1):
            with self._one_request(here, headers) as answer:
                if answer.status_code not in REDIRECTS:
                    self._check_status(answer, headers)
                    yield answer
                    return
                there = next_url(answer)
            here = there
        raise FetchError(
            "redirect_refused", f"{shown(parse_url(url))}: more than {self.settings.redirects} hops"
        )

    @contextmanager
    def _one_request(self, url: httpx.URL, headers: dict[str, str]) -> Iterator[httpx.Response]:
        limit = self._limit(url)
        state = self.settings.state
        with contextlib.ExitStack() as stack:
            if limit.interval_s > 0:
                stack.enter_context(only_connection(limit.host, state))
            wait_for_turn(limit.host, limit.interval_s, state, patience_s=self.settings.patience_s)
            request = self._client.build_request("GET", url, headers=headers)
            try:
                # Last of all: what is waited for after it would come off the pause that others keep.
                with self.settings.shared_turn(limit), network_errors(url):
                    answer = self._client.send(request, stream=True)
            finally:
                # Counted again from the answer: the request may have been long on its way.
                push_back(limit.host, limit.interval_s, state)
            stack.callback(answer.close)
            yield answer

    def _limit(self, url: httpx.URL) -> HostLimit:
        return self.settings.limit_of(url.host, url.netloc.decode("ascii"))

    def _check_status(self, answer: httpx.Response, asked: dict[str, str]) -> None:
        status, where = answer.status_code, shown(answer.url)
        is_conditional = "If-None-Match" in asked or "If-Modified-Since" in asked
        if status == 200 or ("Range" in asked and status in (206, 416)) or (is_conditional and status == 304):
            return
        if status in (429, 503):
            pause = retry_after(answer)
            push_back(self._limit(answer.url).host, pause or self.settings.backoff_s, self.settings.state)
            reason = "server_error" if status == 503 and pause is None else "rate_limited"
            raise FetchError(reason, f"{where}: {status}")
        if status >= 500 or status == 408:
            raise FetchError("server_error", f"{where}: {status}", self._page(answer))
        reason = PERMANENT.get(status, "forbidden" if 400 <= status < 500 else "bad_response")
        raise FetchError(reason, f"{where}: {status}", self._page(answer))

    def _page(self, answer: httpx.Response) -> str:
        """Return the beginning of a page that says why there is nothing else."""
        page = b""
        with contextlib.suppress(FetchError):
            for block in self._blocks(answer, answer.iter_bytes()):
                page += block
                if len(page) >= PAGE_BYTES:
                    break
        return page[:PAGE_BYTES].decode("utf-8", "replace")

    def _blocks(self, answer: httpx.Response, blocks: Iterator[bytes]) -> Iterator[bytes]:
        begin, size = time.monotonic(), 0
        with network_errors(answer.url, reading=True):
            for block in blocks:
                size += len(block)
                spent = time.monotonic() - begin
                if spent > GRACE_S and size < spent * self.settings.slowest_bytes_per_s:
                    raise FetchError("timeout", f"{shown(answer.url)}: {size:,} bytes in {spent:.0f} seconds")
                yield block


def _check_limit(size: int, limit: int, answer: httpx.Response) -> None:
    if size > limit:
        raise FetchError("too_large", f"{shown(answer.url)}: more than {limit:,} bytes")
