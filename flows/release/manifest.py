"""What a release's manifest says of the build that made it."""

import json
from dataclasses import asdict
from importlib.metadata import version as installed_version
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from curation import embeddings
from flows.build_options import BuildOptions
from flows.release.classes import class_account
from flows.release.nothing_lost import count_values
from flows.release.panels import panels_account
from flows.release.policy import policy_account
from flows.shards import BuildInputs, inputs_sha256
from flows.stages import embed, ocr
from flows.stages.order import BUILD_STAGES, SHARD_STAGES
from flows.stages.thresholds import duplicate_parameters
from warehouse import releases
from warehouse.stages import Json, plain

# What depends on the machine and not on the data stays out of the manifest.
MACHINE_OPTIONS = (
    "workers", "device", "ocr_model_dir", "decontaminate", "labels", "class_model", "papers_per_shard", "task_runner",
    "dask_address", "ray_address", "log_format", "metrics_dir",
)  # fmt: skip


def manifest_of(
    inputs: BuildInputs, options: BuildOptions, rejects: pa.Table, kept: pa.Table
) -> dict[str, Json]:
    """Return the manifest but for the files: parameters, versions, engines, thresholds, policy and counts."""
    parameters = json.loads(options.model_dump_json(exclude=set(MACHINE_OPTIONS)))
    parameters["decontaminate"] = [Path(name).name for name in options.decontaminate]
    stages = {name: stage.version for name, stage in (SHARD_STAGES | BUILD_STAGES).items()}
    return {
        "code_version": installed_version("scimmir"),
        "parameters": parameters,
        "stage_parameters": {name: dict(stage.parameters(options)) for name, stage in SHARD_STAGES.items()},
        "stages": {**stages, "release": releases.VERSION},
        "engines": {
            "ocr": ocr.engine_identity(options),
            "embedder": embeddings.embedder_identity(options.embedder, embed.device(options)),
        },
        "thresholds": plain(asdict(duplicate_parameters(options))),
        "license_policy": policy_account(options.license_policy, kept),
        "image_sets": inputs.outputs["decontaminate"].table("image_sets").to_pylist(),
        "inputs": {"papers": len(inputs.inventory.papers), "sha256": inputs_sha256(inputs.inventory)},
        "counts": _counts(inputs, rejects, kept),
        "panels": panels_account(inputs.shards, options.panels, kept),
        **class_account(inputs.shards, options.labels, kept),
    }


def _counts(inputs: BuildInputs, rejects: pa.Table, kept: pa.Table) -> dict[str, Json]:
    of_floats = rejects.filter(pc.is_valid(rejects.column("pair_id")))
    by_stage = count_values(of_floats.column("stage"))
    by_reason = count_values(rejects.column("reason"))
    return {
        "papers": inputs.outputs["papers"].table("papers", ["paper_key"]).num_rows,
        "papers_rejected": rejects.num_rows - of_floats.num_rows,
        "floats_found": kept.num_rows + of_floats.num_rows,
        "pairs": kept.num_rows,
        "rejects_float": of_floats.num_rows,
        "rejects_paper": rejects.num_rows - of_floats.num_rows,
        "rejects_by_stage": dict(sorted(by_stage.items())),
        "rejects_by_reason": dict(sorted(by_reason.items())),
    }
