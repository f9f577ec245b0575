"""What pictures show and captions speak of as vectors that can be compared.

`encoders.py` describes pictures and encodes texts, `model.py` brings both into one space by numbers that
`learn.py` fits to pairs, and `wordpiece.py` cuts texts up.
"""

from curation.meaning.encoders import PIECES, SENTENCES, seen, sentence_vectors
from curation.meaning.model import NUMBERS, MeaningModel, read_meaning
from curation.meaning.wordpiece import VERSION as TOKENS_VERSION

__all__ = [
    "NUMBERS",
    "PIECES",
    "SENTENCES",
    "TOKENS_VERSION",
    "MeaningModel",
    "read_meaning",
    "seen",
    "sentence_vectors",
]
