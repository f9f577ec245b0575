"""Running text of an article as readable Unicode: captions, titles, paragraphs."""

import unicodedata
from dataclasses import dataclass, field

from lxml import etree

from extractors.jats.nodes import child, descendants, local, words
from extractors.jats.text.lists import LISTS, item_marks
from extractors.jats.text.mathml import mathml_text
from extractors.jats.text.tex import tex_text
from extractors.unicode_text import subscript, superscript

MAX_DEPTH = 80  # deeper elements are read as their bare text

# What stands inside a paragraph or caption without being part of its sentence.
SKIPPED = frozenset(
    words(
        "fig fig-group table-wrap table-wrap-group table-wrap-foot supplementary-material "
        "boxed-text media inline-media graphic inline-graphic object-id alt-text long-desc "
        "permissions attrib fn fn-group index-term label caption table tgroup array annotation "
        "annotation-xml processing-meta glyph-data glyph-ref institution-id"
    )
)
# A caption that holds a box or an array prints it as part of itself.
_SKIPPED_IN_CAPTIONS = SKIPPED - {"boxed-text", "caption", "table", "tgroup", "array"}
_BLOCKS = frozenset(
    words(
        "p title subtitle list list-item def-list def-item term def term-head def-head disp-quote "
        "disp-formula disp-formula-group chem-struct-wrap sec speech speaker statement verse-group "
        "verse-line preformat code break hr td th tr row entry subject license-p copyright-statement "
        "address address-line ref mixed-citation element-citation nlm-citation boxed-text legend label "
        "attrib question answer explanation option"
    )
)
_STYLED = frozenset(
    words("italic bold xref ext-link underline named-content styled-content sc monospace email uri")
)
FORMULAE = frozenset({"inline-formula", "disp-formula"})
ALTERNATIVES = frozenset(words("alternatives citation-alternatives name-alternatives collab-alternatives"))
_DISPLAYS = frozenset({"disp-formula", "disp-formula-group", "chem-struct-wrap"})
# Where a `<label>` or `<attrib>` is part of what is read; elsewhere it belongs to a float or an equation.
_LABELLED = frozenset(
    words(
        "list list-item def-list def-item statement sec chem-struct chem-struct-wrap boxed-text verse-group "
        "disp-quote question answer explanation option legend"
    )
)
_SIGNED = frozenset({"disp-quote", "verse-group", "boxed-text", "statement"})
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SENTENCE_END = frozenset(".!?:;,…。．？！：")


@dataclass
class _Sink:
    """Collects text until there is no more room, so that no element is read for ever."""

    room: int
    labels: dict[str, str]
    skipped: frozenset[str] = SKIPPED
    pieces: list[str] = field(default_factory=list)
    marks: dict[etree._Element, str] = field(default_factory=dict)  # of list items still to be read
    without_tex: bool = False  # inside a formula that is there as MathML, too

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.room -= len(text)

    def inner(self) -> "_Sink":
        """Return a sink for a part that is written in another way than what is around it."""
        return _Sink(max(self.room, 0), self.labels, self.skipped)

    @property
    def text(self) -> str:
        """What was collected."""
        return "".join(self.pieces)


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
    heading = readable(title, labels=labels) if title is not None else ""
    sink = _Sink(100_000, labels or {}, _SKIPPED_IN_CAPTIONS)
    sink.add(caption.text or "")
    _children(caption, sink, 0, leave_out=title)
    return joined([heading, tidy(sink.text)])


def part_text(part: etree._Element) -> str:
    """Return what an element says where it stands in a caption, in one line: a paragraph, a list, a legend."""
    sink = _Sink(100_000, {}, _SKIPPED_IN_CAPTIONS)
    _part(part, local(part), sink, 0)
    return tidy(sink.text)


