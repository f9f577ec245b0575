"""The data dictionary: every table, column and reject reason as Markdown, from the schemas themselves.

`python -m schemas.dictionary > docs/data-dictionary.md` writes the page.
"""

import dataclasses
import inspect
import sys

import pyarrow as pa

from schemas.annotations import (
    ClassRow,
    ContaminationRow,
    DuplicateRow,
    EmbeddingRow,
    ImageRow,
    LookRow,
    OcrRow,
    SplitRow,
    TextBox,
)
from schemas.columns import Row
from schemas.difference import DIFFERENCE_REASONS, DifferenceRow
from schemas.enrichment import REASONS as ENRICHMENT_REASONS
from schemas.enrichment import EnrichmentRow
from schemas.floats import Drawing, Float, Graphic, Warned
from schemas.license import POLICIES, WITHHELD
from schemas.ocr_quality import OcrQualityRow
from schemas.pair import IMAGE_TYPE, Pair
from schemas.panel import UNSPLIT, PanelRow, UnsplitRow
from schemas.paper import PaperFacts, PaperRef, PaperRow
from schemas.reject import REASONS, Reject
from schemas.retrieval import ConfusionRow, RetrievalRow, SourceScoreRow, VectorRow
from schemas.sample import SampleRow, TripletRow

RELEASE_TABLES: dict[str, type[Row]] = {
    "pairs": Pair,
    "papers": PaperRow,
    "rejects": Reject,
    "duplicates": DuplicateRow,
    "contamination": ContaminationRow,
}
STAGE_TABLES: dict[str, type[Row]] = {
    "inputs": PaperRef,
    "floats": Float,
    "warnings": Warned,
    "drawings": Drawing,
    "images": ImageRow,
    "ocr": OcrRow,
    "panels": PanelRow,
    "unsplit": UnsplitRow,
    "looks": LookRow,
    "classes": ClassRow,
    "embeddings": EmbeddingRow,
    "splits": SplitRow,
    "paper facts": PaperFacts,
}
EVALUATION_TABLES: dict[str, type[Row]] = {
    "results": RetrievalRow,
    "confusion": ConfusionRow,
    "kept embeddings": VectorRow,
    "ocr-quality": OcrQualityRow,
    "scores by source": SourceScoreRow,
}
EXPORT_TABLES: dict[str, type[Row]] = {"samples": SampleRow, "triplets": TripletRow}
DIFFERENCE_TABLES: dict[str, type[Row]] = {"differences": DifferenceRow}
ENRICHMENT_TABLES: dict[str, type[Row]] = {"enrichments": EnrichmentRow}
NESTED: dict[str, type[Row]] = {"text box": TextBox, "graphic": Graphic}

INTRODUCTION = """# Data dictionary

This page is generated from `schemas/` by `python -m schemas.dictionary > docs/data-dictionary.md`; edit the
schemas, not the page. The same descriptions are in the metadata of every Parquet file and, as comments, in
`catalog.duckdb`: `SELECT * FROM data_dictionary`.
"""

RELEASE_INTRODUCTION = """## Tables of a release

A release is the folder `releases/<version>/`. Its pairs lie in `pairs/split=<split>/part-*.parquet`, each
other table in a file of its own name. In DuckDB the view `pairs` leaves the column `image` out, so that
`SELECT *` reads no image; the view `images` has it.
"""

STAGE_INTRODUCTION = """## Stage tables

What the stages of a build leave in the warehouse for the next stage. A release is made of them and does not
need them any more.
"""

EVALUATION_INTRODUCTION = """## Tables of an evaluation

What `scimmir evaluate` writes into `evaluations/<benchmark>/<hash>/`, and what it keeps in `embeddings/`;
`scimmir evaluate-ocr --output` writes `ocr-quality`, `scimmir compare-sources` the scores by source.
"""

DIFFERENCE_INTRODUCTION = """## Differences between releases

What `scimmir diff OLD NEW --format parquet` writes. Its reasons are the reject reasons and these:
"""

ENRICHMENT_INTRODUCTION = """## Tables of an enrichment

What `scimmir enrich` writes. Its column `reason` holds one of these, or nothing where there is a description:
"""

