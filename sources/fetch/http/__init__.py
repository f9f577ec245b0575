"""Asks servers politely: one limit a host, retries, ranges, and nothing believed that an answer says of itself."""

from sources.fetch.http.partial import Downloaded, Validators, disk_errors
from sources.fetch.http.settings import ARXIV_LIMIT, HostLimit, TransportSettings
from sources.fetch.http.transport import TEMPORARY, Transport

__all__ = [
    "ARXIV_LIMIT",
    "TEMPORARY",
    "Downloaded",
    "HostLimit",
    "Transport",
    "TransportSettings",
    "Validators",
    "disk_errors",
]
