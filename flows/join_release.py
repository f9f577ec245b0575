"""Brings the stage tables together into a release, and checks that nothing was lost on the way."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version as installed_version
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from curation import decontaminate, dedupe, embed
from extractors import ocr
from flows import catalogue_papers
from flows.apply_policy import policy_account, policy_parameters, withheld_images
from flows.build_options import BuildOptions
from flows.curate_pairs import duplicate_parameters, plain
from flows.run_stages import SHARD_STAGES, ocr_parameters
from flows.score_classes import agreement_line, class_account, labels_key
from flows.stage_tables import GlobalWork
from runtime.cache import place_behind
from runtime.progress import progress
from schemas.annotations import ContaminationRow, DuplicateRow
from schemas.columns import rows_of, table_of
from schemas.errors import UserError
from schemas.paper import PaperFacts, PaperRow
from schemas.reject import Reject
from warehouse import catalog, release, report
from warehouse.lake import Json, StageOutput, stage_key
from warehouse.lineage import record_lineage
from warehouse.reject_alerts import latest_manifest

REJECTING = ("extract", "images", "typeset", "embed")  # shard stages with a table of rejects
CURATED_COLUMNS = ("pair_id", "paper_key", "kind", "label", "caption", "snippet")


@dataclass(frozen=True)
class Curated:
    """The outputs of the stages over the whole build."""

    papers: StageOutput
    duplicates: StageOutput
    contamination: StageOutput


class BuildError(UserError):
    """The build came to a result that must not be published."""


def join_release(work: GlobalWork, curated: Curated, version: str | None) -> Path:
    """Publish the release of these stage tables and return its folder; do nothing when it is there.

    Raises:
        BuildError: floats got lost, or more than the allowed share of them failed for unknown reasons.
        WarehouseError: the version is taken by another release, or the disk cannot be written to.
    """
    key = _release_key(work, curated)
    folder = release.find_release(work.warehouse, version, key)
    if folder is None:
        folder = _publish(work, curated, version, key)
    with release.publishing(work.warehouse):
        record_lineage(work.warehouse, folder.name, key, _outputs(work, curated))
        release.point_latest(work.warehouse, folder.name)
        catalog.rebuild(work.warehouse)
    return folder


def _release_key(work: GlobalWork, curated: Curated) -> str:
    inputs = [key for name in SHARD_STAGES for key in work.keys(name)]
    inputs += [curated.papers.key, curated.duplicates.key, curated.contamination.key]
    parameters: dict[str, Json] = {
        "code": installed_version("scimmir"),
        "rejects": [asdict(reject) for reject in work.inventory.rejects],
        "license_policy": policy_parameters(work.options.license_policy),
        **labels_key(work.options),
    }
    return stage_key("release", release.VERSION, parameters, inputs)


def _outputs(work: GlobalWork, curated: Curated) -> dict[str, list[str]]:
    """Return the keys of all stage outputs that go in, by stage."""
    return {name: work.keys(name) for name in SHARD_STAGES} | {
        "papers": [curated.papers.key],
        "dedupe": [curated.duplicates.key],
        "decontaminate": [curated.contamination.key],
    }


def _publish(work: GlobalWork, curated: Curated, version: str | None, key: str) -> Path:
    found = _found(work)
    rejects = _rejects(work, curated, found)
    kept = _kept(work, curated)
    _check_accounts(found, rejects, kept, work.options.max_unexpected_share)
    papers = _papers(work, curated, found, rejects, kept)
    with progress("release", len(work.shards), "shards") as advance:

        def shards() -> Iterator[release.ShardTables]:
            for index in range(len(work.shards)):
                yield _shard_tables(work, index)
                advance(1)

        plan = release.ReleasePlan(
            version=version,
            key=key,
            shards=shards,
            papers=table_of(PaperFacts, rows_of(PaperFacts, curated.papers.table("papers"))),
            float_licenses=curated.papers.table("float_licenses"),
            float_notices=curated.papers.table("float_notices"),
            kept=kept,
            tables={
                "papers": table_of(PaperRow, papers),
                "rejects": table_of(Reject, rejects),
                "duplicates": table_of(
                    DuplicateRow, rows_of(DuplicateRow, curated.duplicates.table("duplicates"))
                ),
                "contamination": table_of(
                    ContaminationRow, rows_of(ContaminationRow, curated.contamination.table("contamination"))
                ),
            },
            manifest=_manifest(work, curated, rejects, kept),
        )
        earlier = latest_manifest(work.warehouse)
        return release.publish(work.warehouse, plan, partial(report.write_report, earlier=earlier))


def _found(work: GlobalWork) -> dict[str, str]:
    """Return the paper of every figure, table and panel that was found, by pair_id."""
    floats = work.table("extract", "floats", ["pair_id", "paper_key"])
    rejects = work.table("extract", "rejects", ["pair_id", "paper_key"])
    rejects = rejects.filter(pc.is_valid(rejects.column("pair_id")))
    found: dict[str, str] = {}
    for table in (floats, rejects):
        found.update(
            zip(table.column("pair_id").to_pylist(), table.column("paper_key").to_pylist(), strict=True)
        )
    return found


def _rejects(work: GlobalWork, curated: Curated, found: Mapping[str, str]) -> list[Reject]:
    """Return every reject of the build, of papers first, then in the order of the floats."""
    rejects = list(work.inventory.rejects)
    for stage in REJECTING:
        rejects += rows_of(Reject, work.table(stage, "rejects"))
    rejects += rows_of(Reject, curated.duplicates.table("rejects"))
    rejects += rows_of(Reject, curated.contamination.table("rejects"))
    order = {name: number for number, name in enumerate(found)}
    return sorted(rejects, key=lambda r: (r.pair_id is not None, order.get(r.pair_id or "", 0), r.paper_key))


def _kept(work: GlobalWork, curated: Curated) -> pa.Table:
    """Return the pairs of the release: duplicate group, duplicates removed, and why an image stays out."""
    removed = set(curated.duplicates.table("rejects").column("pair_id").to_pylist())
    removed |= set(curated.contamination.table("rejects").column("pair_id").to_pylist())
    groups = Counter(curated.duplicates.table("duplicates").column("duplicate_group").to_pylist())
    embedded = work.table("embed", "embeddings", ["pair_id"]).column("pair_id").to_pylist()
    names = [name for name in embedded if name not in removed]
    withheld = withheld_images(work, curated.papers)
    return pa.table(
        {
            "pair_id": pa.array(names, pa.string()),
            "duplicate_group": pa.array([name if name in groups else None for name in names], pa.string()),
            "duplicates_removed": pa.array([groups.get(name, 0) for name in names], pa.int32()),
            "image_withheld": pa.array([withheld.get(name) for name in names], pa.string()),
        }
    )


def _check_accounts(
    found: Mapping[str, str], rejects: list[Reject], kept: pa.Table, max_unexpected_share: float
) -> None:
    """Stop unless every float found is a pair or a reject, once."""
    ends = Counter(kept.column("pair_id").to_pylist())
    ends.update(reject.pair_id for reject in rejects if reject.pair_id is not None)
    lost = sorted(set(found) - set(ends))
    twice = sorted(name for name, count in ends.items() if count > 1)
    unknown = sorted(set(ends) - set(found))
    for what, names in (("lost", lost), ("counted twice", twice), ("never found", unknown)):
        if names:
            raise BuildError(
                f"the books do not balance: {len(names)} floats {what}, such as {names[0]}; "
                "this is a defect, and nothing was published"
            )
    unexpected = [reject for reject in rejects if reject.reason == "unexpected"]
    if len(unexpected) > max(2, max_unexpected_share * len(found)):
        raise BuildError(
            f"{len(unexpected)} of {len(found)} floats and papers failed for unexpected reasons, more than "
            f"{max_unexpected_share:.0%}; the first is {unexpected[0].paper_key}: {unexpected[0].detail}"
        )


def _papers(
    work: GlobalWork, curated: Curated, found: Mapping[str, str], rejects: list[Reject], kept: pa.Table
) -> list[PaperRow]:
    floats = Counter(found.values())
    pairs = Counter(found[name] for name in kept.column("pair_id").to_pylist())
    rejected = Counter(reject.paper_key for reject in rejects if reject.pair_id is not None)
    warnings: dict[str, list[str]] = {}
    for row in work.table("extract", "warnings").to_pylist():
        warnings.setdefault(row["paper_key"], []).append(row["warning"])
    return [
        PaperRow(
            **{name: getattr(facts, name) for name in PaperFacts.__dataclass_fields__},
            floats_found=floats[facts.paper_key],
            pairs=pairs[facts.paper_key],
            rejects=rejected[facts.paper_key],
            warnings=tuple(warnings.get(facts.paper_key, ())),
        )
        for facts in rows_of(PaperFacts, curated.papers.table("papers"))
    ]


def _shard_tables(work: GlobalWork, index: int) -> release.ShardTables:
    images = [work.output(stage, index).table("images") for stage in ("images", "typeset")]
    return release.ShardTables(
        floats=work.output("extract", index).table("floats"),
        images=pa.concat_tables(images),
        classes=work.output("classify", index).table("classes"),
        ocr=work.output("ocr", index).table("ocr"),
    )


def _manifest(work: GlobalWork, curated: Curated, rejects: list[Reject], kept: pa.Table) -> dict[str, Json]:
    of_floats = [reject for reject in rejects if reject.pair_id is not None]
    by_stage = Counter(reject.stage for reject in of_floats)
    by_reason = Counter(reject.reason for reject in rejects)
    counts: dict[str, Json] = {
        "papers": curated.papers.table("papers", ["paper_key"]).num_rows,
        "papers_rejected": len(rejects) - len(of_floats),
        "floats_found": kept.num_rows + len(of_floats),
        "pairs": kept.num_rows,
        "rejects_float": len(of_floats),
        "rejects_paper": len(rejects) - len(of_floats),
        "rejects_by_stage": dict(sorted(by_stage.items())),
        "rejects_by_reason": dict(sorted(by_reason.items())),
    }
    stages: dict[str, Json] = {name: stage.version for name, stage in SHARD_STAGES.items()}
    parameters = json.loads(work.options.model_dump_json(exclude=set(MACHINE_OPTIONS)))
    parameters["decontaminate"] = [Path(name).name for name in work.options.decontaminate]
    return {
        "code_version": installed_version("scimmir"),
        "parameters": parameters,
        "stage_parameters": {name: dict(s.parameters(work.options)) for name, s in SHARD_STAGES.items()},
        "stages": {**stages, **GLOBAL_VERSIONS, "release": release.VERSION},
        "engines": _engines(work.options),
        "thresholds": plain(asdict(duplicate_parameters(work.options))),
        "license_policy": policy_account(work.options.license_policy, kept),
        "image_sets": curated.contamination.table("image_sets").to_pylist(),
        "inputs": {"papers": len(work.inventory.papers), "sha256": work.inputs_sha256()},
        "counts": counts,
        **class_account(work, kept),
    }


GLOBAL_VERSIONS: dict[str, Json] = {
    "papers": catalogue_papers.VERSION,
    "dedupe": dedupe.VERSION,
    "decontaminate": decontaminate.VERSION,
}


def _engines(options: BuildOptions) -> dict[str, Json]:
    engine = options.ocr_engine
    return {
        "ocr": None if engine == "none" else ocr.engine_identity(engine, ocr_parameters(options)),
        "embedder": embed.embedder_identity(options.embedder),
    }


# What depends on the machine and not on the data stays out of the manifest.
MACHINE_OPTIONS = (
    "workers", "ocr_model_dir", "decontaminate", "labels", "papers_per_shard", "task_runner", "dask_address",
    "ray_address", "log_format", "metrics_dir",
)  # fmt: skip


def release_summary(folder: Path) -> str:
    """Return a short Markdown account of a release, for the terminal and for Prefect's artifact."""
    manifest = release.read_manifest(folder)
    counts = manifest["counts"]
    assert isinstance(counts, dict)
    rows = manifest["rows_by_split"]
    assert isinstance(rows, dict)
    splits = ", ".join(f"{split} {count}" for split, count in rows.items())
    reasons = counts["rejects_by_reason"]
    assert isinstance(reasons, dict)
    top = ", ".join(f"{reason} {count}" for reason, count in reasons.items()) or "none"
    policy = manifest.get("license_policy")
    assert isinstance(policy, dict)
    withheld = policy["withheld_by_reason"]
    assert isinstance(withheld, dict)
    left_out = ", ".join(f"{reason} {count}" for reason, count in withheld.items())
    return (
        f"Release **{folder.name}** ({str(manifest['release_hash'])[:12]})\n\n"
        f"- {counts['papers']} papers, and {counts['rejects_paper']} archives or papers rejected whole\n"
        f"- {counts['floats_found']} figures, tables and panels found = {counts['pairs']} pairs "
        f"+ {counts['rejects_float']} rejects\n"
        f"- pairs by split: {splits}\n"
        f"- rejects by reason: {top}\n"
        f"- licence policy {policy['name']}: {policy['use']}\n"
        f"- {policy['images']} images, {policy['images_withheld']} withheld"
        f"{f' ({left_out})' if left_out else ''}\n"
        f"{agreement_line(manifest)}"
        f"- {place_behind(folder) or folder}/report.html\n"
    )
