"""The fused classes: deterministic, each voice shown, and no better than their parts where they hold nothing."""

import json
from dataclasses import replace

import numpy as np
import pytest

from curation import class_fit, class_fusion
from curation.class_content import NAMES, content_measures
from curation.class_fusion import (
    CLASSES,
    FusionModel,
    FusionParameters,
    KindModel,
    alike,
    feature_names,
    fuse,
)
from curation.class_rules import RULES_VERSION
from schemas.floats import Float


def a_float(
    kind: str, number: int, caption: str, *, paper: str = "arxiv:1", table_text: str | None = None
) -> Float:
    return Float(
        pair_id=f"{paper}:{kind}-{number}",
        paper_key=paper,
        kind=kind,
        number=str(number),
        ref_keys=(),
        caption=caption,
        caption_raw=caption,
        mentions=(),
        graphics=(),
        table_text=table_text,
        source_file="main.tex",
        snippet="",
    )


FLAT = KindModel(
    weights=np.zeros((len(feature_names("figure")), 3)), intercepts=np.zeros(3), priors=np.full(3, 1 / 3)
)


def a_model(**changes: object) -> FusionModel:
    rules = np.zeros((len(feature_names("figure")), 3))
    rules[:3] = np.eye(3)
    tables = np.zeros((len(feature_names("table")), 2))
    tables[:2] = np.eye(2)
    stated = {
        "identity": "test",
        "parameters": FusionParameters(),
        "temperature": 1.0,
        "kinds": {
            "figure": replace(FLAT, weights=rules),
            "table": KindModel(weights=tables, intercepts=np.zeros(2), priors=np.full(2, 0.5)),
        },
    }
    return FusionModel(**{**stated, **changes})  # type: ignore[arg-type]


def test_a_lone_figure_gets_what_its_rule_says():
    item = a_float("figure", 1, "Flowchart of the trial.")
    (row,) = fuse([item], a_model())
    # One rule of confidence 0.97: log(0.97 / 0.03) / 3 = 1.1587 against 0 and 0.
    raised = (0.97 / 0.03) ** (1 / 3)
    assert row.subcategory == "fig_architecture"
    assert row.class_confidence == pytest.approx(raised / (raised + 2))
    assert row.class_rules_version == f"{RULES_VERSION}+fused-{class_fusion.VERSION}"
    assert (row.class_rule, row.class_evidence) == ("figure_head_opens_with_architecture", "head: Flowchart")
    voices = {voice.voice: voice for voice in row.class_voices or ()}
    assert set(voices) == {"prior", "rules"}
    assert voices["rules"].log_odds == pytest.approx(np.log(0.97 / 0.03) / 3, abs=1e-3)


def test_a_figure_without_words_follows_those_alike():
    named = [a_float("figure", n, f"Photograph of the larva of the third stage, box {n}.") for n in (1, 2)]
    bare = a_float("figure", 3, "Larva of the third stage in box five.")
    rows = fuse([*named, bare], a_model())
    voice = next(voice for voice in rows[2].class_voices or () if voice.voice == "alike")
    assert rows[2].subcategory == "fig_illustration"
    assert voice.evidence == "figure-1, figure-2"
    assert voice.log_odds > 0


def test_floats_of_other_papers_and_kinds_are_never_alike():
    caption = "Larva of the third stage."
    items = [
        a_float("figure", 1, caption),
        a_float("figure", 1, caption, paper="arxiv:2"),
        a_float("table", 1, caption, table_text="larva\tstage\n1\t2"),
        a_float("figure", 2, caption),
    ]
    assert alike(items, FusionParameters()) == [[3], [], [], [0]]


def test_a_tables_cells_are_a_voice():
    weights = np.zeros((len(feature_names("table")), 2))
    weights[feature_names("table").index("content:numeric")] = (-2.0, 2.0)
    kinds = {
        **a_model().kinds,
        "table": KindModel(weights=weights, intercepts=np.zeros(2), priors=np.full(2, 0.5)),
    }
    numbers = a_float("table", 1, "Votes.", table_text="Town\tVotes\n1\t12\n2\t15")
    (row,) = fuse([numbers], a_model(kinds=kinds))
    voice = next(voice for voice in row.class_voices or () if voice.voice == "content")
    assert row.subcategory == "table_result"
    assert row.class_confidence == pytest.approx(1 / (1 + np.exp(-4.0)))
    assert voice.log_odds == pytest.approx(4.0)
    assert voice.evidence == "3 x 2 cells, numeric 100%"


