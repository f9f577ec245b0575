"""siunitx's commands: numbers, quantities, lists, ranges, products, angles and units."""

import re

from extractors.latex.source.scanner import Scanner
from extractors.latex.source.words import words
from extractors.latex.text.siunitx.numbers import number
from extractors.latex.text.siunitx.options import Options
from extractors.latex.text.siunitx.units import unit
from extractors.latex.text.writer import Writer

COMMANDS = words(
    """SI qty num si unit ang SIrange qtyrange numrange SIlist qtylist numlist numproduct qtyproduct tablenum
    unitfrac complexnum complexqty"""
)
UNSPACED = frozenset("°′″")


def render(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return what a siunitx command prints."""
    if name == "qty" and scan.peek() in {"(", "|"}:  # the physics package's, which only sizes its brackets
        return ""
    given = scan.optional()
    if given is not None and name in {"unit", "unitfrac"} and "=" not in given and "per-" not in given:
        value = to.text(given, depth + 1)  # the units package's value
        return join(value, render(to, scan, name, depth), Options(""))
    options = Options(given or "", to.language)
    if name in {"num", "tablenum", "complexnum"}:
        return number(to, scan.argument(), depth, options)
    if name in {"si", "unit"}:
        return unit(to, scan.argument(), depth, options)
    if name == "ang":
        return angle(to, scan.argument(), depth, options)
    if name in {"SI", "qty", "complexqty"}:
        return quantity(to, scan, depth, options)
    if name == "unitfrac":
        return f"{to.text(scan.argument(), depth + 1)}/{to.text(scan.argument(), depth + 1)}"
    return several(to, scan, name, depth, options)


def quantity(to: Writer, scan: Scanner, depth: int, options: Options) -> str:
    """Return a number with its unit, and what is to stand before it."""
    value = scan.argument()
    before = scan.optional()
    symbols = unit(to, scan.argument(), depth, options)
    shown = join(number(to, value, depth, options, symbols), symbols, options)
    return unit(to, before, depth, options) + shown if before else shown


def several(to: Writer, scan: Scanner, name: str, depth: int, options: Options) -> str:
    """Return a range, a list or a product of numbers, each with its unit unless the settings say otherwise."""
    kind = "range" if name.endswith("range") else "product" if name.endswith("product") else "list"
    if kind == "range":
        values = [scan.argument(), scan.argument()]
    else:
        values = re.split(r"\s*;\s*|\s*x\s*" if kind == "product" else r"\s*;\s*", scan.argument().strip())
    values = [v for v in values if v.strip()]
    symbols = "" if name.startswith("num") else unit(to, scan.argument(), depth, options)
    mode = options.get(f"{kind}-units", "repeat").strip()
    repeat = bool(symbols) and mode == "repeat"
    shown = [number(to, value, depth, options, symbols if repeat else None) for value in values]
    if repeat:
        shown = [join(value, symbols, options) for value in shown]
    text = strung(to, shown, kind, depth, options)
    if not symbols or repeat:
        return text
    return join(f"({text})" if mode.startswith("bracket") and len(shown) > 1 else text, symbols, options)


def strung(to: Writer, shown: list[str], kind: str, depth: int, options: Options) -> str:
    """Return the members of a list, range or product with the words or signs between them."""

    def between(setting: str, default: str) -> str:
        return to.text(options.get(setting, default), depth + 1)

    if kind == "range":
        phrase = between("range-phrase", f" {options.to} ")
        return phrase.join(shown)
    if kind == "product":
        if options.get("product-mode", "symbol").strip() == "phrase":
            return between("product-phrase", " by ").join(shown)
        times = between("product-symbol", "$\\times$").strip()
        return f" {times} ".join(shown)
    last = f" {options.joint} "
    if len(shown) == 2:
        return between("list-pair-separator", last).join(shown)
    if not shown:
        return ""
    head = between("list-separator", ", ").join(shown[:-1])
    return head + (between("list-final-separator", last) if head else "") + shown[-1]


def join(value: str, symbols: str, options: Options) -> str:
    """Return a number with its unit."""
    if not symbols:
        return value
    if symbols[0] in UNSPACED and len(symbols) == 1:
        return value + symbols
    separator = options.get("number-unit-product", " ")
    return value + (separator if not separator.strip() else " ") + symbols if separator else value + symbols


def angle(to: Writer, tex: str, depth: int, options: Options) -> str:
    """Return an angle given as degrees; minutes; seconds."""
    parts = [p.strip() for p in tex.split(";")]
    return "".join(number(to, p, depth, options) + mark for p, mark in zip(parts, "°′″", strict=False) if p)
