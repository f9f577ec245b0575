"""Which pairs repeat another one, and which of them stays.

Two pictures are the same where `dedupe.py` finds enough evidence: equal pixels, or near vectors whose aligned
thumbnails leave less than the level that `parameters.py` asks of them, given what their texts say (`texts.py`).
"""

from curation.duplicates.dedupe import COLUMNS, VERSION, find_duplicates
from curation.duplicates.parameters import DedupeParameters, dedupe_parameters

__all__ = [
    "COLUMNS",
    "VERSION",
    "DedupeParameters",
    "dedupe_parameters",
    "find_duplicates",
]
