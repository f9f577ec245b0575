"""The embeddings of the small release's pairs, as a build leaves them in its stages."""

from pathlib import Path

from small_release import pair

from curation.embeddings.embedder import load_embedder
from schemas.annotations import EmbeddingRow
from schemas.columns import table_of
from warehouse.stages.tables import stage_output, write_stage

PARAMETERS = {"embedder": load_embedder("descriptor").identity}


def write_embeddings(warehouse: Path, numbers: range, key: str, **about: object) -> None:
    """Leave the embeddings of the pairs of these numbers under a key of the stage `embed`."""
    vectors = load_embedder("descriptor").embed([pair(n).image["bytes"] for n in numbers])
    rows = [
        EmbeddingRow(pair_id=pair(n).pair_id, embedding=tuple(vector.tolist()))
        for n, vector in zip(numbers, vectors, strict=True)
    ]
    stated = {"stage": "embed", "version": "3", "parameters": PARAMETERS, **about}
    write_stage(stage_output(warehouse, "embed", key), {"embeddings": table_of(EmbeddingRow, rows)}, stated)
