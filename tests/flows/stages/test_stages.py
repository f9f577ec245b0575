"""The stages without a server, on papers made for the occasion."""

import io
import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from build_in_process import stages_in_process
from PIL import Image, ImageDraw

from curation.splits import SplitParameters
from curation.splits.split import own_split
from flows.release import BuildError, join_release
from flows.shards import plan_shards
from flows.stages import images
from runtime.attempt import stop_shared_pools
from schemas.paper import PaperRef


@pytest.fixture(autouse=True, scope="module")
def pools() -> Iterator[None]:
    yield
    stop_shared_pools()


def ids_of(split: str, count: int) -> list[str]:
    names = (f"2601.{number:05d}" for number in range(90_000, 99_999))
    fitting = (n for n in names if own_split(f"arxiv:{n}", parameters=SplitParameters()) == split)
    return [next(fitting) for _ in range(count)]


def plot(turns: float, *, width: int = 640) -> Image.Image:
    picture = Image.new("RGB", (width, width * 3 // 4), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 30, width - 30, width * 3 // 4 - 50), outline="black", width=2)
    points = [(x, 240 + 150 * math.sin(turns * x / 90)) for x in range(62, width - 32)]
    draw.line(points, fill="blue", width=3)
    draw.text((250, 440), f"frequency {turns}", fill="black")
    return picture


def paper(folder: Path, paper_id: str, caption: str, picture: Image.Image, kind: str = "PNG") -> None:
    (folder / paper_id).mkdir(parents=True)
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    (folder / paper_id / "fig.png").write_bytes(buffer.getvalue())
    (folder / paper_id / "main.tex").write_text(
        "\\documentclass{article}\\usepackage{graphicx}\\begin{document}"
        f"\\begin{{figure}}\\includegraphics{{fig}}\\caption{{{caption}}}\\end{{figure}}\\end{{document}}"
    )


def test_a_train_pair_that_looks_like_a_test_pair_is_a_split_leak(tmp_path: Path) -> None:
    (test_id,), (copy_id, other_id) = ids_of("test", 1), ids_of("train", 2)
    papers = tmp_path / "papers"
    paper(papers, test_id, "Response of the free oscillator over one day of measurement", plot(1.0))
    copied = plot(1.0)
    # A note in the plot: with another caption too different to be the same pair, too similar for the test split.
    ImageDraw.Draw(copied).text((470, 45), "n = 24 h", fill="black")
    copied = copied.resize((500, 375))
    paper(papers, copy_id, "Quarterly electricity demand in the northern grid, all regions", copied, "JPEG")
    paper(papers, other_id, "Tidal height at the second mooring during the spring survey", plot(5.3))
    inputs, options = stages_in_process([papers], tmp_path / "warehouse")
    rejects = inputs.outputs["decontaminate"].table("rejects").to_pylist()
    assert [(r["paper_key"], r["reason"]) for r in rejects] == [(f"arxiv:{copy_id}", "split_leak")]
    (evidence,) = inputs.outputs["decontaminate"].table("contamination").to_pylist()
    assert evidence["against"] == "split:test" and evidence["item"] == f"arxiv:{test_id}:figure-1"
    assert inputs.outputs["dedupe"].table("duplicates").num_rows == 0
    join_release(inputs, options, "1")


def test_a_build_that_fails_in_unforeseen_ways_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = tmp_path / "papers"
    for number, paper_id in enumerate(ids_of("train", 4)):
        paper(papers, paper_id, f"Response number {number}", plot(number + 0.5))
    monkeypatch.setattr(images, "make_images", fail)
    inputs, options = stages_in_process([papers], tmp_path / "warehouse")
    with pytest.raises(BuildError, match="4 of 4 floats and papers failed for unexpected reasons"):
        join_release(inputs, options, None)
    assert list((tmp_path / "warehouse" / "releases").iterdir()) == []


def fail(job: object) -> object:
    raise KeyError("x")


def test_a_new_paper_changes_one_shard_only() -> None:
    def ref(number: int) -> PaperRef:
        return PaperRef(
            source="arxiv",
            paper_id=f"2601.{number:05d}",
            layout="eprint",
            archive="a",
            size=1,
            sha256=str(number),
        )

    before = plan_shards([ref(n) for n in range(0, 4000, 2)], 16)
    after = plan_shards([ref(n) for n in [*range(0, 4000, 2), 1001]], 16)
    assert len({s.key for s in after} - {s.key for s in before}) == 1
    assert sum(len(s.papers) for s in after) == 2001
    assert 8 < 2000 / len(before) < 32 and max(len(s.papers) for s in before) <= 64


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_drawings_become_images_where_the_user_asks(tmp_path: Path) -> None:
    def figure(body: str, caption: str) -> str:
        picture = f"\\begin{{tikzpicture}}{body}\\end{{tikzpicture}}"
        return f"\\begin{{figure}}{picture}\\caption{{{caption}}}\\end{{figure}}\n"

    (name,) = ids_of("train", 1)
    folder = tmp_path / "papers" / name
    folder.mkdir(parents=True)
    (folder / "main.tex").write_text(
        "\\documentclass{article}\\usepackage{tikz}\\begin{document}\n"
        + figure("\\draw[fill=red] (0,0) rectangle (4,3);\\draw (1,1) circle (0.6);", "A red box")
        + figure("\\nosuchcommand", "A broken drawing")
        + "\\end{document}"
    )
    inputs, options = stages_in_process(
        [folder.parent], tmp_path / "w", render_drawings=True, image_timeout_s=240
    )
    (image,) = inputs.shards.table("images", "images").to_pylist()
    assert image["pair_id"] == f"arxiv:{name}:figure-1" and image["origin_paths"] == [
        "drawn-in-tex/figure-1.pdf"
    ]
    with Image.open(io.BytesIO(image["image"])) as picture:
        assert picture.convert("RGB").getpixel((picture.width // 10, picture.height // 2)) == (255, 0, 0)
    (reject,) = inputs.shards.table("images", "rejects").to_pylist()
    assert (reject["pair_id"], reject["reason"]) == (f"arxiv:{name}:figure-2", "drawn_in_tex")
    join_release(inputs, options, "1")
