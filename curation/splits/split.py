"""Which split a paper is in: by a hash of its name, and the same for all twins of a work."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.splits.twins import PaperIdentity, base_id
from schemas.annotations import SplitRow

VERSION = "1"  # 1: sha256 of the base id

PROTECTED = ("test", "validation", "train")  # from the most protected split to the least


@dataclass(frozen=True, kw_only=True)
class SplitParameters:
    """Shares of the papers per split, which sum to 1, and the salt of the hash."""

    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1
    salt: str = "scimmir"

    def __post_init__(self) -> None:
        """Refuse shares that are negative or do not sum to 1."""
        shares = (self.train, self.validation, self.test)
        if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise ValueError(f"the shares of train, validation and test must sum to 1, not {shares}")


def assign_splits(
    papers: Sequence[PaperIdentity], groups: Mapping[str, str], *, parameters: SplitParameters
) -> list[SplitRow]:
    """Return one row per paper, sorted by paper key; papers of one group share a split.

    Each base id is hashed to a split of its own, and a group takes the most protected split among its members
    (test before validation before train). A paper's own split depends on nothing but its name and the
    parameters, so a later release with more papers or newly found twins can only move a paper towards test,
    never from test to train.
    """
    strongest: dict[str, int] = {}
    for paper in papers:
        group = groups[paper.paper_key]
        level = PROTECTED.index(own_split(base_id(paper), parameters=parameters))
        strongest[group] = min(level, strongest.get(group, level))
    rows = {
        paper.paper_key: SplitRow(
            paper_key=paper.paper_key,
            group_id=groups[paper.paper_key],
            split=PROTECTED[strongest[groups[paper.paper_key]]],
        )
        for paper in papers
    }
    return [rows[key] for key in sorted(rows)]


def own_split(base: str, *, parameters: SplitParameters) -> str:
    """Return the split that a paper would have without twins."""
    digest = hashlib.sha256(f"{parameters.salt}:{base}".encode()).digest()
    position = int.from_bytes(digest[:6], "big") / 2**48
    if position < parameters.test:
        return "test"
    return "validation" if position < parameters.test + parameters.validation else "train"
