"""Panels in a build: cut out, classed, compared and kept with their figures, on papers made for the occasion.

Where panels stand is told here instead of found: what finds them has tests of its own.
"""

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from build_in_process import build_in_process, stages_in_process
from PIL import Image
from starlette.testclient import TestClient

from extractors.panels import PicturePanel, PicturePanels, agreement
from flows.release import join_release
from flows.shards import ShardTables
from flows.stages import panels
from runtime.attempt import Failure, stop_shared_pools
from schemas.pair import SUBCATEGORIES
from schemas.reject import RecordError
from serve.app import make_app
from serve.release import open_release
from warehouse.verification import verify_release

LEFT, RIGHT = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0)
CAPTION = "Two views of it. (a) The first of the two views. (b) The second one, turned around."


def texture(seed: int, *, width: int = 320, height: int = 240) -> Image.Image:
    """Return a picture that is like no other one."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST)


def compound(left: Image.Image, right: Image.Image) -> Image.Image:
    whole = Image.new("RGB", (left.width + right.width, left.height))
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width, 0))
    return whole


def paper(folder: Path, name: str, *figures: tuple[str, Image.Image]) -> None:
    (folder / name).mkdir(parents=True)
    body = ""
    for number, (caption, picture) in enumerate(figures):
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        (folder / name / f"fig{number}.png").write_bytes(buffer.getvalue())
        body += f"\\begin{{figure}}\\includegraphics{{fig{number}}}\\caption{{{caption}}}\\end{{figure}}"
    (folder / name / "main.tex").write_text(
        f"\\documentclass{{article}}\\usepackage{{graphicx}}\\begin{{document}}{body}\\end{{document}}"
    )


def halves(picture: Image.Image, labels: Sequence[str], drawn: object) -> PicturePanels:
    if list(labels) != ["a", "b"]:
        return PicturePanels(reason="letters_missing")
    return PicturePanels((PicturePanel("a", LEFT, 0.9), PicturePanel("b", RIGHT, 0.8)))


PICTURE = compound(texture(1), texture(2))
FIGURE = "arxiv:2601.00001:figure-1"


@pytest.fixture(autouse=True, scope="module")
def here() -> Iterator[None]:
    """Let panels be found in this process, each picture being two halves."""

    def in_process(
        fn: Callable[[Any], list[Any]], batches: Sequence[tuple[Any, Sequence[Any]]], **_: object
    ) -> tuple[list[Any], list[tuple[Any, Failure]]]:
        done = [pair for batch in batches for pair in zip(batch[1], fn(batch), strict=True)]
        failed = [(item, result) for item, result in done if isinstance(result, Failure)]
        return [result for _, result in done if not isinstance(result, Failure)], failed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panels, "run_batches", in_process)
        patch.setattr(agreement, "find_panels", halves)
        yield
    stop_shared_pools()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a release of one paper with a compound figure and another one."""
    place = tmp_path_factory.mktemp("panels")
    paper(place / "papers", "2601.00001", (CAPTION, PICTURE), ("A map of the region.", texture(3)))
    return build(place / "papers", place / "w")


