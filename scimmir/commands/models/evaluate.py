"""`scimmir evaluate`: how well a model finds captions for images, and images for captions."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import UserError
from scimmir.terminal import WAREHOUSE, DeviceOption, WarehouseOption


class Pool(StrEnum):
    """Among which pairs a query's own is looked for."""

    test = "test"
    all = "all"


def evaluate(
    model: Annotated[
        str,
        typer.Option(
            help="onnx:<folder>, open_clip:<model>/<tag or file>, open_clip:<folder>, transformers:<name or folder>."
        ),
    ],
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[
        str | None, typer.Option(help="Release to evaluate on; the latest by default.")
    ] = None,
    dataset: Annotated[
        Path | None,
        typer.Option(help="Folder of Parquet in the published SciMMIR columns, instead of a release."),
    ] = None,
    pool: Annotated[
        list[Pool] | None, typer.Option(help="Candidates: the test split (default) or all; repeat for both.")
    ] = None,
    ocr: Annotated[
        bool, typer.Option("--ocr", help="Also score images together with their OCR text.")
    ] = False,
    rerank: Annotated[
        int,
        typer.Option(
            min=0,
            help="Also put the first so many candidates in the order of the model's matching head (BLIP).",
        ),
    ] = 0,
    training: Annotated[
        str,
        typer.Option(help="What the model is, for the results: zero-shot, fine-tuned, or fine-tuned:<part>."),
    ] = "zero-shot",
    device: DeviceOption = "auto",
    output: Annotated[
        Path | None, typer.Option(help="Folder to write; in the warehouse's evaluations/ by default.")
    ] = None,
) -> None:
    """Score a model on SciMMIR's retrieval task: MRR and Hits@k in both directions, by class."""
    from curation.embeddings import embedder_device
    from evaluation.results import markdown
    from schemas.retrieval import training_name
    from scimmir.jobs.evaluate import evaluate_retrieval
    from scimmir.jobs.retrieval_scores import Settings
    from warehouse.place import prepare, readable_warehouse, warehouse_path
    from warehouse.versions import wanted_release

    if release is not None and dataset is not None:
        raise UserError("give either --release or --dataset")
    root = readable_warehouse(warehouse, release) if dataset is None else warehouse_path(warehouse)
    if dataset is None:
        version = wanted_release(root, release).version
        source, name = root / "releases" / version, version
    else:
        prepare(root)
        source, name = dataset, dataset.resolve().name
    settings = Settings(
        model=model,
        pools=tuple(dict.fromkeys(str(one) for one in pool or [Pool.test])),
        ocr=ocr,
        training=training_name(training),
        rerank=rerank,
    )
    where = embedder_device(model, device)
    found = evaluate_retrieval(
        source, warehouse=root, settings=settings, output=output, name=name, device=where
    )
    typer.echo(markdown(found.rows), nl=False)
    if found.rejects:
        typer.echo(f"\n{len(found.rejects)} pairs were left out, see rejects.parquet")
    typer.echo(f"\nresults, plots and confusions: {found.folder}")
