"""A release and a folder in the published columns are evaluated; the scores are those of plain numpy."""

import json
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_release import pair, write_release

from curation.embeddings.embedder import load_embedder
from schemas.errors import UserError
from schemas.retrieval import GROUPS
from scimmir.jobs import evaluate as evaluate_release
from scimmir.jobs.evaluate import Settings, evaluate_retrieval

COUNT = 60


@pytest.fixture(scope="module")
def model(tiny_clip):
    return f"onnx:{tiny_clip}"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warehouse")
    write_release(folder, count=COUNT)
    return folder


@pytest.fixture(scope="module")
def found(warehouse, model):
    settings = Settings(model=model, pools=("test", "all"), ocr=True)
    return evaluate_retrieval(warehouse / "releases" / "2026.11.0", warehouse=warehouse, settings=settings)


@lru_cache(maxsize=1)
def all_vectors(model):
    """Vectors of all images, captions and OCR texts, by pair."""
    embedder, pairs = load_embedder(model), [pair(i) for i in range(COUNT)]
    texts = [[p.caption for p in pairs], [p.ocr_text or "" for p in pairs]]
    vectors = [embedder.embed([p.image["bytes"] for p in pairs]), *map(embedder.embed_texts, texts)]
    return [dict(zip([p.pair_id for p in pairs], part, strict=True)) for part in vectors]


def plain_mrr(model, pool, ocr, direction, prefix):
    """The same number from the embedder and a few lines of numpy."""
    order = {"train": 0, "validation": 1, "test": 2}
    pairs = sorted((pair(i) for i in range(COUNT)), key=lambda p: order[p.split])
    pairs = [p for p in pairs if pool == "all" or p.split == "test"]
    images, texts, read = (np.stack([part[p.pair_id] for p in pairs]) for part in all_vectors(model))
    if ocr:
        images = (images + read) / 2
    queries, candidates = (texts, images) if direction == "txt2img" else (images, texts)
    scores = queries.astype(np.float64) @ candidates.astype(np.float64).T
    asked = [i for i, p in enumerate(pairs) if p.split == "test" and p.subcategory.startswith(prefix)]
    return np.mean([1 / (scores[i] >= scores[i, i] - 1e-9).sum() for i in asked])


@pytest.mark.parametrize("pool", ["test", "all"])
@pytest.mark.parametrize("ocr", [False, True])
def test_scores_are_those_of_plain_numpy(found, model, pool, ocr):
    rows = {(r.pool, r.ocr, r.direction, r.group): r for r in found.rows}
    assert len(rows) == len(found.rows) == 2 * 2 * 2 * len(GROUPS)
    for direction in ("txt2img", "img2txt"):
        for group, prefix in (("ALL", ""), ("table", "table_"), ("fig_result", "fig_result")):
            row = rows[pool, ocr, direction, group]
            assert row.mrr == pytest.approx(plain_mrr(model, pool, ocr, direction, prefix), abs=2e-3)
            assert row.pool_size == (COUNT if pool == "all" else 10)
            assert row.queries == {"ALL": 10, "table": 4, "fig_result": 2}[group]


def test_ocr_text_changes_the_scores(found):
    mrr = {(r.ocr, r.direction): r.mrr for r in found.rows if r.group == "table" and r.pool == "all"}
    assert mrr[False, "txt2img"] != mrr[True, "txt2img"]


def test_results_are_written_as_parquet_markdown_and_plots(found):
    table = pq.read_table(found.folder / "results.parquet")
    assert table.num_rows == len(found.rows) and set(table["pool_size"].to_pylist()) == {10, COUNT}
    text = (found.folder / "results.md").read_text()
    assert "| Model | Training | OCR | Candidates | txt→img MRR | txt→img Hits@1 |" in text
    assert "10 (test only)" in text and f"{COUNT} (all splits)" in text
    row = next(
        r for r in found.rows if (r.pool, r.ocr, r.direction, r.group) == ("all", True, "txt2img", "ALL")
    )
    assert f"| yes | {COUNT} (all splits) | {100 * row.mrr:.2f} |" in text
    confused = pq.read_table(found.folder / "confusion-all-ocr.parquet").to_pylist()
    for direction in ("txt2img", "img2txt"):
        shares = [
            r["share"] for r in confused if r["direction"] == direction and r["query_class"] == "table_result"
        ]
        assert sum(shares) == pytest.approx(1) and len(shares) == 5
    for svg in ("mrr.svg", "confusion-test-txt2img.svg", "confusion-all-ocr-img2txt.svg"):
        assert (found.folder / svg).read_text().startswith("<svg ")
        pytest.importorskip("lxml.etree").parse(str(found.folder / svg))
    assert json.loads((found.folder / "evaluation.json").read_text())["pairs"]["test"] == 10


