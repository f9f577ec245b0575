"""Faults of stores, disks and archives, brought about under builds of one process."""

import contextlib
import gzip
import io
import json
import os
import resource
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.invented.papers import invented_paper
from benchmarks.scale_out import upload
from benchmarks.services.processes import ROOT, clean_environment, postgres, prefect_server, wait_until
from benchmarks.services.s3_store import BUCKET, Store, s3_store
from samples.make_sample import make_sample

SMALL_FILE = 60_000  # bytes that a file may have on the full disk: the images of a shard have more


@dataclass
class Bench:
    """The services that faults are brought about against, and the release of an undisturbed build."""

    folder: Path
    sample: Path
    store: Store
    papers: str
    environment: dict[str, str]
    server: Any
    database: Any
    expected: dict[str, Any]

    def command(self, inputs: Sequence[object], warehouse: object, *more: str) -> list[str]:
        """Return the command of a build without OCR, in shards of four papers."""
        fixed = ["--ocr-engine", "none", "--papers-per-shard", "4", "--workers", "2", *more]
        return [
            sys.executable,
            "-m",
            "scimmir",
            "build",
            *map(str, inputs),
            "--warehouse",
            str(warehouse),
            *fixed,
        ]

    def own(self, name: str) -> dict[str, str]:
        """Return the environment with a cache of its own: what is in the bucket must come from there."""
        return {**self.environment, "SCIMMIR_CACHE": str(self.folder / f"cache-{name}")}

    def manifest(self, warehouse: Path | str) -> dict[str, Any]:
        """Return the manifest of a warehouse's latest release, on disk or by its name in the bucket."""
        if isinstance(warehouse, Path):
            latest = (warehouse / "releases" / "latest").read_text(encoding="utf-8").strip()
            found: dict[str, Any] = json.loads(
                (warehouse / "releases" / latest / "manifest.json").read_bytes()
            )
            return found
        latest = self.object(f"{warehouse}/releases/latest").decode().strip()
        found = json.loads(self.object(f"{warehouse}/releases/{latest}/manifest.json"))
        return found

    def object(self, key: str) -> bytes:
        """Return an object of the bucket."""
        data: bytes = self.store.client().get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return data

    def keys(self, prefix: str) -> list[str]:
        """Return the keys below a prefix of the bucket."""
        pages = self.store.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def check(self, warehouse: Path | str) -> None:
        """Return when the release is that of an undisturbed build. Raises AssertionError."""
        found = self.manifest(warehouse)
        same = found["release_hash"] == self.expected["release_hash"]
        assert same, f"{warehouse}: {found['counts']} instead of {self.expected['counts']}"


@contextlib.contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """Yield the services, with the sample in the bucket and built once undisturbed."""
    base = clean_environment(folder / "prefect")
    leases = "prefect.server.concurrency.lease_storage.filesystem"
    own = {
        **base,
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": leases,
        "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "240",
    }
    sample = folder / "sample"
    make_sample(sample)
    with (
        s3_store() as store,
        postgres() as (database, url),
        prefect_server(own, folder, url) as (server, api),
    ):
        os.environ.update(store.environment)
        papers = upload(sample, store, "papers")
        environment = {
            **base,
            **store.environment,
            "PREFECT_API_URL": api,
            "SCIMMIR_CACHE": str(folder / "cache"),
        }
        here = Bench(folder, sample, store, papers, environment, server, database, {})
        run(here, here.command([sample / "arxiv"], folder / "undisturbed"))
        here.expected = here.manifest(folder / "undisturbed")
        yield here


def run(here: Bench, command: Sequence[str], *, name: str = "here") -> str:
    """Run a command and return its log. Raises RuntimeError."""
    done = subprocess.run(command, env=here.own(name), capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    return done.stderr


def s3_errors(here: Bench, number: int) -> str:
    """Build while every third request fails."""
    before = here.store.failed
    here.store.fail_every = 3
    try:
        run(here, here.command([f"{here.papers}/arxiv"], f"s3://{BUCKET}/errors-{number}"), name=f"e{number}")
    finally:
        here.store.fail_every = 0
    here.check(f"errors-{number}")
    return f"{here.store.failed - before} requests failed and were made again; the build ended well"


def s3_slow(here: Bench, number: int) -> str:
    """Build while every request takes longer."""
    here.store.delay_s = 0.3
    try:
        run(here, here.command([f"{here.papers}/arxiv"], f"s3://{BUCKET}/slow-{number}"), name=f"s{number}")
    finally:
        here.store.delay_s = 0.0
    here.check(f"slow-{number}")
    return "the build took longer and ended well"


def s3_outage(here: Bench, number: int) -> str:
    """Let the store fail altogether for a while in mid-build."""
    name = f"outage-{number}"
    before = here.store.failed

    def outage() -> None:
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: here.keys(f"{name}/stages/extract"), seconds=90, what="the first stage")
        here.store.fail_every = 1
        time.sleep(20)
        here.store.fail_every = 0

    thread = threading.Thread(target=outage)
    thread.start()
    command = here.command([f"{here.papers}/arxiv"], f"s3://{BUCKET}/{name}")
    try:
        run(here, command, name=f"o{number}")
        end = "the build waited and ended well"
    except RuntimeError as error:
        sentence = str(error).strip().splitlines()[-1]
        assert sentence.startswith("scimmir: s3://"), sentence
        thread.join()
        run(here, command, name=f"o{number}")
        end = f"the build said «{sentence[9:90]}…», the next one went on"
    finally:
        thread.join()
        here.store.fail_every = 0
    here.check(name)
    return f"{here.store.failed - before} requests failed; {end}"


