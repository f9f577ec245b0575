"""What an extractor finds in a paper: figures, tables and their panels, each with its caption."""

from dataclasses import dataclass, field

import pyarrow as pa

from schemas.columns import column, struct_type
from schemas.paper import PaperHeader
from schemas.reject import Reject


@dataclass(frozen=True, kw_only=True)
class Graphic:
    """One graphics file as a float uses it."""

    path: str = column(pa.string(), "path of the file inside the paper (it exists there)")
    page: int = column(pa.int32(), "page of a multi-page file, from 1")
    page_box: str | None = column(
        pa.string(),
        "box of a PDF page that counts as the page: mediabox, trimbox, bleedbox or artbox; null for its crop box",
        nullable=True,
    )
    trim: tuple[float, ...] | None = column(
        pa.list_(pa.float64()), "left, bottom, right, top cut away, in big points (1/72 inch)", nullable=True
    )
    viewport: tuple[float, ...] | None = column(
        pa.list_(pa.float64()),
        "x0, y0, x1, y1 of the part shown, in big points from the lower left",
        nullable=True,
    )
    angle: float = column(pa.float64(), "counter-clockwise rotation in degrees")
    changes: tuple[str, ...] = column(
        pa.list_(pa.string()),
        "what options and boxes do to it after that, in order: turn DEGREES; mirror; cut LEFT BOTTOM RIGHT TOP and "
        "view X0 Y0 X1 Y1 in big points as printed, or in shares of the size as 0.5w or 0.5h; size WIDTH HEIGHT in "
        "big points, ! for what follows from the other; shape WIDTH HEIGHT; scale X Y; unsized; and ahead of all "
        "bounds X0 Y0 X1 Y1, a bounding box that cuts the file",
        default=(),
    )
    exif: bool = column(
        pa.bool_(),
        "whether the orientation that a file states (EXIF) turns it: TeX engines ignore it",
        default=True,
    )
    found_by_name: bool = column(
        pa.bool_(),
        "true where the folder that the source names does not hold it, and it is the paper's one file of that name",
        default=False,
    )
    row: int = column(pa.int32(), "row of this file in the composed figure, from 0")


@dataclass(frozen=True, kw_only=True)
class Float:
    """One figure, table or panel of a paper, found with its caption, before any image is made."""

    pair_id: str = column(pa.string(), "stable name: arxiv:2310.01234:figure-3, ...:figure-3:panel-2")
    paper_key: str = column(pa.string(), "the paper it stands in")
    kind: str = column(pa.string(), "figure or table")
    parent_id: str | None = column(pa.string(), "for a panel, the pair_id of the whole float", nullable=True)
    number: str | None = column(pa.string(), "printed number: 3, A.1, IV", nullable=True)
    label: str | None = column(
        pa.string(), "printed label: Figure 3, Table IV, Extended Data Fig. 1", nullable=True
    )
    panel: str | None = column(pa.string(), "printed letter of the panel: b", nullable=True)
    ref_keys: tuple[str, ...] = column(
        pa.list_(pa.string()), "TeX labels or XML ids by which the text refers to it"
    )
    caption: str = column(pa.string(), "caption as readable Unicode, without its printed label")
    caption_raw: str = column(pa.string(), "caption as the source writes it (TeX or XML)")
    parent_caption: str | None = column(
        pa.string(), "for a panel, the caption of the whole float", nullable=True
    )
    mentions: tuple[str, ...] = column(
        pa.list_(pa.string()), "paragraphs of the text that refer to it, readable, in document order"
    )
    mention_sections: tuple[str, ...] = column(
        pa.list_(pa.string()),
        "for each of them the titles of its section, the outermost first, with › between; empty where none is "
        "known, as in PDFs",
        default=(),
    )
    graphics: tuple[Graphic, ...] = column(
        pa.list_(struct_type(Graphic)),
        "its graphics files in reading order; empty for a table made of markup",
        item=Graphic,
    )
    table_html: str | None = column(pa.string(), "table as clean HTML", nullable=True)
    table_text: str | None = column(
        pa.string(), "table as text: cells tab-separated, a row a line", nullable=True
    )
    language: str | None = column(pa.string(), "language of the caption where it is declared", nullable=True)
    license_url: str | None = column(
        pa.string(), "licence of this float where it differs from the paper's", nullable=True
    )
    license_text: str | None = column(
        pa.string(), "wording of the float's own permission or credit", nullable=True
    )
    source_file: str = column(pa.string(), "file inside the paper in which it stands")
    snippet: str = column(pa.string(), "its source, cut to 2,000 characters")


@dataclass(frozen=True, kw_only=True)
class Warned:
    """Something odd in a paper that cost no float: a graphic missing among several, a member left out."""

    paper_key: str = column(pa.string(), "the paper")
    warning: str = column(pa.string(), "what was odd")


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A figure drawn in TeX that is to be rendered: what an engine needs beside the paper's files."""

    paper_key: str = column(pa.string(), "the paper")
    path: str = column(pa.string(), "path by which the float's graphic names the picture to be made")
    preamble: str = column(pa.string(), "the main file's text before its document begins")
    source: str = column(pa.string(), "the float's source")
    folder: str = column(pa.string(), "the main file's folder, to which names are relative")


@dataclass(frozen=True)
class Extraction:
    """All that an extractor says of one paper.

    A figure, table or panel found is in `floats` or in `rejects`, never in both and never in neither.
    """

    header: PaperHeader
    floats: tuple[Float, ...] = ()
    rejects: tuple[Reject, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    drawings: tuple[Drawing, ...] = field(default=())
