"""Numbers in columns that set them: siunitx's S and s, dcolumn's D."""

import re

from extractors.latex.tables.columns import Columns

NUMBER = (
    r"[<>~]?\s*(?:\+-|[+-])?\s*(?:\d[\d\s]*[.,]?[\d\s]*|[.,]\d+)(?:\s*\([\d.]+\))*(?:\s*(?:\+-|\\pm(?![A-Za-z]))\s*[\d.]+)*"
    r"(?:\s*[eEdD]\s*[+-]?\d+)?"
)
NUMERIC = re.compile(rf"\s*(?:{NUMBER}|[<>~]?\s*[+-]?[eE][+-]?\d+)\s*\Z")
# A number with what stands before it (fonts, colours) and behind it (marks, stars).
SWITCH = (
    r"\\(?:bf|bfseries|it|itshape|em|boldmath|ensuremath|color\s*(?:\[[^\]]*\])?\{[^{}]*\})(?![A-Za-z])\s*"
)
LEADING = re.compile(rf"((?:{SWITCH})*)({NUMBER})(?=\s*[\\{{$^*~])")
WRAPPED = re.compile(rf"\\(textbf|textit|emph|underline|uline|mathbf|bm)\s*\{{\s*({NUMBER})\s*\}}(?!\S*\d)")
SWITCHED = re.compile(rf"((?:{SWITCH})+)({NUMBER})\s*\Z")
COMMAND = re.compile(r"\\[A-Za-z@]+")
WORD = re.compile(r"[A-Za-z]{3,}")
MAX_CELL = 300


def in_column(tex: str, columns: Columns, column: int) -> str:
    """Return a cell's TeX with its numbers as the column sets them."""
    kind = columns.siunitx[column] if column < len(columns.siunitx) else ""
    if not tex or len(tex) > MAX_CELL:
        return tex
    if kind == "S":
        return siunitx_cell(tex, columns.options[column])
    if kind == "s" and not tex.startswith("{"):
        return f"\\si{_options(columns.options[column])}{{{tex}}}"
    marks = columns.decimal[column] if column < len(columns.decimal) else None
    return decimal_cell(tex, *marks) if marks is not None else tex


def siunitx_cell(tex: str, options: str) -> str:
    """Return a cell of an S column: its number by siunitx, words and marks as they are."""
    if tex.startswith("{"):
        return tex
    number = f"\\num{_options(options)}"
    if NUMERIC.match(tex):
        return f"{number}{{{tex}}}"
    for pattern in (WRAPPED, SWITCHED, LEADING):
        match = pattern.match(tex)
        if match is not None and pattern is WRAPPED:
            return f"\\{match[1]}{{{number}{{{match[2]}}}}}{tex[match.end() :]}"
        if match is not None:
            return f"{match[1]}{number}{{{match[2]}}}{tex[match.end() :]}"
    return tex


def _options(options: str) -> str:
    return f"[{options}]" if options else ""


def decimal_cell(tex: str, written: str, printed: str) -> str:
    """Return a cell of a decimal column, which is mathematics; words are left as they are."""
    if "$" in tex or "\\(" in tex or tex in {"--", "---"} or WORD.search(COMMAND.sub("", tex)):
        return tex
    if printed.strip() != written.strip() and written.strip():
        tex = tex.replace(written.strip(), "{" + printed.strip() + "}", 1)
    return f"${tex}$"
