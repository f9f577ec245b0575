"""A number as siunitx prints it: uncertainties, exponents, rounding, decimal markers."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from extractors.latex.text.siunitx.options import Options
from extractors.latex.text.symbols import symbol
from extractors.latex.text.writer import Writer

ERROR = r"\(\s*[\d.,\s]+\)|(?:\+-|\+/-|\\pm(?![A-Za-z])|±)\s*[\d.,]+"
NUMBER = re.compile(
    r"\s*(<=|>=|<<|>>|[<>~=]|\\(?:[lg]eq?|sim|approx|simeq|ll|gg)(?![A-Za-z]))?\s*"
    r"((?:\+-|[+-]|\\pm(?![A-Za-z])|±|\\mp(?![A-Za-z])|∓)?)\s*((?:[\d.,]|\\?\s|~)*?)\s*"
    rf"((?:(?:{ERROR})\s*)*)(?:[eEdD]\s*([+-]?\s*\d+))?\s*\Z"
)
EACH_ERROR = re.compile(ERROR)
SIGNS = {"<=": "≤", ">=": "≥", "<<": "≪", ">>": "≫", "~": "~"}
MAX_NUMBER = 200
MAX_DECIMALS = 60


@dataclass
class Number:
    """A number's parts as written: digits with `.` as their marker, uncertainties as they stand in the input."""

    comparator: str
    sign: str
    digits: str
    errors: list[str]
    exponent: str | None


def parse(tex: str) -> Number | None:
    """Return the parts of a number, None where it is none that siunitx would read."""
    match = NUMBER.match(tex) if len(tex) < MAX_NUMBER else None
    if match is None:
        return None
    comparator, sign, digits, errors, exponent = match.groups()
    digits = re.sub(r"[\s\\~]", "", digits)
    if digits.count(",") == 1 and "." not in digits:  # siunitx takes either marker
        digits = digits.replace(",", ".")
    if not digits and exponent is None and not errors:
        return None
    found = [e.replace(" ", "") for e in EACH_ERROR.findall(errors)]
    return Number(comparator or "", sign, digits, found, exponent and exponent.replace(" ", ""))


def number(to: Writer, tex: str, depth: int, options: Options, unit: str | None = None) -> str:
    """Return a number as siunitx prints it: 1e-3 as 1×10⁻³; with a unit, in brackets where they belong."""
    parts = None if options.get("parse-numbers", "true").strip() == "false" else parse(tex)
    if parts is None:
        return to.text(tex if "$" in tex else "$" + tex + "$", depth + 1)
    arrange(parts, options)
    separate = bool(parts.errors) and options.uncertainty == "separate"
    errors = (
        separated(parts) if separate else compact(parts, options)
    )  # which may fill up the number's digits
    value = sign(parts, options) + marked(to, parts.digits, options, depth)
    for error in errors:
        printed = marked(to, error, options, depth)
        value += f" ± {printed}" if separate else f"({printed})"
    power = exponent(to, parts, options, depth)
    bracketed = separate and (bool(power) or _in_brackets(unit, options))
    value = f"({value})" if bracketed else value
    mantissa = "" if value == "1" and options.get("print-unity-mantissa", "true") != "true" else value
    joined = mantissa + power if mantissa else power.lstrip("×·")
    return comparator(parts) + joined


def _in_brackets(unit: str | None, options: Options) -> bool:
    if not unit or options.get("separate-uncertainty-units", "bracket") not in {"bracket", "brackets"}:
        return False
    return unit not in {"°", "′", "″"}


def comparator(parts: Number) -> str:
    """Return the sign before a number that compares it."""
    name = parts.comparator
    return (symbol(name[1:]) or "") if name.startswith("\\") else SIGNS.get(name, name)


def sign(parts: Number, options: Options) -> str:
    """Return a number's sign; a plus is left out unless it is to be kept."""
    if parts.sign == "-":
        return "−"
    if parts.sign == "+":
        kept = options.on("retain-explicit-plus") or options.on("print-implicit-plus")
        return "+" if kept else ""
    if not parts.sign:
        plus = options.on("print-implicit-plus") or options.on("explicit-sign")
        return "+" if plus and parts.digits else ""
    return "∓" if parts.sign in {"\\mp", "∓"} else "±"


def marked(to: Writer, digits: str, options: Options, depth: int) -> str:
    """Return digits with the decimal marker that is printed."""
    marker = options.get("output-decimal-marker", ".")
    if marker == "." or "." not in digits:
        return digits
    return digits.replace(".", to.text(f"${marker}$" if "\\" in marker else marker, depth + 1).strip())


