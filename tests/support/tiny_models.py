"""Models that nobody trained, in folders: a CLIP as we export it, and those of transformers by their configurations."""

from pathlib import Path
from typing import Any

import pytest

WORDS = (
    "a",
    "plot",
    "of",
    "loss",
    "accuracy",
    "the",
    "table",
    "cells",
    "under",
    "light",
    "two",
    "three",
    "map",
)
SIDE = 32
VISION: dict[str, Any] = {
    "image_size": SIDE, "patch_size": 16, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
    "num_attention_heads": 2,
}  # fmt: skip
TEXT: dict[str, Any] = {
    "vocab_size": 24, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
    "max_position_embeddings": 12, "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3,
}  # fmt: skip
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


def write_model(family: str, folder: Path, **changes: Any) -> Any:
    """Write a model of a family with tokenizer and image processor into a folder; return it as it was made."""
    import torch
    import transformers as library

    torch.manual_seed(7)
    model = _models(library)[family](changes)
    # The library begins with tiny weights, and then all pictures are alike.
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.3)
    model.eval().save_pretrained(folder)
    _write_tokenizer(library, folder)
    side = {"height": SIDE, "width": SIDE}
    library.CLIPImageProcessor(size=side, do_center_crop=False).save_pretrained(folder)
    return model


def _models(library: Any) -> dict[str, Any]:
    def clip(changes: dict[str, Any]) -> Any:
        config = library.CLIPConfig(vision_config=VISION, text_config=TEXT, projection_dim=8, **changes)
        return library.CLIPModel(config)

    def siglip(changes: dict[str, Any]) -> Any:
        return library.SiglipModel(library.SiglipConfig(vision_config=VISION, text_config=TEXT, **changes))

    def chinese_clip(changes: dict[str, Any]) -> Any:
        config = library.ChineseCLIPConfig(
            vision_config=VISION, text_config=TEXT, projection_dim=8, **changes
        )
        return library.ChineseCLIPModel(config)

    def blip(changes: dict[str, Any]) -> Any:
        text = TEXT | {"encoder_hidden_size": 16, "projection_dim": 16}
        config = library.BlipConfig(
            vision_config=VISION, text_config=text, projection_dim=8, image_text_hidden_size=8, **changes
        )
        return library.BlipForImageTextRetrieval(config)

    def blip_2(changes: dict[str, Any]) -> Any:
        asking = TEXT | {
            "encoder_hidden_size": 16,
            "cross_attention_frequency": 1,
            "use_qformer_text_input": True,
        }
        config = library.Blip2Config(
            vision_config=VISION, qformer_config=asking, text_config={"model_type": "opt"}, num_query_tokens=3,
            image_text_hidden_size=8, **changes,
        )  # fmt: skip
        return library.Blip2ForImageTextRetrieval(config)

    return {"clip": clip, "siglip": siglip, "chinese_clip": chinese_clip, "blip": blip, "blip-2": blip_2}


def _write_tokenizer(library: Any, folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    names = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS)
    tokenizer = Tokenizer(models.WordLevel({name: place for place, name in enumerate(names)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    library.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", bos_token="[CLS]", eos_token="[SEP]",
        model_max_length=12,
    ).save_pretrained(folder)  # fmt: skip
