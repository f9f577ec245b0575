"""Sessions of ONNX Runtime on the CPU, which tell nobody that they run."""

import os
from typing import Any

TELEMETRY = "ORT_DISABLE_TELEMETRY"


def cpu_session(
    model: str | bytes, *, threads: int = 1, keeps_memory: bool = True, silent: bool = False
) -> Any:
    """Return a session of a model.

    From 1.31 on, ONNX Runtime reports its use to its makers over the network and leaves a file among the temporary
    ones, unless a variable says otherwise before it is loaded; this sets it.

    Args:
        model: path of an ONNX file, or its content.
        threads: threads that one run uses; a build runs one process a core.
        keeps_memory: whether the memory of the largest run is kept for the next one.
        silent: whether even its errors stay off the terminal; they are raised in any case.

    Raises:
        ImportError: onnxruntime is not installed.
    """
    os.environ.setdefault(TELEMETRY, "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = keeps_memory
    if silent:
        options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
