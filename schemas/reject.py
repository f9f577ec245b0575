"""What was dropped, at which stage, and why: a closed list of reasons."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column

REASONS: dict[str, str] = {
    # The whole paper
    "archive_unreadable": "the archive is truncated, damaged or not of the kind its name says",
    "archive_too_large": "the archive unpacks to more than the allowed size or number of files",
    "archive_unsafe": "the archive's member for the paper is a link, a device or lies outside the archive",
    "paper_empty": "the archive holds no file that an extractor reads",
    "paper_superseded": "another input holds the same paper; the last one in input order was taken",
    "paper_withdrawn": "the archive holds only a withdrawal notice",
    "pdf_only": "the paper is only there as PostScript, or as a PDF that holds no text (scanned pages)",
    "tex_main_missing": "no main TeX file was found",
    "tex_not_latex": "the paper is plain TeX, AMSTeX or another format that is not LaTeX",
    "tex_too_complex": "expansion of the paper's macros or inputs exceeded its bound",
    "xml_invalid": "the article's XML cannot be parsed",
    "xml_not_article": "the XML is no JATS or NLM article",
    # One figure, table or panel: extraction
    "caption_missing": "it has no caption",
    "caption_empty": "its caption holds no readable text",
    "image_missing": "the graphics file that it names is not in the archive",
    "graphic_not_named": "it names no graphics file and holds no table",
    "crop_implausible": "what the PDF's page shows at its caption cannot be all of it: a sliver, a part of a drawing",
    "drawn_in_tex": "it is drawn by TeX commands (tikz, pgfplots, pstricks, picture, xy)",
    "table_unreadable": "its table markup could not be read into rows and cells",
    "table_empty": "its table has no text in any cell",
    # Images
    "image_unreadable": "the graphics file is damaged, truncated or of an unknown format",
    "image_empty": "the graphics file has no bytes",
    "image_lfs_pointer": "the graphics file is a Git LFS pointer, not an image",
    "image_too_large": "the graphics file has more pixels or bytes than allowed",
    "image_too_small": "the image is smaller than the allowed size",
    "image_blank": "the image is of one colour",
    "image_placeholder": "the same image stands in several floats of the paper that have different captions",
    "ghostscript_missing": "the file is EPS or PostScript and Ghostscript is not installed",
    "ghostscript_failed": "Ghostscript could not render the file",
    "typeset_failed": "the table's markup could not be typeset to an image",
    # Curation
    "duplicate_exact": "another pair of the release has the same pixels",
    "duplicate_near": "another pair of the release shows the same picture (similarity and verification)",
    "contaminated": "it matches an image of a set that the user wants kept out",
    "figure_rejected": "the figure that this panel was cut out of is rejected, and its panels with it",
    "not_selected": "its class or image type is none of those that the build was asked for",
    "split_leak": "it is too similar to a pair of a more protected split",
    # Any stage
    "timeout": "work on it did not end within its time limit",
    "memory_limit": "work on it needed more memory than allowed",
    "worker_died": "the process working on it was killed or crashed",
    "unexpected": "an error that has no reason of its own; a defect worth reporting",
}


class RecordError(Exception):
    """One record cannot go on; the build does. Becomes a reject with this reason."""

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is no documented reject reason")
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["RecordError"], tuple[str, str]]:
        """Pickle with both arguments, so that the reason survives a process boundary."""
        return (RecordError, (self.reason, self.detail))


@dataclass(frozen=True, kw_only=True)
class Reject:
    """One row of `rejects.parquet`: a paper, or a figure, table or panel, that did not become a pair."""

    paper_key: str = column(pa.string(), "the paper it stands in")
    pair_id: str | None = column(
        pa.string(), "the float's name; null where the whole paper was rejected", nullable=True
    )
    stage: str = column(pa.string(), "stage that rejected it: extract, images, tables, dedupe, ...")
    reason: str = column(pa.string(), "one of a closed list, see the data dictionary")
    detail: str = column(
        pa.string(), "what exactly was wrong: the file named, the error, the pair it duplicates"
    )
    kind: str | None = column(pa.string(), "figure or table; null for a paper", nullable=True)
    label: str | None = column(pa.string(), "printed label: Figure 3", nullable=True)
    caption: str | None = column(pa.string(), "readable caption where there is one", nullable=True)
    snippet: str | None = column(pa.string(), "source of the float, cut to 2,000 characters", nullable=True)

    def __post_init__(self) -> None:
        """Refuse a reason that is not documented."""
        if self.reason not in REASONS:
            raise ValueError(f"{self.reason!r} is no documented reject reason")
