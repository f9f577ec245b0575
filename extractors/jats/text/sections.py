"""The titles of the sections in which a paragraph of an article stands."""

from lxml import etree

from extractors.jats.nodes import child, local
from extractors.jats.text.running import readable

SEPARATOR = " › "
MAX_TITLE = 500
_NAMED = {"abstract": "Abstract", "trans-abstract": "Abstract", "ack": "Acknowledgements"}
_TITLED = frozenset({"sec", "app", "app-group", "notes", *_NAMED})


def section_of(node: etree._Element, titles: dict[etree._Element, str]) -> str:
    """Return the titles over a node, from the outermost to the innermost; "" where none is.

    `titles` keeps what was read of each section.
    """
    path = []
    above = node.getparent()
    while above is not None:
        if local(above) in _TITLED:
            if above not in titles:
                titles[above] = _title(above)
            path.append(titles[above])
        above = above.getparent()
    return SEPARATOR.join(filter(None, reversed(path)))


def _title(section: etree._Element) -> str:
    title = child(section, "title")
    text = readable(title, limit=MAX_TITLE) if title is not None else ""
    return text or _NAMED.get(local(section), "")
