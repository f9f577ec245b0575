"""Fetches arXiv's bulk tars: the plan with its price, and after the user's consent the tars."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flows.fetch_options import FetchOptions
from runtime.progress import progress
from schemas.errors import UserError
from sources.fetch import arxiv
from sources.fetch.archive import Ledger
from sources.fetch.arxiv import BulkSelection
from sources.fetch.outcome import Fetched, Outcome
from sources.fetch.s3 import s3_client

logger = logging.getLogger("scimmir")


def plan_bulk(ledger: Ledger, options: FetchOptions) -> arxiv.BulkPlan:
    """Return which tars a fetch would transfer, and their price; reads the manifest, which costs next to nothing.

    Raises:
        UserError: the bucket cannot be read or the selection is none.
    """
    return _plan(ledger, options)[1]


def fetch_bulk(ledger: Ledger, options: FetchOptions) -> Iterator[Outcome]:
    """Fetch the tars that are new or were rewritten; yield how each ended.

    Raises:
        UserError: the user has not agreed to pay, the bucket cannot be read or the disk cannot be written.
    """
    client, plan = _plan(ledger, options)
    if plan.wanted and not options.yes:
        raise UserError(
            f"{plan.summary()}\nNothing was fetched: agree to the price with --yes (in a flow run: yes=true)"
        )
    logger.info("%s", plan.summary())
    with progress("fetch", len(plan.wanted), "tars") as advance:
        for outcome in arxiv.fetch_plan(client, plan, ledger, _parameters(options)):
            if isinstance(outcome, Fetched):
                logger.info("%s: %s bytes", outcome.path.name, f"{outcome.size:,}")
            advance(1)
            yield outcome


def _plan(ledger: Ledger, options: FetchOptions) -> tuple[Any, arxiv.BulkPlan]:
    parameters = _parameters(options)
    client = s3_client(parameters.access)
    selection = BulkSelection(
        months=options.months, since=options.since, until=options.until, items=options.items
    )
    manifest = arxiv.read_manifest(client, parameters)
    return client, arxiv.plan_bulk(manifest, selection, ledger, parameters)


def _parameters(options: FetchOptions) -> arxiv.BulkParameters:
    return arxiv.BulkParameters(
        access=replace(arxiv.ARXIV, endpoint=options.endpoint, timeout_s=options.timeout_s),
        usd_per_gb=options.usd_per_gb,
        max_bytes=options.max_bytes,
        attempts=options.attempts,
        pause_s=options.backoff_s,
    )
