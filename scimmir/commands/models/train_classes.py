"""`scimmir train-classes`: the classifier of classes and image types, learnt from labelled pairs."""

from pathlib import Path
from typing import Annotated

import typer

from runtime.logs import log_to


def train_classes(
    folders: Annotated[list[Path], typer.Argument(help="Folders of releases that hold the labelled pairs.")],
    labels: Annotated[
        list[Path],
        typer.Option(
            help="CSV file of labels: pair_id, subcategory, and image_type and panels where known; once for each "
            "file, a later one overrules an earlier one."
        ),
    ],
    output: Annotated[Path, typer.Option(help="Folder to write, for `scimmir build --class-model`.")],
    ocr: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps the words drawn in figures, so that they are learnt from: those neither there "
            "nor in a release are read by OCR. Without it, the releases' alone."
        ),
    ] = None,
) -> None:
    """Learn the classifier of classes and image types from labelled pairs of releases."""
    log_to()
    from scimmir.jobs.train_classes import learnt_summary, train_classes

    typer.echo(learnt_summary(train_classes(folders, labels, output, ocr=ocr)))
