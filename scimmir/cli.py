"""The command `scimmir`: a thin layer over the flow and the warehouse."""

import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from flows.build_options import BuildOptions
from runtime.logs import log_to, logs_json, without_secrets
from schemas.errors import UserError
from scimmir import __version__
from scimmir.backfill_command import backfill
from scimmir.clean_command import clean
from scimmir.config_command import config
from scimmir.diff_command import diff
from scimmir.doctor_command import doctor
from scimmir.evaluate_command import evaluate
from scimmir.evaluate_ocr_command import evaluate_ocr
from scimmir.export_command import export
from scimmir.fetch_command import fetch
from scimmir.serve_command import serve
from scimmir.settings import defaults_of_commands, load_settings
from scimmir.terminal import quiet_prefect
from scimmir.train_command import train
from scimmir.verify_command import verify

app = typer.Typer(
    name="scimmir",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
DEFAULTS = BuildOptions()
WAREHOUSE = Path("warehouse-data")

WarehouseOption = Annotated[
    Path, typer.Option("--warehouse", "-w", envvar="SCIMMIR_WAREHOUSE", help="Folder of stages and releases.")
]


class Format(StrEnum):
    """How query results are printed."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scimmir {__version__}")
        raise typer.Exit


@app.callback()
def about(
    context: typer.Context,
    config_file: Annotated[
        Path | None, typer.Option("--config", help="Settings file (TOML); ./scimmir.toml by default.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="Log as text or as JSON lines: json.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Build clean, versioned scientific image-text datasets, and ask them questions in SQL."""
    context.obj = load_settings(file=config_file, log_format=log_format)
    if context.obj.settings.log_format == "json":
        log_to(kind="json")
    names = [
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    ]
    context.default_map = defaults_of_commands(context.obj, names)


@app.command()
def build(
    inputs: Annotated[
        list[Path], typer.Argument(help="Archives, packages, .nxml files, or folders of them.")
    ],
    warehouse: WarehouseOption = WAREHOUSE,
    metadata: Annotated[
        Path | None, typer.Option(help="arXiv metadata as JSON lines (Kaggle snapshot).")
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="Name of the release; derived from its content by default.")
    ] = None,
    max_side: Annotated[int, typer.Option(help="Longest side of images in pixels.")] = DEFAULTS.max_side,
    render_drawings: Annotated[
        bool, typer.Option("--render-drawings", help="Render figures drawn in TeX with an installed engine.")
    ] = DEFAULTS.render_drawings,
    ocr_engine: Annotated[str, typer.Option(help="rapidocr, easyocr or none.")] = DEFAULTS.ocr_engine,
    ocr_model_dir: Annotated[Path | None, typer.Option(help="Folder of EasyOCR's weights.")] = None,
    embedder: Annotated[
        str,
        typer.Option(help="clip, descriptor, onnx:<folder>, or open_clip:<model>/<tag or local checkpoint>."),
    ] = DEFAULTS.embedder,
    labels: Annotated[
        Path | None, typer.Option(help="CSV of classes by hand; the release states how its own agree.")
    ] = None,
    near_duplicate_threshold: Annotated[
        float | None, typer.Option(help="Cosine similarity of near duplicates, for this embedder.")
    ] = None,
    thresholds: Annotated[
        Path | None, typer.Option(help="Thresholds that `scimmir calibrate` wrote for this embedder.")
    ] = None,
    decontaminate: Annotated[
        list[Path] | None,
        typer.Option(help="Image set to keep out: folder, Parquet or WebDataset tar; repeat for more."),
    ] = None,
    license_policy: Annotated[
        str,
        typer.Option(help="Images to keep: research (all, for private use), redistributable or commercial."),
    ] = DEFAULTS.license_policy,
    train_share: Annotated[float, typer.Option(help="Share of papers in train.")] = DEFAULTS.train_share,
    validation_share: Annotated[
        float, typer.Option(help="Share of papers in validation.")
    ] = DEFAULTS.validation_share,
    test_share: Annotated[float, typer.Option(help="Share of papers in test.")] = DEFAULTS.test_share,
    workers: Annotated[int, typer.Option(help="Processes at work at once.")] = DEFAULTS.workers,
    task_runner: Annotated[str, typer.Option(help="threads, dask or ray.")] = DEFAULTS.task_runner,
    dask_address: Annotated[
        str | None, typer.Option(envvar="DASK_ADDRESS", help="Scheduler of the Dask cluster.")
    ] = None,
    ray_address: Annotated[
        str | None, typer.Option(envvar="RAY_ADDRESS", help="Address of the Ray cluster.")
    ] = None,
    papers_per_shard: Annotated[
        int, typer.Option(help="Papers stored together, on average.")
    ] = DEFAULTS.papers_per_shard,
    paper_timeout_s: Annotated[float, typer.Option(help="Seconds for one paper.")] = DEFAULTS.paper_timeout_s,
    image_timeout_s: Annotated[float, typer.Option(help="Seconds for one image.")] = DEFAULTS.image_timeout_s,
    log_format: Annotated[str, typer.Option(help="Log as text or json.")] = DEFAULTS.log_format,
    metrics_dir: Annotated[
        Path | None, typer.Option(help="Folder for metrics.prom besides the warehouse, for node_exporter.")
    ] = None,
) -> None:
    """Build a release from archives of papers; what an earlier build made is used again."""
    options = BuildOptions(
        max_side=max_side,
        render_drawings=render_drawings,
        ocr_engine=ocr_engine,
        ocr_model_dir=str(ocr_model_dir) if ocr_model_dir else None,
        embedder=embedder,
        labels=str(labels) if labels else None,
        near_duplicate_threshold=near_duplicate_threshold,
        thresholds=str(thresholds) if thresholds else None,
        decontaminate=tuple(str(path) for path in decontaminate or ()),
        license_policy=license_policy,  # type: ignore[arg-type]  # pydantic checks it
        train_share=train_share,
        validation_share=validation_share,
        test_share=test_share,
        workers=workers,
        task_runner=task_runner,  # type: ignore[arg-type]  # pydantic checks it
        dask_address=dask_address,
        ray_address=ray_address,
        papers_per_shard=papers_per_shard,
        paper_timeout_s=paper_timeout_s,
        image_timeout_s=image_timeout_s,
        log_format=log_format,  # type: ignore[arg-type]  # pydantic checks it
        metrics_dir=str(metrics_dir) if metrics_dir else None,
    )
    log_to(kind=log_format)
    from flows.check_call import check_call  # imports the engines' modules

    names = [str(path) for path in inputs]
    check_call(names, str(warehouse), str(metadata) if metadata else None, version, options)
    quiet_prefect()
    from flows.build_scimmir import build_scimmir  # starts Prefect: seconds

    folder = build_scimmir(names, str(warehouse), str(metadata) if metadata else None, version, options)
    from flows.join_release import release_summary

    typer.echo(release_summary(Path(folder)))


