"""What became of one thing that was to be fetched: a file on disk, or a failure with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

FETCH_REASONS: Mapping[str, str] = MappingProxyType(
    {
        # What the server says for good
        "bad_id": "the identifier has no form that the source uses",
        "not_found": "the server knows nothing under this name (404)",
        "gone": "the server had it once and removed it (410)",
        "forbidden": "the server refuses to hand it out (401, 403, 451 or another final refusal)",
        "withdrawn": "its authors or the archive withdrew this version; there is no source to fetch",
        # What the user's policy leaves out
        "retracted": "the article is retracted and the policy leaves such articles out",
        "tdm_only": "the article may be mined but not passed on, and the policy leaves such articles out",
        "license_excluded": "the article's licence is not of a group that was asked for",
        "byte_limit": "the user's limit on the bytes of one fetch was reached before it was whole",
        # What did not work in spite of retries
        "checksum_mismatch": "what came does not have the checksum that the source states",
        "size_mismatch": "what came does not have the size that the source states",
        "truncated": "the connection ended before the whole body had come",
        "too_large": "the body is longer than the limit on bytes",
        "timeout": "the server did not answer in time",
        "unreachable": "no connection to the server could be made, or it broke off",
        "tls_failed": "the server's certificate or its TLS could not be verified",
        "rate_limited": "the server still asks to wait (429, or 503 with Retry-After)",
        "paused": "the server asked for a long pause, which is not over; fetch again later",
        "server_error": "the server answers with errors of its own (5xx)",
        "redirect_refused": "the redirect is one too many, leaves HTTPS or has no usable target",
        "bad_response": "the answer is not of the form that the protocol promises",
    }
)


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """One paper or file that stands complete and verified under `path`.

    `md5`, `etag` and `last_modified` of a paper of several files are those of the file that names its version.
    """

    key: str
    path: Path
    size: int
    md5: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True)
class FetchFailure:
    """One paper or file that was not fetched, and why: a reason of `FETCH_REASONS`."""

    key: str
    reason: str
    detail: str

    def __post_init__(self) -> None:
        """Refuse a reason that is not documented."""
        if self.reason not in FETCH_REASONS:
            raise ValueError(f"{self.reason!r} is no documented fetch reason")


Outcome = Fetched | FetchFailure


class FetchError(Exception):
    """One thing cannot be fetched; the others can. Becomes a `FetchFailure` with this reason.

    `page` is the beginning of what the server sent along, where it sent a page.
    """

    def __init__(self, reason: str, detail: str = "", page: str = "") -> None:
        if reason not in FETCH_REASONS:
            raise ValueError(f"{reason!r} is no documented fetch reason")
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.page = page

    def __reduce__(self) -> tuple[type["FetchError"], tuple[str, str, str]]:
        """Pickle with all arguments, so that the reason survives a process boundary."""
        return (FetchError, (self.reason, self.detail, self.page))

    def failure(self, key: str) -> FetchFailure:
        """Return the outcome row of the thing named `key`."""
        return FetchFailure(key=key, reason=self.reason, detail=self.detail)
