"""Formulae in plain Unicode, the way a reader would type them: x² + yᵢ, (a + b)/c, √(x + 1), ∑ᵢ₌₁ⁿ xᵢ.

MathML and TeX readers turn their source into `Item`s; this module joins them.
"""

import unicodedata
from dataclasses import dataclass

from extractors.jats.nodes import words
from extractors.unicode_text import subscript, superscript

SPACED = frozenset(
    words(
        "= ≠ < > ≤ ≥ ⩽ ⩾ ≪ ≫ ≈ ≡ ∼ ~ ≃ ≅ ≐ ∝ ∈ ∉ ∋ ⊂ ⊆ ⊃ ⊇ → ← ↔ ⇒ ⇐ ⇔ ↦ ⟶ ⟵ ⟷ ⟹ ⟺ + − - ± ∓ × ÷ "
        "∪ ∩ ∧ ∨ ⊕ ⊗ := ≔ ≜ ≺ ≻ ⊥ ∥ ∣ ⇌ ∖ ∘ ≲ ≳ == && || ∀ ∃"
    )
)
BIG = frozenset("∑∏∐∫∬∭∮⋃⋂⨁⨂⋁⋀")
_OPEN = frozenset("([{⟨⌊⌈")
_OPERANDS = frozenset({"x", "number", "function", "text", "fraction", "big", "close"})
_ACCENTS = {
    "¯": "\u0304", "‾": "\u0304", "ˉ": "\u0304", "_": "\u0332", "̲": "\u0332", "^": "\u0302", "ˆ": "\u0302",
    "̂": "\u0302", "~": "\u0303", "˜": "\u0303", "∼": "\u0303", "→": "\u20d7", "⃗": "\u20d7", "⇀": "\u20d7",
    ".": "\u0307", "˙": "\u0307", "¨": "\u0308", "..": "\u0308", "ˇ": "\u030c", "´": "\u0301", "`": "\u0300",
    "˘": "\u0306", "̄": "\u0304", "̅": "\u0304", "̃": "\u0303", "̇": "\u0307", "̈": "\u0308", "―": "\u0304",
    "–": "\u0304", "-": "\u0304", "−": "\u0304", "˚": "\u030a", "°": "\u030a", "⃛": "\u20db",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of a formula: its text, and what it is to its neighbours.

    `kind` is x, number, function (a name of several letters), text, fraction, big, op, open, close or space.
    """

    kind: str
    text: str


def in_script(text: str) -> str:
    """Return a formula as it stands in a script: without the spaces around operators."""
    out = text
    for sign in ("=", "+", "−", "-", "×", "<", ">", "≤", "≥", "→", "∈", "≠", "±"):
        out = out.replace(f" {sign} ", sign)
    return out.replace(", ", ",")


def fraction(top: str, bottom: str) -> str:
    """Return `top/bottom`, either in brackets where it is more than one term."""
    return f"{bracketed(top)}/{bracketed(bottom)}"


def bracketed(text: str) -> str:
    """Return the text, in round brackets unless it is one term already."""
    return text if _is_term(text) else f"({text})"


def _is_term(text: str) -> bool:
    if len(text) < 2:
        return True
    if text[0] == "(" and text[-1] == ")":
        depth = 0
        for i, c in enumerate(text):
            depth += (c == "(") - (c == ")")
            if depth == 0 and i < len(text) - 1:
                return False
        return depth == 0
    depth = 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if depth == 0 and c in " +−-±×·/=<>≤≥,;∑∏∫":
            return False
    return True


def root(inner: str, index: str = "") -> str:
    """Return the root of a term, with its index before the sign: √x, ∛(a + b), ⁿ√x."""
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(index) or superscript(in_script(index)) + "√"
    simple = len(inner) == 1 or inner.replace(".", "").isdigit()
    return sign + (inner if simple else f"({inner})" if not _wrapped(inner) else inner)


def _wrapped(text: str) -> bool:
    return text.startswith("(") and _is_term(text)


def accented(base: str, accent: str) -> str | None:
    """Return the base under an accent as combined characters; None where the accent is no known one."""
    mark = _ACCENTS.get(accent.strip())
    if mark is None or not base:
        return None
    letters = sum(not unicodedata.combining(c) for c in base)
    if letters == 1 or mark in "\u0304\u0332":
        if letters > 1:
            mark = "\u0305" if mark == "\u0304" else mark
            return "".join(c if c.isspace() else c + mark for c in base)
        return unicodedata.normalize("NFC", base + mark)
    return f"{bracketed(base)}{mark}" if letters > 3 else base + mark


def scripted(base: Item, *, below: str = "", above: str = "") -> Item:
    """Return an item with its sub- and superscript, in brackets where it is more than one term."""
    text = base.text
    if base.kind in ("x", "fraction") and above and len(text) > 1 and not _is_term(text):
        text = f"({text})"
    if below:
        text += subscript(in_script(below))
    if above:
        text += superscript(in_script(above))
    kind = base.kind
    if kind in ("fraction", "number") or (kind == "op" and base.text not in SPACED):
        kind = "x"
    return Item(kind, text)


def operator(text: str) -> Item:
    """Return an operator, bracket or separator as an item of its kind."""
    if text in BIG:
        return Item("big", text)
    if text in _OPEN:
        return Item("open", text)
    if text in (")", "]", "}", "⟩", "⌋", "⌉"):
        return Item("close", text)
    if len(text) > 1 and text.isalpha():
        return Item("function", text)
    return Item("op", text)


def identifier(text: str) -> Item:
    """Return a letter or a name as an item; letters of the mathematical alphabets become plain ones."""
    plain = plain_letters(text)
    return Item("function" if len(plain) > 1 and plain.isalpha() else "x", plain)


def plain_letters(text: str) -> str:
    """Return the text with the styled letters of Unicode's mathematical block made plain: 𝑥 becomes x."""
    if text.isascii() or max(text) < "\U0001d400":
        return text
    return "".join(unicodedata.normalize("NFKC", c) if "\U0001d400" <= c <= "\U0001d7ff" else c for c in text)


def join(items: list[Item]) -> str:
    """Return the items as one line of text, with spaces where a reader expects them."""
    items = [i for i in items if i.text]
    out: list[str] = []
    before = ""  # kind of the last item that is no space
    for n, item in enumerate(items):
        after = items[n + 1] if n + 1 < len(items) else None
        if item.kind == "op":
            thousands = item.text == "," and before == "number" and _is_group_of_three(after)
            out.append("," if thousands else _spaced_operator(item.text, before, after))
        elif item.kind == "space":
            out.append(" ")
            continue
        else:
            if before in _OPERANDS and _needs_space(items[n - 1].kind, before, item):
                out.append(" ")
            beside = before in ("x", "number", "fraction", "close", "function") or (
                after is not None and after.kind in ("x", "function", "fraction", "open")
            )
            text = item.text
            out.append(f"({text})" if item.kind == "fraction" and beside else text)
        before = item.kind
    return " ".join("".join(out).split())


def _spaced_operator(text: str, before: str, after: Item | None) -> str:
    if text in (",", ";"):
        return text + " "
    if text in SPACED and before in _OPERANDS and after is not None:
        return f" {text} "
    if text in SPACED and before == "op" and len(text) == 1 and text in "=≈→≤≥":
        return f" {text} "
    return text


def _is_group_of_three(item: Item | None) -> bool:
    return item is not None and item.kind == "number" and len(item.text.split(".")[0]) == 3


def _needs_space(last: str, before: str, item: Item) -> bool:
    if last == "space" or item.kind == "close":
        return False
    if item.kind == "open":
        return before == "big"
    if before == "function":
        return not item.text.startswith(("(", "["))
    if item.kind == "number" and before == "number":
        return True
    return before == "big" or item.kind in ("function", "big")
