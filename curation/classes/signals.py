"""What a float shows without being read: counts and shares of its caption, its place and its table."""

import re

import numpy as np
import numpy.typing as npt

from curation.classes.features import TABLE_CHARS, table_features
from schemas.floats import Float

Array = npt.NDArray[np.float32]

_PANEL_MARKS = re.compile(r"\([a-h]\)|\b[A-H]\)")
_PANEL_WORDS = re.compile(r"\b(?:left|right|top|bottom|panels?|middle|upper|lower)\b", re.IGNORECASE)
_PLOT_WORDS = re.compile(
    r"\b(?:red|blue|green|black|dashed|dotted|solid|lines?|curves?|circles?|colou?rs?|gr[ea]y)\b",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"\bfrom \[|taken from|adapted|courtesy|credit", re.IGNORECASE)
_LEADING_NUMBER = re.compile(r"[A-Z]?\.?(\d+)")


def text_signals(item: Float, origin: str) -> Array:
    """Return what caption, place and table show as float32 of shape (28,).

    `origin` is how the image came about: file, composed, typeset.
    """
    number, caption = item.number or "", item.caption
    leading = _LEADING_NUMBER.match(number)
    place = int(leading.group(1)) if leading else 0
    values = [
        min(place, 20) / 10,
        *(place == nth for nth in (1, 2, 3, 0)),
        np.log1p(len(caption)),
        np.log1p(len(item.mentions)),
        item.panel is not None,
        item.parent_caption is not None,
        origin == "composed",
        origin == "typeset",
        len(_PANEL_MARKS.findall(caption)) / 4,
        sum(letter.isdigit() for letter in caption) / (len(caption) + 5),
        len(_PANEL_WORDS.findall(caption)),
        len(_PLOT_WORDS.findall(caption)),
        _CREDIT.search(caption) is not None,
        number[:1].isalpha(),
        "append" in (item.label or "").lower(),
        *_table_signals(item.table_text or ""),
    ]
    return np.array(values, dtype=np.float32)


def _table_signals(text: str) -> list[float]:
    table = table_features(text)
    rows = text[:TABLE_CHARS].split("\n")[1:]
    cells = [cell for row in rows for cell in row.split("\t") if cell.strip()]
    count = max(1, len(cells))
    return [
        float(np.log1p(table.rows)),
        float(np.log1p(table.columns)),
        table.numeric_share,
        table.plus_minus_share,
        sum(map(len, cells)) / count,
        sum("." in cell and any(map(str.isdigit, cell)) for cell in cells) / count,
        sum("%" in cell for cell in cells) / count,
        sum(cell.strip().isdigit() for cell in cells) / count,
        sum(len(cell.split()) > 4 for cell in cells) / count,
        float(not cells),
    ]
