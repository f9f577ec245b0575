"""Character and cell errors of OCR on tables whose source text is known.

Characters are compared without blanks, in the order of rows: an engine sees no cells, so blanks between them say
nothing. A cell is right when its text stands in OCR's, in one line or word by word, each word used once: where a
cell stands is not compared, since engines do not say it.
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
        character_errors=edit_distance(source, "".join(lines).replace(" ", "")),
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
        cell_error=rate(lambda r: r.cell_errors, lambda r: r.cells),
        number_error=rate(lambda r: r.number_errors, lambda r: r.numbers),
    )


def markdown(rows: Sequence[OcrQualityRow]) -> str:
    """Return a table of the rates in percent: by engine, and for each by class and by size."""
    lines = [
        "| Engine | Tables of | Tables | Failed | Character error | Cell error | Number error |",
        "|---|---|---|---|---|---|---|",
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
                rates = (q.character_error, q.cell_error, q.number_error)
                cells = [engine, name, str(q.tables), str(q.failed), *(f"{100 * rate:.1f}" for rate in rates)]
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
