"""Rows of exports: a sample of a WebDataset shard, as img2dataset and DataComp describe it, and a triplet."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column
from schemas.pair import IMAGE_TYPE


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


@dataclass(frozen=True, kw_only=True)
class TripletRow:
    """A pair, the hardest captions for its picture and the hardest pictures for its caption.

    Negatives are pairs of the same split and kind, of another work, that neither show nor say the same; each stands
    in a row of its own, where its picture is.
    """

    pair_id: str = column(pa.string(), "the pair's name in the release")
    paper_key: str = column(pa.string(), "the paper it stands in")
    group_id: str = column(pa.string(), "group of versions and twins of that work")
    kind: str = column(pa.string(), "figure or table")
    subcategory: str = column(pa.string(), "one of SciMMIR's five classes")
    license_code: str | None = column(pa.string(), "licence of the image", nullable=True)
    image: dict[str, object] | None = column(
        # Nullable because Hugging Face's `datasets` knows no other image columns.
        IMAGE_TYPE,
        "PNG or JPEG file with a file name; always there",
        nullable=True,
    )
    caption: str = column(pa.string(), "the caption")
    negative_caption_ids: tuple[str, ...] = column(
        pa.list_(pa.string()), "pairs whose captions are most like this one's, the most similar first"
    )
    negative_captions: tuple[str, ...] = column(pa.list_(pa.string()), "their captions")
    negative_caption_scores: tuple[float, ...] = column(
        pa.list_(pa.float32()), "cosine of each of these captions with this one's"
    )
    negative_image_ids: tuple[str, ...] = column(
        pa.list_(pa.string()), "pairs whose pictures are most like this one's, the most similar first"
    )
    negative_image_scores: tuple[float, ...] = column(
        pa.list_(pa.float32()), "cosine of each of these pictures with this one's"
    )
