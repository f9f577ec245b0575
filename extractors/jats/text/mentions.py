"""The paragraphs in which an article's text refers to its floats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from extractors.jats.nodes import local, words
from extractors.jats.text.ranges import Targets, ranged_ids
from extractors.jats.text.running import readable
from extractors.jats.text.sections import section_of

MAX_MENTIONS = 20
MAX_CHARACTERS = 2_000

_PARAGRAPHS = frozenset({"p", "list-item", "disp-quote", "verse-line", "def", "speech", "preformat"})
# A reference inside one of these belongs to a float, a table cell or a heading, not to the running text.
_NOT_TEXT = frozenset(
    words("caption td th entry table-wrap table-wrap-foot fig title license permissions ref front-stub kwd")
)


@dataclass
class MentionIndex:
    """Paragraphs by the XML id that they refer to; each is read once, when it is first asked for."""

    paragraphs: dict[str, list[tuple[int, etree._Element]]]  # with the reference's place in the article
    labels: dict[str, str]
    texts: dict[etree._Element, str] = field(default_factory=dict)
    titles: dict[etree._Element, str] = field(default_factory=dict)


def mention_index(
    xrefs: Sequence[etree._Element], *, targets: Targets, labels: dict[str, str]
) -> MentionIndex:
    """Return where the floats are referred to, be it by name or as a part of a range.

    Args:
        xrefs: the article's `<xref>` elements in document order.
        targets: its floats with an XML id.
        labels: printed labels by id, for references without text.
    """
    paragraphs: dict[str, list[tuple[int, etree._Element]]] = {}
    wanted = targets.places
    for place, xref in enumerate(xrefs):
        rid = xref.get("rid")
        if rid is None or (rid not in wanted and " " not in rid):
            continue
        ids = [rid] if rid in wanted else [i for i in rid.split() if i in wanted]
        paragraph = _paragraph_of(xref) if ids else None
        if paragraph is None:
            continue
        after = xrefs[place + 1] if place + 1 < len(xrefs) else None
        for i in (*ids, *ranged_ids(xref, after, targets)):
            found = paragraphs.setdefault(i, [])
            if len(found) < MAX_MENTIONS and (not found or found[-1][1] is not paragraph):
                found.append((place, paragraph))
    return MentionIndex(paragraphs, labels)


def mentions_of(index: MentionIndex, ids: Iterable[str]) -> dict[str, str]:
    """Return the paragraphs that refer to any of the ids, each once, at most 20 of 2,000 characters.

    Each is given with the title of its section.
    """
    places = sorted((found for i in ids for found in index.paragraphs.get(i, ())), key=lambda f: f[0])
    texts: dict[str, str] = {}
    for _, paragraph in places:
        if len(texts) == MAX_MENTIONS:
            break
        text = index.texts.get(paragraph)
        if text is None:
            text = _cut(readable(paragraph, limit=2 * MAX_CHARACTERS, labels=index.labels))
            index.texts[paragraph] = text
        if text and text not in texts:
            texts[text] = section_of(paragraph, index.titles)
    return texts


def _paragraph_of(xref: etree._Element) -> etree._Element | None:
    paragraph = None
    node = xref.getparent()
    while node is not None:
        name = local(node)
        if name in _NOT_TEXT:
            return None
        if paragraph is None and name in _PARAGRAPHS:
            paragraph = node
        node = node.getparent()
    return paragraph


def _cut(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[:MAX_CHARACTERS].rpartition(" ")[0] or text[:MAX_CHARACTERS]
