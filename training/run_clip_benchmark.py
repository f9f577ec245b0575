"""Runs clip_benchmark on a model that was trained here, in a process of its own.

`python -m training.run_clip_benchmark MODEL OUTPUT TASK…` is what that process runs: clip_benchmark's own evaluation
of a folder in open_clip's format on folders in its WebDataset layout, each of which gives `OUTPUT/<task>.json`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from training.run_open_clip import training_threads

NAME = "scimmir"  # the kind of model under which clip_benchmark knows what is loaded here
RECALLS = ("1", "5", "10")
BATCH = "64"


def main() -> None:
    """Hand over to clip_benchmark, once for each task."""
    import torch
    from clip_benchmark import cli, models
    from clip_benchmark.metrics import zeroshot_classification

    # clip_benchmark 1.6.2 makes a float of an array of one number, which NumPy refuses from 2.4 on.
    zeroshot_classification.accuracy = accuracy
    torch.set_num_threads(training_threads())
    models.TYPE2FUNC[NAME] = load
    models.MODEL_TYPES.append(NAME)
    model, output, *tasks = sys.argv[1:]
    for task in map(Path, tasks):
        kind = task / "dataset_type.txt"
        is_retrieval = kind.is_file() and kind.read_text().strip().lower() == "retrieval"
        sys.argv = [
            "clip_benchmark", "eval", "--model_type", NAME, "--model", model, "--pretrained", NAME,
            "--dataset", f"wds/{task.name}", "--dataset_root", str(task),
            "--task", "zeroshot_retrieval" if is_retrieval else "zeroshot_classification",
            "--recall_k", *RECALLS, "--batch_size", BATCH, "--num_workers", "0", "--no_amp",
            "--output", str(Path(output, f"{task.name}.json")),
        ]  # fmt: skip
        cli.main()


def accuracy(output: Any, target: Any, topk: tuple[int, ...] = (1,)) -> list[float]:
    """Return for each k the share of pictures whose class is among the k of the largest logits."""
    best = output.topk(max(topk), 1, True, True)[1].eq(target.view(-1, 1))
    return [best[:, :k].any(dim=1).double().mean().item() for k in topk]


def load(model_name: str, device: str, **_: Any) -> tuple[Any, Any, Any]:
    """Return model, preprocessing and tokenizer of a folder, as clip_benchmark wants them."""
    import open_clip

    folder = Path(model_name)
    model, preprocess = open_clip.create_model_from_pretrained(f"local-dir:{folder}", device=device)
    text = json.loads((folder / "open_clip_config.json").read_bytes())["model_cfg"]["text_cfg"]
    bpe = text.get("tokenizer_kwargs", {}).get("bpe_path")
    # A folder names its file of byte pairs relative to itself, which open_clip would look for elsewhere.
    own = {"bpe_path": str(folder / bpe)} if bpe is not None else {}
    return model, preprocess, open_clip.get_tokenizer(f"local-dir:{folder}", **own)


if __name__ == "__main__":
    main()
