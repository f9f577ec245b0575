"""The models that can be trained: the small one of this project, and every architecture that open_clip knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from training.small_clip import BPE_FILE, NAME, SIDE, model_config, write_config

# CLIP's own normalisation, which open_clip's training applies by default.
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Architecture:
    """What training and export need to know of a model.

    `configs` are files to register with open_clip; `side` is that of its square input in pixels.
    """

    name: str
    config: Mapping[str, Any]
    configs: tuple[Path, ...]
    side: int
    resize_mode: str

    def preprocess(self) -> dict[str, Any]:
        """Return open_clip's preprocessing of pictures for a model trained here."""
        return {
            "size": self.side,
            "mean": list(CLIP_MEAN),
            "std": list(CLIP_STD),
            "interpolation": "bicubic",
            "resize_mode": self.resize_mode,
        }


def architecture(name: str, work: Path) -> Architecture:
    """Return the architecture of a name; files that open_clip must be given are written into `work`.

    Figures are wide or tall as often as square, so a whole picture is squashed to the model's square rather
    than cut to it.

    Raises:
        UserError: open_clip is not installed, or knows no such model with plain settings.
    """
    if name == NAME:
        path = write_config(work)
        return Architecture(name, model_config(str((work / BPE_FILE).resolve())), (path,), SIDE, "squash")
    config = _known(name)
    vision, text = config.get("vision_cfg", {}), config.get("text_cfg", {})
    if (
        "hf_model_name" in text
        or "timm_model_name" in vision
        or not isinstance(vision.get("image_size"), int)
    ):
        raise UserError(f"{name} is built of another library's parts: train a plain model such as ViT-B-32")
    return Architecture(name, config, (), vision["image_size"], "squash")


def _known(name: str) -> dict[str, Any]:
    try:
        import open_clip
    except ImportError as error:
        raise UserError("training needs open_clip: pip install 'scimmir[train]'") from error
    config = open_clip.get_model_config(name)
    if config is None:
        raise UserError(
            f"there is no model {name!r}; known are {NAME} and those that open_clip lists, such as ViT-B-32"
        )
    return dict(config)