def disk_full(here: Bench, number: int) -> str:
    """Build on a disk that takes no more than small files, then on one with room."""
    warehouse = here.folder / f"full-{number}"
    command = here.command([here.sample / "arxiv"], warehouse)

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_FILE, resource.RLIM_INFINITY))

    with _tiny_disk(warehouse) as is_real:
        limit: Callable[[], None] | None = None if is_real else full
        failed = subprocess.run(
            command,
            env=here.environment,
            capture_output=True,
            text=True,
            cwd=ROOT,
            preexec_fn=limit,
            check=False,
        )
        assert failed.returncode == 1, failed.stderr[-500:]
        assert not (warehouse / "releases" / "latest").exists()
        sentence = failed.stderr.strip().splitlines()[-1]
        assert sentence.startswith("scimmir: "), sentence
        done = _stages(warehouse)
        if is_real:
            subprocess.run(["mount", "-o", "remount,size=200m", str(warehouse)], check=True)
        run(here, command)
        assert (
            done.items()
            <= {str(p): p.stat().st_mtime_ns for p in warehouse.glob("stages/*/*/[!.]*/stage.json")}.items()
        )
        here.check(warehouse)
    how = "a full file system" if is_real else "a limit on files"
    return (
        f"{how}: «{sentence[9:80]}…», nothing published; with room it went on from {len(done)} stage tables"
    )


def _stages(warehouse: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in warehouse.glob("stages/*/*/[!.]*/stage.json")}


@contextlib.contextmanager
def _tiny_disk(folder: Path) -> Iterator[bool]:
    """Mount a file system of a few hundred kB at a folder where that is allowed; yield whether it is."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def two_builds(here: Bench, number: int) -> str:
    """Start two builds of one version at once in the bucket: of the same papers, then of others."""
    name = f"twice-{number}"
    warehouse, version = f"s3://{BUCKET}/{name}", ("--version", "2026.1")
    same = [here.command([f"{here.papers}/arxiv"], warehouse, *version)] * 2
    for code, errors in _at_once(here, same, name):
        assert code == 0, errors[-800:]
    here.check(name)
    before = here.keys(f"{name}/releases/")
    others = [here.command([f"{here.papers}/pmc"], warehouse, "--version", v) for v in ("2026.2", "2026.1")]
    (first, _), (second, sentence) = _at_once(here, others, name)
    assert first == 0 and second == 1 and "releases never change" in sentence, sentence[-500:]
    assert set(before) <= set(here.keys(f"{name}/releases/"))
    kept = json.loads(here.object(f"{name}/releases/2026.1/manifest.json"))
    assert kept["release_hash"] == here.expected["release_hash"]
    assert not here.keys(f"{name}/.lock")
    return "of the same papers both ended well with one release; of other papers the later was refused"


def _at_once(here: Bench, commands: Sequence[Sequence[str]], name: str) -> list[tuple[int, str]]:
    running = [
        subprocess.Popen(
            command, env=here.own(f"{name}-{place}"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            cwd=ROOT,
        )
        for place, command in enumerate(commands)
    ]  # fmt: skip
    ended = []
    for process in running:
        _, errors = process.communicate()
        ended.append((process.returncode, errors))
    return ended


def poisoned_archive(here: Bench, number: int) -> str:
    """Build a hundred good papers, then the same with a bomb among them, in one shard."""
    good, bad = here.folder / f"good-{number}", here.folder / f"bad-{number}"
    for folder in (good, bad):
        folder.mkdir()
        for paper in range(100):
            (folder / f"2601.{paper + 1000 * number:05d}.tar.gz").write_bytes(
                invented_paper(paper + 1000 * number)
            )
    (bad / f"2601.{50 + 1000 * number:05d}v9.tar.gz").write_bytes(_bomb())
    counts = []
    for folder in (good, bad):
        warehouse = here.folder / f"warehouse-{folder.name}"
        run(here, here.command([folder], warehouse, "--papers-per-shard", "1000"))
        counts.append(self_counts := here.manifest(warehouse)["counts"])
        assert len(list(warehouse.glob("stages/extract/*/[!.]*/stage.json"))) == 1
        assert self_counts["papers"] >= 100
    assert counts[1]["pairs"] == counts[0]["pairs"] >= 250, counts
    assert counts[1]["rejects_paper"] == counts[0]["rejects_paper"] + 1, counts
    (reason,) = set(counts[1]["rejects_by_reason"]) - set(counts[0]["rejects_by_reason"])
    return f"the bomb became one reject ({reason}); the hundred gave their {counts[1]['pairs']} pairs"


def _bomb() -> bytes:
    """Return a small archive that would unpack to 20 GB."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0) as packed:
        entry = tarfile.TarInfo("main.tex")
        entry.size = 20 << 30
        packed.write(entry.tobuf())
        for _ in range(3072):
            packed.write(bytes(1 << 20))
    return out.getvalue()
