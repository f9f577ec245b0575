"""An exported model computes the same on torch and on ONNX Runtime, from one file of weights."""

import io
import json

import numpy as np
import pytest
from optional import optional
from PIL import Image

from curation.embeddings.embedder import (
    EmbedderError,
    embedder_identity,
    embedder_space,
    load_embedder,
    text_embedder_identity,
)
from samples.invented import invent
from training.export import export_model
from training.small_clip import CONTEXT, model_config, write_config

torch = optional("torch")
open_clip = optional("open_clip")

pytestmark = pytest.mark.torch

PREPROCESS = {
    "size": 64, "mean": [0.8, 0.8, 0.8], "std": [0.3, 0.3, 0.3], "interpolation": "bicubic", "resize_mode": "squash"
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model of random weights, trained by nobody, in its exported form."""
    work = tmp_path_factory.mktemp("model")
    write_config(work)
    config = model_config(str(work / "bpe.txt.gz"))
    config["vision_cfg"] |= {"image_size": 64, "width": 8}
    torch.manual_seed(3)
    model = open_clip.model.CLIP(**config)
    torch.save({"state_dict": {f"module.{k}": v for k, v in model.state_dict().items()}}, work / "epoch_1.pt")
    export_model(work / "epoch_1.pt", config, PREPROCESS, work / "exported")
    return work / "exported"


def pictures():
    out = []
    for number in range(5):
        stream = io.BytesIO()
        invent(number, width=300 + 40 * number).image.save(stream, "PNG")
        out.append(stream.getvalue())
    return out


def test_a_vector_does_not_depend_on_the_pictures_beside_it(folder):
    embed, files = load_embedder(f"onnx:{folder}").embed, pictures()
    whole = embed(files)
    for size in (1, 2, 3):
        parts = [embed(files[start : start + size]) for start in range(0, len(files), size)]
        assert np.concatenate(parts).tobytes() == whole.tobytes(), size


def test_both_runtimes_give_the_same_vectors_in_the_same_space(folder):
    exported, native = (load_embedder(f"{name}:{folder}") for name in ("onnx", "open_clip"))
    ours, theirs = exported.embed(pictures()), native.embed(pictures())
    assert ours.dtype == np.float32 and ours.shape == (5, exported.dimension)
    assert np.abs(ours - theirs).max() < 2e-5
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert exported.space == native.space == embedder_space(f"onnx:{folder}")
    assert exported.identity == embedder_identity(f"onnx:{folder}") != native.identity


def test_the_text_graph_agrees_with_torch(folder):
    import onnxruntime

    config = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
    tokens = open_clip.tokenizer.SimpleTokenizer(bpe_path=str(folder / "bpe.txt.gz"), context_length=CONTEXT)(
        ["Mean accuracy as a function of epoch", "Flow chart of the study: 300 at the start."]
    )
    assert int(tokens.max()) < config["text_cfg"]["vocab_size"]
    session = onnxruntime.InferenceSession(str(folder / "text.onnx"), providers=["CPUExecutionProvider"])
    ours = session.run(None, {"tokens": tokens.numpy()})[0]
    model, _ = open_clip.create_model_from_pretrained(f"local-dir:{folder}", weights_only=True)
    with torch.inference_mode():
        theirs = model.eval().encode_text(tokens, normalize=True).numpy()
    assert np.abs(ours - theirs).max() < 1e-5


def test_both_runtimes_embed_texts_alike_in_the_space_of_the_images(folder):
    texts = ["Mean accuracy as a function of epoch", "", "Table 2: β-carotene, 0.95±0.02 " * 20]
    exported, native = (load_embedder(f"{name}:{folder}") for name in ("onnx", "open_clip"))
    ours, theirs = exported.embed_texts(texts), native.embed_texts(texts)
    assert ours.dtype == np.float32 and ours.shape == (3, exported.dimension)
    assert np.abs(ours - theirs).max() < 1e-5
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert np.abs(ours[0] - ours[1]).max() > 1e-3
    assert exported.text_identity == text_embedder_identity(f"onnx:{folder}") != native.text_identity
    assert load_embedder("descriptor").embed_texts is None is text_embedder_identity("descriptor")


def test_a_text_tower_of_another_tokenizer_is_left_to_open_clip(folder, tmp_path):
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "some/tokenizer"
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(EmbedderError, match="name the model open_clip:"):
        text_embedder_identity(f"onnx:{tmp_path}")


def test_weights_are_stored_once_and_in_half_precision(folder):
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    numbers = sum(
        p.numel() for p in open_clip.create_model_from_pretrained(f"local-dir:{folder}")[0].parameters()
    )
    assert sizes["open_clip_model.safetensors"] < 2.2 * numbers
    assert sizes["image.onnx"] + sizes["text.onnx"] < 400_000


def test_what_is_no_exported_model_is_refused(folder, tmp_path):
    with pytest.raises(EmbedderError, match=r"is no exported model: it holds no"):
        embedder_identity(f"onnx:{tmp_path}")
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "image.onnx").write_bytes(b"no graph")
    with pytest.raises(EmbedderError, match=r"image.onnx cannot be loaded"):
        load_embedder(f"onnx:{copy}")
    (copy / "open_clip_config.json").write_text('{"preprocess_cfg": {"size": 64}}')
    with pytest.raises(EmbedderError, match="states no preprocessing"):
        load_embedder(f"onnx:{copy}")


def test_an_image_that_cannot_be_decoded_is_a_reject(folder):
    from schemas.reject import RecordError

    with pytest.raises(RecordError, match="image_unreadable"):
        load_embedder(f"onnx:{folder}").embed([b"no image"])


def test_the_shortest_side_is_scaled_and_the_rest_cut_where_the_model_asks_for_it(folder, tmp_path):
    copy = tmp_path / "shortest"
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    config = json.loads((copy / "open_clip_config.json").read_text())
    config["preprocess_cfg"]["resize_mode"] = "shortest"
    (copy / "open_clip_config.json").write_text(json.dumps(config))
    wide = io.BytesIO()
    Image.effect_noise((200, 100), 60).convert("RGB").save(wide, "PNG")
    ours, theirs = (
        load_embedder(f"{name}:{copy}").embed([wide.getvalue()]) for name in ("onnx", "open_clip")
    )
    assert np.abs(ours - theirs).max() < 2e-5


def test_whoever_may_read_one_file_may_read_all(folder):
    modes = {path.name: path.stat().st_mode for path in folder.iterdir()}
    assert set(modes.values()) == {modes["open_clip_config.json"]}
