"""siunitx's numbers, units and ranges as text."""

import re

from extractors.latex.source.scanner import Scanner
from extractors.latex.source.words import words
from extractors.latex.text.symbols import PREFIXES, UNITS, symbol
from extractors.latex.text.writer import Writer

COMMANDS = words(
    """SI qty num si unit ang SIrange qtyrange numrange SIlist qtylist numlist numproduct qtyproduct tablenum
    unitfrac unit"""
)
POWERS = {
    "per": "",
    "of": "",
    "tothe": "",
    "raiseto": "",
    "square": "2",
    "cubic": "3",
    "squared": "2",
    "cubed": "3",
}
UNIT_TOKEN = re.compile(r"\\([A-Za-z]+)[ \t]*|([^\\{}]+)|[{}]", re.S)
NUMBER = re.compile(
    r"\s*([<>~]|\\[lg]e(?![a-z])|\\sim|\\approx)?\s*([+-]?(?:[\d.,]|\\?\s)*?)\s*"
    r"((?:\(\s*[\d.]+\s*\))|(?:(?:\+-|\\pm|±)\s*[\d.]+))?\s*(?:[eEdD]\s*([+-]?\d+))?\s*\Z"
)


def render(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return what a siunitx command prints."""
    if name == "qty" and scan.peek() in {"(", "|"}:  # the physics package's, which only sizes its brackets
        return ""
    given = scan.optional()
    if given is not None and name in {"unit", "unitfrac"} and "=" not in given:  # the units package's value
        value = to.text(given, depth + 1)
        return join(value, render(to, scan, name, depth))
    if name in {"num", "tablenum"}:
        return number(to, scan.argument(), depth)
    if name in {"si", "unit"}:
        return unit(to, scan.argument(), depth)
    if name == "ang":
        return angle(to.text(scan.argument(), depth + 1))
    if name in {"SI", "qty"}:
        value = number(to, scan.argument(), depth)
        scan.optional()
        return join(value, unit(to, scan.argument(), depth))
    if name == "unitfrac":
        return f"{to.text(scan.argument(), depth + 1)}/{to.text(scan.argument(), depth + 1)}"
    return several(to, scan, name, depth)


def several(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return a range, a list or a product of numbers, with its unit once."""
    if name.endswith("range"):
        values = [number(to, scan.argument(), depth), number(to, scan.argument(), depth)]
        text = " to ".join(values)
    else:
        values = [
            number(to, v, depth) for v in re.split(r";|x" if "product" in name else ";", scan.argument())
        ]
        if "product" in name:
            text = " × ".join(values)
        else:
            text = values[0] if len(values) == 1 else ", ".join(values[:-1]) + " and " + values[-1]
    if name.startswith("num"):
        return text
    return join(text, unit(to, scan.argument(), depth))


def join(value: str, symbols: str) -> str:
    """Return a number with its unit."""
    if not symbols:
        return value
    return value + ("" if symbols[0] in "°′″" and len(symbols) == 1 else " ") + symbols


def number(to: Writer, tex: str, depth: int) -> str:
    """Return a number as siunitx prints it: 1e-3 as 1×10⁻³."""
    match = NUMBER.match(tex) if len(tex) < 200 else None
    if match is None:
        return to.text("$" + tex + "$", depth + 1)
    sign, digits, uncertainty, exponent = match.groups()
    digits = re.sub(r"[\s\\]", "", digits).replace("-", "−")
    if digits.startswith("."):
        digits = "0" + digits
    text = (symbol(sign[1:]) or "" if sign and sign[0] == "\\" else sign or "") + digits
    if uncertainty:
        text += re.sub(r"\s*(?:\+-|\\pm|±)\s*", " ± ", uncertainty.replace(" ", ""))
    if exponent is not None:
        power = to.script(exponent.lstrip("+").replace("-", "−"), up=True)
        text = f"{text}×10{power}" if digits else f"10{power}"
    return text


def angle(text: str) -> str:
    """Return an angle given as degrees; minutes; seconds."""
    parts = [p.strip() for p in text.split(";")]
    return "".join(p.replace("-", "−") + mark for p, mark in zip(parts, "°′″", strict=False) if p)


def unit(to: Writer, tex: str, depth: int) -> str:
    """Return a unit: macros as symbols with powers, literal units with their powers raised."""
    if "\\" not in tex:
        return literal(to, tex)
    parts: list[tuple[str, str]] = []
    prefix, sign, pending = "", "", ""
    for match in UNIT_TOKEN.finditer(tex):
        name, plain = match[1], match[2]
        if name in POWERS:
            if name in {"squared", "cubed"} and parts:
                parts[-1] = (parts[-1][0], parts[-1][1].rstrip("1") + POWERS[name])
            sign = "−" if name == "per" else sign
            pending = POWERS[name] if name in {"square", "cubic"} else pending
        elif name in PREFIXES:
            prefix = UNITS[name]
        elif name is not None:
            exponent = sign + (pending or ("1" if sign else ""))
            parts.append((prefix + (UNITS.get(name) or symbol(name) or ""), exponent))
            prefix = sign = pending = ""
        elif plain and plain.strip(" .~,/*"):
            parts.append((literal(to, plain), ""))
    return " ".join(base + to.script(exponent, up=True) for base, exponent in parts if base)


def literal(to: Writer, tex: str) -> str:
    """Return a unit written out: dots and ties between symbols, ^ for powers."""
    text = re.sub(r"\s*[.~]\s*", " ", tex.strip())
    raised = re.sub(r"\^\s*\{?\s*(-?\d+)\s*\}?", lambda m: to.script(m[1].replace("-", "−"), up=True), text)
    return re.sub(r"[{}$_]", "", raised)
