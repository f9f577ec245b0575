"""`scimmir train-classes`: labels are read strictly, and a folder of pairs gives a classifier that a build can use."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from labelled_pairs import TYPES, WORDS, a_float, png
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from curation.classes import WEIGHTS, classify
from curation.classes.files import read_model
from schemas.errors import UserError
from scimmir.cli import app
from scimmir.jobs.drawn_words import WORDS as WORDS_FILE
from scimmir.jobs.train_classes import PairLabel, labelled_examples, read_pair_labels


def pairs(folder: Path) -> Path:
    """Write eight pairs of each class, of four papers, and return their folder."""
    rows = []
    for place, (name, words) in enumerate(WORDS.items()):
        kind = "figure" if name.startswith("fig_") else "table"
        for number in range(8 if kind == "figure" else 12):
            rows.append(
                {
                    "pair_id": f"{name}-{number}",
                    "paper_key": f"paper-{number // 2}",
                    "kind": kind,
                    "number": str(number + 1),
                    "label": f"{kind.capitalize()} {number + 1}",
                    "panel": None,
                    "caption": f"{words} {'abcdefghijkl'[number]}",
                    "parent_caption": None,
                    "mentions": [],
                    "table_text": "a\tb\n1\t2" if kind == "table" else None,
                    "origin": "file" if kind == "figure" else "typeset",
                    "image": {"bytes": drawn(place, number), "path": f"{number}.png"},
                }
            )
    part = folder / "pairs" / "split=train"
    part.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), part / "part-0.parquet")
    return folder


def drawn(place: int, number: int) -> bytes:
    picture = Image.fromarray(np.full((48, 64, 3), 60 + 70 * place % 180, np.uint8))
    ImageDraw.Draw(picture).line((0, 3 * number, 63, 40), fill="white")
    return png(picture)


def labels(path: Path, but: str = "") -> Path:
    lines = ["pair_id,subcategory,image_type,panels"]
    for name in WORDS:
        for number in range(12):
            if f"{name}-{number}" != but:
                panels = 1 + number % 2 if name in TYPES else ""
                lines.append(f"{name}-{number},{name},{TYPES.get(name, '')},{panels}")
    path.write_text("\n".join(lines))
    return path


def test_the_command_writes_a_classifier_that_answers(tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("pair_id,subcategory\nfig_result-0,fig_result\nunknown,fig_result\n")
    asked = ["train-classes", str(pairs(tmp_path / "release")), "--labels", str(labels(tmp_path / "l.csv"))]
    found = CliRunner().invoke(app, [*asked, "--labels", str(own), "--output", str(tmp_path / "model")])
    assert found.exit_code == 0, found.output
    assert "learnt from 48 pairs of 6 papers (8 fig_architecture" in found.output
    assert "with the words drawn in 0 figures" in found.output
    assert "13 labels have no pair here" in found.output
    row = classify(a_float("figure", "flowchart of the pipeline"), drawn(0, 3), folder=tmp_path / "model")
    assert row.subcategory == "fig_architecture"
    assert row.class_version in found.output


def test_words_drawn_in_figures_are_learnt_from(tmp_path):
    release, ocr = pairs(tmp_path / "release"), tmp_path / "ocr"
    ocr.mkdir()
    lines = []
    for place, name in enumerate(WORDS):
        for number in range(8 if name.startswith("fig_") else 0):
            digest = hashlib.sha256(drawn(place, number)).hexdigest()
            box = {"text": name, "confidence": 0.9, "x0": 1.0, "y0": 2.0, "x1": 9.0, "y1": 8.0}
            line = {"image_sha256": digest, "width": 64, "height": 48, "boxes": [box]}
            lines.append(json.dumps({"pair_id": f"{name}-{number}"} | line) + "\n")
    (ocr / WORDS_FILE).write_text("".join(lines))
    asked = ["train-classes", str(release), "--labels", str(labels(tmp_path / "l.csv")), "--ocr", str(ocr)]
    found = CliRunner().invoke(app, [*asked, "--output", str(tmp_path / "model")])
    assert found.exit_code == 0, found.output
    assert "with the words drawn in 24 figures" in found.output
    assert read_model(tmp_path / "model" / WEIGHTS).kinds["figure"].hears_drawn


def test_the_reporting_half_is_not_learnt(tmp_path):
    path = tmp_path / "halves.csv"
    path.write_text("pair_id,subcategory,half\na,fig_result,tune\nb,fig_result,report\n")
    assert read_pair_labels(path) == {
        "a": PairLabel("fig_result", half="tune"),
        "b": PairLabel("fig_result", half="report"),
    }


def test_pairs_without_their_image_are_left_out(tmp_path):
    folder = pairs(tmp_path / "release")
    (path,) = folder.glob("pairs/*/*.parquet")
    rows = pq.read_table(path, partitioning=None).to_pylist()
    rows[0]["image"] = None
    rows[1]["image"]["bytes"] = b"no picture"
    pq.write_table(pa.Table.from_pylist(rows), path)
    told = {row["pair_id"]: PairLabel("fig_architecture") for row in rows[:3]}
    assert [item.pair_id for item in labelled_examples([folder], told)] == ["fig_architecture-2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pair_id,subcategory\na,fig_results\n", "line 2"),
        ("pair_id,subcategory,image_type\na,fig_result,plot\n", "image type"),
        ("pair_id,subcategory,panels\na,fig_result,two\n", "number of panels"),
        ("pair_id,subcategory\n", "no label"),
    ],
    ids=["class", "image type", "panels", "empty"],
)
def test_a_wrong_label_file_is_named(tmp_path, text, words):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=words):
        read_pair_labels(path)


def test_a_folder_without_pairs_is_named(tmp_path):
    with pytest.raises(UserError, match="holds no pairs"):
        list(labelled_examples([tmp_path], {"a": PairLabel("fig_result")}))
