"""What the class rules look at: a caption's head, sentences that mention the float, and a table's cells."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.floats import Float

# Bounds on what is read, so that a pathological paper costs no more than an ordinary one. The longest
# caption of SciMMIR's test split has 2,184 characters.
CAPTION_CHARS = 4_000
MENTION_CHARS = 4_000
MENTIONS = 12
TABLE_CHARS = 40_000

# A caption's head says what the float is; what follows explains parts of it. Past this length a "sentence"
# is a run-on without punctuation.
HEAD_CHARS = 220

# No sentence ends in "Fig." or the like before the number that follows.
_SENTENCE_END = re.compile(
    r"(?<=[.!?:])(?<![Ff]ig\.)(?<![Ff]igs\.)(?<!Tab\.)(?<!Eq\.)(?<!Ref\.)(?<! al\.)(?<!vs\.)(?<!e\.g\.)"
    r"\s+(?=[A-ZÀ-Þ(\[“\"])"
)
_LABEL_IN_CAPTION = re.compile(
    r"^\W*(?:supplementary |extended data )?"
    r"(?:fig(?:ure|ura|\.)?|tab(?:le|ela|la|\.)?|abb(?:ildung|\.)?|scheme|chart)"
    r"\s*[a-z]?[\d.]+[a-z]?\s*[.:|–-]?\s+",
    re.IGNORECASE,
)
_PANEL_MARK = re.compile(r"^\s*(?:\(\s*[a-z]\s*\)|[A-Za-z]\)|[A-H][.:,]|panel [A-Z][.:]?)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"^[\s(<>≤≥~≈=±+−–-]*[$€£]?\d[\d.,\s]*(?:[eE×x·][\s\d^+−–-]+)?")
_AROUND_NUMBER = re.compile(r"[\s\d.,()\[\]±+−–\-*†‡§%/<>≤≥=~≈:;×^]")
_UNIT_LETTERS = 3


@dataclass(frozen=True, kw_only=True)
class TableFeatures:
    """Content of a table as counts and words.

    Shares are of the non-empty cells below the first row. All zero and empty for a float without table text.
    """

    rows: int = 0
    columns: int = 0
    header: str = ""
    body: str = ""
    numeric_share: float = 0.0
    plus_minus_share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ClassEvidence:
    """Everything about one float that a rule may ask for."""

    kind: str
    head: str
    caption: str
    parent_head: str
    mentions: str
    table: TableFeatures


def evidence_of(item: Float) -> ClassEvidence:
    """Return what the rules look at, each text bounded in length and with its white space made plain."""
    caption = _plain(item.caption, CAPTION_CHARS)
    return ClassEvidence(
        kind=item.kind,
        head=head_of(caption),
        caption=caption,
        parent_head=head_of(_plain(item.parent_caption or "", CAPTION_CHARS)),
        mentions="\n".join(mention_sentences(item)),
        table=table_features(item.table_text or ""),
    )


def head_of(caption: str) -> str:
    """Return the first sentence of a caption without printed label or panel mark, at most `HEAD_CHARS` long.

    A first sentence of one or two words ("Results.", "Study area.") is joined by the second.
    """
    text = _PANEL_MARK.sub("", _LABEL_IN_CAPTION.sub("", caption, count=1), count=1)
    sentences = _SENTENCE_END.split(text[: 2 * HEAD_CHARS], maxsplit=2)
    head = sentences[0]
    if len(head.split()) <= 2 and len(sentences) > 1:
        head = f"{head} {sentences[1]}"
    return head[:HEAD_CHARS].strip()


def mention_sentences(item: Float) -> list[str]:
    """Return the sentences that name the float by its printed number, in document order."""
    return list(_sentences_of(item.kind, item.number or "", tuple(item.mentions)))


@functools.lru_cache(maxsize=8)  # for the rules and the terms both ask
def _sentences_of(kind: str, number: str, mentions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sentences_about(kind, number, mentions))


def sentences_about(kind: str, number: str, mentions: Sequence[str]) -> list[str]:
    """Return the sentences of some paragraphs that name a figure or table by its printed number, in their order.

    Empty where the number is unknown: a paragraph that cites several figures says too little about any one.
    """
    if not number or not re.search(r"\w", number):
        return []
    word = r"fig(?:s|ures?|uras?)?|abb(?:ildung)?" if kind == "figure" else r"tab(?:s|les?|elas?|las?|elle)?"
    earlier = r"(?:[A-Z]?\d[\d.]*[a-z]?(?:, and |, | and | & |–|-| to )){0,4}"
    named = re.compile(rf"\b(?:{word})\b\.?\s*\(?\s*{earlier}{re.escape(number)}(?![\w.]*\d)", re.IGNORECASE)
    found = []
    for paragraph in mentions[:MENTIONS]:
        for sentence in _SENTENCE_END.split(_plain(paragraph, MENTION_CHARS)):
            if named.search(sentence):
                found.append(sentence)
    return found


def table_features(table_text: str) -> TableFeatures:
    """Return the counts for a table given as tab-separated lines."""
    grid = [
        [cell.strip() for cell in line.split("\t")]
        for line in table_text[:TABLE_CHARS].splitlines()
        if line.strip()
    ]
    if not grid:
        return TableFeatures()
    body = [cell for row in grid[1:] for cell in row if cell]
    count = max(len(body), 1)
    return TableFeatures(
        rows=len(grid),
        columns=max(len(row) for row in grid),
        header=" | ".join(cell for cell in grid[0] if cell),
        body=" | ".join(body),
        numeric_share=sum(map(is_number, body)) / count,
        plus_minus_share=sum("±" in cell for cell in body) / count,
    )


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number with at most sign, spread, short unit or footnote letters."""
    return bool(_NUMBER.match(cell)) and len(_AROUND_NUMBER.sub("", cell[:60])) <= _UNIT_LETTERS


def _plain(text: str, limit: int) -> str:
    return " ".join(text[:limit].split())
