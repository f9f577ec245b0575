"""Running text of an article as readable Unicode: captions, titles, paragraphs."""

import unicodedata
from dataclasses import dataclass, field

from lxml import etree

from extractors.jats.nodes import child, descendants, local, words
from extractors.jats.text.mathml import mathml_text
from extractors.jats.text.tex import tex_text
from extractors.unicode_text import subscript, superscript

MAX_DEPTH = 80  # deeper elements are read as their bare text

# What stands inside a paragraph or caption without being part of its sentence.
SKIPPED = frozenset(
    words(
        "fig fig-group table-wrap table-wrap-group table-wrap-foot supplementary-material "
        "boxed-text media graphic inline-graphic chem-struct-wrap object-id alt-text long-desc "
        "permissions attrib fn fn-group index-term label caption table tgroup array annotation "
        "annotation-xml processing-meta"
    )
)
_BLOCKS = frozenset(
    words(
        "p title subtitle list list-item def-list def-item term def disp-quote disp-formula "
        "disp-formula-group sec speech speaker statement verse-group verse-line preformat code "
        "break hr td th tr row entry subject license-p copyright-statement address address-line "
        "ref mixed-citation"
    )
)
_STYLED = frozenset(
    words("italic bold xref ext-link underline named-content styled-content sc monospace email uri")
)
_FORMULAE = frozenset({"inline-formula", "disp-formula", "alternatives"})
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SENTENCE_END = frozenset(".!?:;,…。．？！：")


@dataclass
class _Sink:
    """Collects text until there is no more room, so that no element is read for ever."""

    room: int
    labels: dict[str, str]
    pieces: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.room -= len(text)


def readable(element: etree._Element, *, limit: int = 100_000, labels: dict[str, str] | None = None) -> str:
    """Return what an element says as one line of readable Unicode, floats and footnotes left out.

    Args:
        element: the element; its own tag and its tail are not looked at.
        limit: characters after which reading stops.
        labels: printed labels by XML id, for references that the source leaves empty.
    """
    if not len(element):
        return tidy((element.text or "")[:limit])
    sink = _Sink(limit, labels or {})
    _walk(element, sink, 0)
    return tidy("".join(sink.pieces))[:limit]


def tidy(text: str) -> str:
    """Return text in one line with single spaces, in NFC, without invisible characters."""
    if not text.isascii():
        for character in _INVISIBLE:  # several times faster than str.translate
            if character in text:
                text = text.replace(character, "")
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def joined(pieces: list[str]) -> str:
    """Return a heading and its paragraphs as one line, with the full stop that the layout stood for."""
    out = ""
    for piece in filter(None, pieces):
        if out and out[-1] not in _SENTENCE_END and (out[-1].isalnum() or out[-1] in ")]”\"'"):
            out += "."
        out = f"{out} {piece}" if out else piece
    return out


def caption_text(caption: etree._Element, *, labels: dict[str, str] | None = None) -> str:
    """Return a caption's title and paragraphs as one line of readable Unicode."""
    title = child(caption, "title")
    if title is None:
        return readable(caption, labels=labels)
    heading = readable(title, labels=labels)
    sink = _Sink(100_000, labels or {})
    _children(caption, sink, 0, leave_out=title)
    return joined([heading, tidy("".join(sink.pieces))])


def formula_text(element: etree._Element) -> str:
    """Return a formula once, be it there as MathML, as TeX or as both; MathML comes first."""
    math = next(descendants(element, "math"), None)
    if math is not None:
        text = mathml_text(math)
        if text:
            return text
    tex = next(descendants(element, "tex-math"), None)
    return tex_text("".join(tex.itertext())) if tex is not None else ""


def _walk(element: etree._Element, sink: _Sink, depth: int) -> None:
    if depth > MAX_DEPTH:
        sink.add("".join(element.itertext())[: max(sink.room, 0)])
        return
    if element.text:
        sink.add(element.text)
    _children(element, sink, depth)


def _children(
    element: etree._Element, sink: _Sink, depth: int, leave_out: etree._Element | None = None
) -> None:
    for part in element:
        if sink.room < 0:
            return
        sink.room -= 1
        name = local(part)
        if name in _STYLED and not len(part) and part.text:
            sink.add(part.text)
        elif part is not leave_out:
            _part(part, name, sink, depth)
        if part.tail:
            sink.add(part.tail)


def _part(part: etree._Element, name: str, sink: _Sink, depth: int) -> None:
    if name in _SCRIPTS:
        sink.add(_script(part, name, sink, depth))
    elif name in SKIPPED:
        return
    elif name in _BLOCKS and name != "disp-formula":
        sink.add(" ")
        _walk(part, sink, depth + 1)
        sink.add(" ")
    elif name == "math":
        sink.add(mathml_text(part))
    elif name == "tex-math":
        sink.add(tex_text("".join(part.itertext())))
    elif name in _FORMULAE:
        _formula(part, name, sink, depth)
    elif name == "xref" and not len(part) and not (part.text or "").strip():
        sink.add(sink.labels.get(part.get("rid", ""), ""))
    else:
        _walk(part, sink, depth + 1)


_SCRIPTS = {"sup": superscript, "sub": subscript}


def _script(part: etree._Element, name: str, sink: _Sink, depth: int) -> str:
    if not len(part):
        return _SCRIPTS[name](part.text or "")
    inner = _Sink(max(sink.room, 0), sink.labels)
    _walk(part, inner, depth + 1)
    return _SCRIPTS[name](tidy_inside("".join(inner.pieces)))


def tidy_inside(text: str) -> str:
    """Return text with single spaces, those at its ends kept."""
    core = " ".join(text.split())
    if not core:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + core + (" " if text[-1].isspace() else "")


def _formula(part: etree._Element, name: str, sink: _Sink, depth: int) -> None:
    space = " " if name == "disp-formula" else ""
    text = formula_text(part)
    sink.add(space)
    if text:
        sink.add(text)
    elif name == "alternatives":
        _first_alternative(part, sink, depth)
    else:
        _walk(part, sink, depth + 1)
    sink.add(space)


def _first_alternative(part: etree._Element, sink: _Sink, depth: int) -> None:
    """Alternatives say the same thing several times: the first that has text is enough."""
    before = len(sink.pieces)
    for option in part:
        _part(option, local(option), sink, depth + 1)
        if "".join(sink.pieces[before:]).strip():
            return
