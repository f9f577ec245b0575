"""Inline HTML of table cells: escaped text with b, i, u, sup, sub, br and code tags, nothing else."""

import html as html_entities
import re
from dataclasses import dataclass

from lxml import etree

from extractors.unicode_text import subscript, superscript

TAGS = frozenset({"b", "i", "u", "sup", "sub", "code"})
_SYNONYMS = {
    "strong": "b",
    "bold": "b",
    "em": "i",
    "italic": "i",
    "underline": "u",
    "ins": "u",
    "tt": "code",
    "kbd": "code",
    "samp": "code",
    "monospace": "code",
    "break": "br",
}
_BLOCKS = frozenset({"p", "div", "li", "list-item", "tr", "disp-formula", "dd", "dt", "pre", "blockquote"})
_CELLS = frozenset({"td", "th"})
_DROPPED = frozenset({"script", "style", "head", "template", "noscript", "object", "svg"})
_MAX_DEPTH = 100

_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>|[^<]+|<")
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Text that is canonical as it stands, which nearly every cell is.
_PLAIN = re.compile(r"[!-%'-;=?-~¡-\u1fff‐-‧‰-\u2fff]+(?: [!-%'-;=?-~¡-\u1fff‐-‧‰-\u2fff]+)*|")
_START_TAGS = frozenset(f"<{tag}>" for tag in TAGS)
_ANY_TAG = re.compile(r"</?[a-z]+/?>")
_SCRIPTS = {"sup": superscript, "sub": subscript}


def clean_inline(html: str) -> str:
    """Return inline HTML in canonical form: balanced known tags, escaped text, single spaces, `<br/>`.

    Unknown tags are dropped and their text is kept; a tag inside one of its own kind (but sub and sup)
    and a tag without content are dropped, too.
    """
    if _PLAIN.fullmatch(html):
        return html
    out = _Inline()
    for match in _TOKEN.finditer(html):
        closing, name = match.group(1), match.group(2)
        if name is None:
            out.text(html_entities.unescape(match.group()))
            continue
        tag = _SYNONYMS.get(name.lower(), name.lower())
        if tag == "br":
            out.line_break()
        elif tag in TAGS and closing:
            out.close(tag)
        elif tag in TAGS:
            out.open(tag)
    return out.result()


def inline_html(element: etree._Element) -> str:
    """Return what an element holds as inline HTML; blocks become lines, unknown tags leave their text."""
    out = _Inline()
    dropped = 0
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        name = local_name(node)
        tag = _SYNONYMS.get(name, name)
        if event == "start":
            dropped += tag in _DROPPED
            if node is not element:
                _enter(out, tag)
            if not dropped:
                out.text(node.text or "")
        elif event == "end":
            dropped -= tag in _DROPPED
            if node is not element:
                _leave(out, tag)
        if event != "start" and node is not element and not dropped:
            out.text(node.tail or "")
    return out.result()


@dataclass(frozen=True, kw_only=True)
class Run:
    """A piece of text with the tags around it, outermost first; `newline` where a line begins with it."""

    text: str
    styles: tuple[str, ...]
    newline: bool = False


def runs_of(html: str) -> list[Run]:
    """Return canonical inline HTML as runs of equally styled text."""
    if "<" not in html:
        return [Run(text=html_entities.unescape(html), styles=())] if html else []
    runs: list[Run] = []
    styles: list[str] = []
    newline = False
    for match in _TOKEN.finditer(html):
        closing, name = match.group(1), match.group(2)
        if name == "br":
            newline = True
        elif name is None:
            runs.append(
                Run(text=html_entities.unescape(match.group()), styles=tuple(styles), newline=newline)
            )
            newline = False
        elif not closing:
            styles.append(name)
        elif styles:
            styles.pop()
    return runs


def inline_text(html: str) -> str:
    """Return the readable text of canonical inline HTML in one line: no tags, line breaks as spaces."""
    if "<" in html or "&" in html:
        html = html_entities.unescape(_ANY_TAG.sub("", html.replace("<br/>", " ")))
    elif html.isascii():
        return html  # canonical, so without spaces to take out
    return " ".join(html.split())


def readable_text(html: str) -> str:
    """Return canonical inline HTML as `inline_text` does, but with its scripts as captions have them: 10⁴."""
    if "<su" not in html:
        return inline_text(html)
    levels: list[list[str]] = [[]]
    for match in _TOKEN.finditer(html):
        closing, name = match.group(1), match.group(2)
        if name is None:
            levels[-1].append(html_entities.unescape(match.group()))
        elif name == "br":
            levels[-1].append(" ")
        elif name in _SCRIPTS and not closing:
            levels.append([])
        elif name in _SCRIPTS:
            inner = "".join(levels.pop())
            levels[-1].append(_SCRIPTS[name](inner))
    return " ".join("".join(levels[0]).split())


def clean_characters(text: str) -> str:
    """Return the text without characters that XML forbids (controls, lone surrogates)."""
    return _FORBIDDEN.sub("", text)


def local_name(element: etree._Element) -> str:
    """Return an element's tag in lower case without namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _enter(out: "_Inline", tag: str) -> None:
    if tag == "br" or tag in _BLOCKS:
        out.line_break()
    elif tag in TAGS:
        out.open(tag)
    elif tag in _CELLS:
        out.text(" ")


def _leave(out: "_Inline", tag: str) -> None:
    if tag in TAGS:
        out.close(tag)
    elif tag in _BLOCKS:
        out.line_break()


class _Inline:
    """Collects text and tags and keeps them balanced."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[str] = []
        self._after_space = True
        self._break_due = False
        self._has_text = False

    def text(self, text: str) -> None:
        text = _SPACE.sub(" ", clean_characters(text))
        if self._after_space or self._break_due:
            text = text.lstrip(" ")
        if not text:
            return
        if self._break_due:
            self._put_break()
        self._parts.append(html_entities.escape(text, quote=False))
        self._after_space = text.endswith(" ")
        self._has_text = True

    def open(self, tag: str) -> None:
        if (tag in self._open and tag not in ("sub", "sup")) or len(self._open) >= _MAX_DEPTH:
            self._open.append("")  # its end tag must close nothing
            return
        self._open.append(tag)
        self._parts.append(f"<{tag}>")

    def close(self, tag: str) -> None:
        """Close the innermost tag if it is this one; a misplaced end tag is ignored."""
        if not self._open:
            return
        if self._open[-1] == "":
            self._open.pop()
        elif self._open[-1] == tag:
            self._open.pop()
            self._close_part(tag)

    def line_break(self) -> None:
        """Begin a new line before the next text, if there was text before."""
        self._break_due = self._has_text

    def result(self) -> str:
        while self._open:
            tag = self._open.pop()
            if tag:
                self._close_part(tag)
        return "".join(self._parts).rstrip(" ")

    def _put_break(self) -> None:
        at = len(self._parts)
        while at and self._parts[at - 1] in _START_TAGS:
            at -= 1
        self._parts.insert(at, "<br/>")
        self._break_due = False

    def _close_part(self, tag: str) -> None:
        if self._parts[-1] == f"<{tag}>":
            self._parts.pop()
        else:
            self._parts.append(f"</{tag}>")
