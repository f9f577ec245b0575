"""The list of commands says what each is, and a command loads no more than it needs."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from scimmir.cli import COMMANDS, ROOMS

Run = Callable[..., subprocess.CompletedProcess[str]]

LOADED = """
import json, sys
sys.argv = ["scimmir", *sys.argv[1:]]
from scimmir.cli import main
try:
    main()
finally:
    print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    word = name.replace("-", "_")
    (room,) = (room for room, names in ROOMS.items() if name in names)
    command = getattr(import_module(f"scimmir.commands.{room}.{word}"), word)
    assert command.__doc__.split("\n")[0] == COMMANDS[name]


def test_every_command_is_listed() -> None:
    folder = Path(__file__).parents[2] / "scimmir" / "commands"
    found = {room: {p.stem.replace("_", "-") for p in (folder / room).glob("[!_]*.py")} for room in ROOMS}
    assert found == {room: set(names) for room, names in ROOMS.items()}
    assert sorted(name for names in ROOMS.values() for name in names) == sorted(COMMANDS)


@pytest.mark.parametrize(
    "arguments", [("--help",), ("query", "-w", "{none}", "SELECT 1")], ids=["help", "query"]
)
def test_quick_commands_load_no_heavy_library(arguments: tuple[str, ...], tmp_path: Path) -> None:
    filled = [argument.format(none=tmp_path) for argument in arguments]
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *filled], capture_output=True, text=True, timeout=1500, check=False
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "typer" in loaded and not loaded & {"pyarrow", "numpy", "pydantic", "prefect", "PIL"}


def test_an_unknown_command_is_one_sentence(scimmir: Run) -> None:
    done = scimmir("biuld")
    assert done.returncode == 2 and "No such command 'biuld'" in done.stderr and "build" in done.stderr
