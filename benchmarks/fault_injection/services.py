"""Faults of the services: a worker, Prefect's server or its database killed under a deployment's run."""

import json
import subprocess
import sys
import time
from typing import Any

import httpx

from benchmarks.fault_injection.builds import Bench
from benchmarks.services.processes import ROOT, Service, prefect, process_worker, wait_until
from benchmarks.services.s3_store import BUCKET

OPTIONS = {"ocr_engine": "none", "papers_per_shard": 4, "workers": 2}
DOWN_S = 10.0


def worker_killed(here: Bench, number: int) -> str:
    """Kill the worker of a run, and all that it started; another worker is at hand."""
    workers = _deployed(here, number)
    try:
        run, warehouse = _started(here, "worker", number)
        killed = [worker for worker in workers if worker.works_on(run)]
        assert len(killed) == 1, f"{len(killed)} workers are at work on the run"
        killed[0].kill()
        _ended(here, run)
        states = _states(here, run)
        assert states.count("Running") == 2 and "AwaitingRetry" in states, states
    finally:
        for worker in workers:
            worker.kill()
    here.check(warehouse)
    return "marked as crashed after 90 s of silence, taken up by the other worker, same release"


def server_killed(here: Bench, number: int) -> str:
    """Kill the server under a run and start it again."""
    return _interrupted(here, here.server, "server", number)


def database_killed(here: Bench, number: int) -> str:
    """Kill PostgreSQL under a run and start it again."""
    return _interrupted(here, here.database, "database", number)


def _interrupted(here: Bench, service: Service, name: str, number: int) -> str:
    workers = _deployed(here, number)
    try:
        run, warehouse = _started(here, name, number)
        service.kill()
        time.sleep(DOWN_S)
        service.start()
        _ended(here, run)
        starts = _states(here, run).count("Running")
    finally:
        for worker in workers:
            worker.kill()
    here.check(warehouse)
    went = "the run never noticed" if starts == 1 else f"the run was started {starts} times"
    return f"down for {DOWN_S:g} s and started again; {went}, same release"


def _deployed(here: Bench, number: int) -> list[Service]:
    """Deploy, and return two workers."""
    environment = {
        **here.environment,
        "SCIMMIR_HOME": str(ROOT),
        "SCIMMIR_PAPERS": f"{here.papers}/arxiv",
        "SCIMMIR_WAREHOUSE": f"s3://{BUCKET}/unused",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }
    prefect(environment, "work-pool", "create", "--overwrite", "--type", "process", "scimmir")
    prefect(environment, "--no-prompt", "deploy", "--name", "build-scimmir")
    prefect(environment, "deployment", "schedule", "clear", "-y", "build-scimmir/build-scimmir")
    command = [sys.executable, "-m", "flows.restart_lost_runs"]
    subprocess.run(command, env=environment, check=True, cwd=ROOT, capture_output=True)
    return [
        process_worker(environment, here.folder, f"worker-{number}-{n}-{time.time():.0f}") for n in (1, 2)
    ]


def _started(here: Bench, name: str, number: int) -> tuple[str, str]:
    """Start a run and return its id and its warehouse once the first images are made."""
    warehouse = f"{name}-{number}"
    prefect(
        here.environment, "deployment", "run", "build-scimmir/build-scimmir",
        "--param", f'warehouse="s3://{BUCKET}/{warehouse}"', "--param", f"options={json.dumps(OPTIONS)}",
        "--flow-run-name", warehouse,
    )  # fmt: skip
    wait_until(lambda: here.keys(f"{warehouse}/stages/images"), seconds=120, what="the images of a shard")
    # The flow names its run anew when it starts.
    names = [warehouse, f"build-scimmir s3://{BUCKET}/{warehouse}"]
    (run,) = _ask(here, "flow_runs/filter", flow_runs={"name": {"any_": names}})
    return str(run["id"]), warehouse


def _ended(here: Bench, run: str) -> None:
    def done() -> bool:
        try:
            return _states(here, run)[-1] == "Completed"
        except httpx.HTTPError:
            return False

    wait_until(done, seconds=420, what="the end of the run")


def _states(here: Bench, run: str) -> list[str]:
    url = f"{here.environment['PREFECT_API_URL']}/flow_run_states/"
    answer = httpx.get(url, params={"flow_run_id": run}, timeout=30)
    answer.raise_for_status()
    return [state["name"] for state in sorted(answer.json(), key=lambda state: state["timestamp"])]


def _ask(here: Bench, path: str, **body: object) -> Any:
    answer = httpx.post(f"{here.environment['PREFECT_API_URL']}/{path}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()
