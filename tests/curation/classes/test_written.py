"""What captions and tables that are no paper's say of classes."""

import dataclasses
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from labelled_pairs import a_float, dense, examples, terms

from curation.classes import SHIPPED, WRITTEN_FILE, ClassModelError, write_model
from curation.classes.heads import KIND_CLASSES
from curation.classes.learn import learn, learn_kind
from curation.classes.model import WRITTEN
from curation.classes.terms import terms_of, texts_of
from curation.classes.word_vectors import meanings_of
from curation.classes.written import read_written, written_opinion
from curation.classes.written.learn import learn_written, main, read_examples
from schemas.pair import SUBCATEGORIES

CAPTIONS = Path("tests/data/written_captions.jsonl")


def named(path: Path, kind: str, **texts: str) -> str:
    """The class that the written examples of a file name for a float of some texts."""
    said = dict.fromkeys(
        ("caption", "head", "parent", "sentences", "mentions", "header", "cells", "stub"), ""
    )
    said |= {"head": texts["caption"]} | texts
    found = terms_of(kind, said)
    opinion = written_opinion(read_written(path), kind, found, meanings_of(said, SHIPPED))
    assert opinion.dtype == np.float32 and opinion.shape == (len(KIND_CLASSES[kind]),)
    return KIND_CLASSES[kind][int(opinion.argmax())]


def _table(*rows: str) -> dict[str, str]:
    stub = " | ".join(row.partition(" | ")[0] for row in rows)
    return {"header": rows[0], "cells": " || ".join(rows), "stub": stub}


def test_the_shipped_ones_know_captions_that_nobody_wrote_for_them() -> None:
    path = SHIPPED / WRITTEN_FILE
    assert named(path, "figure", caption="CONSORT flow diagram of participants") == "fig_architecture"
    assert named(path, "figure", caption="Holotype in dorsal view. Scale bar 5 mm.") == "fig_illustration"
    assert named(path, "figure", caption="Mean growth rate against temperature (n = 12).") == "fig_result"
    primers = _table("Gene | Forward (5′–3′) | Reverse", "GAPDH | AAGGTCGGAGTC | GGATTTGGTCGT")
    assert named(path, "table", caption="Primers for qPCR", **primers) == "table_parameter"
    odds = _table(
        "Variable | OR (95% CI) | p", "Age | 1.04 (1.01–1.07) | 0.003", "Sex | 0.91 (0.62–1.33) | 0.63"
    )
    assert named(path, "table", caption="Factors associated with relapse", **odds) == "table_result"


def test_the_written_examples_are_of_all_classes_and_none_is_there_twice() -> None:
    lines = [json.loads(line) for line in CAPTIONS.read_text(encoding="utf-8").splitlines()]
    counts = Counter(line["class"] for line in lines)
    assert set(counts) == set(SUBCATEGORIES) and min(counts.values()) > 400
    assert len({(line["caption"].lower(), str(line.get("rows"))) for line in lines}) == len(lines)
    assert all(line["set"] and line["field"] for line in lines)
    assert all(bool(line.get("rows")) == line["class"].startswith("table") for line in lines)


def test_a_rule_and_a_whole_figures_caption_change_nothing_of_which_they_know() -> None:
    model = read_written(SHIPPED / WRITTEN_FILE)
    texts = texts_of(a_float("figure", "Yield of wheat."))
    meanings = meanings_of(texts, SHIPPED)
    plain = written_opinion(model, "figure", terms_of("figure", texts), meanings)
    for number in range(40):
        more = terms_of("figure", texts | {"parent": f"Fields {number} of four crops"}, f"rule-{number}")
        assert written_opinion(model, "figure", more, meanings).tobytes() == plain.tobytes()


def some(path: Path) -> Path:
    """A file with a few of the written examples of each class."""
    lines = CAPTIONS.read_text(encoding="utf-8").splitlines()
    kept = [line for name in SUBCATEGORIES for line in lines if json.loads(line)["class"] == name]
    path.write_text("\n".join(kept[::40]) + "\n", encoding="utf-8")
    return path


def test_the_same_examples_give_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    few = some(tmp_path / "few.jsonl")
    for name in ("one.npz", "two.npz"):
        monkeypatch.setattr("sys.argv", ["learn", str(tmp_path / name), "--captions", str(few)])
        assert main() == 0
    assert f"{len(few.read_text().splitlines())} examples" in capsys.readouterr().out
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    item = read_examples(few)[0]
    before = written_opinion(learn_written(read_examples(few))[0], item.kind, item.terms, item.dense)
    after = written_opinion(read_written(tmp_path / "one.npz"), item.kind, item.terms, item.dense)
    np.testing.assert_allclose(before, after, atol=0.01)


def test_what_are_no_written_examples_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jsonl").write_text('{"class": "fig_result", "caption": "x"}\n')
    monkeypatch.setattr("sys.argv", ["learn", str(tmp_path / "x"), "--captions", str(tmp_path / "bad.jsonl")])
    assert main() == 2 and "bad.jsonl, line 1: no written example" in capsys.readouterr().err
    line = '{"class": "%s", "set": "s", "field": "f", "caption": "x", "mention": null, "rows": [%s]}'
    for text, said in (
        (line % ("fig_plot", ""), "'fig_plot' is no class"),
        (line % ("table_result", "7"), "no written example"),
        (line % ("fig_result", ""), "none of fig_architecture, fig_illustration"),
        ("", "no written example"),
    ):
        (tmp_path / "bad.jsonl").write_text(text + "\n")
        assert main() == 2 and said in capsys.readouterr().err
    (tmp_path / "bad.jsonl").write_bytes(b"\xff\xfe")
    assert main() == 2 and "cannot be read" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    write_model(learn(examples()), tmp_path / "other.npz")
    with pytest.raises(ClassModelError, match="was not learnt from written examples"):
        read_written(tmp_path / "other.npz")


def test_classes_are_told_by_the_written_examples_where_nothing_else_tells_them() -> None:
    draw = np.random.default_rng(3)
    right = []
    for heard in (False, True):
        given = []
        listed = []
        for item in examples():
            place = KIND_CLASSES[item.kind].index(item.subcategory)
            said = np.eye(len(KIND_CLASSES[item.kind]), dtype=np.float32)[place]
            blank = dense(item.kind, 11, draw) | ({WRITTEN: said} if heard else {})
            listed.append(dataclasses.replace(item, terms=terms(a_float(item.kind, "thing")), dense=blank))
        for fold in range(3):
            left = [item for item in listed if int(item.paper.removeprefix("paper-")) % 3 == fold]
            for kind in KIND_CLASSES:
                model = learn_kind(kind, [item for item in listed if item.kind == kind and item not in left])
                for item in (one for one in left if one.kind == kind):
                    classes = model.opinion(kind, item.terms, item.dense).classes
                    given.append(model.classes[int(classes.argmax())] == item.subcategory)
        right.append(float(np.mean(given)))
    assert right[0] < 0.6 and right[1] > 0.8
