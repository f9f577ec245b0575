"""A trained open_clip model as a folder that both open_clip and ONNX Runtime read, with one file of weights.

The folder is in open_clip's Hub format (open_clip_config.json, open_clip_model.safetensors); `image.onnx` and
`text.onnx` are graphs without weights that point into the safetensors file, so the two runtimes compute with
the same numbers and the folder is half as large. Weights are stored in half precision and computed in single.
"""

import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

WEIGHTS = "open_clip_model.safetensors"
CONFIG = "open_clip_config.json"
OPSET = 17


def export_model(checkpoint: Path, config: dict[str, Any], preprocess: dict[str, Any], folder: Path) -> None:
    """Write a checkpoint of open_clip's training as a folder; an older folder is replaced whole.

    Args:
        checkpoint: file with `state_dict`, as open_clip_train writes it.
        config: open_clip's model configuration; a file of byte pairs that it names is copied beside it.
        preprocess: open_clip's preprocessing (size, mean, std, interpolation, resize_mode).
        folder: where it goes.
    """
    import torch

    model = _loaded(checkpoint, config)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        target = Path(temporary, "model")
        target.mkdir()
        _write_weights(model, target / WEIGHTS)
        _write_config(config, preprocess, target)
        side, context = config["vision_cfg"]["image_size"], config["text_cfg"]["context_length"]
        _write_graph(_image_tower(model), torch.zeros(2, 3, side, side), "pixels", target / "image.onnx")
        _write_graph(
            _text_tower(model), torch.ones(2, context, dtype=torch.int64), "tokens", target / "text.onnx"
        )
        if folder.exists():
            shutil.rmtree(folder)
        target.rename(folder)


def _loaded(checkpoint: Path, config: dict[str, Any]) -> Any:
    import torch
    from open_clip.model import CLIP

    known = {"embed_dim", "vision_cfg", "text_cfg", "quick_gelu"}
    model = CLIP(**{key: value for key, value in config.items() if key in known})
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = {name.removeprefix("module."): value for name, value in state.get("state_dict", state).items()}
    model.load_state_dict(weights)
    # What is computed is what is stored: both runtimes see the rounded numbers.
    return model.half().float().eval()


def _write_weights(model: Any, path: Path) -> None:
    import torch
    from safetensors.torch import save

    tensors = {
        name: value.half().contiguous() if value.dtype == torch.float32 else value.contiguous()
        for name, value in model.state_dict().items()
    }
    path.write_bytes(save(tensors))  # save_file would let nobody else read them


def _write_config(config: dict[str, Any], preprocess: dict[str, Any], folder: Path) -> None:
    config = json.loads(json.dumps(config))
    kwargs = config["text_cfg"].get("tokenizer_kwargs", {})
    if "bpe_path" in kwargs:
        source = Path(kwargs["bpe_path"])
        (folder / source.name).write_bytes(source.read_bytes())
        kwargs["bpe_path"] = source.name
    content = {"model_cfg": config, "preprocess_cfg": preprocess}
    (folder / CONFIG).write_text(json.dumps(content, indent=2) + "\n")


def _image_tower(model: Any) -> Any:
    """Return a module from pixels to unit vectors; a ResNet's last layer is computed for what is read of it."""
    import types

    import torch
    from open_clip.modified_resnet import AttentionPool2d

    pool = getattr(model.visual, "attnpool", None)
    if isinstance(pool, AttentionPool2d):
        pool.forward = types.MethodType(_pooled, pool)

    class ImageTower(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, pixels: Any) -> Any:
            return self.model.encode_image(pixels, normalize=True)

    return ImageTower().eval()


def _pooled(pool: Any, maps: Any) -> Any:
    """Return what open_clip's attention pooling returns, a fifth of the model's time earlier.

    It attends from every place and keeps the first. Here only the first asks: its query goes through the keys'
    weights once, and the values' weights are applied to the weighted mean of the places (a bias of the keys adds
    the same to every place, which the softmax takes away again).
    """
    import torch

    count, channels = maps.shape[0], maps.shape[1]
    heads = pool.num_heads
    places = maps.flatten(2).transpose(1, 2)
    places = torch.cat([places.mean(dim=1, keepdim=True), places], dim=1) + pool.positional_embedding
    query = pool.q_proj(places[:, 0]) * (channels // heads) ** -0.5
    query = query.reshape(count, heads, -1).transpose(0, 1)
    asked = query @ pool.k_proj.weight.reshape(heads, -1, channels)
    attention = torch.softmax(asked.transpose(0, 1) @ places.transpose(1, 2), dim=-1)
    seen = (attention @ places).transpose(0, 1)
    values = seen @ pool.v_proj.weight.reshape(heads, -1, channels).transpose(1, 2)
    return pool.c_proj(values.transpose(0, 1).reshape(count, channels) + pool.v_proj.bias)


def _text_tower(model: Any) -> Any:
    import torch

    class TextTower(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, tokens: Any) -> Any:
            return self.model.encode_text(tokens, normalize=True)

    return TextTower().eval()


def _write_graph(tower: Any, example: Any, name: str, path: Path) -> None:
    import onnx
    import torch

    with tempfile.TemporaryDirectory() as temporary, torch.no_grad(), warnings.catch_warnings():
        # Of branches taken once and of index operators: the tests hold the graph against the model.
        warnings.simplefilter("ignore")
        whole = Path(temporary, "whole.onnx")
        torch.onnx.export(
            tower, (example,), str(whole), input_names=[name], output_names=["features"],
            dynamic_axes={name: {0: "n"}, "features": {0: "n"}}, opset_version=OPSET, dynamo=False,
            do_constant_folding=False,
        )  # fmt: skip
        graph = onnx.load(whole)
    _point_into(graph, path.parent / WEIGHTS)
    onnx.save(graph, path)


def _point_into(model: Any, weights: Path) -> None:
    """Replace a graph's weights by references into a safetensors file, cast to single precision."""
    import onnx

    offsets = _offsets(weights)
    kept, casts = [], []
    for tensor in model.graph.initializer:
        place = offsets.get(tensor.name.removeprefix("model."))
        if place is None or tensor.data_type != onnx.TensorProto.FLOAT:
            kept.append(tensor)
            continue
        stored = onnx.TensorProto(
            name=f"{tensor.name}.half", data_type=onnx.TensorProto.FLOAT16, dims=tensor.dims
        )
        stored.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", weights.name), ("offset", place[0]), ("length", place[1])):
            stored.external_data.add(key=key, value=str(value))
        kept.append(stored)
        casts.append(onnx.helper.make_node("Cast", [stored.name], [tensor.name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)


def _offsets(weights: Path) -> dict[str, tuple[int, int]]:
    """Return where each tensor of a safetensors file begins, and its length in bytes."""
    with weights.open("rb") as handle:
        size = int.from_bytes(handle.read(8), "little")
        header = json.loads(handle.read(size))
    header.pop("__metadata__", None)
    return {
        name: (8 + size + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0])
        for name, entry in header.items()
        if entry["dtype"] == "F16"
    }
