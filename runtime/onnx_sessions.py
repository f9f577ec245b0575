"""Sessions of ONNX Runtime, which tell nobody that they run."""

import os
from typing import Any

from runtime.devices import CUDA_PROVIDER, Device, take_gpu
from schemas.errors import UserError

TELEMETRY = "ORT_DISABLE_TELEMETRY"


def onnx_session(
    model: str | bytes,
    *,
    threads: int = 1,
    keeps_memory: bool = True,
    silent: bool = False,
    device: Device = "cpu",
) -> Any:
    """Return a session of a model.

    From 1.31 on, ONNX Runtime reports its use to its makers over the network and leaves a file among the temporary
    ones, unless a variable says otherwise before it is loaded; this sets it.

    Args:
        model: path of an ONNX file, or its content.
        threads: threads that one run uses; a build runs one process a core.
        keeps_memory: whether the memory of the largest run is kept for the next one.
        silent: whether even its errors stay off the terminal; they are raised in any case.
        device: where it runs; a GPU becomes this process's own.

    Raises:
        ImportError: onnxruntime is not installed.
        UserError: the GPU is another process's, or CUDA's libraries cannot be loaded.
    """
    os.environ.setdefault(TELEMETRY, "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = keeps_memory
    if silent:
        options.log_severity_level = 4
    if device == "cpu":
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    gpu = take_gpu()
    session = onnxruntime.InferenceSession(model, options, providers=[CUDA_PROVIDER, "CPUExecutionProvider"])
    # Where a library of CUDA is missing, it says so on the terminal and goes on with the processor.
    if CUDA_PROVIDER not in session.get_providers():
        raise UserError(
            f"ONNX Runtime cannot use the GPU {gpu}: its CUDA provider needs the libraries of CUDA and cuDNN that "
            "its documentation names; or run this with --device cpu"
        )
    return session
