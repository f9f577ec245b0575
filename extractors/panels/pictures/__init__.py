"""Where the panels of a compound picture are, and which letter each one has.

`tokens.py` sees short texts, `letters.py` reads them, `assignment.py` chooses the letters that the caption names,
`layout.py` finds the cheapest tree of straight cuts that gives each one a box, on what `surface.py` sums of the
pixels; `finder.py` puts both together. `positions.py` cuts by positions alone, `drawn.py` takes letters of PDF and
SVG files. `models/README.md` is the letter model's card.
"""

from extractors.panels.pictures.drawn import placed_letters
from extractors.panels.pictures.finder import FinderParameters, find_panels

__all__ = ["VERSION", "FinderParameters", "find_panels", "placed_letters"]

VERSION = "1"  # 1: letters read by a small model, or told by a vector file; a tree of cuts
