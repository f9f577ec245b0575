"""`scimmir calibrate`: an embedder's thresholds, measured on a release's own pairs."""

from pathlib import Path
from typing import Annotated

import typer

from flows.build_options import BuildOptions
from runtime.logs import log_to
from scimmir.terminal import WAREHOUSE, DeviceOption, WarehouseOption

DEFAULTS = BuildOptions()


def calibrate(
    output: Annotated[Path, typer.Argument(help="File to write, for `scimmir build --thresholds`.")],
    embedder: Annotated[str, typer.Option(help="Embedder as in `scimmir build`.")] = DEFAULTS.embedder,
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to learn from; the latest by default.")] = None,
    pictures: Annotated[int, typer.Option(min=50, help="Pairs of the release that are copied.")] = 600,
    device: DeviceOption = "auto",
    workers: Annotated[int, typer.Option(help="Processes at work at once.")] = DEFAULTS.workers,
) -> None:
    """Find an embedder's thresholds from copies and look-alikes of a release's pairs."""
    log_to()
    from curation.embeddings import embedder_device
    from scimmir.jobs.calibrate import calibrate_thresholds, calibration_summary
    from warehouse.place import readable_warehouse
    from warehouse.versions import wanted_release

    root = readable_warehouse(warehouse, release)
    folder = root / "releases" / wanted_release(root, release).version
    where = embedder_device(embedder, device)
    found = calibrate_thresholds(
        folder, embedder=embedder, output=output, pictures=pictures, workers=workers, device=where
    )
    typer.echo(calibration_summary(found))
