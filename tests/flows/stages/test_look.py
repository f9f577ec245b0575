"""What the classifier's network sees in a figure is worked out once, and both classes and vectors are made of it."""

import dataclasses
import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from build_in_process import stages_in_process
from PIL import Image

from curation import classes, embeddings, looks
from curation.embeddings import load_embedder
from flows.shards import BuildInputs, ShardInputs
from flows.stages import classify, embed, look
from flows.stages.floats import floats_with_panels
from runtime.attempt import stop_shared_pools
from samples.invented import invent
from schemas.annotations import ClassRow, EmbeddingRow, LookRow, OcrRow, TextBox
from schemas.columns import rows_of, table_of
from warehouse.stages import stage_output, write_stage

FIGURE, TABLE = "arxiv:2601.00001:figure-1", "arxiv:2601.00001:table-1"
SOURCE = r"""\documentclass{article}\usepackage{graphicx}\begin{document}
\begin{figure}\includegraphics{fig}\caption{Loss of three models over epochs.}\end{figure}
\begin{table}\caption{Yield by site.}\begin{tabular}{ll}Site & Yield\\North & 3.1\\South & 2.7\end{tabular}\end{table}
\end{document}"""


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("look")
    paper = folder / "papers" / "2601.00001"
    paper.mkdir(parents=True)
    buffer = io.BytesIO()
    invent(0).image.save(buffer, "PNG")
    (paper / "fig.png").write_bytes(buffer.getvalue())
    (paper / "main.tex").write_text(SOURCE)
    yield folder / "papers"
    stop_shared_pools()


