"""Dask on two workers against one process, both writing to an S3 server: the same release hash, and the times.

    python -m benchmarks.scale_out [--papers FOLDER] [--json FILE]

Fails where the hashes differ. The ratio of times is printed and not bounded: two workers on two busy cores say
little of a cluster.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.s3_store import BUCKET, Store, s3_store
from benchmarks.services import clean_environment, prefect_server
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


def build_command(inputs: Sequence[object], warehouse: str, *more: object) -> list[str]:
    """Return the command of a build without OCR by one process at a time."""
    fixed = ["--ocr-engine", "none", "--papers-per-shard", "4", "--workers", "1"]
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


def compare(folder: Path, papers: Path | None) -> list[Built]:
    """Return a build by one process and one by two Dask workers, of the sample or of a folder of papers."""
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
    with s3_store() as store, prefect_server(kept, folder) as (_, api):
        root = upload(papers, store, "papers")
        environment = {**kept, **store.environment, "PREFECT_API_URL": api}
        built = []
        for how in ("one process", "two Dask workers"):
            own = {**environment, "SCIMMIR_CACHE": str(folder / f"cache-{len(built)}")}
            name = f"warehouse-{len(built)}"
            command = build_command([f"{root}/{i}".rstrip("/") for i in inputs], f"s3://{BUCKET}/{name}")
            if built:
                with dask_cluster(2, own, folder) as address:
                    command += ["--task-runner", "dask", "--dask-address", address]
                    built.append(run_build(how, command, own, store, name))
            else:
                built.append(run_build(how, command, own, store, name))
    return built


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=Path)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        built = compare(Path(name), arguments.papers)
    for each in built:
        print(f"{each.how:<18} {each.seconds:6.1f} s  {each.pairs} pairs  {each.release_hash[:12]}")
    one, two = built
    print(f"ratio of times, one process to two workers: {one.seconds / two.seconds:.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(b) for b in built], indent=2) + "\n", encoding="utf-8")
    if one.release_hash != two.release_hash:
        raise SystemExit("the releases differ")


if __name__ == "__main__":
    main()
