"""The stage `papers`: what headers, archives and metadata say of each paper, its licence, group and split."""

import dataclasses
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa

from curation import licenses, splits
from extractors import latex
from flows.build_options import BuildOptions
from flows.shards import BuildInputs, BuildStage, Computed, Plan, ShardTables
from flows.stages import extract, panels
from schemas.columns import column, rows_of, table_of
from schemas.paper import PaperFacts, PaperHeader, PaperRef
from sources import metadata
from sources.inventory import Inventory
from sources.metadata import ArxivMetadata, read_metadata
from warehouse.stages import Json, canonical_json

# 1: header, Kaggle metadata, licence facets, twins, splits; 2: notices, who states the licence; 3: abstract
VERSION = "3"
METADATA_LICENSE = "CC0 1.0"  # under which arXiv gives its metadata, the abstract among them


@dataclass(frozen=True, kw_only=True)
class FloatLicense:
    """The licence of a float that has one of its own."""

    pair_id: str = column(pa.string(), "the float's name")
    license_url: str | None = column(pa.string(), "licence address as stated", nullable=True)
    license_code: str | None = column(pa.string(), "short code", nullable=True)
    license_group: str = column(pa.string(), "commercial, noncommercial or other")
    allows_redistribution: bool = column(pa.bool_(), "true where the licence lets the image be passed on")
    allows_derivatives: bool = column(pa.bool_(), "true where changed images may be passed on")
    share_alike: bool = column(pa.bool_(), "true where derived works must carry the same licence")


@dataclass(frozen=True, kw_only=True)
class FloatNotice:
    """A float whose caption says that its image is somebody else's."""

    pair_id: str = column(pa.string(), "the float's name")
    third_party_notice: str = column(pa.string(), "the words that say so")
    third_party_license: str | None = column(
        pa.string(), "short code of the licence that they name", nullable=True
    )


def plan(inputs: BuildInputs, options: BuildOptions) -> Plan:
    """Return the work: tables `papers` (PaperFacts), `float_licenses` and `float_notices`."""
    found = _metadata(inputs)
    digest = hashlib.sha256(canonical_json({k: dataclasses.astuple(v) for k, v in found.items()}))
    chosen = splits.SplitParameters(
        train=options.train_share,
        validation=options.validation_share,
        test=options.test_share,
        salt=options.split_salt,
    )
    parameters: dict[str, Json] = {
        "split": dataclasses.asdict(chosen),
        "versions": [
            licenses.LICENSES_VERSION,
            licenses.NOTICES_VERSION,
            splits.TWINS_VERSION,
            splits.SPLIT_VERSION,
            metadata.VERSION,
        ],
        "metadata": digest.hexdigest(),
    }
    return Plan(parameters, partial(_compute, inputs.inventory, inputs.shards, found, chosen))


def _metadata(inputs: BuildInputs) -> dict[str, ArxivMetadata]:
    if inputs.metadata is None:
        return {}
    return read_metadata(
        inputs.metadata, {ref.paper_id for ref in inputs.inventory.papers if ref.source == "arxiv"}
    )


def _compute(
    inventory: Inventory,
    shards: ShardTables,
    found: Mapping[str, ArxivMetadata],
    chosen: splits.SplitParameters,
) -> Computed:
    headers = {header.paper_key: header for header in rows_of(PaperHeader, shards.table("extract", "papers"))}
    return Computed(
        {
            "papers": table_of(PaperFacts, _paper_facts(inventory.papers, headers, found, chosen)),
            "float_licenses": table_of(FloatLicense, _float_licenses(shards)),
            "float_notices": table_of(FloatNotice, _float_notices(shards)),
        }
    )


def _paper_facts(
    papers: Sequence[PaperRef],
    headers: Mapping[str, PaperHeader],
    found: Mapping[str, ArxivMetadata],
    chosen: splits.SplitParameters,
) -> list[PaperFacts]:
    merged = {
        ref.key: _with_metadata(headers.get(ref.key) or _no_header(ref), found.get(ref.paper_id))
        for ref in papers
    }
    identities = [_identity(ref, merged[ref.key]) for ref in papers]
    groups = splits.group_papers(identities)
    assigned = {
        row.paper_key: row.split for row in splits.assign_splits(identities, groups, parameters=chosen)
    }
    return [
        _facts(ref, merged[ref.key], found.get(ref.paper_id), groups[ref.key], assigned[ref.key])
        for ref in papers
    ]