def caption_notes(caption: etree._Element, *, labels: dict[str, str] | None = None) -> list[str]:
    """Return the footnotes inside a caption, each with its mark, as lines of readable Unicode."""
    notes = []
    for fn in descendants(caption, "fn"):
        label = child(fn, "label")
        mark = readable(label) if label is not None else fn.get("symbol", "")
        notes.append(tidy(f"{mark} {readable(fn, labels=labels)}"))
    return [note for note in notes if note]


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
    elif name in sink.skipped and not _is_printed(part, name):
        return
    elif name in FORMULAE:
        _formula(part, name, sink, depth)
    elif name in ALTERNATIVES:
        _alternative(part, name, sink, depth)
    elif name in _BLOCKS:
        _block(part, name, sink, depth)
    elif name == "math":
        sink.add(mathml_text(part))
    elif name == "tex-math":
        if not sink.without_tex:
            sink.add(tex_text("".join(part.itertext())))
    elif name == "rt":
        _reading(part, sink, depth)
    elif name == "xref" and not len(part) and not (part.text or "").strip():
        sink.add(sink.labels.get(part.get("rid", ""), ""))
    else:
        _walk(part, sink, depth + 1)


def _is_printed(part: etree._Element, name: str) -> bool:
    """Return whether a label or a source line is part of the text around it."""
    holder = local(part.getparent())
    return (name == "label" and holder in _LABELLED) or (name == "attrib" and holder in _SIGNED)


def _block(part: etree._Element, name: str, sink: _Sink, depth: int) -> None:
    if name == "def" and local(part.getparent()) == "abbrev":
        return  # what an abbreviation stands for is no part of the sentence that uses it
    if name in LISTS:
        sink.marks |= item_marks(part)
    mark = sink.marks.pop(part, "")
    sink.add(f" {mark} " if mark else " ")
    _walk(part, sink, depth + 1)
    if not (name in _DISPLAYS and _goes_on(part)):
        sink.add(" ")


def _goes_on(part: etree._Element) -> bool:
    """Return whether the sentence around a display goes on with a comma, a full stop or the like."""
    return (part.tail or " ")[0] in ",.;:)"


def _reading(part: etree._Element, sink: _Sink, depth: int) -> None:
    """Ruby text, which is printed above the characters that it helps to read."""
    inner = sink.inner()
    _walk(part, inner, depth + 1)
    text = tidy(inner.text)
    sink.add(f"({text})" if text else "")


_SCRIPTS = {"sup": superscript, "sub": subscript}


def _script(part: etree._Element, name: str, sink: _Sink, depth: int) -> str:
    if not len(part):
        return _SCRIPTS[name](part.text or "")
    inner = sink.inner()
    _walk(part, inner, depth + 1)
    return _SCRIPTS[name](tidy_inside(inner.text))


def tidy_inside(text: str) -> str:
    """Return text with single spaces, those at its ends kept."""
    core = " ".join(text.split())
    if not core:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + core + (" " if text[-1].isspace() else "")


def _formula(part: etree._Element, name: str, sink: _Sink, depth: int) -> None:
    inner = sink.inner()
    inner.without_tex = has_mathml(part)
    _walk(part, inner, depth + 1)
    if name == "disp-formula":
        sink.add(f" {inner.text.strip()}" + ("" if _goes_on(part) else " "))
    elif next(descendants(part, "math", "tex-math"), None) is not None:
        sink.add(inner.text.strip())  # what is written around a formula is the file's layout
    else:
        sink.add(tidy_inside(inner.text))


def has_mathml(element: etree._Element) -> bool:
    """Return whether an element holds MathML with something in it."""
    return any("".join(math.itertext()).strip() for math in descendants(element, "math"))


def _alternative(part: etree._Element, name: str, sink: _Sink, depth: int) -> None:
    """Alternatives say the same thing several times: a formula, or else the first that has text, is enough."""
    text = formula_text(part) if name == "alternatives" else ""
    if text:
        sink.add(text)
        return
    before = len(sink.pieces)
    for option in part:
        _part(option, local(option), sink, depth + 1)
        if "".join(sink.pieces[before:]).strip():
            return
