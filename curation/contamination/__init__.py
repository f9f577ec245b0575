"""Which pairs overlap an image set that a user names, or a more protected split.

`image_sets.py` reads the sets, `decontaminate.py` holds pairs against them, `split_leaks.py` holds the splits against
each other; both ask for the evidence in `leaks.py`.
"""

from curation.contamination.decontaminate import VERSION, find_contaminated
from curation.contamination.image_sets import read_image_set
from curation.contamination.leaks import COLUMNS, LeakParameters, leak_parameters
from curation.contamination.split_leaks import find_split_leaks

__all__ = [
    "COLUMNS",
    "VERSION",
    "LeakParameters",
    "find_contaminated",
    "find_split_leaks",
    "leak_parameters",
    "read_image_set",
]
