"""Releases of synthetic rows in the real schema and layout, large enough to measure with.

    python -m benchmarks.invented.release FOLDER [--pairs 100000] [--image-kb 40] [--dimension 416]

writes a warehouse with the release 2026.11, and 2026.10 before it, which lacks some of its pairs and has other
captions for some: 100 rows a group, 20,000 a file, images of noise of about the size given, captions of invented
words, embeddings as a build leaves them. Equal arguments give equal rows.
"""

import argparse
import hashlib
import io
import json
import os
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from PIL import Image

from curation.embeddings import embedder_identity
from schemas.annotations import ContaminationRow, DuplicateRow, EmbeddingRow
from schemas.columns import arrow_schema, table_of
from schemas.pair import SUBCATEGORIES
from schemas.paper import PaperRow
from schemas.reject import Reject
from warehouse.catalog import rebuild
from warehouse.releases import ROWS_PER_FILE, ROWS_PER_GROUP, pair_file_schema
from warehouse.stages import stage_output, write_stage, write_table

VERSION, BEFORE = "2026.11", "2026.10"
SPLIT_SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
PICTURES = 400  # different images; every pair of a row group has one of its own
PAIRS_PER_PAPER = 9
LICENSES = {"CC BY 4.0": "commercial", "CC0": "commercial", "CC BY-NC 4.0": "noncommercial", None: "other"}
CATEGORIES = [
    f"{a}.{b}"
    for a in ("cs", "math", "stat", "q-bio", "physics")
    for b in ("AA", "CV", "LG", "ML", "NE", "OC")
]
SYLLABLES = (
    "al",
    "ber",
    "cor",
    "dan",
    "el",
    "fir",
    "gor",
    "hum",
    "ir",
    "lo",
    "mar",
    "net",
    "or",
    "pul",
    "ris",
    "ton",
)
REASONS = ("image_missing", "caption_missing", "duplicate_near", "drawn_in_tex")
TABLE_ROWS, TABLE_COLUMNS = 12, 4


def words(seed: int = 1) -> list[str]:
    """Return invented words, of which a few are frequent in captions and most are rare."""
    dice = random.Random(seed)
    return ["".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(5000)]


def pictures(size_kb: int) -> list[bytes]:
    """Return different images of about a size: smooth shapes with as much noise as fills the file."""
    made = []
    for seed in range(PICTURES):
        dice = np.random.default_rng(seed)
        grid = np.kron(dice.integers(0, 255, (6, 8, 3)), np.ones((96, 96, 1))).astype(np.uint8)
        side = int((size_kb * 1024 / 3) ** 0.5)
        grid[:side, :side] = dice.integers(0, 255, (side, side, 3))
        out = io.BytesIO()
        Image.fromarray(grid).save(out, format="PNG")
        made.append(out.getvalue())
    return made


def paper_of(number: int) -> str:
    """Return the name of the paper that a pair is from."""
    return f"arxiv:{2000 + number // 90_000:04d}.{number // PAIRS_PER_PAPER % 100_000:05d}"


