"""Brings the stage tables together into a release, and checks that nothing was lost on the way."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version as installed_version
from pathlib import Path

import numpy as np
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
from schemas.columns import arrow_schema, as_declared, rows_of, table_of, with_long_strings
from schemas.errors import UserError
from schemas.paper import PaperFacts, PaperRow
from schemas.reject import Reject
from warehouse.catalog import build as catalog
from warehouse.releases import publish as release
from warehouse.releases.alerts import latest_manifest
from warehouse.report import page as report
from warehouse.stages.lineage import record_lineage
from warehouse.stages.tables import Json, StageOutput, stage_key

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
    cuts = (
        work.by_shard(curated.papers.table("papers"), "paper_key"),
        work.by_shard(curated.papers.table("float_licenses"), "pair_id"),
        work.by_shard(curated.papers.table("float_notices"), "pair_id"),
        work.by_shard(kept, "pair_id"),
    )
    with progress("release", len(work.shards), "shards") as advance:

        def shards() -> Iterator[release.ShardTables]:
            for index in range(len(work.shards)):
                yield _shard_tables(work, index, *(cut[index] for cut in cuts))
                advance(1)

        plan = release.ReleasePlan(
            version=version,
            key=key,
            shards=shards,
            tables={
                "papers": table_of(PaperRow, papers),
                "rejects": as_declared(Reject, rejects),
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


def _found(work: GlobalWork) -> pa.Table:
    """Return `pair_id` and `paper_key` of every figure, table and panel that was found, in document order."""
    floats = work.table("extract", "floats", ["pair_id", "paper_key"])
    rejects = work.table("extract", "rejects", ["pair_id", "paper_key"])
    rejects = rejects.filter(pc.is_valid(rejects.column("pair_id"))).cast(floats.schema)
    return pa.concat_tables([floats, rejects])


def _rejects(work: GlobalWork, curated: Curated, found: pa.Table) -> pa.Table:
    """Return every reject of the build, of papers first, then in the order of the floats."""
    tables = [table_of(Reject, work.inventory.rejects)]
    tables += [work.table(stage, "rejects") for stage in REJECTING]
    tables += [curated.duplicates.table("rejects"), curated.contamination.table("rejects")]
    rejects = pa.concat_tables(
        with_long_strings(table).select(arrow_schema(Reject).names) for table in tables
    )
    places = pc.index_in(rejects.column("pair_id"), value_set=found.column("pair_id"), skip_nulls=True)
    keys = pa.table(
        {
            "place": pc.fill_null(places, -1),  # -1 for whole papers
            "paper_key": rejects.column("paper_key"),
            "row": pa.array(np.arange(rejects.num_rows)),
        }
    )
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return rejects.take(order)


def _kept(work: GlobalWork, curated: Curated) -> pa.Table:
    """Return the pairs of the release: duplicate group, duplicates removed, and why an image stays out."""
    outputs = (curated.duplicates, curated.contamination)
    removed = with_long_strings(pa.concat_tables(output.table("rejects", ["pair_id"]) for output in outputs))
    names = work.table("embed", "embeddings", ["pair_id"]).column("pair_id")
    names = names.filter(pc.invert(pc.is_in(names, value_set=removed.column("pair_id"))))
    repeated = with_long_strings(curated.duplicates.table("duplicates", ["duplicate_group"]))
    groups = repeated.column("duplicate_group").value_counts()
    place = pc.index_in(names, value_set=groups.field("values"))
    withheld = withheld_images(work, curated.papers)
    return pa.table(
        {
            "pair_id": names,
            "duplicate_group": pc.if_else(pc.is_valid(place), names, pa.scalar(None, names.type)),
            "duplicates_removed": pc.fill_null(groups.field("counts").take(place), 0).cast(pa.int32()),
            "image_withheld": _reasons(names, withheld),
        }
    )


def _reasons(names: pa.ChunkedArray, withheld: Mapping[str, str]) -> pa.ChunkedArray:
    place = pc.index_in(names, value_set=pa.array(list(withheld), names.type))
    return pa.array(list(withheld.values()), pa.string()).take(place)


def _check_accounts(found: pa.Table, rejects: pa.Table, kept: pa.Table, max_unexpected_share: float) -> None:
    """Stop unless every float found is a pair or a reject, once."""
    known = found.column("pair_id")
    rejected = rejects.column("pair_id").drop_null()
    ends = pa.chunked_array([*kept.column("pair_id").chunks, *rejected.chunks], known.type)
    counts = ends.value_counts()
    for what, names in (
        ("lost", known.filter(pc.invert(pc.is_in(known, value_set=ends)))),
        ("counted twice", counts.field("values").filter(pc.greater(counts.field("counts"), 1))),
        ("never found", ends.filter(pc.invert(pc.is_in(ends, value_set=known)))),
    ):
        if len(names):
            raise BuildError(
                f"the books do not balance: {len(names)} floats {what}, such as {pc.min(names)}; "
                "this is a defect, and nothing was published"
            )
    unexpected = rejects.filter(pc.equal(rejects.column("reason"), "unexpected"))
    total = pc.count_distinct(known).as_py()
    if unexpected.num_rows > max(2, max_unexpected_share * total):
        first = unexpected.slice(0, 1).to_pylist()[0]
        raise BuildError(
            f"{unexpected.num_rows} of {total} floats and papers failed for unexpected reasons, more than "
            f"{max_unexpected_share:.0%}; the first is {first['paper_key']}: {first['detail']}"
        )


def _papers(
    work: GlobalWork, curated: Curated, found: pa.Table, rejects: pa.Table, kept: pa.Table
) -> list[PaperRow]:
    paper_of = found.column("paper_key").take(
        pc.index_in(kept.column("pair_id"), value_set=found.column("pair_id"))
    )
    of_floats = pc.is_valid(rejects.column("pair_id"))
    floats = _counts(found.column("paper_key"))
    pairs = _counts(paper_of)
    rejected = _counts(rejects.column("paper_key").filter(of_floats))
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


def _counts(values: pa.ChunkedArray) -> Counter[str]:
    """Return how often each value stands in a column."""
    counted = values.value_counts()
    return Counter(
        dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
    )


def _shard_tables(
    work: GlobalWork, index: int, papers: pa.Table, licenses: pa.Table, notices: pa.Table, kept: pa.Table
) -> release.ShardTables:
    images = [work.output(stage, index).table("images") for stage in ("images", "typeset")]
    return release.ShardTables(
        floats=work.output("extract", index).table("floats"),
        images=pa.concat_tables(images),
        classes=work.output("classify", index).table("classes"),
        ocr=work.output("ocr", index).table("ocr"),
        papers=papers,
        float_licenses=licenses,
        float_notices=notices,
        kept=kept,
    )


def _manifest(work: GlobalWork, curated: Curated, rejects: pa.Table, kept: pa.Table) -> dict[str, Json]:
    of_floats = rejects.filter(pc.is_valid(rejects.column("pair_id")))
    by_stage = _counts(of_floats.column("stage"))
    by_reason = _counts(rejects.column("reason"))
    counts: dict[str, Json] = {
        "papers": curated.papers.table("papers", ["paper_key"]).num_rows,
        "papers_rejected": rejects.num_rows - of_floats.num_rows,
        "floats_found": kept.num_rows + of_floats.num_rows,
        "pairs": kept.num_rows,
        "rejects_float": of_floats.num_rows,
        "rejects_paper": rejects.num_rows - of_floats.num_rows,
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
