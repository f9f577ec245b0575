"""Results side by side: every score stands in its row and column, and what others published in none of them."""

import re
from dataclasses import replace

import pyarrow.parquet as pq
import pytest
from lxml import etree

from evaluation.comparison import (
    latex,
    markdown,
    published_sections,
    read_results,
    sections,
    write_comparison,
)
from evaluation.published_scores import SOURCE, published_scores
from evaluation.results import write_evaluation
from schemas.columns import table_of
from schemas.errors import UserError
from schemas.retrieval import DIRECTIONS, GROUPS, RetrievalRow, training_name


def rows(model, first, *, training="zero-shot", ocr=False, reranked=0, benchmark="2026.11.0", space="s"):
    """Scores that are told apart: the MRR of a group is that of the first, and 0.01 more for each after it."""
    return [
        RetrievalRow(
            benchmark=benchmark,
            benchmark_sha256="ab" * 32,
            model=model,
            model_space=space,
            training=training,
            ocr=ocr,
            reranked=reranked,
            pool="test",
            pool_size=1200,
            direction=direction,
            group=group,
            queries=10 if group != "table_parameter" else 0,
            mrr=first + 0.01 * place + 0.2 * way,
            hits_1=0.0,
            hits_3=0.0,
            hits_10=first + 0.01 * place + 0.2 * way + 0.005,
        )
        for way, direction in enumerate(DIRECTIONS)
        for place, group in enumerate(GROUPS)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("evaluations")
    plain, tuned = rows("onnx:a|b", 0.1), rows("onnx:a|b", 0.3, training="fine-tuned:figure", ocr=True)
    matched = rows("transformers:blip_x", 0.2, reranked=16)
    write_evaluation(root / "one", plain, [], [], {})
    write_evaluation(root / "deeper" / "two", [*tuned, *matched], [], [], {})
    write_evaluation(root / "again", plain, [], [], {})
    write_evaluation(root / "other", rows("onnx:c", 0.4, benchmark="SciMMIR"), [], [], {})
    return root


def cells(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def test_every_score_stands_in_its_row_and_column(folder):
    text = markdown(sections(read_results([folder])))
    titles = re.findall("^### (.*)$", text, re.MULTILINE)
    assert titles == ["2026.11.0: 1,200 candidates (test only)", "SciMMIR: 1,200 candidates (test only)"]
    first = text.split("### ")[1]
    tables = [part.strip().splitlines() for part in re.split("txt→img\n|img→txt\n", first)[1:]]
    for way, lines in enumerate(tables):
        head, _, *body = map(cells, lines)
        there = [group for group in GROUPS if group != "table_parameter"]  # that one has no queries
        assert head == ["Model", "Training", "OCR", *(f"{g} {m}" for g in there for m in ("MRR", "Hits@10"))]
        assert [line[:3] for line in body] == [
            ["onnx:a\\|b", "zero-shot", "no"],
            ["onnx:a\\|b", "fine-tuned:figure", "yes"],
            ["transformers:blip_x, first 16 by matching", "zero-shot", "no"],
        ]
        for begin, line, mark in zip((10, 30, 20), body, ("{}", "**{}**", "{}"), strict=True):
            places = [GROUPS.index(group) for group in there]
            expected = [begin + place + 20 * way + more for place in places for more in (0, 0.5)]
            assert line[3:] == [mark.format(f"{value:.2f}") for value in expected]


def test_latex_holds_the_same_numbers_and_no_bare_sign(folder):
    text = latex(sections(read_results([folder])))
    assert text.count("\\begin{tabular}") == text.count("\\end{table}") == 4
    assert "transformers:blip\\_x, first 16 by matching & zero-shot & no & 20.00 & 20.50" in text
    assert "fine-tuned:figure & yes & \\textbf{30.00}" in text and "blip_x" not in text
    assert {line.count("&") for line in text.splitlines() if " & yes & " in line} == {16}


def test_a_folder_gets_tables_and_plots(folder, tmp_path):
    found = sections(read_results([folder]))
    write_comparison(tmp_path / "out", found, published_sections())
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"tables.md", "tables.tex", "2026.11.0-test.svg", "SciMMIR-test.svg"}
    drawn = etree.parse(tmp_path / "out" / "2026.11.0-test.svg").xpath("string()")
    assert "fine-tuned:figure" in drawn and "first 16 by matching" in drawn and "CLIP-base" not in drawn
    assert (tmp_path / "out" / "tables.md").read_text() == markdown([*found, *published_sections()])


def test_published_scores_stand_apart_with_their_source(folder):
    found = sections(read_results([folder]))
    assert not any("CLIP-base" in line.model for section in found for line in section.lines)
    text = markdown(published_sections())
    assert text.count(f"Published, not computed here: 16,263 candidates (test only), {SOURCE}") == 1
    assert "| CLIP-base | zero-shot | no | 0.419 | 0.719 |" in text  # among all splits, from txt to img
    assert "| CLIP-base | fine-tuned | yes | **20.23** | **29.60** |" in text
    for score in published_scores():
        assert score.direction in DIRECTIONS and score.group in GROUPS and 0 < score.mrr < score.hits_10 < 100


def test_models_of_one_name_and_other_weights_are_told_apart(tmp_path):
    for name, space in (("one", "weights 1"), ("two", "weights 2")):
        write_evaluation(tmp_path / name, rows("onnx:m", 0.1, space=space), [], [], {})
    (section,) = sections(read_results([tmp_path]))
    names = [line.model for line in section.lines]
    assert len(set(names)) == 2 and all(re.fullmatch(r"onnx:m \([0-9a-f]{8}\)", name) for name in names)


def test_versions_of_a_benchmark_are_sections_of_their_own(tmp_path):
    first = rows("onnx:m", 0.1)
    second = [replace(row, benchmark_sha256="cd" * 32) for row in first]
    titles = [section.title for section in sections([*first, *second])]
    assert [title[:20] for title in titles] == ["2026.11.0 (abababab)", "2026.11.0 (cdcdcdcd)"]


def test_results_of_earlier_versions_are_read_and_others_refused(tmp_path):
    table = table_of(RetrievalRow, rows("onnx:m", 0.1))
    (tmp_path / "old").mkdir()
    pq.write_table(table.drop_columns(["reranked"]), tmp_path / "old" / "results.parquet")
    assert {row.reranked for row in read_results([tmp_path])} == {0}
    pq.write_table(table.drop_columns(["mrr"]), tmp_path / "old" / "results.parquet")
    with pytest.raises(UserError, match="lacks the columns mrr"):
        read_results([tmp_path])
    (tmp_path / "old" / "results.parquet").write_bytes(b"no Parquet")
    with pytest.raises(UserError, match="cannot be read"):
        read_results([tmp_path])
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match=r"holds no results\.parquet"):
        read_results([tmp_path / "none"])


def test_what_a_model_was_tuned_on_is_a_part_of_a_release():
    for text in ("zero-shot", "fine-tuned", "fine-tuned:figure", "fine-tuned:table,photo"):
        assert training_name(text) == text
    for text, message in (
        ("tuned", "and not 'tuned'"),
        ("zero-shot:figure", "and not"),
        ("fine-tuned:x", "no part 'x'"),
    ):
        with pytest.raises(UserError, match=message):
            training_name(text)
