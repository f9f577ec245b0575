"""Composes figures of two to twenty lettered panels from real pictures of one panel, and knows where each one is."""

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pymupdf
from PIL import Image, ImageDraw, ImageFont

Box = tuple[float, float, float, float]
FONTS = ("helv", "hebo", "hebo", "heit", "hebi", "tiro", "tibo", "tiit", "cour", "cobo")
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True)
class Composed:
    """A composed figure, its labels, and each panel's box in fractions; what it is made like."""

    image: Image.Image
    labels: tuple[str, ...]
    boxes: tuple[Box, ...]
    traits: frozenset[str]


@dataclass(frozen=True)
class Lettering:
    """How the letters of a figure look and where they stand."""

    form: str
    upper: bool
    font: str
    size: int
    place: str  # margin, inside, notch, below, above, right, foot
    boxed: bool


@dataclass(frozen=True)
class _Cell:
    x0: int
    y0: int
    x1: int
    y1: int


def compose(pictures: Sequence[Image.Image], chance: random.Random) -> Composed:
    """Return a figure of all the pictures, at most 1,024 pixels long."""
    ground = BLACK if chance.random() < 0.08 else WHITE
    gutter = chance.choice((0, 2, 4, 8, 12, 16, 24, 32, 40))
    lettering = _lettering(chance)
    width = chance.randint(700, 1024)
    cells, size, traits = _cells(pictures, width, gutter, lettering, chance)
    canvas = Image.new("RGB", size, ground)
    framed = chance.random() < 0.15
    # A letter beside its picture stands at its corner, so the picture stands there too.
    beside = lettering.place in ("margin", "above")
    fit = chance.choice(("corner", "stretch") if beside else ("middle", "corner", "stretch"))
    pictures = _fitting(pictures, cells)
    boxes: list[tuple[int, int, int, int]] = []
    for number, (picture, cell) in enumerate(zip(pictures, cells, strict=True)):
        inset = picture if chance.random() > 0.05 else _with_inset(picture, chance.choice(pictures))
        boxes.append(_paste(canvas, inset, cell, lettering, chr(97 + number), framed, fit, ground))
    if framed:
        traits.add("framed")
    canvas, boxes = _shared(canvas, boxes, ground, traits, chance)
    scale = min(1.0, 1024 / max(canvas.size))
    if scale < 1:
        canvas = canvas.resize(
            (max(1, round(canvas.width * scale)), max(1, round(canvas.height * scale))),
            Image.Resampling.LANCZOS,
        )
    width, height = canvas.size
    fractions = tuple(
        (a * scale / width, b * scale / height, c * scale / width, d * scale / height) for a, b, c, d in boxes
    )
    traits |= {f"gutter {gutter}", f"letter {lettering.place}", "black" if ground == BLACK else "white"}
    labels = tuple(chr(97 + i) for i in range(len(pictures)))
    return Composed(_saved(canvas, chance), labels, fractions, frozenset(traits))


def _fitting(pictures: Sequence[Image.Image], cells: Sequence[_Cell]) -> list[Image.Image]:
    """Return the pictures in the order of the cells, each in one of about its own proportions, as authors lay out."""
    left = list(pictures)
    chosen = []
    for cell in cells:
        aspect = np.log(max(1, cell.x1 - cell.x0) / max(1, cell.y1 - cell.y0))
        best = min(left, key=lambda picture: abs(np.log(picture.width / picture.height) - aspect))
        left.remove(best)
        chosen.append(best)
    return chosen


def _lettering(chance: random.Random) -> Lettering:
    return Lettering(
        form=chance.choice(("{}", "{}", "{}", "({})", "({})", "{})", "{}.")),
        upper=chance.random() < 0.6,
        font=chance.choice(FONTS),
        size=chance.choice((12, 14, 16, 18, 20, 24, 28, 36)),
        place=chance.choice(
            ("margin", "margin", "margin", "inside", "inside", "notch", "below", "above", "right", "foot")
        ),
        boxed=chance.random() < 0.2,
    )


def _cells(
    pictures: Sequence[Image.Image], width: int, gutter: int, lettering: Lettering, chance: random.Random
) -> tuple[list[_Cell], tuple[int, int], set[str]]:
    """Return a cell for each picture, in order, the figure's size, and what kind of layout it is."""
    kind = chance.choice(("grid", "rows", "rows", "columns", "tree", "tree"))
    room = _room(lettering)
    outer = chance.choice((0, 2, 10))
    if kind == "tree":
        cells = _tree(
            len(pictures), _Cell(0, 0, width, round(width * chance.uniform(0.5, 1.3))), gutter, chance
        )
    else:
        cells = _lines(pictures, width, gutter, room, kind, chance)
    cells = [_Cell(c.x0 + outer, c.y0 + outer, c.x1 + outer, c.y1 + outer) for c in cells]
    return cells, (max(c.x1 for c in cells) + outer, max(c.y1 for c in cells) + outer), {kind}


