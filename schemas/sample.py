"""One sample of an exported WebDataset shard, as img2dataset and DataComp describe it."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column


@dataclass(frozen=True, kw_only=True)
class SampleRow:
    """One sample of a shard, in img2dataset's names and ours: its .json file and its row of the Parquet."""

    key: str = column(pa.string(), "name of the sample's files: number of the shard and of the sample")
    uid: str = column(pa.string(), "32 hexadecimal digits made of the pair_id, as DataComp names samples")
    pair_id: str = column(pa.string(), "the pair's name in the release")
    caption: str = column(pa.string(), "the caption, as in the .txt file")
    url: str = column(pa.string(), "the pair's place: scimmir:<pair_id>")
    status: str = column(pa.string(), "success, or failed_to_resize where the image cannot be read")
    error_message: str | None = column(pa.string(), "why it failed", nullable=True)
    width: int = column(pa.int32(), "width of the .jpg in pixels")
    height: int = column(pa.int32(), "height of the .jpg in pixels")
    original_width: int = column(pa.int32(), "width of the image in the release")
    original_height: int = column(pa.int32(), "height of the image in the release")
    exif: str = column(pa.string(), "always {}: images of a release carry none")
    sha256: str = column(pa.string(), "sha256 of the .jpg file; empty where there is none")
    image_sha256: str = column(pa.string(), "sha256 of the image file in the release")
    subcategory: str = column(pa.string(), "one of SciMMIR's five classes")
    kind: str = column(pa.string(), "figure or table")
    source: str = column(pa.string(), "arxiv or pmc")
    paper_key: str = column(pa.string(), "the paper")
    panel: str | None = column(pa.string(), "letter of the panel", nullable=True)
    parent_id: str | None = column(
        pa.string(),
        "for a panel, the pair_id of the whole figure, which may be another sample",
        nullable=True,
    )
    license_code: str | None = column(pa.string(), "licence of the image", nullable=True)
    license_url: str | None = column(pa.string(), "address of that licence", nullable=True)
