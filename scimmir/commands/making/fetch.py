"""`scimmir fetch`: papers from arXiv and PubMed Central into an archive, on disk or in a bucket."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.fetch_options import FetchOptions
from runtime.logs import log_to
from schemas.errors import UserError
from scimmir.terminal import quiet_prefect

DEFAULTS = FetchOptions()


class SourceName(StrEnum):
    """Where papers come from."""

    arxiv_bulk = "arxiv-bulk"
    arxiv_ids = "arxiv-ids"
    arxiv_oai = "arxiv-oai"
    pmc = "pmc"


class VersionsName(StrEnum):
    """Which versions of a paper stay in the archive."""

    all = "all"
    latest = "latest"


class LicenseName(StrEnum):
    """What licences allow."""

    commercial = "commercial"
    noncommercial = "noncommercial"
    other = "other"


def fetch(
    source: Annotated[SourceName, typer.Argument(help="Where to fetch from.")],
    archive: Annotated[
        Path, typer.Argument(help="Folder of papers or s3://bucket/prefix; `scimmir build` reads it.")
    ],
    item: Annotated[
        list[str] | None, typer.Option(help="Id of a paper (arxiv-bulk: or a tar); repeat for more.")
    ] = None,
    items: Annotated[Path | None, typer.Option(help="File with an id on every line.")] = None,
    month: Annotated[
        list[str] | None, typer.Option(help="arxiv-bulk: month such as 2026-01; repeat for more.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="First day: of the ids (arxiv-bulk) or of the last change.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last day, included.")] = None,
    set: Annotated[
        list[str] | None, typer.Option(help="arxiv-oai: set such as cs:cs:CV; repeat for more.")
    ] = None,
    metadata_only: Annotated[
        bool, typer.Option("--metadata-only", help="arxiv-oai: fetch no paper.")
    ] = DEFAULTS.metadata_only,
    license_group: Annotated[
        list[LicenseName] | None, typer.Option(help="pmc: licences to fetch; repeat for more.")
    ] = None,
    retracted: Annotated[
        bool, typer.Option("--retracted", help="pmc: fetch retracted articles, too.")
    ] = DEFAULTS.retracted,
    tdm_only: Annotated[
        bool, typer.Option(help="pmc: fetch articles that may be mined but not passed on.")
    ] = DEFAULTS.tdm_only,
    again: Annotated[
        bool, typer.Option("--again", help="pmc: ask again for what an earlier policy left out.")
    ] = DEFAULTS.again,
    versions: Annotated[
        VersionsName, typer.Option(help="latest removes earlier versions of a paper when a later one came.")
    ] = VersionsName.all,
    connections: Annotated[int, typer.Option(help="pmc: articles at once.")] = DEFAULTS.connections,
    yes: Annotated[bool, typer.Option("--yes", help="arxiv-bulk: agree to pay without being asked.")] = False,
    max_bytes: Annotated[int | None, typer.Option(help="arxiv-bulk: bytes to transfer at most.")] = None,
    usd_per_gb: Annotated[
        float, typer.Option(help="arxiv-bulk: price for the estimate.")
    ] = DEFAULTS.usd_per_gb,
    contact: Annotated[
        str | None, typer.Option(envvar="SCIMMIR_CONTACT", help="Your e-mail address, for the servers.")
    ] = None,
    endpoint: Annotated[str | None, typer.Option(help="Another server of the same protocol.")] = None,
    oai_endpoint: Annotated[str | None, typer.Option(help="arxiv-oai: another OAI-PMH server.")] = None,
    interval_s: Annotated[
        float | None, typer.Option(help="Seconds between requests; arXiv's own never get less than 3.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder of the request times, common to all fetches here.")
    ] = None,
    attempts: Annotated[int, typer.Option(help="Failures in a row before giving up.")] = DEFAULTS.attempts,
    timeout_s: Annotated[float, typer.Option(help="Seconds of silence.")] = DEFAULTS.timeout_s,
) -> None:
    """Fetch the papers that an archive lacks; what is there and unchanged is not fetched again."""
    options = FetchOptions(
        items=(*(item or ()), *_listed(items)),
        months=tuple(month or ()),
        since=since,
        until=until,
        sets=tuple(set or ()),
        metadata_only=metadata_only,
        license_groups=tuple(g.value for g in license_group) if license_group else DEFAULTS.license_groups,
        retracted=retracted,
        tdm_only=tdm_only,
        again=again,
        versions=versions.value,
        connections=connections,
        yes=yes,
        max_bytes=max_bytes,
        usd_per_gb=usd_per_gb,
        contact=contact,
        endpoint=endpoint,
        oai_endpoint=oai_endpoint,
        interval_s=interval_s,
        state=str(state) if state else None,
        attempts=attempts,
        timeout_s=timeout_s,
    )
    log_to()
    archive = archive.expanduser()
    if source is SourceName.arxiv_bulk and not yes:
        options = _agreed(archive, options)
    quiet_prefect()
    from flows.fetch_papers import fetch_papers  # starts Prefect: seconds

    typer.echo(fetch_papers(str(archive), source.value, options))


def _listed(path: Path | None) -> tuple[str, ...]:
    """Return the lines of a file of ids; empty lines and those that begin with # are none."""
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no text in UTF-8: write one id on every line") from error
    found = tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    if not found:
        raise UserError(f"{path} names no paper: write one id on every line")
    return found


def _agreed(archive: Path, options: FetchOptions) -> FetchOptions:
    """Show the price of a fetch and ask; return the options with the user's consent."""
    from flows.fetch.bulk import plan_bulk
    from sources.fetch.archive import open_archive

    with open_archive(archive) as opened:
        plan = plan_bulk(opened.ledger, options)
    if plan.wanted:
        typer.echo(plan.summary())
        if not sys.stdin.isatty():
            raise UserError("nothing was fetched: there is nobody to ask, so agree to the price with --yes")
        if not typer.confirm("Fetch and pay?"):
            raise UserError("nothing was fetched")
    return options.model_copy(update={"yes": True})
