"""The abstract of an article: of several, the one that says what the paper is about."""

import re
from collections.abc import Iterator

from lxml import etree

from extractors.jats.nodes import XML_LANG, child, children, language_tag, local
from extractors.jats.text.running import readable

MAX_ABSTRACT = 10_000
# What stands beside the abstract proper, by its `abstract-type`, from the fullest to the shortest.
_LESSER = ("executive-summary", "summary", "web-summary", "plain-language-summary", "key-points", "teaser")
_NO_TEXT = frozenset({"graphical", "toc", "video", "stereochemistry"})
_HELD = frozenset({"title", "label", "fig", "fig-group", "table-wrap", "graphic", "media", "object-id"})
_ONLY_DOI = re.compile(
    r"doi\s*:?\s*(?:https?://\S+|10\.\S+)", re.I
)  # of the abstract itself: eLife has one each
_PARTS = frozenset({"sec", "list", "def-list", "boxed-text"})


def abstract_of(meta: etree._Element, *, language: str | None) -> str | None:
    """Return the abstract of an `<article-meta>` as readable text, a paragraph a line; None where it has none.

    The parts of a structured abstract begin with their titles. Of several languages the article's own is taken.
    """
    for abstract in sorted(children(meta, "abstract"), key=lambda found: _rank(found, language)):
        if (abstract.get("abstract-type") or "") in _NO_TEXT:
            continue
        text = "\n".join(line for line in _lines(abstract, heading="") if not _ONLY_DOI.fullmatch(line))
        if text:
            return text if len(text) <= MAX_ABSTRACT else text[: MAX_ABSTRACT - 1].rsplit(" ", 1)[0] + "…"
    return None


def _rank(abstract: etree._Element, language: str | None) -> tuple[bool, int]:
    stated = language_tag(abstract.get(XML_LANG))
    kind = abstract.get("abstract-type") or ""
    lesser = _LESSER.index(kind) + 1 if kind in _LESSER else 0
    return (stated not in (None, language)), lesser


def _lines(part: etree._Element, *, heading: str) -> Iterator[str]:
    """Yield the paragraphs, the first of a part with the part's title before it."""
    text = (part.text or "").strip()
    if text and not len(part):
        yield _headed(heading, readable(part))
        return
    for element in part:
        name = local(element)
        if name in _HELD:
            continue
        if name in _PARTS:
            title = child(element, "title")
            inner = readable(title, limit=200) if title is not None else ""
            lines = list(_lines(element, heading=inner or heading)) if name == "sec" else [readable(element)]
        else:
            lines = [_headed(heading, readable(element))]
        found = [line for line in lines if line]
        if found:
            heading = ""
        yield from found


def _headed(heading: str, text: str) -> str:
    if not heading or not text:
        return text
    return f"{heading} {text}" if heading[-1] in ":.?!" else f"{heading}: {text}"
