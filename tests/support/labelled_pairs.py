"""Floats of five classes in a few words, and pictures as files, from which small classifiers are learnt."""

import io

import numpy as np
from PIL import Image, ImageDraw

from curation.classes import Example
from curation.classes.terms import Terms, terms_of, texts_of
from schemas.floats import Float

WORDS = {
    "fig_architecture": "flowchart of the pipeline and its modules",
    "fig_illustration": "photograph of the harbour seen from the pier",
    "fig_result": "comparison of measured and predicted wind speed",
    "table_result": "accuracy of all methods",
    "table_parameter": "hyperparameters and their values",
}
TYPES = {"fig_architecture": "diagram", "fig_illustration": "photo", "fig_result": "line"}


def a_float(kind: str, caption: str, table_text: str | None = None) -> Float:
    return Float(
        pair_id=f"arxiv:2401.00001:{kind}-2",
        paper_key="arxiv:2401.00001",
        kind=kind,
        number="2",
        ref_keys=(),
        caption=caption,
        caption_raw=caption,
        mentions=(f"{kind.capitalize()} 2 shows it.",),
        graphics=(),
        table_text=table_text,
        source_file="main.tex",
        snippet="",
    )


def terms(item: Float) -> Terms:
    """The terms of a float for which no particular rule holds."""
    return terms_of(item.kind, texts_of(item), "any")


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def examples() -> list[Example]:
    """Return twelve examples of each class, two a paper, whose words and numbers tell the class with some noise."""
    draw = np.random.default_rng(5)
    found = []
    for place, (name, words) in enumerate(WORDS.items()):
        kind = "figure" if name.startswith("fig_") else "table"
        for number in range(12):
            item = a_float(kind, f"{words} {'abcdefghijkl'[number]}")
            found.append(
                Example(
                    pair_id=f"{name}-{number}",
                    paper=f"paper-{number // 2}",
                    kind=kind,
                    terms=terms(item),
                    dense=dense(kind, place, draw),
                    subcategory=name,
                    image_type=TYPES.get(name),
                    panels=1 + number % 2,
                )
            )
    return found


def dense(kind: str, place: int, draw: np.random.Generator) -> dict[str, np.ndarray]:
    """Return noise as each dense input, and as a figure's picture numbers that tell its class."""
    found = {"signals": draw.normal(size=64 if kind == "figure" else 28)}
    found |= {f"meaning_{name}": draw.normal(size=8) for name in ("caption", "sentences")}
    if kind == "table":
        found["grid"] = draw.normal(size=34)
    else:
        found["picture"] = draw.normal(size=12) + 2 * np.eye(12)[place]
        found |= {f"picture.{name}": draw.normal(size=6) for name in ("early", "late", "texture")}
    return {name: values.astype(np.float32) for name, values in found.items()}


def flowchart() -> bytes:
    picture = Image.new("RGB", (480, 320), "white")
    draw = ImageDraw.Draw(picture)
    for column in range(3):
        for row in range(2):
            draw.rectangle(
                (30 + 150 * column, 40 + 140 * row, 130 + 150 * column, 110 + 140 * row),
                outline="black",
                width=2,
            )
        draw.line((80 + 150 * column, 110, 80 + 150 * column, 180), fill="black", width=2)
    return png(picture)
