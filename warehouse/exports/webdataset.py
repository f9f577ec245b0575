"""A release as WebDataset shards in img2dataset's layout, as open_clip and DataComp read them."""

import hashlib
import io
import json
import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from PIL import Image, UnidentifiedImageError

from schemas.columns import table_of
from schemas.sample import SampleRow
from warehouse.exports.plan import ExportPlan, Place, claim_folder, read_places, write_whole

VERSION = "1"  # 1: <split>/<shard>.tar with .parquet and _stats.json beside it

QUALITY = 95  # of the JPEG files, img2dataset's own default
SAMPLE_DIGITS = 6  # of a sample's number in its shard; a key is the shard's number and this one


def export_webdataset(
    plan: ExportPlan, folder: Path, *, per_shard: int = 1_000, advance: Callable[[int], None] = lambda _: None
) -> dict[str, int]:
    """Write the shards that are not there yet; return the samples of each split.

    Each split is a folder with `00000.tar` (.jpg, .txt and .json of each sample), `00000.parquet` and
    `00000_stats.json` for each shard, and `sizes.json`, from which open_clip takes the number of samples.
    A shard counts as written once its statistics are there; equal pairs give equal bytes.

    Args:
        plan: what to export.
        folder: where to; empty, or begun by the same export.
        per_shard: pairs in a shard.
        advance: is told the number of pairs done.

    Raises:
        WarehouseError: the folder holds something else, or a file of the release cannot be read.
    """
    claim_folder(folder, {**plan.about("webdataset", VERSION), "samples_per_shard": per_shard})
    totals = {}
    for split in plan.splits:
        sizes: dict[str, int] = {}
        for number, places in enumerate(plan.shards(split, per_shard)):
            (folder / split).mkdir(exist_ok=True)
            stem = folder / split / f"{number:05d}"
            stats = stem.with_name(f"{stem.name}_stats.json")
            if not stats.is_file():
                _write_shard(places, stem, number)
            sizes[f"{stem.name}.tar"] = json.loads(stats.read_bytes())["successes"]
            advance(len(places))
        if sizes:
            write_whole(folder / split / "sizes.json", (json.dumps(sizes, indent=2) + "\n").encode())
        totals[split] = sum(sizes.values())
    return totals


def shard_pattern(folder: Path, split: str) -> str | None:
    """Return the pattern by which webdataset and open_clip name a split's shards; None without any."""
    shards = sorted((folder / split).glob("*.tar"))
    if not shards:
        return None
    if len(shards) == 1:
        return str(shards[0])
    return f"{folder / split}/{{{shards[0].stem}..{shards[-1].stem}}}.tar"


def _write_shard(places: tuple[Place, ...], stem: Path, shard: int) -> None:
    rows: list[SampleRow] = []
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for table in read_places(places):
            for pair in table.to_pylist():
                row, content = _sample(pair, f"{shard:05d}{len(rows):0{SAMPLE_DIGITS}d}")
                rows.append(row)
                if content is not None:
                    _add(tar, f"{row.key}.jpg", content)
                    _add(tar, f"{row.key}.txt", row.caption.encode())
                    _add(tar, f"{row.key}.json", json.dumps(vars(row), ensure_ascii=False).encode())
    write_whole(stem.with_suffix(".tar"), out.getvalue())
    parquet = io.BytesIO()
    pq.write_table(table_of(SampleRow, rows), parquet, compression="zstd")
    write_whole(stem.with_suffix(".parquet"), parquet.getvalue())
    states = Counter(row.status for row in rows)
    stats = {
        "count": len(rows),
        "successes": states["success"],
        "failed_to_download": 0,
        "failed_to_resize": states["failed_to_resize"],
        "status_dict": dict(sorted(states.items())),
    }
    write_whole(stem.with_name(f"{stem.name}_stats.json"), (json.dumps(stats, indent=2) + "\n").encode())


def _sample(pair: dict[str, Any], key: str) -> tuple[SampleRow, bytes | None]:
    content, error = _jpeg((pair["image"] or {}).get("bytes") or b"", pair["image_format"])
    same = ("pair_id", "caption", "image_sha256", "subcategory", "kind", "source", "paper_key")
    row = SampleRow(
        key=key,
        uid=hashlib.sha256(pair["pair_id"].encode()).hexdigest()[:32],
        url=f"scimmir:{pair['pair_id']}",
        status="success" if content is not None else "failed_to_resize",
        error_message=error,
        width=pair["width"],
        height=pair["height"],
        original_width=pair["width"],
        original_height=pair["height"],
        exif="{}",
        sha256=hashlib.sha256(content).hexdigest() if content is not None else "",
        panel=pair["panel"],
        parent_id=pair["parent_id"],
        license_code=pair["license_code"],
        license_url=pair["license_url"],
        **{name: pair[name] for name in same},
    )
    return row, content


def _jpeg(content: bytes, image_format: str) -> tuple[bytes | None, str | None]:
    """Return a JPEG file of an image, a JPEG as it is; or why there is none."""
    if image_format == "jpeg":
        return content, None
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as opened:
            picture = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return None, str(error).splitlines()[0][:200]
    out = io.BytesIO()
    # Without chroma subsampling: thin coloured lines and letters would blur.
    picture.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue(), None


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)  # its time is 0 and its owner nobody, so equal files give equal tars
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
