"""Draws figures with their panels on one sheet, to be looked at.

    python -m benchmarks.panels.sheet RELEASE... OUT [--figures 100]

Writes random figures that the releases cut up, with boxes and letters, into PNG files of 20 each in the folder OUT.
"""

import argparse
import io
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image, ImageDraw

from extractors.panels.contract import PicturePanel

_COLUMNS, _SIDE = 10, 300
_LARGE, _PER_FILE = (4, 480), 20  # columns and side where figures are judged by eye
_COLORS = ((214, 39, 40), (31, 119, 180), (44, 160, 44), (148, 103, 189), (255, 127, 14))
_GREY, _RED = (225, 225, 225), (255, 60, 60)


@dataclass(frozen=True)
class Shown:
    """A figure with its panels, whether they are wholly right as far as that is known, and what stands over it."""

    image: Image.Image
    panels: Sequence[PicturePanel]
    right: bool = True
    title: str = ""


def contact_sheet(figures: Sequence[Shown], columns: int = _COLUMNS, side: int = _SIDE) -> Image.Image:
    """Return the figures with boxes and letters drawn on; one that is not wholly right has a red edge."""
    lines = -(-len(figures) // columns)
    sheet = Image.new("RGB", (columns * side, lines * side), _GREY)
    for number, figure in enumerate(figures):
        at = (number % columns * side, number // columns * side)
        if not figure.right:
            ImageDraw.Draw(sheet).rectangle((*at, at[0] + side - 1, at[1] + side - 1), fill=_RED)
        sheet.paste(_drawn(figure, side), (at[0] + 4, at[1] + 4 + 12 * bool(figure.title)))
        ImageDraw.Draw(sheet).text((at[0] + 4, at[1] + 2), figure.title, (0, 0, 0))
    return sheet


def _drawn(figure: Shown, side: int) -> Image.Image:
    shown = figure.image.copy()
    shown.thumbnail((side - 8, side - 8 - 12 * bool(figure.title)), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(shown)
    for k, panel in enumerate(figure.panels):
        x0, y0, x1, y1 = (v * (shown.height if i % 2 else shown.width) for i, v in enumerate(panel.box))
        color = _COLORS[k % len(_COLORS)]
        draw.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), outline=color, width=2)
        draw.text(
            ((x0 + x1) / 2 - 3, (y0 + y1) / 2 - 5),
            panel.label,
            (255, 0, 255),
            stroke_width=1,
            stroke_fill="white",
        )
    return shown


def split_figures(releases: Sequence[Path], count: int, seed: int) -> list[Shown]:
    """Return random figures of releases that they cut up, with the panels that they hold of them."""
    panels: dict[str, list[PicturePanel]] = defaultdict(list)
    files = [file for release in releases for file in sorted(release.glob("pairs/*/*.parquet"))]
    columns = ["parent_id", "panel", "panel_box", "panel_confidence"]
    for file in files:
        for row in pq.read_table(file, columns=columns, partitioning=None).to_pylist():
            if row["panel_box"] is not None:
                panel = PicturePanel(row["panel"], tuple(row["panel_box"]), row["panel_confidence"])
                panels[row["parent_id"]].append(panel)
    chosen = random.Random(seed).sample(sorted(panels), min(count, len(panels)))
    images = _images(files, set(chosen))
    return [Shown(images[name], panels[name], title=name) for name in chosen if name in images]


def _images(files: Sequence[Path], wanted: set[str]) -> dict[str, Image.Image]:
    found = {}
    for file in files:
        for row in pq.read_table(file, columns=["pair_id", "image"], partitioning=None).to_pylist():
            if row["pair_id"] in wanted:
                found[row["pair_id"]] = Image.open(io.BytesIO(row["image"]["bytes"])).convert("RGB")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("releases", type=Path, nargs="+", metavar="RELEASE")
    parser.add_argument("out", type=Path, help="folder of the PNG files")
    parser.add_argument("--figures", type=int, default=100)
    parser.add_argument("--seed", type=int, default=19)
    arguments = parser.parse_args()
    figures = split_figures(arguments.releases, arguments.figures, arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(figures), _PER_FILE):
        file = arguments.out / f"figures-{start // _PER_FILE + 1}.png"
        contact_sheet(figures[start : start + _PER_FILE], *_LARGE).save(file)
        print(file)
    print(f"{len(figures)} figures")
    return 0 if figures else 1


if __name__ == "__main__":
    sys.exit(main())