def exponent(to: Writer, parts: Number, options: Options, depth: int) -> str:
    """Return the power of ten with the sign between it and the number."""
    if parts.exponent is None or (int(parts.exponent) == 0 and not options.on("retain-zero-exponent")):
        return ""
    written = parts.exponent.lstrip("+").replace("-", "−")
    marker = options.get("output-exponent-marker", "")
    if marker:
        return to.text(marker, depth + 1).strip() + written
    base = options.get("exponent-base", "10").strip()
    product = options.get("exponent-product", "\\times").replace("{", "").replace("}", "").strip()
    sign_ = to.text(f"${product}$", depth + 1).strip() if product != "\\times" else "×"
    return f"{sign_}{base}{to.script(written, up=True)}"


def arrange(parts: Number, options: Options) -> None:
    """Round a number, move its point and fill in its zeros as the settings demand."""
    if options.get("exponent-mode", "") == "scientific" or options.on("scientific-notation"):
        _scientific(parts)
    mode = options.get("round-mode", "none").strip()
    if mode in {"places", "figures"} and not parts.errors and re.search(r"\d", parts.digits):
        parts.digits = rounded(parts.digits, mode, options.count("round-precision", 2))
    if options.on("drop-zero-decimal") and re.fullmatch(r"\d+\.0*", parts.digits):
        parts.digits = parts.digits.partition(".")[0]
    if parts.digits.startswith(".") and options.get("add-integer-zero", "true") == "true":
        parts.digits = "0" + parts.digits
    if parts.digits.endswith("."):
        parts.digits = parts.digits[:-1]
    minimum = options.count("minimum-decimal-digits", 0)
    if minimum and parts.digits and decimals(parts.digits) < minimum:
        parts.digits = padded(parts.digits, min(minimum, MAX_DECIMALS))


def _scientific(parts: Number) -> None:
    value = _decimal(parts.digits)
    if value is None or not value or parts.errors:
        return
    shift = value.adjusted()
    digits = str(abs(value).scaleb(-shift))
    parts.digits = digits
    parts.exponent = str(int(parts.exponent or "0") + shift)


def rounded(digits: str, mode: str, precision: int) -> str:
    """Return digits rounded half up to so many places or significant figures; places are filled with zeros."""
    value = _decimal(digits)
    if value is None or (mode == "places" and "." not in digits):
        return digits
    places = precision if mode == "places" else precision - 1 - (value.adjusted() if value else 0)
    if abs(places) > MAX_DECIMALS:
        return digits
    if places >= 0:
        return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}".split(".")[0]


def _decimal(digits: str) -> Decimal | None:
    plain = digits.replace(",", "")
    return Decimal(plain) if re.fullmatch(r"\d{0,40}\.?\d{0,40}", plain) and re.search(r"\d", plain) else None


def decimals(digits: str) -> int:
    """Return how many digits stand behind the marker."""
    return len(digits.partition(".")[2])


def padded(digits: str, count: int) -> str:
    """Return digits with so many of them behind the marker."""
    whole, _, part = digits.partition(".")
    return f"{whole}.{part.ljust(count, '0')}" if count else whole


def separated(parts: Number) -> list[str]:
    """Return uncertainties as numbers: 3.3 where 10.0(33) or 10.0 ± 3.3 is written; the value is padded to fit."""
    out = []
    for error in parts.errors:
        if error[0] != "(":
            value = re.sub(r"^[^\d.,]+", "", error).replace(",", ".")
            value = "0" + value if value.startswith(".") else value
            parts.digits = padded(parts.digits, max(decimals(parts.digits), decimals(value)))
            out.append(padded(value, decimals(parts.digits)))
            continue
        inner = error.strip("()").replace(",", ".")
        places = decimals(parts.digits)
        if "." in inner or not places:
            out.append(inner)
        else:
            filled = inner.rjust(places + 1, "0")
            out.append(f"{filled[:-places]}.{filled[-places:]}")
    return out


def compact(parts: Number, options: Options) -> list[str]:
    """Return uncertainties as siunitx puts them in brackets: in units of the last digit unless told otherwise."""
    full = options.uncertainty == "full"
    marker = options.uncertainty == "compact-marker"
    values = separated(parts)
    out = []
    for value in values:
        if full or (marker and int(value.partition(".")[0] or 0)):
            out.append(value)
        else:
            out.append(value.replace(".", "").lstrip("0") or "0")
    return out
