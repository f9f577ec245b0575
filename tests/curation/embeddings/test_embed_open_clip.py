import importlib.metadata
import io
import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from optional import optional
from PIL import Image

from curation.embeddings import open_clip as embed_open_clip
from curation.embeddings.embedder import EmbedderError, embedder_identity, load_embedder
from curation.embeddings.open_clip import batched
from schemas.reject import RecordError

open_clip = optional("open_clip")
torch = optional("torch")

pytestmark = pytest.mark.torch

CONFIG = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 16, "heads": 2, "layers": 1},
}


def png(seed):
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


IMAGES = [png(seed) for seed in range(7)]


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A folder with a tiny model in every form: Hub folder, .safetensors and .pt beside a configuration."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "tiny.json").write_text(json.dumps(CONFIG))
    torch.manual_seed(0)
    state = open_clip.CLIP(**CONFIG).state_dict()
    from safetensors.torch import save_file

    save_file(state, folder / "weights.safetensors")
    torch.save(state, folder / "weights.pt")
    hub = folder / "hub"
    hub.mkdir()
    (hub / "open_clip_config.json").write_text(json.dumps({"model_cfg": CONFIG, "preprocess_cfg": {}}))
    save_file(state, hub / "open_clip_model.safetensors")
    return folder


def test_folder_safetensors_and_pt_give_the_same_unit_vectors(weights):
    files = ("weights.safetensors", "weights.pt")
    specs = [f"open_clip:{weights}/hub", *(f"open_clip:tiny/{weights}/{name}" for name in files)]
    vectors = []
    for spec in specs:
        embedder = load_embedder(spec)
        assert embedder.dimension == 16
        assert embedder.identity == embedder_identity(spec)
        vectors.append(embedder.embed(IMAGES))
    assert vectors[0].dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors[0], axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], vectors[1])
    assert np.array_equal(vectors[0], vectors[2])
    assert torch.get_num_threads() == 1


def test_batches_and_repeats_agree(weights, monkeypatch):
    embedder = load_embedder(f"open_clip:{weights}/hub")
    together = embedder.embed(IMAGES)
    assert np.array_equal(together, embedder.embed(IMAGES))
    monkeypatch.setattr(embed_open_clip, "BATCH", 3)
    assert np.allclose(together, embedder.embed(IMAGES), atol=1e-6)
    assert embedder.embed([]).shape == (0, 16)
    assert np.abs(together[0] - together[1]).max() > 1e-4


def test_a_batch_for_which_there_is_no_room_is_halved():
    tried = []

    def embed(items):
        tried.append(len(items))
        if len(items) > 3:
            raise MemoryError
        return np.array(items, np.float32)[:, None]

    found = np.concatenate(list(batched(embed, range(11), 8, MemoryError)))
    assert found[:, 0].tolist() == list(range(11))
    assert tried == [8, 4, 2, 2, 2, 2, 2, 1]
    with pytest.raises(ZeroDivisionError):  # not even one has room
        list(batched(lambda items: 1 / 0, [1, 2], 2, ZeroDivisionError))


def test_a_broken_image_is_a_reject(weights):
    with pytest.raises(RecordError, match="image_unreadable"):
        load_embedder(f"open_clip:{weights}/hub").embed([IMAGES[0], b"no image"])


def test_identity_follows_weights_and_configuration_not_the_place(weights, tmp_path):
    first = embedder_identity(f"open_clip:{weights}/hub")
    assert first.startswith(
        f"open_clip/{importlib.metadata.version('open_clip_torch')} folder weights=sha256:"
    )
    moved = tmp_path / "moved"
    moved.mkdir()
    for file in (weights / "hub").iterdir():
        (moved / file.name).write_bytes(file.read_bytes())
    assert embedder_identity(f"open_clip:{moved}") == first
    config = moved / "open_clip_config.json"
    config.write_text(
        config.read_text().replace('"preprocess_cfg": {}', '"preprocess_cfg": {"mean": [0, 0, 0]}')
    )
    changed = embedder_identity(f"open_clip:{moved}")
    assert changed != first
    (moved / "open_clip_model.safetensors").write_bytes(b"other")
    assert embedder_identity(f"open_clip:{moved}") not in (first, changed)


