"""Fetches single arXiv papers, by their ids or by what arXiv's metadata say has changed."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flows.fetch.transport import transport_settings
from flows.fetch_options import FetchOptions
from runtime.progress import progress
from schemas.errors import UserError
from schemas.ids import paper_key
from sources.fetch.archive import METADATA_STORE, Ledger, drop_older, latest_of, md5_of
from sources.fetch.arxiv import EprintParameters, Harvested, MetadataStore, OaiParameters, fetch_eprints
from sources.fetch.http import ARXIV_LIMIT, Transport, TransportSettings
from sources.fetch.outcome import Fetched, Outcome

METADATA = "arxiv-metadata.jsonl"  # beside the papers, for `build --metadata`
METADATA_KEY = "arxiv-oai:metadata"
FOR_GOOD = ("withdrawn", "gone", "bad_id")  # of one version of a paper
logger = logging.getLogger("scimmir")


def fetch_ids(ledger: Ledger, options: FetchOptions) -> Iterator[Outcome]:
    """Fetch the papers whose ids are given; yield what became of each that was not there.

    Raises:
        UserError: no id or no address of the user is given, or the disk cannot be written.
    """
    if not options.items:
        raise UserError("no paper is named: give ids with --item or a file of them with --items")
    with Transport(_settings(options)) as transport:
        yield from _papers(transport, ledger, options.items, options, source="arxiv-ids")


def fetch_oai(ledger: Ledger, options: FetchOptions) -> Iterator[Outcome]:
    """Harvest the metadata that changed, and fetch the papers of the sets asked for; yield what was news.

    Raises:
        UserError: the user's address is missing, a set or a date is none, or the disk cannot be written.
    """
    lists = [_list(name, options) for name in options.sets or (None,)]
    with (
        Transport(_settings(options)) as transport,
        MetadataStore(ledger.archive / METADATA_STORE) as store,
    ):
        ends = []
        for parameters in lists:
            ended = store.harvest(transport, parameters)
            logger.info("%s: %d records changed, %d deleted", parameters.set, ended.records, ended.deleted)
            ends.append(ended)
        yield from _harvested(ledger, store, ends)
        if not options.metadata_only:
            named = store.latest_ids(sets=options.sets, since=options.since, until=options.until)
            ids = [paper_id for paper_id in named if _open(ledger, paper_id)]
            yield from _papers(transport, ledger, ids, options, source="arxiv-oai")


def _settings(options: FetchOptions) -> TransportSettings:
    hosts = (options.endpoint or EprintParameters.base, options.oai_endpoint or OaiParameters.base)
    return transport_settings(options, *hosts, interval_s=ARXIV_LIMIT.interval_s)


def _list(name: str | None, options: FetchOptions) -> OaiParameters:
    base = options.oai_endpoint or OaiParameters.base
    return OaiParameters(set=name, since=options.since, until=options.until, base=base)


def _harvested(ledger: Ledger, store: MetadataStore, ends: Sequence[Harvested]) -> Iterator[Outcome]:
    """Write the metadata and yield what failed of them, or the file where it is new and all of it came."""
    path = ledger.archive / METADATA
    rows = store.write_json_lines(path)
    logger.info("%s has %d papers", path, rows)
    outcomes: list[Outcome] = []
    for ended in ends:
        # A harvest that broke off has its list as the key; the next one that succeeds clears it.
        outcomes += [f if ended.is_complete else replace(f, key=METADATA_KEY) for f in ended.failures]
    if all(ended.is_complete for ended in ends):
        size = path.stat().st_size
        outcomes.append(Fetched(key=METADATA_KEY, path=path, size=size, md5=md5_of(path)))
    yield from (outcome for outcome in outcomes if ledger.learn(outcome, source="arxiv-oai"))


def _open(ledger: Ledger, paper_id: str) -> bool:
    """Tell whether a version is still to be fetched: not there, and not refused for good."""
    stem, _, version = paper_id.rpartition("v")
    if not stem or not version.isdecimal():
        return True
    key = paper_key("arxiv", stem, int(version))
    row = ledger.known(key)
    return row is None or not (row.reason in FOR_GOOD or ledger.fetched(key))


def _papers(
    transport: Transport, ledger: Ledger, ids: Sequence[str], options: FetchOptions, *, source: str
) -> Iterator[Outcome]:
    only_latest = options.versions == "latest"
    outcomes = fetch_eprints(
        transport,
        ids,
        papers_folder(ledger.archive),
        known=latest_of(ledger) if only_latest else ledger.fetched,
        parameters=EprintParameters(base=options.endpoint or EprintParameters.base),
    )
    with progress("fetch", len(ids), "papers") as advance:
        for outcome in outcomes:
            advance(1)
            before = ledger.known(outcome.key)
            if ledger.learn(outcome, source=source):
                if only_latest and isinstance(outcome, Fetched):
                    drop_older(ledger, outcome, before)
                yield outcome


def papers_folder(archive: Path) -> Path:
    """Return where single papers of arXiv lie in an archive."""
    return archive / "arxiv" / "papers"
