"""A warehouse with one small release, made from the schemas alone: what the tests of its readers read."""

import functools
import hashlib
import io
import json
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from schemas.annotations import ContaminationRow, DuplicateRow, TextBox
from schemas.columns import arrow_schema, table_of
from schemas.pair import SUBCATEGORIES, Pair
from schemas.paper import PaperRow
from schemas.reject import Reject

VERSION = "2026.11.0"
HOSTILE_CAPTION = "Loss <script>alert('x')</script> & \"quotes\" \x1b[31mred\x1b[0m of the model"
WIDE_CAPTION = "Attention weights over 500 steps — “β=0.9” versus ε → 0. " * 8

LICENSES = {
    "arxiv:2310.00001v2": ("CC BY 4.0", "commercial", True),
    "arxiv:2310.00002v1": ("arXiv-nonexclusive", "other", False),
    "arxiv:2310.00003v1": ("CC BY-NC-SA 4.0", "noncommercial", True),
    "pmc:PMC1000001.1": ("CC BY 4.0", "commercial", True),
    "pmc:PMC1000002.1": ("CC0", "commercial", True),
    "pmc:PMC1000003.1": (None, "other", False),
}
SPLIT_OF = dict(zip(LICENSES, ("train", "train", "validation", "train", "test", "train"), strict=True))
CAPTIONS = {
    "fig_architecture": "Overview of the proposed encoder with attention blocks",
    "fig_illustration": "Schematic of how the signal travels from the probe to the detector",
    "fig_result": "Validation loss over training steps for three learning rates",
    "table_result": "Accuracy on the held-out set, mean over five runs",
    "table_parameter": "Hyperparameters used in all experiments",
}


IMAGE_TYPE_OF = {"fig_architecture": "diagram", "fig_illustration": "photo", "fig_result": "line"}


@functools.cache  # readers' tests ask for the same pairs a thousand times
def drawing(subcategory: str, number: int) -> bytes:
    """Return a small PNG that looks a little like its class and differs from pair to pair."""
    image = Image.new("RGB", (420, 260 + 12 * (number % 5)), "white")
    draw = ImageDraw.Draw(image)
    shade = (30 + 6 * number % 200, 90, 160)
    if subcategory == "fig_architecture":
        for i in range(4):
            draw.rectangle((20 + 98 * i, 90, 95 + 98 * i, 150 + number % 40), outline=shade, width=3)
            draw.line((95 + 98 * i, 120, 118 + 98 * i, 120), fill="black", width=2)
    elif subcategory == "fig_illustration":
        for i in range(5):
            draw.ellipse((60 + 50 * i, 60 + number, 140 + 50 * i, 140 + number), outline=shade, width=2)
    elif subcategory == "fig_result":
        draw.line((40, 20, 40, 230), fill="black", width=2)
        draw.line((40, 230, 400, 230), fill="black", width=2)
        curve = [(40 + x, 220 - 170 * (1 - math.exp(-x / (40 + 5 * number)))) for x in range(0, 350, 5)]
        draw.line(curve, fill=shade, width=3)
    else:
        for row in range(6):
            draw.line((20, 30 + 36 * row, 400, 30 + 36 * row), fill="black", width=1 + 2 * (row in (0, 1, 5)))
            draw.text(
                (40, 40 + 36 * row), f"row {row}    {number + row}.{row}    0.{number}{row}", fill="black"
            )
    out = io.BytesIO()
    image.save(out, format="PNG", compress_level=1)
    return out.getvalue()


CUT_OUT = 1  # the pair that is a panel of the one before it


