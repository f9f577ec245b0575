"""Floats of five classes in a few words, and pictures as files, from which small classifiers are learnt."""

import io

from PIL import Image

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


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
