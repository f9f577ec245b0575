"""Pairs that a benchmark holds too: by pixels, by looks, by caption and by paper."""

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw

from curation.contamination.decontaminate import find_contaminated
from curation.contamination.image_sets import ImageSetError, read_image_set
from curation.contamination.leaks import COLUMNS, LeakParameters
from curation.embeddings.descriptor import IDENTITY
from curation.embeddings.embedder import load_embedder
from curation.similarity.alignment import SIDE, Thumbnails, thumbnail
from schemas.reject import RecordError

CAPTION = "Mean temperature of the northern stations over ten years"
EMBED = load_embedder("descriptor").embed


@dataclass(frozen=True)
class Normal:
    image: bytes
    pixel_sha256: str
    phash: int


def encoded(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def drawing(seed):
    random = np.random.default_rng(seed)
    image = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y, w, h = (
            random.integers(5, 200),
            random.integers(5, 150),
            random.integers(20, 110),
            random.integers(20, 80),
        )
        draw.rectangle(
            (int(x), int(y), int(x + w), int(y + h)), outline="black", fill=(int(x), 90, int(y)), width=3
        )
    return image


def normalise(data, name):
    """A small stand-in for the image stage: decoded pixels, and a mean hash of 8 by 8 cells."""
    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
    except OSError as error:
        raise RecordError("image_unreadable", name) from error
    small = np.asarray(image.convert("L").resize((8, 8), Image.Resampling.BOX), dtype=np.float64)
    phash = int("".join("1" if value else "0" for value in (small > np.median(small)).ravel()), 2)
    pixels = hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest()
    return Normal(image=encoded(image), pixel_sha256=pixels, phash=phash)


def columns(count, **changes):
    """The pairs p0, p1, ... whose images are drawing(0), drawing(1), ..."""
    rows = []
    for number in range(count):
        normal = normalise(encoded(drawing(number)), "")
        row = {
            "pair_id": f"p{number}",
            "paper_id": f"2310.{number:05d}",
            "doi": None,
            "kind": "figure",
            "pixel_sha256": normal.pixel_sha256,
            "phash": normal.phash,
            "caption": "",
            "table_text": None,
            "split": "train",
        }
        rows.append(row | changes.get(f"p{number}", {}))
    vectors = EMBED([encoded(drawing(number)) for number in range(count)])
    return pa.Table.from_pylist(rows, schema=COLUMNS), vectors


def thumbnails_of(table):
    """The thumbnails of drawing(n) for the pairs p<n>."""
    names = table.column("pair_id").to_pylist()
    pixels = [thumbnail(drawing(int(name[1:]))) for name in names]
    return Thumbnails(np.array(pixels, np.uint8).reshape(-1, SIDE, SIDE))


def compare(path, table, vectors, **options):
    parameters = LeakParameters(**options)
    return find_contaminated(
        table,
        vectors,
        thumbnails_of(table),
        path,
        embedder=IDENTITY,
        embed=EMBED,
        normalise=normalise,
        parameters=parameters,
    )


def found(report):
    return {row.pair_id: (row.contamination_test, row.item) for row in report.rows}


@pytest.fixture
def benchmark(tmp_path):
    """A folder with an exact copy of p0 (re-encoded), a JPEG of p1, two captions, and three broken files."""
    folder = tmp_path / "bench"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "copy.webp").write_bytes(encoded(drawing(0), "WEBP", lossless=True))
    (folder / "near.jpg").write_bytes(encoded(drawing(1).resize((250, 188)), "JPEG", quality=60))
    (folder / "words.png").write_bytes(encoded(drawing(90)))
    (folder / "words.txt").write_text(CAPTION.upper() + "!")
    (folder / "paper.png").write_bytes(encoded(drawing(91)))
    (folder / "paper.json").write_text(json.dumps({"paper_id": "arXiv:2310.00003v2", "caption": "short"}))
    (folder / "broken.png").write_bytes(b"no image")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "broken.json").write_text("{")
    (folder / "notes.md").write_text("ignored")
    return folder


EXPECTED = {
    "p0": ("exact_pixels", "deep/copy.webp"),
    "p1": ("near", "near.jpg"),
    "p2": ("caption", "words.png"),
    "p3": ("paper", "paper.png"),
}


def test_a_folder_is_matched_by_pixels_looks_captions_and_papers(benchmark):
    table, vectors = columns(6, p2={"caption": "(" + CAPTION + ")"}, p4={"caption": "short"})
    report = compare(benchmark, table, vectors)
    assert found(report) == EXPECTED
    assert (report.name, report.items) == ("bench", 6)
    assert (report.unreadable_count, report.unreadable) == (2, ("broken.png", "empty.jpg"))
    exact, near, caption, _ = report.rows
    assert exact.against == "bench"
    assert exact.similarity == pytest.approx(1, abs=1e-5)
    assert exact.phash_distance == 0
    assert 0.9 <= near.similarity < 1 and 0 < near.difference < 0.3
    assert (caption.similarity, caption.difference, caption.phash_distance) == (None, None, None)


