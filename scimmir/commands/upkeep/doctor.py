"""`scimmir doctor`: says in plain words whether this machine can build, and what to mend."""

from typing import Annotated

import typer

from flows.build_options import BuildOptions
from scimmir.settings import Loaded

DEFAULTS = BuildOptions()
MARKS = {"ok": "ok     ", "optional": "note   ", "missing": "MISSING"}


def doctor(
    context: typer.Context,
    warehouse: Annotated[
        str | None, typer.Option("--warehouse", "-w", help="Folder of stages and releases, as in `build`.")
    ] = None,
    embedder: Annotated[str, typer.Option(help="Embedder to try, as in `build`.")] = DEFAULTS.embedder,
    min_free_gb: Annotated[
        float | None, typer.Option(min=0, help="Free disk that is asked for, in GiB.")
    ] = None,
) -> None:
    """Check the installation; exit code 1 where something that a build needs is missing."""
    from scimmir.doctor.packages import Check, all_package_checks

    loaded = context.obj
    assert isinstance(loaded, Loaded)
    settings = loaded.settings
    checks: list[Check] = []

    def say(check: Check) -> None:
        checks.append(check)
        typer.echo(f"{MARKS[check.state]} {check.name}: {check.sentence}")

    for check in all_package_checks():
        say(check)
    missing = [check for check in checks if check.state == "missing"]
    if missing:
        typer.echo("the rest is not looked at before that is mended")
        raise typer.Exit(1)
    from scimmir.doctor import installation

    place = warehouse or settings.warehouse
    say(installation.check_ghostscript())
    say(installation.check_tex())
    say(installation.check_ocr())
    say(installation.check_embedder(embedder))
    say(installation.check_gpu())
    for check in installation.check_disk(place, settings.min_free_gb if min_free_gb is None else min_free_gb):
        say(check)
    say(installation.check_s3(settings.s3_endpoint, place))
    say(installation.check_server())
    if settings.contact is None:
        say(
            Check(
                "contact", "optional", "none is set: fetching papers needs SCIMMIR_CONTACT, your mail address"
            )
        )
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(1)