def row_group(first: int, dice: np.random.Generator, vocabulary: list[str], images: list[bytes]) -> pa.Table:
    """Return the next rows of a release, made column by column: as rows they would take minutes."""
    size = ROWS_PER_GROUP
    rows = range(first, first + size)
    ranks = np.minimum(dice.pareto(0.5, (size, 160)), len(vocabulary) - 1).astype(int).tolist()
    lengths = dice.integers(6, 40, size).tolist()
    captions = [
        " ".join(vocabulary[w] for w in rank[:length]) for rank, length in zip(ranks, lengths, strict=True)
    ]
    classes = [SUBCATEGORIES[n] for n in dice.integers(0, len(SUBCATEGORIES), size)]
    codes = [list(LICENSES)[n] for n in dice.integers(0, len(LICENSES), size)]
    ids = [f"{paper_of(n)}:{name.partition('_')[0]}-{n}" for name, n in zip(classes, rows, strict=True)]
    is_table = [name.startswith("table") for name in classes]
    cells = [[vocabulary[w] for w in rank[112:160]] for rank in ranks]
    html = "".join(f"<tr><td>row {r}</td><td>{r}.5</td></tr>" for r in range(TABLE_ROWS))
    tokens = [hashlib.sha256(name.encode()).hexdigest() for name in ids]
    values: dict[str, object] = {
        "pair_id": ids,
        "source": ["arxiv" if n < 0.6 else "pmc" for n in dice.random(size)],
        "paper_key": [f"{paper_of(n)}v1" for n in rows],
        "paper_id": [paper_of(n).partition(":")[2] for n in rows],
        "group_id": [paper_of(n) for n in rows],
        "title": [" ".join(vocabulary[w] for w in rank[40:50]) for rank in ranks],
        "categories": [
            [CATEGORIES[n] for n in dice.choice(len(CATEGORIES), dice.integers(1, 4), replace=False)]
            for _ in rows
        ],
        "published": [f"{dice.integers(2005, 2027)}-{dice.integers(1, 13):02d}-01" for _ in rows],
        "license_code": codes,
        "license_group": [LICENSES[code] for code in codes],
        "allows_redistribution": [code is not None for code in codes],
        "kind": ["table" if t else "figure" for t in is_table],
        "subcategory": classes,
        "label": [f"Figure {n % 9 + 1}" for n in rows],
        "caption": captions,
        "caption_raw": captions,
        "mentions": [[" ".join(vocabulary[w] for w in rank[30:110])] for rank in ranks],
        "image": [{"bytes": images[n % len(images)], "path": f"{n}.png"} for n in rows],
        "image_format": ["png"] * size,
        "width": [768] * size,
        "height": [576] * size,
        "image_sha256": tokens,
        "pixel_sha256": tokens,
        "table_html": [f"<table>{html}</table>" if t else None for t in is_table],
        "table_text": [_grid(words, 0) if t else None for words, t in zip(cells, is_table, strict=True)],
        "ocr_text": [_grid(words, n % 7) for n, words in enumerate(cells)],
        "ocr_engine": ["synthetic"] * size,
        "ocr_confidence": dice.random(size).round(3).tolist(),
        "duplicates_removed": [int(n % 50 == 0) for n in rows],
        "duplicate_group": [name if n % 50 == 0 else None for n, name in zip(rows, ids, strict=True)],
    }
    return _filled(values, size)


def _grid(cells: list[str], missed: int) -> str:
    """Return cells as a table's text, the first ones missing."""
    kept = cells[missed:]
    return "\n".join("\t".join(kept[n : n + TABLE_COLUMNS]) for n in range(0, len(kept), TABLE_COLUMNS))


def _filled(values: dict[str, object], size: int) -> pa.Table:
    """Return the columns as a file holds them; what was not given is null or a constant."""
    filler = {
        pa.string(): "x",
        pa.bool_(): True,
        pa.int32(): 1,
        pa.uint64(): 1,
        pa.float32(): 0.5,
        pa.float64(): 0.5,
    }
    arrays = []
    for field in pair_file_schema():
        blank = None if field.nullable else filler.get(field.type, [])
        arrays.append(pa.array(values.get(field.name, [blank] * size), field.type))
    return pa.Table.from_arrays(arrays, schema=pair_file_schema())


def write_release(warehouse: Path, count: int, image_kb: int) -> None:
    """Write the warehouse with its two releases, of which the latest has `count` pairs."""
    folder = warehouse / "releases" / VERSION
    dice, vocabulary, images = np.random.default_rng(7), words(), pictures(image_kb)
    first = 0
    for split, share in SPLIT_SHARES.items():
        left, part = int(count * share), 0
        (folder / "pairs" / f"split={split}").mkdir(parents=True)
        while left > 0:
            groups = range(0, min(left, ROWS_PER_FILE), ROWS_PER_GROUP)
            with _pair_file(folder / "pairs" / f"split={split}" / f"part-{part:05d}.parquet") as writer:
                for start in groups:
                    writer.write_table(row_group(first + start, dice, vocabulary, images))
            first += len(groups) * ROWS_PER_GROUP
            left, part = left - ROWS_PER_FILE, part + 1
    _write_narrow_tables(folder, count, vocabulary)
    _write_manifest(folder, f"{count} {image_kb}")
    _write_release_before(warehouse, count, image_kb)
    (warehouse / "releases" / "latest").write_text(VERSION + "\n")
    rebuild(warehouse)


def _pair_file(path: Path) -> pq.ParquetWriter:
    codecs = {n: "zstd" for n in pair_file_schema().names if n != "image"} | {"image.bytes": "none"}
    return pq.ParquetWriter(path, pair_file_schema(), compression=codecs, write_page_index=True)


