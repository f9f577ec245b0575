"""What a release's report shows, before it is a page."""

from dataclasses import dataclass

from warehouse.report.charts import Histogram, Thumbnail


@dataclass(frozen=True, kw_only=True)
class Share:
    """One line of a breakdown: a label with its count, its share of the whole, and a remark."""

    label: str
    count: int
    percent: float
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Breakdown:
    """Pairs, or papers, counted by one property."""

    title: str
    shares: tuple[Share, ...]


@dataclass(frozen=True, kw_only=True)
class ClassLine:
    """One class: pairs in each split, in the order of `schemas.pair.SPLITS`, and in all."""

    name: str
    title: str
    by_split: tuple[int, ...]
    total: Share


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One class against labels by hand: how many, how they were classed, and shares with their range."""

    name: str
    title: str
    place: int
    labelled: int
    given: tuple[int, ...]
    precision: str
    recall: str
    f1: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How the classes agree with labels by hand."""

    pairs: int
    missing: int
    half: str | None
    macro_f1: str
    interval: str
    columns: tuple[str, ...]
    lines: tuple[Judged, ...]


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The figures that must add up: floats found are pairs and rejects."""

    papers: int
    papers_rejected: int
    floats_found: int
    pairs: int
    rejects: int

    @property
    def adds_up(self) -> bool:
        """Whether every float found is a pair or a reject."""
        return self.floats_found == self.pairs + self.rejects


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The licence policy: what the release may be used for, and which images it leaves out."""

    name: str
    use: str
    images: int
    withheld: tuple[Share, ...]


@dataclass(frozen=True, kw_only=True)
class CaptionStats:
    """Lengths of the captions of one kind, in characters."""

    kind: str
    pairs: int
    shortest: int
    median: int
    ninetieth: int
    longest: int


@dataclass(frozen=True, kw_only=True)
class RejectLine:
    """One reject reason with one example."""

    share: Share
    description: str
    stages: str
    example_place: str
    example_detail: str
    example_caption: str


@dataclass(frozen=True, kw_only=True)
class Removed:
    """A duplicate that was removed, and why."""

    pair_id: str
    caption: str
    test: str
    evidence: str


@dataclass(frozen=True, kw_only=True)
class DuplicateGroup:
    """A kept pair with those that repeated it; no image where a later step removed the kept one, too."""

    pair_id: str
    caption: str
    image: Thumbnail | None
    removed: tuple[Removed, ...]
    more: int


@dataclass(frozen=True, kw_only=True)
class Card:
    """One pair of the gallery."""

    pair_id: str
    label: str
    caption: str
    paper: str
    split: str
    license: str
    image: Thumbnail | None


@dataclass(frozen=True, kw_only=True)
class GallerySection:
    """A few pairs of one class."""

    name: str
    title: str
    total: int
    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of the manifest: what was set or used."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that the page shows."""

    version: str
    release_hash: str
    code_version: str
    headline: Headline
    policy: Policy
    alerts: tuple[str, ...]
    classes: tuple[ClassLine, ...]
    agreement: Agreement | None
    splits: tuple[str, ...]
    breakdowns: tuple[Breakdown, ...]
    captions: tuple[CaptionStats, ...]
    histogram: Histogram
    rejects: tuple[RejectLine, ...]
    duplicate_tests: tuple[Share, ...]
    duplicates: tuple[DuplicateGroup, ...]
    contamination: tuple[Share, ...]
    gallery: tuple[GallerySection, ...]
    facts: tuple[tuple[str, tuple[Fact, ...]], ...]
