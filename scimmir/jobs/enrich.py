"""Has a vision-language model describe a release's pairs, and keeps what it writes in a table of its own."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from enrichment import Budget, Endpoint, EndpointSettings, Item, Journal, Prompt, enrich
from runtime.progress import progress
from runtime.whole_files import written_whole
from schemas.columns import table_of
from schemas.enrichment import EnrichmentRow
from schemas.errors import UserError
from warehouse.place import WarehouseError
from warehouse.stages import write_table
from warehouse.versions import pair_files

COLUMNS = [
    "pair_id", "paper_key", "caption", "parent_caption", "mentions", "mention_sections", "title", "kind",
    "subcategory", "table_text", "ocr_text", "image", "image_format", "allows_derivatives",
]  # fmt: skip
ROWS_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class EnrichSettings:
    """What may be spent, and whether licences without derivatives are asked for too."""

    max_items: int | None = None
    max_tokens: int | None = None
    threads: int = 4
    allow_no_derivatives: bool = False


@dataclass(frozen=True)
class Enriched:
    """The table, and how many of its pairs have a description or a reason (`described` is the key of the former)."""

    table: Path
    counts: Counter[str]
    tokens: int


def enrich_release(
    release: Path, output: Path, prompt: Prompt, endpoint: EndpointSettings, settings: EnrichSettings
) -> Enriched:
    """Describe the pairs that have no description yet; the release stays as it is.

    Answers are kept in a file of lines beside the table as they come, so that a run that was killed goes on; the
    table is written at the end, also where the server gave up in between.

    Args:
        release: folder of a release.
        output: Parquet file to write; one begun by the same model and prompt goes on.
        prompt: what is sent with each picture.
        endpoint: whom to ask.
        settings: bounds.

    Raises:
        UserError: the server answers no pair, or `output` belongs to another release, model or prompt.
    """
    asked = Endpoint(endpoint)
    _claim(output, release, prompt, endpoint)
    journal = Journal(output.with_suffix(".jsonl"))
    spent = [(row.prompt_tokens or 0, row.completion_tokens or 0) for row in journal.rows.values()]
    budget = Budget(
        settings.max_items,
        settings.max_tokens,
        endpoint.answer_tokens,
        tokens=sum(map(sum, spent)),
        longest_prompt=max((prompt_tokens for prompt_tokens, _ in spent), default=0) or None,
    )
    total = sum(pq.read_metadata(path).num_rows for path in pair_files(release)) - len(journal.rows)
    try:
        with progress("enrich", min(total, settings.max_items or total), "pairs") as advance:
            items = _items(release, journal, prompt, endpoint, settings)
            enrich(items, prompt, asked, journal, budget, threads=settings.threads, advance=advance)
    finally:
        journal.close()
        rows = sorted(journal.rows.values(), key=lambda row: row.pair_id)
        with written_whole(output) as aside:
            write_table(table_of(EnrichmentRow, rows), aside)
    return Enriched(output, Counter(row.reason or "described" for row in rows), budget.tokens)


def _claim(output: Path, release: Path, prompt: Prompt, endpoint: EndpointSettings) -> None:
    """See that what is at `output` was begun by the same call."""
    try:
        manifest = (release / "manifest.json").read_bytes()
        about = {
            "release_hash": json.loads(manifest).get("release_hash"),
            "model": endpoint.model,
            "prompt_sha256": prompt.sha256,
            "answer_tokens": endpoint.answer_tokens,
            "temperature": endpoint.temperature,
        }
        path = output.with_suffix(".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            if json.loads(path.read_bytes()) != about:
                raise UserError(
                    f"{output} holds answers to another release, model or prompt: name another --output"
                )
        elif output.exists():
            raise UserError(f"{output} is there already and is no enrichment: name another --output")
        with written_whole(path) as aside:
            aside.write_text(json.dumps(about, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"{output} cannot be used: {error}; name another --output") from error


def default_output(warehouse: Path, version: str, prompt: Prompt, model: str) -> Path:
    """Return where a release's answers go: one file for each model and prompt."""
    name = hashlib.sha256(f"{model}\0{prompt.sha256}".encode()).hexdigest()[:12]
    return warehouse / "enrichments" / version / f"{name}.parquet"


def _items(
    release: Path, journal: Journal, prompt: Prompt, endpoint: EndpointSettings, settings: EnrichSettings
) -> Iterator[Item]:
    """Yield what may be asked for; the other pairs get their reason at once."""
    for path in pair_files(release):
        abstracts = _abstracts(release, path)
        for row in _rows(path):
            if journal.is_done(row["pair_id"]):
                continue
            reason = None
            if not row["allows_derivatives"] and not settings.allow_no_derivatives:
                reason = "license_forbids"
            elif row["image"] is None or row["image"]["bytes"] is None:
                reason = "no_image"
            if reason is None:
                yield _item(row, abstracts.get(row["paper_key"], ""))
            else:
                journal.add(
                    EnrichmentRow(
                        pair_id=row["pair_id"],
                        reason=reason,
                        model=endpoint.model,
                        prompt_sha256=prompt.sha256,
                    )
                )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with pq.ParquetFile(path) as file:
            there = [name for name in COLUMNS if name in file.schema_arrow.names]
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=there):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"{path} cannot be read: {error}") from error


def _abstracts(release: Path, path: Path) -> dict[str, str]:
    """Return the abstracts of the papers whose pairs a file holds; releases of earlier versions have none."""
    papers = release / "papers.parquet"
    try:
        if "abstract" not in pq.read_schema(papers).names:
            return {}
        keys = pq.read_table(path, columns=["paper_key"], partitioning=None).column("paper_key").unique()
        found = pq.read_table(
            papers, columns=["paper_key", "abstract"], filters=pc.field("paper_key").isin(keys)
        ).to_pydict()
    except (OSError, pa.ArrowException) as error:
        raise WarehouseError(f"{papers} cannot be read: {error}") from error
    pairs = zip(found["paper_key"], found["abstract"], strict=True)
    return {key: abstract for key, abstract in pairs if abstract}


def _item(row: dict[str, Any], abstract: str) -> Item:
    return Item(
        abstract=abstract,
        mention_sections=tuple(row.get("mention_sections") or ()),
        image=row["image"]["bytes"],
        media_type=f"image/{row['image_format']}",
        mentions=tuple(row["mentions"] or ()),
        **{
            name: row[name] or ""
            for name in (
                "pair_id", "caption", "parent_caption", "title", "kind", "subcategory", "table_text", "ocr_text"
            )
        },
    )  # fmt: skip
