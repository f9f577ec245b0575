"""What the commands share: options of one name and meaning, and keeping Prefect's own log off the terminal."""

import os
from pathlib import Path
from typing import Annotated

import typer

from runtime.devices import Wanted

WAREHOUSE = Path("warehouse-data")
WarehouseOption = Annotated[
    Path, typer.Option("--warehouse", "-w", envvar="SCIMMIR_WAREHOUSE", help="Folder of stages and releases.")
]

DeviceOption = Annotated[
    Wanted, typer.Option(help="Where the model runs: auto takes a GPU where its library can use one.")
]

ClassOption = Annotated[
    list[str] | None, typer.Option("--class", help="Only pairs of this class; repeat for more.")
]
TypeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--image-type",
        help="Of figures only those of this image type or group (plot, drawing, picture, print); repeat for more.",
    ),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Only this part of the pairs: figure, table, a class, an image type or group; repeat for more.",
    ),
]


def quiet_prefect() -> None:
    """Keep Prefect's own log off the terminal: what matters of it comes back as this command's error."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # Its own server, where none is configured, makes its database at the first start, which can take a while.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
