"""Production without containers: PostgreSQL, Prefect's server, two workers, an object store, and a kill -9."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from benchmarks.scale_out import upload
from benchmarks.services.processes import (
    ROOT,
    Service,
    clean_environment,
    postgres,
    postgres_tools,
    prefect,
    prefect_server,
    process_worker,
    wait_until,
)
from benchmarks.services.s3_store import BUCKET, Store, s3_store

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        postgres_tools() is None, reason="PostgreSQL is not installed: apt-get install postgresql"
    ),
]

INTERVAL_S = 20  # of the schedule; a build with nothing to do takes less
RUNNING = {"state": {"name": {"any_": ["Running"]}}}
OPTIONS = {"ocr_engine": "none", "papers_per_shard": 2, "workers": 1}


@dataclass
class Topology:
    """What runs, and what its clients need."""

    store: Store
    environment: dict[str, str]
    workers: dict[str, Service]

    def objects(self, prefix: str) -> list[str]:
        """Return the keys below a prefix of the bucket."""
        return [entry["Key"] for entry in self._listed(prefix)]

    def manifest(self, warehouse: str) -> dict[str, Any]:
        """Return the manifest of a warehouse's latest release."""
        latest = (
            self._client.get_object(Bucket=BUCKET, Key=f"{warehouse}/releases/latest")["Body"].read().decode()
        )
        key = f"{warehouse}/releases/{latest.strip()}/manifest.json"
        found: dict[str, Any] = json.loads(self._client.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        return found

    def _listed(self, prefix: str) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [entry for page in pages for entry in page.get("Contents", ())]

    @cached_property
    def _prefect(self) -> httpx.Client:
        return httpx.Client(base_url=self.environment["PREFECT_API_URL"], timeout=300)

    @cached_property
    def _client(self) -> Any:
        return self.store.client()

    def ask(self, path: str, **body: object) -> Any:
        """Return what Prefect's API answers."""
        answer = self._prefect.post(path, json=body)
        answer.raise_for_status()
        return answer.json()

    def states(self, run: str) -> list[str]:
        """Return the names of a run's states, first to last."""
        found = self._prefect.get("flow_run_states/", params={"flow_run_id": run}).json()
        return [state["name"] for state in sorted(found, key=lambda state: state["timestamp"])]

    def written(self, prefix: str) -> dict[str, str]:
        """Return when each object below a prefix was written."""
        return {entry["Key"]: str(entry["LastModified"]) for entry in self._listed(prefix)}


def scheduled_spec(folder: Path) -> Path:
    """Write prefect.yaml with a schedule that fires in seconds, else as it is in the repository."""
    spec = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    (build,) = (d for d in spec["deployments"] if d["name"] == "build-scimmir")
    build["schedules"] = [{"interval": INTERVAL_S, "slug": "often"}]
    build["parameters"]["options"] = OPTIONS
    spec["deployments"] = [build]
    path = folder / "prefect.yaml"
    path.write_text(yaml.safe_dump(spec), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def topology(tmp_path_factory: pytest.TempPathFactory, few_papers: Path) -> Iterator[Topology]:
    folder = tmp_path_factory.mktemp("topology")
    base = clean_environment(folder / "prefect")
    with postgres() as (_, database), s3_store() as store:
        papers = upload_as_tester(few_papers, store)
        server_environment = {
            **base,
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "240",
            "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "5",
        }
        with prefect_server(server_environment, folder, database) as (_, api):
            environment = {
                **base,
                **store.environment,
                "PREFECT_API_URL": api,
                "SCIMMIR_HOME": str(ROOT),
                "SCIMMIR_PAPERS": papers,
                "SCIMMIR_WAREHOUSE": f"s3://{BUCKET}/scheduled",
                "SCIMMIR_CACHE": str(folder / "cache"),
                "PREFECT_WORKER_QUERY_SECONDS": "5",
            }
            prefect(environment, "work-pool", "create", "--type", "process", "scimmir")
            prefect(
                environment, "--no-prompt", "deploy", "--all", "--prefect-file", str(scheduled_spec(folder))
            )
            registered = [sys.executable, "-m", "flows.restart_lost_runs"]
            subprocess.run(registered, env=environment, check=True, cwd=ROOT, capture_output=True)
            store.hold = "/scheduled/releases"  # no build ends before its worker was killed
            workers = {name: process_worker(environment, folder, name) for name in ("one", "two")}
            try:
                yield Topology(store, environment, workers)
            finally:
                for worker in workers.values():
                    worker.kill()


def upload_as_tester(folder: Path, store: Store) -> str:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in store.environment.items():
            patch.setenv(name, value)
        return upload(folder, store, "papers")


def test_a_schedule_fires_and_its_run_outlives_its_worker(topology: Topology, few_warehouse: Path) -> None:
    t = topology
    wait_until(
        lambda: t.ask("flow_runs/filter", flow_runs=RUNNING), seconds=900, what="a run of the schedule"
    )
    (run,) = t.ask("flow_runs/filter", flow_runs=RUNNING)
    assert run["auto_scheduled"] and run["created_by"]["type"] == "SCHEDULE"
    prefect(t.environment, "deployment", "schedule", "clear", "-y", "build-scimmir/build-scimmir")
    wait_until(lambda: t.objects("scheduled/stages/images"), seconds=900, what="the images of a shard")
    (name,) = (name for name, worker in t.workers.items() if worker.works_on(run["id"]))
    t.workers.pop(name).kill()
    t.store.hold = ""
    done = {k: v for k, v in t.written("scheduled/stages").items() if k.endswith("stage.json")}
    assert not t.objects("scheduled/releases")

    (expected,) = (json.loads(p.read_text()) for p in few_warehouse.glob("releases/*/manifest.json"))

    wait_until(lambda: t.states(run["id"])[-1] == "Completed", seconds=900, what="the end of the lost run")
    states = t.states(run["id"])
    assert "Crashed" in states and "AwaitingRetry" in states and states.count("Running") == 2
    assert t.manifest("scheduled")["release_hash"] == expected["release_hash"]
    assert done and done.items() <= t.written("scheduled/stages").items()


def test_a_run_by_hand_goes_on_from_what_is_there(topology: Topology) -> None:
    t = topology
    before = t.written("scheduled/stages")
    command = ["deployment", "run", "build-scimmir/build-scimmir", "--watch", "--watch-interval", "2"]
    out = prefect(t.environment, *command, "--param", 'version="2026.11"')
    assert "Completed" in out
    assert t.manifest("scheduled")["version"] == "2026.11"
    assert t.written("scheduled/stages") == before
    artifacts = t.ask("artifacts/latest/filter")
    kept = {a["key"]: a for a in artifacts}
    assert {"scimmir-release", "scimmir-release-counts", "scimmir-release-report"} <= set(kept)
    assert f"s3://{BUCKET}/scheduled/releases/2026.11/report.html" in kept["scimmir-release-report"]["data"]
    assert t.store.environment["AWS_SECRET_ACCESS_KEY"] not in json.dumps(artifacts)


def test_a_backfill_is_one_run_for_each_period_and_is_asked_for_once(topology: Topology) -> None:
    t = topology
    for worker in t.workers.values():  # what is asked for need not be done
        worker.kill()
    command = ["backfill", "build-scimmir/build-scimmir", "--from", "2026-01-10", "--until", "2026-02-05"]
    more = [
        "--param",
        "version={first:%Y.%m}",
        "--param",
        'inputs=["s3://scimmir-test/{first:%Y}/{last:%m}"]',
    ]
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "scimmir", *command, *more],
            env=t.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [
            "backfill", "2026-01-10..2026-01-31", "backfill", "2026-02-01..2026-02-05"
        ]  # fmt: skip
    runs = t.ask("flow_runs/filter", flow_runs={"tags": {"all_": ["backfill"]}})
    asked = sorted((r["parameters"]["version"], r["parameters"]["inputs"]) for r in runs)
    assert asked == [("2026.01", ["s3://scimmir-test/2026/01"]), ("2026.02", ["s3://scimmir-test/2026/02"])]
    assert {r["parameters"]["warehouse"] for r in runs} == {f"s3://{BUCKET}/scheduled"}
