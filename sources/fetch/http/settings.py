"""How the network is asked: by whom, how often, how long and how much."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from schemas.errors import UserError

ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")


@dataclass(frozen=True, kw_only=True)
class HostLimit:
    """How often a host may be asked, all its subdomains counted together.

    `host` is a name without or with a port; where `interval_s` is above 0, only one connection is open at a time.
    """

    host: str
    interval_s: float

    def covers(self, host: str, netloc: str) -> bool:
        """Tell whether a URL of this host falls under the limit."""
        return netloc == self.host or host == self.host or host.endswith("." + self.host)


# arXiv's terms of use for its APIs: one request every three seconds and one connection at a time, summed over
# all machines of a user.
ARXIV_LIMIT = HostLimit(host="arxiv.org", interval_s=3.0)


@dataclass(frozen=True, kw_only=True)
class TransportSettings:
    """How to ask: the contact is the user's address, which every request carries.

    Retries and pauses follow the advice of the big object stores: exponential, at most half a minute, with jitter.
    """

    contact: str | None
    state: Path
    limits: tuple[HostLimit, ...] = (ARXIV_LIMIT,)
    default_interval_s: float = 0.0  # object stores limit by answers (503), not by terms
    retries: int = 6
    backoff_s: float = 1.0
    longest_backoff_s: float = 30.0
    patience_s: float = 3600.0  # a pause that a server asks for and that is longer ends the request
    timeout_s: float = 60.0
    slowest_bytes_per_s: float = 500.0  # a server that drips keeps a connection for ever otherwise
    byte_limit: int = 8 << 30  # the largest arXiv tar is below 2 GB
    text_limit: int = 256 << 20
    redirects: int = 5
    # Waits for a limit over more than this machine, and holds it until the answer is there.
    shared_turn: Callable[[HostLimit], AbstractContextManager[None]] = lambda limit: nullcontext()
    user_agent: str = field(init=False)

    def __post_init__(self) -> None:
        """Refuse to ask anonymously: the sources' terms want an address under which the user can be reached."""
        contact = (self.contact or "").strip()
        if not ADDRESS.fullmatch(contact):
            given = f"{contact!r} is no e-mail address" if contact else "no contact address is set"
            raise UserError(
                f"{given}: arXiv and PubMed Central ask to be told who fetches; give yours with --contact "
                f"or in SCIMMIR_CONTACT"
            )
        object.__setattr__(self, "user_agent", f"scimmir-builder/{version('scimmir')} (mailto:{contact})")

    def limit_of(self, host: str, netloc: str) -> HostLimit:
        """Return the limit that a URL of this host falls under; the first one that covers it."""
        found = next((limit for limit in self.limits if limit.covers(host, netloc)), None)
        return found or HostLimit(host=netloc, interval_s=self.default_interval_s)
