"""A CLIP of random weights in its exported form: what tests take for a model."""

from pathlib import Path

import pytest

PREPROCESS = {
    "size": 32, "mean": [0.8, 0.8, 0.8], "std": [0.3, 0.3, 0.3], "interpolation": "bicubic", "resize_mode": "squash"
}  # fmt: skip


def write_tiny_clip(work: Path) -> Path:
    """Return the folder of an exported model that nobody trained."""
    torch = pytest.importorskip("torch")
    open_clip = pytest.importorskip("open_clip")
    from training.export import export_model
    from training.small_clip import model_config, write_config

    write_config(work)
    config = model_config(str(work / "bpe.txt.gz"))
    config["vision_cfg"] |= {"image_size": 32, "width": 8}
    torch.manual_seed(3)
    model = open_clip.model.CLIP(**config)
    torch.save({"state_dict": model.state_dict()}, work / "epoch_1.pt")
    export_model(work / "epoch_1.pt", config, PREPROCESS, work / "exported")
    return work / "exported"
