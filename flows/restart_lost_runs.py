"""Restarts runs whose machine went away: two automations of Prefect's server, registered once per server.

    python -m flows.restart_lost_runs

A run says every half minute that it is alive. When it has been silent for a minute and a half, the first
automation marks it as crashed; the second puts it back on the schedule, so that a live worker goes on where the
stage tables end. A run that its own worker saw crash stays as it is: the next one goes on.
"""

from datetime import timedelta
from typing import cast

from prefect.automations import Automation
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.runtime import flow_run

from flows.running.server_lock import held
from schemas.errors import UserError

LOCK = "scimmir-automations"
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


def restarts(marking: Automation) -> Automation:
    """Return the automation that starts again what the other one marked.

    It follows the other one's action and not the event of the crash, for two reasons. The action fails where the
    run had ended by itself, so that nothing is started that came to its end. And Prefect holds back the events of
    scheduled runs for a quarter of an hour, because the event that they follow, being scheduled, is never sent.
    """
    return Automation(
        name="scimmir: a lost run starts again",
        description=f"It goes on where its stage tables end, {MOST_STARTS} starts at most.",
        trigger=EventTrigger(
            match=ResourceSpecification({"prefect.resource.id": f"prefect.automation.{marking.id}"}),
            expect={"prefect.automation.action.executed"},
            posture=Posture.Reactive,
            threshold=1,
            within=timedelta(0),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.SCHEDULED, name="AwaitingRetry", message="goes on elsewhere", force=False
            )
        ],
    )


def register() -> list[str]:
    """Create the automations on the server, or bring those of the same name up to date; return their names.

    Prefect keeps as many automations of one name as are created. So this holds a lock of the server, and deletes
    what there is more than once: a run that two of them put back on the schedule would be started twice.
    """
    with held(LOCK, 0.0), get_client(sync_client=True) as client:
        marking = _registered(client, lost_runs())
        return [marking.name, _registered(client, restarts(marking)).name]


def _registered(client: SyncPrefectClient, wanted: Automation) -> Automation:
    known = [found.id for found in client.read_automations_by_name(wanted.name)]
    if not known:
        return cast(Automation, wanted.create())
    wanted.id, *others = known
    wanted.update()
    for other in others:
        client.delete_automation(other)
    return wanted


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
