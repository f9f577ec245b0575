"""A lock over all machines that share a Prefect server, with a pause between two holders.

It is a global concurrency limit of the server. The holder has all of its slots; the others wait until none is
taken. The server frees slots one by one, a pause each: so a holder that is killed loses the lock after `HOLD_S`, and
one that gives it back leaves one slot taken, which is free after the pause.

Prefect has no way to change a limit under a condition. So nobody writes to it but its holder, but for two things
that are safe at any time: to create it, which succeeds once per name, and to mend one that would never be free.
"""

import contextlib
import logging
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, GlobalConcurrencyLimitUpdate
from prefect.client.schemas.responses import GlobalConcurrencyLimitResponse
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

HOLD_S = 120.0  # longer than a request is on its way, and as long as others wait for one that is killed
LATEST = 0.9  # part of the hold after which it is no longer given back: it might be another's when the word arrives
SHORTEST_PAUSE_S = 0.01
TAKEN = {422, 423}  # what the server answers where slots are missing: fewer than asked for exist, or are free
logger = logging.getLogger("scimmir")


@dataclass(frozen=True)
class Terms:
    """How a limit works as a lock: how many slots it frees in a second, and how many there are."""

    decay: float
    slots: int

    @property
    def hold_s(self) -> float:
        """Seconds until all slots are free again, if nobody gives them back."""
        return self.slots / self.decay


def terms(decay: float) -> Terms:
    """Return the terms of a lock whose pause is 1 / `decay` seconds."""
    return Terms(decay, max(1, math.ceil(HOLD_S * decay)))


@contextlib.contextmanager
def held(name: str, pause_s: float) -> Iterator[float]:
    """Hold a lock of the server; yields the seconds that nobody holds it before and after.

    They are never fewer than `pause_s`, nor than anybody stated before: a lock gets slower, and never faster. Where
    somebody switched the limit off on Prefect's pages, nothing is held.

    Args:
        name: the name of the global concurrency limit, which is made where it is missing.
        pause_s: seconds between two holders.

    Raises:
        httpx.HTTPError: the server does not answer, or refuses.
    """
    wanted = 1 / max(pause_s, SHORTEST_PAUSE_S)
    with get_client(sync_client=True) as client:
        taken = _take(client, name, wanted)
        try:
            yield 1 / (taken[1].decay if taken else wanted)
        finally:
            if taken:
                _give_back(client, name, *taken)


def _take(client: SyncPrefectClient, name: str, wanted: float) -> tuple[float, Terms] | None:
    """Return since when the lock is held (monotonic time) and on which terms; None where it is switched off."""
    began = time.monotonic()
    told = False
    pauses = _pauses(1 / wanted)
    while True:
        known = _read(client, name)
        if known is None:
            _create(client, name, terms(wanted))
        elif not known.active:
            return None
        elif _is_stuck(known):
            right = _slower(known, wanted)
            _write(client, name, right, taken=right.slots)
        elif known.active_slots == 0:
            taken = _try(client, known, wanted)
            if taken:
                return taken
        time.sleep(next(pauses))
        if not told and time.monotonic() - began > max(HOLD_S / 4, 2 / wanted):
            told = True
            logger.info("waiting for %s, which other runs hold or one that was killed", name)


def _pauses(pause_s: float) -> Iterator[float]:
    """Yield seconds between two looks: few at first, as the lock is often free at once where nobody else wants it."""
    seconds = max(0.02 * pause_s, SHORTEST_PAUSE_S)
    while True:
        yield seconds * random.uniform(0.5, 1.5)
        seconds = max(min(seconds * 1.5, 0.3 * pause_s, 1.0), SHORTEST_PAUSE_S)


def _try(
    client: SyncPrefectClient, known: GlobalConcurrencyLimitResponse, wanted: float
) -> tuple[float, Terms] | None:
    """Return as `_take` does; None where another was faster, or the pause before was too short."""
    since = time.monotonic()
    if not _occupy(client, known):
        return None
    # Again: others may have set its terms between the first look and now.
    mine = _read(client, known.name)
    if mine is None or mine.limit != known.limit:
        return None  # it has more slots than were taken: nobody holds it by these, which the server frees
    right = _slower(mine, wanted)
    if right == Terms(mine.slot_decay_per_second, mine.limit):
        return since, right
    # Until now it was kept on other terms: give it back on the right ones, and wait again.
    _write(client, known.name, right, taken=1)
    return None


def _slower(known: GlobalConcurrencyLimitResponse, wanted: float) -> Terms:
    return terms(min(known.slot_decay_per_second or wanted, wanted))


def _is_stuck(known: GlobalConcurrencyLimitResponse) -> bool:
    """Tell whether a limit never has a free slot again: somebody set it by hand."""
    return known.limit == 0 or (known.active_slots > 0 and known.slot_decay_per_second == 0)


def _read(client: SyncPrefectClient, name: str) -> GlobalConcurrencyLimitResponse | None:
    try:
        return client.read_global_concurrency_limit_by_name(name)
    except ObjectNotFound:
        return None


def _create(client: SyncPrefectClient, name: str, right: Terms) -> None:
    """Create the limit with one slot taken: what happened before it was there, nobody knows."""
    limit = GlobalConcurrencyLimitCreate(
        name=name, limit=right.slots, active_slots=1, slot_decay_per_second=right.decay
    )
    with contextlib.suppress(ObjectAlreadyExists):
        client.create_global_concurrency_limit(limit)


def _occupy(client: SyncPrefectClient, known: GlobalConcurrencyLimitResponse) -> bool:
    """Tell whether all slots were free and are taken now."""
    try:
        answer = client.increment_concurrency_slots([known.name], known.limit, "concurrency")
    except httpx.HTTPStatusError as error:
        if error.response.status_code in TAKEN:
            return False
        raise
    return bool(answer.json())  # empty where the limit was deleted meanwhile


def _write(client: SyncPrefectClient, name: str, right: Terms, *, taken: int) -> None:
    """Set the limit's terms and how many slots are taken from now on."""
    limit = GlobalConcurrencyLimitUpdate(
        limit=right.slots, active_slots=taken, slot_decay_per_second=right.decay
    )
    with contextlib.suppress(ObjectNotFound):
        client.update_global_concurrency_limit(name, limit)


def _give_back(client: SyncPrefectClient, name: str, since: float, right: Terms) -> None:
    """Leave one slot taken, which is free after the pause; the server frees the others where that fails."""
    if time.monotonic() - since > LATEST * right.hold_s:
        return
    try:
        _write(client, name, right, taken=1)
    except httpx.HTTPError as error:
        logger.warning("%s stays held for up to %.0f seconds: %s", name, right.hold_s, error)
