"""Papers of which only a PDF is there: captions, the part of the page each belongs to, and table words."""

from extractors.pdf.extract import extract
from extractors.pdf.page.document import paper_pdf
from extractors.pdf.parameters import PdfParameters

# 1: first form; 2: formulae, headings and footnotes kept apart from floats; 3: captions beside their floats,
# parts of drawings rejected, glyphs of TeX's fonts without a map to Unicode; 4: mentions with sections, all empty
VERSION = "4"

__all__ = ["VERSION", "PdfParameters", "extract", "paper_pdf"]
