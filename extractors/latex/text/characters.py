"""Characters of running text: ligatures, codes, and the blanks and brackets that dropped parts leave."""

import re

from extractors.latex.source.scanner import Scanner
from extractors.latex.text.shapes import DIMENSION

BEFORE_PUNCTUATION = re.compile(r"\s+([,;.:!?)\]”’])(?!\d)")
BLANKS = re.compile(r"\s+")
DROPPED = "\uf10f"  # stands where a reference or citation without printed form was left out
UNSPACED = "\uf10c"  # no blank stands before it, as before raised numbers
HOLLOW = re.compile(f"[,;]\\s*{DROPPED}(?=\\s*[,;.])|{DROPPED}")
NO_SPACE = re.compile(f"\\s*{UNSPACED}")
DROPPED_IN_BRACKETS = re.compile(
    f"\\s?[(\\[](?:[\\s,;.]|{DROPPED}|see|e\\.g\\.|cf\\.|from|in|i\\.e\\.|and|after)*{DROPPED}"
    f"(?:[\\s,;.]|{DROPPED})*[)\\]]"
)
# babel's shorthands of German, as \"a without its backslash; Russian and others share the dashes.
GERMAN = {
    '"a': "ä", '"o': "ö", '"u': "ü", '"A': "Ä", '"O': "Ö", '"U': "Ü", '"s': "ß", '"z': "ß", '"S': "SS",
    '"`': "„", "\"'": "“", '"<': "«", '">': "»", '"-': "", '"=': "-", '"~': "-", '"|': "", '""': "",
}  # fmt: skip
CODE = re.compile(r"\s*\{?\s*(\d{1,5}|\"[0-9A-F]{1,4}|'[0-7]{1,5}|`\\?.)\s*\}?")  # of \\char or \\symbol
SHORTHAND = re.compile(r"\"[aouAOUszS`'<>\-=~|\"]")


def character(scan: Scanner, name: str) -> str:
    r"""Return the character that \char or \symbol names by its code."""
    match = scan.take(CODE)
    if match is None:
        return ""
    code = match[1]
    if code[0] == "`":
        return code[-1]
    number = int(code[1:], 16) if code[0] == '"' else int(code[1:], 8) if code[0] == "'" else int(code)
    return chr(number) if 32 <= number < 0xD800 else ""


# Zapf's dingbats by their codes: most stand in Unicode's block in the same order, some elsewhere.
STRAY_DINGBATS = {
    37: "☎", 42: "☛", 43: "☞", 72: "★", 108: "●", 110: "■", 115: "▲", 116: "▼", 117: "◆", 119: "◗",
    168: "♣", 169: "♦", 170: "♥", 171: "♠", 213: "→", 214: "↔", 215: "↕",
}  # fmt: skip


def dingbat(code: str) -> str:
    r"""Return the character that pifont's \ding prints, nothing for what is no code."""
    digits = re.fullmatch(r"\s*(?:(\d{2,3})|'([0-7]{2,3})|\"([0-9A-Fa-f]{2}))\s*", code)
    if digits is None:
        return ""
    number = int(digits[1]) if digits[1] else int(digits[2], 8) if digits[2] else int(digits[3], 16)
    if number in STRAY_DINGBATS:
        return STRAY_DINGBATS[number]
    if 172 <= number <= 181:
        return chr(0x2460 + number - 172)
    if 33 <= number <= 126:
        return chr(0x2701 + number - 33)
    return chr(0x2761 + number - 161) if 161 <= number <= 254 else ""


def skip_dimension(scan: Scanner) -> str:
    """Move past a length given without braces, as skips take it."""
    scan.take(DIMENSION)
    return " "


def skip_tikz(scan: Scanner) -> str:
    r"""Move past \tikz[options]{picture} or \tikz path;."""
    scan.optional()
    if scan.group() is None:
        end = scan.text.find(";", scan.pos, scan.pos + 2000)
        scan.pos = end + 1 if end >= 0 else scan.pos
    return ""


def ligatures(run: str, language: str = "") -> str:
    """Return plain text with TeX's quotes and dashes as the characters they print."""
    if '"' in run:
        if language in {"ru", "uk"}:
            run = run.replace('"---', "—").replace('"--~', "— ").replace('"=', "-").replace('"~', "-")
        elif language == "de":
            run = SHORTHAND.sub(lambda m: GERMAN[m[0]], run)
    if "<<" in run or ">>" in run:
        run = run.replace("<<", "«").replace(">>", "»")
    if "-" in run:
        run = run.replace("---", "—").replace("--", "–")
    if "`" in run:
        run = run.replace("?`", "¿").replace("!`", "¡").replace("``", "“").replace("`", "‘")
    if "'" in run:
        run = run.replace("''", "”").replace("'", "’")
    if '"' in run:
        run = re.sub(r'(^|[\s(\[])"', r"\1“", run).replace('"', "”")
    if "," in run and ",," in run:
        run = run.replace(",,", "„")
    return run


def tidy(text: str) -> str:
    """Return the text on one line, without what dropped citations and labels leave behind."""
    text = BLANKS.sub(" ", text)
    if DROPPED in text:
        text = HOLLOW.sub("", DROPPED_IN_BRACKETS.sub("", text))
        text = BLANKS.sub(" ", text)
    if UNSPACED in text:
        text = NO_SPACE.sub("", text)
    text = BEFORE_PUNCTUATION.sub(r"\1", text)
    return text.strip()
