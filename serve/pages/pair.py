"""All that a release knows of one pair, as its page shows it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from markupsafe import Markup

from schemas.columns import arrow_schema, rows_of
from schemas.pair import Pair
from schemas.panel import UNSPLIT
from schemas.paper import abstract_origin
from serve.pages.table_html import harmless_table
from serve.release import ReleaseIndex
from warehouse.sql import sql_text

WORD = re.compile(r"[\w.]+")
EVIDENCE_SHOWN = 100
PANEL_COLUMNS = ("pair_id", "parent_id", "panel", "panel_box", "caption")

EVIDENCE = {
    "similarity": "similarity of the embeddings",
    "difference": "difference once aligned",
    "phash_distance": "differing bits of the perceptual hashes",
    "text_similarity": "agreement of the texts",
}


@dataclass(frozen=True, kw_only=True)
class Removed:
    """A pair that was removed because it repeats the one shown, with the evidence by its name."""

    pair_id: str
    caption: str
    test: str
    cross_source: bool
    evidence: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class DrawnPanel:
    """A panel that was cut out of a figure: its name and letter, and its place in thousandths of the picture."""

    pair_id: str
    letter: str
    caption: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class PaperNote:
    """What the table of papers adds to a pair; releases of earlier code have no abstracts."""

    abstract: str
    abstract_origin: str
    doi: str
    pmid: str
    journal: str
    is_retracted: bool
    archive: str
    archive_sha256: str


@dataclass(frozen=True, kw_only=True)
class PairPage:
    """One pair.

    `table` is harmless HTML; `words_read` of `words` different words of the table's source stand in what OCR
    read, both 0 where one of the two is missing; `more_removed` removed pairs are not listed; `panels` are those that
    were cut out of it, or of a panel its own place in its figure; `unsplit` says why it was not cut up.
    """

    pair: Pair
    table: Markup | None
    words: int
    words_read: int
    removed: tuple[Removed, ...]
    more_removed: int
    paper: PaperNote | None
    sql: str
    panels: tuple[DrawnPanel, ...] = ()
    unsplit: str = ""


def read_pair(index: ReleaseIndex, position: int) -> PairPage:
    """Return the pair at a place in the release."""
    pair = _read_pair(index, position)
    words, read = _ocr_words(pair)
    removed = _removed(index, pair.pair_id)
    return PairPage(
        pair=pair,
        table=harmless_table(pair.table_html) if pair.table_html else None,
        words=words,
        words_read=read,
        removed=tuple(_evidence(row) for row in removed[:EVIDENCE_SHOWN]),
        more_removed=max(0, len(removed) - EVIDENCE_SHOWN),
        paper=_paper(index, pair.paper_key),
        sql=f"SELECT *\nFROM pairs\nWHERE pair_id = {sql_text(pair.pair_id)}",
        unsplit=UNSPLIT.get(pair.panels_unsplit or "", ""),
        panels=(_drawn(pair),) if pair.panel_box else tuple(_panels_of(index, position, pair)),
    )


def _panels_of(index: ReleaseIndex, position: int, pair: Pair) -> Iterator[DrawnPanel]:
    """Yield the panels that were cut out of a figure: they follow it in the release."""
    if pair.kind != "figure" or pair.parent_id is not None:
        return
    for following in range(position + 1, index.count):
        panel = _read_row(index, following, PANEL_COLUMNS)
        if panel["parent_id"] != pair.pair_id:
            return
        if panel["panel_box"] is not None:
            yield _placed(panel)


def _drawn(pair: Pair) -> DrawnPanel:
    return _placed({name: getattr(pair, name) for name in PANEL_COLUMNS})


def _placed(panel: Mapping[str, Any]) -> DrawnPanel:
    x0, y0, x1, y1 = (round(1000 * float(side), 1) for side in panel["panel_box"])
    return DrawnPanel(
        pair_id=panel["pair_id"],
        letter=panel["panel"] or "",
        caption=panel["caption"],
        x=x0,
        y=y0,
        width=round(x1 - x0, 1),
        height=round(y1 - y0, 1),
    )


def _read_pair(index: ReleaseIndex, position: int) -> Pair:
    """Return the row; columns that a release of earlier code lacks are null."""
    row = _row(index, position)
    row = row.append_column("split", pa.array([index.parts[index.place(position).part].split]))
    for field in arrow_schema(Pair):
        if field.name not in row.column_names:
            row = row.append_column(field.name, pa.nulls(1, field.type))
    return rows_of(Pair, row)[0]


def _read_row(index: ReleaseIndex, position: int, columns: tuple[str, ...]) -> Mapping[str, Any]:
    """Return some columns of a row; those that a release of earlier code lacks are null."""
    (row,) = _row(index, position, list(columns)).to_pylist()
    return {name: row.get(name) for name in columns}


def _row(index: ReleaseIndex, position: int, columns: list[str] | None = None) -> pa.Table:
    place = index.place(position)
    return index.parts[place.part].read(place.group, columns).slice(place.row, 1)


def _ocr_words(pair: Pair) -> tuple[int, int]:
    if not pair.table_text or not pair.ocr_text:
        return 0, 0
    source = set(WORD.findall(pair.table_text.lower()))
    return len(source), len(source & set(WORD.findall(pair.ocr_text.lower())))


def _removed(index: ReleaseIndex, pair_id: str) -> list[Mapping[str, object]]:
    """Return the evidence of a group, with the removed captions, as mappings: columns differ between releases."""
    return index.mappings(
        "SELECT duplicates.*, coalesce(lost.caption, '') AS caption FROM duplicates LEFT JOIN ("
        " SELECT pair_id, any_value(caption) AS caption FROM rejects WHERE pair_id IN"
        " (SELECT pair_id FROM duplicates WHERE duplicate_group = $1) GROUP BY pair_id) AS lost USING (pair_id)"
        " WHERE duplicate_group = $1 ORDER BY pair_id",
        [pair_id],
    )


def _evidence(row: Mapping[str, object]) -> Removed:
    found = [(title, _figure(row[name])) for name, title in EVIDENCE.items() if row.get(name) is not None]
    return Removed(
        pair_id=str(row["pair_id"]),
        caption=str(row["caption"]),
        test=str(row["duplicate_test"]).replace("_", " "),
        cross_source=bool(row["cross_source"]),
        evidence=tuple(found),
    )


def _figure(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _paper(index: ReleaseIndex, key: str) -> PaperNote | None:
    rows = index.mappings("SELECT * FROM papers WHERE paper_key = $1 LIMIT 1", [key])
    if not rows:
        return None
    row = {name: "" if value is None else value for name, value in rows[0].items()}
    return PaperNote(
        abstract=str(row.get("abstract", "")),
        abstract_origin=abstract_origin(
            str(row.get("abstract_source", "")), str(row.get("abstract_license", ""))
        ),
        doi=str(row["doi"]),
        pmid=str(row["pmid"]),
        journal=str(row["journal"]),
        is_retracted=row["is_retracted"] is True,
        archive=str(row["archive"]),
        archive_sha256=str(row["archive_sha256"]),
    )
