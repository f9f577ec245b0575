"""`scimmir compare-sources`: what training sources are worth, each with equally many samples, on the same tasks."""

from pathlib import Path
from typing import Annotated

import typer

from training.small_clip import NAME
from training.train import TrainParameters

PARAMETERS = TrainParameters()


def compare_sources(
    output: Annotated[Path, typer.Argument(help="Folder to write; what is there of the same run is kept.")],
    condition: Annotated[
        list[str],
        typer.Option(
            help="NAME=FOLDER,FOLDER: shards that one model learns, the first the baseline; repeat."
        ),
    ],
    task: Annotated[
        list[Path],
        typer.Option(help="Folder of a task in clip_benchmark's WebDataset layout; repeat for more."),
    ],
    samples: Annotated[int, typer.Option(min=2, help="Pictures that each model sees in all.")],
    model: Annotated[
        str, typer.Option(help=f"{NAME}, or an open_clip architecture such as ViT-B-32.")
    ] = NAME,
    epochs: Annotated[int, typer.Option(min=1, help="Into how many rounds the samples are cut.")] = 1,
    batch_size: Annotated[int, typer.Option(min=2)] = PARAMETERS.batch_size,
    lr: Annotated[float, typer.Option(help="Peak learning rate.")] = PARAMETERS.lr,
    warmup: Annotated[int, typer.Option(help="Steps until the peak.")] = PARAMETERS.warmup,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    seed: Annotated[int, typer.Option()] = PARAMETERS.seed,
) -> None:
    """Train a model on each mixture of sources, with equal samples, and compare them on tasks."""
    from evaluation.source_comparison import markdown
    from scimmir.jobs.compare_sources import ComparisonSettings
    from scimmir.jobs.compare_sources import compare_sources as compare
    from scimmir.jobs.compare_sources import condition as parsed
    from training.train import usable_device

    device = usable_device(device)
    parameters = TrainParameters(
        epochs=epochs,
        batch_size=batch_size,
        lr=lr,
        warmup=warmup,
        seed=seed,
        device=device,
    )
    rows = compare(
        output,
        [parsed(text) for text in condition],
        task,
        ComparisonSettings(model=model, samples=samples, parameters=parameters),
        typer.echo,
    )
    typer.echo(markdown(rows), nl=False)
    typer.echo(f"models, logs and tables: {output}")
