"""How alike two pictures must be to count as one, given what their texts say; bound to one embedder."""

from dataclasses import dataclass, field

from curation.embeddings import DESCRIPTOR
from curation.similarity import Level, SearchParameters


@dataclass(frozen=True, kw_only=True)
class DedupeParameters:
    """Thresholds, of which the cosines belong to one embedder; the defaults are the descriptor's.

    The less the texts say, the more the images must:

    - `agreed`: captions or table texts agree.
    - `silent`: there is no text to compare.
    - `opposed`: texts or their numbers differ, or both stand in one paper, where plots that differ in one
      curve or in a legend leave 0.24 and more.
    - `table`: tables whose captions agree, without text to compare.

    The differences rest on 110 real and 60 invented pictures, copied in eleven ways each, and on 216 look-alike
    figures (`benchmarks/curation.py` measures anew): 97 % of the copies leave at most 0.44, those that are only
    scaled, blurred, grey or saved as JPEG 0.15; look-alikes leave 0.72 at least, all but two above 0.95.
    Thumbnails cannot tell tables of one layout apart (0.10), so their texts must.
    """

    embedder: str = DESCRIPTOR
    agreed: Level = field(default=Level(similarity=0.80, difference=0.5))
    silent: Level = field(default=Level(similarity=0.85, difference=0.45))
    opposed: Level = field(default=Level(similarity=0.95, difference=0.15))
    table: Level = field(default=Level(similarity=0.95, difference=0.05))
    caption_agreement: float = 0.6  # Dice coefficient of the words
    caption_characters: int = 30  # shorter captions ("Results.") say nothing
    table_agreement: float = 0.9  # Dice coefficient of the words of two tables; their numbers must be equal
    ocr_agreement: float = 0.8  # the same where OCR read one of the two, which errs
    ocr_words: int = 5  # fewer words seen are no text
    # Of two figures, the share of the words of the one with fewer that stand in the other, too: a copy in small type
    # lacks words, and some are misread, but less than half; another diagram of the same template says other things.
    figure_words: float = 0.5
    nearest: int = (
        12  # images that one is held against, the most similar first; 8 lost 1 % of the copies among 20,000
    )
    search: SearchParameters = field(default=SearchParameters())


def dedupe_parameters(embedder: str, *, similarity: float | None = None) -> DedupeParameters:
    """Return the parameters for an embedder identity.

    `similarity` is the cosine for pairs whose texts agree; the stricter levels then lie at two thirds and a
    quarter of its distance from 1. It may be left out for the descriptor only.

    Raises:
        ValueError: there is no measured threshold for this embedder and none is given.
    """
    if similarity is None:
        if embedder == DESCRIPTOR:
            return DedupeParameters()
        raise ValueError(
            f"There is no measured duplicate threshold for the embedder {embedder!r}, and one of another "
            f"model means nothing for it; give a cosine similarity."
        )
    if not 0 < similarity < 1:
        raise ValueError(f"a duplicate threshold is a cosine between 0 and 1, not {similarity}")
    rest = 1 - similarity
    default = DedupeParameters()
    return DedupeParameters(
        embedder=embedder,
        agreed=Level(similarity=similarity, difference=default.agreed.difference),
        silent=Level(similarity=1 - rest * 2 / 3, difference=default.silent.difference),
        opposed=Level(similarity=1 - rest / 4, difference=default.opposed.difference),
        table=Level(similarity=1 - rest / 4, difference=default.table.difference),
    )
