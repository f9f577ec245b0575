"""The flow `fetch-papers`: keeps an archive of papers current, byte for byte as the sources serve them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows.fetch.arxiv import fetch_ids, fetch_oai
from flows.fetch.bulk import fetch_bulk
from flows.fetch.pmc import fetch_articles
from flows.fetch_options import FetchOptions, Source
from schemas.errors import UserError
from sources.fetch.archive import EXPORT, Ledger, open_archive
from sources.fetch.outcome import Fetched, FetchFailure, Outcome

MENTIONED = 5

SOURCES: Mapping[Source, Callable[[Ledger, FetchOptions], Iterator[Outcome]]] = {
    "arxiv-bulk": fetch_bulk,
    "arxiv-ids": fetch_ids,
    "arxiv-oai": fetch_oai,
    "pmc": fetch_articles,
}


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What one fetch did: how many files came with how many bytes, and which failed.

    `archive` has `held` files that are current after it.
    """

    fetched: int
    size: int
    failures: tuple[FetchFailure, ...]
    archive: str = field(default="", compare=False)
    held: int = field(default=0, compare=False)

    @property
    def reasons(self) -> dict[str, int]:
        """How many failed for which reason, most first."""
        return dict(Counter(failure.reason for failure in self.failures).most_common())


@task(task_run_name="fetch {source}", cache_policy=NO_CACHE, persist_result=False)
def fetch_from(source: Source, archive: str, options: FetchOptions) -> Tally:
    """Fetch what is new at one source; return what became of it."""
    fetched = size = 0
    failures = []
    with open_archive(archive, metadata=source == "arxiv-oai") as opened:
        for outcome in SOURCES[source](opened.ledger, options):
            if isinstance(outcome, Fetched):
                fetched, size = fetched + 1, size + outcome.size
            else:
                failures.append(outcome)
            opened.count()
        held = opened.ledger.counts().fetched
    return Tally(fetched=fetched, size=size, failures=tuple(failures), archive=opened.name, held=held)


@flow(name="fetch-papers", flow_run_name="fetch-papers {source}", persist_result=False)
def fetch_papers(
    archive: str,
    source: Source,
    options: FetchOptions = FetchOptions(),  # noqa: B008 - it is immutable
) -> str:
    """Fetch what the archive lacks of one source and return a short account; earlier fetches are not repeated.

    Args:
        archive: folder of the papers, made where it is missing, or s3://bucket/prefix; `build-scimmir` takes it
            as an input.
        source: arxiv-bulk for arXiv's monthly tars in its requester-pays bucket, arxiv-ids for single papers,
            arxiv-oai for arXiv's metadata and the papers whose metadata changed, pmc for PubMed Central.
        options: what to fetch and how, see FetchOptions.

    Raises:
        UserError: something that the user can mend; what was fetched until then is kept.
    """
    tally = fetch_from(source, archive, options)
    account = fetch_summary(source, tally)
    create_markdown_artifact(account, key="scimmir-fetch", description=f"{source}: {tally.fetched} fetched")
    if tally.failures and not tally.fetched:
        first = tally.failures[0]
        raise UserError(
            f"nothing could be fetched, {len(tally.failures)} failed; first {first.key}: {first.detail}"
        )
    return account


def fetch_summary(source: Source, tally: Tally) -> str:
    """Return a short Markdown account of a fetch, for the terminal and for Prefect's artifact."""
    lines = [
        f"Fetched from **{source}** into {tally.archive}",
        "",
        f"- {tally.fetched} fetched, {tally.size:,} bytes; the archive holds {tally.held} files that are current",
    ]
    if tally.failures:
        reasons = ", ".join(f"{reason} {number}" for reason, number in tally.reasons.items())
        lines.append(f"- {len(tally.failures)} failed: {reasons}")
        lines += [f"    - {f.key}: {f.detail}" for f in tally.failures[:MENTIONED]]
    lines.append(f"- {tally.archive}/{EXPORT} says what became of each")
    return "\n".join(lines) + "\n"
