"""What two runs, or two starts, make in Prefect's server at the same moment is there once, and right."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from itertools import chain, pairwise
from typing import Any
from unittest import mock

import pytest
from prefect.client.orchestration import SyncPrefectClient

from flows.backfill_runs import backfill_range
from flows.fetch.shared_limit import limit_name, shared_turn
from flows.restart_lost_runs import lost_runs, register
from flows.running import server_lock
from sources.fetch.http.settings import HostLimit
from tests.support.at_once import Call, two_processes

pytestmark = pytest.mark.long

ROUNDS = 20
OTHER_ROUNDS = 8  # of what is not asked for with every request
BACKFILLS = 5  # Prefect sees to it by the key that it is given
SHORT_HOLD_S = 5  # much longer than a slow machine stalls
CLOCK_S = 0.005  # SQLite counts milliseconds
abandoned: list[AbstractContextManager[None]] = []
Span = tuple[float, float]
HERE = "tests.flows.test_created_at_once"
REGISTER = f"{register.__module__}:{register.__name__}"


@pytest.fixture(scope="module")
def at_once(environment: dict[str, str]) -> Iterator[Call]:
    with two_processes(environment) as call:
        call(f"{HERE}:take_turns", ("first", 0.01, 1, 60), ("first", 0.01, 1, 60))  # the imports
        yield call


@pytest.fixture(scope="module")
def api(environment: dict[str, str]) -> Iterator[SyncPrefectClient]:
    # Prefect's own client asks again where the server's SQLite is busy.
    with SyncPrefectClient(environment["PREFECT_API_URL"]) as client:
        yield client


def take_turns(host: str, interval_s: float, turns: int, hold_s: float) -> list[Span]:
    """Take turns at a host as a fetch does; called in each of the two processes."""
    spans = []
    with mock.patch.object(server_lock, "HOLD_S", hold_s):
        for _ in range(turns):
            with shared_turn(HostLimit(host=host, interval_s=interval_s)):
                begin = time.time()
                time.sleep(0.01)
                spans.append((begin, time.time()))
    return spans


def abandon_turn(host: str, interval_s: float, hold_s: float) -> float:
    """Take a turn and never give it back, as a process that is killed."""
    turn = shared_turn(HostLimit(host=host, interval_s=interval_s))
    with mock.patch.object(server_lock, "HOLD_S", hold_s):
        turn.__enter__()
    abandoned.append(turn)  # with the last word of it, it would be given back
    return time.time()


def limit_of(api: SyncPrefectClient, host: str) -> dict[str, Any]:
    return dict(api.request("GET", f"/v2/concurrency_limits/{limit_name(host)}").json())  # type: ignore[arg-type]


def smallest_gap(*spans: list[Span]) -> float:
    """Return the shortest time from the end of a turn to the begin of the next one, over both processes."""
    return min(b[0] - a[1] for a, b in pairwise(sorted(chain(*spans))))


def test_two_runs_create_a_host_s_limit(at_once: Call, api: SyncPrefectClient) -> None:
    for number in range(ROUNDS):
        host = f"new-{number}.example:80"
        first, second = at_once(f"{HERE}:take_turns", (host, 0.05, 1, 60), (host, 0.05, 1, 60))
        assert smallest_gap(first, second) > 0.05 - CLOCK_S
        limit = limit_of(api, host)
        assert (limit["limit"], limit["slot_decay_per_second"]) == (1200, 20)


def test_a_slower_run_is_never_undercut(at_once: Call, api: SyncPrefectClient) -> None:
    for number in range(4):
        host = f"mixed-{number}.example"
        fast, slow = at_once(f"{HERE}:take_turns", (host, 0.02, 8, 60), (host, 0.2, 2, 60))
        # Only what came before the slower one knew of the host may have gone faster.
        begin = slow[0][0]
        before = [turn for turn in sorted(fast) if turn[0] < begin][-1:]
        after = [turn for turn in fast if turn[0] > begin]
        assert smallest_gap(slow, after, before) > 0.2 - CLOCK_S
        assert limit_of(api, host)["slot_decay_per_second"] == 5


def test_a_new_limit_begins_with_an_interval(at_once: Call) -> None:
    asked = time.time()  # others may have asked the host just before
    ((begin, _),), _ = at_once(f"{HERE}:take_turns", ("begin", 1.0, 1, 60), ("begin", 1.0, 0, 60))
    assert begin - asked > 1 - CLOCK_S


@pytest.mark.parametrize(
    ("known", "decay", "hold_s"),
    [
        pytest.param({"limit": 5, "slot_decay_per_second": 50}, 10, 60, id="faster"),
        pytest.param({"limit": 1, "slot_decay_per_second": 10}, 10, 60, id="one slot"),
        pytest.param({"limit": 1, "slot_decay_per_second": 2}, 2, 60, id="slower"),
        pytest.param({"limit": 1}, 10, SHORT_HOLD_S, id="no decay"),
        # What nobody could take otherwise is free after a hold.
        pytest.param({"limit": 1, "active_slots": 1}, 10, SHORT_HOLD_S, id="no decay, taken"),
        pytest.param({"limit": 0, "slot_decay_per_second": 10}, 10, SHORT_HOLD_S, id="no slot"),
    ],
)
def test_a_limit_with_other_values_is_set_right(
    at_once: Call, api: SyncPrefectClient, known: dict[str, float], decay: int, hold_s: int,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    host = request.node.callspec.id.replace(" ", "-").replace(",", "")
    api.request("POST", "/v2/concurrency_limits/", json={"name": limit_name(host), **known})
    both = at_once(f"{HERE}:take_turns", (host, 0.1, 2, hold_s), (host, 0.1, 2, hold_s))
    assert smallest_gap(*both) > 1 / decay - CLOCK_S
    limit = limit_of(api, host)
    assert (limit["limit"], limit["slot_decay_per_second"]) == (decay * hold_s, decay)


def test_who_knew_fewer_slots_holds_nothing(api: SyncPrefectClient) -> None:
    now = server_lock.terms(2.0)
    few = {"name": limit_name("few"), "limit": 1, "slot_decay_per_second": 2}
    api.request("POST", "/v2/concurrency_limits/", json=few)
    looked = api.read_global_concurrency_limit_by_name(limit_name("few"))
    server_lock._write(api, limit_name("few"), now, taken=0)  # another, in between
    assert server_lock._try(api, looked, 2.0) is None
    while limit_of(api, "few")["active_slots"]:
        time.sleep(0.1)
    looked = api.read_global_concurrency_limit_by_name(limit_name("few"))
    taken = server_lock._try(api, looked, 2.0)
    assert taken and taken[1] == now


def test_a_limit_that_somebody_switched_off_stays_off(at_once: Call, api: SyncPrefectClient) -> None:
    off = {"name": limit_name("off"), "limit": 1, "active": False, "active_slots": 1}
    api.request("POST", "/v2/concurrency_limits/", json=off)
    first, second = at_once(f"{HERE}:take_turns", ("off", 0.1, 1, 60), ("off", 0.1, 1, 60))
    assert len(first) == len(second) == 1
    assert not limit_of(api, "off")["active"] and limit_of(api, "off")["active_slots"] == 1


def test_a_killed_run_keeps_its_turn_for_a_while_only(at_once: Call) -> None:
    taken, _ = at_once(f"{HERE}:abandon_turn", ("killed", 0.1, SHORT_HOLD_S), ("alive", 0.1, SHORT_HOLD_S))
    first, second = at_once(f"{HERE}:take_turns", ("killed", 0.1, 1, 60), ("killed", 0.1, 1, 60))
    assert min(first[0][0], second[0][0]) - taken > 0.5 * SHORT_HOLD_S


def test_a_hold_that_ran_out_is_not_given_back() -> None:
    past = time.monotonic() - server_lock.HOLD_S
    # It is another's by then, whom a word of this one would cut short; so the server is not even asked.
    server_lock._give_back(None, "late", past, server_lock.terms(1.0))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        server_lock._give_back(None, "held", time.monotonic(), server_lock.terms(1.0))  # type: ignore[arg-type]


def automations(api: SyncPrefectClient) -> list[dict[str, Any]]:
    """Return the project's automations, that which marks silent runs first."""
    answer = api.request("POST", "/automations/filter", json={})
    found = [automation for automation in answer.json() if automation["name"].startswith("scimmir: ")]
    return sorted(found, key=lambda automation: str(automation["name"]), reverse=True)


