"""Trains or fine-tunes a CLIP model on WebDataset shards, by open_clip's training program."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UserError
from training.run_open_clip import KEEP_GROUPS

RUN = "run"  # name of the program's folder of logs and checkpoints


@dataclass(frozen=True, kw_only=True)
class TrainParameters:
    """How a model is trained; the defaults are those of a small model from random weights on a CPU.

    The SciMMIR paper fine-tunes CLIP at a learning rate of 2e-5 for 5 epochs with batches of 210 pictures;
    the second seed trains ViT-B/32 at 5e-4 with 500 steps of warm-up and batches of 4096.
    """

    epochs: int = 10
    batch_size: int = 128
    lr: float = 1e-3
    warmup: int = 200
    weight_decay: float = 0.1
    crop_least: float = 0.85  # share of a picture's area that a random crop keeps at least
    resize_mode: str = "squash"
    workers: int = 1
    seed: int = 0
    device: str = "cpu"
    resume: bool = False
    keep_groups: bool = False  # of samples that have a group in their names

    @property
    def precision(self) -> str:
        """open_clip's name of the numbers that are computed with, by device."""
        return "amp_bf16" if self.device.startswith("cuda") else "fp32"


def train(
    shards: str,
    count: int,
    work: Path,
    *,
    model: str,
    parameters: TrainParameters,
    configs: Sequence[Path] = (),
    pretrained: str | None = None,
) -> Path:
    """Return the checkpoint of a model trained on shards of jpg or png files with txt files beside them.

    Args:
        shards: pattern of the shards' paths, such as folder/{00000..00009}.tar.
        count: pictures in them, that is in one epoch.
        work: folder of logs and checkpoints; with `resume` its latest checkpoint goes on.
        model: name that open_clip knows, or that of one of `configs`.
        parameters: how to train.
        configs: configurations of models that open_clip does not ship.
        pretrained: weights to begin from: open_clip's tag or a local file; random weights by default.

    Raises:
        UserError: open_clip is not installed, or its program fails; the message has its last words.
    """
    command = [sys.executable, "-m", "training.run_open_clip", *map(str, configs), "--"]
    command += _arguments(shards, count, work, model, pretrained, parameters)
    work.mkdir(parents=True, exist_ok=True)
    root = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, KEEP_GROUPS: "1" if parameters.keep_groups else ""}
    with (work / "train.log").open("ab") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, env=environment, check=False)
    checkpoint = work / RUN / "checkpoints" / f"epoch_{parameters.epochs}.pt"
    if done.returncode or not checkpoint.is_file():
        lines = (work / "train.log").read_text(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "it printed nothing"
        raise UserError(f"open_clip's training failed ({last[:300]}); all of it is in {work / 'train.log'}")
    return checkpoint


def usable_device(name: str) -> str:
    """Return the device to train on; `auto` is a GPU where there is one.

    Raises:
        UserError: a GPU is asked for and there is none, or torch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise UserError("training needs torch and open_clip: pip install 'scimmir[train]'") from error
    found = bool(torch.cuda.is_available())
    if name == "auto":
        return "cuda" if found else "cpu"
    if name.startswith("cuda") and not found:
        raise UserError("torch sees no GPU here: leave --device out, or give cpu")
    return name


def _arguments(
    shards: str, count: int, work: Path, model: str, pretrained: str | None, p: TrainParameters
) -> list[str]:
    values = {
        "--train-data": shards,
        "--train-num-samples": count,
        "--dataset-type": "webdataset",
        "--model": model,
        "--epochs": p.epochs,
        "--batch-size": p.batch_size,
        "--lr": p.lr,
        "--warmup": p.warmup,
        "--wd": p.weight_decay,
        "--workers": p.workers,
        "--seed": p.seed,
        "--device": p.device,
        "--precision": p.precision,
        "--image-resize-mode": p.resize_mode,
        "--logs": work,
        "--name": RUN,
        "--log-every-n-steps": 20,
    }
    words = [str(word) for pair in values.items() for word in pair]
    words += [
        "--aug-cfg",
        f"scale=({p.crop_least}, 1.0)",
        "ratio=(0.9, 1.111)",
        "--delete-previous-checkpoint",
    ]
    if pretrained is not None:
        words += ["--pretrained", pretrained]
    if p.resume:
        words += ["--resume", "latest"]
    return words
