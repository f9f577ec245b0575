"""Narrow tables keyed by `pair_id`: what each stage adds to the floats that were found."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column, struct_type


@dataclass(frozen=True, kw_only=True)
class ImageRow:
    """The one normal image of a float: RGB PNG or JPEG, longest side bounded."""

    pair_id: str = column(pa.string(), "the float's name")
    image: bytes = column(pa.binary(), "PNG or JPEG file")
    small_copy: bytes = column(
        pa.binary(), "its pixels at 448 a side or less, packed, for what looks at small pictures"
    )
    thumbnail: bytes = column(
        pa.binary(), "luminance of the picture without its margins, squashed to 96x96, one byte a pixel"
    )
    image_format: str = column(pa.string(), "png or jpeg")
    width: int = column(pa.int32(), "stored width in pixels")
    height: int = column(pa.int32(), "stored height in pixels")
    image_sha256: str = column(pa.string(), "sha256 of the stored file")
    pixel_sha256: str = column(pa.string(), "sha256 of the decoded RGB pixels with their size")
    phash: int = column(pa.uint64(), "64-bit perceptual hash (DCT of the 32x32 luminance)")
    origin: str = column(
        pa.string(),
        "file: from one graphics file; composed: from several panels; typeset: from table markup; split: a panel "
        "cut out of its figure's image",
    )
    origin_paths: tuple[str, ...] = column(pa.list_(pa.string()), "graphics files used, inside the paper")
    image_found_by_name: bool = column(
        pa.bool_(),
        "true where a graphics file is not where the source says, and the paper's one file of that name was taken",
        default=False,
    )
    original_format: str | None = column(
        pa.string(), "pdf, png, jpeg, gif, tiff, eps, svg, ...", nullable=True
    )
    original_width: float | None = column(
        pa.float64(), "width of the original: pixels, or big points for vector files", nullable=True
    )
    original_height: float | None = column(
        pa.float64(), "height of the original: pixels, or big points for vector files", nullable=True
    )
    original_sha256: str | None = column(pa.string(), "sha256 of the original file", nullable=True)


NOT_RELEASED = ("small_copy", "thumbnail")  # columns of ImageRow that serve the stages alone


@dataclass(frozen=True, kw_only=True)
class TextBox:
    """One line of text that OCR saw."""

    text: str = column(pa.string(), "what it read")
    confidence: float = column(pa.float32(), "the engine's confidence, 0 to 1")
    x0: float = column(pa.float32(), "left, in pixels of the stored image")
    y0: float = column(pa.float32(), "top")
    x1: float = column(pa.float32(), "right")
    y1: float = column(pa.float32(), "bottom")


@dataclass(frozen=True, kw_only=True)
class OcrRow:
    """What an OCR engine reads in an image."""

    pair_id: str = column(pa.string(), "the float's name")
    ocr_text: str = column(
        pa.string(), "text in reading order: boxes of a line separated by spaces, lines by newlines"
    )
    ocr_engine: str = column(pa.string(), "engine with its version, models, runtime and precision")
    ocr_confidence: float | None = column(
        pa.float32(), "mean confidence over boxes; null without boxes", nullable=True
    )
    ocr_error: str | None = column(
        pa.string(), "why OCR came to nothing: a reject reason; null when it ran", nullable=True
    )
    ocr_boxes: tuple[TextBox, ...] = column(
        pa.list_(struct_type(TextBox)), "boxes in reading order", item=TextBox
    )


@dataclass(frozen=True, kw_only=True)
class ClassRow:
    """SciMMIR's subcategory of a pair, and why."""

    pair_id: str = column(pa.string(), "the float's name")
    subcategory: str = column(
        pa.string(), "fig_architecture, fig_illustration, fig_result, table_result or table_parameter"
    )
    class_rule: str = column(pa.string(), "rule of wording that holds, one input of the classifier")
    class_version: str = column(pa.string(), "version of the classifier, with the hash of its files")
    class_confidence: float = column(pa.float32(), "calibrated probability of the subcategory, 0 to 1")
    class_evidence: str = column(
        pa.string(), "words that spoke most for it, and how much text, picture and signals did"
    )
    image_type: str | None = column(
        pa.string(),
        "what kind of picture a figure is: line, scatter, bar, heat, chart, diagram, schematic, photo, micro, sky, "
        "map, render, screen, text or mixed; null for tables",
        nullable=True,
    )
    image_type_confidence: float | None = column(
        pa.float32(),
        "calibrated probability of the image type, 0 to 1; never high for a type that is too rare to be learnt well",
        nullable=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class LookRow:
    """What the classifier's network sees in a figure, and what is counted in it."""

    pair_id: str = column(pa.string(), "the float's name")
    features: tuple[float, ...] = column(
        pa.list_(pa.float32()), "the network's features of three depths, 688"
    )
    together: tuple[float, ...] = column(
        pa.list_(pa.float32()), "what it sees in the same places, of two depths, 600"
    )
    signals: tuple[float, ...] = column(pa.list_(pa.float32()), "counts of colours, lines and gaps, 36")
    texture: tuple[float, ...] = column(pa.list_(pa.float32()), "shares of patterns seen from close by, 62")


@dataclass(frozen=True, kw_only=True)
class EmbeddingRow:
    """A unit vector that stands for a pair's image."""

    pair_id: str = column(pa.string(), "the float's name")
    embedding: tuple[float, ...] = column(pa.list_(pa.float32()), "image embedding, length 1 in the L2 norm")


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateRow:
    """Evidence: why a pair was held to repeat another one."""

    pair_id: str = column(pa.string(), "the pair that repeats")
    duplicate_group: str = column(pa.string(), "pair_id of the group's representative, which is kept")
    duplicate_test: str = column(pa.string(), "exact_pixels or near")
    similarity: float = column(pa.float32(), "cosine similarity of the vectors by which copies are found")
    difference: float = column(
        pa.float32(), "what remains different once the two are aligned; about 1 for other content in places"
    )
    phash_distance: int = column(pa.int32(), "differing bits of the perceptual hashes, 0 to 64")
    text_similarity: float | None = column(
        pa.float32(),
        "agreement of captions and table text, 0 to 1; null where neither was compared",
        nullable=True,
    )
    cross_source: bool = column(pa.bool_(), "true where the two come from different sources")


@dataclass(frozen=True, kw_only=True, slots=True)
class ContaminationRow:
    """Evidence: what a pair matched in a set that it must not overlap."""

    pair_id: str = column(pa.string(), "the pair that was removed")
    against: str = column(pa.string(), "name of the image set, or the split that is protected: split:test")
    item: str = column(pa.string(), "the matching item: file name, row or pair_id")
    contamination_test: str = column(pa.string(), "exact_pixels, near, caption or paper")
    similarity: float | None = column(
        pa.float32(), "cosine similarity of the vectors by which copies are found", nullable=True
    )
    difference: float | None = column(
        pa.float32(), "what remains different once the two are aligned", nullable=True
    )
    phash_distance: int | None = column(pa.int32(), "differing bits of the perceptual hashes", nullable=True)


@dataclass(frozen=True, kw_only=True)
class SplitRow:
    """Which split a paper is in."""

    paper_key: str = column(pa.string(), "name of the paper")
    group_id: str = column(pa.string(), "group of versions and twins of one work")
    split: str = column(pa.string(), "train, validation or test")
