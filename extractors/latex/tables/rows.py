"""A tabular's body cut into rows and cells, with the rules between them."""

import re
from dataclasses import dataclass, field

from extractors.latex.source.scanner import Scanner
from extractors.latex.tables.columns import MAX_COLUMNS, unrolled

MAX_CELLS = 60_000
SPLIT = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))|[{}&]", re.S)
LEADING = re.compile(
    r"\s*\\(hline|toprule|midrule|bottomrule|tableline|Xhline|hdashline|specialrule|cmidrule|cline|cdashline|addlinespace"
    r"|noalign|morecmidrules|rowcolor|endfirsthead|endhead|endfoot|endlastfoot|rule|vspace|centering|small|footnotesize"
    r"|scriptsize|firsthline|lasthline|thickhline|Hline|heavyrulewidth|arrayrulecolor|label|newpage|pagebreak|nopagebreak"
    r"|cutinhead|sidehead|rowfont|SetRow|SetHline|colrule|botrule|topline|midline|bottomline|hhline|relax"
    r"|insertTableNotes|SetHlines|SetVlines?|SetRows|SetColumns?|SetCells|Xcline|taburulecolor|tabucline|cdashlinelr|tabularnewline_|kill|showrowcolors|hiderowcolors|global|everymath)(?![A-Za-z])\*?"
)
FULL_RULES = frozenset(
    [
        "hline",
        "toprule",
        "midrule",
        "bottomrule",
        "tableline",
        "Xhline",
        "specialrule",
        "firsthline",
        "lasthline",
        "thickhline",
        "Hline",
        "colrule",
        "botrule",
        "topline",
        "midline",
        "bottomline",
        "hdashline",
    ]
)
RULE_ARGUMENTS = {
    "Xhline": 1, "specialrule": 3, "cmidrule": 1, "cline": 1, "noalign": 1,
    "rowcolor": 1, "rule": 2, "vspace": 1, "arrayrulecolor": 1, "label": 1, "rowfont": 1, "SetRow": 1,
    **dict.fromkeys(("SetRows", "SetColumn", "SetColumns", "SetCells", "taburulecolor", "tabucline"), 1),
    **dict.fromkeys(("SetHline", "SetHlines", "SetVline", "SetVlines"), 2),
}  # fmt: skip
COLUMN_RANGE = re.compile(r"(?<!\d)(\d{1,3})\s*-\s*(\d{1,3})(?!\d)")
ROW_SKIP = re.compile(r"\[[^\]\n]{0,60}\]|\s+\[\s*[+-]?[\d.]+\s*(?:\\[A-Za-z]+|[a-z]{2})\s*\]")


@dataclass
class RawRow:
    """The cells of a row as TeX, and whether a rule stands above."""

    cells: list[str] = field(default_factory=list)
    rule_above: bool = False
    partial_rules: list[tuple[int, int]] = field(default_factory=list)
    spanning: str | None = None
    in_head: bool = False


def split_rows(body: str) -> list[RawRow]:
    r"""Return the rows and cells of a tabular's body, cut at & and \\ outside groups and environments."""
    rows: list[RawRow] = []
    row = RawRow()
    depth = nested = count = 0
    start = pos = 0
    while True:
        match = SPLIT.search(body, pos)
        if match is None or count > MAX_CELLS:
            break
        pos = match.end()
        token = match[0]
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
        elif match[1] == "begin":
            nested += 1
        elif match[1] == "end":
            nested = max(0, nested - 1)
        elif depth > 0 or nested > 0:
            continue
        elif token == "&":
            row.cells.append(body[start : match.start()])
            start = pos
            count += 1
        elif match[2] == "\\" or match[1] in {"tabularnewline", "cr"}:
            row.cells.append(body[start : match.start()])
            scan = Scanner(body, pos)
            scan.star()
            skip = ROW_SKIP.match(body, scan.pos)
            start = pos = skip.end() if skip else scan.pos
            finish_row(rows, row)
            row = RawRow()
            count += 1
    row.cells.append(body[start:])
    finish_row(rows, row)
    return rows


def finish_row(rows: list[RawRow], row: RawRow) -> None:
    """Take the rules off the row's first cell and keep the row."""
    first = row.cells[0]
    pos = 0
    while True:
        match = LEADING.match(first, pos)
        if match is None:
            break
        name = match[1]
        scan = Scanner(first, match.end())
        row.rule_above = row.rule_above or name in FULL_RULES
        if name in {"cutinhead", "sidehead"}:
            row.spanning = scan.argument()
        elif name == "cmidrule":
            scan.optional()
            scan.optional("(", ")")
            row.partial_rules.extend(column_ranges(scan.argument()))
        elif name == "hhline":
            ranges, whole = ruled_columns(scan.argument())
            row.rule_above = row.rule_above or whole
            row.partial_rules.extend(ranges)
        elif name in {"cline", "cdashline", "cdashlinelr", "Xcline"}:
            row.partial_rules.extend(column_ranges(scan.argument()))
            _ = scan.argument() if name == "Xcline" else scan.optional()
        else:
            scan.optional() if scan.peek() == "[" else None
            for _ in range(RULE_ARGUMENTS.get(name, 0)):
                scan.optional() if scan.peek() == "[" else None
                scan.argument()
            while name == "rowcolor" and scan.peek() == "[":  # how far the colour hangs over
                scan.optional()
        pos = scan.pos
    if row.spanning is not None and (len(row.cells) > 1 or first[pos:].strip()):
        rows.append(RawRow([""], row.rule_above, row.partial_rules, row.spanning))
        row.spanning, row.rule_above, row.partial_rules = None, False, []
    row.cells[0] = first[pos:]
    rows.append(row)


def column_ranges(text: str) -> list[tuple[int, int]]:
    r"""Return the columns, counted from 0, over which \cmidrule{2-3} or \cline{2-3} draws a rule."""
    return [(int(a) - 1, int(b) - 1) for a, b in COLUMN_RANGE.findall(text)]


def ruled_columns(spec: str) -> tuple[list[tuple[int, int]], bool]:
    r"""Return the stretches of columns that \hhline's specification rules, and whether it rules them all."""
    ruled = [char in "-=" for char in unrolled(spec) if char in "-=~"][:MAX_COLUMNS]
    if all(ruled):
        return [], bool(ruled)
    ranges: list[tuple[int, int]] = []
    for column, drawn in enumerate(ruled):
        if drawn and ranges and ranges[-1][1] == column - 1:
            ranges[-1] = (ranges[-1][0], column)
        elif drawn:
            ranges.append((column, column))
    return ranges, False


def header_rows(rows: list[RawRow]) -> int:
    """Return how many leading rows are headings: those above the first rule that follows a row."""
    stated = sum(row.in_head for row in rows)
    if stated:
        return stated if stated < len(rows) else 0
    for i, row in enumerate(rows[1:6], 1):
        if row.rule_above:
            return i
    return 0
