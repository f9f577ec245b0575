"""Panels of drawn pictures: letters in margins and in plots, photographs that touch, strips that are no gutter."""

import io
import string
from collections.abc import Sequence

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors.panels import PICTURE_REASONS, PlacedLetter
from extractors.panels.pictures import find_panels
from extractors.panels.pictures.unnamed import following

Box = tuple[int, int, int, int]
BOLD = ImageFont.truetype(io.BytesIO(pymupdf.Font("hebo").buffer), 22)
PLAIN = ImageFont.truetype(io.BytesIO(pymupdf.Font("helv").buffer), 12)


def plot(draw: ImageDraw.ImageDraw, box: Box) -> None:
    """Draw axes with numbers and bars that leave gaps between them."""
    x0, y0, x1, y1 = box
    draw.line((x0, y0, x0, y1, x1, y1), fill="black", width=2)
    for i in range(4):
        x = x0 + 20 + i * (x1 - x0 - 30) // 4
        draw.rectangle((x, y1 - (i + 1) * (y1 - y0) // 5, x + 18, y1), fill=(40, 90, 160))
    for i in range(3):
        draw.text((x0 - 24, y0 + i * (y1 - y0) // 3), f"{30 - 10 * i}", fill="black", font=PLAIN)


def figure(places: dict[str, Box], letters: dict[str, tuple[int, int]], size: tuple[int, int]) -> Image.Image:
    """Return plots at their places and their letters."""
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    for box in places.values():
        plot(draw, box)
    for letter, at in letters.items():
        draw.text(at, letter, fill="black", font=BOLD)
    return canvas


def overlaps(found: Sequence[object], places: dict[str, Box], size: tuple[int, int]) -> dict[str, float]:
    """Return for each panel found how much of its place and its box are the same."""
    return {panel.label: overlap(panel.box, places[panel.label], size) for panel in found}  # type: ignore[attr-defined]


def overlap(box: tuple[float, ...], place: Box, size: tuple[int, int]) -> float:
    x0, y0, x1, y1 = (v * size[i % 2] for i, v in enumerate(box))
    wide, tall = min(x1, place[2]) - max(x0, place[0]), min(y1, place[3]) - max(y0, place[1])
    both = max(0.0, wide) * max(0.0, tall)
    return both / ((x1 - x0) * (y1 - y0) + (place[2] - place[0]) * (place[3] - place[1]) - both)


GRID = {
    "a": (60, 40, 380, 240),
    "b": (460, 40, 780, 240),
    "c": (60, 300, 380, 500),
    "d": (460, 300, 780, 500),
}
SIZE = (800, 520)


def test_grid_with_letters_in_the_margin() -> None:
    picture = figure(GRID, {k.upper(): (b[0] - 55, b[1] - 30) for k, b in GRID.items()}, SIZE)

    found = find_panels(picture, ["a", "b", "c", "d"])

    whole = {k: (b[0] - 55, b[1] - 26, b[2], b[3]) for k, b in GRID.items()}
    assert min(overlaps(found.panels, whole, SIZE).values()) > 0.9
    assert [panel.label for panel in found.panels] == ["a", "b", "c", "d"]
    assert all(0.7 <= panel.confidence <= 1 for panel in found.panels)


def test_letters_in_brackets_below_their_panels() -> None:
    picture = figure(
        GRID, {f"({k})": ((b[0] + b[2]) // 2 - 12, b[3] + 8) for k, b in GRID.items()}, (800, 540)
    )

    found = find_panels(picture, ["a", "b", "c", "d"])

    whole = {k: (b[0] - 24, b[1], b[2], b[3] + 30) for k, b in GRID.items()}
    assert min(overlaps(found.panels, whole, (800, 540)).values()) > 0.9


def test_one_letter_over_two_plots() -> None:
    """The blank strip inside panel a is wider than the gutter between a and b."""
    plots = {"a": (60, 40, 260, 240), "more": (340, 40, 540, 240), "b": (610, 40, 780, 240)}
    picture = figure(plots, {"A": (5, 10), "B": (562, 10)}, (800, 260))

    found = find_panels(picture, ["a", "b"])

    whole = {"a": (5, 14, 540, 240), "b": (562, 14, 780, 240)}
    assert min(overlaps(found.panels, whole, (800, 260)).values()) > 0.9


def test_a_legend_under_all_panels_is_none_s() -> None:
    places = {"a": (60, 40, 380, 240), "b": (460, 40, 780, 240)}
    picture = figure(places, {"A": (5, 10), "B": (405, 10)}, (800, 300))
    draw = ImageDraw.Draw(picture)
    for x, name in ((240, "control"), (360, "treated"), (490, "sham")):
        draw.rectangle((x, 272, x + 16, 282), fill=(200, 60, 60))
        draw.text((x + 22, 268), name, fill="black", font=PLAIN)

    found = find_panels(picture, ["a", "b"])

    assert [round(panel.box[3] * 300) for panel in found.panels] == [242, 242]


def test_the_name_of_an_axis_stays_with_its_panel() -> None:
    """Each panel's own name lies centred under it."""
    places = {"a": (60, 40, 380, 240), "b": (460, 40, 780, 240)}
    picture = figure(places, {"A": (5, 10), "B": (405, 10)}, (800, 300))
    for x0, _, x1, _ in places.values():
        ImageDraw.Draw(picture).text(((x0 + x1) // 2 - 30, 268), "Time (s)", fill="black", font=PLAIN)

    found = find_panels(picture, ["a", "b"])

    assert all(panel.box[3] * 300 > 270 for panel in found.panels)


def test_photographs_that_touch_with_white_letters() -> None:
    grain = np.random.default_rng(3)
    pixels = np.zeros((400, 800, 3), np.uint8)
    for k, level in enumerate((20, 75, 60, 30)):
        y, x = divmod(k, 2)
        noise = grain.normal(level, 6, (200, 400, 1)).clip(0, 110)
        pixels[y * 200 : y * 200 + 200, x * 400 : x * 400 + 400] = noise
    picture = Image.fromarray(pixels)
    draw = ImageDraw.Draw(picture)
    for letter, at in {"A": (10, 8), "B": (410, 8), "C": (10, 208), "D": (410, 208)}.items():
        draw.text(at, letter, fill="white", font=BOLD)

    found = find_panels(picture, ["a", "b", "c", "d"])

    whole = {
        "a": (0, 0, 400, 200),
        "b": (400, 0, 800, 200),
        "c": (0, 200, 400, 400),
        "d": (400, 200, 800, 400),
    }
    assert min(overlaps(found.panels, whole, (800, 400)).values()) > 0.95


def test_letters_that_a_vector_file_places_need_no_reading() -> None:
    picture = figure(GRID, {}, SIZE)  # the letters are of the page's colour: nobody can read them
    placed = [
        PlacedLetter(f"({k})", ((b[0] - 50) / 800, (b[1] - 20) / 520, (b[0] - 30) / 800, b[1] / 520))
        for k, b in GRID.items()
    ]

    assert find_panels(picture, ["a", "b", "c", "d"]).reason in {"no_letters", "letters_missing"}
    found = find_panels(picture, ["a", "b", "c", "d"], placed)

    assert (
        min(
            overlaps(
                found.panels, {k: (b[0] - 50, b[1] - 20, *b[2:]) for k, b in GRID.items()}, SIZE
            ).values()
        )
        > 0.9
    )


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        pytest.param(["a"], "one_panel", id="one_label"),
        pytest.param(["ab", "cd"], "no_letters", id="never_read"),
        pytest.param(["a", "b", "c", "d", "aa"], "letters_missing", id="not_read"),
    ],
)
def test_picture_that_stays_whole(labels: list[str], reason: str) -> None:
    picture = figure(GRID, {k.upper(): (b[0] - 55, b[1] - 30) for k, b in GRID.items()}, SIZE)

    found = find_panels(picture, labels)

    assert (found.panels, found.reason) == ((), reason)
    assert reason in PICTURE_REASONS


def test_small_picture_stays_whole() -> None:
    assert find_panels(Image.new("RGB", (90, 60), "white"), ["a", "b"]).reason == "too_small"


def test_letters_of_one_plot_are_no_panels() -> None:
    """Two curves that are named by letters do not make two panels."""
    canvas = Image.new("RGB", (600, 400), "white")
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((50, 20, 580, 360), outline="black", width=2)
    for shift, letter in ((0, "a"), (90, "b")):
        draw.line([(60 + i * 5, 300 - shift - i * 2) for i in range(100)], fill=(200, 30, 30), width=2)
        draw.text((400, 130 - shift), letter, fill="black", font=BOLD)

    assert find_panels(canvas, ["a", "b"]).panels == ()


def test_a_figure_that_shows_the_letter_of_a_panel_more_stays_whole() -> None:
    corners = {k.upper(): (b[0] - 55, b[1] - 30) for k, b in GRID.items()}

    assert find_panels(figure(GRID, corners, SIZE), ["a", "b", "c"]).reason == "letter_unnamed"


@pytest.mark.parametrize(
    ("at", "font"),
    [((560, 310), PLAIN), ((560, 310), BOLD), ((33, 275), BOLD), ((12, 330), PLAIN)],
    ids=["small", "elsewhere", "close to a letter", "in a column, small"],
)
def test_other_texts_that_are_read_as_the_letter_that_follows_change_nothing(
    at: tuple[int, int], font: ImageFont.FreeTypeFont
) -> None:
    places = {"a": GRID["a"], "b": GRID["b"], "c": (60, 300, 780, 500)}
    letters = {k.upper(): (b[0] - 55, b[1] - 30) for k, b in places.items()}
    picture = figure(places, letters, SIZE)
    ImageDraw.Draw(picture).text(at, "D", fill="black", font=font)

    assert [panel.label for panel in find_panels(picture, ["a", "b", "c"]).panels] == ["a", "b", "c"]


def test_a_vector_file_says_that_there_is_a_panel_more() -> None:
    picture = figure(GRID, {}, SIZE)
    placed = [
        PlacedLetter(k, ((b[0] - 55) / 800, (b[1] - 30) / 520, (b[0] - 40) / 800, (b[1] - 8) / 520))
        for k, b in GRID.items()
    ]

    assert find_panels(picture, ["a", "b", "c"], placed).reason == "letter_unnamed"
    assert len(find_panels(picture, ["a", "b", "c", "d"], placed).panels) == 4


@pytest.mark.parametrize(
    ("labels", "letter"),
    [
        (["a", "b", "c"], "d"),
        (["a", "c"], None),
        (["i", "ii"], None),
        ([*"abcdefgh"], None),  # every stroke is read as an i
        ([*string.ascii_lowercase], None),
    ],
    ids=["letters", "gap", "numerals", "stroke", "all"],
)
def test_letter_that_follows(labels: list[str], letter: str | None) -> None:
    assert following(labels) == letter
