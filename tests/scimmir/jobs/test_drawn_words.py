"""Words in labelled pictures: those of the release, or read once into a folder."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from schemas.annotations import TextBox
from schemas.errors import UserError
from schemas.reject import RecordError
from scimmir.jobs import drawn_words
from scimmir.jobs.drawn_words import reader_into, words_in_row

BOX = TextBox(text="Loss", confidence=0.75, x0=1.0, y0=2.0, x1=30.5, y1=9.0)


def webp() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(held, "WEBP")
    return held.getvalue()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Let an engine that is always of one mind take the place of OCR; return the pictures that it is given."""
    pictures: list[np.ndarray] = []
    engine = SimpleNamespace(read=lambda given: pictures.extend(given) or [[BOX] for _ in given])
    monkeypatch.setattr(drawn_words, "_engine", lambda: engine)
    return pictures


def test_another_picture_of_the_same_name_is_read_anew(asked, tmp_path):
    reader = reader_into(tmp_path)
    reader("a", webp())
    reader("a", webp() + b"\0")
    assert len(asked) == 2


def test_a_picture_is_read_once(asked, tmp_path):
    first = reader_into(tmp_path / "words")("a", webp())
    again = reader_into(tmp_path / "words")
    assert again("a", webp()) == first and (first.width, first.height) == (60, 40)
    assert list(first.boxes) == [BOX] and len(asked) == 1 and asked[0].shape == (40, 60, 3)
    again("b", webp())
    assert len(asked) == 2


def test_a_line_that_was_cut_short_is_read_anew(asked, tmp_path):
    first = reader_into(tmp_path)
    first("a", webp())
    with (tmp_path / "words.jsonl").open("a") as file:
        file.write('{"pair_id": "b", "wid')
    again = reader_into(tmp_path)
    again("b", webp())
    assert len(asked) == 2 and len((tmp_path / "words.jsonl").read_text().splitlines()) == 2
    assert reader_into(tmp_path)("b", webp()) == again("b", webp()) and len(asked) == 2


@pytest.mark.parametrize("damaged", ["{", "[]", '{"pair_id": "a"}'], ids=["no JSON", "list", "keys missing"])
def test_a_damaged_file_is_named(tmp_path, damaged):
    (tmp_path / "words.jsonl").write_text(f"{damaged}\n")
    with pytest.raises(UserError, match=r"words\.jsonl cannot be used"):
        reader_into(tmp_path)


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "words").write_text("")
    with pytest.raises(UserError, match="name another folder"):
        reader_into(tmp_path / "words")


def test_what_is_no_picture_is_named_and_not_kept(asked, tmp_path):
    reader = reader_into(tmp_path)
    with pytest.raises(RecordError, match="image_unreadable"):
        reader("a", b"no picture")
    assert not (tmp_path / "words.jsonl").exists()


def test_a_releases_own_words_are_taken(asked, tmp_path):
    box = {"text": "Loss", "confidence": 0.75, "x0": 1.0, "y0": 2.0, "x1": 30.5, "y1": 9.0}
    row = {
        "pair_id": "a",
        "ocr_engine": "any",
        "ocr_error": None,
        "ocr_boxes": [box],
        "width": 60,
        "height": 40,
    }
    assert list(words_in_row(row, None).boxes) == [BOX]
    assert words_in_row(row | {"ocr_boxes": []}, reader_into(tmp_path)).boxes == [] and not asked
    for unread in (
        {"ocr_engine": None},
        {"ocr_error": "time_limit"},
        {"ocr_engine": None, "ocr_boxes": None},
    ):
        assert words_in_row(row | unread, None) is None
    image = {"bytes": webp(), "path": None}
    assert list(words_in_row({"pair_id": "a", "image": image}, reader_into(tmp_path)).boxes) == [BOX]
