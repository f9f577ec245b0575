"""Dask and Ray on two workers against one process, all writing to an S3 server: the same release hash, and the times.

    python -m benchmarks.scale_out [--papers FOLDER | --corpus FOLDER] [--count 400] [--papers-per-shard 4]

Builds the sample, or a folder of papers, or as many of a corpus's papers as asked, repeated under new ids.
Fails where the hashes differ. The ratio of times is printed and not bounded: two workers on two busy cores say
little of a cluster.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from benchmarks.invented.papers import write_bulk_tars
from benchmarks.services.processes import clean_environment, free_port, prefect_server
from benchmarks.services.s3_store import BUCKET, Store, s3_store
from samples.make_sample import make_sample

SCRIPT = """
import os, sys
import dask
dask.config.set({"distributed.worker.daemon": False})
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@dataclass(frozen=True)
class Built:
    """One build: its release, and how long it took."""

    how: str
    release_hash: str
    pairs: int
    seconds: float


@contextlib.contextmanager
def dask_cluster(workers: int, environment: dict[str, str], folder: Path) -> Iterator[str]:
    """Yield the address of a local cluster in processes of its own, which may start processes themselves."""
    script = folder / "run_cluster.py"
    script.write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, str(script), str(workers)]
    cluster = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
    )
    assert cluster.stdin and cluster.stdout
    try:
        yield cluster.stdout.readline().strip()
    finally:
        cluster.stdin.close()
        try:
            cluster.wait(timeout=30)
        except subprocess.TimeoutExpired:
            cluster.kill()


@contextlib.contextmanager
def ray_cluster(workers: int, environment: dict[str, str], folder: Path) -> Iterator[str]:
    """Yield the address of a Ray node of its own with that many workers at most."""
    port = free_port()
    # Sockets have short names: their folder cannot be one deep below.
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp") as sessions:
        options = ["--head", f"--port={port}", f"--num-cpus={workers}", "--include-dashboard=false"]
        options += [
            "--node-ip-address=127.0.0.1",
            f"--temp-dir={sessions}",
            "--disable-usage-stats",
            "--block",
        ]
        with (folder / "ray.log").open("wb") as log:
            node = subprocess.Popen(
                [sys.executable, "-m", "ray.scripts.scripts", "start", *options],
                env=environment, cwd=folder, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            _wait_for_ray(port, node)
            yield f"127.0.0.1:{port}"
        finally:
            # Told to end, a node would wait half a minute for itself.
            for process in [*psutil.Process(node.pid).children(recursive=True), node]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            node.wait()


def _wait_for_ray(port: int, node: "subprocess.Popen[bytes]", seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if node.poll() is not None:
            raise SystemExit(f"Ray ended with exit code {node.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise SystemExit(f"Ray did not start within {seconds:.0f} s")


def build_command(
    inputs: Sequence[object], warehouse: str, *more: object, papers_per_shard: int = 4
) -> list[str]:
    """Return the command of a build without OCR by one process at a time."""
    fixed = ["--ocr-engine", "none", "--papers-per-shard", str(papers_per_shard), "--workers", "1"]
    return [
        sys.executable, "-m", "scimmir", "build", *map(str, inputs), "--warehouse", warehouse, *fixed, *map(str, more)
    ]  # fmt: skip


def run_build(
    how: str, command: Sequence[str], environment: dict[str, str], store: Store, name: str
) -> Built:
    """Run a build into a warehouse in the store and return its figures."""
    import boto3

    start = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    if done.returncode:
        raise SystemExit(f"{how}: {done.stderr[-2000:]}")
    client = boto3.client("s3", endpoint_url=store.url)
    version = client.get_object(Bucket=BUCKET, Key=f"{name}/releases/latest")["Body"].read().decode().strip()
    key = f"{name}/releases/{version}/manifest.json"
    manifest = json.loads(client.get_object(Bucket=BUCKET, Key=key)["Body"].read())
    return Built(how, manifest["release_hash"], manifest["counts"]["pairs"], seconds)


def upload(folder: Path, store: Store, name: str) -> str:
    """Copy a folder into the store and return its address there."""
    import boto3

    client = boto3.client("s3", endpoint_url=store.url)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        client.upload_file(str(path), BUCKET, f"{name}/{path.relative_to(folder).as_posix()}")
    return f"s3://{BUCKET}/{name}"


Cluster = Callable[[int, dict[str, str], Path], contextlib.AbstractContextManager[str]]
Way = tuple[str, Cluster | None, tuple[str, ...]]

WAYS: tuple[Way, ...] = (
    ("one process", None, ()),
    ("two Dask workers", dask_cluster, ("--task-runner", "dask", "--dask-address", "{}")),
    ("two Ray workers", ray_cluster, ("--task-runner", "ray", "--ray-address", "{}")),
)


def compare(
    folder: Path,
    papers: Path | None,
    ways: Sequence[Way] = WAYS,
    *,
    papers_per_shard: int = 4,
    api: str | None = None,
) -> list[Built]:
    """Return builds by one process and by two workers of each cluster, of the sample or of a folder of papers.

    `api`: a Prefect server's; without one, they get one of their own.
    """
    os.environ.update(
        {
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
    )
    if papers is None:
        papers = folder / "sample"
        make_sample(papers)
        inputs = ["arxiv", "pmc"]
    else:
        inputs = [""]
    kept = clean_environment(folder / "prefect")
    with contextlib.ExitStack() as services:
        store = services.enter_context(s3_store())
        if api is None:
            _, api = services.enter_context(prefect_server(kept, folder))
        root = upload(papers, store, "papers")
        environment = {**kept, **store.environment, "PREFECT_API_URL": api}
        built = []
        for how, cluster, options in ways:
            own = {**environment, "SCIMMIR_CACHE": str(folder / f"cache-{len(built)}")}
            name = f"warehouse-{len(built)}"
            addresses = [f"{root}/{i}".rstrip("/") for i in inputs]
            with cluster(2, own, folder) if cluster else contextlib.nullcontext("") as address:
                more = [option.format(address) for option in options]
                command = build_command(
                    addresses, f"s3://{BUCKET}/{name}", *more, papers_per_shard=papers_per_shard
                )
                built.append(run_build(how, command, own, store, name))
    return built


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--papers-per-shard", type=int, default=4)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        papers = arguments.papers
        if arguments.corpus:
            papers = Path(name) / "corpus"
            write_bulk_tars(papers, arguments.count, corpus=arguments.corpus)
        built = compare(Path(name), papers, papers_per_shard=arguments.papers_per_shard)
    for each in built:
        print(f"{each.how:<18} {each.seconds:6.1f} s  {each.pairs} pairs  {each.release_hash[:12]}")
    one, *clusters = built
    for each in clusters:
        print(f"ratio of times, one process to {each.how}: {one.seconds / each.seconds:.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(b) for b in built], indent=2) + "\n", encoding="utf-8")
    if len({each.release_hash for each in built}) > 1:
        raise SystemExit("the releases differ")


if __name__ == "__main__":
    main()
