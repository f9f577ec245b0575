"""What a table cell or a table note holds, as inline HTML: b, i, u, sup, sub, br and code tags only."""

from dataclasses import dataclass, field
from html import escape

from lxml import etree

from extractors.jats.nodes import child, local, words
from extractors.jats.text.lists import LISTS, item_marks
from extractors.jats.text.mathml import mathml_text
from extractors.jats.text.running import ALTERNATIVES, FORMULAE, SKIPPED, formula_text, has_mathml
from extractors.jats.text.tex import tex_text

MAX_DEPTH = 60

_TAGS = {
    "bold": "b", "b": "b", "strong": "b", "italic": "i", "i": "i", "em": "i", "underline": "u", "u": "u",
    "sup": "sup", "sub": "sub", "monospace": "code", "code": "code", "tt": "code",
}  # fmt: skip
_LINES = frozenset(
    words(
        "p title list-item def-item disp-formula disp-quote tr row preformat verse-line li statement sec "
        "chem-struct-wrap boxed-text speech"
    )
)
_ITEMS = frozenset(LISTS.values())
_WORDS = frozenset(
    words("td th entry term def term-head def-head list def-list ul ol speaker attrib verse-group")
)
_DROPPED = SKIPPED - set(words("table tgroup array label caption fn fn-group boxed-text attrib")) | {"hr"}


def cell_html(cell: etree._Element) -> str:
    """Return an element's content as inline HTML; paragraphs, list items and nested rows become lines.

    Of a footnote inside it only the mark is there: its text is one of the table's notes.
    """
    if not len(cell):
        text = cell.text
        if not text:
            return ""
        return (
            escape(text.strip(), quote=False) if "&" in text or "<" in text or ">" in text else text.strip()
        )
    writer = _Writer()
    writer.walk(cell, 0)
    return _trimmed("".join(writer.out))


def note_mark(fn: etree._Element) -> str:
    """Return a footnote's mark as inline HTML, raised; "" where it states none."""
    label = child(fn, "label")
    mark = cell_html(label) if label is not None else escape(fn.get("symbol", ""), quote=False)
    return f"<sup>{mark}</sup>" if mark and "<sup>" not in mark else mark


def _trimmed(html: str) -> str:
    lines = [line.strip() for line in html.split("<br/>")]
    return "<br/>".join(line for line in lines if line)


@dataclass
class _Writer:
    """Writes elements one after the other, with the marks of the list items that are still to come."""

    out: list[str] = field(default_factory=list)
    marks: dict[etree._Element, str] = field(default_factory=dict)

    def walk(self, element: etree._Element, depth: int) -> None:
        if depth > MAX_DEPTH:
            self.text("".join(element.itertext()))
            return
        out = self.out
        if element.text:
            out.append(escape(element.text, quote=False))
        for part in element:
            self.part(part, depth)
            if part.tail:
                out.append(escape(part.tail, quote=False))

    def text(self, text: str | None) -> None:
        if text:
            self.out.append(escape(text, quote=False))

    def part(self, part: etree._Element, depth: int) -> None:
        name = local(part)
        tag = _TAGS.get(name)
        if tag is not None:
            self.out.append(f"<{tag}>")
            self.walk(part, depth + 1)
            self.out.append(f"</{tag}>")
        elif name in ("break", "br"):
            self.out.append("<br/>")
        elif name == "fn":
            self.out.append(note_mark(part))
        elif name in _DROPPED or (name == "def" and local(part.getparent()) == "abbrev"):
            return
        elif name in FORMULAE:
            self.formula(part, name, depth)
        elif name in ALTERNATIVES:
            self.alternative(part, depth)
        elif name == "rt":
            self.text(f"({' '.join(''.join(part.itertext()).split())})")
        elif name == "math":
            self.text(mathml_text(part))
        elif name == "tex-math":
            self.text(tex_text("".join(part.itertext())))
        elif name in _LINES:
            self.line(part, name, depth)
        else:
            self.words(part, name, depth)

    def line(self, part: etree._Element, name: str, depth: int) -> None:
        mark = self.marks.pop(part, "")
        inner = _Writer([f"{mark} "] if mark else [], self.marks)
        inner.walk(part, depth + 1)
        html = "".join(inner.out)
        # A paragraph inside an item begins on the line of the item's mark.
        self.out += ("<br/>", html.replace("<br/>", "", 1) if name in _ITEMS else html, "<br/>")

    def words(self, part: etree._Element, name: str, depth: int) -> None:
        if name in LISTS:
            self.marks |= item_marks(part, unstated="•" if name == "list" else "")
        self.out.append(" " if name in _WORDS else "")
        self.walk(part, depth + 1)
        self.out.append(" " if name in _WORDS or name == "label" else "")

    def alternative(self, part: etree._Element, depth: int) -> None:
        text = formula_text(part)
        self.text(text)
        for option in () if text else list(part)[:1]:
            self.part(option, depth + 1)

    def formula(self, part: etree._Element, name: str, depth: int) -> None:
        inner = _Writer([], self.marks)
        twice = has_mathml(part)
        inner.text(part.text)
        for piece in part:
            if not (local(piece) == "label" or (twice and local(piece) == "tex-math")):
                inner.part(piece, depth + 1)
            inner.text(piece.tail)
        edge = "<br/>" if name == "disp-formula" else ""
        html = "".join(inner.out)
        # What is written around a formula is the file's layout.
        self.out.append(edge + (html.strip() if formula_text(part) else html) + edge)
