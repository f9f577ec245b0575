"""The request limit of a host over all machines whose flow runs share a Prefect server."""

import contextlib
import functools
import logging
from collections.abc import Iterator

from flows.running.server_lock import held
from sources.fetch.http import HostLimit

logger = logging.getLogger("scimmir")


@contextlib.contextmanager
def shared_turn(limit: HostLimit) -> Iterator[None]:
    """Hold the turn to ask a host, over all machines, an interval after the last one was given back.

    A request holds it until its answer begins; bodies that take long may come to two machines at once.

    Where runs state different intervals, the longest holds for all: who states one wants the host to be asked no
    more often, whoever asks. The server keeps it, so that a run that is slower never starts among faster ones; it is
    forgotten when somebody deletes the limit there. A limit that is new begins with a whole interval, too.
    The lock files of this machine hold the same limit where there is no server.

    Raises:
        httpx.HTTPError: the server does not answer, or refuses.
    """
    if limit.interval_s <= 0:
        yield
        return
    with held(limit_name(limit.host), limit.interval_s) as interval_s:
        if interval_s > limit.interval_s * 1.001:
            _warn_once(limit, round(interval_s, 3))
        yield


def limit_name(host: str) -> str:
    """Return the name of a host's global concurrency limit."""
    return f"scimmir-{host.replace(':', '-')}"


@functools.cache
def _warn_once(limit: HostLimit, interval_s: float) -> None:
    logger.warning(
        "%s is asked every %g seconds and not every %g, as another run stated; where that holds no more, "
        "`prefect gcl delete %s` forgets it",
        limit.host,
        interval_s,
        limit.interval_s,
        limit_name(limit.host),
    )
