"""MathML as readable Unicode."""

from lxml import etree

from extractors.jats.nodes import local
from extractors.jats.text.maths import (
    Item,
    accented,
    fraction,
    identifier,
    in_script,
    join,
    operator,
    plain_letters,
    root,
    scripted,
)
from extractors.unicode_text import subscript, superscript

MAX_DEPTH = 60  # deeper formulae are read as their bare text

_ROWS = frozenset({"math", "mrow", "mstyle", "mpadded", "merror", "menclose", "mtd", "maction", "semantics"})
_INVISIBLE = frozenset("\u2061\u2062\u2063\u2064\u200b")
_DOUBLE_STRUCK = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))


def mathml_text(element: etree._Element) -> str:
    """Return a MathML element as one line of readable Unicode; "" where it holds nothing."""
    return join(_items(element, 0))


def _items(element: etree._Element, depth: int) -> list[Item]:
    name = local(element)
    if depth > MAX_DEPTH:
        return [Item("text", " ".join("".join(element.itertext()).split()))]
    if name in _ROWS:
        parts = list(element)
        if name in ("semantics", "maction"):
            parts = parts[:1]
        if not parts:
            return [Item("text", _token(element))]
        return [item for part in parts for item in _items(part, depth + 1)]
    if name in ("mo", "mi", "mn", "mtext", "ms"):
        return _leaf(element, name)
    if name == "mspace":
        width = element.get("width", "")
        return [Item("space", "" if width.startswith(("-", "0em", "0pt")) else " ")]
    if name in (
        "mphantom",
        "annotation",
        "annotation-xml",
        "none",
        "mprescripts",
        "maligngroup",
        "malignmark",
    ):
        return []
    if name in ("mtable", "mtr", "mlabeledtr"):
        return [Item("x", _table(element, name, depth))]
    if name == "mfenced":
        return _fenced(element, depth)
    return [_layout(element, name, depth)]


def _leaf(element: etree._Element, name: str) -> list[Item]:
    text = _token(element)
    if name == "mo":
        return [] if text in _INVISIBLE else [operator("−" if text == "-" else text)]
    if name == "mi":
        if element.get("mathvariant") == "double-struck":
            text = _DOUBLE_STRUCK.get(text, text)
        return [identifier(text)]
    if name == "mn":
        return [Item("number", plain_letters(text))]
    whole = "".join(element.itertext())
    lead = [Item("space", " ")] if whole[:1].isspace() else []
    tail = [Item("space", " ")] if whole[-1:].isspace() else []
    return [*lead, Item("text", plain_letters(text)), *tail]


def _token(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _layout(element: etree._Element, name: str, depth: int) -> Item:
    parts = list(element)

    def text(n: int) -> str:
        return join(_items(parts[n], depth + 1)) if n < len(parts) else ""

    if name == "mfrac":
        if element.get("linethickness", "").strip("ptxem ") in ("0", "0.0"):
            return Item("x", f"({text(0)} choose {text(1)})")
        return Item("fraction", fraction(text(0), text(1)))
    if name == "msqrt":
        return Item("x", root(join([i for part in parts for i in _items(part, depth + 1)])))
    if name == "mroot":
        return Item("x", root(text(0), text(1)))
    if name in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        base = _single(parts[0], depth) if parts else Item("x", "")
        below = text(1) if name in ("msub", "msubsup", "munder", "munderover") else ""
        above = text(1) if name in ("msup", "mover") else text(2)
        return _with_scripts(base, below, above, accent=name.startswith(("mu", "mo")))
    if name == "mmultiscripts":
        return _multiscripts(parts, depth)
    return Item("x", join([i for part in parts for i in _items(part, depth + 1)]) or _token(element))


def _with_scripts(base: Item, below: str, above: str, *, accent: bool) -> Item:
    if accent and above and not below:
        combined = accented(base.text, above)
        if combined is not None:
            return Item(base.kind, combined)
    if accent and below and not above and below in ("_", "¯", "̲"):
        return Item(base.kind, accented(base.text, "_") or base.text)
    if accent and (above in ("⏞", "︷") or below in ("⏟", "︸")):
        return base
    return scripted(base, below=below, above=above)


def _single(element: etree._Element, depth: int) -> Item:
    items = [i for i in _items(element, depth + 1) if i.kind != "space"]
    if len(items) == 1:
        return items[0]
    text = join(items)
    return Item("x", text)


def _multiscripts(parts: list[etree._Element], depth: int) -> Item:
    if not parts:
        return Item("x", "")
    base = _single(parts[0], depth)
    names = [local(p) for p in parts]
    split = names.index("mprescripts") if "mprescripts" in names else len(parts)
    after, before = parts[1:split], parts[split + 1 :]

    def pairs(scripts: list[etree._Element]) -> str:
        out = []
        for n, script in enumerate(scripts):
            text = in_script(join(_items(script, depth + 1)))
            if text:
                out.append(superscript(text) if n % 2 else subscript(text))
        return "".join(out)

    return Item("x", pairs(before) + base.text + pairs(after))


def _table(element: etree._Element, name: str, depth: int) -> str:
    texts = [join(_items(part, depth + 1)) for part in element]
    separator = "; " if name == "mtable" else " "
    return separator.join(t for t in texts if t)


def _fenced(element: etree._Element, depth: int) -> list[Item]:
    separators = (element.get("separators", ",") or "").replace(" ", "")
    items = [operator(element.get("open", "("))]
    for n, part in enumerate(element):
        if n and separators:
            items.append(operator(separators[min(n - 1, len(separators) - 1)]))
        items += _items(part, depth + 1)
    return [*items, Item("close", element.get("close", ")"))]
