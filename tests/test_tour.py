"""The README's first tour: every command, in its order, prints what stands there."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOUR = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- tour:")[1].split("\n## ")[0]
BLOCKS = re.findall(r"```console\n(.*?)```", TOUR, re.DOTALL)
STEPS = [step for block in BLOCKS for step in re.split(r"^\$ ", block, flags=re.MULTILINE) if step]
COMMANDS = [step.split("\n", 1)[0] for step in STEPS]
ENDLESS = "scimmir serve"

pytestmark = [
    pytest.mark.skipif(shutil.which("gs") is None, reason="without Ghostscript the sample has other pairs"),
]


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, sample: Path, warehouse: Path, environment: dict[str, str]
) -> Iterator[tuple[Path, dict[str, str]]]:
    """Return a folder as `make demo` leaves it, and the environment of a shell in it."""
    folder = tmp_path_factory.mktemp("tour")
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, call in (("python", ""), ("scimmir", "-m scimmir")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {call} "$@"\n')
        (programs / name).chmod(0o755)
    demo = folder / ".demo"
    demo.mkdir()
    (demo / "papers").symlink_to(sample)
    # As the warehouse was built, so that its stages are found again.
    (folder / "scimmir.toml").write_text("[build]\npapers_per_shard = 4\n")
    # A tour writes into the warehouse: into a copy of it, as other tests count what is there.
    shutil.copytree(warehouse, demo / "warehouse")
    paths = os.pathsep.join(filter(None, [str(ROOT), environment.get("PYTHONPATH")]))
    yield (
        folder,
        {**environment, "COLUMNS": "80", "PYTHONPATH": paths, "XDG_CACHE_HOME": str(folder / "cache")},
    )


def in_shell(command: str) -> list[str]:
    """Return the call of a command after the exports before it, as in one shell."""
    exports = [line for line in COMMANDS if line.startswith("export ")]
    return ["bash", "-c", "\n".join([*exports, command])]


def matches(shown: str, printed: str) -> bool:
    """Tell whether the output is what stands there: `…` is anything, and scores depend on the machine."""

    def stable(text: str) -> str:
        return re.sub(r"\d+\.\d+", "#", text.replace("\r", ""))

    pattern = ".*".join(re.escape(part) for part in re.split(r"…(?! \()", stable(shown).strip("\n")))
    return (
        re.fullmatch(pattern.replace(r"\n.*\n", r"\n(?:.*\n)?"), stable(printed).strip("\n"), re.DOTALL)
        is not None
    )


def test_the_tour_has_every_step() -> None:
    for step in ("build", "query", "serve", "export", "train", "evaluate"):
        assert any(
            command.startswith(f"scimmir {step} ") or command == f"scimmir {step}" for command in COMMANDS
        )


@pytest.mark.timeout(900)  # it builds, trains and evaluates
def test_the_commands_print_what_the_readme_shows(place: tuple[Path, dict[str, str]]) -> None:
    folder, environment = place
    has_training = importlib.util.find_spec("open_clip") is not None
    for step in STEPS:
        command, _, shown = step.partition("\n")
        if not has_training and (command.startswith("scimmir train") or "onnx:.demo/model" in command):
            continue
        if command == ENDLESS:
            printed = served(folder, environment, shown.count("\n"))
        else:
            printed = answer(folder, environment, command)
        assert matches(shown, printed), f"$ {command}\nREADME:\n{shown}\nprinted:\n{printed}"


def answer(folder: Path, environment: dict[str, str], command: str) -> str:
    """Return what a command prints."""
    done = subprocess.run(
        in_shell(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"$ {command}\n{done.stderr}"
    return done.stdout


def served(folder: Path, environment: dict[str, str], lines: int) -> str:
    """Return the first lines of the page's command, which is then ended as by Ctrl+C."""
    call = in_shell(f"exec {ENDLESS} --port 0")
    with subprocess.Popen(call, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = "".join(process.stdout.readline() for _ in range(lines))
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    return re.sub(r"(127\.0\.0\.1):\d+", r"\1:8378", printed)


def test_another_output_is_noticed() -> None:
    assert matches("a …\nb 1.5\n", "a long line\nb 2.25\n") and matches("…\nb\n…\n", "x\ny\nb\nz\n")
    assert not matches("82 pairs\n", "83 pairs\n") and not matches("…\nb\n", "x\nc\n")
    assert not matches("a\n", "a\nb\n")
