"""Every rule of wording has its golden example; order, evidence and hostile captions."""

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from curation.classes.features import evidence_of, head_of, is_number, mention_sentences, table_features
from curation.classes.wording.rule import Rule, match
from curation.classes.wording.rules import RULES, rule_of
from schemas.floats import Float
from schemas.pair import SUBCATEGORIES


def a_float(
    kind: str,
    caption: str,
    *,
    mentions: tuple[str, ...] = (),
    table_text: str | None = None,
    parent_caption: str | None = None,
    number: str | None = "2",
) -> Float:
    return Float(
        pair_id=f"arxiv:2401.00001:{kind}-2",
        paper_key="arxiv:2401.00001",
        kind=kind,
        number=number,
        ref_keys=(),
        caption=caption,
        caption_raw=caption,
        parent_caption=parent_caption,
        mentions=mentions,
        graphics=(),
        table_text=table_text,
        source_file="main.tex",
        snippet="",
    )


def ruled(item: Float) -> Rule:
    return rule_of(evidence_of(item))


# rule -> (a float on which it decides, what the evidence holds)
GOLDEN: dict[str, tuple[Float, str]] = {
    "figure_head_opens_with_result": (
        a_float("figure", "Comparison of the proposed pipeline with two baselines."),
        "head: Comparison",
    ),
    "figure_head_opens_with_architecture": (
        a_float("figure", "Fig. 2. Overview of the proposed two-stage retrieval framework."),
        "head: Overview of the proposed two-stage retrieval framework",
    ),
    "figure_head_opens_with_illustration": (
        a_float("figure", "Map of the study area with the twelve stations."),
        "head: Map of the study",
    ),
    "figure_head_says_architecture": (
        a_float("figure", "Data enter on the left and pass the flowchart from top to bottom."),
        "head: flowchart",
    ),
    "figure_head_says_illustration": (
        a_float("figure", "The wing in dorsal view, scale bar 2 mm."),
        "head: dorsal view",
    ),
    "figure_caption_credits_photo": (
        a_float("figure", "A honey bee visits a flower. Photo by the authors."),
        "caption: Photo by",
    ),
    "figure_caption_describes_plot": (
        a_float("figure", "Growth over twelve days. Error bars show one standard deviation."),
        "caption: Error bars",
    ),
    "figure_caption_names_lines": (
        a_float("figure", "Two orbits. The dashed line is the orbit of the moon."),
        "caption: dashed line",
    ),
    "figure_caption_says_architecture": (
        a_float("figure", "Notes in MarkIt. They enter the pipeline on the left."),
        "caption: pipeline",
    ),
    "figure_caption_says_scheme": (
        a_float("figure", "Pore formation in two membranes. Not to scale."),
        "caption: Not to scale",
    ),
    "figure_caption_names_outcome": (
        a_float("figure", "Seedlings after twelve days. Plants were treated with salt water."),
        "caption: were treated",
    ),
    "figure_panel_of_result": (
        a_float(
            "figure", "(b) Winter.", parent_caption="Yield by season, measured twice. (a) Summer. (b) Winter."
        ),
        "parent: measured",
    ),
    "figure_caption_names_only_itself": (
        a_float("figure", "This is another figure."),
        "head: This is another",
    ),
    "figure_head_names_system": (
        a_float("figure", "The storage module of NoteKeeper."),
        "head: The storage module of NoteKeeper",
    ),
    "figure_head_names_thing": (
        a_float("figure", "Main window of NoteKeeper after the second login."),
        "head: window",
    ),
    "figure_mention_says_architecture": (
        a_float("figure", "DeepNetX.", mentions=("Figure 2 shows the architecture of DeepNetX.",)),
        "mentions: shows the architecture",
    ),
    "figure_mention_says_illustration": (
        a_float("figure", "Two lakes.", mentions=("The sampled shore is schematically shown in Fig. 2.",)),
        "mentions: is schematically shown",
    ),
    "figure_panel_of_architecture": (
        a_float("figure", "(b) Stage two.", parent_caption="Workflow of the annotation. (a) Stage one."),
        "parent: Workflow",
    ),
    "figure_panel_of_illustration": (
        a_float("figure", "(b) Winter.", parent_caption="Photographs of the site. (a) Summer. (b) Winter."),
        "parent: Photographs",
    ),
    "figure_default": (a_float("figure", "Rainfall in Kisumu."), ""),
    "table_header_weighs_options": (
        a_float("table", "Comparison of four gases.", table_text="Gas\tBenefits\tDrawbacks\nN2\tinert\tslow"),
        "header: Benefits",
    ),
    "table_header_describes": (
        a_float("table", "Alignment file.", table_text="Col\tType\tDescription\n1\tstring\tname of the read"),
        "header: Description",
    ),
    "table_caption_names_only_itself": (
        a_float("table", "Another table in a minipage", table_text="alpha\t03B1\nbeta\t03B2"),
        "head: Another table in a minipage",
    ),
    "table_cells_are_letters": (
        a_float("table", "Left and right.", table_text="a\tb\tc\nd\te\tf"),
        "cells: d | e | f",
    ),
    "table_head_opens_with_parameters": (
        a_float("table", "Hyperparameters of all runs.", table_text="lr\t1e-4\nbatch\t64"),
        "head: Hyperparameters",
    ),
    "table_head_opens_with_result": (
        a_float("table", "Results on the test set.", table_text="A\tB\n1\t2"),
        "head: Results",
    ),
    "table_head_says_parameters": (
        a_float("table", "Mutants used in this study.", table_text="Mutant\tParent\nIN1\tgift"),
        "head: used in this study",
    ),
    "table_header_lists_parameters": (
        a_float("table", "Orbit.", table_text="Symbol\tMeaning\tUnit\na\tsemi-major axis\tm"),
        "header: Symbol",
    ),
    "table_cells_hold_statistics": (
        a_float("table", "Two runs.", table_text="Model\tF1\tAUC\nours\t0.91\t0.95\nbase\t0.88\t0.90"),
        "header: F1, numeric 67%",
    ),
    "table_cells_hold_spreads": (
        a_float("table", "Organic acids by day.", table_text="Day\tLactic\tAcetic\n1\t3.1 ± 0.2\t1.0 ± 0.1"),
        "numeric 100%",
    ),
    "table_mention_says_parameters": (
        a_float("table", "Orbit of S2.", mentions=("The model parameters are listed in Table 2.",)),
        "mentions: parameters are listed",
    ),
    "table_is_prose": (
        a_float(
            "table",
            "Lectures of the course.",
            table_text="Week\tTopic\nfirst\tsets\nsecond\tmaps\nthird\tgroups",
        ),
        "numeric 0%",
    ),
    "table_default": (a_float("table", "Votes.", table_text="Town\tVotes\nA\t12\nB\t15"), ""),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_decides_its_golden_example(rule):
    assert rule.name in GOLDEN, "a rule without a golden example"
    item, evidence = GOLDEN[rule.name]
    assert ruled(item).name == rule.name
    shown = match(rule, evidence_of(item))
    assert shown is not None
    assert evidence in shown


def test_rules_are_well_formed():
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert set(GOLDEN) == set(names), "a golden example without its rule"
    for rule in RULES:
        assert rule.subcategory in SUBCATEGORIES
        assert rule.subcategory.startswith("fig_" if rule.kind == "figure" else "table_")
        assert rule.name.startswith(f"{rule.kind}_")
        assert 0 < rule.confidence < 1
        assert rule.where in ("head", "caption", "mentions", "parent")
    assert {rule.subcategory for rule in RULES} == set(SUBCATEGORIES)


@pytest.mark.parametrize(
    ("caption", "subcategory"),
    [
        # The same word, in a method and in nature.
        ("Schematic of the training procedure.", "fig_architecture"),
        ("Schematic of pore formation in the membrane.", "fig_illustration"),
        ("Overall architecture of the PRC2 protein complex.", "fig_result"),
        # An example of a thing against an example of a fit.
        ("Example of a scanned page.", "fig_illustration"),
        ("Example of a fitted spectrum.", "fig_result"),
        ("Runtime of the workflow on 16 nodes.", "fig_result"),
        ("CONSORT diagram.", "fig_architecture"),
        ("(a) Block diagram of the receiver.", "fig_architecture"),
        # Other languages: evident words, else the default.
        ("Fluxograma da seleção dos estudos.", "fig_architecture"),
        ("Mapa del área de estudio.", "fig_illustration"),
        ("Comparação entre os grupos.", "fig_result"),
        ("Nombre de patients hospitalisés par jour.", "fig_result"),
        ("Anzahl der Patienten je Tag.", "fig_result"),
    ],
)
def test_figures(caption, subcategory):
    assert ruled(a_float("figure", caption)).subcategory == subcategory


@pytest.mark.parametrize(
    ("caption", "table_text", "subcategory"),
    [
        ("Summary of notation.", "x\tinput\ny\toutput", "table_parameter"),
        ("Simulation parameters.", "Parameter\tValue\nN\t100", "table_parameter"),
        ("Estimated parameters of the fitted model.", "Parameter\tEstimate\nN\t100", "table_result"),
        ("Baseline characteristics of the patients.", "Age\t61 ± 9\nMale\t40 (51%)", "table_parameter"),
        ("Ablation study.", "Variant\tAcc\nfull\t91.2", "table_result"),
        ("Parâmetros do modelo.", "N\t100", "table_parameter"),
        ("Ergebnisse der Messung.", "A\tB", "table_result"),
        ("Übersicht.", "A\t1\nB\t2", "table_result"),
    ],
)
def test_tables(caption, table_text, subcategory):
    assert ruled(a_float("table", caption, table_text=table_text)).subcategory == subcategory


def test_a_table_never_becomes_a_figure_class():
    row = ruled(a_float("table", "Architecture of the network.", table_text="Layer\tSize\nconv\t3x3"))
    assert row.subcategory.startswith("table_")


def test_only_sentences_that_name_this_float_count():
    item = a_float(
        "figure",
        "Yield.",
        mentions=(
            "Figure 1 shows the architecture of the model. Figure 2 and Figure 21 follow. "
            "Figs. 1, 2 and 5 too. See Fig. 2.",
        ),
    )
    assert mention_sentences(item) == [
        "Figure 2 and Figure 21 follow.",
        "Figs. 1, 2 and 5 too.",
        "See Fig. 2.",
    ]
    assert ruled(item).name == "figure_default"
    other = a_float("figure", "Yield.", mentions=("Figure 21 shows the architecture of it.",))
    assert ruled(other).name == "figure_default"


@pytest.mark.parametrize(
    ("caption", "head"),
    [
        ("Figure 3: Overview of the model. More.", "Overview of the model."),
        ("(b) Winter.", "Winter."),
        ("Study area. The lake seen from the east. More.", "Study area. The lake seen from the east."),
        ("Tabela 1. Parâmetros do modelo.", "Parâmetros do modelo."),
        ("", ""),
    ],
)
def test_head_of(caption, head):
    assert head_of(caption) == head


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", True),
        ("−0.53**", True),
        ("0.91 ± 0.02", True),
        ("<0.001", True),
        ("45 (51%)", True),
        ("4.52 Pa", True),
        ("30.8a,c", True),
        ("3rd reviewer", False),
        ("ours", False),
        ("", False),
    ],
)
def test_is_number(cell, number):
    assert is_number(cell) is number


def test_table_features():
    features = table_features("Name\tScore\n\nours\t0.9 ± 0.1\nbase\t\n")
    assert (features.rows, features.columns, features.header) == (3, 2, "Name | Score")
    assert (features.numeric_share, features.plus_minus_share) == (1 / 3, 1 / 3)


@examples(150)
@given(
    kind=st.sampled_from(["figure", "table"]),
    caption=st.text(),
    mention=st.text(),
    table_text=st.none() | st.text(),
    number=st.none() | st.text(max_size=4),
)
def test_any_text_gets_a_class_and_always_the_same(kind, caption, mention, table_text, number):
    item = a_float(kind, caption, mentions=(mention,), table_text=table_text, number=number)
    row = ruled(item)
    assert row.subcategory in SUBCATEGORIES
    assert row.subcategory.startswith("fig_" if kind == "figure" else "table_")
    assert row == ruled(item)
