"""What a table cell or a table note holds, as inline HTML: b, i, u, sup, sub, br and code tags only."""

from html import escape

from lxml import etree

from extractors.jats.nodes import child, local, words
from extractors.jats.text.mathml import mathml_text
from extractors.jats.text.running import SKIPPED, formula_text
from extractors.jats.text.tex import tex_text

MAX_DEPTH = 60
MAX_NUMBERED = 200  # items of a list that get numbers

_TAGS = {
    "bold": "b", "b": "b", "strong": "b", "italic": "i", "i": "i", "em": "i", "underline": "u", "u": "u",
    "sup": "sup", "sub": "sub", "monospace": "code", "code": "code", "tt": "code",
}  # fmt: skip
_LINES = frozenset(
    words("p title list-item def-item disp-formula disp-quote tr row preformat verse-line li statement sec")
)
_WORDS = frozenset({"td", "th", "entry", "term", "def", "list", "def-list", "ul", "ol"})
_DROPPED = SKIPPED - {"table", "tgroup", "array", "label", "caption", "fn", "fn-group"} | {"hr", "fn"}
_FORMULAE = frozenset({"inline-formula", "disp-formula", "alternatives"})


def cell_html(cell: etree._Element) -> str:
    """Return an element's content as inline HTML; paragraphs, list items and nested rows become lines."""
    if not len(cell):
        text = cell.text
        if not text:
            return ""
        return (
            escape(text.strip(), quote=False) if "&" in text or "<" in text or ">" in text else text.strip()
        )
    out: list[str] = []
    _walk(cell, out, 0)
    return _trimmed("".join(out))


def _trimmed(html: str) -> str:
    lines = [line.strip() for line in html.split("<br/>")]
    return "<br/>".join(line for line in lines if line)


def _walk(element: etree._Element, out: list[str], depth: int) -> None:
    if depth > MAX_DEPTH:
        out.append(escape("".join(element.itertext()), quote=False))
        return
    if element.text:
        out.append(escape(element.text, quote=False))
    for part in element:
        _part(part, out, depth)
        if part.tail:
            out.append(escape(part.tail, quote=False))


def _part(part: etree._Element, out: list[str], depth: int) -> None:
    name = local(part)
    tag = _TAGS.get(name)
    if tag is not None:
        out.append(f"<{tag}>")
        _walk(part, out, depth + 1)
        out.append(f"</{tag}>")
    elif name == "break" or name == "br":
        out.append("<br/>")
    elif name in _DROPPED:
        return
    elif name in _FORMULAE:
        _formula(part, name, out, depth)
    elif name == "math":
        out.append(escape(mathml_text(part), quote=False))
    elif name == "tex-math":
        out.append(escape(tex_text("".join(part.itertext())), quote=False))
    elif name in _LINES:
        inner: list[str] = [_mark(part)] if name == "list-item" else []
        _walk(part, inner, depth + 1)
        # A paragraph inside an item begins on the line of the item's mark.
        out += (
            "<br/>",
            "".join(inner).replace("<br/>", "", 1) if name == "list-item" else "".join(inner),
            "<br/>",
        )
    else:
        out.append(" " if name in _WORDS else "")
        _walk(part, out, depth + 1)
        out.append(" " if name in _WORDS or name == "label" else "")


def _formula(part: etree._Element, name: str, out: list[str], depth: int) -> None:
    text = formula_text(part)
    if text:
        lines = "<br/>" if name == "disp-formula" else ""
        out.append(lines + escape(text, quote=False) + lines)
        return
    options = list(part)[:1] if name == "alternatives" else None
    if options is None:
        _walk(part, out, depth + 1)
    for option in options or ():
        _part(option, out, depth + 1)


def _mark(item: etree._Element) -> str:
    """Return the mark that a list draws before an item without a printed label of its own."""
    holder = item.getparent()
    if holder is None or child(item, "label") is not None:
        return ""
    kind = (holder.get("list-type") or "bullet").lower()
    if kind == "order" and len(holder) < MAX_NUMBERED:
        return f"{1 + sum(1 for _ in item.itersiblings('{*}list-item', preceding=True))}. "
    return "• " if kind == "bullet" else ""
