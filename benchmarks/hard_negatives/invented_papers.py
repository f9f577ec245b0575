"""A release of invented papers whose captions say what is drawn: the small model knows their kind, none of them."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from benchmarks.invented.papers import packed
from samples.invented import Invented, invent

INVENTED = "invented"  # the release
FIGURES = 4  # of a paper
FIRST = 70_000_000  # number of the first figure; the shipped model learnt others
WIDTH = 400  # pixels
_SPECIAL = re.compile(r"([&%$#_{}])")
_TITLES = ("Measurements", "Observations", "Models", "Trials", "Surveys", "Simulations", "Records")


def build_release(folder: Path, papers: int) -> Path:
    """Write papers of figures, build them without OCR, and return the warehouse.

    Raises:
        CalledProcessError: the build failed.
    """
    inputs = folder / "papers"
    inputs.mkdir(parents=True)
    drawn = figures()
    for number in range(1, papers + 1):
        made = _paper(number, list(islice(drawn, FIGURES)))
        (inputs / f"2601.{number:05d}v1.tar.gz").write_bytes(made)
    warehouse = folder / "warehouse"
    command = [sys.executable, "-m", "scimmir", "build", str(inputs), "--warehouse", str(warehouse)]
    options = ["--ocr-engine", "none", "--version", INVENTED]
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    return warehouse


def figures() -> Iterator[Invented]:
    """Yield invented figures, no tables."""
    for number in count(FIRST):
        made = invent(number, width=WIDTH)
        if made.subcategory.startswith("fig_"):
            yield made


def _paper(number: int, made: list[Invented]) -> bytes:
    files: dict[str, bytes] = {}
    floats = []
    for place, figure in enumerate(made, 1):
        held = io.BytesIO()
        figure.image.save(held, "PNG", compress_level=1)
        files[f"f{place}.png"] = held.getvalue()
        caption = _SPECIAL.sub(r"\\\1", figure.caption)
        floats.append(
            f"\\begin{{figure}}\\includegraphics{{f{place}.png}}\\caption{{{caption}}}\\end{{figure}}"
        )
    title = f"{_TITLES[number % len(_TITLES)]} of series {number}"
    body = "\n".join(floats)
    text = (
        "\\documentclass{article}\\usepackage{graphicx}\n"
        f"\\title{{{title}}}\\begin{{document}}\\maketitle\n{body}\n\\end{{document}}\n"
    )
    files["main.tex"] = text.encode()
    return packed(files)