# SQL may begin with a comment, which looks like an option.
@app.command(context_settings={"ignore_unknown_options": True})
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT statement, in DuckDB's SQL.")],
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to ask; the latest by default.")] = None,
    format: Annotated[Format, typer.Option(help="How to print the result.")] = Format.table,
    max_rows: Annotated[int, typer.Option(min=1, help="Rows to print at most as a table.")] = 100,
) -> None:
    """Run SQL over a release, read-only."""
    from warehouse import query as queries
    from warehouse.lake import readable_warehouse

    limit = max_rows if format is Format.table else None
    result = queries.run_query(readable_warehouse(warehouse, release), sql, release=release, max_rows=limit)
    if format is Format.csv:
        typer.echo(queries.csv_text(result), nl=False)
    elif format is Format.json:
        typer.echo(queries.json_text(result))
    elif format is Format.parquet:
        sys.stdout.buffer.write(queries.parquet_bytes(result))
    else:
        console = Console()
        console.print(queries.rich_view(result, width=console.width))


@app.command()
def calibrate(
    output: Annotated[Path, typer.Argument(help="File to write, for `scimmir build --thresholds`.")],
    embedder: Annotated[str, typer.Option(help="Embedder as in `scimmir build`.")] = DEFAULTS.embedder,
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to learn from; the latest by default.")] = None,
    pictures: Annotated[int, typer.Option(min=50, help="Pairs of the release that are copied.")] = 600,
    workers: Annotated[int, typer.Option(help="Processes at work at once.")] = DEFAULTS.workers,
) -> None:
    """Find an embedder's thresholds from copies and look-alikes of a release's pairs."""
    log_to()
    from flows.calibrate_thresholds import calibrate_thresholds, calibration_summary
    from warehouse.lake import readable_warehouse
    from warehouse.query import wanted_release

    root = readable_warehouse(warehouse, release)
    folder = root / "releases" / wanted_release(root, release).version
    found = calibrate_thresholds(folder, embedder=embedder, output=output, pictures=pictures, workers=workers)
    typer.echo(calibration_summary(found))


@app.command()
def catalog(warehouse: WarehouseOption = WAREHOUSE) -> None:
    """Write catalog.duckdb anew, after the warehouse was moved or a release deleted."""
    from warehouse.catalog import rebuild
    from warehouse.lake import readable_warehouse

    typer.echo(f"wrote {rebuild(readable_warehouse(warehouse))}")


app.command()(backfill)
app.command()(train)
app.command()(evaluate)
app.command()(verify)
app.command()(clean)
app.command()(config)
app.command()(doctor)
app.command()(diff)
app.command()(evaluate_ocr)
app.command()(export)
app.command()(fetch)
app.command()(serve)


def main() -> None:
    """Run the command line; an error that the user can mend is one sentence and exit code 1."""
    sentence = _run()
    # Only here, where the error's traceback is gone, with the library objects that it kept alive.
    if sentence is not None:
        if logs_json():
            logging.getLogger("scimmir").error(sentence)
        else:
            typer.echo(f"scimmir: {without_secrets(sentence)}", err=True)
        raise SystemExit(1)


def _run() -> str | None:
    try:
        app()
    except UserError as error:
        return str(error)
    except ValidationError as error:
        first = error.errors()[0]
        return f"option --{'.'.join(str(part) for part in first['loc']).replace('_', '-')}: {first['msg']}"
    except OSError as error:
        return f"{error.filename or 'input/output'}: {error.strerror or error}"
    except KeyboardInterrupt:
        return "stopped; the next build goes on from here"
    return None