def pair(number: int) -> Pair:
    """Return the pair of this number, from 0."""
    subcategory = SUBCATEGORIES[number % 5]
    kind = "table" if subcategory.startswith("table") else "figure"
    paper = list(LICENSES)[(number // 5) % 6]
    source, name = paper.split(":")
    code, group, redistributable = LICENSES[paper]
    image = drawing(subcategory, number)
    with Image.open(io.BytesIO(image)) as opened:
        width, height = opened.size
    caption = f"{CAPTIONS[subcategory]} ({number})."
    caption = {2: HOSTILE_CAPTION, 7: WIDE_CAPTION}.get(number, caption)
    pair_id = f"{source}:{name.split('v')[0].split('.1')[0]}:{kind}-{number + 1}"
    table = kind == "table"
    return Pair(
        pair_id=pair_id,
        source=source,
        paper_key=paper,
        paper_id=pair_id.split(":")[1],
        version=1,
        group_id=paper,
        title="A study of small releases",
        categories=("cs.LG", "stat.ML") if source == "arxiv" else ("Biology",),
        published="2023-10-02",
        license_url=None,
        license_code=code,
        license_group=group,
        allows_redistribution=redistributable,
        allows_derivatives=redistributable,
        share_alike=code == "CC BY-NC-SA 4.0",
        kind=kind,
        subcategory=subcategory,
        class_rule="caption_words",
        class_version="1",
        class_confidence=0.8,
        class_evidence="words",
        image_type=IMAGE_TYPE_OF.get(subcategory),
        image_type_confidence=None if table else 0.6,
        number=str(number + 1),
        label=f"{kind.capitalize()} {number + 1}",
        panel="a" if number == CUT_OUT else None,
        parent_id=pair(CUT_OUT - 1).pair_id if number == CUT_OUT else None,
        panel_box=(0.0, 0.25, 0.5, 1.0) if number == CUT_OUT else None,
        panel_confidence=0.9 if number == CUT_OUT else None,
        panels_unsplit="no_labels" if number == 5 else None,
        ref_keys=(f"key:{number}",),
        caption=caption,
        caption_raw=caption,
        mentions=(f"As {kind} {number + 1} shows, the effect is small.",),
        mention_sections=("Results › Effects",),
        image={"bytes": image, "path": f"{pair_id}.png"},
        image_format="png",
        width=width,
        height=height,
        image_sha256=hashlib.sha256(image).hexdigest(),
        pixel_sha256=hashlib.sha256(image + b"pixels").hexdigest(),
        phash=2**63 + number,
        origin="typeset" if table else "split" if number == CUT_OUT else "file",
        origin_paths=() if table else (f"fig{number}.pdf",),
        table_text=f"method\taccuracy\nours\t{number}.1\nbaseline\t{number}.0" if table else None,
        ocr_text=(
            "method accuracy\nours l1.1"
            if number % 2
            else f"method accuracy ours {number}.1 baseline {number}.0"
        )
        if table
        else None,
        ocr_engine="rapidocr 3.10.0" if table else None,
        ocr_confidence=0.93 if table else None,
        ocr_boxes=(TextBox(text="method", confidence=0.9, x0=1.0, y0=1.0, x1=9.0, y1=9.0),)
        if table
        else None,
        duplicate_group=pair_id if number in (0, 2) else None,
        duplicates_removed={0: 1, 2: 2}.get(number, 0),
        source_file="main.tex",
        split=SPLIT_OF[paper],
    )


def duplicates() -> list[DuplicateRow]:
    """Return the evidence of three removed duplicates in two groups."""
    first, third = pair(0).pair_id, pair(2).pair_id
    rows = [
        (first, "pmc:PMC1000003:figure-90", "exact_pixels", True),
        (third, "arxiv:2310.00002:figure-91", "near", False),
    ]
    rows.append((third, "pmc:PMC1000002:figure-92", "near", True))
    return [
        DuplicateRow(
            pair_id=removed,
            duplicate_group=kept,
            duplicate_test=test,
            similarity=1.0 if test == "exact_pixels" else 0.97,
            difference=0.0 if test == "exact_pixels" else 0.2,
            phash_distance=0 if test == "exact_pixels" else 3,
            text_similarity=0.75,
            cross_source=cross,
        )
        for kept, removed, test, cross in rows
    ]


def rejects() -> list[Reject]:
    """Return six rejected floats, three of them duplicates, and one rejected paper."""
    rows = [
        Reject(
            paper_key="arxiv:2310.00002v1" if row.pair_id.startswith("arxiv") else "pmc:PMC1000003.1",
            pair_id=row.pair_id,
            stage="dedupe",
            reason="duplicate_exact" if row.duplicate_test == "exact_pixels" else "duplicate_near",
            detail=row.duplicate_group,
            kind="figure",
            label="Figure 9",
            caption="The same picture <b>again</b>, seen before",
        )
        for row in duplicates()
    ]
    for number, reason in enumerate(("image_missing", "image_missing", "drawn_in_tex")):
        rows.append(
            Reject(
                paper_key="arxiv:2310.00001v2",
                pair_id=f"arxiv:2310.00001:figure-{50 + number}",
                stage="extract",
                reason=reason,
                detail=f"figs/lost{number}.eps",
                kind="figure",
                label=f"Figure {50 + number}",
                caption="A figure that is not there",
                snippet="\\includegraphics{lost}",
            )
        )
    rows.append(
        Reject(paper_key="arxiv:2310.00009v1", stage="extract", reason="pdf_only", detail="2310.00009.pdf")
    )
    return rows


def papers(pairs: list[Pair]) -> list[PaperRow]:
    """Return the rows of the papers that the pairs and rejects belong to."""
    rows = []
    for key in [*LICENSES, "arxiv:2310.00009v1"]:
        source, name = key.split(":")
        code, group, redistributable = LICENSES.get(key, (None, "other", False))
        own = sum(p.paper_key == key for p in pairs)
        lost = sum(r.paper_key == key and r.pair_id is not None for r in rejects())
        rows.append(
            PaperRow(
                paper_key=key,
                title="A study of small releases",
                abstract="Small releases are studied.\nThey are found to be small." if own else None,
                abstract_source=("metadata" if source == "arxiv" else "jats") if own else None,
                abstract_license=("CC0 1.0" if source == "arxiv" else code) if own else None,
                categories=("cs.LG",),
                is_retracted=False,
                source=source,
                paper_id=name,
                version=1,
                archive="arXiv_src_2310_001.tar",
                archive_sha256=hashlib.sha256(key.encode()).hexdigest(),
                license_code=code,
                license_group=group,
                allows_redistribution=redistributable,
                allows_derivatives=redistributable,
                share_alike=False,
                group_id=key,
                split=SPLIT_OF.get(key, "train"),
                floats_found=own + lost,
                pairs=own,
                rejects=lost,
                warnings=(),
            )
        )
    return rows


def contamination() -> list[ContaminationRow]:
    """Return one removed pair's evidence."""
    return [
        ContaminationRow(
            pair_id="arxiv:2310.00003:figure-93",
            against="scimmir-test",
            item="0017.png",
            contamination_test="near",
            similarity=0.98,
            difference=0.25,
            phash_distance=2,
        )
    ]


def write_release(
    warehouse: Path,
    *,
    version: str = VERSION,
    count: int = 32,
    with_evidence: bool = True,
    latest: bool = True,
) -> Path:
    """Write a release of `count` pairs (splits without pairs get no folder) and return its folder."""
    folder = warehouse / "releases" / version
    pairs = [pair(number) for number in range(count)]
    tables: dict[str, pa.Table] = {
        "papers.parquet": table_of(PaperRow, papers(pairs)),
        "rejects.parquet": table_of(Reject, rejects()),
        "duplicates.parquet": table_of(DuplicateRow, duplicates() if with_evidence else []),
        "contamination.parquet": table_of(ContaminationRow, contamination() if with_evidence else []),
    }
    for split in ("train", "validation", "test"):
        rows = [p for p in pairs if p.split == split]
        if rows:
            tables[f"pairs/split={split}/part-00000.parquet"] = table_of(Pair, rows).drop_columns(["split"])
    for name, table in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / name, row_group_size=10)
    lost = [r for r in rejects() if r.pair_id is not None]
    manifest = {
        "version": version,
        "release_hash": hashlib.sha256(version.encode()).hexdigest(),
        "code_version": "0.1.0",
        "parameters": {"images": {"longest_side": 1024}, "dedupe": {"near": 0.95}},
        "stages": {"extract": "1", "images": "1", "classify": "1"},
        "engines": {"ocr": "rapidocr 3.10.0", "embedder": "descriptor 1"},
        "thresholds": {"near_duplicate": 0.95},
        "counts": {
            "papers": 7,
            "floats_found": count + len(lost),
            "pairs": count,
            "rejects_float": len(lost),
            "rejects_paper": 1,
        },
        "files": {name: file_entry(folder / name) for name in sorted(tables)},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True), encoding="utf-8")
    if latest:
        (warehouse / "releases" / "latest").write_text(version + "\n", encoding="utf-8")
    return folder


def file_entry(path: Path) -> dict[str, object]:
    """Return what a manifest says of a file."""
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "bytes": path.stat().st_size}


def pair_columns() -> list[str]:
    """Return the columns that the view `pairs` must show."""
    return [name for name in arrow_schema(Pair).names if name != "image"]
