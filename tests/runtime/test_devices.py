"""Where models run: what is asked for and what there is decide, and no GPU has two processes."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runtime import devices
from runtime.devices import CUDA_PROVIDER, choose_device, take_gpu, visible_gpus, why_no_gpu
from runtime.onnx_sessions import onnx_session
from schemas.errors import UserError

FIRST, SECOND = "GPU-11111111-aaaa", "GPU-22222222-bbbb"
Show = Callable[..., None]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Show]:
    """Return a function by which the machine has some GPUs, of which a variable allows some."""
    monkeypatch.setattr(devices, "_held", [])
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    # Set, so that it is put back at the end: taking a GPU changes it.
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")

    def shown(*names: str, allowed: str | None = None, exit_code: int = 0) -> None:
        program = tmp_path / "nvidia-smi"
        lines = "".join(f"echo '{number}, {name}'\n" for number, name in enumerate(names))
        program.write_text(f"#!/bin/sh\n{lines}exit {exit_code}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        if allowed is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", allowed)
        visible_gpus.cache_clear()

    yield shown
    for lock in devices._held:
        lock.close()
    visible_gpus.cache_clear()


def onnxruntime_with(monkeypatch: pytest.MonkeyPatch, *offered: str, used: tuple[str, ...] = ()) -> list[Any]:
    """Let an ONNX Runtime be installed that offers some providers and uses some; return what it is asked for."""
    asked: list[Any] = []

    def session(model: object, options: object, providers: list[str]) -> SimpleNamespace:
        asked.append(providers)
        return SimpleNamespace(get_providers=lambda: list(used))

    runtime = SimpleNamespace(
        __spec__=object(),
        get_available_providers=lambda: list(offered),
        SessionOptions=SimpleNamespace,
        InferenceSession=session,
    )
    monkeypatch.setitem(sys.modules, "onnxruntime", runtime)
    return asked


@pytest.mark.parametrize(
    ("allowed", "found"),
    [
        pytest.param(None, (FIRST, SECOND), id="all"),
        pytest.param("1", (SECOND,), id="by number"),
        pytest.param("1,0", (SECOND, FIRST), id="in the variable's order"),
        pytest.param("GPU-2222", (SECOND,), id="by the beginning of a name"),
        pytest.param("0,7,1", (FIRST,), id="the first that is none ends the list"),
        pytest.param("MIG-5", ("MIG-5",), id="a part of one"),
        pytest.param("", (), id="none"),
        pytest.param("-1", (), id="no such number"),
    ],
)
def test_the_gpus_are_those_that_cuda_shows(show: Show, allowed: str | None, found: tuple[str, ...]) -> None:
    show(FIRST, SECOND, allowed=allowed)
    assert visible_gpus() == found


def test_a_driver_that_does_not_answer_has_no_gpus(show: Show) -> None:
    show(FIRST, exit_code=9)
    assert visible_gpus() == ()


def test_without_a_gpu_auto_is_the_processor_and_a_gpu_is_refused(show: Show) -> None:
    show()
    assert choose_device("auto", "torch") == choose_device("cpu", "onnxruntime") == "cpu"
    with pytest.raises(UserError, match=r"no GPU here.*leave --device cuda out"):
        choose_device("cuda", "onnxruntime")


def test_onnxruntime_needs_its_cuda_provider(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    show(FIRST)
    onnxruntime_with(monkeypatch, "CPUExecutionProvider")
    assert choose_device("auto", "onnxruntime") == "cpu"
    assert "onnxruntime-gpu" in (why_no_gpu("onnxruntime") or "")
    onnxruntime_with(monkeypatch, CUDA_PROVIDER, "CPUExecutionProvider")
    assert choose_device("auto", "onnxruntime") == choose_device("cuda", "onnxruntime") == "cuda"
    assert choose_device("cpu", "onnxruntime") == "cpu"


def test_torch_is_asked_itself(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    show(FIRST)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    for there in (True, False):
        cuda = SimpleNamespace(is_available=lambda there=there: there)
        monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
        assert (why_no_gpu("torch") is None) == there
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert why_no_gpu("torch") == "the package torch is not installed: pip install torch"


def take_in_a_process(answer: Any, until: Any) -> None:
    try:
        answer.put((take_gpu(), os.environ["CUDA_VISIBLE_DEVICES"]))
    except UserError as error:
        answer.put(str(error))
    until.wait()


def test_each_gpu_has_one_process(show: Show) -> None:
    show(FIRST, SECOND)
    context = multiprocessing.get_context("fork")
    answers, until = context.Queue(), context.Event()
    started = [context.Process(target=take_in_a_process, args=(answers, until)) for _ in range(3)]
    for process in started:
        process.start()
    found = [answers.get() for _ in started]
    taken = [one for one in found if isinstance(one, tuple)]
    (refused,) = (one for one in found if isinstance(one, str))
    assert sorted(taken) == [(FIRST, FIRST), (SECOND, SECOND)]
    assert "works for another process" in refused and "--device cpu" in refused
    until.set()
    for process in started:
        process.join()
    assert take_gpu() == take_gpu() == FIRST  # both are free again, and a process keeps its own


def test_a_session_runs_on_the_gpu_that_this_process_took(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(FIRST, SECOND)
    asked = onnxruntime_with(monkeypatch, used=(CUDA_PROVIDER, "CPUExecutionProvider"))
    onnx_session("model", device="cuda")
    onnx_session("model")
    assert asked == [[CUDA_PROVIDER, "CPUExecutionProvider"], ["CPUExecutionProvider"]]
    assert os.environ["CUDA_VISIBLE_DEVICES"] == FIRST


def test_a_session_that_fell_back_to_the_processor_is_refused(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(FIRST)
    onnxruntime_with(monkeypatch, used=("CPUExecutionProvider",))
    with pytest.raises(UserError, match="needs the libraries of CUDA and cuDNN"):
        onnx_session("model", device="cuda")
