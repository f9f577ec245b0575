"""Cuts the papers of a build into shards, the unit of work, of resuming and of the stage tables on disk."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.paper import PaperRef
from warehouse.stages import canonical_json

LARGEST = 4  # a shard holds at most this many times the wished number of papers


@dataclass(frozen=True)
class Shard:
    """Papers worked on together, sorted by key; `key` stands for their content."""

    papers: tuple[PaperRef, ...]
    key: str

    @property
    def name(self) -> str:
        """The shard's first paper with its number of papers, for logs and task names."""
        return f"{self.papers[0].key}+{len(self.papers) - 1}"


def plan_shards(papers: Sequence[PaperRef], papers_per_shard: int) -> list[Shard]:
    """Return the papers in shards of about the wished size.

    A shard ends where the hash of a paper's key says so, not at a count: a paper that is added or taken
    away changes its own shard only, so the next build redoes that one and no other.
    """
    shards: list[Shard] = []
    current: list[PaperRef] = []
    for ref in sorted(papers, key=lambda r: r.key):
        current.append(ref)
        if _ends_shard(ref, papers_per_shard) or len(current) >= LARGEST * papers_per_shard:
            shards.append(_shard(current))
            current = []
    if current:
        shards.append(_shard(current))
    return shards


def _ends_shard(ref: PaperRef, papers_per_shard: int) -> bool:
    digest = hashlib.sha256(ref.key.encode()).digest()
    return int.from_bytes(digest[:8]) % papers_per_shard == 0


def _own_name(ref: PaperRef) -> str | None:
    """Return the file's name where the extractor sees it: a JATS file that stands alone."""
    return Path(ref.archive).name if ref.layout == "jats_file" else None


def _shard(papers: list[PaperRef]) -> Shard:
    content = [[ref.key, ref.layout, ref.sha256, _own_name(ref)] for ref in papers]
    return Shard(tuple(papers), hashlib.sha256(canonical_json(content)).hexdigest()[:32])
