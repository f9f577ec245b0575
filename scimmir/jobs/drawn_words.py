"""The words in labelled pictures, to learn from: as a release has them, or read once into a folder."""

import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from curation.classes import Drawn
from curation.pictures import open_rgb
from extractors import ocr
from schemas.annotations import TextBox
from schemas.errors import UserError

Reader = Callable[[str, bytes], Drawn]
Key = tuple[str, str]  # a pair's id and the hash of its encoded picture

WORDS = "words.jsonl"


def words_in_row(row: Mapping[str, object], reader: Reader | None) -> Drawn | None:
    """Return what OCR read in the image of a release's row; where it did not, what `reader` reads, if there is one.

    Raises:
        RecordError: the reader finds no readable image (`image_unreadable`).
    """
    if row.get("ocr_engine") is not None and row.get("ocr_error") is None:
        boxes = [TextBox(**box) for box in row["ocr_boxes"] or ()]  # type: ignore[attr-defined]
        return Drawn(boxes, int(row["width"]), int(row["height"]))  # type: ignore[call-overload]
    if reader is None:
        return None
    return reader(str(row["pair_id"]), row["image"]["bytes"])  # type: ignore[index]


def reader_into(folder: Path) -> Reader:
    """Return what reads the words in a picture of a name: from the folder's file, or by OCR and then into that file.

    A run that is stopped goes on where it was. A picture of 448 pixels takes the default engine 0.3 to 0.6 s of a
    processor. What is there of the same bytes is taken as it stands, whatever engine read it.

    Raises:
        UserError: the folder cannot be made, or its file is damaged.
    """
    path = folder / WORDS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _known(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} cannot be used ({error}): remove it, or name another folder") from error

    def read(pair_id: str, image: bytes) -> Drawn:
        key = pair_id, hashlib.sha256(image).hexdigest()
        if key not in known:
            known[key] = read_words(image)
            with path.open("a", encoding="utf-8") as file:
                file.write(_line(key, known[key]) + "\n")
        return known[key]

    return read


def _known(path: Path) -> dict[Key, Drawn]:
    """Return what a file holds by picture, less a last line that was cut short, which goes from the file as well."""
    if not path.is_file():
        return {}
    held = path.read_bytes()
    whole = held[: held.rfind(b"\n") + 1]
    if whole != held:
        os.truncate(path, len(whole))
    said = [json.loads(line) for line in whole.decode().splitlines()]
    return {
        (one["pair_id"], one["image_sha256"]): Drawn(
            [TextBox(**box) for box in one["boxes"]], one["width"], one["height"]
        )
        for one in said
    }


def read_words(image: bytes) -> Drawn:
    """Return what the default OCR engine reads in an encoded picture. Raises RecordError where it is none."""
    rgb = open_rgb(image)
    (found,) = _engine().read([np.asarray(rgb)])
    return Drawn(found, *rgb.size)


@functools.cache
def _engine() -> ocr.OcrEngine:
    return ocr.load_engine("rapidocr")


def _line(key: Key, drawn: Drawn) -> str:
    boxes = [
        {"text": box.text} | {name: round(float(getattr(box, name)), 4) for name in _NUMBERS}
        for box in drawn.boxes
    ]
    named = dict(zip(("pair_id", "image_sha256"), key, strict=True))
    return json.dumps(named | {"width": drawn.width, "height": drawn.height, "boxes": boxes})


_NUMBERS = ("confidence", "x0", "y0", "x1", "y1")
