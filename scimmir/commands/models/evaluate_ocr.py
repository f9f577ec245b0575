"""`scimmir evaluate-ocr`: character and cell errors of OCR engines on tables whose source text is known."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption


class Engine(StrEnum):
    """An OCR engine to run anew."""

    rapidocr = "rapidocr"
    easyocr = "easyocr"


def evaluate_ocr(
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[
        str | None, typer.Option(help="Release with the tables; the latest by default.")
    ] = None,
    engine: Annotated[
        list[Engine] | None,
        typer.Option(
            help="Engine to run on the images, repeat for more; by default the release's own OCR counts."
        ),
    ] = None,
    tables: Annotated[
        int | None, typer.Option(min=1, help="Tables to take, spread over the release.")
    ] = None,
    ocr_model_dir: Annotated[Path | None, typer.Option(help="Folder of EasyOCR's weights.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes at work at once.")] = 2,
    output: Annotated[Path | None, typer.Option(help="Parquet file to write, a row for each table.")] = None,
) -> None:
    """Measure how well OCR reads tables, by class and by size."""
    from evaluation.ocr_quality import markdown
    from extractors.ocr import OcrParameters
    from scimmir.jobs.evaluate_ocr import OcrSettings
    from scimmir.jobs.evaluate_ocr import evaluate_ocr as run
    from warehouse.place import readable_warehouse
    from warehouse.versions import wanted_release

    root = readable_warehouse(warehouse, release)
    parameters = OcrParameters(model_dir=str(ocr_model_dir)) if ocr_model_dir else OcrParameters()
    settings = OcrSettings(
        engines=tuple(dict.fromkeys(str(one) for one in engine or ())),
        tables=tables,
        parameters=parameters,
        workers=workers,
    )
    rows = run(root / "releases" / wanted_release(root, release).version, settings=settings, output=output)
    typer.echo(markdown(rows), nl=False)