EXPORT_INTRODUCTION = """## Tables of an export

What `scimmir export --format webdataset` writes beside each shard; each sample's .json file holds the same. The
files of `--format hugging-face` have the columns of `pairs`, and those of the published SciMMIR set before them. The
second table is what `--format triplets` writes.
"""

REASONS_INTRODUCTION = """## Reject reasons

The column `reason` of `rejects` holds one of these, and nothing else.
"""

UNSPLIT_INTRODUCTION = """## Figures that stay whole

The column `panels_unsplit` of `pairs` holds one of these, and nothing else.
"""

POLICY_INTRODUCTION = """## Licence policies

`scimmir build --license-policy` names one of these. What it leaves out keeps its row and loses its image; the
column `image_withheld` of `pairs` then holds one of the reasons below, and nothing else.
"""


def data_dictionary() -> str:
    """Return the data dictionary as Markdown."""
    parts = [INTRODUCTION, RELEASE_INTRODUCTION]
    parts += [_table(name, row_type) for name, row_type in RELEASE_TABLES.items()]
    parts += [_reasons(), _unsplit(), _policies(), STAGE_INTRODUCTION]
    parts += [_table(name, row_type) for name, row_type in STAGE_TABLES.items()]
    parts.append(EVALUATION_INTRODUCTION)
    parts += [_table(name, row_type) for name, row_type in EVALUATION_TABLES.items()]
    parts.append(EXPORT_INTRODUCTION)
    parts += [_table(name, row_type) for name, row_type in EXPORT_TABLES.items()]
    for introduction, reasons, tables in (
        (DIFFERENCE_INTRODUCTION, DIFFERENCE_REASONS, DIFFERENCE_TABLES),
        (ENRICHMENT_INTRODUCTION, ENRICHMENT_REASONS, ENRICHMENT_TABLES),
    ):
        lines = [f"| `{reason}` | {_escape(text)} |" for reason, text in reasons.items()]
        parts.append("\n".join([introduction, "| Reason | Meaning |", "|---|---|", *lines]) + "\n")
        parts += [_table(name, row_type) for name, row_type in tables.items()]
    parts.append("## Nested values\n\nStructs inside the columns above.\n")
    parts += [_table(name, row_type) for name, row_type in NESTED.items()]
    return "\n".join(parts)


def _table(name: str, row_type: type[Row]) -> str:
    summary = (inspect.getdoc(row_type) or "").split("\n\n")[0].replace("\n", " ")
    lines = [f"### {name}", "", summary, "", "| Column | Type | Null | Description |", "|---|---|---|---|"]
    for field in dataclasses.fields(row_type):
        kind, nullable = field.metadata["arrow_type"], field.metadata["nullable"]
        cells = (
            f"`{field.name}`",
            _type_name(kind, field.metadata["item"]),
            "yes" if nullable else "no",
            field.metadata["description"],
        )
        lines.append(f"| {' | '.join(_escape(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _reasons() -> str:
    lines = [REASONS_INTRODUCTION, "| Reason | Meaning |", "|---|---|"]
    lines += [f"| `{reason}` | {_escape(description)} |" for reason, description in REASONS.items()]
    return "\n".join(lines) + "\n"


def _unsplit() -> str:
    lines = [UNSPLIT_INTRODUCTION, "| Reason | Meaning |", "|---|---|"]
    lines += [f"| `{reason}` | {_escape(description)} |" for reason, description in UNSPLIT.items()]
    return "\n".join(lines) + "\n"


def _policies() -> str:
    lines = [POLICY_INTRODUCTION, "| Policy | The release |", "|---|---|"]
    lines += [f"| `{name}` | {_escape(use)} |" for name, use in POLICIES.items()]
    lines += ["", "| Withheld because | Meaning |", "|---|---|"]
    lines += [f"| `{reason}` | {_escape(description)} |" for reason, description in WITHHELD.items()]
    return "\n".join(lines) + "\n"


def _type_name(kind: pa.DataType, item: type[Row] | None) -> str:
    if item is not None:
        return f"list of {next(name for name, row_type in NESTED.items() if row_type is item)}"
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type, None)}"
    if kind == IMAGE_TYPE:
        return "struct of bytes (binary) and path (string)"
    return str(kind)


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(data_dictionary())
