r"""siunitx's settings, which hold from \sisetup on and in its group, handed to each number that they concern."""

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import Macro
from extractors.latex.source.options import parse_keys
from extractors.latex.source.words import words

SETTINGS = "siunitx settings"  # with a blank, so no control word can have this name
NUMBERS = words(
    """SI qty num si unit ang SIrange qtyrange numrange SIlist qtylist numlist numproduct qtyproduct tablenum
    complexnum complexqty"""
)
# What changes the text of a number; the rest (colours, tables' formats, fonts) does not.
KEPT = frozenset(words(
    """locale output-decimal-marker exponent-product inter-unit-product number-unit-product quantity-product
    number-unit-separator separate-uncertainty separate-uncertainty-units multi-part-units uncertainty-mode
    output-exponent-marker exponent-base exponent-mode scientific-notation round-mode round-precision
    drop-zero-decimal zero-decimal-to-integer add-integer-zero minimum-decimal-digits print-unity-mantissa
    retain-explicit-plus print-implicit-plus explicit-sign retain-zero-exponent parse-numbers per-mode per per-symbol
    bracket-unit-denominator list-units list-mode range-units product-units product-mode list-separator
    list-final-separator list-pair-separator range-phrase product-phrase product-symbol decimalsymbol"""
))  # fmt: skip


def set_up(ex: Expander, name: str) -> None:
    r"""Read \sisetup{…}: settings are added to those that hold already."""
    add_settings(ex, ex.input.read_argument() or "")


def add_settings(ex: Expander, given: str) -> None:
    """Let settings hold from here on, and have each number of siunitx read with them."""
    kept = {k: v for k, v in parse_keys(given).items() if k in KEPT}
    if not kept:
        return
    keys = {**parse_keys(settings_of(ex)), **kept}
    macro = Macro((), ",".join(f"{key}={{{value}}}" for key, value in keys.items()))
    for command in NUMBERS:
        ex.scopes.meanings.setdefault(command, number_command)
    if ex.output.silent:
        ex.scopes.meanings[SETTINGS] = macro
    else:
        ex.scopes.define_here(SETTINGS, macro)


def settings_of(ex: Expander) -> str:
    """Return the settings that hold here."""
    found = ex.scopes.meanings.get(SETTINGS)
    return found.body if isinstance(found, Macro) else ""


def number_command(ex: Expander, name: str) -> None:
    """Write a command for numbers with the settings that hold; its own options come after them."""
    ex.input.frames[-1].after_word()
    ex.output.emit("\\" + name)
    settings = settings_of(ex)
    frame = ex.input.skip_space()
    if not settings or frame.text[frame.pos : frame.pos + 1] not in {"{", "["}:
        return
    own = ex.input.read_optional()
    if own is not None and "=" not in own and name == "unit":  # the units package's value
        ex.input.push(f"[{own}]")
        return
    ex.input.push(f"[{settings},{own}]" if own else f"[{settings}]")


def declare_unit(ex: Expander, name: str) -> None:
    r"""Read \DeclareSIUnit[options]\name{unit} or \DeclareSIPrefix, and tell the later stages."""
    ex.input.read_optional()
    defined, printed = ex.input.read_control(), ex.input.read_argument()
    if defined is not None and printed is not None and defined.isalpha():
        ex.output.tell(f"\\scimmirunit{{{defined}}}{{{printed}}}")


SIUNITX_HANDLERS: dict[str, Handler] = {
    "sisetup": set_up,
    **dict.fromkeys(("DeclareSIUnit", "DeclareSIUnitWithOptions"), declare_unit),
}
