"""How alike two pictures are, how well their texts agree, and who is near to whom: measures, and no decision.

`alignment.py` lays two thumbnails upon each other and measures what is left; `neighbours.py` searches vectors;
`agreement.py` compares words and numbers. What counts as the same is decided in `curation/duplicates` and
`curation/contamination`.
"""

from curation.similarity.agreement import (
    Words,
    caption_key,
    number_agreement,
    number_signature,
    numbers_conflict,
    same_numbers,
    word_agreement,
    words_of,
)
from curation.similarity.alignment import (
    AlignParameters,
    Prepared,
    Thumbnails,
    outline,
    remaining_difference,
    thumbnail,
)
from curation.similarity.groups import Groups, RowsByName, codes_of
from curation.similarity.level import Level
from curation.similarity.neighbours import (
    Block,
    Index,
    SearchParameters,
    build_index,
    matches,
    matches_within,
)
from runtime.pictures import SIDE, Thumbnail

__all__ = [
    "SIDE",
    "AlignParameters",
    "Block",
    "Groups",
    "Index",
    "Level",
    "Prepared",
    "RowsByName",
    "SearchParameters",
    "Thumbnail",
    "Thumbnails",
    "Words",
    "build_index",
    "caption_key",
    "codes_of",
    "matches",
    "matches_within",
    "number_agreement",
    "number_signature",
    "numbers_conflict",
    "outline",
    "remaining_difference",
    "same_numbers",
    "thumbnail",
    "word_agreement",
    "words_of",
]
