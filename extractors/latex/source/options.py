r"""Options of graphics commands: keys with values, lengths, and shares of a line."""

import re

POINTS = {
    "bp": 1.0, "pt": 72 / 72.27, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12 * 72 /
    72.27, "dd": 1238 / 1157 * 72 / 72.27, "cc": 12 * 1238 / 1157 * 72 / 72.27, "px": 1.0, "em": 10.0,
    "ex": 4.3, "sp": 72 / 72.27 / 65536,
}  # fmt: skip
NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+))"
LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))\s*(?:true\s*)?([a-z]{2})?\s*")
ONE_LENGTH = re.compile(r"\s*" + NUMBER + r"\s*(?:true\s*)?([a-z]{2})?\s*\Z")
RELATIVE = re.compile(r"\s*([+-]?\d*\.?\d*)\s*\\([A-Za-z]+)\s*\Z")
DIMENSION = re.compile(NUMBER + r"?\s*(?:(?:true\s*)?([a-z]{2})(?![a-z])|\\([A-Za-z]+))?")
FRACTION = re.compile(
    r"(\d*\.?\d*)\s*\\(textwidth|linewidth|columnwidth|hsize|paperwidth|figurewidth|textwith)"
)
DIVIDED = re.compile(r"\\(?:textwidth|linewidth|columnwidth|hsize)\s*/\s*(\d+\.?\d*)")
OWN_SIZES = {"width": "w", "Width": "w", "height": "h", "totalheight": "h", "Height": "h", "Totalheight": "h"}


def key_list(options: str) -> list[tuple[str, str]]:
    """Return `key=value` options in order; braces keep commas together; keys without value hold `true`."""
    found: list[tuple[str, str]] = []
    depth, start, escaped = 0, 0, False
    for i, char in enumerate(options + ","):
        if escaped or char == "\\":
            escaped = not escaped
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == "," and depth <= 0:
            key, sign, value = options[start:i].partition("=")
            start = i + 1
            if key.strip():
                value = value.strip()
                found.append((key.strip(), ungrouped(value) if sign else "true"))
    return found


def ungrouped(value: str) -> str:
    """Return a value without the braces around the whole of it."""
    if not value.startswith("{") or not value.endswith("}"):
        return value
    depth = 0
    for i, char in enumerate(value):
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return value[1:-1] if i == len(value) - 1 else value
    return value[1:-1]


def parse_keys(options: str) -> dict[str, str]:
    """Return `key=value` options by name in small letters, of each name the last."""
    return {key.lower(): value for key, value in key_list(options)}


def fraction(text: str) -> float:
    """Return a width as a share of the line, 0 where it is given in other units."""
    divided = DIVIDED.search(text)
    if divided:
        return min(5.0, 1 / max(0.05, float(divided[1])))
    match = FRACTION.search(text)
    if match is None:
        return 0.0
    number = match[1]
    return min(5.0, float(number)) if number and number != "." else 1.0


def lengths(text: str) -> tuple[float, ...] | None:
    """Return four lengths in big points, None where they are not four plain lengths."""
    values = []
    for match in LENGTH.finditer(text.replace(",", " ")):
        values.append(round(float(match[1]) * POINTS.get(match[2] or "bp", 1.0), 3))
    return tuple(values) if len(values) == 4 else None


def measured(text: str) -> tuple[float, str] | None:
    r"""Return a length: its big points and nothing, or the factor and the name of what it is relative to.

    None where it is neither, such as `!` or a sum.
    """
    match = ONE_LENGTH.match(text)
    if match:
        unit = match[2] or "bp"
        return (float(match[1]) * POINTS[unit], "") if unit in POINTS else None
    match = RELATIVE.match(text)
    if match is None:
        return None
    sign = match[1]
    number = float(sign) if re.search(r"\d", sign) else -1.0 if sign == "-" else 1.0
    return number, match[2]


def sides(text: str) -> tuple[str, ...] | None:
    r"""Return the four numbers of a trim or viewport: big points, or shares of the own size as 0.5w and 0.5h.

    One number stands for all sides, two for the left and right and for the others, as adjustbox reads them.
    """
    values: list[str] = []
    text = re.sub(r"\\dimexpr|\\relax|[{},]", " ", text)
    for match in DIMENSION.finditer(text):
        if not match[0].strip():
            continue
        number = float(match[1]) if match[1] else 1.0
        if match[3] is not None:
            if match[3] not in OWN_SIZES:
                return None
            values.append(f"{number:g}{OWN_SIZES[match[3]]}")
        else:
            values.append(f"{round(number * POINTS.get(match[2] or 'bp', 1.0), 3):g}")
    if len(values) in {1, 2}:
        values = [values[0], values[-1], values[0], values[-1]]
    return tuple(values) if len(values) == 4 else None


def truth(value: str) -> bool:
    """Return whether a switch among options is on."""
    return value.strip().lower() != "false"


def whole(text: str, default: int) -> int:
    """Return the whole number from 1 that a text begins with."""
    match = re.match(r"[\s{]*(\d{1,6})", text)
    return max(1, int(match[1])) if match else default


def degrees(text: str) -> float:
    """Return the angle that a text begins with, 0 where it is none."""
    match = re.match(r"\s*([+-]?(?:\d{1,6}(?:\.\d{0,6})?|\.\d{1,6}))", text)
    return float(match[1]) if match else 0.0
