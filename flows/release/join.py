"""The stage tables brought together into a release."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from importlib.metadata import version as installed_version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.build_options import BuildOptions
from flows.release.classes import labels_key
from flows.release.manifest import manifest_of
from flows.release.nothing_lost import all_rejects, check_accounts, floats_found, pairs_kept, paper_rows
from flows.release.policy import policy_parameters
from flows.release.selected import selection_of
from flows.shards import BuildInputs, ShardTables
from flows.stages.floats import PICTURE_STAGES
from flows.stages.order import SHARD_STAGES
from runtime.progress import progress
from schemas.annotations import NOT_RELEASED, ContaminationRow, DuplicateRow, ImageRow
from schemas.columns import arrow_schema, as_declared, rows_of, table_of
from schemas.pair import EVERYTHING, Selection
from schemas.paper import PaperRow
from schemas.reject import Reject
from warehouse import catalog, releases, report
from warehouse.stages import Json, plain, record_lineage, stage_key


def join_release(inputs: BuildInputs, options: BuildOptions, version: str | None) -> Path:
    """Publish the release of these stage tables and return its folder; do nothing when it is there.

    Raises:
        BuildError: floats got lost, or more than the allowed share of them failed for unknown reasons.
        WarehouseError: the version is taken by another release, or the disk cannot be written to.
    """
    warehouse = inputs.shards.warehouse
    outputs = _outputs(inputs)
    key = _release_key(inputs, options, [key for keys in outputs.values() for key in keys])
    folder = releases.find_release(warehouse, version, key)
    if folder is None:
        folder = _publish(inputs, options, version, key)
    with releases.publishing(warehouse):
        record_lineage(warehouse, folder.name, key, outputs)
        releases.point_latest(warehouse, folder.name)
        catalog.rebuild(warehouse)
    return folder


def _outputs(inputs: BuildInputs) -> dict[str, list[str]]:
    """Return the keys of all stage outputs that go in, by stage."""
    on_shards = {name: inputs.shards.keys(name) for name in SHARD_STAGES}
    return on_shards | {name: [output.key] for name, output in inputs.outputs.items()}


def _release_key(inputs: BuildInputs, options: BuildOptions, outputs: list[str]) -> str:
    parameters: dict[str, Json] = {
        "code": installed_version("scimmir"),
        "rejects": [asdict(reject) for reject in inputs.inventory.rejects],
        "license_policy": policy_parameters(options.license_policy),
        **labels_key(options.labels),
        **_selection_key(selection_of(options)),
    }
    return stage_key("release", releases.VERSION, parameters, outputs)


def _selection_key(wanted: Selection) -> dict[str, Json]:
    return {} if wanted == EVERYTHING else {"selection": plain(asdict(wanted))}


def _publish(inputs: BuildInputs, options: BuildOptions, version: str | None, key: str) -> Path:
    found = floats_found(inputs)
    wanted = selection_of(options)
    rejects = all_rejects(inputs, found, wanted)
    kept = pairs_kept(inputs, options.license_policy, wanted)
    check_accounts(found, rejects, kept, options.max_unexpected_share)
    repeated, overlapping = inputs.outputs["dedupe"], inputs.outputs["decontaminate"]
    papers = paper_rows(inputs, found, rejects, kept)
    with progress("release", len(inputs.shards), "shards") as advance:
        cuts = _cuts(inputs, kept)

        def shards() -> Iterator[releases.ShardTables]:
            for index, cut in enumerate(cuts):
                yield _shard(inputs.shards, index, *cut)
                advance(1)

        plan = releases.ReleasePlan(
            version=version,
            key=key,
            shards=shards,
            tables={
                "papers": table_of(PaperRow, papers),
                "rejects": as_declared(Reject, rejects),
                "duplicates": table_of(DuplicateRow, rows_of(DuplicateRow, repeated.table("duplicates"))),
                "contamination": table_of(
                    ContaminationRow, rows_of(ContaminationRow, overlapping.table("contamination"))
                ),
            },
            manifest=manifest_of(inputs, options, rejects, kept),
        )
        earlier = releases.latest_manifest(inputs.shards.warehouse)
        return releases.publish(inputs.shards.warehouse, plan, partial(report.write_report, earlier=earlier))


def _cuts(inputs: BuildInputs, kept: pa.Table) -> list[tuple[pa.Table, ...]]:
    """Return of each shard its own rows of papers, float licences, float notices and pairs."""
    papers, shards = inputs.outputs["papers"], inputs.shards
    return list(
        zip(
            shards.by_paper(papers.table("papers")),
            shards.by_float(papers.table("float_licenses")),
            shards.by_float(papers.table("float_notices")),
            shards.by_float(kept),
            strict=True,
        )
    )


def in_order(found: pa.Table, cut: pa.Table) -> pa.Table:
    """Return the floats of a paper in document order, each figure before the panels that were cut out of it."""
    places = pc.index_in(cut.column("parent_id"), value_set=found.column("pair_id")).to_numpy()
    keys = np.concatenate([np.arange(found.num_rows), places])
    order = np.argsort(
        keys, kind="stable"
    )  # a figure stands before its panels, which stand in their own order
    return pa.concat_tables([found, cut]).take(pa.array(order))


def _shard(
    shards: ShardTables, index: int, papers: pa.Table, licenses: pa.Table, notices: pa.Table, kept: pa.Table
) -> releases.ShardTables:
    columns = [name for name in arrow_schema(ImageRow).names if name not in NOT_RELEASED]
    images = [shards.output(stage, index).table("images", columns) for stage in PICTURE_STAGES]
    cut = shards.output("panels", index)
    return releases.ShardTables(
        floats=in_order(shards.output("extract", index).table("floats"), cut.table("floats")),
        images=pa.concat_tables(images),
        panels=cut.table("panels"),
        unsplit=cut.table("unsplit"),
        classes=shards.output("classify", index).table("classes"),
        ocr=shards.output("ocr", index).table("ocr"),
        papers=papers,
        float_licenses=licenses,
        float_notices=notices,
        kept=kept,
    )
