"""arXiv's bulk sources from its requester-pays bucket: planned with their price, resumed, checked by md5."""

import errno
import fcntl
import hashlib
import io
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from sources.fetch.archive import Ledger, md5_of
from sources.fetch.arxiv.manifest import BulkSelection, BulkTar, Manifest, parse_manifest, select_tars
from sources.fetch.outcome import Fetched, FetchFailure, Outcome
from sources.fetch.s3 import CHUNK, Budget, S3Access, Trouble, pause_s, read_object

SOURCE = "arxiv-bulk"
GB = 10**9
MANIFEST_BYTES = 256 << 20  # arXiv's is a few MB
NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
ARXIV = S3Access(bucket="arxiv", requester_pays=True)
logger = logging.getLogger("scimmir")


class BulkError(UserError):
    """The bucket or the archive folder cannot be used; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class BulkParameters:
    """What the tars cost and how hard to try for them.

    `usd_per_gb` is Amazon's list price for the first 10 TB a month out of us-east-1 to the Internet; a machine
    in that region pays nothing. `attempts` are those in a row that bring less than a chunk; `downloads` are whole
    ones whose md5 was wrong, of which each costs money.
    """

    access: S3Access = ARXIV
    manifest: str = "src/arXiv_src_manifest.xml"
    usd_per_gb: float = 0.09
    max_bytes: int | None = None
    attempts: int = 5
    downloads: int = 2
    pause_s: float = 1.0
    longest_pause_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class BulkPlan:
    """What a fetch will transfer: `wanted` in order, of which `rewritten` are there in an older form.

    `current` are there, `held_back` are past the byte limit, `missing` are items that no tar holds.
    """

    wanted: tuple[BulkTar, ...]
    rewritten: tuple[str, ...]
    current: tuple[BulkTar, ...]
    held_back: tuple[BulkTar, ...]
    missing: tuple[str, ...]
    unusable: tuple[str, ...]
    usd_per_gb: float

    @property
    def size(self) -> int:
        """Bytes that the fetch will transfer."""
        return sum(tar.size for tar in self.wanted)

    @property
    def usd(self) -> float:
        """What the requester pays for them."""
        return self.size / GB * self.usd_per_gb

    def summary(self) -> str:
        """Return the plan in a few lines, its price first."""
        lines = [
            f"{len(self.wanted)} tars to fetch, {self.size:,} bytes: about {self.usd:.2f} USD "
            f"at {self.usd_per_gb} USD per GB, which the bucket's owner charges to you"
        ]
        if self.rewritten:
            lines.append(f"{len(self.rewritten)} of them were rewritten since they were fetched")
        if self.current:
            lines.append(f"{len(self.current)} tars are there already")
        if self.held_back:
            size = sum(tar.size for tar in self.held_back)
            lines.append(f"{len(self.held_back)} tars ({size:,} bytes) are past the byte limit and wait")
        for what, names in (("are in no tar", self.missing), ("are unusable entries", self.unusable)):
            if names:
                lines.append(f"{len(names)} {what}: {', '.join(names[:5])}{', …' if len(names) > 5 else ''}")
        return "\n".join(lines)


def read_manifest(client: Any, parameters: BulkParameters) -> Manifest:
    """Return the bucket's manifest.

    Raises:
        BulkError: it cannot be read; the message says what to do.
    """
    for attempt in range(1, parameters.attempts + 1):
        sink = io.BytesIO()
        budget = Budget(MANIFEST_BYTES)
        trouble = read_object(client, parameters.access, parameters.manifest, sink, budget=budget)
        if trouble is None:
            return parse_manifest(sink.getvalue())
        if trouble.is_final or attempt == parameters.attempts:
            raise BulkError(f"the manifest cannot be read: {trouble.detail}")
        _wait(attempt, trouble, parameters)
    raise BulkError("the manifest cannot be read: at least one attempt is needed")


def _wait(attempt: int, trouble: Trouble, parameters: BulkParameters) -> None:
    time.sleep(pause_s(attempt, trouble, shortest=parameters.pause_s, longest=parameters.longest_pause_s))


def plan_bulk(
    manifest: Manifest, selection: BulkSelection, ledger: Ledger, parameters: BulkParameters
) -> BulkPlan:
    """Return what is to be fetched: tars that are not there with the manifest's md5, up to the byte limit."""
    selected, missing = select_tars(manifest, selection)
    current = [tar for tar in selected if ledger.holds(_fetched(tar, ledger), source=SOURCE)]
    there = {tar.name for tar in current}
    new = [tar for tar in selected if tar.name not in there]
    room = len(new)
    total = 0
    for place, tar in enumerate(new):
        total += tar.size
        if parameters.max_bytes is not None and total > parameters.max_bytes:
            room = place
            break
    rewritten = [tar.name for tar in new[:room] if _was_other(ledger, tar)]
    return BulkPlan(
        wanted=tuple(new[:room]),
        rewritten=tuple(rewritten),
        current=tuple(current),
        held_back=tuple(new[room:]),
        missing=missing,
        unusable=manifest.unusable,
        usd_per_gb=parameters.usd_per_gb,
    )


