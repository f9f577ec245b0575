"""Where stage tables live: a folder named by the hash of what went in, written whole or not at all.

`lineage.py` keeps which of them a release was made of.
"""

from warehouse.stages.keys import Json, canonical_json, plain, stage_key
from warehouse.stages.lineage import LINEAGE, lineage_of, record_lineage, referenced
from warehouse.stages.tables import COMPLETE, StageOutput, stage_output, write_stage, write_table

__all__ = [
    "COMPLETE",
    "LINEAGE",
    "Json",
    "StageOutput",
    "canonical_json",
    "lineage_of",
    "plain",
    "record_lineage",
    "referenced",
    "stage_key",
    "stage_output",
    "write_stage",
    "write_table",
]
