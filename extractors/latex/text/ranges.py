r"""The floats that a range of references names without writing them: what lies between \ref{a}--\ref{c}."""

import re
from collections.abc import Iterator, Mapping

from extractors.latex.text.numbering import roman
from extractors.latex.text.references import Label
from extractors.latex.text.shapes import REFERENCES

MAX_RANGE = 30
COMMANDS = "|".join(sorted(REFERENCES, key=len, reverse=True))
BLANK = r"(?:~|\s|\\[ ,]|\{\}|\$)*"
DASH = r"(?:--?-?|[–—]|\\textendash(?![A-Za-z])|\bto\b|\bthrough\b|\bbis\b)"
REFERENCE = rf"\\(?:{COMMANDS})\*?\s*\{{([^{{}},]{{1,200}})\}}"
RANGE = re.compile(
    rf"{REFERENCE}[)}}]?\s*(?:\([a-z]\)|[a-z](?![A-Za-z]))?{BLANK}{DASH}{BLANK}[({{]?{REFERENCE}"
)
PAIRED = re.compile(r"\\\w*[cCv]?[rR]efrange\*?\s*\{([^{}]{1,200})\}\s*\{([^{}]{1,200})\}")
OPTION = re.compile(r"\\z[a-z]*ref\*?\s*\[[^\]]*\brange\b[^\]]*\]\s*\{([^{},]{1,200}),([^{},]{1,200})\}")
DIGITS = re.compile(r"(.*?)(\d{1,6})\Z")
LETTER = re.compile(r"(.*\d.*?)\(?([a-z])\)?\Z")
ROMAN = re.compile(r"[IVXL]+\Z")
SUBS = {"subfigure": "figure", "subtable": "table"}


def ranged(text: str, labels: Mapping[str, Label]) -> Iterator[tuple[int, str, str]]:
    """Yield place, kind and number of each float that lies between the two ends of a range of references."""
    for pattern in (RANGE, PAIRED, OPTION):
        for match in pattern.finditer(text):
            first, last = labels.get(match[1].strip()), labels.get(match[2].strip())
            if first is None or last is None or first.kind != last.kind:
                continue
            kind = SUBS.get(first.kind, first.kind)
            if kind in {"figure", "table"}:
                for number in between(first.number, last.number):
                    yield match.start(), kind, number


def between(first: str, last: str) -> list[str]:
    """Return the printed numbers between two: 2 and 3 between 1 and 4, S2 between S1 and S3, 1b between 1a and 1c."""
    if ROMAN.match(first) and ROMAN.match(last):
        values = {roman(n).upper(): n for n in range(1, 100)}
        return [roman(n).upper() for n in range(values.get(first, 0) + 1, values.get(last, 0))][:MAX_RANGE]
    for pattern in (DIGITS, LETTER):
        one, other = pattern.match(first), pattern.match(last)
        if one is None or other is None or one[1] != other[1]:
            continue
        if pattern is DIGITS:
            numbers = range(int(one[2]) + 1, int(other[2]))
            return [f"{one[1]}{n}" for n in numbers] if len(numbers) <= MAX_RANGE else []
        return [f"{one[1]}{chr(c)}" for c in range(ord(one[2]) + 1, ord(other[2]))]
    return []
