"""How a fetch asks servers over HTTPS: with the user's address and under the limit of each host."""

import os
from dataclasses import replace
from pathlib import Path

import httpx
from prefect.context import FlowRunContext

from flows.fetch.shared_limit import shared_turn
from flows.fetch_options import FetchOptions
from schemas.errors import UserError
from sources.fetch.http import ARXIV_LIMIT, HostLimit, TransportSettings


def transport_settings(options: FetchOptions, *hosts: str, interval_s: float = 0.0) -> TransportSettings:
    """Return how servers are asked: in a flow run also under the limit that its Prefect server keeps.

    Args:
        options: the user's choices; an interval in them goes before `interval_s`.
        hosts: addresses of the servers that will be asked.
        interval_s: seconds between two requests to one of them; arXiv's own never get less than its terms say.

    Raises:
        UserError: the user's address is missing, or an address is no URL.
    """
    wanted_s = interval_s if options.interval_s is None else options.interval_s
    limits = [replace(ARXIV_LIMIT, interval_s=max(ARXIV_LIMIT.interval_s, wanted_s))]
    limits += [HostLimit(host=_netloc(host), interval_s=wanted_s) for host in hosts]
    settings = TransportSettings(
        contact=options.contact or os.environ.get("SCIMMIR_CONTACT"),
        state=_state(options),
        limits=tuple(limits),
        retries=options.attempts - 1,
        backoff_s=options.backoff_s,
        timeout_s=options.timeout_s,
    )
    return replace(settings, shared_turn=shared_turn) if FlowRunContext.get() else settings


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
