"""Real pairs of many papers, and sentences of them that each mention one figure or table."""

import random
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

COLUMNS = (
    "pair_id", "paper", "kind", "label", "parent_id", "title", "caption", "parent_caption", "mentions", "table_text",
    "image",
)  # fmt: skip
LENGTHS = (40, 600)  # characters of a sentence

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“(])")
_ABBREVIATION = re.compile(r"\b(Figs?|Tabs?|Eqs?|Refs?|Secs?|et al|vs|cf|e\.g|i\.e|resp|Suppl?)\.$")
REFERENCE = re.compile(
    r"\b(Figures?|Figs?\.?|Tables?|Tabs?\.?)\s*~?\s*([A-Z]?\.?\d+|[IVX]+\b)(?:\s?\(?[a-z]\)?(?![a-z]))?", re.I
)
_NUMBER = re.compile(r"([A-Z]?\.?\d+|[IVX]+)\b")


@dataclass(frozen=True)
class RealPair:
    """A pair as the Parquet files hold it; `whole` names the figure that it is, or is a panel of."""

    pair_id: str
    paper: str
    kind: str
    label: str
    whole: str
    title: str
    caption: str
    parent_caption: str
    mentions: tuple[str, ...]
    table_text: str
    image: bytes


@dataclass(frozen=True)
class Query:
    """A sentence, what of it is asked for, its paper, and the places of the pairs that it mentions."""

    sentence: str
    text: str
    paper: str
    wanted: frozenset[int]


def real_pairs(folder: Path) -> list[RealPair]:
    """Return the pairs of a folder's Parquet files, in their order."""
    pairs = []
    for path in sorted(folder.glob("pairs-*.parquet")):
        for row in pq.read_table(path, columns=list(COLUMNS)).to_pylist():
            texts = {
                name: row[name] or ""
                for name in ("label", "title", "caption", "parent_caption", "table_text")
            }
            pairs.append(
                RealPair(
                    pair_id=row["pair_id"],
                    paper=row["paper"],
                    kind=row["kind"],
                    whole=row["parent_id"] or row["pair_id"],
                    mentions=tuple(row["mentions"] or ()),
                    image=row["image"]["bytes"],
                    **texts,
                )
            )
    return pairs


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph."""
    found: list[str] = []
    for part in _END.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def known_items(pairs: list[RealPair], count: int, seed: int = 1) -> list[Query]:
    """Return sentences, one of each of `count` figures and tables drawn at random, that mention nothing else."""
    places: dict[tuple[str, str], set[int]] = defaultdict(set)
    mentioned: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for place, pair in enumerate(pairs):
        whole = (pair.paper, pair.whole)
        places[whole].add(place)
        for mention in pair.mentions:
            for sentence in sentences(mention):
                if _is_of(sentence, pair):
                    mentioned[sentence].add(whole)
    of_whole: dict[tuple[str, str], list[str]] = defaultdict(list)
    for sentence, wholes in mentioned.items():
        if len(wholes) == 1:
            of_whole[next(iter(wholes))].append(sentence)
    drawn = sorted(of_whole)
    dice = random.Random(seed)
    dice.shuffle(drawn)
    return [
        Query(sentence, REFERENCE.sub(" ", sentence), whole[0], frozenset(places[whole]))
        for whole in drawn[:count]
        for sentence in [dice.choice(sorted(of_whole[whole]))]
    ]


def _is_of(sentence: str, pair: RealPair) -> bool:
    """Tell whether a sentence mentions a pair's figure or table, and no other."""
    if not LENGTHS[0] <= len(sentence) <= LENGTHS[1]:
        return False
    references = REFERENCE.findall(sentence)
    number = _NUMBER.search(pair.label.partition(" ")[2])
    return (
        len(references) == 1
        and number is not None
        and references[0][1] == number[1]
        and references[0][0][0].lower() == pair.kind[0]
    )
