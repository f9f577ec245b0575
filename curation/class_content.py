"""What a table's cells are like, as a few numbers from 0 to about 1: the second voice beside the rules."""

import math
import re

from curation.class_features import TABLE_CHARS, is_number

VERSION = "1"  # 1: eleven numbers

NAMES = (
    "numeric",  # share of the cells that are numbers
    "spreads",  # share with a plus-minus, three times that, at most 1
    "brackets",  # share of numbers with a bracket behind: 45 (51%), 0.9 (0.1)
    "decimals",  # share of the numbers that have a decimal point: measured rather than chosen
    "rows",  # log of their number
    "columns",
    "length",  # log of the mean length of a cell: prose has long ones
    "statistics",  # names of statistics in the header: mean, SD, p-value, %
    "descriptions",  # names of descriptions in the header: meaning, unit, type, source
    "distinct",  # share of different cells: lists repeat little
    "cited",  # share of cells that cite a work, five times that
)

_STATISTICS = re.compile(
    r"\b(?:p[- ]?values?|p|95 ?% ?ci|ci|accuracy|auc|f1|precision|recall|rmse|mae|mse|coefficients?|std\.?|mean|"
    r"s\.?d\.?|s\.?e\.?|median|odds|hr|score|t|z|df|change|total)\b|±|%",
    re.IGNORECASE,
)
_DESCRIPTIONS = re.compile(
    r"\b(?:descriptions?|definitions?|meanings?|types?|values?|units?|defaults?|parameters?|symbols?|references?|"
    r"sources?|names?|items?|variables?|categor\w+|characteristics?|notes?|examples?|functions?|year|location|"
    r"country|criteria)\b",
    re.IGNORECASE,
)
_CITED = re.compile(r"\[\d|et al|\b(?:19|20)\d\d\)")


def content_measures(table_text: str) -> tuple[float, ...]:
    """Return the numbers of NAMES for a table given as tab-separated lines; all 0 without any cell."""
    lines = [line for line in table_text[:TABLE_CHARS].splitlines() if line.strip()]
    grid = [[cell.strip() for cell in line.split("\t")] for line in lines]
    cells = [cell for row in grid[1:] for cell in row if cell]
    if not cells:
        return (0.0,) * len(NAMES)
    count = len(cells)
    header = " | ".join(cell for cell in grid[0] if cell)
    numbers = [cell for cell in cells if is_number(cell)]
    return (
        len(numbers) / count,
        min(1.0, 3 * sum("±" in cell for cell in cells) / count),
        min(1.0, 2 * sum("(" in cell for cell in numbers) / count),
        sum("." in cell or "," in cell for cell in numbers) / max(1, len(numbers)),
        math.log1p(len(grid)) / 4,
        math.log1p(max(len(row) for row in grid)) / 2.5,
        math.log1p(sum(map(len, cells)) / count) / 4,
        min(1.0, len(_STATISTICS.findall(header)) / 2),
        min(1.0, len(_DESCRIPTIONS.findall(header)) / 2),
        len(set(cells)) / count,
        min(1.0, 5 * sum(bool(_CITED.search(cell)) for cell in cells) / count),
    )
