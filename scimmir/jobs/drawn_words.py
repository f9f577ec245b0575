"""The words in labelled pictures, to learn from: as a release has them, or read once into a folder."""

import functools
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from curation.classes import Drawn
from extractors import ocr
from schemas.annotations import TextBox
from schemas.reject import RecordError

Reader = Callable[[str, bytes], Drawn]

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

    A run that is stopped goes on where it was. A picture takes the default engine 0.6 s of a processor at 448 pixels.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WORDS
    known: dict[str, Drawn] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            boxes = [TextBox(**box) for box in said["boxes"]]
            known[said["pair_id"]] = Drawn(boxes, said["width"], said["height"])

    def read(pair_id: str, image: bytes) -> Drawn:
        if pair_id not in known:
            known[pair_id] = read_words(image)
            with path.open("a", encoding="utf-8") as file:
                file.write(_line(pair_id, known[pair_id]) + "\n")
        return known[pair_id]

    return read


def read_words(image: bytes) -> Drawn:
    """Return what the default OCR engine reads in an encoded picture. Raises RecordError where it is none."""
    try:
        with Image.open(io.BytesIO(image)) as opened:
            rgb = opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise RecordError("image_unreadable", f"no words can be read in it: {error}") from error
    held = io.BytesIO()
    rgb.save(held, "PNG", compress_level=1)
    return Drawn(_engine().read(held.getvalue()), *rgb.size)


@functools.cache
def _engine() -> ocr.OcrEngine:
    return ocr.load_engine("rapidocr")


def _line(pair_id: str, drawn: Drawn) -> str:
    boxes = [
        {"text": box.text} | {name: round(float(getattr(box, name)), 4) for name in _NUMBERS}
        for box in drawn.boxes
    ]
    return json.dumps({"pair_id": pair_id, "width": drawn.width, "height": drawn.height, "boxes": boxes})


_NUMBERS = ("confidence", "x0", "y0", "x1", "y1")
