"""The stage `classify`: which of the five classes each float belongs to."""

from collections.abc import Mapping

from curation import classes
from flows.build_options import BuildOptions
from flows.shards import FLOAT_STAGES, ShardInputs, ShardStage, Tables
from flows.stages import extract, panels
from flows.stages.floats import floats_with_panels
from runtime.attempt import Failure, each
from runtime.progress import Advance
from schemas.annotations import ClassRow
from schemas.columns import table_of
from warehouse.stages import Json


def parameters(options: BuildOptions) -> Mapping[str, Json]:
    """Return nothing: the rules' version says it all."""
    return {}


def size(inputs: ShardInputs, options: BuildOptions) -> int:
    """Return the number of floats."""
    return sum(inputs.table(stage, "floats", ["pair_id"]).num_rows for stage in FLOAT_STAGES)


def compute(inputs: ShardInputs, options: BuildOptions, advance: Advance) -> Tables:
    """Return the table `classes`.

    Raises:
        RuntimeError: the rules fail on a float, which is a defect.
    """
    floats = floats_with_panels(inputs)
    rows = []
    for item, result in zip(floats, each(classes.classify, floats), strict=True):
        advance(1)
        if isinstance(result, Failure):
            raise RuntimeError(f"the class rules fail on {item.pair_id}: {result.detail}")
        rows.append(result)
    return {"classes": table_of(ClassRow, rows)}


STAGE = ShardStage(
    "classify", classes.RULES_VERSION, (extract.STAGE, panels.STAGE), "floats", parameters, size, compute
)
