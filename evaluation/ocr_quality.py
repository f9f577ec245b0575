"""Character and cell errors of OCR on tables whose source text is known.

An engine sees lines, not cells, and says nothing of where a cell begins or how its lines go together. So a cell is
right when its text stands in OCR's, in one line or word by word, each word used once; and characters are compared
word by word, wherever the words stand. The edit distance of the whole text in the order of rows is given beside it:
what it has more comes from the order of reading, as in cells of several lines.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from schemas.annotations import OcrRow
from schemas.ocr_quality import OcrQualityRow

VERSION = "1"  # 1: compatibility forms and dashes folded, case kept

SMALL, MEDIUM = 25, 50  # cells: about thirds of 302 tables of arXiv and PMC papers
SHORTEST_PIECE = 3  # characters: shorter words stand inside others by chance
LONGEST_RUN = 15  # words of a cell that are looked for in one line

_RAISED = re.compile(r"[\^_]\(([^()]*)\)|[\^_](?=\S)")
_FOLDED = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹣－", "-") | dict.fromkeys("‘’‚′", "'") | dict.fromkeys("“”„″", '"')
)
_NUMBER = re.compile(r"[<>≤≥=~±+-]*[.,]?\d")


@dataclass(frozen=True, kw_only=True)
class KnownTable:
    """A table image with its source text: cells separated by tabs, a row a line."""

    pair_id: str
    subcategory: str
    origin: str
    width: int
    height: int
    text: str


@dataclass(frozen=True)
class Quality:
    """Errors of one group of tables; rates are errors over all characters, cells or numbers of the group."""

    tables: int
    failed: int
    character_error: float
    ordered_error: float
    cell_error: float
    number_error: float


def measure(table: KnownTable, read: OcrRow) -> OcrQualityRow:
    """Return the errors of what an engine read in a table; where it failed, everything counts as wrong."""
    cells = [cell for cell in (fold(part) for part in re.split(r"[\t\n]", table.text)) if cell]
    source = "".join(cells).replace(" ", "")
    lines = [fold(line) for line in read.ocr_text.split("\n")] if read.ocr_error is None else []
    wrong = [not right for right in found_cells(cells, lines)]
    numbers = [bool(_NUMBER.match(cell)) for cell in cells]
    return OcrQualityRow(
        pair_id=table.pair_id,
        engine=read.ocr_engine,
        subcategory=table.subcategory,
        size="small" if len(cells) <= SMALL else "medium" if len(cells) <= MEDIUM else "large",
        origin=table.origin,
        width=table.width,
        height=table.height,
        error=read.ocr_error,
        characters=len(source),
        character_errors=word_errors(_words(cells), _words(lines)),
        ordered_errors=edit_distance(source, "".join(lines).replace(" ", "")),
        cells=len(cells),
        cell_errors=sum(wrong),
        numbers=sum(numbers),
        number_errors=sum(bad and number for bad, number in zip(wrong, numbers, strict=True)),
    )


def fold(text: str) -> str:
    """Return a text in the form in which it is compared: raised and lowered letters plain, dashes alike."""
    plain = _RAISED.sub(lambda match: match[1] or "", text)
    folded = unicodedata.normalize("NFKC", plain).translate(_FOLDED)
    return " ".join(folded.split())


def edit_distance(source: str, read: str) -> int:
    """Return the number of insertions, deletions and replacements between two texts."""
    left, right = (np.array([ord(c) for c in text], np.int64) for text in (source, read))
    places = np.arange(len(right) + 1)
    row = places.copy()
    for letter in left:
        step = np.concatenate(([row[0] + 1], np.minimum(row[1:] + 1, row[:-1] + (right != letter))))
        # A run of insertions from any earlier place: the least of its value plus the way from there.
        row = np.minimum.accumulate(step - places) + places
    return int(row[-1])


def word_errors(source: Sequence[str], read: Sequence[str]) -> int:
    """Return the characters to insert, delete and replace between two collections of words, in whatever order.

    Equal words cancel out; then words that stand inside others, which an engine glued together or tore apart;
    of what is left, each word of the source is compared with the nearest one read, longer ones first. Words that
    have nothing in common replace each other as far as they go.
    """
    left = list((Counter(source) - Counter(read)).elements())
    other = list((Counter(read) - Counter(source)).elements())
    left, other = _without_pieces(left, other)
    other, left = _without_pieces(other, left)
    errors, unlike = 0, 0
    for word in _longest_first(left):
        distances = [(edit_distance(word, one), one) for one in sorted(other)]
        least, nearest = min(distances, default=(len(word), ""))
        if nearest and least < max(len(word), len(nearest)):
            other.remove(nearest)
            errors += least
        else:
            unlike += len(word)
    return errors + max(unlike, sum(map(len, other)))


def _without_pieces(words: list[str], whole: list[str]) -> tuple[list[str], list[str]]:
    """Take words that stand inside those of `whole` out of both; what is around them stays."""
    kept, whole = [], list(whole)
    for word in _longest_first(words):
        around = [one for one in whole if word in one] if len(word) >= SHORTEST_PIECE else []
        if not around:
            kept.append(word)
            continue
        chosen = min(around, key=lambda one: (len(one), one))
        whole.remove(chosen)
        whole += [part for part in chosen.split(word, 1) if part]
    return kept, whole


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda word: (-len(word), word))


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in text.split()]


def found_cells(cells: Sequence[str], lines: Sequence[str]) -> list[bool]:
    """Tell for each cell whether its text is in the lines; no word of the lines serves two cells.

    Longer cells choose first: a cell of one digit would else take a word that a longer one needs.
    """
    words = [line.split() for line in lines]
    runs: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for number, line in enumerate(words):
        for start in range(len(line)):
            for stop in range(start + 1, min(len(line), start + LONGEST_RUN) + 1):
                runs["".join(line[start:stop])].append((number, start, stop))
    free = [[True] * len(line) for line in words]
    found = [False] * len(cells)
    for place in sorted(range(len(cells)), key=lambda i: (-len(cells[i]), i)):
        found[place] = _take_run(runs[cells[place].replace(" ", "")], free)
    left = Counter(
        w for line, ok in zip(words, free, strict=True) for w, f in zip(line, ok, strict=True) if f
    )
    for place in sorted(range(len(cells)), key=lambda i: (-len(cells[i]), i)):
        wanted = Counter(cells[place].split())
        if not found[place] and all(left[word] >= count for word, count in wanted.items()):
            found[place] = True
            left -= wanted
    return found


def _take_run(runs: Iterable[tuple[int, int, int]], free: list[list[bool]]) -> bool:
    for number, start, stop in runs:
        if all(free[number][start:stop]):
            free[number][start:stop] = [False] * (stop - start)
            return True
    return False


def quality(rows: Sequence[OcrQualityRow]) -> Quality:
    """Return the rates over some tables; 0 where there is nothing to be wrong."""

    def rate(errors: Callable[[OcrQualityRow], int], of: Callable[[OcrQualityRow], int]) -> float:
        return sum(map(errors, rows)) / max(1, sum(map(of, rows)))

    return Quality(
        tables=len(rows),
        failed=sum(row.error is not None for row in rows),
        character_error=rate(lambda r: r.character_errors, lambda r: r.characters),
        ordered_error=rate(lambda r: r.ordered_errors, lambda r: r.characters),
        cell_error=rate(lambda r: r.cell_errors, lambda r: r.cells),
        number_error=rate(lambda r: r.number_errors, lambda r: r.numbers),
    )


def markdown(rows: Sequence[OcrQualityRow]) -> str:
    """Return a table of the rates in percent: by engine, and for each by class and by size."""
    lines = [
        "| Engine | Tables of | Tables | Failed | Character error | in row order | Cell error | Number error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for engine in dict.fromkeys(row.engine for row in rows):
        own = [row for row in rows if row.engine == engine]
        groups = {"all": own}
        for name in ("table_parameter", "table_result"):
            groups[name] = [row for row in own if row.subcategory == name]
        for name in ("small", "medium", "large"):
            groups[name] = [row for row in own if row.size == name]
        for name, members in groups.items():
            if members:
                q = quality(members)
                rates = (q.character_error, q.ordered_error, q.cell_error, q.number_error)
                cells = [engine, name, str(q.tables), str(q.failed), *(f"{100 * rate:.1f}" for rate in rates)]
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
