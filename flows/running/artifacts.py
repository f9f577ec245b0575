"""What Prefect's pages show of a finished build: a summary, its counts as a table, and links to what it made."""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact

from flows.release import release_summary
from runtime.cache import place_behind
from warehouse.releases import read_manifest

Cell = str | int
logger = logging.getLogger("scimmir")


def publish_artifacts(folder: Path) -> None:
    """Store a release's summary, table of counts and links as artifacts of the current run."""
    with _no_reason_to_fail(folder):
        _publish(folder)


def publish_alert(folder: Path, sentences: Sequence[str]) -> None:
    """Store what is odd about a release as an artifact of the current run."""
    text = "\n".join(f"- {sentence}" for sentence in sentences)
    with _no_reason_to_fail(folder):
        create_markdown_artifact(text, key="scimmir-reject-alert", description=f"Rejects of {folder.name}")


@contextlib.contextmanager
def _no_reason_to_fail(folder: Path) -> Iterator[None]:
    """Turn a refusal of Prefect's server into a warning: the release is there already."""
    try:
        yield
    except httpx.HTTPError as error:
        logger.warning("Prefect's server did not take the artifacts of %s: %s", folder.name, error)


def _publish(folder: Path) -> None:
    create_markdown_artifact(release_summary(folder), key="scimmir-release", description=folder.name)
    rows = [dict(zip(("what", "count"), row, strict=True)) for row in release_counts(folder)]
    create_table_artifact(rows, key="scimmir-release-counts", description=f"Counts of release {folder.name}")
    for key, name, text in (
        ("scimmir-release-report", "report.html", "report"),
        ("scimmir-release-manifest", "manifest.json", "manifest"),
    ):
        link = f"{address_of(folder)}/{name}"
        create_link_artifact(link, f"{folder.name}: {text}", key=key, description=link)


def release_counts(folder: Path) -> Iterator[tuple[str, Cell]]:
    """Yield what was counted in a release, each with its number: papers, pairs by split, rejects by reason."""
    manifest = read_manifest(folder)
    counts, splits = manifest["counts"], manifest["rows_by_split"]
    assert isinstance(counts, dict) and isinstance(splits, dict)
    for name in ("papers", "papers_rejected", "floats_found", "pairs"):
        yield name.replace("_", " "), _number(counts[name])
    for split, count in splits.items():
        yield f"pairs in {split}", _number(count)
    reasons = counts["rejects_by_reason"]
    assert isinstance(reasons, dict)
    for reason, count in reasons.items():
        yield f"rejected: {reason}", _number(count)


def address_of(folder: Path) -> str:
    """Return the address under which others find a folder: in its bucket, or on disk."""
    place = place_behind(folder)
    return folder.as_uri() if place is None else str(place)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
