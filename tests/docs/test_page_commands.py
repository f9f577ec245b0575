"""Every command, option, module and target that a page names is there."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pages import PAGES, ROOT, command_lines, example, module_file, name_of, spans

from scimmir.cli import COMMANDS, app

GROUP: Any = typer.main.get_command(app)
every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def command(name: str) -> Any:
    """Return a command with all its options."""
    return GROUP.commands[name].make_context(name, [], resilient_parsing=True).command


def options(of: Any) -> set[str]:
    return {"--help", *(name for param in of.params for name in (*param.opts, *param.secondary_opts))}


def unknown(words: list[str]) -> list[str]:
    """Return what is wrong with the names in the words of a call of scimmir, which may be cut short."""
    named = words[1:2]
    if not named or named[0].startswith("-"):
        known, rest = options(GROUP), named
    elif named[0] in COMMANDS:
        known, rest = options(command(named[0])), words[2:]
    else:
        return [f"there is no command {named[0]}"]
    flags = [re.split("[=\\]]", word)[0].strip("[") for word in rest if re.match(r"\[?-{1,2}[a-z]", word)]
    return [f"{' '.join(words[:2])} has no option {flag}" for flag in flags if flag not in known]


def parse(words: list[str]) -> None:
    """Read a call as scimmir does, without carrying it out; one that it does not take raises."""
    called = example(words)
    with command(called[1]).make_context(called[1], called[2:]):
        pass


def words_of(text: str) -> list[str]:
    return text.split(" ")


def called_modules(page: Path) -> list[tuple[str, list[str]]]:
    """Return the modules that a page runs by `python -m`, each with the options that it gives them."""
    lines = [*command_lines(page), *map(words_of, spans(page))]
    calls = [" ".join(words) for words in lines if any(w.rpartition("/")[2] == "python" for w in words[:1])]
    found = [re.match(r"\S*python -m (\S+)(.*)", call) for call in calls]
    return [(call[1], re.findall(r"(?<!\S)\[?(--[a-z-]+)", call[2])) for call in found if call]


@every_page
def test_calls_of_scimmir_are_taken_as_they_stand(page: Path) -> None:
    calls = [words for words in command_lines(page) if words[0].rpartition("/")[2] == "scimmir"]
    assert [wrong for words in calls for wrong in unknown(words)] == []
    for words in calls:
        parse(words)


@every_page
def test_calls_of_scimmir_in_a_line_name_what_it_has(page: Path) -> None:
    calls = [words_of(span) for span in spans(page) if re.match(r"scimmir [\w-]", span)]
    assert [wrong for words in calls for wrong in unknown(words)] == []


@every_page
def test_options_alone_are_those_of_scimmir_or_of_the_pages_modules(page: Path) -> None:
    known = options(GROUP).union(*(options(command(name)) for name in COMMANDS))
    for name, _ in called_modules(page):
        known |= declared(name)
    named = {flag for span in spans(page) if span.startswith("--") for flag in re.findall(r"--[a-z-]+", span)}
    assert named - known == set()


def declared(module: str) -> set[str]:
    """Return the options that a module's source declares; of one that is not there, none."""
    path = module_file(module)
    return set(re.findall(r'"(--[a-z-]+)"', path.read_text(encoding="utf-8"))) if path else set()


@every_page
def test_modules_that_are_run_are_there_with_their_options(page: Path) -> None:
    for name, flags in called_modules(page):
        if (ROOT / name.split(".")[0]).is_dir():
            assert module_file(name), f"there is no module {name}"
            assert set(flags) - declared(name) == set(), name
        else:
            assert importlib.util.find_spec(name), f"there is no module {name}"


@every_page
def test_targets_of_make_are_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = [*command_lines(page), *map(words_of, spans(page))]
    named = {words[1] for words in lines if words[0] == "make" and len(words) > 1}
    assert {name for name in named if "=" not in name} - targets == set()


@every_page
def test_deployments_are_there(page: Path) -> None:
    deployed = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    names = {entry["name"] for entry in deployed}
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"(?:prefect deployment run|scimmir backfill) ([\w-]+)/([\w-]+)", text)
    assert {name for pair in named for name in pair} - names == set()


def test_what_is_wrong_is_noticed() -> None:
    assert unknown(["scimmir", "bild"]) and unknown(["scimmir", "build", "--labls", "F"])
    assert unknown(["scimmir", "--verbose"]) and not unknown(["scimmir", "--help"])
    parse(["scimmir", "diff", "OLD", "NEW", "[--format", "json|parquet]"])
    for refused in (["scimmir", "diff", "OLD"], ["scimmir", "diff", "OLD", "NEW", "--format", "csv|json"]):
        with pytest.raises(typer.BadParameter):
            parse(refused)
