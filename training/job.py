"""Trains a CLIP model on a release's pairs or on WebDataset shards, and exports it for builds and evaluation."""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import UserError
from schemas.pair import EVERYTHING, Selection
from training.export import export_model
from training.hardest import grouped, read_triplets
from training.mixing import Source, count_samples, write_mixed
from training.models import Architecture, architecture
from training.pairs import mixed, released
from training.shards import write_shards
from training.train import TrainParameters, train


@dataclass(frozen=True, kw_only=True)
class Material:
    """What is learnt from: the train split of a release, distorted anew for each copy, or shards as they are.

    Of several folders of shards, or where `samples` says how many pictures are seen in all, those are drawn and
    mixed by the folders' weights first.
    """

    release: Path | None = None
    triplets: Path | None = None  # of an export, each pair beside its hardest negatives
    shards: Sequence[Source] = ()
    samples: int | None = None
    copies: int = 4
    splits: Sequence[str] = ("train",)
    wanted: Selection = EVERYTHING


def train_model(
    output: Path,
    material: Material,
    *,
    model: str,
    work: Path,
    pretrained: str | None = None,
    parameters: TrainParameters,
) -> int:
    """Write a trained model's folder, for `--embedder onnx:FOLDER`; return how many pictures an epoch has.

    Args:
        output: folder to write; it must not exist.
        material: what to learn from.
        model: scimmir-small, or an architecture that open_clip knows.
        work: folder for shards, logs and checkpoints; it stays.
        pretrained: weights to begin from: open_clip's tag or a local file; random weights by default.
        parameters: how to train.

    Raises:
        UserError: the output exists, there is nothing to learn from, or training fails.
    """
    if output.exists():
        raise UserError(f"{output} exists already: name a folder that does not")
    found = architecture(model, work)
    shards, count = _shards(material, found, work, parameters)
    batch = min(parameters.batch_size, count)
    fifth = max(1, parameters.epochs * (count // batch) // 5)
    parameters = dataclasses.replace(
        parameters,
        batch_size=batch,
        warmup=min(parameters.warmup, fifth),  # a short run would never reach its learning rate
        resize_mode=found.resize_mode,
        keep_groups=material.triplets is not None,
    )
    checkpoint = train(
        shards, count, work, model=model, parameters=parameters, configs=found.configs, pretrained=pretrained
    )
    export_model(checkpoint, dict(found.config), found.preprocess(), output)
    return count


def _shards(
    material: Material, found: Architecture, work: Path, parameters: TrainParameters
) -> tuple[str, int]:
    if material.triplets is not None:
        return _triplets(material.triplets, material, found, work / "shards", parameters.seed)
    if (material.release is None) == (not material.shards):
        raise UserError("name either a release or a folder of shards to learn from")
    folder, seed = work / "shards", parameters.seed
    if material.shards:
        if material.wanted != EVERYTHING:
            raise UserError(
                "shards are learnt as they are: select classes and image types when they are exported"
            )
        return _given(material, folder, parameters)
    if material.samples is not None:
        raise UserError("a number of samples is drawn from shards: export the release first")
    assert material.release is not None
    shutil.rmtree(folder, ignore_errors=True)
    stored = released(
        material.release, material.splits, longest=max(400, 2 * found.side), wanted=material.wanted
    )
    return write_shards(folder, mixed(stored, seed), side=found.side, copies=material.copies, seed=seed)


def _triplets(
    folder: Path, material: Material, found: Architecture, shards: Path, seed: int
) -> tuple[str, int]:
    if material.release is not None or material.shards or material.samples or material.wanted != EVERYTHING:
        raise UserError(
            "triplets are learnt alone and as they are: select classes and image types when they are exported"
        )
    shutil.rmtree(shards, ignore_errors=True)
    pairs = read_triplets(folder, longest=max(400, 2 * found.side))
    return write_shards(shards, grouped(pairs, seed), side=found.side, copies=material.copies, seed=seed)


def _given(material: Material, folder: Path, parameters: TrainParameters) -> tuple[str, int]:
    """Return webdataset's pattern of the shards that are learnt, and how many pictures with a text they hold."""
    total = sum(count_samples(source.folder) for source in material.shards)
    if len(material.shards) == 1 and material.samples is None:
        return "::".join(map(str, sorted(material.shards[0].folder.rglob("*.tar")))), total
    count = total
    if material.samples is not None:
        # Whole batches in every epoch, so that what is said to be seen is seen, and no more.
        batches = material.samples // parameters.epochs // parameters.batch_size
        count = max(batches, 1) * parameters.batch_size
    shutil.rmtree(folder, ignore_errors=True)
    pattern, drawn = write_mixed(folder, material.shards, count=count, seed=parameters.seed)
    about = [vars(one) | {"folder": str(one.folder), "share": one.drawn / count} for one in drawn]
    (folder / "mixture.json").write_text(json.dumps(about, indent=2) + "\n")
    return pattern, count