def test_embeddings_are_kept(found, warehouse, model, monkeypatch):
    """A second evaluation embeds nothing, not even where a model's towers cannot be run any more."""
    loaded = load_embedder(model)

    def refuse(items):
        raise AssertionError(f"embedded again: {len(items)}")

    silent = type(loaded)(
        loaded.identity, loaded.space, loaded.dimension, refuse, loaded.text_identity, refuse
    )
    monkeypatch.setattr(evaluate_release, "load_embedder", lambda spec, device: silent)
    monkeypatch.setattr("evaluation.benchmark.RowGroup.images", lambda self: refuse([1]))
    settings = Settings(model=model, pools=("test", "all"), ocr=True)
    again = evaluate_retrieval(warehouse / "releases" / "2026.11.0", warehouse=warehouse, settings=settings)
    assert again.rows == found.rows and again.folder == found.folder


def published(folder, *, broken=False, ocr_text=False):
    """Write the pairs in the columns of the published set, one file a split."""
    pairs = [pair(i) for i in range(COUNT)]
    for split in ("train", "validation", "test"):
        rows = [
            {
                "image": {"bytes": p.image["bytes"], "path": "x.png"},
                "file_name_index": p.pair_id,
                "text": p.caption,
                "class": p.subcategory,
                "super_class": p.kind,
                "sub_class": p.subcategory,
                **({"ocr_text": None} if ocr_text else {}),
            }
            for p in pairs
            if p.split == split
        ]
        if broken and split == "test":
            rows[3]["image"] = {"bytes": b"no image", "path": "x.png"}
        folder.mkdir(exist_ok=True)
        pq.write_table(
            pa.Table.from_pylist(rows), folder / f"{split}-00000-of-00001.parquet", row_group_size=7
        )


def test_the_published_columns_give_the_scores_of_the_release(found, model, tmp_path):
    published(tmp_path / "SciMMIR")
    settings = Settings(model=model, pools=("all",))
    other = evaluate_retrieval(tmp_path / "SciMMIR", warehouse=tmp_path / "kept", settings=settings)
    wanted = {(r.direction, r.group): r.mrr for r in found.rows if r.pool == "all" and not r.ocr}
    assert {(r.direction, r.group): r.mrr for r in other.rows} == pytest.approx(wanted)
    assert other.rows[0].benchmark == "SciMMIR"


def test_an_image_that_cannot_be_read_is_left_out_and_told(model, tmp_path):
    published(tmp_path / "set", broken=True)
    found = evaluate_retrieval(tmp_path / "set", warehouse=tmp_path / "kept", settings=Settings(model=model))
    assert [reject.reason for reject in found.rejects] == ["image_unreadable"]
    assert pq.read_table(found.folder / "rejects.parquet").num_rows == 1
    assert found.rows[0].pool_size == 9


def test_wrong_calls_are_sentences(model, tmp_path):
    published(tmp_path / "set")
    published(tmp_path / "silent", ocr_text=True)
    cases = [
        (tmp_path / "silent", Settings(model=model, ocr=True), "holds no OCR text"),
        (tmp_path / "set", Settings(model=model, ocr=True), "has no column ocr_text"),
        (tmp_path / "set", Settings(model="descriptor"), "embeds images only"),
    ]
    for source, settings, message in cases:
        with pytest.raises(UserError, match=message):
            evaluate_retrieval(source, warehouse=tmp_path / "kept", settings=settings)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no Parquet file of a test split"):
        evaluate_retrieval(tmp_path / "empty", warehouse=tmp_path / "kept", settings=Settings(model=model))


def test_a_damaged_part_of_the_kept_embeddings_is_named(model, tmp_path):
    published(tmp_path / "set")
    settings = Settings(model=model)
    evaluate_retrieval(tmp_path / "set", warehouse=tmp_path / "kept", settings=settings)
    part = next((tmp_path / "kept").rglob("part-*.parquet"))
    part.write_bytes(b"PAR1 cut off")
    with pytest.raises(UserError, match="delete it and evaluate again"):
        evaluate_retrieval(tmp_path / "set", warehouse=tmp_path / "kept", settings=settings)


def test_the_command_prints_the_table(scimmir, warehouse, model):
    done = scimmir("evaluate", "--warehouse", warehouse, "--model", model, "--pool", "all")
    assert done.returncode == 0, done.stderr
    assert "### ALL" in done.stdout and "zero-shot" in done.stdout
    refused = scimmir("evaluate", "--warehouse", warehouse, "--model", "onnx:/nowhere")
    assert refused.returncode == 1 and "no exported model" in refused.stderr
