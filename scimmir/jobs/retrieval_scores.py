"""Scores of retrieval among the pairs that were embedded: of each pool, with OCR and without, by group."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from evaluation import ranking, reranking
from evaluation.groups import confusion, group_metrics
from evaluation.ranking import RankingParameters, Ranks
from schemas.reject import Reject
from schemas.retrieval import ConfusionRow, RetrievalRow
from scimmir.jobs.matching import Matching, Place
from warehouse.releases import Vectors
from warehouse.stages import canonical_json

CONFUSED = 10  # best candidates whose classes are counted

Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]
Mixed = list[tuple[str, list[ConfusionRow]]]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What to evaluate; OCR adds scores with it to those without, and a new order to those by vectors."""

    model: str
    pools: tuple[str, ...] = ("test",)
    ocr: bool = False
    training: str = "zero-shot"
    rerank: int = 0  # first candidates that the matching head puts in order


@dataclass
class Pairs:
    """The pairs read so far, row by row; images and texts by their hashes."""

    splits: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    ocr: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    with_ocr: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def sha256(self) -> str:
        """Return a hash of all that decides the scores, but for the model."""
        rows = zip(self.splits, self.names, self.classes, self.images, self.texts, self.ocr, strict=True)
        return hashlib.sha256(canonical_json([list(row) for row in rows])).hexdigest()


@dataclass(frozen=True)
class _Run:
    """Ranks of one pool's queries in one direction, by one way of ordering."""

    pool: str
    size: int
    ocr: bool
    reranked: int
    direction: str
    found: Ranks

    @property
    def name(self) -> str:
        """Return the name of its setting in files."""
        first = f"-first-{self.reranked}" if self.reranked else ""
        return f"{self.pool}{'-ocr' if self.ocr else ''}{first}"


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Pairs with their vectors, to be scored.

    `about` names benchmark, its hash and the model's space; `parts` is how many vectors an image has; `matching`
    puts the first candidates in order where that is wanted.
    """

    settings: Settings
    about: tuple[str, str, str]
    pairs: Pairs
    images: Vectors
    texts: Vectors
    parts: int = 1
    matching: Matching | None = None

    def all(self) -> tuple[list[RetrievalRow], Mixed]:
        """Return the scores, and for each setting which classes stand among the best."""
        rows: list[RetrievalRow] = []
        mixed: dict[str, list[ConfusionRow]] = {}
        is_test = np.array([split == "test" for split in self.pairs.splits])
        for pool in self.settings.pools:
            members = np.flatnonzero(is_test) if pool == "test" else np.arange(len(is_test))
            gold = np.flatnonzero(is_test[members])
            classes = [self.pairs.classes[i] for i in members]
            asked = [classes[i] for i in gold]
            for run in self._runs(pool, members, gold):
                best = Ranks(run.found.ranks, run.found.top[:, :CONFUSED])
                mixed.setdefault(run.name, []).extend(confusion(best, asked, classes, run.direction))
                rows += self._rows(run, asked)
        return rows, list(mixed.items())

    def _runs(self, pool: str, members: Whole, gold: Whole) -> Iterator[_Run]:
        captions = self.texts.gather([self.pairs.texts[i] for i in members])
        plain = _in_parts(self.images.gather([self.pairs.images[i] for i in members]), self.parts)
        count = self.settings.rerank
        sizes = RankingParameters(top=max(CONFUSED, count))
        for ocr in (False, True) if self.settings.ocr else (False,):
            pictures = plain
            if ocr:
                read = self.texts.gather([self.pairs.ocr[i] for i in members])
                pictures = ranking.mean_features(plain, read)
            sides = {"txt2img": (captions, pictures), "img2txt": (pictures, captions)}
            for direction, (queries, candidates) in sides.items():
                found = ranking.rank(queries[gold], candidates, gold, sizes)
                yield _Run(pool, len(members), ocr, 0, direction, found)
                if self.matching is not None:
                    first = members[found.top[:, :count]]
                    scores = self.matching.scores(members[gold], first, direction)
                    again = reranking.reranked(found, gold, scores)
                    yield _Run(pool, len(members), ocr, count, direction, again)

    def _rows(self, run: _Run, asked: Sequence[str]) -> list[RetrievalRow]:
        return [
            RetrievalRow(
                benchmark=self.about[0],
                benchmark_sha256=self.about[1],
                model=self.settings.model,
                model_space=self.about[2],
                training=self.settings.training,
                ocr=run.ocr,
                reranked=run.reranked,
                pool=run.pool,
                pool_size=run.size,
                direction=run.direction,
                group=group,
                **vars(values),
            )
            for group, values in group_metrics(run.found.ranks, asked).items()
        ]


def _in_parts(images: Floats, parts: int) -> Floats:
    """Return images' vectors, of which each has several end to end, as unit vectors of shape (n, parts, d)."""
    if parts == 1:
        return images
    return images.reshape(len(images), parts, -1) * np.float32(np.sqrt(parts))
