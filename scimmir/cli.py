"""The command `scimmir`: a list of commands, of which only the one that is called is loaded."""

import importlib
import logging
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from runtime.logs import log_to, logs_json, without_secrets
from schemas.errors import UserError

# Each is a function of this name in the module of this name in its room of `scimmir.commands`, its docstring
# beginning with this sentence.
COMMANDS = {
    "fetch": "Fetch the papers that an archive lacks; what is there and unchanged is not fetched again.",
    "build": "Build a release from archives of papers; what an earlier build made is used again.",
    "query": "Run SQL over a release, read-only.",
    "search": "Find pairs by captions, mentions, words in the picture and vectors together, each with its reasons.",
    "context": "Show what a caption writer would want to read of a pair: title, abstract, mentions, neighbours.",
    "serve": "Open a local page over a release: filter, search and look at its pairs, rejects and statistics.",
    "export": "Write a release for training and evaluation: WebDataset, Hugging Face, MTEB, or triplets.",
    "diff": "Show which pairs were added, removed and changed between two releases, by stage and reason.",
    "train": "Train a CLIP model on a release, on the CPU or a GPU; open_clip's program does it.",
    "compare-sources": "Train a model on each mixture of sources, with equal samples, and compare them on tasks.",
    "train-classes": "Learn the classifier of classes and image types from labelled pairs of releases.",
    "evaluate": "Score a model on SciMMIR's retrieval task: MRR and Hits@k in both directions, by class.",
    "compare-models": "Put results of evaluations side by side in SciMMIR's layout: Markdown, LaTeX and plots.",
    "evaluate-ocr": "Measure how well OCR reads tables, by class and by size.",
    "calibrate": "Find an embedder's thresholds from copies and look-alikes of a release's pairs.",
    "enrich": "Have a vision-language model describe pairs, in a table of their own; captions stay as they are.",
    "verify": "Compute a release's checksums, schemas, counts and images again; exit code 1 where one is wrong.",
    "clean": "List (with --yes: remove) old releases, unneeded stage tables, and what killed builds left.",
    "catalog": "Write catalog.duckdb anew, after the warehouse was moved or a release deleted.",
    "backfill": "Schedule a deployment's runs for a range of dates, one for each period; they run in turn.",
    "config": "Print the settings that all commands share, each with its origin; secrets are masked.",
    "doctor": "Check the installation; exit code 1 where something that a build needs is missing.",
}
ROOMS = {
    "making": ("fetch", "build", "export", "enrich", "backfill"),
    "reading": ("query", "search", "context", "serve", "diff", "catalog"),
    "models": (
        "train",
        "compare-sources",
        "train-classes",
        "evaluate",
        "compare-models",
        "evaluate-ocr",
        "calibrate",
    ),
    "upkeep": ("verify", "clean", "config", "doctor"),
}


class _Command(TyperCommand):
    """A command that is known by name and sentence, and loaded when it is called."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the context of the command itself."""
        return _loaded(str(self.name)).make_context(*args, **kwargs)


class _Commands(TyperGroup):
    """The commands of COMMANDS, none of them loaded, in the order in which the help lists them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sentence in COMMANDS.items():
            self.add_command(_Command(name, short_help=sentence))

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands' names."""
        return list(COMMANDS)


def _loaded(name: str) -> Any:
    """Return the command of a name, with all its options."""
    (room,) = (room for room, names in ROOMS.items() if name in names)
    module = importlib.import_module(f"scimmir.commands.{room}.{name.replace('-', '_')}")
    single = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    single.command(name, context_settings=getattr(module, "CONTEXT", None))(
        getattr(module, name.replace("-", "_"))
    )
    return typer.main.get_command(single)


app = typer.Typer(
    name="scimmir",
    cls=_Commands,
    rich_markup_mode=None,  # which would load a reader of Markdown and colours for 500 programming languages
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"scimmir {version('scimmir')}")
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
    from scimmir.settings import defaults_of_commands, load_settings

    context.obj = load_settings(file=config_file, log_format=log_format)
    if context.obj.settings.log_format == "json":
        log_to(kind="json")
    context.default_map = defaults_of_commands(context.obj, COMMANDS)


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
        # Prefect keeps the error, and its frames what the build was made of: DuckDB then reports leaks at the exit.
        traceback.clear_frames(error.__traceback__)
        return str(error)
    except ValueError as error:
        pydantic = sys.modules.get("pydantic")  # a command that checks no options has not loaded it
        if pydantic is None or not isinstance(error, pydantic.ValidationError):
            raise
        first = error.errors()[0]
        return f"option --{'.'.join(str(part) for part in first['loc']).replace('_', '-')}: {first['msg']}"
    except OSError as error:
        return f"{error.filename or 'input/output'}: {error.strerror or error}"
    except KeyboardInterrupt:
        return "stopped; the next build goes on from here"
    return None
