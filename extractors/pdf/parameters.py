"""How PDF papers are read, and what bounds the work."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PdfParameters:
    """Bounds and distances; lengths are in points, or in line heights where the name ends in `_lines`.

    The distances come from the defaults of TeX's classes: 10 to 20 pt between a float and the text, 10 to
    20 pt between columns, 1.2 em from line to line; the bounds from the longest theses on arXiv.
    """

    resolution: float = 108.0  # dots per inch at which the ink of a page is looked at
    max_pages: int = 1_000  # pages beyond are not read, with a warning
    max_seconds: float = 80.0  # of a processor; pages not begun by then are not read, with a warning
    max_lines: int = 6_000  # text lines of one page that are looked at
    max_words: int = 20_000  # words of one page that are looked at for tables
    max_captions: int = 60  # captions of one page; a list of figures has more
    max_pixels: int = 6_000_000  # of one page's ink; larger pages are looked at more coarsely
    white: int = 246  # grey level from which a pixel holds no ink
    caption_gap_lines: float = 0.5  # free height that ends a caption
    part_gap: float = 14.0  # free height across which text still belongs to a figure or table
    far_gap: float = 72.0  # free height that no figure spans
    row_gap: float = 20.0  # free height that no table spans
    smallest_side: float = 5.0  # a region lower or narrower is none
    scan_share: float = 0.8  # share of the page from which an image without text is a scan
