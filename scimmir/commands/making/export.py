"""`scimmir export`: a release as WebDataset shards, a Hugging Face dataset, retrieval tasks or triplets."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, ClassOption, OnlyOption, TypeOption, WarehouseOption


class ExportFormat(StrEnum):
    """Into which form a release is exported."""

    webdataset = "webdataset"
    hugging_face = "hugging-face"
    mteb = "mteb"
    triplets = "triplets"


class LicensePolicy(StrEnum):
    """Which pairs are exported."""

    redistributable = "redistributable"
    commercial = "commercial"
    research = "research"


def export(
    folder: Annotated[
        Path, typer.Argument(help="Folder to write; an export that was stopped goes on there.")
    ],
    format: Annotated[
        ExportFormat,
        typer.Option(
            help="Shards as img2dataset writes them, a folder for load_dataset, retrieval tasks for MTEB, or pairs "
            "with hard negatives."
        ),
    ] = ExportFormat.webdataset,
    license_policy: Annotated[
        LicensePolicy, typer.Option(help="What may be passed on, that for commercial use, or everything.")
    ] = LicensePolicy.redistributable,
    only: OnlyOption = None,
    only_class: ClassOption = None,
    only_type: TypeOption = None,
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to export; the latest by default.")] = None,
    per_file: Annotated[
        int | None, typer.Option(min=1, help="Pairs in a shard (1,000) or in a Parquet file (5,000).")
    ] = None,
    negatives: Annotated[int, typer.Option(min=1, help="Hard negatives of each pair, in triplets.")] = 5,
    embedder: Annotated[
        str, typer.Option(help="Embedder that tells what is similar, in triplets; it must embed texts, too.")
    ] = "clip",
) -> None:
    """Write a release for training and evaluation: WebDataset, Hugging Face, MTEB, or triplets."""
    from runtime.progress import progress
    from schemas.pair import selection
    from warehouse.exports import (
        export_hugging_face,
        export_mteb,
        export_webdataset,
        plan_export,
        shard_pattern,
    )
    from warehouse.place import readable_warehouse
    from warehouse.versions import wanted_release

    root = readable_warehouse(warehouse, release)
    folder_of_release = root / "releases" / wanted_release(root, release).version
    wanted = selection(only_class or (), only_type or (), only=only or ())
    plan = plan_export(folder_of_release, str(license_policy), wanted)
    total = sum(len(places) for places in plan.splits.values())
    with progress("export", total, "pairs") as advance:
        if format is ExportFormat.webdataset:
            written = export_webdataset(plan, folder, per_shard=per_file or 1_000, advance=advance)
        elif format is ExportFormat.hugging_face:
            written = export_hugging_face(plan, folder, per_file=per_file or 5_000, advance=advance)
        elif format is ExportFormat.mteb:
            written = export_mteb(plan, folder, per_file=per_file or 5_000, advance=advance)
        else:
            from scimmir.jobs.triplets import write_triplets

            written = write_triplets(
                plan, folder, root, embedder, negatives, per_file=per_file or 5_000, advance=advance
            )
    for split, count in written.items():
        pattern = shard_pattern(folder, split) if format is ExportFormat.webdataset else None
        typer.echo(f"{split}: {count:,} pairs" + (f" in {pattern}" if pattern else ""))
    if plan.not_selected:
        typer.echo(f"of other classes or image types: {plan.not_selected:,} pairs")
    if plan.left_out:
        named = ", ".join(f"{code} {count:,}" for code, count in plan.left_out.items())
        typer.echo(f"left out by the policy {plan.policy}: {sum(plan.left_out.values()):,} pairs ({named})")
