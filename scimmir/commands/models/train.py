"""`scimmir train`: a CLIP model of one's own from a release, or a standard one fine-tuned on it."""

from pathlib import Path
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, ClassOption, OnlyOption, TypeOption, WarehouseOption
from training.small_clip import NAME
from training.train import TrainParameters

PARAMETERS = TrainParameters()


def train(
    output: Annotated[Path, typer.Argument(help="Folder to write, for --embedder onnx:FOLDER.")],
    release: Annotated[
        str | None, typer.Option(help="Release whose train split is learnt; the latest by default.")
    ] = None,
    shards: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of WebDataset shards to learn instead; repeat to mix several."),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(help="Shares of the folders of shards, such as 3,1; by default as many as each holds."),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Pictures seen in all, drawn from the shards by their shares.")
    ] = None,
    triplets: Annotated[
        Path | None,
        typer.Option(help="Folder of triplets to learn instead, pairs beside their hard negatives."),
    ] = None,
    only: OnlyOption = None,
    only_class: ClassOption = None,
    only_type: TypeOption = None,
    warehouse: WarehouseOption = WAREHOUSE,
    model: Annotated[
        str, typer.Option(help=f"{NAME}, or an open_clip architecture such as ViT-B-32.")
    ] = NAME,
    pretrained: Annotated[
        str | None, typer.Option(help="Weights to begin from: open_clip's tag or a local file.")
    ] = None,
    work: Annotated[Path | None, typer.Option(help="Folder of shards, logs and checkpoints.")] = None,
    epochs: Annotated[int, typer.Option(min=1)] = PARAMETERS.epochs,
    copies: Annotated[int, typer.Option(min=1, help="Distorted copies of each pair in one epoch.")] = 4,
    batch_size: Annotated[int, typer.Option(min=2)] = PARAMETERS.batch_size,
    lr: Annotated[float, typer.Option(help="Peak learning rate.")] = PARAMETERS.lr,
    warmup: Annotated[int, typer.Option(help="Steps until the peak.")] = PARAMETERS.warmup,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option()] = PARAMETERS.seed,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the work folder's checkpoint.")
    ] = False,
) -> None:
    """Train a CLIP model on a release, on the CPU or a GPU; open_clip's program does it."""
    from schemas.pair import selection
    from training.job import Material, train_model
    from training.mixing import weighted
    from training.train import usable_device
    from warehouse.place import readable_warehouse
    from warehouse.versions import wanted_release

    folder = None
    if not shards and triplets is None:
        root = readable_warehouse(warehouse, release)
        folder = root / "releases" / wanted_release(root, release).version
    device = usable_device(device)
    parameters = TrainParameters(
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        warmup=warmup,
        seed=seed,
        device=device,
        resume=resume,
    )
    work = work or output.with_name(f"{output.name}-work")
    typer.echo(f"training {model} on {device}; its log is {work / 'train.log'}")
    count = train_model(
        output,
        Material(
            release=folder,
            triplets=triplets,
            shards=weighted(shards or (), weights),
            samples=samples,
            copies=copies,
            wanted=selection(only_class or (), only_type or (), only=only or ()),
        ),
        model=model,
        work=work,
        pretrained=pretrained,
        parameters=parameters,
    )
    times = "1 epoch" if epochs == 1 else f"{epochs} epochs"
    typer.echo(f"wrote {output}: {times} of {count} pictures; use it by --embedder onnx:{output}")
    part = f":{','.join(only)}" if only else ""
    typer.echo(f"what it is worth: scimmir evaluate --model onnx:{output} --training fine-tuned{part}")
