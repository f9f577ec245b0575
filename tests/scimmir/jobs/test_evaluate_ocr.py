"""What a release's own OCR, and an engine run anew, read in its tables."""

import dataclasses
import json

import pyarrow.parquet as pq
import pytest
from optional import needs
from small_release import pair, write_release

from extractors import typeset
from extractors.ocr import OcrParameters
from schemas.columns import table_of
from schemas.errors import UserError
from schemas.pair import Pair
from scimmir.jobs.evaluate_ocr import OcrSettings, evaluate_ocr

COUNT = 20
HTML = (
    "<table><tr><th>Method</th><th>Accuracy</th></tr><tr><td>Ours</td><td>91.4</td></tr>"
    "<tr><td>Baseline</td><td>87.25</td></tr></table>"
)


def test_the_release_s_own_ocr_is_measured(tmp_path):
    release = write_release(tmp_path, count=COUNT)
    rows = {row.pair_id: row for row in evaluate_ocr(release, settings=OcrSettings())}
    tables = [p for p in map(pair, range(COUNT)) if p.kind == "table"]
    assert set(rows) == {p.pair_id for p in tables} and len(tables) == 8
    well = next(p for p in tables if p.ocr_text.startswith("method accuracy ours"))
    badly = next(p for p in tables if not p.ocr_text.startswith("method accuracy ours"))
    assert (rows[well.pair_id].cell_errors, rows[well.pair_id].cells) == (0, 6)
    assert rows[badly.pair_id].cell_errors == 3 and rows[badly.pair_id].number_errors == 2


def test_an_engine_reads_the_images_anew(tmp_path):
    pytest.importorskip("rapidocr")
    release = write_release(tmp_path, count=5)
    image = typeset.image_row("a", HTML, typeset.TypesetParameters(max_side=768))
    path = next(release.glob("pairs/split=train/*.parquet"))
    one = dataclasses.replace(
        pair(3),
        image={"bytes": image.image, "path": "a.png"},
        table_text="Method\tAccuracy\nOurs\t91.4\nBaseline\t87.25",
        ocr_text=None, ocr_engine=None, ocr_boxes=None,
    )  # fmt: skip
    broken = dataclasses.replace(
        one, pair_id="arxiv:2310.00001:table-5", image={"bytes": b"none", "path": "b.png"}
    )
    pq.write_table(table_of(Pair, [one, broken]).drop_columns(["split"]), path)
    out = tmp_path / "ocr.parquet"
    settings = OcrSettings(engines=("rapidocr",), workers=1)
    rows = {row.pair_id: row for row in evaluate_ocr(release, settings=settings, output=out)}
    assert rows[one.pair_id].engine.startswith("rapidocr ") and rows[one.pair_id].cell_errors == 0
    assert rows[one.pair_id].characters == 35 and rows[one.pair_id].error is None
    assert (rows[broken.pair_id].error, rows[broken.pair_id].cell_errors) == ("image_unreadable", 6)
    assert pq.read_table(out).num_rows == 2
    with pytest.raises(UserError, match="name engines with --engine"):
        evaluate_ocr(release, settings=OcrSettings())


@needs("easyocr")
def test_missing_weights_are_told_before_any_table_is_read(tmp_path):
    release = write_release(tmp_path, count=5)
    parameters = OcrParameters(model_dir=str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="EasyOCR's weights are missing"):
        evaluate_ocr(release, settings=OcrSettings(engines=("easyocr",), parameters=parameters))


def test_the_command_prints_rates_by_class_and_size(tmp_path, scimmir):
    release = write_release(tmp_path, count=COUNT)
    done = scimmir("evaluate-ocr", "-w", tmp_path, "--tables", "4")
    assert done.returncode == 0, done.stderr
    assert "| all | 4 | 0 |" in done.stdout and "| small | 4 |" in done.stdout
    assert json.loads((release / "manifest.json").read_text())["version"] == release.name
