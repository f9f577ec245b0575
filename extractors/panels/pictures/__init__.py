"""Where the panels of a compound picture are, and which letter each one has.

`tokens.py` sees short texts, `letters.py` reads them, `assignment.py` chooses the letters that the caption names, as
they stand among each other (`arrangement.py`), and `unseen.py` the place of one that was not read. `layout.py` finds
the cheapest tree of straight cuts that gives each one a box: `cuts.py` says where a box may be cut, on what
`surface.py` sums of the pixels, and `shared.py` what belongs to no panel. `finder.py` puts all together.
`unnamed.py` looks for a letter more than the caption names, `positions.py` cuts by positions alone, `drawn.py` takes
letters of PDF, EPS and SVG files. `models/README.md` is the letter model's card.
"""

from extractors.panels.pictures.drawn import placed_letters
from extractors.panels.pictures.finder import FinderParameters, find_panels

__all__ = ["VERSION", "FinderParameters", "find_panels", "placed_letters"]

# 1: letters read by a small model, or told by a vector file; a tree of cuts. 2: letters told by the places of others,
# shared legends left out, letters of EPS files. 3: a letter that the caption does not name keeps a figure whole.
VERSION = "3"
