"""Draws short texts in many fonts, as figures print them: names of panels, and what only looks like one."""

import io
import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from extractors.panels.pictures.letters import NAMES
from extractors.panels.pictures.tokens import patch
from runtime.pictures import opencv

JUNK = len(NAMES)
FORMS = ("{}", "{}", "{}", "({})", "({})", "{})", "{}.", "[{}]", "{}:", "({}) ")
# Fonts of symbols, of other scripts, or of initials.
_NOT_LATIN = ("drm", "fetamont", "semaphor", "spark", "mnsymbol", "church", "tanka", "initials", "math", "symbol",
              "dingbat", "emoji", "music", "chess", "bullshit", "icon", "awesome", "d050", "z003", "droid", "arphic",
              "fandol", "ornament", "swash", "script", "caps")  # fmt: skip
_PER_FOLDER = 3
_WORDS = ("Time", "log", "max", "min", "nm", "ms", "Hz", "Day", "IL", "WT", "KO", "Ctrl", "DNA", "kDa",
          "ns", "**", "***", "*", "+", "-", "=", "%", "0", "00", "0.", ".0", "'", '"', ",", ":", "/", "|",
          "(", ")", "[", "&", "Δ", "μ", "σ", "λ", "θ", "π", "β", "γ", "Σ", "Ω", "≥", "→", "±", "°", "×",
          "·", "•", "■", "▲", "●")  # fmt: skip


def fonts(folders: Sequence[Path]) -> list[str]:
    """Return font files below the folders that draw Latin letters, at most a few of each folder, in a fixed order."""
    kept: list[str] = []
    for folder in sorted({path.parent for root in folders for path in root.rglob("*.[ot]tf")}):
        if any(word in str(folder).lower() for word in _NOT_LATIN):
            continue
        files = [
            f for f in sorted(folder.glob("*.[ot]tf")) if not any(w in f.name.lower() for w in _NOT_LATIN)
        ]
        random.Random(folder.name).shuffle(files)
        kept += [str(f) for f in itertools.islice(filter(_draws_latin, files), _PER_FOLDER)]
    return kept


def _draws_latin(file: Path) -> bool:
    try:
        font = ImageFont.truetype(str(file), 32)
        drawn = {bytes(font.getmask(letter)) for letter in "ABcdefgi18"}
    except (OSError, ValueError):
        return False
    return len(drawn) == 10


def samples(
    files: Sequence[str], count: int, seed: int, grounds: Sequence[npt.NDArray[np.uint8]] = ()
) -> Iterator[tuple[npt.NDArray[np.float32], int]]:
    """Yield `count` drawn texts as the letter model sees them, with the index of their name, JUNK for no name."""
    chance = random.Random(seed)
    made = 0
    while made < count:
        text, name = _text(chance)
        seen = _drawn(text, chance.choice(files), chance, grounds)
        if seen is not None:
            made += 1
            yield seen, name


def _text(chance: random.Random) -> tuple[str, int]:
    kind = chance.random()
    if kind < 0.72:
        # The first letters are by far the most frequent in figures.
        index = min(int(chance.expovariate(1 / 8)), 25) if kind < 0.5 else chance.randrange(len(NAMES))
        name = NAMES[index]
        text = name.upper() if chance.random() < 0.5 else name
        return chance.choice(FORMS).format(text), index
    if kind < 0.82:
        return chance.choice(_WORDS), JUNK
    if kind < 0.92:
        return "".join(chance.choice("0123456789.0123456789-") for _ in range(chance.randint(2, 4))), JUNK
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    word = "".join(chance.choice(letters) for _ in range(chance.randint(2, 4)))
    return word, JUNK if word.lower() not in NAMES else NAMES.index(word.lower())


def _drawn(
    text: str, file: str, chance: random.Random, grounds: Sequence[npt.NDArray[np.uint8]]
) -> npt.NDArray[np.float32] | None:
    """Return a text as the model sees it, or None where it can hardly be seen."""
    size = min(70.0, 7 + chance.expovariate(1 / 11))
    font = ImageFont.truetype(file, round(4 * size))
    left, top, right, bottom = font.getbbox(text)
    width, height = int(right - left), int(bottom - top)
    if width < 4 or height < 8:
        return None
    margin = 16 + 4 * chance.randint(0, 3)
    shift = chance.randint(0, 3), chance.randint(0, 3)  # where between two pixels it stands
    canvas = Image.new("L", (width + 2 * margin, height + 2 * margin), 0)
    ImageDraw.Draw(canvas).text((margin - left + shift[0], margin - top + shift[1]), text, 255, font=font)
    cover = (
        np.asarray(canvas.resize((canvas.width // 4, canvas.height // 4), Image.Resampling.BOX), np.float32)
        / 255
    )
    light = chance.random() < 0.25
    grey = _on_ground(cover, light, chance, grounds)
    box = _box(cover, chance)
    return None if box is None else patch(grey, box, light)


def _on_ground(
    cover: npt.NDArray[np.float32],
    light: bool,
    chance: random.Random,
    grounds: Sequence[npt.NDArray[np.uint8]],
) -> npt.NDArray[np.uint8]:
    ground: npt.NDArray[np.float32] | float
    if light:
        ground, ink = chance.uniform(0, 120), chance.uniform(190, 255)
    else:
        ground, ink = (255.0 if chance.random() < 0.8 else chance.uniform(150, 255)), chance.uniform(0, 90)
    if grounds and chance.random() < 0.15:
        ground = _cut(chance.choice(grounds), cover.shape, chance)
        ground = ground * 0.5 if light else 128 + ground * 0.5
    grey = ground * (1 - cover) + ink * cover
    if chance.random() < 0.5:
        grey = opencv().GaussianBlur(grey, (0, 0), chance.uniform(0.2, 0.8))
    grey = grey + np.random.default_rng(chance.randrange(1 << 30)).normal(
        0, chance.choice((0, 1, 4)), cover.shape
    )
    made = np.clip(grey, 0, 255).astype(np.uint8)
    if chance.random() < 0.6:
        file = io.BytesIO()
        Image.fromarray(made).save(file, "JPEG", quality=chance.randint(40, 95))
        made = np.asarray(Image.open(file))
    return made


def _cut(
    ground: npt.NDArray[np.uint8], shape: tuple[int, ...], chance: random.Random
) -> npt.NDArray[np.float32]:
    tall, wide = shape[0], shape[1]
    if ground.shape[0] <= tall or ground.shape[1] <= wide:
        return np.full(shape, 200.0, np.float32)
    top, left = chance.randrange(ground.shape[0] - tall), chance.randrange(ground.shape[1] - wide)
    return ground[top : top + tall, left : left + wide].astype(np.float32)


def _box(cover: npt.NDArray[np.float32], chance: random.Random) -> tuple[int, int, int, int] | None:
    rows, columns = np.nonzero(cover.max(axis=1) > 0.3)[0], np.nonzero(cover.max(axis=0) > 0.3)[0]
    if len(rows) < 4 or not len(columns):
        return None
    x0, y0, x1, y1 = int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    if chance.random() < 0.3:  # a blurred edge makes the box a little larger or smaller
        x0, y0, x1, y1 = (v + chance.randint(-1, 1) for v in (x0, y0, x1, y1))
    if y1 - y0 < 4 or x1 - x0 < 1:
        return None
    return max(0, x0), max(0, y0), min(cover.shape[1], x1), min(cover.shape[0], y1)
