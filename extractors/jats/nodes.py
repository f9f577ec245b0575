"""Small reads of XML elements that do not care which namespace or DTD version the article was written in."""

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"

_XMLNS = re.compile(r' xmlns(?::[\w.-]+)?="[^"]*"')


def words(text: str) -> list[str]:
    """Return the words of a text: a list of names in a form that a page holds."""
    return text.split()


def local(element: etree._Element) -> str:
    """Return the element's name without namespace or prefix; "" for nodes that are no elements."""
    return _local_name(element.tag)


@lru_cache(maxsize=4096)
def _local_name(tag: object) -> str:
    if not isinstance(tag, str):
        return ""
    return tag[tag.rfind("}") + 1 :].rpartition(":")[2]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Return the direct children of this local name, in document order."""
    found: Iterator[etree._Element] = element.iterchildren("{*}" + name)
    return found


def child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first direct child of this local name."""
    return next(element.iterchildren("{*}" + name), None)


def descendants(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Return the elements of these local names inside an element (itself included), in document order."""
    found: Iterator[etree._Element] = element.iter(*_qualified(names))
    return found


@lru_cache(maxsize=256)
def _qualified(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("{*}" + name for name in names)


def attribute(element: etree._Element, name: str) -> str | None:
    """Return an attribute by its local name, whatever namespace or prefix it was given."""
    value: str | None = element.get(name)
    if value is not None:
        return value
    for key, value in element.attrib.items():
        if key.endswith(name) and key[-len(name) - 1] in "}:":
            return value
    return None


def href(element: etree._Element) -> str | None:
    """Return the element's link without surrounding space; None where it has none or an empty one."""
    value = element.get(XLINK_HREF)
    if value is None:
        value = attribute(element, "href")
    return (value.strip() or None) if value is not None else None


def language_of(element: etree._Element) -> str | None:
    """Return the language that holds at an element: its own `xml:lang` or its nearest ancestor's."""
    node: etree._Element | None = element
    while node is not None:
        value = node.get(XML_LANG)
        stated = language_tag(value) if value else None
        if stated:
            return stated
        node = node.getparent()
    return None


def language_tag(stated: str | None) -> str | None:
    """Return a BCP 47 tag in its usual case, as in `en` or `pt-BR`; None where nothing sensible is stated."""
    if not stated:
        return None
    parts = stated.strip().replace("_", "-").split("-")
    if not (parts[0].isascii() and parts[0].isalpha() and len(parts[0]) <= 8):
        return None
    rest = [p.upper() if len(p) == 2 else p for p in parts[1:]]
    return "-".join([parts[0].lower(), *rest])


def source_of(element: etree._Element) -> str:
    """Return the element as XML, without the namespace declarations that serialising adds to it."""
    text: str = etree.tostring(element, encoding="unicode", with_tail=False)
    end = text.find(">")  # a ">" inside an attribute is written as an entity
    start = text[:end]
    return _XMLNS.sub("", start) + text[end:] if " xmlns" in start else text
