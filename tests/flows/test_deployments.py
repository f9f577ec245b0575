"""What prefect.yaml deploys: names, schedules and limits, and parameters that Prefect's pages can explain."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prefect.server.schemas.schedules import CronSchedule
from prefect.utilities.callables import parameter_schema_from_entrypoint

from flows import restart_lost_runs
from flows.build_options import BuildOptions
from flows.running import artifacts as publish_artifacts
from flows.running.artifacts import address_of, release_counts
from schemas.errors import UserError

ROOT = Path(__file__).parents[2]
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = {d["name"]: d for d in SPEC["deployments"]}


@pytest.mark.parametrize(("name", "days"), [("build-scimmir", 7), ("fetch-papers", 1)])
def test_runs_come_in_their_time_and_one_at_a_time(name: str, days: int) -> None:
    deployment = DEPLOYMENTS[name]
    (schedule,) = deployment["schedules"]
    first, second = asyncio.run(
        CronSchedule(cron=schedule["cron"], timezone=schedule["timezone"]).get_dates(2)
    )
    assert second - first == timedelta(days=days)
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_deployment_is_tagged_and_tells_that_it_is_alive(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    assert restart_lost_runs.TAG in deployment["tags"]
    environment = deployment["work_pool"]["job_variables"]["env"]
    assert int(environment["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"]) == restart_lost_runs.HEARTBEAT_S
    assert (
        environment["PREFECT_CLIENT_RETRY_EXTRA_CODES"] == "500"
    )  # the answer of a server without its database
    assert deployment["description"]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_parameter_is_explained(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entrypoint = DEPLOYMENTS[name]["entrypoint"]
    monkeypatch.chdir(ROOT)
    if not (ROOT / entrypoint.split(":")[0]).is_file():
        pytest.skip(f"{entrypoint} is not in this checkout")
    schema = parameter_schema_from_entrypoint(entrypoint)
    assert schema.properties
    for parameter, known in schema.properties.items():
        assert known.get("description"), parameter
        if parameter != "options":
            assert {"type", "anyOf", "enum", "allOf"} & set(known), parameter
    given = DEPLOYMENTS[name].get("parameters", {})
    assert set(given) <= set(schema.properties) and set(schema.required) <= set(given)


def test_every_option_of_a_build_is_explained() -> None:
    for name, field in BuildOptions.model_fields.items():
        assert field.description, name


def test_a_run_that_crashes_again_and_again_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT", str(restart_lost_runs.MOST_STARTS))
    restart_lost_runs.check_starts()
    monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT", str(restart_lost_runs.MOST_STARTS + 1))
    with pytest.raises(UserError, match="crashed each time"):
        restart_lost_runs.check_starts()


def test_the_table_of_counts_is_that_of_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(
        '{"counts": {"papers": 3, "papers_rejected": 1, "floats_found": 9, "pairs": 7,'
        ' "rejects_by_reason": {"image_blank": 2}}, "rows_by_split": {"test": 7}}'
    )
    assert list(release_counts(tmp_path)) == [
        ("papers", 3),
        ("papers rejected", 1),
        ("floats found", 9),
        ("pairs", 7),
        ("pairs in test", 7),
        ("rejected: image_blank", 2),
    ]
    assert address_of(tmp_path).startswith("file:///")


def test_a_server_that_takes_no_artifact_fails_no_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        request = httpx.Request("POST", "http://127.0.0.1/api/artifacts/")
        raise httpx.HTTPStatusError("500", request=request, response=httpx.Response(500, request=request))

    monkeypatch.setattr(publish_artifacts, "create_markdown_artifact", refuse)
    with caplog.at_level(logging.WARNING):
        publish_artifacts.publish_alert(tmp_path, ["rejects rose"])
    assert "did not take the artifacts" in caplog.text
