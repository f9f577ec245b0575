"""The request limit of a host over all machines whose flow runs share a Prefect server."""

from functools import cache

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import rate_limit

from sources.fetch.settings import HostLimit


def wait_for_shared_turn(limit: HostLimit) -> None:
    """Return once the server's global limit of this host allows one more request.

    Each request takes the limit's one slot, which the server frees again after the interval: so nothing stays
    taken when a run is killed. The lock files of this machine hold the same limit where there is no server.
    """
    if limit.interval_s > 0:
        rate_limit(_made(limit), occupy=1, strict=True)


@cache
def _made(limit: HostLimit) -> str:
    """Return the name of the server's global limit, made or set right where needed."""
    name = f"scimmir-{limit.host.replace(':', '-')}"
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, 1, slot_decay_per_second=1 / limit.interval_s)
    return name
