"""Tags of inline HTML as private characters, so that a text is escaped last."""

import html
import re

from extractors.latex.source.shields import UNSHIELD

# Each tag's opening mark; its closing one is the character after it.
TAGS = {"b": "\uf100", "i": "\uf102", "u": "\uf104", "sup": "\uf106", "sub": "\uf108", "code": "\uf10a"}
MARKS = {mark: f"<{tag}>" for tag, mark in TAGS.items()} | {
    chr(ord(mark) + 1): f"</{tag}>" for tag, mark in TAGS.items()
}
STRIP_MARKS = {ord(mark): None for mark in MARKS}
STRIP_FONTS = {ord(mark): None for mark, tag in MARKS.items() if tag.strip("</>") not in {"sup", "sub"}}
MARK_SPLIT = re.compile("([\uf100-\uf10b])")


def opening(tag: str) -> str:
    """Return the mark that opens a tag."""
    return TAGS[tag]


def closing(tag: str) -> str:
    """Return the mark that closes a tag."""
    return chr(ord(TAGS[tag]) + 1)


def marked(tag: str, content: str) -> str:
    """Return the content between the marks of a tag; in bold only scripts are left, in code nothing."""
    inner = content.translate(STRIP_MARKS if tag == "code" else STRIP_FONTS if tag == "b" else {})
    return opening(tag) + inner + closing(tag)


def as_html(text: str) -> str:
    """Return a text with marks as inline HTML, escaped; tags around nothing are left out."""
    parts = MARK_SPLIT.split(text)
    result = "".join(
        MARKS[part] if part in MARKS else html.escape(part.translate(UNSHIELD), quote=False) for part in parts
    )
    return re.sub(r"<(b|i|u|sup|sub|code)></\1>", "", result)
