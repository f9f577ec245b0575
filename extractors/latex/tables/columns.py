"""A tabular's column specification: alignment, rules, and what is put before, after and between cells."""

import re
from dataclasses import dataclass, field

from extractors.latex.source.options import parse_keys
from extractors.latex.source.scanner import Scanner

MAX_COLUMNS = 200
MAX_REPEAT = 100
ALIGN = {"l": "left", "c": "center", "r": "right", "C": "center", "R": "right", "S": "center", "D": "center",
         "d": "center", "s": "center", "Y": "center", "Z": "center"}  # fmt: skip
SIUNITX = {"S": "S", "s": "s"}
RULE = re.compile(r"\\(?:vrule|vline|vl)(?![A-Za-z])|\\mid(?![A-Za-z])|\\(?:text)?(?:bar|vert)(?![A-Za-z])")
LAYOUT = re.compile(
    r"\\(?:extracolsep|stretch|columncolor|cellcolor|rowcolor|color|setlength|addtolength|raisebox|rule|vspace|hspace)(?![A-Za-z])"
)
LAYOUT_SHAPES = {"columncolor": "omoo", "cellcolor": "omoo", "rowcolor": "omoo", "color": "om", "setlength": "mm",
                 "addtolength": "mm", "rule": "omm", "vspace": "sm", "hspace": "sm"}  # fmt: skip


@dataclass
class Columns:
    """Per column: alignment, TeX before and after its cells, and siunitx's or dcolumn's way with numbers.

    `between` and `rules` have one more entry than columns: what stands before the first column, between two,
    and after the last. `spaced` says whether that keeps its distance (`!{…}`) or not (`@{…}`).
    """

    align: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    siunitx: list[str] = field(default_factory=list)  # S for numbers, s for units, else nothing
    options: list[str] = field(default_factory=list)  # siunitx's, of the column
    decimal: list[tuple[str, str] | None] = field(default_factory=list)  # dcolumn's marks: written, printed
    rules: list[bool] = field(default_factory=lambda: [False])
    between: list[str] = field(default_factory=lambda: [""])
    spaced: list[bool] = field(default_factory=lambda: [False])


def read_columns(spec: str) -> Columns:
    r"""Return the columns of a specification such as `l*{3}{c}|>{\bfseries}p{3cm}`."""
    columns = Columns()
    scan = Scanner(unrolled(spec))
    before = ""
    while scan.pos < len(scan.text) and len(columns.align) < MAX_COLUMNS:
        char = scan.text[scan.pos]
        scan.pos += 1
        if char in "|:;" or (char == "V" and _is_heavy_rule(scan)):
            columns.rules[-1] = True
            _ = scan.argument() if char in ";V" else ""
        elif char == ">":
            before += material(scan.argument())
        elif char == "<":
            after = material(scan.argument())
            if columns.after:
                columns.after[-1] += after
        elif char in "@!":
            _between(columns, char, scan.argument())
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


def _is_heavy_rule(scan: Scanner) -> bool:
    """Return whether V is boldline's rule, which takes a number, and not varwidth's column."""
    return re.match(r"\s*\{\s*[\d.]+\s*\}", scan.text[scan.pos : scan.pos + 12]) is not None


def _between(columns: Columns, char: str, tex: str) -> None:
    if RULE.search(tex) or tex.replace("$", "").strip() in {"|", "\\|", "||"}:
        columns.rules[-1] = True
        return
    columns.between[-1] += material(tex)
    columns.spaced[-1] = columns.spaced[-1] or char == "!"


def material(tex: str) -> str:
    """Return what a column puts round its cells, without lengths and colours."""
    if "\\" not in tex:
        return tex
    out: list[str] = []
    pos = 0
    for match in LAYOUT.finditer(tex):
        if match.start() < pos:
            continue
        out.append(tex[pos : match.start()])
        scan = Scanner(tex, match.end())
        for letter in LAYOUT_SHAPES.get(match[0][1:], "m"):
            _ = scan.star() if letter == "s" else scan.optional() if letter == "o" else scan.argument()
        pos = scan.pos
        if match[0] == "\\hspace":
            out.append(" ")
    return "".join(out) + tex[pos:]


def _add(columns: Columns, char: str, before: str, scan: Scanner) -> None:
    align, options, decimal = ALIGN.get(char, "left"), "", None
    if char in "Ssd" and scan.peek() == "[":
        options = scan.optional() or ""
    if char == "d":
        decimal = (".", ".")
    if char in "pmbfwWPMXLCRVJQ" and scan.peek() in ("{", "["):
        options = scan.optional() or ""
        mark = scan.optional() or options if char in "RCL" else ""  # rccol's marks: written, printed
        align = _stated_align(options) or align
        content = scan.group() or ""
        if char in "wW":
            align = ALIGN.get(content.strip()[:1], "left")
            scan.group()
        elif char in "RCL" and content.strip().isdigit():  # rccol's digits before and after the mark
            scan.group()
            decimal = (options, mark) if mark else None
        elif content in ALIGN:  # tabularray's Q{c}
            align = ALIGN[content]
    elif char == "D":
        decimal = _marks(scan)
    if "\\centering" in before or "\\Centering" in before:
        align = "center"
    elif "\\raggedleft" in before or "\\RaggedLeft" in before:
        align = "right"
    inside = parse_keys(options) if char in "QX" else {}
    first, last = cell_effect(inside)
    columns.align.append(align)
    columns.before.append(before + first)
    columns.after.append(last)
    columns.siunitx.append("S" if "si" in inside else SIUNITX.get(char, ""))
    columns.options.append(inside.get("si", "") if char in "QX" else options)
    columns.decimal.append(decimal)
    columns.rules.append(False)
    columns.between.append("")
    columns.spaced.append(False)


def _marks(scan: Scanner) -> tuple[str, str] | None:
    """Return dcolumn's marks, written and printed; None for AASTeX's D, which takes no arguments."""
    scan.skip_space()
    if not scan.peek() or scan.peek().isalpha():
        return None
    written, printed = scan.argument(), scan.argument()
    scan.argument()
    return written, printed


def _stated_align(options: str) -> str | None:
    """Return the alignment that tabu's, tabularray's or nicematrix's options of a column name."""
    keys = parse_keys(options)
    named = [keys["halign"]] if "halign" in keys else [k for k in keys if k in {"l", "c", "r"}]
    return ALIGN.get(named[-1].strip()) if named else None


def cell_effect(keys: dict[str, str]) -> tuple[str, str]:
    """Return the TeX that tabularray's keys put before and after a cell: fonts, mathematics, text, a command."""
    math = keys.get("mode", "text") in {"math", "imath", "dmath"} or "$" in keys or "$$" in keys
    before = after = "$" if math else ""
    if "cmd" in keys:
        before, after = before + keys["cmd"] + "{", "}" + after
    before = (keys.get("font", "") + " " if "font" in keys else "") + keys.get("preto", "") + before
    return before, after + keys.get("appto", "")


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
