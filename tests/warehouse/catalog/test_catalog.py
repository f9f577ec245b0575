import os
import shutil
from pathlib import Path

import duckdb
import pytest
from small_release import VERSION, pair_columns, write_release

from schemas.pair import Pair
from schemas.reject import REASONS
from warehouse.catalog import build as catalog
from warehouse.place import WarehouseError
from warehouse.versions import latest_version


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    write_release(folder)
    write_release(folder, version="2026.10.0", count=3, with_evidence=False, latest=False)
    write_release(folder, version="none", count=0, with_evidence=False, latest=False)
    catalog.rebuild(folder)
    return folder


def rows(path, sql):
    with duckdb.connect(path, read_only=True) as con:
        return con.execute(sql).fetchall()


def ask(warehouse, sql):
    return rows(warehouse / "catalog.duckdb", sql)


def test_main_shows_the_latest_release_and_each_release_has_its_schema(warehouse):
    assert ask(warehouse, "SELECT count(*) FROM pairs") == [(32,)]
    assert ask(warehouse, 'SELECT count(*) FROM "2026.10.0".pairs') == [(3,)]
    assert ask(warehouse, f'SELECT count(*) FROM "{VERSION}".rejects') == [(7,)]


def test_pairs_have_every_column_but_the_image(warehouse):
    described = ask(warehouse, "SELECT column_name FROM (DESCRIBE pairs)")
    assert [name for (name,) in described] == pair_columns()
    assert "image" not in pair_columns()


def test_split_comes_from_the_folder(warehouse):
    assert ask(warehouse, "SELECT split, count(*) FROM pairs GROUP BY split ORDER BY split") == [
        ("test", 5),
        ("train", 22),
        ("validation", 5),
    ]


def test_images_are_in_their_own_view(warehouse):
    found = ask(
        warehouse,
        "SELECT image.bytes[1:4] = '\\x89PNG'::BLOB, image.path, width, image_format, split FROM images"
        " WHERE pair_id = 'arxiv:2310.00001:figure-1'",
    )
    assert found == [(True, "arxiv:2310.00001:figure-1.png", 420, "png", "train")]


def test_helper_views_stay_within_their_release(warehouse):
    assert ask(
        warehouse, 'SELECT split, subcategory, pairs, percent_of_split FROM "2026.10.0".class_mix'
    ) == [
        ("train", "fig_architecture", 1, 33.3),
        ("train", "fig_illustration", 1, 33.3),
        ("train", "fig_result", 1, 33.3),
    ]
    assert ask(warehouse, 'SELECT count(*) FROM "none".class_mix') == [(0,)]
    assert ask(
        warehouse, 'SELECT image_type, subcategory, pairs, mean_confidence FROM "2026.10.0".image_type_mix'
    ) == [
        ("diagram", "fig_architecture", 1, 0.6),
        ("line", "fig_result", 1, 0.6),
        ("photo", "fig_illustration", 1, 0.6),
    ]


def test_a_release_without_pairs_or_evidence_answers(warehouse):
    for view in ("pairs", "images", "duplicates", "contamination", "table_ocr", "duplicate_pairs"):
        assert ask(warehouse, f'SELECT * FROM "none".{view}') == []


def test_reject_reasons_say_what_they_mean(warehouse):
    found = ask(warehouse, "SELECT * FROM reject_reasons WHERE reason IN ('image_missing', 'pdf_only')")
    assert found == [
        ("image_missing", REASONS["image_missing"], "extract", "arxiv", 2, 2, 28.6),
        ("pdf_only", REASONS["pdf_only"], "extract", "arxiv", 1, 0, 14.3),
    ]


def test_table_ocr_measures_the_share_of_words_that_ocr_found(warehouse):
    found = ask(
        warehouse,
        "SELECT pair_id, source_words, words_read, word_recall FROM table_ocr ORDER BY pair_id LIMIT 3",
    )
    assert found == [
        ("arxiv:2310.00001:table-4", 6, 3, 0.5),
        ("arxiv:2310.00001:table-5", 6, 6, 1.0),
        ("arxiv:2310.00002:table-10", 6, 3, 0.5),
    ]


def test_duplicate_pairs_put_both_captions_side_by_side(warehouse):
    found = ask(
        warehouse,
        "SELECT kept_id, removed_id, kept_split, kept_caption LIKE 'Overview%',"
        " removed_caption LIKE 'The same%' FROM duplicate_pairs WHERE duplicate_test = 'exact_pixels'",
    )
    assert found == [("arxiv:2310.00001:figure-1", "pmc:PMC1000003:figure-90", "train", True, True)]


def test_releases_are_listed_with_their_counts(warehouse):
    found = ask(
        warehouse, "SELECT version, is_latest, pairs, rejects_float, problem FROM releases ORDER BY version"
    )
    assert found == [
        ("2026.10.0", False, 3, 6, None),
        (VERSION, True, 32, 6, None),
        ("none", False, 0, 6, None),
    ]


def test_every_view_and_column_has_a_comment(warehouse):
    assert ask(warehouse, "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL") == []
    assert (
        ask(warehouse, "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND comment IS NULL") == []
    )
    assert (
        ask(warehouse, 'SELECT release, view, "column" FROM data_dictionary WHERE description IS NULL') == []
    )
    found = ask(
        warehouse,
        "SELECT comment FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'pairs'"
        " AND column_name = 'caption'",
    )
    assert found == [(Pair.__dataclass_fields__["caption"].metadata["description"],)]


