"""What a release says of itself to machines, as a Croissant dataset."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from schemas.columns import arrow_schema
from schemas.pair import Pair
from warehouse.releases.croissant import Described, Records, described_files, descriptions
from warehouse.releases.pair_files import pair_file_schema
from warehouse.stages import Json
from warehouse.versions import pair_files

TABLES = {
    "papers": "The papers, each with its licence, its numbers of floats, pairs and rejects, and warnings.",
    "rejects": "Every figure, table or paper that was found and is no pair, with its reason.",
    "duplicates": "Pictures that repeat another, with the test that found them.",
    "contamination": "Pairs left out because they resemble an evaluation set.",
}


def describe_release(
    tables: Mapping[str, pa.Table], manifest: Mapping[str, Json], folder: Path
) -> dict[str, Json]:
    """Return the release in a folder as a Croissant dataset.

    Args:
        tables: the release's tables but for the pairs, by file name.
        manifest: the release's own.
        folder: where its files lie.
    """
    files, policy = manifest["files"], manifest.get("license_policy")
    assert isinstance(files, dict)
    pairs = Records(
        name="pairs",
        description="Pictures with their captions, and everything that is known of the two; one row a pair.",
        files="pairs/split=*/part-*.parquet",
        schema=pair_file_schema(),
        descriptions=descriptions(arrow_schema(Pair)),
        split_of=r".*split=([a-z]+)/.*",
    )
    others = [
        Records(name, TABLES[name], f"{name}.parquet", table.schema, descriptions(table.schema))
        for name, table in tables.items()
    ]
    about = Described(
        version=str(manifest["version"]),
        release_hash=str(manifest["release_hash"]),
        policy=str(policy["name"]) if isinstance(policy, dict) else "research",
        license_urls=_license_urls(folder),
    )
    return described_files(about, files, [pairs, *others])


def _license_urls(folder: Path) -> list[str]:
    """Return the licences of the images that are in the release."""
    files = [str(path) for path in pair_files(folder)]
    if not files:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            "SELECT DISTINCT license_url FROM read_parquet(?) "
            "WHERE license_url IS NOT NULL AND image_withheld IS NULL ORDER BY ALL",
            [files],
        ).fetchall()
    return [url for (url,) in rows]
