"""Which words of a caption belong to which panel of its figure.

`marks.py` finds letters that may name panels, `choice.py` those that do, `sections.py` whose the sentences are,
`chains.py` whose the words inside a sentence; `positions.py` reads captions that name panels by their places.
"""

from extractors.panels.captions.split import split_caption

__all__ = ["VERSION", "split_caption"]

VERSION = "1"  # 1: letters in every form, positions, bold letters of the source