def _write_narrow_tables(folder: Path, count: int, vocabulary: list[str]) -> None:
    dice = random.Random(11)
    lost = [
        Reject(
            paper_key=f"arxiv:1901.{n // 9:05d}v1",
            pair_id=f"arxiv:1901.{n // 9:05d}:figure-{n}",
            stage="extract",
            reason=REASONS[n % 7 % 4],
            detail=f"figure{n}.eps",
            kind="figure",
            snippet="\\includegraphics{" + " ".join(dice.choices(vocabulary, k=60)) + "}",
        )
        for n in range(count // 2)
    ]
    repeated = [
        DuplicateRow(
            pair_id=f"arxiv:1901.{n // 9:05d}:figure-{n}",
            duplicate_group=f"{paper_of(n)}:figure-{n}",
            duplicate_test="near",
            similarity=0.97,
            difference=0.2,
            phash_distance=3,
            cross_source=n % 100 == 0,
        )
        for n in range(0, count, 50)
    ]
    papers = [
        PaperRow(
            paper_key=f"{paper_of(n)}v1",
            title=" ".join(dice.choices(vocabulary, k=9)),
            categories=("cs.CV",),
            source="arxiv",
            paper_id=paper_of(n).partition(":")[2],
            version=1,
            license_code="CC BY 4.0",
            group_id=paper_of(n),
            license_group="commercial",
            allows_redistribution=True,
            allows_derivatives=True,
            share_alike=False,
            is_retracted=False,
            archive="synthetic.tar",
            archive_sha256="x",
            split="train",
            floats_found=PAIRS_PER_PAPER,
            pairs=PAIRS_PER_PAPER,
            rejects=0,
            warnings=(),
        )
        for n in range(0, count, PAIRS_PER_PAPER)
    ]
    write_table(table_of(Reject, lost), folder / "rejects.parquet")
    write_table(table_of(DuplicateRow, repeated), folder / "duplicates.parquet")
    write_table(arrow_schema(ContaminationRow).empty_table(), folder / "contamination.parquet")
    write_table(table_of(PaperRow, papers), folder / "papers.parquet")


def _write_manifest(folder: Path, content: str) -> None:
    manifest = {
        "version": folder.name,
        "release_hash": hashlib.sha256(f"{folder.name} {content}".encode()).hexdigest(),
        "stages": {"embed": "synthetic"},
        "stage_parameters": {"embed": {"embedder": embedder_identity("clip")}},
        "parameters": {"embedder": "clip"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _write_release_before(warehouse: Path, count: int, image_kb: int) -> None:
    """Write the older release: the same files under another name, but for one, which has fewer rows."""
    new, old = warehouse / "releases" / VERSION, warehouse / "releases" / BEFORE
    for path in sorted(new.rglob("*.parquet")):
        target = old / path.relative_to(new)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)
    part = old / "pairs" / "split=test" / "part-00000.parquet"
    source = pq.ParquetFile(part)
    part.unlink()
    with _pair_file(part) as writer:
        for group in range(source.num_row_groups - 2):
            table = source.read_row_group(group)
            place = table.schema.get_field_index("caption")
            other = pc.utf8_upper(table.column("caption"))
            field = table.schema.field(place)
            writer.write_table(table if group % 5 else table.set_column(place, field, other))
    _write_manifest(old, f"{count} {image_kb}")


def write_embeddings(warehouse: Path, dimension: int, *, rows_per_shard: int = 20_000) -> None:
    """Leave unit vectors for the latest release's pairs, as the stage `embed` would."""
    dice = np.random.default_rng(5)
    identity = embedder_identity("clip")
    for path in sorted((warehouse / "releases" / VERSION).glob("pairs/*/*.parquet")):
        names = pq.read_table(path, columns=["pair_id"], partitioning=None).column("pair_id")
        vectors = dice.standard_normal((len(names), dimension), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        offsets = pa.array(np.arange(len(names) + 1, dtype=np.int32) * dimension)
        columns = [
            names.combine_chunks(),
            pa.ListArray.from_arrays(offsets, pa.array(vectors.ravel())),
        ]
        table = pa.Table.from_arrays(columns, schema=arrow_schema(EmbeddingRow))
        key = hashlib.sha256(str(path.relative_to(warehouse)).encode()).hexdigest()[:32]
        about = {"stage": "embed", "version": "synthetic", "parameters": {"embedder": identity}}
        write_stage(stage_output(warehouse, "embed", key), {"embeddings": table}, about)


def main() -> None:
    """Write a warehouse."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--image-kb", type=int, default=40)
    parser.add_argument("--dimension", type=int, default=416, help="numbers of a vector; `clip` gives 416")
    options = parser.parse_args()
    write_release(options.folder, options.pairs, options.image_kb)
    write_embeddings(options.folder, options.dimension)


if __name__ == "__main__":
    main()
