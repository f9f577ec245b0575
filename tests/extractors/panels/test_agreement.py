"""A figure is divided where caption and picture agree: the same letters, with words and with boxes that fit."""

import pytest
from PIL import Image

from extractors.panels import PicturePanel, PicturePanels, agreement, split_figure
from schemas.panel import OF_CAPTIONS, OF_FIGURES, OF_PICTURES, UNSPLIT

CAPTION = "Two views. (A) The head. (B) The tail, seen from below."
PICTURE = Image.new("RGB", (400, 200), "white")
HALVES = {"a": (0.0, 0.0, 0.5, 1.0), "b": (0.5, 0.0, 1.0, 1.0)}


@pytest.fixture
def sees(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Let the picture show what a test says."""

    def show(boxes: dict[str, tuple[float, float, float, float]], reason: str | None = None) -> None:
        panels = tuple(PicturePanel(label, box, 0.9) for label, box in boxes.items())
        monkeypatch.setattr(agreement, "find_panels", lambda *_: PicturePanels(panels, reason))

    return show


def test_panels_that_both_name_have_words_box_and_letter_as_printed(sees) -> None:  # type: ignore[no-untyped-def]
    sees(HALVES)
    found = split_figure(CAPTION, PICTURE)
    assert [(p.label, p.letter, p.caption, p.box, p.confidence) for p in found] == [
        ("a", "A", "The head.", HALVES["a"], 0.9),
        ("b", "B", "The tail, seen from below.", HALVES["b"], 0.9),
    ]


@pytest.mark.parametrize(
    ("boxes", "reason"),
    [
        ({"a": HALVES["a"]}, "letters_missing"),
        ({**HALVES, "c": (0.2, 0.0, 0.3, 1.0)}, "letters_missing"),
        ({"a": HALVES["a"], "b": (0.3, 0.0, 1.0, 1.0)}, "boxes_unclear"),
        ({"a": HALVES["a"], "b": (0.5, 0.0, 1.2, 1.0)}, "boxes_unclear"),
        ({"a": HALVES["a"], "b": (0.9, 0.0, 0.5, 1.0)}, "boxes_unclear"),
        ({"a": (0.0, 0.0, 1.0, 0.97), "b": (0.0, 0.97, 1.0, 1.0)}, "boxes_unclear"),
        ({"a": HALVES["a"], "b": (0.5, 0.0, 0.55, 1.0)}, "too_small"),
    ],
    ids=["missing", "extra", "overlap", "outside", "turned", "all", "sliver"],
)
def test_a_figure_whose_boxes_do_not_fit_stays_whole(sees, boxes, reason: str) -> None:  # type: ignore[no-untyped-def]
    sees(boxes)
    assert split_figure(CAPTION, PICTURE) == reason


def test_the_picture_may_say_why_it_is_not_divided(sees) -> None:  # type: ignore[no-untyped-def]
    sees({}, "no_letters")
    assert split_figure(CAPTION, PICTURE) == "no_letters"


def test_the_picture_is_not_looked_at_where_the_caption_names_no_panels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agreement, "find_panels", lambda *_: pytest.fail("looked"))
    assert split_figure("A map of the region.", PICTURE) == "no_labels"
    assert split_figure("Left: a map. Right: a table.", PICTURE) == "positions_only"


def test_panels_named_by_their_places_count_where_they_are_asked_for(sees) -> None:  # type: ignore[no-untyped-def]
    sees({"left": HALVES["a"], "right": HALVES["b"]})
    found = split_figure("Left: a map. Right: a table.", PICTURE, positions=True)
    assert [(p.letter, p.caption) for p in found] == [("left", "a map."), ("right", "a table.")]


def test_bold_letters_of_the_source_count(sees) -> None:  # type: ignore[no-untyped-def]
    sees(HALVES)
    found = split_figure("Larvae a dark b pale", PICTURE, raw="Larvae <b>a</b> dark <b>b</b> pale")
    assert [(p.letter, p.caption) for p in found] == [("a", "dark"), ("b", "pale")]


def test_the_reasons_are_one_closed_list() -> None:
    assert UNSPLIT == OF_CAPTIONS | OF_PICTURES | OF_FIGURES
    assert len(UNSPLIT) == len(OF_CAPTIONS) + len(OF_PICTURES) + len(OF_FIGURES)
