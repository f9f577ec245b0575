"""Takes the README's first tour: runs its commands in their order, and keeps what they print."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "README.md").read_text(encoding="utf-8").split("<!-- tour:")[1].split("\n## ")[0]
BLOCKS = re.findall(r"```console\n(.*?)```", TOUR, re.DOTALL)
STEPS = [step for block in BLOCKS for step in re.split(r"^\$ ", block, flags=re.MULTILINE) if step]
COMMANDS = [step.split("\n", 1)[0] for step in STEPS]
ENDLESS = "scimmir serve"


@dataclass(frozen=True)
class Tour:
    """Where the tour was taken, and of each command what the README shows and what it printed."""

    folder: Path
    steps: tuple[tuple[str, str, str], ...]

    @property
    def model(self) -> Path:
        """The folder of the model that the tour trains."""
        return self.folder / ".demo" / "model"


def take_tour(folder: Path, sample: Path, warehouse: Path, environment: dict[str, str]) -> Tour:
    """Take the tour in a folder, as `make demo` leaves it; training is left out where its packages are missing.

    Raises:
        RuntimeError: a command failed.
    """
    own = _prepare(folder, sample, warehouse, environment)
    has_training = importlib.util.find_spec("open_clip") is not None
    steps = []
    for step in STEPS:
        command, _, shown = step.partition("\n")
        if not has_training and (command.startswith("scimmir train") or "onnx:.demo/model" in command):
            continue
        printed = (
            _served(folder, own, shown.count("\n")) if command == ENDLESS else _answer(folder, own, command)
        )
        steps.append((command, shown, printed))
    return Tour(folder, tuple(steps))


def _prepare(folder: Path, sample: Path, warehouse: Path, environment: dict[str, str]) -> dict[str, str]:
    """Make the folder that the tour begins in, and return the environment of a shell there."""
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
    return {**environment, "COLUMNS": "80", "PYTHONPATH": paths, "XDG_CACHE_HOME": str(folder / "cache")}


def _in_shell(command: str) -> list[str]:
    """Return the call of a command after the exports before it, as in one shell."""
    exports = [line for line in COMMANDS if line.startswith("export ")]
    return ["bash", "-c", "\n".join([*exports, command])]


def _answer(folder: Path, environment: dict[str, str], command: str) -> str:
    """Return what a command prints."""
    done = subprocess.run(
        _in_shell(command), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"$ {command}\n{done.stderr}")
    return done.stdout


def _served(folder: Path, environment: dict[str, str], lines: int) -> str:
    """Return the first lines of the page's command, which is then ended as by Ctrl+C."""
    call = _in_shell(f"exec {ENDLESS} --port 0")
    with subprocess.Popen(call, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = "".join(process.stdout.readline() for _ in range(lines))
        process.send_signal(signal.SIGINT)
        if process.wait(1500):
            raise RuntimeError(f"{ENDLESS} ended with {process.returncode}")
    return re.sub(r"(127\.0\.0\.1):\d+", r"\1:8378", printed)
