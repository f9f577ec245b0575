"""`scimmir verify`: checks releases from the ground up and says in words what is wrong."""

from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption


def verify(
    version: Annotated[str | None, typer.Argument(help="Release to check; the latest by default.")] = None,
    warehouse: WarehouseOption = WAREHOUSE,
    every: Annotated[bool, typer.Option("--all", help="Check every release.")] = False,
) -> None:
    """Compute a release's checksums, schemas, counts and images again; exit code 1 where one is wrong."""
    from warehouse.place import readable_warehouse, warehouse_path
    from warehouse.remote import shared_versions
    from warehouse.verification import verify_pointer, verify_release
    from warehouse.versions import latest_version, release_names

    root = warehouse_path(warehouse)
    for name in shared_versions(root) if every else (version,):
        readable_warehouse(warehouse, name, anew=True)  # of one in a bucket, the copy may be better than it
    latest = latest_version(root)
    names = release_names(root) if every else (version or latest,)
    problems = list(verify_pointer(root))
    for line in problems:
        typer.echo(line)
    for name in names:
        verdict = verify_release(root, name)
        problems += verdict.problems
        for line in verdict.problems:
            typer.echo(f"{name}: {line}")
        if not verdict.problems:
            typer.echo(
                f"{name}: sound ({verdict.files} files, {verdict.pairs} pairs, {verdict.images} images checked)"
            )
    if problems:
        raise typer.Exit(1)
