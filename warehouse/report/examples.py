"""What a release's report shows of single pairs: a gallery of each class, and groups of duplicates."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from warehouse.report.charts import Thumbnail, thumbnail
from warehouse.report.model import Card, ClassLine, DuplicateGroup, GallerySection, Removed
from warehouse.sql import clean_text
from warehouse.versions import pair_files

GALLERY_PER_CLASS = 8
DUPLICATE_GROUPS = 6
REMOVED_PER_GROUP = 3
CAPTION_CHARACTERS = 260


def duplicate_groups(con: duckdb.DuckDBPyConnection, folder: Path) -> tuple[DuplicateGroup, ...]:
    """Return the largest groups of duplicates, each with its kept pair's picture and some of the removed."""
    chosen = con.execute(
        "SELECT kept_id, count(*), any_value(kept_caption) FROM duplicate_pairs"
        " GROUP BY kept_id ORDER BY count(*) DESC, kept_id LIMIT ?",
        [DUPLICATE_GROUPS],
    ).fetchall()
    images = _images(con, folder, [kept for kept, _, _ in chosen])
    groups = []
    for kept, count, caption in chosen:
        removed = con.execute(
            "SELECT removed_id, removed_caption, duplicate_test, similarity, difference, text_similarity"
            " FROM duplicate_pairs WHERE kept_id = ? ORDER BY removed_id LIMIT ?",
            [kept, REMOVED_PER_GROUP],
        ).fetchall()
        groups.append(
            DuplicateGroup(
                pair_id=kept,
                caption="" if caption is None else cut(caption, CAPTION_CHARACTERS),
                image=images.get(kept),
                removed=tuple(_removed(row) for row in removed),
                more=count - len(removed),
            )
        )
    return tuple(groups)


def _removed(row: tuple[str, str | None, str, float, float, float | None]) -> Removed:
    pair_id, caption, test, similarity, difference, text = row
    parts = [f"similarity {similarity:.3f}", f"difference {difference:.2f} when aligned"]
    if text is not None:
        parts.append(f"text agreement {text:.2f}")
    return Removed(
        pair_id=pair_id,
        caption=cut(caption or "", CAPTION_CHARACTERS),
        test=test.replace("_", " "),
        evidence=", ".join(parts),
    )


def gallery(
    con: duckdb.DuckDBPyConnection, folder: Path, classes: tuple[ClassLine, ...]
) -> tuple[GallerySection, ...]:
    """Return some pairs of each class; the same release gives the same ones."""
    # The hash of the name draws a sample that does not change, one pair of each paper before a second one.
    chosen = con.execute(
        """
        WITH drawn AS (
            SELECT pair_id, subcategory, row_number() OVER (
                PARTITION BY subcategory, paper_key ORDER BY md5(pair_id), pair_id
            ) AS nth
            FROM pairs
        )
        SELECT subcategory, pair_id, label, caption, paper_key, split, license_code
        FROM drawn JOIN pairs USING (pair_id, subcategory)
        QUALIFY row_number() OVER (PARTITION BY subcategory ORDER BY nth, md5(pair_id), pair_id) <= ?
        ORDER BY nth, md5(pair_id), pair_id
        """,
        [GALLERY_PER_CLASS],
    ).fetchall()
    images = _images(con, folder, [row[1] for row in chosen])
    return tuple(
        GallerySection(
            name=line.name,
            title=line.title,
            total=line.total.count,
            cards=tuple(
                Card(
                    pair_id=pair_id,
                    label=clean_text(label or ""),
                    caption=cut(caption, CAPTION_CHARACTERS),
                    paper=paper,
                    split=split,
                    license=license_code or "licence not stated",
                    image=images.get(pair_id),
                )
                for name, pair_id, label, caption, paper, split, license_code in chosen
                if name == line.name
            ),
        )
        for line in classes
    )


def _images(
    con: duckdb.DuckDBPyConnection, folder: Path, pair_ids: Sequence[str]
) -> dict[str, Thumbnail | None]:
    """Return the thumbnails of some pairs; only the row groups that hold them are read."""
    if not pair_ids:
        return {}
    places = con.execute(
        "SELECT filename, file_row_number, pair_id"
        " FROM read_parquet(?, filename = true, file_row_number = true) WHERE"
        " pair_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY ALL",
        [[str(part) for part in pair_files(folder)], list(pair_ids)],
    ).fetchall()
    found: dict[str, Thumbnail | None] = {}
    for name, rows in itertools.groupby(places, key=lambda place: place[0]):
        with pq.ParquetFile(name) as part:
            wanted = {row: pair_id for _, row, pair_id in rows}
            first = 0
            for group in range(part.num_row_groups):
                after = first + part.metadata.row_group(group).num_rows
                here = [row for row in wanted if first <= row < after]
                if here:
                    images = part.read_row_group(group, columns=["image"]).column("image")
                    found |= {wanted[row]: _thumbnail(images[row - first].as_py()) for row in here}
                first = after
    return found


def _thumbnail(image: dict[str, bytes | None] | None) -> Thumbnail | None:
    data = image and image["bytes"]
    return thumbnail(data) if data else None


def cut(text: str, length: int) -> str:
    """Return a text on one line, cut to a length."""
    line = " ".join(clean_text(text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
