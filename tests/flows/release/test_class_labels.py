"""A build with classes by hand: its manifest, its page and its summary say how its own classes agree."""

import re
from pathlib import Path
from typing import Any

import pytest
from build_in_process import build_in_process

from curation.classes.scores import LabelsError
from flows.build_options import BuildOptions
from flows.release import release_summary
from flows.running.check_call import check_call
from runtime.attempt import stop_shared_pools
from warehouse.releases.publication import read_manifest

CAPTIONS = {  # caption -> class by hand; the third and the fifth are not what the rules say
    "Overview of the proposed framework": "fig_architecture",
    "Photograph of the pier": "fig_illustration",
    "Histogram of wind speed": "fig_illustration",
    "Comparison of four tides": "fig_result",
    "Sketch of the harbour": "fig_result",
}

PLOTTED = (2, 3)  # the histogram and the tides


def names() -> dict[str, str]:
    return {f"arxiv:2601.7000{n}v1:figure-1": name for n, name in enumerate(CAPTIONS.values())}


def write_labels(path: Path, extra: str = "") -> Path:
    lines = [f"{pair_id},{name},report" for pair_id, name in names().items()]
    path.write_text("\n".join(["pair_id,subcategory,half", *lines, extra]))
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the folders of releases without labels, with labels, and with one label more."""
    folder = tmp_path_factory.mktemp("labels")
    for number, caption in enumerate(CAPTIONS):
        paper(folder / "papers" / f"2601.7000{number}v1", caption, number)
    first = write_labels(folder / "first.csv")
    second = write_labels(folder / "second.csv", "arxiv:2601.70099v1:figure-1,fig_result,report")
    found = {
        version: build_in_process([folder / "papers"], folder / "warehouse", version, labels=labels)
        for version, labels in (("bare", None), ("first", str(first)), ("second", str(second)))
    }
    stop_shared_pools()
    return found


def paper(folder: Path, caption: str, number: int) -> None:
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True)
    picture = Image.new("RGB", (320, 240), "white")
    draw = ImageDraw.Draw(picture)
    if number in PLOTTED:
        draw.line([(40, 20), (40, 210), (300, 210)], fill="black", width=2)
        for step in range(9):
            left, height = 50 + 27 * step, 30 + 37 * (step + 1) * number % 150
            draw.rectangle((left, 210 - height, left + 18, 209), fill="steelblue")
    else:
        for step in range(5):
            corner = (10 + 53 * step * (number + 1) % 220, 10 + 71 * step * (number + 2) % 160)
            size = (corner[0] + 20 + 9 * number, corner[1] + 45)
            draw.ellipse((*corner, *size), fill=(50 * number, 120, 30))
    picture.save(folder / "fig.png")
    (folder / "main.tex").write_text(
        "\\documentclass{article}\\usepackage{graphicx}\\begin{document}"
        f"\\begin{{figure}}\\includegraphics{{fig}}\\caption{{{caption}}}\\end{{figure}}\\end{{document}}"
    )


def test_the_manifest_holds_the_matrix(built: Any) -> None:
    stated: Any = read_manifest(built["first"])["class_scores"]
    # architecture 1 of 1; illustration: the pier right, the histogram lost to result; result: tides right, harbour lost
    assert stated["matrix"][:3] == [[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 1, 1, 0, 0]]
    assert (stated["pairs"], stated["missing"], stated["half"]) == (5, 0, "report")
    assert stated["macro_f1"] == pytest.approx((1 + 1 / 2 + 1 / 2) / 3, abs=1e-4)
    assert [line["recall"] for line in stated["classes"]][:3] == [1.0, 0.5, 0.5]
    assert "labels" not in read_manifest(built["first"])["parameters"]  # type: ignore[operator]


def test_the_page_shows_the_same_matrix(built: Any) -> None:
    page = (built["first"] / "report.html").read_text()
    matrix = page[page.index('class="matrix"') : page.index('class="judged"')]
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", matrix)
    stated: Any = read_manifest(built["first"])["class_scores"]
    assert [[int(n) for n in re.findall(r"<td[^>]*>(\d+)</td>", row)] for row in rows] == stated["matrix"]
    assert "Macro-F1 is <strong>0.67</strong>" in page
    assert "5 pairs of this release carry a label of the reporting half." in page
    assert "macro-F1 0.667" in release_summary(built["first"])


def test_without_labels_nothing_is_said(built: Any) -> None:
    assert "class_scores" not in read_manifest(built["bare"])
    assert "Confusion matrix" not in (built["bare"] / "report.html").read_text()
    assert "macro-F1" not in release_summary(built["bare"])


def test_other_labels_make_another_release_of_the_same_pairs(built: Any) -> None:
    manifests = {version: read_manifest(folder) for version, folder in built.items()}
    assert len({str(m["release_key"]) for m in manifests.values()}) == 3
    files = [
        {
            name: entry
            for name, entry in dict(m["files"]).items()
            if name not in ("report.html", "croissant.json")
        }  # these name the release  # type: ignore[call-overload]
        for m in manifests.values()
    ]
    assert files[0] == files[1] == files[2]
    assert (
        "1 more label names a pair that the release does not hold"
        in (built["second"] / "report.html").read_text()
    )


def test_wrong_labels_end_the_call_at_once(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("pair_id,subcategory\na,plot\n")
    with pytest.raises(LabelsError, match="'plot' is none of"):
        check_call([str(tmp_path)], str(tmp_path / "w"), None, None, BuildOptions(labels=str(path)))
