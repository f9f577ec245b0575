"""A build of pictures that lie elsewhere than their source says: pairs with a note, and counts that add up."""

from pathlib import Path

import duckdb
import pytest
from build_in_process import build_in_process
from PIL import Image, ImageDraw

from runtime.attempt import stop_shared_pools

SOURCE = r"""\documentclass{article}\usepackage{graphicx}\begin{document}
\begin{figure}\includegraphics{figs/one}\caption{Where it is named.}\end{figure}
\begin{figure}\includegraphics{/home/author/two.png}\caption{In a folder of the author's own.}\end{figure}
\begin{figure}\includegraphics{old/three}\caption{Of a name that two files have.}\end{figure}
\end{document}"""


def draw(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (320, 240), "white")
    pen = ImageDraw.Draw(picture)
    for step in range(5):
        corner = (10 + 53 * step * (number + 1) % 220, 10 + 71 * step * (number + 2) % 160)
        pen.ellipse((*corner, corner[0] + 20 + 9 * number, corner[1] + 45), fill=(40 * number, 120, 30))
    picture.save(path)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("by-name")
    paper = folder / "papers" / "2601.71000v1"
    for number, name in enumerate(("figs/one.png", "figs/two.png", "a/three.png", "b/three.png")):
        draw(paper / name, number)
    (paper / "main.tex").write_text(SOURCE)
    built = build_in_process([folder / "papers"], folder / "warehouse", "named")
    stop_shared_pools()
    return built


def rows(sql: str) -> list[tuple[object, ...]]:
    return duckdb.sql(sql).fetchall()


def test_the_row_says_that_the_picture_was_found_by_its_name(release: Path) -> None:
    found = rows(
        f"SELECT caption, image_found_by_name, origin_paths FROM '{release}/pairs/*/*.parquet' ORDER BY pair_id"
    )
    assert found == [
        ("Where it is named.", False, ["figs/one.png"]),
        ("In a folder of the author’s own.", True, ["figs/two.png"]),
    ]


def test_every_float_is_a_pair_or_a_reject(release: Path) -> None:
    assert rows(f"SELECT floats_found, pairs, rejects FROM '{release}/papers.parquet'") == [(3, 2, 1)]
    assert rows(f"SELECT reason, detail FROM '{release}/rejects.parquet'") == [("image_missing", "old/three")]
