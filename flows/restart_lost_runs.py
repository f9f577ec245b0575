"""Restarts runs whose machine went away: two automations of Prefect's server, registered once per server.

    python -m flows.restart_lost_runs

A run says every half minute that it is alive. When it has been silent for a minute and a half, the first
automation marks it as crashed; the second puts crashed runs back on the schedule, so that a live worker goes on
where the stage tables end.
"""

from datetime import timedelta
from typing import cast

from prefect.automations import Automation
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.runtime import flow_run

from schemas.errors import UserError

TAG = "scimmir"  # of the deployments in prefect.yaml
HEARTBEAT_S = 30  # the shortest that Prefect allows; prefect.yaml sets it
SILENT_S = 90  # three heartbeats
MOST_STARTS = 5  # a build that takes its machine down each time must not do so for ever

RUNS = ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"})
OURS = ResourceSpecification({"prefect.resource.id": f"prefect.tag.{TAG}", "prefect.resource.role": "tag"})
HEARTBEAT = "prefect.flow-run.heartbeat"
ENDS = tuple(
    f"prefect.flow-run.{end}" for end in ("Completed", "Failed", "Cancelled", "Cancelling", "Crashed")
)


def lost_runs() -> Automation:
    """Return the automation that marks silent runs as crashed."""
    return Automation(
        name="scimmir: a silent run has crashed",
        description="Its worker or its machine is gone.",
        trigger=EventTrigger(
            match=RUNS,
            match_related=OURS,
            after={HEARTBEAT},
            expect={HEARTBEAT, *ENDS},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=SILENT_S),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                name="Crashed",
                message=f"no sign of life for {SILENT_S} s",
                force=False,
            )
        ],
    )


def crashed_runs() -> Automation:
    """Return the automation that starts crashed runs again."""
    return Automation(
        name="scimmir: a crashed run starts again",
        description=f"It goes on where its stage tables end, {MOST_STARTS} starts at most.",
        trigger=EventTrigger(
            match=RUNS,
            match_related=OURS,
            expect={"prefect.flow-run.Crashed"},
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.SCHEDULED, name="AwaitingRetry", message="goes on after a crash", force=False
            )
        ],
    )


def register() -> list[str]:
    """Create the automations on the server, or bring those of the same name up to date; return their names."""
    names = []
    for wanted in (lost_runs(), crashed_runs()):
        try:
            known = cast(Automation, Automation.read(name=wanted.name))
        except ValueError:
            wanted.create()
        else:
            wanted.id = known.id
            wanted.update()
        names.append(wanted.name)
    return names


def check_starts() -> None:
    """Return unless this run was started too often.

    Raises:
        UserError: it crashed each time.
    """
    starts = int(flow_run.run_count or 0)
    if starts > MOST_STARTS:
        raise UserError(
            f"this run was started {starts} times and crashed each time, out of memory perhaps: "
            "see the workers' logs, lower `workers` or `papers_per_shard`, and start a new one"
        )


if __name__ == "__main__":
    print("\n".join(register()))
