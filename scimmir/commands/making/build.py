"""`scimmir build`: a release from archives of papers."""

from pathlib import Path
from typing import Annotated

import typer

from flows.build_options import BuildOptions
from runtime.logs import log_to
from scimmir.terminal import WAREHOUSE, ClassOption, DeviceOption, TypeOption, WarehouseOption, quiet_prefect

DEFAULTS = BuildOptions()


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
    panels: Annotated[
        str, typer.Option(help="Panels to cut out of compound figures: none, lettered or all.")
    ] = DEFAULTS.panels,
    ocr_engine: Annotated[str, typer.Option(help="rapidocr, easyocr or none.")] = DEFAULTS.ocr_engine,
    ocr_kinds: Annotated[
        str, typer.Option(help="Whose images OCR reads: table, figure or both.")
    ] = DEFAULTS.ocr_kinds,
    ocr_model_dir: Annotated[Path | None, typer.Option(help="Folder of EasyOCR's weights.")] = None,
    embedder: Annotated[
        str,
        typer.Option(
            help="clip, small, descriptor, onnx:<folder>, transformers:<name>, open_clip:<model>/<tag or file>."
        ),
    ] = DEFAULTS.embedder,
    device: DeviceOption = DEFAULTS.device,
    class_model: Annotated[
        Path | None,
        typer.Option(
            help="Folder of a classifier that `scimmir train-classes` wrote; the shipped one by default."
        ),
    ] = None,
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
    only_class: ClassOption = None,
    only_type: TypeOption = None,
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
        panels=panels,  # type: ignore[arg-type]  # pydantic checks it
        ocr_engine=ocr_engine,
        ocr_kinds=ocr_kinds,  # type: ignore[arg-type]  # pydantic checks it
        ocr_model_dir=str(ocr_model_dir) if ocr_model_dir else None,
        embedder=embedder,
        device=device,
        class_model=str(class_model) if class_model else None,
        labels=str(labels) if labels else None,
        near_duplicate_threshold=near_duplicate_threshold,
        thresholds=str(thresholds) if thresholds else None,
        decontaminate=tuple(str(path) for path in decontaminate or ()),
        classes=tuple(only_class or ()),
        image_types=tuple(only_type or ()),
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
    from flows.running.check_call import check_call  # imports the engines' modules
    from runtime.attempt import start_fork_server

    names = [str(path) for path in inputs]
    check_call(names, str(warehouse), str(metadata) if metadata else None, version, options)
    quiet_prefect()
    if task_runner == "threads":
        start_fork_server()  # while Prefect starts
    from flows.build_scimmir import build_scimmir  # starts Prefect: seconds

    folder = build_scimmir(names, str(warehouse), str(metadata) if metadata else None, version, options)
    from flows.release import release_summary

    typer.echo(release_summary(Path(folder)))
