"""siunitx's units: macros as symbols with powers, literal units with their powers raised."""

import re
from dataclasses import dataclass

from extractors.latex.source.scanner import Scanner
from extractors.latex.text.siunitx.options import Options
from extractors.latex.text.symbols import PREFIXES, UNITS, symbol
from extractors.latex.text.writer import Writer

POWERS = {"square": "2", "cubic": "3", "squared": "2", "cubed": "3"}
UNIT_TOKEN = re.compile(r"\\([A-Za-z]+)[ \t]*|((?:[^\\{}]|(?<=[\^_])\{[^{}]*\}|\\[,;:! ])+)|.", re.S)
MACRO = re.compile(r"\\[A-Za-z]")
SYMBOL_MODES = frozenset(
    {"symbol", "fraction", "symbol-or-fraction", "single-symbol", "slash", "frac", "fraction-symbol"}
)
MAX_DEPTH = 6


@dataclass
class Factor:
    """One unit of a product, with its prefix: what it prints, its power, and whether it stands below."""

    text: str
    power: str = ""
    below: bool = False


def unit(to: Writer, tex: str, depth: int, options: Options) -> str:
    """Return a unit: macros as symbols with powers, literal units with their powers raised."""
    if not MACRO.search(tex):
        return literal(to, tex)
    factors = [f for f in factors_of(to, tex, depth) if f.text]
    product = options.get("inter-unit-product", "")
    joint = (to.text(f"${product}$", depth + 1).strip() if product else "") or " "
    mode = options.get("per-mode", "power").strip()
    upper = [f for f in factors if not f.below]
    lower = [f for f in factors if f.below]
    if not lower or mode not in SYMBOL_MODES or (mode == "single-symbol" and len(lower) > 1):
        if mode in {"power-positive-first", "reciprocal-positive-first"}:
            factors = upper + lower
        return joint.join(f.text + to.script(_power(f), up=True) for f in factors)
    top = joint.join(f.text + to.script(f.power, up=True) for f in upper) or "1"
    bottom = joint.join(f.text + to.script(f.power, up=True) for f in lower)
    sign = to.text(f"${options.get('per-symbol', '/')}$", depth + 1).strip() or "/"
    bracketed = len(lower) > 1 and options.get("bracket-unit-denominator", "true").strip() == "true"
    return f"{top}{sign}({bottom})" if bracketed else f"{top}{sign}{bottom}"


def _power(factor: Factor) -> str:
    return "−" + (factor.power or "1") if factor.below else factor.power


def factors_of(to: Writer, tex: str, depth: int) -> list[Factor]:
    r"""Return the units of a product such as \kilo\metre\per\square\second."""
    out: list[Factor] = []
    scan = Scanner(tex)
    prefix, power, below = "", "", False
    while (match := scan.take(UNIT_TOKEN)) is not None:
        name, plain = match[1], match[2]
        if name is None and plain is None:
            continue
        if name == "per":
            below = True
        elif name in {"square", "cubic"}:
            power = POWERS[name]
        elif name == "raiseto":
            power = _plain(to, scan, depth)
        elif name in {"squared", "cubed", "tothe"}:
            raised = POWERS.get(name) or _plain(to, scan, depth)
            if out:
                out[-1].power = raised
        elif name == "of":
            if out:
                out[-1].text += to.script(to.text(scan.argument(), depth + 1), up=False)
        elif name in PREFIXES and name not in to.units:
            prefix = UNITS[name]
        elif name is not None or plain.strip(" .~,/*"):
            text = named(to, name, depth) if name is not None else literal(to, plain)
            out.append(Factor(prefix + text, power, below))
            prefix, power, below = "", "", False
    return out


def _plain(to: Writer, scan: Scanner, depth: int) -> str:
    return to.text(scan.argument(), depth + 1).strip().replace("-", "−")


def named(to: Writer, name: str, depth: int) -> str:
    """Return a unit's symbol: as the paper declares it, as siunitx does, or a symbol of that name."""
    declared = to.units.get(name)
    if declared is not None and depth < MAX_DEPTH * 6:
        if re.search(rf"\\{name}(?![A-Za-z])", declared):
            return symbol(name) or ""
        known = re.findall(r"\\([A-Za-z]+)", declared)
        if known and all(n in UNITS or n in POWERS or n in to.units or n in {"per", "tothe"} for n in known):
            return unit(to, declared, depth + MAX_DEPTH, Options(""))
        return to.text(declared if "$" in declared else f"${_upright(declared)}$", depth + 1).strip()
    return UNITS.get(name) or symbol(name) or ""


def _upright(tex: str) -> str:
    """Return a unit's text as mathematics that keeps its blanks."""
    return tex if "\\" in tex or "^" in tex or "_" in tex else f"\\text{{{tex}}}"


def literal(to: Writer, tex: str) -> str:
    """Return a unit written out: dots and ties between symbols, ^ for powers."""
    text = re.sub(r"\s*(?:[.~]|\\[,;:! ])\s*", " ", tex.strip())
    raised = re.sub(r"\^\s*\{?\s*(-?\d+)\s*\}?", lambda m: to.script(m[1].replace("-", "−"), up=True), text)
    return re.sub(r"[{}$_]", "", raised)
