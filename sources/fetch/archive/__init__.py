"""The archive that fetched papers go into: its files on disk or in a bucket, its ledger, which versions stay."""

from sources.fetch.archive.files import INCOMING, LocalFiles, md5_of
from sources.fetch.archive.ledger import Ledger
from sources.fetch.archive.opening import EXPORT, METADATA_STORE, open_archive
from sources.fetch.archive.versions import drop_older, latest_of

__all__ = [
    "EXPORT",
    "INCOMING",
    "METADATA_STORE",
    "Ledger",
    "LocalFiles",
    "drop_older",
    "latest_of",
    "md5_of",
    "open_archive",
]