@pytest.mark.parametrize("block", [1, 3, 64])
def test_blocks_do_not_change_the_result(benchmark, block):
    table, vectors = columns(6, p2={"caption": CAPTION})
    assert compare(benchmark, table, vectors, block=block) == compare(benchmark, table, vectors)


def write_parquet(folder, rows, kind):
    arrays = {
        "image": pa.array([row if kind != "struct" else {"bytes": row, "path": None} for row, *_ in rows]),
        "text": pa.array([caption for _, caption, _ in rows], pa.string()),
        "doi": pa.array([doi for *_, doi in rows], pa.string()),
    }
    path = folder / "bench.parquet"
    pq.write_table(pa.table(arrays), path, row_group_size=2)
    return path


ROWS = [
    (encoded(drawing(50)), None, None),
    (encoded(drawing(0)), None, None),
    (b"broken", CAPTION, None),
    (None, None, "https://doi.org/10.1000/A"),
]


@pytest.mark.parametrize("kind", ["binary", "struct"])
def test_parquet(tmp_path, kind):
    path = write_parquet(tmp_path, ROWS, kind)
    table, vectors = columns(4, p2={"caption": CAPTION}, p3={"doi": "10.1000/a"})
    report = compare(path, table, vectors)
    assert found(report) == {
        "p0": ("exact_pixels", "bench.parquet#1"),
        "p2": ("caption", "bench.parquet#2"),
        "p3": ("paper", "bench.parquet#3"),
    }
    assert (report.name, report.items, report.unreadable_count) == ("bench.parquet", 4, 2)


def write_tar(path, members):
    with tarfile.open(path, "w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def test_webdataset(tmp_path):
    fields = json.dumps({"caption": CAPTION, "doi": "10.1000/a"}).encode()
    write_tar(
        tmp_path / "00000.tar",
        [
            ("a/0.png", encoded(drawing(0))),
            ("a/0.txt", b"a caption"),
            ("a/1.json", fields),
            ("a/1.jpg", b"broken"),
            ("2.__key__", b"no image"),
        ],
    )
    write_tar(tmp_path / "00001.tar", [("b.x.png", b"not read"), ("c.JPG", encoded(drawing(1)))])
    items = list(read_image_set(tmp_path))
    assert [item.name for item in items] == ["00000.tar/a/0.png", "00000.tar/a/1.jpg", "00001.tar/c.jpg"]
    assert [item.caption for item in items] == ["a caption", CAPTION, None]
    table, vectors = columns(3, p2={"caption": CAPTION})
    report = compare(tmp_path, table, vectors)
    assert found(report) == {
        "p0": ("exact_pixels", "00000.tar/a/0.png"),
        "p1": ("exact_pixels", "00001.tar/c.jpg"),
        "p2": ("caption", "00000.tar/a/1.jpg"),
    }


def test_missing_empty_and_damaged_sets_are_one_clear_error(tmp_path):
    table, vectors = columns(1)
    empty, damaged, cut = tmp_path / "empty", tmp_path / "bad.parquet", tmp_path / "cut.tar"
    empty.mkdir()
    damaged.write_bytes(b"PAR1 nothing")
    write_tar(cut, [("a.png", encoded(drawing(0))), ("b.png", encoded(drawing(1)))])
    cut.write_bytes(cut.read_bytes()[:3000])
    no_images = tmp_path / "n.parquet"
    pq.write_table(pa.table({"x": [1]}), no_images)
    no_rows = tmp_path / "zero.parquet"
    pq.write_table(pa.table({"image": pa.array([], pa.binary())}), no_rows)
    (tmp_path / "notes.txt").write_text("text")
    for path, message in [
        (tmp_path / "missing", "does not exist"),
        (empty, "holds no image, Parquet file or tar"),
        (tmp_path / "notes.txt", "holds no image"),
        (damaged, "cannot be read"),
        (cut, "cannot be read"),
        (no_images, "no image column"),
        (no_rows, "holds no item"),
    ]:
        with pytest.raises(ImageSetError, match=message):
            compare(path, table, vectors)


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("arXiv:2310.00000v3", "2310.00000", True),
        ("astro-ph/9901001v1", "astro-ph9901001", True),
        ("pmc9900001.2", "PMC9900001", True),
        ("2310.00001", "2310.00000", False),
    ],
)
def test_papers_match_in_every_spelling(tmp_path, theirs, ours, same):
    (tmp_path / "a.png").write_bytes(encoded(drawing(99)))
    (tmp_path / "a.json").write_text(json.dumps({"arxiv_id": theirs}))
    table, vectors = columns(1, p0={"paper_id": ours})
    assert (found(compare(tmp_path, table, vectors)) == {"p0": ("paper", "a.png")}) is same


def test_no_pairs_give_no_rows(benchmark):
    table, _ = columns(1)
    report = compare(
        benchmark, table.slice(0, 0), np.empty((0, EMBED([encoded(drawing(0))]).shape[1]), np.float32)
    )
    assert (report.rows, report.items) == ((), 6)
