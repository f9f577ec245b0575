"""Reads one object of an S3 bucket, from where an earlier attempt ended, and says what went wrong."""

import random
import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from schemas.errors import UserError
from sources.fetch.outcome import FetchFailure

CHUNK = 1 << 20
LONGEST_WAIT_S = 3600.0  # a server's Retry-After beyond this is not believed
DENIED = (
    "AccessDenied",
    "AllAccessDisabled",
    "ExpiredToken",
    "Forbidden",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "403",
)
ABSENT = ("NoSuchKey", "NoSuchBucket", "NotFound", "404")
# Asking again will not help.
FINAL = ("forbidden", "not_found", "size_mismatch", "byte_limit", "tls_failed")


class S3Error(UserError):
    """The bucket cannot be used; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class S3Access:
    """Which bucket, who pays and how long to wait; `endpoint` is Amazon's or AWS_ENDPOINT_URL by default."""

    bucket: str
    region: str = "us-east-1"
    endpoint: str | None = None
    requester_pays: bool = False
    anonymous: bool = False
    timeout_s: float = 60.0


@dataclass(frozen=True)
class Trouble:
    """Why an object did not come whole, and how long the server asks to wait."""

    reason: str
    detail: str
    wait_s: float = 0.0

    @property
    def is_final(self) -> bool:
        """True where another attempt cannot end otherwise."""
        return self.reason in FINAL

    def failure(self, key: str) -> FetchFailure:
        """Return the outcome of the thing named `key`."""
        return FetchFailure(key=key, reason=self.reason, detail=self.detail)


@dataclass
class Budget:
    """Bytes that may still be transferred; None is no limit."""

    left: int | None = None

    def grant(self, wanted: int) -> int:
        """Return how many of the bytes wanted may be read."""
        return wanted if self.left is None else min(wanted, self.left)

    def spend(self, read: int) -> None:
        """Take the bytes read off the budget."""
        if self.left is not None:
            self.left = max(0, self.left - read)


def s3_client(access: S3Access) -> Any:
    """Return a client with the user's own AWS configuration, or without credentials for an anonymous bucket.

    Raises:
        S3Error: boto3 is not installed, or its configuration cannot be used.
    """
    try:
        import boto3
        from botocore import UNSIGNED
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise S3Error("buckets need boto3: pip install 'scimmir[s3]'") from error
    config = Config(
        connect_timeout=access.timeout_s,
        read_timeout=access.timeout_s,
        retries={
            "mode": "standard",
            "total_max_attempts": 1,
        },  # the caller's attempts can resume, these cannot
        response_checksum_validation="when_required",  # the caller knows the md5
        signature_version=UNSIGNED if access.anonymous else None,
    )
    try:
        session = boto3.session.Session()  # boto3's own would keep the credentials that it saw first
        return session.client("s3", region_name=access.region, endpoint_url=access.endpoint, config=config)
    except (BotoCoreError, ValueError) as error:
        raise S3Error(f"the S3 client cannot be set up: {error}") from error


def read_object(
    client: Any,
    access: S3Access,
    key: str,
    sink: BinaryIO,
    *,
    size: int | None = None,
    budget: Budget | None = None,
) -> Trouble | None:
    """Append an object's bytes to `sink`, from the sink's end on; return None once it is whole.

    What was read before trouble stays in the sink, for another attempt. A server that ignores the range makes
    the sink begin anew; one that offers another size than `size` is not read from.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from urllib3.exceptions import HTTPError

    budget = budget or Budget()
    offset = sink.seek(0, 2)
    options: dict[str, str] = {"Bucket": access.bucket, "Key": key}
    if access.requester_pays:
        options["RequestPayer"] = "requester"
    if offset:
        options["Range"] = f"bytes={offset}-"
    try:
        answer = client.get_object(**options)
        start, total = _extent(answer)
        if start != offset:
            sink.seek(0)
            sink.truncate(0)
        with answer["Body"] as body:
            if start not in (0, offset):
                return Trouble("bad_response", f"bytes from {start:,} came, from {offset:,} were wanted")
            if size is not None and total != size:
                return Trouble("size_mismatch", f"{key} has {total:,} bytes and should have {size:,}")
            return _copy(body, sink, total - start, budget)
    except ClientError as error:
        return _refused(error.response, access, key)
    except (BotoCoreError, HTTPError) as error:
        return _broken(error, access)


def _extent(answer: dict[str, Any]) -> tuple[int, int]:
    """Return where the answer's bytes begin and how many the whole object has."""
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.get("ContentRange") or "")
    return (int(span[1]), int(span[2])) if span else (0, int(answer["ContentLength"]))


def _copy(body: Any, sink: BinaryIO, expected: int, budget: Budget) -> Trouble | None:
    left = expected
    while left:
        granted = budget.grant(min(left, CHUNK))
        if not granted:
            return Trouble("byte_limit", f"the byte limit was reached with {left:,} bytes left")
        data = body.read(granted)
        if not data:
            return Trouble("truncated", f"the answer ended {left:,} of {expected:,} bytes too early")
        budget.spend(len(data))
        sink.write(data)
        left -= len(data)
    return None


def _refused(response: dict[str, Any], access: S3Access, key: str) -> Trouble:
    """Return what an error answer of the server means."""
    code = str(response.get("Error", {}).get("Code", ""))
    about = response.get("ResponseMetadata", {})
    status = about.get("HTTPStatusCode", 0)
    place = f"s3://{access.bucket}/{key}"
    if code in DENIED or status in (401, 403):
        return Trouble("forbidden", f"{place} may not be read ({code or status}): {_advice(access)}")
    if code in ABSENT or status == 404:
        return Trouble("not_found", f"{place} does not exist ({code or status})")
    if code == "InvalidRange" or status == 416:
        return Trouble("bad_response", f"{place} is shorter than what is on disk")
    asked = str(about.get("HTTPHeaders", {}).get("retry-after", ""))
    wait_s = min(float(asked), LONGEST_WAIT_S) if asked.isdecimal() else 0.0
    return Trouble("server_error", f"{place}: the server answers {status} {code}", wait_s)


def _advice(access: S3Access) -> str:
    if access.anonymous:
        return "it should be readable by everybody; check bucket and endpoint"
    return (
        "the requester pays, so AWS credentials that may do s3:GetObject are needed; set AWS_PROFILE, or "
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and check that they are valid"
    )


def _broken(error: Exception, access: S3Access) -> Trouble:
    """Return what an error below HTTP means."""
    from botocore import exceptions as boto
    from urllib3.exceptions import SSLError

    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.ProfileNotFound):
        return Trouble("forbidden", f"no AWS credentials were found: {_advice(access)}")
    if isinstance(error, boto.SSLError | SSLError):
        return Trouble("tls_failed", f"the server's certificate is not accepted: {error}")
    if isinstance(error, boto.IncompleteReadError | boto.ResponseStreamingError):
        return Trouble("truncated", f"the answer ended too early: {error}")
    return Trouble("unreachable", str(error))


def pause_s(attempt: int, trouble: Trouble, *, shortest: float, longest: float) -> float:
    """Return the seconds to wait after the nth failure in a row.

    They double each time, are spread so that many clients do not come back together, and are never less than
    what the server asks for.
    """
    doubled = min(longest, shortest * 2.0 ** min(attempt - 1, 30))
    return max(trouble.wait_s, doubled * random.uniform(0.5, 1.0))