def follows(automation: dict[str, Any]) -> str:
    return str(automation["trigger"]["match"]["prefect.resource.id"])


def test_two_starts_register_the_automations(at_once: Call, api: SyncPrefectClient) -> None:
    for _ in range(OTHER_ROUNDS):
        names = [lost_runs().name, "scimmir: a lost run starts again"]
        assert at_once(REGISTER, (), ()) == [names, names]
        marking, restarting = automations(api)
        assert [marking["name"], restarting["name"]] == names
        assert follows(restarting) == f"prefect.automation.{marking['id']}"
        for automation in (marking, restarting):
            api.request("DELETE", f"/automations/{automation['id']}")  # type: ignore[arg-type]


def test_automations_that_are_there_twice_are_left_once(at_once: Call, api: SyncPrefectClient) -> None:
    at_once(REGISTER, (), ())
    for automation in automations(api):
        again = {key: automation[key] for key in ("name", "description", "trigger", "actions")}
        api.request("POST", "/automations/", json=again)
    assert len(automations(api)) == 4
    at_once(REGISTER, (), ())
    marking, restarting = automations(api)
    assert follows(restarting) == f"prefect.automation.{marking['id']}"


def backfill(deployment: str, day: str) -> list[str]:
    """Ask for a backfill of two days; called in each of the two processes."""
    first = date.fromisoformat(day)
    return backfill_range(deployment, first, first + timedelta(days=1), "day", [])


def test_two_backfills_of_one_range_start_each_run_once(at_once: Call, api: SyncPrefectClient) -> None:
    known = api.create_deployment(flow_id=api.create_flow_from_name("many"), name="days", paused=True)
    for number in range(BACKFILLS):
        day = str(date(2026, 1, 1) + timedelta(days=2 * number))
        first, second = at_once(f"{HERE}:backfill", ("many/days", day), ("many/days", day))
        assert first == second and len(first) == 2
    asked = {"deployments": {"id": {"any_": [str(known)]}}}
    assert api.request("POST", "/flow_runs/count", json=asked).json() == 2 * BACKFILLS
