"""Where models run: the processor, or a GPU that no other process of the user's works on."""

import fcntl
import functools
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Literal, TextIO

from schemas.errors import UserError

Device = Literal["cpu", "cuda"]
Wanted = Literal["auto", "cpu", "cuda"]
Library = Literal["onnxruntime", "torch"]
LIBRARIES: tuple[Library, ...] = ("onnxruntime", "torch")

CUDA_PROVIDER = "CUDAExecutionProvider"
_VISIBLE = "CUDA_VISIBLE_DEVICES"
_held: list[TextIO] = []  # the lock of this process's GPU, which the kernel lifts when the process ends


def choose_device(wanted: Wanted, library: Library) -> Device:
    """Return where a library's models shall run; `auto` is a GPU where the library can use one.

    Raises:
        UserError: a GPU is asked for, and cannot be used.
    """
    if wanted == "cpu":
        return "cpu"
    problem = why_no_gpu(library)
    if problem is None:
        return "cuda"
    if wanted == "cuda":
        raise UserError(f"{problem}; or leave --device cuda out")
    return "cpu"


def why_no_gpu(library: Library) -> str | None:
    """Return in words why a library cannot use a GPU here, None where it can."""
    if not visible_gpus():
        return f"there is no GPU here: nvidia-smi lists none that {_VISIBLE} allows"
    if importlib.util.find_spec(library) is None:
        return f"the package {library} is not installed: pip install {library}"
    if library == "torch":
        import torch

        return (
            None
            if torch.cuda.is_available()
            else "the installed torch sees no GPU: install one built for CUDA"
        )
    import onnxruntime

    if CUDA_PROVIDER in onnxruntime.get_available_providers():
        return None
    return "the installed onnxruntime is made for the processor alone: install onnxruntime-gpu in its place"


@functools.cache
def visible_gpus() -> tuple[str, ...]:
    """Return the names by which CUDA knows the GPUs that this process may use, in its order."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    asked = [program, "--query-gpu=index,uuid", "--format=csv,noheader"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    if done.returncode:
        return ()
    lines = [[part.strip() for part in line.split(",")] for line in done.stdout.splitlines()]
    known = {line[0]: line[1] for line in lines if len(line) == 2}
    allowed = os.environ.get(_VISIBLE)
    return tuple(known.values()) if allowed is None else _allowed(allowed, known)


def _allowed(allowed: str, known: dict[str, str]) -> tuple[str, ...]:
    """Return the GPUs that the variable names; as CUDA reads it, the first name of none ends the list."""
    found = []
    for word in (part.strip() for part in allowed.split(",")):
        if word.startswith("MIG-"):  # a part of a GPU, which the list of whole ones does not hold
            found.append(word)
        elif word in known:
            found.append(known[word])
        elif word.startswith("GPU-") and (
            whole := [name for name in known.values() if name.startswith(word)]
        ):
            found.append(whole[0])
        else:
            break
    return tuple(found)


def take_gpu() -> str:
    """Make a GPU this process's own until it ends, the only one that CUDA shows to it; return its name.

    To be called before a library opens CUDA. A second call returns the same GPU.

    Raises:
        UserError: every GPU is another process's.
    """
    if _held:
        return Path(_held[0].name).name
    for name in visible_gpus():
        lock = (_locks() / name).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _held.append(lock)
        os.environ[_VISIBLE] = name
        return name
    raise UserError(
        "every GPU here works for another process of yours: wait for its end, or run this with --device cpu"
    )


def _locks() -> Path:
    folder = Path(tempfile.gettempdir()) / f"scimmir-gpus-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