def test_the_temperature_softens_and_never_changes_the_class():
    item = a_float("figure", 1, "Flowchart of the trial.")
    (hard,) = fuse([item], a_model())
    (soft,) = fuse([item], a_model(temperature=3.0))
    assert soft.subcategory == hard.subcategory
    assert 1 / 3 < soft.class_confidence < hard.class_confidence


def test_content_measures():
    measures = dict(zip(NAMES, content_measures("Name\tMean\n\nours\t0.9 ± 0.1\nbase [3]\t12"), strict=True))
    assert measures["numeric"] == 0.5
    assert measures["spreads"] == pytest.approx(0.75)
    assert measures["decimals"] == 0.5
    assert measures["statistics"] == 0.5
    assert measures["descriptions"] == 0.5
    assert measures["cited"] == 1.0
    assert content_measures("") == (0.0,) * len(NAMES)
    assert content_measures("a\tb") == (0.0,) * len(NAMES)


def labelled() -> tuple[list[Float], dict[str, str]]:
    """Return papers whose default tables are results where they hold numbers, and parameters where they do not."""
    items, labels = [], {}
    for paper in range(12):
        key = f"arxiv:{paper}"
        rows = {
            "table_result": f"Town\tVotes\nA\t{paper}.5\nB\t{paper}.7",
            "table_parameter": f"Town\tVotes\nhome {paper}\tnorth\naway {paper}\tsouth\n",
        }
        for number, (name, text) in enumerate(rows.items(), start=1):
            items.append(a_float("table", number, f"Of {paper}-{number}.", paper=key, table_text=text))
            labels[items[-1].pair_id] = name
        for number, (name, caption) in enumerate(
            {
                "fig_result": f"Results {paper}.",
                "fig_illustration": f"Photograph {paper}.",
                "fig_architecture": "Flowchart.",
            }.items(),
            start=1,
        ):
            items.append(a_float("figure", number, caption, paper=key))
            labels[items[-1].pair_id] = name
    return items, labels


def test_the_fit_learns_what_the_rules_do_not_say(tmp_path):
    items, labels = labelled()
    model = class_fit.fit(items, labels, FusionParameters(siblings=0.0))
    held = class_fit.held_out(items, labels, FusionParameters(siblings=0.0))
    assert set(held) == set(labels)
    for item in items:
        assert CLASSES[item.kind][int(held[item.pair_id].argmax())] == labels[item.pair_id]
    path = tmp_path / "model.json"
    path.write_text(json.dumps(class_fit.artefact(model, [], {})))
    read = class_fusion.load_model(path)
    rows = fuse([item for item in items if item.paper_key == "arxiv:3"], read)
    assert [row.subcategory for row in rows] == [labels[row.pair_id] for row in rows]
    again = class_fit.fit(items, labels, FusionParameters(siblings=0.0))
    assert class_fit.artefact(again, [], {}) == class_fit.artefact(model, [], {})


def test_a_model_for_other_features_is_refused(tmp_path):
    items, labels = labelled()
    stated = class_fit.artefact(class_fit.fit(items, labels), [], {})
    stated["kinds"]["table"]["features"].append("content:new")  # type: ignore[index]
    path = tmp_path / "other.json"
    path.write_text(json.dumps(stated))
    with pytest.raises(ValueError, match="other features"):
        class_fusion.load_model(path)


def test_the_shipped_model_is_for_these_rules_and_calibrated():
    stated = json.loads(class_fusion.SHIPPED.read_bytes())
    assert stated["about"]["rules_version"] == RULES_VERSION
    assert stated["about"]["version"] == class_fusion.VERSION
    assert sum(line["pairs"] for line in stated["reliability"]) == stated["about"]["pairs"]
    (row,) = fuse([a_float("table", 1, "Hyperparameters.", table_text="lr\t1e-4")], class_fusion.load_model())
    assert row.subcategory == "table_parameter"
    assert (
        row
        == fuse([a_float("table", 1, "Hyperparameters.", table_text="lr\t1e-4")], class_fusion.load_model())[
            0
        ]
    )


def test_reliability_and_its_error():
    judged = [(0.95, True), (0.94, False), (0.55, True)]
    assert class_fit.reliability(judged) == [
        {"to": 0.6, "pairs": 1, "confidence": 0.55, "right": 1.0},
        {"to": 0.95, "pairs": 2, "confidence": 0.945, "right": 0.5},
    ]
    assert class_fit.calibration_error(judged) == pytest.approx((0.45 + 0.89) / 3)