@pytest.fixture(scope="module")
def built(papers: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildInputs:
    found, _ = stages_in_process([papers], tmp_path_factory.mktemp("built") / "warehouse", workers=1)
    return found


def inputs(built: BuildInputs) -> ShardInputs:
    names = ("extract", "images", "typeset", "panels", "ocr", "look")
    return ShardInputs(built.shards.shards[0].papers, {name: built.shards.output(name, 0) for name in names})


def images_of(built: BuildInputs) -> dict[str, bytes]:
    return {
        row["pair_id"]: row["image"]
        for stage in ("images", "typeset")
        for row in built.shards.output(stage, 0).table("images", ["pair_id", "image"]).to_pylist()
    }


def test_a_look_is_kept_to_the_last_bit_of_figures_alone(built: BuildInputs) -> None:
    known = look.looks_in(inputs(built))
    image = images_of(built)[FIGURE]
    seen = looks.picture_features(image, classes.SHIPPED / looks.GRAPH)
    assert set(known) == {FIGURE} and set(images_of(built)) == {FIGURE, TABLE}
    assert [part.tobytes() for part in known[FIGURE]] == [part.tobytes() for part in seen]


def test_classes_and_vectors_are_those_of_the_pictures_themselves(built: BuildInputs) -> None:
    images, floats = images_of(built), {item.pair_id: item for item in floats_with_panels(inputs(built))}
    given = {
        row.pair_id: row for row in rows_of(ClassRow, built.shards.output("classify", 0).table("classes"))
    }
    assert given[FIGURE] == classes.classify(floats[FIGURE], images[FIGURE], origin="file")
    assert given[TABLE] == classes.classify(floats[TABLE], images[TABLE], origin="typeset")
    vectors = {
        row.pair_id: np.array(row.embedding, np.float32)
        for row in rows_of(EmbeddingRow, built.shards.output("embed", 0).table("embeddings"))
    }
    for name in (FIGURE, TABLE):
        assert vectors[name].tobytes() == load_embedder("clip").embed([images[name]])[0].tobytes()


def test_what_ocr_read_in_a_figure_is_heard(built: BuildInputs, tmp_path: Path) -> None:
    boxes = (TextBox(text="0.5", confidence=0.75, x0=3.0, y0=4.0, x1=20.0, y1=12.0),)
    row = OcrRow(pair_id=FIGURE, ocr_text="0.5", ocr_engine="any", ocr_boxes=boxes)
    unread = OcrRow(pair_id=TABLE, ocr_text="", ocr_engine="any", ocr_boxes=(), ocr_error="time_limit")
    output = stage_output(tmp_path, "ocr", "0" * 32)
    write_stage(output, {"ocr": table_of(OcrRow, [row, unread])}, {})
    found = inputs(built)
    read = dataclasses.replace(found, outputs=found.outputs | {"ocr": output})
    seen = {one.item.pair_id: one for one in classify._seen_in(read)}
    assert seen[TABLE].drawn is None and all(one.drawn is None for one in classify._seen_in(found))
    with Image.open(io.BytesIO(images_of(built)[FIGURE])) as picture:
        drawn = classes.Drawn(boxes, *picture.size)
    assert seen[FIGURE].drawn == drawn
    one = seen[FIGURE]
    heard = classes.hear(one.item, one.look, drawn=drawn, origin=one.origin)
    (same, _) = classify.hear_pairs((classes.SHIPPED, [one, seen[TABLE]]))
    assert isinstance(same, classes.Heard) and heard.opinion.drawn
    assert same.opinion.classes.tobytes() == heard.opinion.classes.tobytes()


def test_the_network_runs_for_no_figure_that_was_looked_at(
    built: BuildInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    looked = looks.picture_features

    def counted(image: object, graph: Path) -> looks.Look:
        asked.append(image)
        return looked(image, graph)  # type: ignore[arg-type]

    options = {"embedder": "clip", "workers": 1}
    chosen = embed.BuildOptions(**options)  # type: ignore[arg-type]
    monkeypatch.setattr(looks, "picture_features", counted)
    monkeypatch.setattr("curation.classes.classifier.picture_features", counted)
    seen = {picture.pair_id: picture for picture in embed._seen_in(inputs(built), chosen)}
    embed.embed_images((("clip", "cpu"), [seen[FIGURE]]))
    classify.hear_pairs((classes.SHIPPED, classify._seen_in(inputs(built))))
    assert not asked and seen[TABLE].look is None
    embed.embed_images((("clip", "cpu"), [seen[TABLE]]))
    assert len(asked) == 1


def test_a_classifier_with_another_network_sees_for_itself(built: BuildInputs, tmp_path: Path) -> None:
    other = Path(shutil.copytree(classes.SHIPPED, tmp_path / "other"))
    with (other / looks.GRAPH).open("ab") as graph:
        graph.write(b"\0")
    ours, theirs = (embed.BuildOptions(class_model=model) for model in (None, str(other)))
    assert look.parameters(ours) != look.parameters(theirs)
    assert [picture.look is None for picture in embed._seen_in(inputs(built), ours)] == [False, True]
    assert all(picture.look is None for picture in embed._seen_in(inputs(built), theirs))
    assert embeddings.embedder_network("small") is None
    plain = embed.BuildOptions(embedder="descriptor")
    assert all(picture.look is None for picture in embed._seen_in(inputs(built), plain))


def test_where_no_figure_was_looked_at_nothing_is_known(built: BuildInputs, tmp_path: Path) -> None:
    empty = stage_output(tmp_path, "look", "0" * 32)
    write_stage(empty, {"looks": table_of(LookRow, [])}, {})
    assert look.looks_in(ShardInputs((), {"look": empty})) == {}


def test_what_embeds_and_what_serves_knows_no_rules_of_wording() -> None:
    heavy = "import sys, curation.embeddings, serve.app; print('curation.classes' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", heavy], check=True, capture_output=True).stdout == b"False\n"


def test_a_picture_that_cannot_be_looked_at_leaves_its_figure_to_its_words(
    built: BuildInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "looks_in", lambda found: {})
    seen = {one.item.pair_id: one for one in classify._seen_in(inputs(built))}
    (heard,) = classify.hear_pairs((classes.SHIPPED, [seen[FIGURE]]))
    assert isinstance(heard, classes.Heard)
    (row,) = classes.decide([heard])
    assert row == classes.classify(seen[FIGURE].item, None, origin="file") and row.image_type is None