def test_identity_of_local_weights_needs_no_heavy_library(weights):
    code = (
        "import sys; from curation.embeddings.embedder import embedder_identity;"
        f"embedder_identity('open_clip:{weights}/hub');"
        f"embedder_identity('open_clip:ViT-B-32/{weights}/weights.pt');"
        "assert not {'torch', 'open_clip', 'faiss'} & set(sys.modules), 'heavy import'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class Attack:
    def __reduce__(self):
        return (exec, ("raise SystemExit('executed')",))


def test_a_pickle_is_never_run(weights, tmp_path):
    path = tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps({"weight": Attack()}))
    with pytest.raises(EmbedderError, match="do not fit the model ViT-B-32 or are damaged"):
        load_embedder(f"open_clip:ViT-B-32/{path}")
    torch.save({"state_dict": Attack()}, path)
    with pytest.raises(EmbedderError, match="do not fit the model tiny or are damaged"):
        (tmp_path / "tiny.json").write_text(json.dumps(CONFIG))
        load_embedder(f"open_clip:tiny/{path}")


@pytest.mark.parametrize("name", ["weights.safetensors", "weights.pt"])
@pytest.mark.parametrize("content", ["empty", "cut", "noise"])
def test_damaged_weights_are_one_clear_error(weights, tmp_path, name, content):
    whole = (weights / name).read_bytes()
    broken = {"empty": b"", "cut": whole[: len(whole) // 2], "noise": b"\x07" * 5000}[content]
    (tmp_path / name).write_bytes(broken)
    (tmp_path / "tiny.json").write_text(json.dumps(CONFIG))
    with pytest.raises(EmbedderError, match="do not fit the model tiny or are damaged"):
        load_embedder(f"open_clip:tiny/{tmp_path}/{name}")


def test_weights_of_another_shape_are_one_clear_error(weights, tmp_path):
    other = json.loads(json.dumps(CONFIG)) | {"embed_dim": 24}
    (tmp_path / "tiny.json").write_text(json.dumps(other))
    (tmp_path / "w.safetensors").write_bytes((weights / "weights.safetensors").read_bytes())
    with pytest.raises(EmbedderError, match="do not fit the model tiny"):
        load_embedder(f"open_clip:tiny/{tmp_path}/w.safetensors")


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("ViT-B-23/laion2b_s34b_b79k", "knows no model 'ViT-B-23'; close names are .*ViT-B-32"),
        ("vit-b-32/laion2b_s34b_b79k", "close names are ViT-B-32"),
        ("xyzzy/none.pt", "weights file none.pt does not exist"),
        ("ViT-B-32", "names no weights and is no folder"),
        ("ViT-B-32/no_such_tag", "no weights 'no_such_tag' for ViT-B-32; its tags are .*laion2b_s34b_b79k"),
        ("/no/such/folder", "There is no folder"),
        ("/no/such/file.pt", "names weights without a model"),
    ],
)
def test_wrong_names_are_one_clear_error(rest, message):
    for call in (load_embedder, embedder_identity):
        with pytest.raises(EmbedderError, match=message):
            call(f"open_clip:{rest}")


def test_incomplete_folders_are_one_clear_error(tmp_path):
    for content, message in [
        (None, "holds no open_clip_config.json"),
        ("{", "is no JSON"),
        ("[]", "lacks model_cfg"),
        (json.dumps({"model_cfg": CONFIG}), "holds no weights"),
    ]:
        if content is not None:
            (tmp_path / "open_clip_config.json").write_text(content)
        with pytest.raises(EmbedderError, match=message):
            load_embedder(f"open_clip:{tmp_path}")


def test_weights_by_tag_offline_fail_at_once_and_say_what_to_do(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")  # and what was read of it, and of HF_HOME, at the import
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    for call in (load_embedder, embedder_identity):
        with pytest.raises(EmbedderError) as raised:
            call("open_clip:ViT-B-32/laion2b_s34b_b79k")
        (line,) = str(raised.value).splitlines()
        assert "HF_HUB_OFFLINE is set" in line and "open_clip:ViT-B-32/<path" in line


def test_a_missing_package_is_named(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(EmbedderError, match=r"pip install 'scimmir\[openclip\]'"):
        load_embedder("open_clip:ViT-B-32/laion2b_s34b_b79k")
