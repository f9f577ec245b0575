"""One row of a release: an image with its caption, and everything that is known of the two."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from schemas.annotations import TextBox
from schemas.columns import column, struct_type
from schemas.errors import UserError

SPLITS = ("train", "validation", "test")
CLASS_TITLES = {
    "fig_architecture": "Architecture figures",
    "fig_illustration": "Illustration figures",
    "fig_result": "Result figures",
    "table_result": "Result tables",
    "table_parameter": "Parameter tables",
}
SUBCATEGORIES = tuple(CLASS_TITLES)
SUBSETS = {
    "figure": tuple(name for name in SUBCATEGORIES if name.startswith("fig_")),
    "table": tuple(name for name in SUBCATEGORIES if name.startswith("table_")),
}
# What kind of picture a figure is, and the coarse kinds.
IMAGE_TYPE_TITLES = {
    "line": "Line plots",
    "scatter": "Scatter plots",
    "bar": "Bar charts and histograms",
    "heat": "Heat maps and fields",
    "chart": "Other charts",
    "diagram": "Diagrams of boxes and arrows",
    "schematic": "Schematic drawings",
    "photo": "Photographs",
    "micro": "Micrographs",
    "sky": "Images of the sky",
    "map": "Maps",
    "render": "Rendered scenes",
    "screen": "Screenshots",
    "text": "Text, code and tables",
    "mixed": "Mixed",
}
IMAGE_TYPES = tuple(IMAGE_TYPE_TITLES)
IMAGE_TYPE_GROUPS = {
    "plot": ("line", "scatter", "bar", "heat", "chart", "map"),
    "drawing": ("diagram", "schematic"),
    "picture": ("photo", "micro", "sky", "render"),
    "print": ("screen", "text"),
    "mixed": ("mixed",),
}

IMAGE_TYPE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One row of `pairs/split=…/part-*.parquet`; the split is the name of its folder."""

    pair_id: str = column(pa.string(), "stable name: arxiv:2310.01234:figure-3, ...:figure-3:panel-2")
    source: str = column(pa.string(), "where the paper comes from: arxiv or pmc")
    paper_key: str = column(pa.string(), "name of this version of the paper, as in papers.parquet")
    paper_id: str = column(pa.string(), "the source's own identifier, without version")
    version: int | None = column(pa.int32(), "version of the paper, where known", nullable=True)
    group_id: str = column(pa.string(), "group of versions and twins of one work")
    title: str | None = column(pa.string(), "title of the paper", nullable=True)
    categories: tuple[str, ...] = column(pa.list_(pa.string()), "arXiv categories, or the article's subjects")
    published: str | None = column(
        pa.string(), "date of publication, ISO 8601, as precise as stated", nullable=True
    )
    license_url: str | None = column(
        pa.string(), "licence that holds for this image, as stated", nullable=True
    )
    license_code: str | None = column(
        pa.string(), "short code: CC BY 4.0, CC0, arXiv-nonexclusive, ...", nullable=True
    )
    license_group: str = column(pa.string(), "commercial, noncommercial or other")
    allows_redistribution: bool = column(pa.bool_(), "true where the licence lets the image be passed on")
    allows_derivatives: bool = column(pa.bool_(), "true where changed images may be passed on")
    share_alike: bool = column(pa.bool_(), "true where derived works must carry the same licence")
    license_source: str | None = column(
        pa.string(),
        "who states the licence: figure (the float itself), article, record (PMC's) or metadata (arXiv's)",
        nullable=True,
    )
    license_statement_version: int | None = column(
        pa.int32(), "version of the paper that the licence is stated for, where known", nullable=True
    )
    third_party_notice: str | None = column(
        pa.string(),
        "words of the caption that say the image is somebody else's; its licence above may not cover it",
        nullable=True,
    )
    third_party_license: str | None = column(
        pa.string(), "short code of the licence that this notice names", nullable=True
    )
    kind: str = column(pa.string(), "figure or table")
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
    number: str | None = column(pa.string(), "printed number: 3, A.1, IV", nullable=True)
    label: str | None = column(pa.string(), "printed label: Figure 3, Table IV", nullable=True)
    panel: str | None = column(pa.string(), "printed letter of the panel", nullable=True)
    parent_id: str | None = column(pa.string(), "for a panel, the pair_id of the whole figure", nullable=True)
    panel_box: tuple[float, ...] | None = column(
        pa.list_(pa.float64()),
        "for a panel that was cut out, its place in the image of the figure that parent_id names: x0, y0, x1, y1 in "
        "fractions of width and height",
        nullable=True,
    )
    panel_confidence: float | None = column(
        pa.float32(), "for a panel that was cut out, how sure its box and letter are, 0 to 1", nullable=True
    )
    panels_unsplit: str | None = column(
        pa.string(),
        "for a whole figure, why no panels were cut out of it, see the data dictionary; null where they were, or "
        "where the release was built without",
        nullable=True,
    )
    ref_keys: tuple[str, ...] = column(
        pa.list_(pa.string()), "TeX labels or XML ids by which the text refers to it"
    )
    caption: str = column(pa.string(), "caption as readable Unicode, without its printed label")
    caption_raw: str = column(pa.string(), "caption as the source writes it (TeX or XML)")
    parent_caption: str | None = column(
        pa.string(), "for a panel, the caption of the whole figure", nullable=True
    )
    mentions: tuple[str, ...] = column(pa.list_(pa.string()), "paragraphs of the text that refer to it")
    mention_sections: tuple[str, ...] = column(
        pa.list_(pa.string()),
        "for each mention the titles of its section, the outermost first, with › between; empty where none is "
        "known, as in PDFs",
        default=(),
    )
    language: str | None = column(pa.string(), "language of the caption where it is declared", nullable=True)
    image: dict[str, object] | None = column(
        # Nullable because Hugging Face's `datasets` knows no other image columns.
        IMAGE_TYPE,
        "PNG or JPEG file with a file name; RGB, longest side bounded; null where the licence policy withholds it",
        nullable=True,
    )
    image_withheld: str | None = column(
        pa.string(),
        "why the release's licence policy leaves the image out, see the data dictionary; null where it is there",
        nullable=True,
    )
    image_format: str = column(pa.string(), "png or jpeg")
    width: int = column(pa.int32(), "stored width in pixels")
    height: int = column(pa.int32(), "stored height in pixels")
    image_sha256: str = column(pa.string(), "sha256 of the stored image file")
    pixel_sha256: str = column(pa.string(), "sha256 of the decoded RGB pixels with their size")
    phash: int = column(pa.uint64(), "64-bit perceptual hash")
    origin: str = column(
        pa.string(),
        "file, composed (from several panels), typeset (from table markup) or split (a panel cut out of its figure)",
    )
    origin_paths: tuple[str, ...] = column(pa.list_(pa.string()), "graphics files used, inside the paper")
    image_found_by_name: bool = column(
        pa.bool_(),
        "true where a graphics file is not where the source says, and the paper's one file of that name was taken",
        default=False,
    )
    original_format: str | None = column(pa.string(), "format of the original graphics file", nullable=True)
    original_width: float | None = column(
        pa.float64(), "width of the original: pixels, or big points for vector files", nullable=True
    )
    original_height: float | None = column(
        pa.float64(), "height of the original: pixels, or big points for vector files", nullable=True
    )
    original_sha256: str | None = column(pa.string(), "sha256 of the original graphics file", nullable=True)
    table_text: str | None = column(
        pa.string(), "table as text: cells tab-separated, a row a line", nullable=True
    )
    table_html: str | None = column(pa.string(), "table as clean HTML", nullable=True)
    ocr_text: str | None = column(
        pa.string(), "what OCR reads in the image; of tables, or as --ocr-kinds says", nullable=True
    )
    ocr_engine: str | None = column(pa.string(), "OCR engine with its version", nullable=True)
    ocr_confidence: float | None = column(pa.float32(), "mean confidence of the OCR's boxes", nullable=True)
    ocr_error: str | None = column(
        pa.string(), "why OCR came to nothing on this image: a reject reason", nullable=True
    )
    ocr_boxes: tuple[TextBox, ...] | None = column(
        pa.list_(struct_type(TextBox)),
        "lines that OCR saw, in pixels of the image",
        nullable=True,
        item=TextBox,
    )
    duplicate_group: str | None = column(
        pa.string(),
        "set where other pairs repeated this one: its own pair_id, the key of duplicates.parquet",
        nullable=True,
    )
    duplicates_removed: int = column(pa.int32(), "how many pairs were rejected as its duplicates")
    source_file: str = column(pa.string(), "file inside the paper in which it stands")
    split: str = column(pa.string(), "train, validation or test")


