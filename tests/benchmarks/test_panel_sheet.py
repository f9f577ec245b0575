"""The sheet of figures that a release cut up: which ones are on it, and what is drawn on them."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from benchmarks.panels.sheet import contact_sheet, split_figures


def release(folder: Path) -> Path:
    """Return a release of a figure that was cut up and one that was not."""
    file = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(file, "PNG")
    whole = {"parent_id": None, "panel": None, "panel_box": None, "panel_confidence": None}
    panel = {"pair_id": "p", "parent_id": "cut", "panel_confidence": 0.9, "image": {"bytes": file.getvalue()}}
    rows = [
        {"pair_id": name, **whole, "image": {"bytes": file.getvalue()}} for name in ("cut", "left_whole")
    ] + [
        {**panel, "panel": "A", "panel_box": [0.0, 0.0, 0.5, 1.0]},
        {**panel, "panel": "B", "panel_box": [0.5, 0.0, 1.0, 1.0]},
    ]
    (folder / "pairs" / "train").mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / "pairs" / "train" / "0.parquet")
    return folder


def test_sheet_of_a_release(tmp_path: Path) -> None:
    figures = split_figures([release(tmp_path)], 100, seed=1)

    assert [(figure.title, [panel.label for panel in figure.panels]) for figure in figures] == [
        ("cut", ["A", "B"])
    ]
    drawn = np.asarray(contact_sheet(figures, 1, 480))
    assert drawn.shape == (480, 480, 3)
    assert ((drawn == (214, 39, 40)).all(axis=2).any(), (drawn == (31, 119, 180)).all(axis=2).any()) == (
        True,
        True,
    )