def _no_header(ref: PaperRef) -> PaperHeader:
    """Return the header of a paper that could not be read."""
    return PaperHeader(paper_key=ref.key, categories=(), is_retracted=False)


def _with_metadata(header: PaperHeader, known: ArxivMetadata | None) -> PaperHeader:
    """Return the header completed by the metadata, which decides on categories and licence.

    The title stays the one that the paper prints, where it has one. Of the abstract the metadata's comes first: it
    is free of licence.
    """
    if known is None:
        return header
    return dataclasses.replace(
        header,
        title=header.title or known.title,
        abstract=latex.plain_text(known.abstract) if known.abstract else header.abstract,
        abstract_source="metadata" if known.abstract else header.abstract_source,
        categories=known.categories or header.categories,
        doi=header.doi or known.doi,
        journal=header.journal or known.journal,
        published=header.published or known.published,
        license_url=known.license_url or header.license_url,
    )


def _identity(ref: PaperRef, header: PaperHeader) -> splits.PaperIdentity:
    return splits.PaperIdentity(
        paper_key=ref.key, source=ref.source, paper_id=ref.paper_id, doi=header.doi, title=header.title
    )


def _facts(
    ref: PaperRef, header: PaperHeader, known: ArxivMetadata | None, group: str, assigned: str
) -> PaperFacts:
    facets = licenses.facets(header.license_url, header.license_text, ref.source)
    latest = known.latest_version if known is not None else None
    states = _who_states(header, known)
    return PaperFacts(
        **{f.name: getattr(header, f.name) for f in dataclasses.fields(PaperHeader)},
        source=ref.source,
        paper_id=ref.paper_id,
        version=ref.version,
        latest_version=latest,
        archive=Path(ref.archive).name,
        member=ref.member,
        archive_sha256=ref.sha256,
        group_id=group,
        split=assigned,
        license_source=states,
        abstract_license=_abstract_license(header, facets),
        license_statement_version=latest if states == "metadata" else (ref.version if states else None),
        **dataclasses.asdict(facets),
    )


def _who_states(header: PaperHeader, known: ArxivMetadata | None) -> str | None:
    """Return whose statement the paper's licence is."""
    if known is not None and known.license_url:
        return "metadata"
    if not header.license_url and _CODE_OF_RECORD.fullmatch(header.license_text or ""):
        return "record"
    return "article" if header.license_url or header.license_text else None


def _abstract_license(header: PaperHeader, facets: licenses.LicenseFacets) -> str | None:
    if header.abstract_source == "metadata":
        return METADATA_LICENSE
    return facets.license_code if header.abstract else None


# Short codes as PMC's JSON has them; articles state their licence at more length.
_CODE_OF_RECORD = re.compile(r"CC0|CC BY(-NC)?(-SA|-ND)?|TDM")


def _float_licenses(shards: ShardTables) -> list[FloatLicense]:
    columns = ["pair_id", "license_url", "license_text"]
    rows = []
    for row in shards.floats(columns).to_pylist():
        if row["license_url"] or row["license_text"]:
            facets = licenses.facets(row["license_url"], row["license_text"], "")
            rows.append(
                FloatLicense(
                    pair_id=row["pair_id"], license_url=row["license_url"], **dataclasses.asdict(facets)
                )
            )
    return rows


def _float_notices(shards: ShardTables) -> list[FloatNotice]:
    columns = ["pair_id", "caption", "parent_caption", "license_text"]
    rows = []
    for part in shards.float_parts(columns):
        for row in part.to_pylist():
            found = licenses.third_party_notice(row["caption"], row["parent_caption"], row["license_text"])
            if found is not None:
                rows.append(
                    FloatNotice(
                        pair_id=row["pair_id"],
                        third_party_notice=found.wording,
                        third_party_license=found.license_code,
                    )
                )
    return rows


STAGE = BuildStage("papers", VERSION, (extract.STAGE, panels.STAGE), plan, reads_inventory=True)
