"""A paper: where it lies on disk, its files once read, and what its row in a release says."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column
from schemas.ids import paper_key

# Where an abstract was read, as pages and reports call it.
ABSTRACT_SOURCES = {
    "metadata": "arXiv's metadata",
    "latex": "the LaTeX source",
    "jats": "the article's JATS",
}


def abstract_origin(source: str | None, license_code: str | None) -> str:
    """Return where an abstract is from and under which licence, in words; empty where no source is stated."""
    named = ABSTRACT_SOURCES.get(source, source) if source else ""
    return ", ".join(filter(None, [named, license_code]))


@dataclass(frozen=True, kw_only=True)
class PaperRef:
    """Where one paper lies on disk, before it is read."""

    source: str = column(pa.string(), "where the paper comes from: arxiv or pmc")
    paper_id: str = column(
        pa.string(), "the source's own identifier, without version: 2310.01234, PMC1234567"
    )
    version: int | None = column(
        pa.int32(), "version of the paper where its archive states one", nullable=True
    )
    layout: str = column(
        pa.string(), "how the paper is packed: eprint, pdf, folder, pmc_package, pmc_folder, jats_file"
    )
    archive: str = column(pa.string(), "path of the tar, file or folder that holds it")
    member: str | None = column(
        pa.string(), "member of the tar, where the archive holds several papers", nullable=True
    )
    offset: int | None = column(pa.int64(), "byte offset of the member's data in the tar", nullable=True)
    size: int = column(pa.int64(), "bytes of the paper as packed")
    sha256: str = column(pa.string(), "sha256 of those bytes (of the sorted file list for folders)")

    @property
    def key(self) -> str:
        """The name of this version of the paper."""
        return paper_key(self.source, self.paper_id, self.version)


@dataclass(frozen=True)
class Paper:
    """One paper read into memory: the input of an extractor.

    `files` maps a safe relative path (forward slashes, no `..`, no leading slash) to the file's bytes;
    `skipped` names members that were left out, each with the reason.
    """

    key: str
    files: Mapping[str, bytes]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PaperHeader:
    """What an extractor reads of the paper as a whole."""

    paper_key: str = column(
        pa.string(), "name of this version of the paper: arxiv:2310.01234v2, pmc:PMC1234567"
    )
    title: str | None = column(pa.string(), "title as readable Unicode", nullable=True)
    abstract: str | None = column(
        pa.string(), "abstract as readable Unicode, a paragraph a line", nullable=True
    )
    abstract_source: str | None = column(
        pa.string(), "where the abstract was read: metadata (arXiv's), latex or jats", nullable=True
    )
    categories: tuple[str, ...] = column(
        pa.list_(pa.string()), "arXiv categories, or the article's subjects; empty where none is stated"
    )
    doi: str | None = column(pa.string(), "DOI in lower case, without resolver", nullable=True)
    pmid: str | None = column(pa.string(), "PubMed identifier", nullable=True)
    pmcid: str | None = column(pa.string(), "PubMed Central identifier, with its PMC prefix", nullable=True)
    journal: str | None = column(pa.string(), "journal title", nullable=True)
    published: str | None = column(
        pa.string(), "date of publication, ISO 8601, as precise as stated", nullable=True
    )
    language: str | None = column(pa.string(), "language the paper declares (BCP 47)", nullable=True)
    article_type: str | None = column(
        pa.string(), "article type the source states: research-article, ...", nullable=True
    )
    is_retracted: bool = column(pa.bool_(), "true where the source says that the paper was retracted")
    license_url: str | None = column(pa.string(), "licence address as the source states it", nullable=True)
    license_text: str | None = column(pa.string(), "licence wording where the source gives it", nullable=True)
    main_file: str | None = column(pa.string(), "file inside the paper that was read first", nullable=True)


@dataclass(frozen=True, kw_only=True)
class PaperFacts(PaperHeader):
    """The header with what the archive, the metadata and the other papers add to it."""

    source: str = column(pa.string(), "where the paper comes from: arxiv or pmc")
    paper_id: str = column(pa.string(), "the source's own identifier, without version")
    version: int | None = column(pa.int32(), "version of the paper, where known", nullable=True)
    latest_version: int | None = column(
        pa.int32(), "highest version that the metadata lists for the paper", nullable=True
    )
    archive: str = column(pa.string(), "file name of the archive that held the paper")
    member: str | None = column(pa.string(), "member of that archive", nullable=True)
    archive_sha256: str = column(pa.string(), "sha256 of the paper's bytes as packed")
    license_code: str | None = column(
        pa.string(), "short code: CC BY 4.0, CC0, arXiv-nonexclusive, TDM, ...", nullable=True
    )
    license_group: str = column(pa.string(), "commercial, noncommercial or other")
    allows_redistribution: bool = column(pa.bool_(), "true where the licence lets images be passed on")
    allows_derivatives: bool = column(pa.bool_(), "true where changed images may be passed on")
    share_alike: bool = column(pa.bool_(), "true where derived works must carry the same licence")
    license_source: str | None = column(
        pa.string(),
        "who states the licence: article, record (PMC's) or metadata (arXiv's); null where nobody does",
        nullable=True,
    )
    license_statement_version: int | None = column(
        pa.int32(), "version of the paper that the licence is stated for, where known", nullable=True
    )
    abstract_license: str | None = column(
        pa.string(),
        "short code of the abstract's licence: CC0 1.0 for arXiv's metadata, else the paper's, where that is known",
        nullable=True,
    )
    group_id: str = column(
        pa.string(), "group of versions and twins (arXiv and PMC) of one work; never split"
    )
    split: str = column(pa.string(), "train, validation or test: that of its group")


@dataclass(frozen=True, kw_only=True)
class PaperRow(PaperFacts):
    """One row of `papers.parquet`: also papers that gave nothing."""

    floats_found: int = column(pa.int32(), "figures, tables and panels found in it")
    pairs: int = column(pa.int32(), "of those, pairs in this release")
    rejects: int = column(pa.int32(), "of those, rejects with a reason")
    warnings: tuple[str, ...] = column(
        pa.list_(pa.string()), "what was odd in the paper without costing a float"
    )
