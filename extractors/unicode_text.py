"""Super- and subscripts in plain Unicode: 10⁴, xᵢ, and x^(a/b) where Unicode has no such characters."""

SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθφχ′″∘",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᵠᵡ′″°",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
_SUPERSCRIPTS = SUPERSCRIPTS | {"ι": "ᶥ", "‴": "‴"}
_SUPER_TABLE = str.maketrans(_SUPERSCRIPTS)
_SUB_TABLE = str.maketrans(SUBSCRIPTS)
# Signs that are printed raised in any case: a caret before them would say nothing.
_RAISED = frozenset("*∗†‡§¶#®™©°′″‴'ªº¹²³⁎‖⁺⁻")


def superscript(text: str) -> str:
    """Return text as a superscript: Unicode where every character has one, else `^x` or `^(…)`."""
    return _script(text, _SUPER_TABLE, _SUPERSCRIPTS, mark="^")


def subscript(text: str) -> str:
    """Return text as a subscript: Unicode where every character has one, else `_x` or `_(…)`."""
    return _script(text, _SUB_TABLE, SUBSCRIPTS, mark="_")


def _script(text: str, table: dict[int, str], known: dict[str, str], *, mark: str) -> str:
    inner = text.strip()
    if not inner:
        return text
    if known.keys() >= set(inner):
        scripted = inner.translate(table)
    elif mark == "^" and _RAISED.issuperset(inner):
        scripted = inner
    else:
        scripted = f"{mark}{inner}" if len(inner) == 1 else f"{mark}({inner})"
    if len(inner) == len(text):
        return scripted
    start = len(text) - len(text.lstrip())
    return text[:start] + scripted + text[start + len(inner) :]
