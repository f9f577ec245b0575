"""Runs a model on the fastest runtime that is installed and sound: OpenVINO where it is, ONNX Runtime elsewhere."""

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors.ocr.integers import Integers, multiplies_integers, use_integers
from runtime.devices import Device
from runtime.onnx_sessions import onnx_session
from schemas.errors import UserError

logger = logging.getLogger("scimmir")

Floats = npt.NDArray[np.float32]
Network = Callable[[Floats], Floats]  # its only input in, its first output out; both are batches

OPENVINO, ONNX_RUNTIME = "openvino", "onnxruntime"
RUNTIMES = (OPENVINO, ONNX_RUNTIME)


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What computes a model, and in which numbers: results differ between two of them in the last digits."""

    name: str
    version: str
    precision: str  # float32, or bfloat16 where the processor multiplies such matrices by itself
    integers: bool = False  # of eight bits, in part, where a model is prepared for it
    device: Device = "cpu"

    def __str__(self) -> str:
        numbers = f"{self.precision} and int8" if self.integers else self.precision
        return f"{self.name} {self.version} {numbers}" + (" on cuda" if self.device == "cuda" else "")


def choose_runtime(
    wanted: str | None = None, *, any_precision: bool = True, device: Device = "cpu"
) -> Runtime:
    """Return the runtime that models run on.

    Args:
        wanted: its name; None for the fastest that is installed and sound.
        any_precision: whether bfloat16 and integers will do where the processor has them.
        device: where it runs; a GPU is ONNX Runtime's alone.

    Raises:
        UserError: there is no such runtime, or it is not installed or not sound.
    """
    if wanted not in (None, *RUNTIMES):
        raise UserError(f"there is no runtime {wanted!r} for OCR; known are {', '.join(RUNTIMES)}")
    if wanted == OPENVINO and device == "cuda":
        raise UserError("OpenVINO runs on the processor: leave --device cuda out, or take onnxruntime")
    if wanted in (None, OPENVINO) and device == "cpu":
        found = _openvino()
        if isinstance(found, Runtime):
            if any_precision:
                return found
            return Runtime(name=found.name, version=found.version, precision="float32")
        if wanted == OPENVINO:
            raise UserError(f"OpenVINO cannot be used: {found}")
    try:
        found_version = version(ONNX_RUNTIME)
    except PackageNotFoundError as error:
        raise UserError("OCR needs the package onnxruntime: pip install onnxruntime") from error
    return Runtime(name=ONNX_RUNTIME, version=found_version, precision="float32", device=device)


@functools.cache
def _openvino() -> Runtime | str:
    """Return OpenVINO with the precision that this processor is best at, or why it cannot be used."""
    try:
        installed = version(OPENVINO)
    except PackageNotFoundError:
        return "it is not installed (pip install openvino)"
    try:
        import openvino

        abilities = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    # A package whose libraries do not fit this machine fails in whatever way the loader has for it.
    except (ImportError, OSError, RuntimeError) as error:
        logger.warning("OpenVINO is installed but cannot be used, so OCR is slower: %s", error)
        return str(error)
    return Runtime(
        name=OPENVINO,
        version=installed,
        precision="bfloat16" if "BF16" in abilities else "float32",
        integers=multiplies_integers(),
    )


def load_network(
    model: bytes, runtime: Runtime, *, threads: int = 1, integers: Integers | None = None
) -> Network:
    """Return the function that an ONNX file computes, in part in integers where the runtime computes in them."""
    if runtime.name == OPENVINO:
        return _in_openvino(model, runtime, threads, integers if runtime.integers else None)
    return _in_onnx_runtime(model, runtime, threads)


def _in_openvino(model: bytes, runtime: Runtime, threads: int, integers: Integers | None) -> Network:
    import openvino

    core = openvino.Core()
    settings: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # else every process of a build runs on the first core
        "INFERENCE_PRECISION_HINT": "bf16" if runtime.precision == "bfloat16" else "f32",
    }
    graph = core.read_model(model)
    if integers is not None:
        use_integers(graph, integers)
    request = core.compile_model(graph, "CPU", settings).create_infer_request()

    def run(values: Floats) -> Floats:
        request.infer([values], share_inputs=True)
        return np.array(request.get_output_tensor(0).data, np.float32)

    return run


def _in_onnx_runtime(model: bytes, runtime: Runtime, threads: int) -> Network:
    session = onnx_session(model, threads=threads, keeps_memory=False, silent=True, device=runtime.device)
    name = session.get_inputs()[0].name

    def run(values: Floats) -> Floats:
        return np.asarray(session.run(None, {name: values})[0], np.float32)

    return run


def noise(shape: tuple[int, ...]) -> Floats:
    """Return noise of a line's shape, the same each time."""
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


def takes_batches(runtime: Runtime, network: Network, shape: tuple[int, ...]) -> bool:
    """Tell whether lines of a shape are read faster in batches, and no bit of a reading changes with them.

    Noise must give the same bits alone and in batches of two and eight. ONNX Runtime gains nothing by batches.
    """
    if runtime.name != OPENVINO:
        return False
    row = noise(shape)
    alone = network(row[None])
    others = np.flip(row, -1)
    return all(
        np.array_equal(network(np.ascontiguousarray(np.stack([others] * (size - 1) + [row])))[-1:], alone)
        for size in (2, 8)
    )
