import hashlib
import io
import json
import os
import tarfile
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from curation.contamination import split_leaks
from curation.contamination.decontaminate import find_contaminated
from curation.contamination.image_sets import ImageSetError, SetItem, read_image_set
from curation.contamination.leaks import COLUMNS, LeakParameters, leak_parameters
from curation.contamination.split_leaks import find_split_leaks
from curation.duplicates.parameters import DedupeParameters, dedupe_parameters
from curation.embeddings.descriptor import IDENTITY
from curation.embeddings.embedder import load_embedder
from curation.similarity.alignment import SIDE, Thumbnails, thumbnail
from curation.similarity.level import Level
from schemas.annotations import ContaminationRow
from schemas.reject import RecordError

CAPTION = "Mean temperature of the northern stations over ten years"
OTHER_CAPTION = "Schematic drawing which explains how our sampling apparatus works"
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


def test_parquet_that_names_files_beside_it(tmp_path):
    (tmp_path / "a.png").write_bytes(b"image")
    (tmp_path.parent / "secret.png").write_bytes(b"secret")
    names = ["a.png", "missing.png", "../secret.png", str(tmp_path / "a.png"), None]
    images = pa.array(
        [{"bytes": None, "path": name} for name in names],
        pa.struct({"bytes": pa.binary(), "path": pa.string()}),
    )
    pq.write_table(pa.table({"picture": images}), tmp_path / "set.parquet")
    assert [item.image for item in read_image_set(tmp_path / "set.parquet")] == [
        b"image",
        None,
        None,
        None,
        None,
    ]


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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=3000), st.sampled_from(["x.parquet", "x.tar", "x.png", "x.json"]))
def test_any_bytes_give_items_or_the_sets_own_error(tmp_path, content, name):
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / name).write_bytes(content)
    if name == "x.json":
        (tmp_path / "x.png").write_bytes(b"image")
    try:
        assert all(isinstance(item, SetItem) for item in read_image_set(tmp_path))
    except ImageSetError as error:
        assert str(error)


def test_names_that_are_no_unicode_are_written_as_such(tmp_path):
    try:
        (tmp_path / os.fsdecode(b"a\xff.png")).write_bytes(b"image")
    except OSError:
        pytest.skip("the file system takes Unicode names only")
    (item,) = read_image_set(tmp_path)
    assert (item.name, item.image) == ("a?.png", b"image")