def _was_other(ledger: Ledger, tar: BulkTar) -> bool:
    row = ledger.known(ledger_key(tar))
    return row is not None and row.md5 is not None and row.md5 != tar.md5


def ledger_key(tar: BulkTar) -> str:
    """Return the tar's name in the ledger."""
    return f"{SOURCE}:{tar.name}"


def fetch_plan(client: Any, plan: BulkPlan, ledger: Ledger, parameters: BulkParameters) -> Iterator[Outcome]:
    """Fetch the plan's tars one after the other and record each; yield how each ended.

    The bytes of retries count too: once the byte limit is reached, the tars left fail with `byte_limit`.

    Raises:
        BulkError: the disk is full or cannot be written.
    """
    budget = Budget(parameters.max_bytes)
    for item in plan.missing:
        failure = FetchFailure(
            key=f"{SOURCE}:{item}", reason="not_found", detail="no tar of the manifest holds it"
        )
        ledger.record(failure, source=SOURCE)
        yield failure
    for tar in plan.current:
        ledger.learn(
            _fetched(tar, ledger), source=SOURCE
        )  # it may have failed in a form that is withdrawn again
    for tar in plan.wanted:
        outcome = _fetch_tar(client, tar, ledger, parameters, budget)
        if isinstance(outcome, FetchFailure):
            logger.warning("%s: %s: %s", tar.name, outcome.reason, outcome.detail)
        yield outcome


def _fetch_tar(
    client: Any, tar: BulkTar, ledger: Ledger, parameters: BulkParameters, budget: Budget
) -> Outcome:
    """Fetch one tar into the archive under its own name; it is there whole and verified, or not at all."""
    fetched = _fetched(tar, ledger)
    target = fetched.path
    # The md5 in the name keeps bytes of an older tar out of a rewritten one.
    part = target.with_name(f"{target.name}.{tar.md5[:12]}.part")
    with _disk_errors(ledger.archive):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(part) as sink:
            if ledger.is_current(fetched.key, tar.md5, tar.size):  # another process was faster
                part.unlink()
                return fetched
            if target.is_file() and md5_of(target) == tar.md5:  # it came, and could not go on from here
                part.unlink()
                ledger.record(fetched, source=SOURCE)
                return fetched
            trouble = _download(client, tar, sink, parameters, budget)
            if trouble is None:
                os.fsync(sink.fileno())
                for old in set(target.parent.glob(f"{target.name}.*.part")) - {part}:
                    old.unlink(missing_ok=True)  # of a tar that was rewritten before it was whole
                part.replace(target)
            outcome: Outcome = trouble.failure(fetched.key) if trouble else fetched
            ledger.record(outcome, source=SOURCE)  # before the lock ends, so that nobody fetches it again
            return outcome


def _fetched(tar: BulkTar, ledger: Ledger) -> Fetched:
    """Return the tar as it is once it is whole."""
    path = ledger.archive / "arxiv" / tar.name
    return Fetched(
        key=ledger_key(tar), path=path, size=tar.size, md5=tar.md5, last_modified=tar.timestamp or None
    )


def _download(
    client: Any, tar: BulkTar, sink: io.BufferedRandom, parameters: BulkParameters, budget: Budget
) -> Trouble | None:
    """Fill the sink until it has the tar's md5; return why it does not."""
    idle = downloads = 0
    while True:
        before = sink.seek(0, io.SEEK_END)
        trouble = None
        if before > tar.size:
            trouble = Trouble("bad_response", "more is on disk than the tar has")
        elif before < tar.size:
            trouble = read_object(client, parameters.access, tar.name, sink, size=tar.size, budget=budget)
        if trouble is None:
            found = _md5(sink)
            if found == tar.md5:
                return None
            downloads += 1
            trouble = Trouble("checksum_mismatch", f"md5 {found} came, the manifest says {tar.md5}")
        if trouble.reason in ("checksum_mismatch", "bad_response"):
            sink.seek(0)
            sink.truncate(0)
        if trouble.is_final or downloads >= parameters.downloads:
            return trouble
        idle = 0 if sink.seek(0, io.SEEK_END) - before >= CHUNK else idle + 1
        if idle >= parameters.attempts:
            return trouble
        logger.info("%s: %s; trying again", tar.name, trouble.detail)
        _wait(max(idle, 1), trouble, parameters)


def _md5(sink: io.BufferedRandom) -> str:
    sink.seek(0)
    return hashlib.file_digest(sink, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


@contextmanager
def _locked(part: Path) -> Iterator[io.BufferedRandom]:
    """Open a partial file that no other process writes; waits while one does."""
    while True:
        with part.open("a+b") as sink:
            fcntl.flock(sink, fcntl.LOCK_EX)
            # The process that held the lock may have renamed the file: then this is a finished one.
            if part.exists() and part.stat().st_ino == os.fstat(sink.fileno()).st_ino:
                yield sink
                return


@contextmanager
def _disk_errors(archive: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NOT_WRITABLE:
            hint = "let this user write there"
        else:
            hint = "make room or mend the disk, and fetch again; it goes on from where it was"
        raise BulkError(
            f"the archive {archive} cannot be written ({error.strerror or error}): {hint}"
        ) from error