@dataclass(frozen=True)
class Selection:
    """Classes and image types that are wanted; none named means all. Tables have no image type and need none."""

    classes: tuple[str, ...] = ()
    image_types: tuple[str, ...] = ()

    def takes(self, subcategory: str, image_type: str | None) -> bool:
        """Tell whether a pair is wanted; a figure without an image type is not where types are named."""
        if self.classes and subcategory not in self.classes:
            return False
        return not self.image_types or subcategory.startswith("table_") or image_type in self.image_types


EVERYTHING = Selection()


def selection(
    classes: Sequence[str] = (), image_types: Sequence[str] = (), *, only: Sequence[str] = ()
) -> Selection:
    """Return the selection of some classes and image types; groups of types stand for all of theirs.

    Args:
        classes: classes, all by default.
        image_types: types that figures must be of, all by default; tables have none and are in all the same.
        only: the same in other words: figure or table for their classes, classes, and image types, which leave
            tables out unless these are named too.

    Raises:
        UserError: there is no such class, image type or group, or pairs are named in both ways.
    """
    if only:
        if classes or image_types:
            raise UserError("name what is wanted by --only, or by --class and --image-type")
        classes, image_types = _parts(only)
    for name in classes:
        if name not in SUBCATEGORIES:
            raise UserError(f"there is no class {name!r}: known are {', '.join(SUBCATEGORIES)}")
    types: set[str] = set()
    for name in image_types:
        if name not in IMAGE_TYPES and name not in IMAGE_TYPE_GROUPS:
            known = ", ".join(
                [*IMAGE_TYPES, *(group for group in IMAGE_TYPE_GROUPS if group not in IMAGE_TYPES)]
            )
            raise UserError(f"there is no image type {name!r}: known are {known}")
        types.update(IMAGE_TYPE_GROUPS.get(name, (name,)))
    return Selection(
        tuple(name for name in SUBCATEGORIES if name in classes),
        tuple(name for name in IMAGE_TYPES if name in types),
    )


def _parts(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the classes and image types that some parts of a release stand for."""
    classes: list[str] = []
    for name in names:
        if name in SUBSETS:
            classes += SUBSETS[name]
        elif name in SUBCATEGORIES:
            classes.append(name)
        elif name not in IMAGE_TYPES and name not in IMAGE_TYPE_GROUPS:
            known = dict.fromkeys([*SUBSETS, *SUBCATEGORIES, *IMAGE_TYPE_GROUPS, *IMAGE_TYPES])
            raise UserError(f"there is no part {name!r} of a release: known are {', '.join(known)}")
    types = [name for name in names if name in IMAGE_TYPES or name in IMAGE_TYPE_GROUPS]
    if types and not set(classes) & set(SUBSETS["figure"]):
        classes += SUBSETS["figure"]
    return classes, types