def test_a_text_column_that_is_no_unicode_is_the_sets_own_error(tmp_path):
    text = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    )
    pq.write_table(pa.table({"image": pa.array([b"x"]), "text": text}), tmp_path / "set.parquet")
    with pytest.raises(ImageSetError, match=r"set\.parquet cannot be read"):
        list(read_image_set(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_counts_as_unreadable(tmp_path):
    (tmp_path / "a.png").write_bytes(b"image")
    (tmp_path / "a.png").chmod(0)
    assert [item.image for item in read_image_set(tmp_path)] == [None]


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


def at(*cosines):
    vectors = np.zeros((len(cosines), 4), dtype=np.float32)
    vectors[:, 0] = cosines
    vectors[:, 1] = np.sqrt(1 - np.square(cosines))
    return vectors


def split_table(*rows):
    base = {
        "paper_id": "x",
        "doi": None,
        "kind": "figure",
        "phash": 0,
        "caption": "",
        "table_text": None,
    }
    full = [base | {"pair_id": f"p{n}", "pixel_sha256": f"s{n}"} | row for n, row in enumerate(rows)]
    return pa.Table.from_pylist(full, schema=COLUMNS)


PARAMETERS = LeakParameters(
    figure=Level(similarity=0.95, difference=0.5),
    table=Level(similarity=0.985, difference=0.1),
    agreed=Level(similarity=0.87, difference=0.7),
)


def leaks(table, vectors, parameters=PARAMETERS):
    alike = Thumbnails(np.zeros((len(table), SIDE, SIDE), np.uint8))
    return find_split_leaks(table, vectors, alike, embedder=IDENTITY, parameters=parameters)


def test_the_less_protected_pair_is_removed_and_the_most_similar_named():
    table = split_table(
        {"split": "train"}, {"split": "test"}, {"split": "validation"}, {"split": "test"}, {"split": "train"}
    )
    rows = leaks(table, at(1, 0.97, 0.98, 0.96, -1))
    assert [(row.pair_id, row.against, row.item) for row in rows] == [
        ("p0", "split:test", "p1"),
        ("p2", "split:test", "p1"),
    ]
    assert rows[0] == ContaminationRow(
        pair_id="p0",
        against="split:test",
        item="p1",
        contamination_test="near",
        similarity=pytest.approx(0.97, abs=1e-5),
        difference=0.0,
        phash_distance=0,
    )


def test_train_is_held_against_what_is_left_of_validation():
    table = split_table(
        {"split": "train"}, {"split": "validation"}, {"split": "validation"}, {"split": "test"}
    )
    vectors = at(1, 0.96, 0.0, 0.0)
    assert [(row.pair_id, row.against, row.item) for row in leaks(table, vectors)] == [
        ("p0", "split:validation", "p1"),
        ("p2", "split:test", "p3"),
    ]
    vectors[3] = vectors[1]
    vectors[2] = -vectors[2]
    rows = leaks(table, vectors)
    assert {(row.pair_id, row.against) for row in rows} == {("p0", "split:test"), ("p1", "split:test")}


def test_a_removed_validation_pair_protects_nothing():
    angles = np.array([0.0, 0.28, 0.56])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    table = split_table({"split": "test"}, {"split": "validation"}, {"split": "train"})
    assert [row.pair_id for row in leaks(table, vectors)] == ["p1"]


TABLE = "model\tscore\nours\t91.2\nbase\t88.0"


@pytest.mark.parametrize(
    ("left", "right", "cosine", "difference", "leak"),
    [
        ({}, {}, 0.951, 0.5, True),
        ({}, {}, 0.951, 0.51, False),
        ({}, {}, 0.949, 0.0, False),
        ({"kind": "table"}, {"kind": "table"}, 0.999, 0.11, False),
        ({"kind": "table"}, {"kind": "table"}, 0.98, 0.0, False),
        ({"kind": "table"}, {"kind": "table"}, 0.986, 0.1, True),
        ({"caption": CAPTION}, {"caption": CAPTION}, 0.88, 0.7, True),
        ({"caption": CAPTION}, {"caption": CAPTION}, 0.88, 0.71, False),
        ({"caption": CAPTION}, {"caption": OTHER_CAPTION}, 0.88, 0.0, False),
        ({"caption": "Results."}, {"caption": "Results."}, 0.88, 0.0, False),
        ({"table_text": TABLE}, {"table_text": TABLE}, 0.88, 0.7, True),
        ({"table_text": TABLE}, {"table_text": "model\tscore\nours\t1.2\nbase\t8.0"}, 0.9999, 0.0, False),
        ({"pixel_sha256": "s"}, {"pixel_sha256": "s"}, 0.9999, 2.0, True),
    ],
)
def test_what_counts_as_a_leak(left, right, cosine, difference, leak, monkeypatch):
    monkeypatch.setattr(split_leaks, "remaining_difference", lambda left, right, at_most: difference)
    table = split_table({"split": "train"} | left, {"split": "test"} | right)
    assert [row.pair_id for row in leaks(table, at(1, cosine))] == (["p0"] if leak else [])


def test_thresholds_follow_the_duplicates_and_belong_to_one_embedder():
    assert leak_parameters(DedupeParameters()) == LeakParameters()
    other = leak_parameters(dedupe_parameters("open_clip/x", similarity=0.8))
    assert other.embedder == "open_clip/x"
    assert other.agreed.similarity < 0.8 == other.figure.similarity < other.table.similarity
    table = split_table({"split": "train"})
    with pytest.raises(ValueError, match="calibrate thresholds"):
        leaks(table, at(1), other)
    with pytest.raises(ValueError, match="embeddings of shape"):
        leaks(table, at(1, 1))
    with pytest.raises(ValueError, match="calibrate thresholds"):
        compare(None, table, at(1), embedder="open_clip/x")


def test_the_order_of_the_pairs_does_not_matter():
    random = np.random.default_rng(2)
    rows = [{"split": ("train", "validation", "test")[n % 3], "pair_id": f"p{n:03d}"} for n in range(90)]
    vectors = at(*np.cos(random.uniform(0, 1.5, 90)))
    order = random.permutation(90)
    reference = leaks(split_table(*rows), vectors)
    rows = [row | {"pixel_sha256": f"s{n}"} for n, row in enumerate(rows)]
    assert leaks(split_table(*(rows[n] for n in order)), vectors[order]) == reference
    assert len(reference) > 20