def test_the_catalog_answers_from_any_working_directory(warehouse, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ask(warehouse, "SELECT count(*) FROM pairs") == [(32,)]
    monkeypatch.chdir(warehouse)
    assert rows("catalog.duckdb", 'SELECT count(*) FROM "2026.10.0".pairs') == [(3,)]


def test_a_moved_warehouse_answers_without_a_rebuild(tmp_path):
    write_release(tmp_path / "before", count=3)
    catalog.rebuild(tmp_path / "before")
    moved = tmp_path / "env=prod" / "it's after"  # looks like a partition, holds a quote
    moved.parent.mkdir()
    (tmp_path / "before").rename(moved)
    assert ask(moved, "SELECT pair_id FROM pairs JOIN papers USING (paper_key) ORDER BY 1 LIMIT 1") == [
        ("arxiv:2310.00001:figure-1",)
    ]
    catalog.rebuild(moved)
    assert [name for (name,) in ask(moved, "SELECT column_name FROM (DESCRIBE pairs)")] == pair_columns()
    assert ask(moved, "SELECT count(*) FROM papers") == [(7,)]


def test_an_attached_catalog_answers_where_it_was_built(warehouse):
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{warehouse / 'catalog.duckdb'}' AS scimmir (READ_ONLY)")
        assert con.execute("SELECT count(*) FROM scimmir.pairs").fetchall() == [(32,)]


def test_rebuild_replaces_the_file_and_leaves_nothing_else(tmp_path):
    write_release(tmp_path, version="a", count=2)
    path = catalog.rebuild(tmp_path)
    assert path == tmp_path / "catalog.duckdb"
    (tmp_path / "catalog.duckdb.wal").write_bytes(b"left by a session of the old file")
    write_release(tmp_path, version="b", count=4)
    with duckdb.connect(path, read_only=True) as reader:  # an open session does not stop a rebuild
        catalog.rebuild(tmp_path)
        assert reader.execute("SELECT count(*) FROM pairs").fetchall() == [(2,)]
    assert ask(tmp_path, "SELECT count(*) FROM pairs") == [(4,)]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["catalog.duckdb", "releases"]


def test_an_older_damaged_release_is_named_and_does_not_stop_the_catalog(tmp_path):
    write_release(tmp_path, version="a", count=2)
    write_release(tmp_path, version="b", count=2)
    write_release(tmp_path, version="main", count=2, latest=False)
    write_release(tmp_path, version="new")
    write_release(tmp_path, version=".new-being-built", latest=False)
    (tmp_path / "releases" / "a" / "papers.parquet").unlink()
    part = tmp_path / "releases" / "b" / "pairs" / "split=train" / "part-00000.parquet"
    size = part.stat().st_size
    part.write_bytes(part.read_bytes()[:100])
    catalog.rebuild(tmp_path)
    assert ask(tmp_path, "SELECT version, problem FROM releases ORDER BY version") == [
        ("a", "papers.parquet is missing"),
        ("b", f"pairs/split=train/part-00000.parquet has 100 bytes instead of {size:,}"),
        ("main", "its name is one of DuckDB's own schemas"),
        ("new", None),
    ]
    assert ask(tmp_path, "SELECT count(*) FROM pairs") == [(32,)]


def test_files_of_the_right_size_that_are_no_parquet_are_named_too(tmp_path):
    write_release(tmp_path, version="a", count=2)
    write_release(tmp_path, version="b", count=2)
    papers = tmp_path / "releases" / "a" / "papers.parquet"
    papers.write_bytes(b"x" * papers.stat().st_size)
    catalog.rebuild(tmp_path)
    found = dict(ask(tmp_path, "SELECT version, problem FROM releases"))
    assert found["b"] is None
    assert "papers.parquet" in found["a"]
    assert "\n" not in found["a"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda w: shutil.rmtree(w), "there is no warehouse at"),
        (lambda w: shutil.rmtree(w / "releases"), "holds no release yet"),
        (
            lambda w: (w / "releases" / VERSION / "rejects.parquet").unlink(),
            "is damaged: rejects.parquet is missing",
        ),
        (lambda w: (w / "releases" / VERSION / "manifest.json").write_text("{"), "is damaged: manifest.json"),
    ],
)
def test_a_warehouse_that_cannot_be_read_ends_in_one_sentence(tmp_path, spoil, message):
    warehouse = tmp_path / "warehouse"
    write_release(warehouse, count=1)
    spoil(warehouse)
    with pytest.raises(WarehouseError, match=message) as caught:
        catalog.rebuild(warehouse)
    assert "\n" not in str(caught.value)
    assert not Path(warehouse / "catalog.duckdb").exists()


@pytest.mark.parametrize("pointer", [None, "9.9", "\xff"])
def test_without_a_pointer_the_release_written_last_is_the_latest(
    tmp_path: Path, pointer: str | None
) -> None:
    for number, version in enumerate(("b", "a")):
        folder = write_release(tmp_path, version=version)
        os.utime(folder, (number + 1, number + 1))
    latest = tmp_path / "releases" / "latest"
    latest.unlink() if pointer is None else latest.write_text(pointer, encoding="latin-1")
    assert latest_version(tmp_path) == "a"
    catalog.rebuild(tmp_path)
    assert ask(tmp_path, "SELECT count(*) > 0 FROM pairs") == [(True,)]
