"""Names of panels as captions print them: letters, letters with an index, Roman numerals, and lists of them."""

import re
import string

LATIN = string.ascii_lowercase
CYRILLIC = "абвгдежзиклмнопрстуфхцчшщэюя"  # as Russian lists count: without ё, й, ъ, ы, ь
ROMANS = (
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "x",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
    "xvi",
)
MOST = 26  # panels of one figure

LETTER = r"[A-Za-zА-Яа-я]"
LABEL = rf"(?:[ivx]{{2,5}}|[IVX]{{2,5}}|{LETTER}[a-z]?\d{{0,2}})[′'’]?"
_LONG_AND = r"and|or|und|oder|sowie|et|ou|или|en|och|og|eller"
_AND = rf"{_LONG_AND}|y|e|o|и"  # of one letter each, which are labels too after a comma
_TO = r"to|through|bis|à|hasta|até|do|по|til|tot"
SEPARATOR = rf"\s*(?:,\s*(?:(?:{_LONG_AND}|&)\s+)?|[;&/+–—‒−-]|\b(?:{_AND}|{_TO})\b)\s*"
LABELS = rf"{LABEL}(?:{SEPARATOR}{LABEL})*"
CONJUNCTION = rf"(?:{_AND}|&)"
_FIRST = re.compile(rf"(?P<separator>)?(?P<label>{LABEL})")
_NEXT = re.compile(rf"(?P<separator>{SEPARATOR})(?P<label>{LABEL})")
_RANGE = re.compile(rf"\s*(?:[–—‒−-]|\b(?:{_TO})\b)\s*")


def labels_of(printed: str) -> tuple[str, ...] | None:
    """Return the labels of a list such as `A–C, E and G` in their order, as printed; None where it is no list."""
    found: list[str] = []
    at = 0
    while at < len(printed):
        part = (_NEXT if at else _FIRST).match(printed, at)
        if part is None:
            return None
        at = part.end()
        label = part["label"].rstrip("′'’")
        if part["separator"] and _RANGE.fullmatch(part["separator"]):
            between = _between(found[-1], label)
            if between is None:
                return None
            found += between
        found.append(label)
    return tuple(found) or None


def _between(first: str, last: str) -> list[str] | None:
    """Return the labels between two, which must be of one kind and in order; None where they are not."""
    for row in (LATIN, LATIN.upper(), CYRILLIC, CYRILLIC.upper()):
        if first in row and last in row:
            return (
                list(row[row.index(first) + 1 : row.index(last)])
                if row.index(first) < row.index(last)
                else None
            )
    for numerals in (ROMANS, tuple(n.upper() for n in ROMANS)):
        if first in numerals and last in numerals:
            low, high = numerals.index(first), numerals.index(last)
            return list(numerals[low + 1 : high]) if low < high else None
    same = first[0] == last[0] and len(first) > 1 and len(last) > 1
    if same and first[1:].isdigit() and last[1:].isdigit() and int(first[1:]) < int(last[1:]) <= MOST:
        return [f"{first[0]}{n}" for n in range(int(first[1:]) + 1, int(last[1:]))]
    if same and len(first) == len(last) == 2:
        rest = _between(first[1], last[1])
        return None if rest is None else [first[0] + letter for letter in rest]
    return None


def kind_of(label: str) -> str:
    """Return the kind of a label: `upper`, `lower`, `Upper` and `Lower` for Cyrillic, or `indexed` (Aa, b2)."""
    if len(label) > 1:
        return "indexed"
    if label.lower() in LATIN:
        return "lower" if label in LATIN else "upper"
    return "Lower" if label in CYRILLIC else "Upper"


def is_sequence(labels: set[str]) -> bool:
    """Return whether normalised labels are the first ones of a row, at least two: a, b, c; i, ii; aa, ab, ba."""
    for row in (LATIN, CYRILLIC, ROMANS):
        if 2 <= len(labels) <= MOST and labels == set(row[: len(labels)]):
            return True
    return _is_two_level(labels)


def _is_two_level(labels: set[str]) -> bool:
    groups: dict[str, set[str]] = {}
    for label in labels:
        groups.setdefault(label[0], set()).add(label[1:])
    if not 2 <= len(labels) <= MOST or set(groups) != set(LATIN[: len(groups)]):
        return False
    return all(rest == {""} or _counts(rest) for rest in groups.values()) and any(
        rest != {""} for rest in groups.values()
    )


def _counts(rest: set[str]) -> bool:
    """Return whether the second halves of labels with one letter count from the first: 1, 2; a, b; i, ii."""
    rows = (tuple(str(n) for n in range(1, MOST)), LATIN, ROMANS)
    return len(rest) > 1 and any(rest == set(row[: len(rest)]) for row in rows)


def order_of(label: str) -> tuple[int, str, int, str]:
    """Return by what normalised labels are put in order."""
    digits = label[1:] if label[1:].isdigit() else "0"
    return (0, label[0], int(digits), label)


def roman_order(label: str) -> int:
    """Return the value of a Roman numeral."""
    return ROMANS.index(label) + 1
