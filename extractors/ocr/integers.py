"""A network's convolutions in integers of eight bits, which processors with VNNI multiply four at a time.

For each convolution a file holds the range of what goes in, and by how much integers shift the mean of each channel
that comes out. Weights are those of the model that is loaded: each output channel has a scale of its own. The method
is quantisation after training with the bias correction of Nagel and others (https://arxiv.org/abs/1906.04721, section
4.2) from measured means; `python -m benchmarks.ocr.train_integers` makes the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

FILE = Path(__file__).parent / "models" / "recogniser-int8.npz"
_INPUT_LEVELS, _WEIGHT_LEVELS = 256, 255
# Instructions that multiply and add groups of integers of eight bits without overflow, as Linux names them.
_INSTRUCTIONS = {"avx512_vnni", "avx_vnni", "amx_int8"}


@dataclass(frozen=True, kw_only=True)
class Integers:
    """How the convolutions of one model are computed in integers, by the name of each in the model's graph.

    `ranges` has the least and the greatest value that goes in; `shifts` what is added to each output channel.
    """

    model_sha256: str
    ranges: Mapping[str, tuple[float, float]]
    shifts: Mapping[str, Floats]

    def save(self, path: Path) -> None:
        """Write the file; the same numbers give the same bytes."""
        names = sorted(self.ranges)
        np.savez(
            path,
            model_sha256=np.array(self.model_sha256),
            names=np.array(names),
            ranges=np.array([self.ranges[name] for name in names], np.float32),
            channels=np.array([len(self.shifts[name]) for name in names], np.int32),
            shifts=np.concatenate([self.shifts[name] for name in names]).astype(np.float16),
        )


def integers_for(model: bytes, path: Path = FILE) -> Integers | None:
    """Return what a file says of a model, or None where it speaks of another one: then all stays in floats."""
    with np.load(path, allow_pickle=False) as held:
        parts = {name: held[name] for name in held.files}
    if str(parts["model_sha256"]) != sha256(model).hexdigest():
        return None
    names = [str(name) for name in parts["names"]]
    shifts = np.split(parts["shifts"].astype(np.float32), np.cumsum(parts["channels"])[:-1])
    return Integers(
        model_sha256=str(parts["model_sha256"]),
        ranges={
            name: (float(low), float(high)) for name, (low, high) in zip(names, parts["ranges"], strict=True)
        },
        shifts=dict(zip(names, shifts, strict=True)),
    )


def multiplies_integers(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether this processor has instructions for integers of eight bits that cannot overflow."""
    try:
        text = cpuinfo.read_text()
    except OSError:  # not Linux
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return not _INSTRUCTIONS.isdisjoint(flags.split())


def use_integers(model: Any, integers: Integers) -> None:
    """Change an OpenVINO model so that the named convolutions are computed in integers."""
    from openvino import opset13 as ops

    for convolution in convolutions(model):
        name = convolution.get_friendly_name()
        if name not in integers.ranges:
            continue
        low, high = (np.float32(side) for side in whole_zero(*integers.ranges[name]))
        source, weights = (convolution.input_value(place) for place in (0, 1))
        seen = ops.fake_quantize(source, low, high, low, high, _INPUT_LEVELS)
        kept = np.abs(np.asarray(weights.get_node().data)).reshape(weights.get_shape()[0], -1).max(axis=1)
        scale = np.maximum(kept, 1e-8).astype(np.float32).reshape(-1, 1, 1, 1)
        rounded = ops.fake_quantize(weights, -scale, scale, -scale, scale, _WEIGHT_LEVELS)
        users = list(convolution.output(0).get_target_inputs())
        convolution.input(0).replace_source_output(seen.output(0))
        convolution.input(1).replace_source_output(rounded.output(0))
        if name in integers.shifts:
            shifted = ops.add(convolution.output(0), integers.shifts[name].reshape(1, -1, 1, 1))
            for user in users:
                user.replace_source_output(shifted.output(0))
    model.validate_nodes_and_infer_types()


def convolutions(model: Any) -> list[Any]:
    """Return the nodes of an OpenVINO model that convolve all channels, in the order in which they are computed."""
    return [node for node in model.get_ordered_ops() if node.get_type_name() == "Convolution"]


def whole_zero(low: float, high: float) -> tuple[float, float]:
    """Return a range of 256 levels about zero, widened or shifted so that one level is zero itself."""
    low, high = min(low, 0.0), max(high, 0.0, 1e-6)
    step = (high - low) / (_INPUT_LEVELS - 1)
    zero = round(-low / step)
    return -zero * step, (_INPUT_LEVELS - 1 - zero) * step