def _room(lettering: Lettering) -> tuple[int, int]:
    """Return how much of a cell's width and height the letter takes beside the picture."""
    tall = round(1.3 * lettering.size)
    return {"margin": (tall, 0), "above": (0, tall), "below": (0, tall), "right": (0, tall)}.get(
        lettering.place, (0, 0)
    )


def _lines(
    pictures: Sequence[Image.Image],
    width: int,
    gutter: int,
    room: tuple[int, int],
    kind: str,
    chance: random.Random,
) -> list[_Cell]:
    """Return cells in rows of one height each (rows, grid: all columns alike) or in columns of one width each."""
    count = len(pictures)
    per = max(1, min(count, round((count * chance.uniform(0.4, 2.2)) ** 0.5)))
    lines: list[list[int]] = []
    left = list(range(count))
    while left:
        length = per if kind == "grid" else max(1, per + chance.choice((-1, 0, 0, 1)))
        lines.append(left[:length])
        left = left[length:]
    cells: dict[int, _Cell] = {}
    at = 0
    aspect = chance.uniform(0.6, 1.2)
    for line in lines:
        if kind == "grid":
            wide = (width - gutter * (per - 1)) // per
            tall = round(wide * aspect)
            for k, i in enumerate(line):
                cells[i] = _Cell(k * (wide + gutter), at, k * (wide + gutter) + wide, at + tall)
        else:
            shares = [pictures[i].width / pictures[i].height for i in line]
            if kind == "columns":
                shares = [1 / share for share in shares]
            shares = [min(max(share, 0.4), 2.5) for share in shares]
            length = width - gutter * (len(line) - 1)
            tall = max(60, min(round(length / sum(shares)), width // 2))
            start = 0.0
            for i, share in zip(line, shares, strict=True):
                end = start + length * share / sum(shares)
                cells[i] = _Cell(round(start), at, round(end), at + tall)
                start = end + gutter
        at += tall + gutter
    if kind == "columns":
        return [_Cell(c.y0, c.x0, c.y1, c.x1) for _, c in sorted(cells.items())]
    return [c for _, c in sorted(cells.items())]


def _tree(count: int, cell: _Cell, gutter: int, chance: random.Random) -> list[_Cell]:
    """Return cells by random straight cuts, in reading order of the cuts."""
    if count == 1:
        return [cell]
    first = chance.randint(1, count - 1)
    share = min(max(first / count + chance.uniform(-0.12, 0.12), 0.25), 0.75)
    wide, tall = cell.x1 - cell.x0, cell.y1 - cell.y0
    if wide * chance.uniform(0.7, 1.4) > tall:
        at = cell.x0 + round(wide * share)
        parts = (
            _Cell(cell.x0, cell.y0, at - gutter // 2, cell.y1),
            _Cell(at + gutter - gutter // 2, cell.y0, cell.x1, cell.y1),
        )
    else:
        at = cell.y0 + round(tall * share)
        parts = (
            _Cell(cell.x0, cell.y0, cell.x1, at - gutter // 2),
            _Cell(cell.x0, at + gutter - gutter // 2, cell.x1, cell.y1),
        )
    return _tree(first, parts[0], gutter, chance) + _tree(count - first, parts[1], gutter, chance)


def _paste(
    canvas: Image.Image,
    picture: Image.Image,
    cell: _Cell,
    lettering: Lettering,
    letter: str,
    framed: bool,
    fit: str,
    ground: tuple[int, int, int],
) -> tuple[int, int, int, int]:
    """Draw one panel into its cell; return the box of what was drawn, its letter included."""
    beside, over = _room(lettering)
    x0, y0 = cell.x0 + beside, cell.y0 + (0 if lettering.place == "below" else over)
    x1, y1 = cell.x1, cell.y1 - (over if lettering.place == "below" else 0)
    wide, tall = max(8, x1 - x0), max(8, y1 - y0)
    size = (wide, tall)
    if fit != "stretch" or not 0.7 < (wide / tall) / (picture.width / picture.height) < 1.4:
        scale = min(wide / picture.width, tall / picture.height)
        size = max(4, round(picture.width * scale)), max(4, round(picture.height * scale))
    shown = picture.resize(size, Image.Resampling.LANCZOS)
    if fit == "middle":
        x0, y0 = x0 + (wide - size[0]) // 2, y0 + (tall - size[1]) // 2
    canvas.paste(shown, (x0, y0))
    box = inked(shown, ground)
    drawn = (x0 + box[0], y0 + box[1], x0 + box[2], y0 + box[3])
    draw = ImageDraw.Draw(canvas)
    if framed:
        color = (90, 90, 90) if ground == WHITE else (200, 200, 200)
        drawn = (x0, y0, x0 + size[0], y0 + size[1])
        draw.rectangle((drawn[0], drawn[1], drawn[2] - 1, drawn[3] - 1), outline=color)
    text = lettering.form.format(letter.upper() if lettering.upper else letter)
    letters = font(lettering.font, lettering.size)
    left, top, right, bottom = (int(v) for v in letters.getbbox(text))
    at = _place(lettering, (x0, y0, x0 + size[0], y0 + size[1]), cell, (right - left, bottom - top))
    mark = (at[0], at[1], at[0] + right - left, at[1] + bottom - top)
    under = canvas.crop(mark).convert("L") if lettering.place in ("inside", "notch", "foot") else None
    boxed = (
        lettering.boxed
        or (under is not None and float(np.std(np.asarray(under))) > 45)
        or lettering.place == "notch"
    )
    dark = ground == BLACK if under is None else float(np.mean(np.asarray(under))) < 128
    if boxed and under is not None:
        pad = max(2, lettering.size // 6)
        draw.rectangle((mark[0] - pad, mark[1] - pad, mark[2] + pad, mark[3] + pad), fill=ground)
        dark = ground == BLACK
    draw.text((at[0] - left, at[1] - top), text, WHITE if dark else BLACK, font=letters)
    return min(drawn[0], mark[0]), min(drawn[1], mark[1]), max(drawn[2], mark[2]), max(drawn[3], mark[3])


def _place(
    lettering: Lettering, shown: tuple[int, int, int, int], cell: _Cell, size: tuple[int, int]
) -> tuple[int, int]:
    """Return where a letter's left upper corner is."""
    x0, y0, x1, y1 = shown
    pad = max(3, lettering.size // 3)
    middle = (x0 + x1 - size[0]) // 2
    return {
        "margin": (cell.x0, y0),
        "above": (cell.x0, cell.y0),
        "below": (middle, y1 + pad // 2),
        "right": (x1 - size[0], max(0, y0 - round(1.2 * lettering.size))),
        "inside": (x0 + pad, y0 + pad),
        "notch": (x0 + pad // 2, y0 + pad // 2),
        "foot": (x0 + pad, y1 - pad - size[1]),
    }[lettering.place]


def inked(shown: Image.Image, ground: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Return the box of what differs from the figure's background."""
    ink = np.abs(np.asarray(shown).astype(np.int16) - np.array(ground)).max(axis=2) > 14
    rows, columns = np.nonzero(ink.any(axis=1))[0], np.nonzero(ink.any(axis=0))[0]
    if not len(rows):
        return 0, 0, shown.width, shown.height
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _with_inset(picture: Image.Image, other: Image.Image) -> Image.Image:
    made = picture.copy()
    small = other.resize((max(8, picture.width // 4), max(8, picture.height // 4)))
    made.paste(small, (picture.width * 5 // 8, picture.height // 8))
    return made


def _shared(
    canvas: Image.Image,
    boxes: list[tuple[int, int, int, int]],
    ground: tuple[int, int, int],
    traits: set[str],
    chance: random.Random,
) -> tuple[Image.Image, list[tuple[int, int, int, int]]]:
    """Add what belongs to no panel: a legend over or under all, the name of an axis at the left."""
    kind = chance.random()
    if kind > 0.16 or ground == BLACK:
        return canvas, boxes
    words = font("helv", 14)
    if kind < 0.06:
        traits.add("shared axis")
        made = Image.new("RGB", (canvas.width + 30, canvas.height), ground)
        made.paste(canvas, (30, 0))
        strip = Image.new("RGB", (min(180, canvas.height), 20), ground)
        ImageDraw.Draw(strip).text((4, 2), "Relative expression", BLACK, font=words)
        strip = strip.rotate(90, expand=True)
        made.paste(strip, (2, (canvas.height - strip.height) // 2))
        return made, [(a + 30, b, c + 30, d) for a, b, c, d in boxes]
    traits.add("shared legend")
    over = kind < 0.11
    made = Image.new("RGB", (canvas.width, canvas.height + 34), ground)
    made.paste(canvas, (0, 34 if over else 0))
    draw = ImageDraw.Draw(made)
    y = 8 if over else canvas.height + 8
    x = canvas.width // 2 - 150
    for name, color in (("control", (200, 60, 60)), ("treated", (60, 60, 200)), ("sham", (60, 150, 60))):
        draw.rectangle((x, y + 4, x + 18, y + 12), fill=color)
        draw.text((x + 24, y), name, BLACK, font=words)
        x += 105
    return made, [(a, b + 34, c, d + 34) if over else (a, b, c, d) for a, b, c, d in boxes]


def _saved(canvas: Image.Image, chance: random.Random) -> Image.Image:
    """Return the figure as its file would hold it: half of all are JPEG files."""
    if chance.random() < 0.5:
        return canvas
    file = io.BytesIO()
    canvas.save(file, "JPEG", quality=chance.randint(70, 95))
    return Image.open(file).convert("RGB")


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return one of the fonts that MuPDF brings, at a size in pixels."""
    return ImageFont.truetype(io.BytesIO(pymupdf.Font(name).buffer), size)