def build(papers: Path, warehouse: Path, **options: object) -> Path:
    chosen = {"panels": "lettered", "embedder": "descriptor", "workers": 1, **options}
    return build_in_process([papers], warehouse, "r1", **chosen)  # type: ignore[arg-type]


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(folder.parents[1] / "catalog.duckdb", read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_figure_and_its_panels_are_pairs_of_one_release(folder: Path) -> None:
    found = rows(
        folder, "SELECT pair_id, parent_id, panel, panel_box, caption, origin, panels_unsplit FROM pairs"
    )
    assert found == [
        (FIGURE, None, None, None, CAPTION, "file", None),
        (f"{FIGURE}:panel-a", FIGURE, "a", list(LEFT), "The first of the two views.", "split", None),
        (f"{FIGURE}:panel-b", FIGURE, "b", list(RIGHT), "The second one, turned around.", "split", None),
        ("arxiv:2601.00001:figure-2", None, None, None, "A map of the region.", "file", "no_labels"),
    ]
    about = "parent_caption, number, label, split, license_group, class_rule, panel_confidence"
    of_figure, of_panel = rows(
        folder, f"SELECT {about} FROM pairs WHERE pair_id LIKE '{FIGURE}%' ORDER BY pair_id"
    )[:2]
    assert of_panel[0] == CAPTION and of_figure[0] is None
    assert of_panel[1:5] == of_figure[1:5]
    assert of_panel[5] and of_panel[6] == pytest.approx(0.9)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["panels"] == {
        "mode": "lettered",
        "cut_out": 2,
        "panels": 2,
        "figures": 1,
        "whole": 1,
        "unsplit_by_reason": {"no_labels": 1},
    }
    assert (manifest["counts"]["floats_found"], manifest["counts"]["pairs"]) == (4, 4)
    assert rows(folder, "SELECT pair_id, figure_id, figure_caption FROM panels ORDER BY 1")[0] == (
        f"{FIGURE}:panel-a",
        FIGURE,
        CAPTION,
    )
    assert rows(folder, "SELECT reason, figures FROM whole_figures") == [("no_labels", 1)]
    page = (folder / "report.html").read_text()
    assert "cut out of figures" in page and "the caption names no panels" in page
    assert verify_release(folder.parents[1], folder.name).problems == ()


def test_the_page_draws_panels_on_their_figure_and_leads_back_to_it(folder: Path) -> None:
    client = TestClient(make_app(open_release(folder)), base_url="http://127.0.0.1:8378")
    page = client.get(f"/r1/pairs/{FIGURE}").text
    assert re.findall(r'<rect x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"', page) == [
        ("0.0", "0.0", "500.0", "1000.0"),
        ("500.0", "0.0", "500.0", "1000.0"),
    ]
    (listed,) = re.findall(r'<nav class="panels".*?</nav>', page, re.S)
    assert re.findall(r'href="(.*?)"', listed) == [f"/r1/pairs/{FIGURE}:panel-{letter}" for letter in "ab"]
    page = client.get(f"/r1/pairs/{FIGURE}:panel-b").text
    (back,) = re.findall(r'<a class="whole".*?</a>', page, re.S)
    assert f'href="/r1/pairs/{FIGURE}"' in back and back.count("<rect") == 1
    assert "0.500, 0.000, 1.000, 1.000; confidence 0.80" in page
    assert (
        "Not divided into panels: the caption names no panels."
        in client.get("/r1/pairs/arxiv:2601.00001:figure-2").text
    )


def test_a_panel_is_the_piece_of_its_figures_picture_that_its_box_names(folder: Path, tmp_path: Path) -> None:
    (data,) = rows(folder, "SELECT image.bytes FROM images WHERE pair_id LIKE '%panel-b'")[0]
    with Image.open(io.BytesIO(data)) as panel:
        assert panel.convert("RGB").tobytes() == PICTURE.crop((320, 0, 640, 240)).tobytes()
    again = build(folder.parents[2] / "papers", tmp_path / "w")
    hashes = "SELECT pair_id, image_sha256, pixel_sha256, phash FROM pairs ORDER BY 1"
    assert rows(folder, hashes) == rows(again, hashes)


def test_without_panels_nothing_is_cut_out_or_said_of_it(tmp_path: Path) -> None:
    paper(tmp_path / "papers", "2601.00001", (CAPTION, PICTURE))
    folder = build(tmp_path / "papers", tmp_path / "w", panels="none")
    assert rows(folder, "SELECT panel_box, panels_unsplit FROM pairs") == [(None, None)]
    assert json.loads((folder / "manifest.json").read_text())["panels"]["cut_out"] == 0


def test_a_panel_that_copies_another_papers_figure_is_its_duplicate(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    paper(papers, "2601.00001", (CAPTION, PICTURE))
    paper(papers, "2601.00002", ("Response of the oscillator that was measured on one day.", texture(2)))
    folder = build(papers, tmp_path / "w")
    assert rows(folder, "SELECT pair_id, duplicate_group FROM duplicates") == [
        ("arxiv:2601.00001:figure-1:panel-b", "arxiv:2601.00002:figure-1")
    ]
    assert rows(folder, "SELECT count(*) FROM pairs") == [(3,)]
    assert verify_release(folder.parents[1], folder.name).problems == ()


def test_panels_go_with_their_figure(tmp_path: Path) -> None:
    papers, kept_out = tmp_path / "papers", tmp_path / "benchmark"
    paper(papers, "2601.00001", (CAPTION, PICTURE), ("A map of the region.", texture(3)))
    kept_out.mkdir()
    PICTURE.save(kept_out / "x.png")
    folder = build(papers, tmp_path / "w", decontaminate=(str(kept_out),))
    assert rows(folder, "SELECT pair_id, stage, reason FROM rejects ORDER BY 1") == [
        (FIGURE, "decontaminate", "contaminated"),
        (f"{FIGURE}:panel-a", "release", "figure_rejected"),
        (f"{FIGURE}:panel-b", "release", "figure_rejected"),
    ]
    assert rows(folder, "SELECT pair_id FROM pairs") == [("arxiv:2601.00001:figure-2",)]
    assert verify_release(folder.parents[1], folder.name).problems == ()


def test_pairs_of_other_classes_are_rejects_and_panels_go_with_their_figure(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = dict(zip((FIGURE, f"{FIGURE}:panel-a", f"{FIGURE}:panel-b"), SUBCATEGORIES, strict=False))
    read = ShardTables.table

    def with_classes(shards: ShardTables, stage: str, *rest: Any) -> pa.Table:
        table = read(shards, stage, *rest)
        if stage != "classify":
            return table
        named = [told.get(name, SUBCATEGORIES[1]) for name in table.column("pair_id").to_pylist()]
        place = table.schema.get_field_index("subcategory")
        return table.set_column(place, table.schema.field(place), pa.array(named, table.schema.types[place]))

    warehouse = Path(shutil.copytree(folder.parents[1], tmp_path / "w"))
    options = {"panels": "lettered", "embedder": "descriptor", "workers": 1, "classes": SUBCATEGORIES[1:2]}
    made = stages_in_process([folder.parents[2] / "papers"], warehouse, **options)
    monkeypatch.setattr(ShardTables, "table", with_classes)
    release = join_release(*made, "r2")
    assert rows(release, "SELECT pair_id, stage, reason FROM rejects ORDER BY 1") == [
        (FIGURE, "release", "not_selected"),
        (f"{FIGURE}:panel-a", "release", "figure_rejected"),
        (f"{FIGURE}:panel-b", "release", "not_selected"),
    ]
    assert rows(release, "SELECT pair_id FROM pairs") == [("arxiv:2601.00001:figure-2",)]
    manifest = json.loads((release / "manifest.json").read_text())
    assert manifest["parameters"]["classes"] == [SUBCATEGORIES[1]]
    assert (manifest["counts"]["floats_found"], manifest["counts"]["pairs"]) == (4, 1)
    assert verify_release(warehouse, "r2").problems == ()


def test_a_figure_whose_search_fails_stays_whole_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> PicturePanels:
        raise RecordError("memory_limit")

    monkeypatch.setattr(agreement, "find_panels", breaks)
    paper(tmp_path / "papers", "2601.00001", (CAPTION, PICTURE))
    folder = build(tmp_path / "papers", tmp_path / "w")
    assert rows(folder, "SELECT pair_id, panels_unsplit FROM pairs") == [
        ("arxiv:2601.00001:figure-1", "search_failed")
    ]


def test_a_figure_whose_source_gives_its_panels_is_left_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "papers" / "2601.00001"
    folder.mkdir(parents=True)
    for name, seed in (("x", 1), ("y", 2)):
        texture(seed).save(folder / f"{name}.png")
    panels_of = "".join(
        f"\\begin{{subfigure}}{{.4\\textwidth}}\\includegraphics{{{name}}}\\caption{{The {name} of it}}\\end{{subfigure}}"
        for name in "xy"
    )
    (folder / "main.tex").write_text(
        "\\documentclass{article}\\usepackage{graphicx,subcaption}\\begin{document}\\begin{figure}"
        f"{panels_of}\\caption{{{CAPTION}}}\\end{{figure}}\\end{{document}}"
    )
    release = build(tmp_path / "papers", tmp_path / "w")
    whole = "SELECT pair_id, panels_unsplit FROM pairs WHERE parent_id IS NULL"
    assert rows(release, whole) == [(FIGURE, "in_source")]
    assert rows(release, "SELECT count(*) FROM pairs WHERE origin = 'split'") == [(0,)]


def test_the_stage_is_done_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paper(tmp_path / "papers", "2601.00001", (CAPTION, PICTURE))
    options = {"panels": "lettered", "embedder": "descriptor", "workers": 1}
    stages_in_process([tmp_path / "papers"], tmp_path / "w", **options)
    monkeypatch.setattr(panels, "run_batches", lambda *_, **__: pytest.fail("done again"))
    stages_in_process([tmp_path / "papers"], tmp_path / "w", **options)


@pytest.mark.parametrize(
    ("box", "size", "pixels"),
    [
        (LEFT, (640, 240), (0, 0, 320, 240)),
        ((1 / 3, 0.0, 2 / 3, 1.0), (99, 10), (33, 0, 66, 10)),
        ((0.101, 0.25, 0.999, 0.749), (100, 100), (10, 25, 100, 75)),
    ],
    ids=["half", "third", "between_pixels"],
)
def test_whole_pixels_of_a_box(box: Any, size: tuple[int, int], pixels: tuple[int, ...]) -> None:
    assert panels.pixels_of(box, size) == pixels
