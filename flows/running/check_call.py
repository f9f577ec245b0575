"""Refuses a wrong call at once, before a server starts or a paper is read."""

from collections.abc import Sequence
from pathlib import Path

from curation.classes import check_classifier, read_labels
from extractors import latex
from flows.build_options import BuildOptions
from flows.stages import classify, embed, look
from flows.stages.ocr import engine_identity
from flows.stages.thresholds import duplicate_parameters
from runtime.storage import is_s3, place_of
from schemas.errors import UserError
from schemas.pair import selection
from warehouse.place import prepare, warehouse_path
from warehouse.releases import check_version


def check_call(
    inputs: Sequence[str], warehouse: str, metadata: str | None, version: str | None, options: BuildOptions
) -> None:
    """Return when the build can start.

    Raises:
        UserError: a path is missing, an engine is unknown or lacks its models, a folder holds no classifier, the
            shares do not add up, or the warehouse cannot be written to; the message says what to do.
    """
    if not inputs:
        raise UserError("no input given: name archives, packages or folders of papers")
    for name in (*inputs, *([metadata] if metadata else []), *options.decontaminate):
        _check_path(name)
    if metadata is not None and not is_s3(metadata) and not Path(metadata).expanduser().is_file():
        raise UserError(f"metadata {metadata} is no file: name one with a JSON object on every line")
    shares = options.train_share + options.validation_share + options.test_share
    if abs(shares - 1) > 1e-6:
        raise UserError(f"the shares of train, validation and test add up to {shares:g}, not 1")
    engine_identity(options)
    embed.device(options)
    look.parameters(options)
    classify.parameters(options)
    if options.class_model is not None:
        check_classifier(look.model_folder(options))
    selection(options.classes, options.image_types)
    if options.render_drawings and latex.engine_identity() is None:
        raise UserError(
            "no TeX engine is installed to render drawings with; on Debian: apt-get install texlive-latex-extra "
            "texlive-pictures, or leave --render-drawings out"
        )
    if options.task_runner == "dask" and not options.dask_address:
        raise UserError("the task runner dask needs a cluster: set DASK_ADDRESS, as in tcp://host:8786")
    if options.task_runner == "ray" and not options.ray_address:
        raise UserError("the task runner ray needs a cluster: set RAY_ADDRESS, as in ray://host:10001")
    duplicate_parameters(options)
    if options.labels is not None:
        read_labels(Path(options.labels))
    if options.metrics_dir is not None and not Path(options.metrics_dir).expanduser().is_dir():
        raise UserError(f"metrics folder {options.metrics_dir} does not exist")
    root = warehouse_path(warehouse)
    prepare(root)
    if version is not None:
        check_version(root, version)


def _check_path(name: str) -> None:
    if is_s3(name):
        place_of(name)  # whether it is there shows when it is listed
        return
    try:
        there = Path(name).expanduser().exists()
    except (OSError, RuntimeError) as error:
        raise UserError(f"{name[:200]}: {error}") from error
    if not there:
        raise UserError(f"{name} does not exist")
