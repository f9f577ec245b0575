"""A tabular's column specification: alignment, rules, and what is put before and after each cell."""

import re
from dataclasses import dataclass, field

from extractors.latex.source.scanner import Scanner

MAX_COLUMNS = 200
MAX_REPEAT = 100
ALIGN = {"l": "left", "c": "center", "r": "right", "C": "center", "R": "right", "S": "center", "D": "center",
         "d": "center", "s": "center", "Y": "center", "Z": "center"}  # fmt: skip


@dataclass
class Columns:
    """Per column: alignment, and TeX before and after its cells; `rules` has one more entry than columns."""

    align: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    siunitx: list[str] = field(default_factory=list)  # S for numbers, s for units, else nothing
    rules: list[bool] = field(default_factory=lambda: [False])


def read_columns(spec: str) -> Columns:
    r"""Return the columns of a specification such as `l*{3}{c}|>{\bfseries}p{3cm}`."""
    columns = Columns()
    scan = Scanner(unrolled(spec))
    before = ""
    while scan.pos < len(scan.text) and len(columns.align) < MAX_COLUMNS:
        char = scan.text[scan.pos]
        scan.pos += 1
        if char in "|:":
            columns.rules[-1] = True
        elif char == ">":
            before += scan.argument()
        elif char == "<":
            after = scan.argument()
            if columns.after:
                columns.after[-1] += after
        elif char in "@!":
            if "vrule" in scan.argument():
                columns.rules[-1] = True
        elif char.isalpha():
            _add(columns, char, before, scan)
            before = ""
        elif char == "\\" or char == "{":
            scan.pos -= 1
            scan.argument()
        elif char == "[":
            scan.pos -= 1
            if scan.optional() is None:
                scan.pos += 1
    return columns


def _add(columns: Columns, char: str, before: str, scan: Scanner) -> None:
    align = ALIGN.get(char, "left")
    if char in "Ssd" and scan.peek() == "[":
        scan.optional()
    if char in "pmbwWPMXLCRVJQ" and scan.peek() in "{[":
        scan.optional()
        content = scan.group() or ""
        if char in "wW":
            align = ALIGN.get(content.strip()[:1], "left")
            scan.group()
    elif char == "D":
        for _ in range(3):
            scan.group()
    if "\\centering" in before or "\\Centering" in before:
        align = "center"
    elif "\\raggedleft" in before:
        align = "right"
    columns.align.append(align)
    columns.before.append(
        before if "$" in before or re.search(r"\\(?:bf|it|tt|bfseries|itshape)\b", before) else ""
    )
    columns.after.append("")
    columns.siunitx.append(char if char in "Ss" else "")
    columns.rules.append(False)


def unrolled(spec: str) -> str:
    """Return a specification with its *{n}{…} written out."""
    spec = spec[:20_000]
    for _ in range(4):
        start = spec.find("*{")
        if start < 0:
            break
        parts: list[str] = []
        pos = 0
        while start >= 0 and sum(map(len, parts)) < 20_000:
            scan = Scanner(spec, start + 1)
            count = re.match(r"\s*(\d{1,4})", scan.argument())
            repeated = scan.argument()
            parts.append(spec[pos:start])
            parts.append(repeated * min(int(count[1]) if count else 1, MAX_REPEAT))
            pos = scan.pos
            start = spec.find("*{", pos)
        spec = "".join(parts) + spec[pos:]
    return spec[:20_000]
