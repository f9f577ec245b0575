"""Figures of LaTeX papers whose panels are files of their own, laid out as papers do: rows, letters below."""

import io
import random
from collections import defaultdict
from pathlib import Path

from PIL import Image, ImageDraw

from benchmarks.panels.composed import WHITE, Composed, font, inked
from benchmarks.panels.pictures import PAIRS, rows, share_of

_WIDTH = 1000


def latex_figures(share: str, folder: Path = PAIRS) -> list[Composed]:
    """Return a figure of each float of a share's papers that has two panels or more, with `(a)` under each."""
    groups: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows(folder):
        if (
            row["parent_id"]
            and row["kind"] == "figure"
            and row["image"]
            and share_of(str(row["paper"])) == share
        ):
            groups[str(row["parent_id"])].append(row)
    return [_printed(name, group) for name, group in sorted(groups.items()) if len(group) > 1]


def _printed(name: str, group: list[dict[str, object]]) -> Composed:
    chance = random.Random(name)
    pictures = [Image.open(io.BytesIO(row["image"]["bytes"])).convert("RGB") for row in group]  # type: ignore[index]
    labels = tuple(chr(97 + i) for i in range(len(pictures)))
    gap = chance.choice((6, 10, 20, 30))
    letters = font(chance.choice(("tiro", "helv")), chance.choice((16, 20, 24)))
    per = min(len(pictures), chance.choice((2, 3, 4)))
    placed: list[tuple[Image.Image, int, int]] = []
    y = 0
    for start in range(0, len(pictures), per):
        line = pictures[start : start + per]
        wide = (_WIDTH - gap * (len(line) - 1)) // max(len(line), min(per, 2))
        shown = [p.resize((wide, max(20, round(p.height * wide / p.width)))) for p in line]
        tall = max(p.height for p in shown)
        left = (_WIDTH - sum(p.width for p in shown) - gap * (len(line) - 1)) // 2
        for picture in shown:  # subfigures stand on one line
            placed.append((picture, left, y + tall - picture.height))
            left += wide + gap
        y += tall + 34 + gap
    canvas = Image.new("RGB", (_WIDTH, y), WHITE)
    draw = ImageDraw.Draw(canvas)
    boxes = []
    for label, (picture, x, top) in zip(labels, placed, strict=True):
        canvas.paste(picture, (x, top))
        x0, y0, x1, _ = inked(picture, WHITE)
        text = f"({label})"
        left, upper, right, lower = (int(v) for v in letters.getbbox(text))
        at = x + (picture.width - right + left) // 2, top + picture.height + 6
        draw.text((at[0] - left, at[1] - upper), text, (0, 0, 0), font=letters)
        boxes.append(
            (
                min(x + x0, at[0]) / _WIDTH,
                (top + y0) / y,
                max(x + x1, at[0] + right - left) / _WIDTH,
                (at[1] + lower - upper) / y,
            )
        )
    scale = min(1.0, 1024 / y)
    canvas = canvas.resize((round(_WIDTH * scale), round(y * scale)), Image.Resampling.LANCZOS)
    return Composed(canvas, labels, tuple(boxes), frozenset({"latex"}))
