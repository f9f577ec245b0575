"""Fetches single arXiv papers by their ids."""

import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
from prefect.context import FlowRunContext

from flows.fetch_options import FetchOptions
from flows.shared_limit import wait_for_shared_turn
from runtime.progress import progress
from schemas.errors import UserError
from sources.fetch.arxiv_eprint import EprintParameters, fetch_eprints
from sources.fetch.ledger import Ledger
from sources.fetch.outcome import Outcome
from sources.fetch.settings import ARXIV_LIMIT, HostLimit, TransportSettings
from sources.fetch.transport import Transport

logger = logging.getLogger("scimmir")


def transport_settings(options: FetchOptions) -> TransportSettings:
    """Return how servers are asked: in a flow run also under the limit that its Prefect server keeps.

    Raises:
        UserError: the user's address is missing.
    """
    limits = [replace(ARXIV_LIMIT, interval_s=max(ARXIV_LIMIT.interval_s, options.interval_s))]
    if options.endpoint is not None:
        limits.append(HostLimit(host=_netloc(options.endpoint), interval_s=options.interval_s))
    return TransportSettings(
        contact=options.contact or os.environ.get("SCIMMIR_CONTACT"),
        state=_state(options),
        limits=tuple(limits),
        retries=options.attempts - 1,
        backoff_s=options.backoff_s,
        timeout_s=options.timeout_s,
        before_request=wait_for_shared_turn if FlowRunContext.get() else None,
    )


def fetch_ids(ledger: Ledger, options: FetchOptions) -> Iterator[Outcome]:
    """Fetch the papers whose ids are given; yield how each that was not there ended.

    Raises:
        UserError: no id or no address of the user is given, or the disk cannot be written.
    """
    if not options.items:
        raise UserError("no paper is named: give ids with --item or a file of them with --items")
    with Transport(transport_settings(options)) as transport:
        outcomes = fetch_eprints(
            transport,
            options.items,
            ledger.archive / "arxiv" / "papers",
            known=ledger.fetched,
            parameters=EprintParameters(base=options.endpoint) if options.endpoint else None,
        )
        with progress("fetch", len(options.items), "papers") as advance:
            for outcome in outcomes:
                advance(1)
                if ledger.learn(outcome, source="arxiv-ids"):
                    yield outcome


def _netloc(endpoint: str) -> str:
    try:
        netloc = httpx.URL(endpoint).netloc.decode("ascii")
    except httpx.InvalidURL as error:
        raise UserError(f"endpoint {endpoint!r} is no URL: {error}") from error
    if not netloc:
        raise UserError(f"endpoint {endpoint!r} names no host: write it as https://host/path/")
    return netloc


def _state(options: FetchOptions) -> Path:
    """Return the folder of the request times, the same one for all archives of this user."""
    if options.state is not None:
        return Path(options.state).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "scimmir" / "request-times"
