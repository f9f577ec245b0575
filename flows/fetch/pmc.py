"""Fetches articles of PubMed Central, by their ids or by what its bucket's inventory says has changed."""

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from flows.fetch.transport import transport_settings
from flows.fetch_options import FetchOptions
from runtime.progress import progress
from schemas.errors import UserError
from sources.fetch.archive import Ledger, drop_older, latest_of
from sources.fetch.http import Transport
from sources.fetch.outcome import Fetched, FetchError, Outcome
from sources.fetch.pmc import (
    PMC_BASE,
    InventoryRow,
    PmcParameters,
    PmcPolicy,
    changed_articles,
    fetch_pmc,
    read_inventory,
)

SOURCE = "pmc"
LEFT_OUT = ("retracted", "tdm_only", "license_excluded")  # by the user's policy
IN_LINE = 4  # articles waiting per connection, so that none of them waits for an id


def fetch_articles(ledger: Ledger, options: FetchOptions) -> Iterator[Outcome]:
    """Fetch the named articles, or all that changed by the inventory; yield what became of each that was news.

    Raises:
        UserError: the user's address is missing, the inventory cannot be read or the disk cannot be written.
    """
    base = options.endpoint or PMC_BASE
    policy = PmcPolicy(
        retracted=options.retracted,
        tdm_only=options.tdm_only,
        license_groups=frozenset(options.license_groups),
    )
    only_latest = options.versions == "latest"
    with (
        Transport(transport_settings(options, base)) as transport,
        tempfile.TemporaryDirectory(dir=ledger.archive, prefix=".inventory-") as folder,
    ):
        if options.items:
            ids: Iterable[str] = options.items
        else:
            ids = _changed(transport, ledger, options, Path(folder))

        def fetch(item: str) -> list[Outcome]:
            found = fetch_pmc(
                transport,
                [item],
                ledger.archive / "pmc",
                known=latest_of(ledger) if only_latest else ledger.fetched,
                copy=ledger.files.copy,
                policy=policy,
                parameters=PmcParameters(base=base),
            )
            return list(_news(ledger, found, only_latest=only_latest))

        with progress("fetch", len(options.items), "articles") as advance:
            for outcomes in _at_once(fetch, ids, options.connections):
                advance(1)
                yield from outcomes


def _news(ledger: Ledger, outcomes: Iterable[Outcome], *, only_latest: bool) -> Iterator[Outcome]:
    """Record what became of an article and of its images; yield what was news."""
    for outcome in outcomes:
        before = ledger.known(outcome.key)
        if ledger.learn(outcome, source=SOURCE):
            if isinstance(outcome, Fetched):
                ledger.forget_below(f"pmc:{outcome.path.name}/")  # images that an older state had lost
                if only_latest:
                    drop_older(ledger, outcome, before)
            yield outcome


def _changed(transport: Transport, ledger: Ledger, options: FetchOptions, folder: Path) -> Iterator[str]:
    """Yield the articles of which the newest inventory has a version that is not settled."""
    rows = read_inventory(transport, folder, base=options.endpoint or PMC_BASE)
    open_rows = (
        row
        for row in rows
        if row.last_modified[:10] <= (options.until or "9999")
        and not _is_settled(ledger, row, again=options.again)
    )
    try:
        yield from changed_articles(open_rows, ledger.fetched, since=options.since)
    except FetchError as error:
        raise UserError(
            f"PMC's inventory cannot be read: {error}; name articles with --item instead"
        ) from error


def _is_settled(ledger: Ledger, row: InventoryRow, *, again: bool) -> bool:
    """Tell whether a version needs no look, because the article was asked for after it last changed.

    It was then left out by the policy, or another version of the article was taken.
    """
    known = ledger.known(f"pmc:{row.version.partition('.')[0]}")
    if known is None or row.last_modified > known.fetched_at:
        return False
    if known.status == "failed":
        return known.reason in LEFT_OUT and not again
    return known.path is not None and PurePosixPath(known.path).name != row.version


def _at_once(
    work: Callable[[str], list[Outcome]], items: Iterable[str], connections: int
) -> Iterator[list[Outcome]]:
    """Yield the results in order, several at work at once and only a few waiting."""
    waiting: deque[Future[list[Outcome]]] = deque()
    with ThreadPoolExecutor(connections) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= connections * IN_LINE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
