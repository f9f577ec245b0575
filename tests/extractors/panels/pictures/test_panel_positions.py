"""Panels that a caption names by their positions."""

import pytest
from PIL import Image, ImageDraw

from extractors.panels.pictures import find_panels


def blocks(*boxes: tuple[int, int, int, int]) -> Image.Image:
    """Return a white picture of 600 x 400 with framed boxes."""
    canvas = Image.new("RGB", (600, 400), "white")
    for box in boxes:
        ImageDraw.Draw(canvas).rectangle(box, outline="black", width=2)
        ImageDraw.Draw(canvas).line(box, fill="blue", width=2)
    return canvas


LEFT, RIGHT = (10, 10, 280, 390), (310, 10, 590, 390)
CORNERS = ((10, 10, 280, 180), (310, 10, 590, 180), (10, 220, 280, 390), (310, 220, 590, 390))


def places(picture: Image.Image, labels: list[str]) -> dict[str, tuple[int, ...]]:
    found = find_panels(picture, labels)
    return {p.label: tuple(round(v * (600, 400)[i % 2]) for i, v in enumerate(p.box)) for p in found.panels}


def exclusive(box: tuple[int, int, int, int]) -> tuple[int, ...]:
    return (box[0], box[1], box[2] + 1, box[3] + 1)


def test_left_and_right() -> None:
    assert places(blocks(LEFT, RIGHT), ["left", "right"]) == {
        "left": exclusive(LEFT),
        "right": exclusive(RIGHT),
    }


def test_corners_and_a_whole_row() -> None:
    names = ["top left", "top right", "bottom left", "bottom right"]
    assert places(blocks(*CORNERS), names) == {n: exclusive(b) for n, b in zip(names, CORNERS, strict=True)}
    wide = (10, 220, 590, 390)
    assert places(blocks(*CORNERS[:2], wide), ["top left", "top right", "bottom"])["bottom"] == exclusive(
        wide
    )


@pytest.mark.parametrize(
    ("boxes", "labels"),
    [
        pytest.param((LEFT,), ["left", "right"], id="one_block"),
        pytest.param(
            ((10, 10, 180, 390), (210, 10, 380, 390), (410, 10, 590, 390)), ["left", "right"], id="three"
        ),
        pytest.param(((10, 10, 80, 390), (110, 10, 590, 390)), ["left", "right"], id="uneven"),
        pytest.param((LEFT, RIGHT), ["left", "inset right bottom"], id="no_position"),
    ],
)
def test_gutters_that_leave_a_choice(boxes: tuple[tuple[int, int, int, int], ...], labels: list[str]) -> None:
    assert places(blocks(*boxes), labels) == {}
