"""tabularray's specifications by keys: spans, fonts and rules of cells, rows and columns, and notes below."""

import re
from collections.abc import Iterator

from extractors.latex.source.scanner import Scanner
from extractors.latex.tables.columns import Columns, cell_effect
from extractors.latex.tables.rows import RawRow

MAX_LINES = 5_000
KEY = re.compile(
    r"\s*(cells?|rows?|columns?|hlines?|vlines?|rowhead|rowspec|colspec)\s*((?:\{[^{}]*\}\s*)*)\Z"
)
GROUP = re.compile(r"\{([^{}]*)\}")
NOTE = re.compile(r"\s*(note|remark)\s*\{(.*)\}\s*\Z", re.S)
SET_CELL = re.compile(r"\s*\\SetCell(?![A-Za-z])")
LONE_KEYS = re.compile(r"\b(?:hlines|vlines|columns|rows|cells)\b")


def key_values(text: str) -> Iterator[tuple[str, str]]:
    """Yield the keys of a specification with their values, in order; keys keep their braces and case."""
    depth, start, sign, escaped = 0, 0, -1, False
    for at, char in enumerate(text + ","):
        if escaped or char == "\\":
            escaped = not escaped
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
        elif char == "=" and depth == 0 and sign < 0:
            sign = at
        elif char == "," and depth <= 0:
            key = text[start : sign if sign >= 0 else at].strip()
            value = text[sign + 1 : at].strip() if sign >= 0 else ""
            if key:
                yield key, value
            start, sign = at + 1, -1


def unbraced(value: str) -> str:
    """Return a value without the braces that enclose the whole of it."""
    scan = Scanner(value)
    inner = scan.group()
    return inner if inner is not None and not value[scan.pos :].strip() else value


def column_spec(inner: str) -> str:
    """Return the column specification of an inner specification, which may be nothing else."""
    keys = dict(key_values(inner))
    if "colspec" in keys:
        return unbraced(keys["colspec"])
    by_keys = LONE_KEYS.search(inner) or any(value for _, value in key_values(inner))
    return "" if by_keys else inner


def notes(outer: str) -> list[tuple[str, str]]:
    """Return mark and text of each note and remark among a table's outer keys; remarks have a word as mark."""
    found = []
    for key, value in key_values(outer):
        match = NOTE.match(key)
        if match is not None:
            mark = match[2].strip() if match[1] == "note" else match[2].strip() + ":"
            found.append((mark, unbraced(value)))
        elif key == "tabularnote":  # nicematrix's
            found.append(("", unbraced(value)))
    return found


def lines(selector: str, count: int) -> list[int]:
    """Return the rows or columns, counted from 0, that a selector such as `2-4,Z` or `odd` names."""
    out: list[int] = []
    for part in selector.split(","):
        part = re.sub(r"\bZ\b", str(count), part.strip())
        span = re.fullmatch(r"(\d{1,4})\s*-\s*(\d{1,4})", part)
        word = re.fullmatch(r"(odd|even|-)(?:\[.*\])?", part)
        if word:
            first = 1 if word[1] == "even" else 0
            out.extend(range(first, count, 1 if word[1] == "-" else 2))
        elif span:
            out.extend(range(int(span[1]) - 1, min(int(span[2]), count)))
        elif part.isdigit():
            out.append(int(part) - 1)
    return [n for n in out if 0 <= n < count][:MAX_LINES]


def apply_keys(inner: str, rows: list[RawRow], columns: Columns) -> bool:
    """Let an inner specification act on a table's rows and columns; return whether a rule is below the last."""
    below = False
    width = max((len(row.cells) for row in rows), default=0)
    count = len(rows)
    for key, value in key_values(inner):
        match = KEY.match(key)
        if match is None:
            continue
        name, groups = match[1], GROUP.findall(match[2])
        if name in {"hline", "hlines"}:
            chosen = lines(groups[0], count + 1) if groups and name == "hline" else list(range(count + 1))
            for row in chosen:
                if row < count:
                    rows[row].rule_above = True
            below = below or count in chosen
        elif name in {"vline", "vlines"}:
            size = len(columns.rules)
            for at in lines(groups[0], size) if groups and name == "vline" else range(size):
                columns.rules[at] = True
        elif name == "rowhead" and value.isdigit() and int(value) < count:
            for head in rows[: int(value)]:
                head.in_head = True
        else:
            _style(rows, name, groups, value, count, width)
    return below


def _style(rows: list[RawRow], name: str, groups: list[str], value: str, count: int, width: int) -> None:
    """Let the keys of some cells act on these: a span, a font, mathematics, what stands before and after."""
    spans, keys = _spans_and_keys(value, spanning=name == "cell")
    before, after = cell_effect(keys)
    if not (before or after or spans):
        return
    every = list(range(count)), list(range(width))
    wanted_rows = lines(groups[0], count) if name in {"row", "cell"} and groups else every[0]
    at = 1 if name == "cell" else 0
    wanted_columns = lines(groups[at], width) if name in {"column", "cell"} and len(groups) > at else every[1]
    for row in wanted_rows:
        for column in wanted_columns:
            if column < len(rows[row].cells):
                rows[row].cells[column] = styled(rows[row].cells[column], spans, before, after)


def _spans_and_keys(value: str, *, spanning: bool) -> tuple[str, dict[str, str]]:
    r"""Return the spans and the keys of a value such as `{r=2,c=3}{c,font=\bfseries}` or `{c}`."""
    scan = Scanner(value)
    first = scan.group()
    if first is None:
        return "", dict(key_values(value))
    second = scan.group()
    if second is None:
        keys = dict(key_values(first))
        spans = ",".join(f"{k}={v}" for k, v in keys.items() if k in {"r", "c"} and v.isdigit())
        return (spans if spanning else ""), keys
    return (first if spanning else ""), dict(key_values(second))


def styled(tex: str, spans: str, before: str, after: str) -> str:
    r"""Return a cell's TeX with a span and with what its keys put round it; a \SetCell of its own comes first."""
    head = ""
    match = SET_CELL.match(tex)
    if match is not None:
        scan = Scanner(tex, match.end())
        scan.optional()
        scan.argument()
        head, tex = tex[: scan.pos], tex[scan.pos :]
    if tex.strip() and (before or after):
        tex = f"{{{before}{tex.strip()}{after}}}"
    return (f"\\SetCell[{spans}]{{}}" if spans and not head else head) + tex
