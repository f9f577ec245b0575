"""The graphics files of a float: which elements name them, and which file each takes."""

import posixpath
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from extractors.jats.floats.media import MediaIndex, extension_of, find_media, is_image_name, rank_of, stem_of
from extractors.jats.nodes import XML_LANG, attribute, descendants, href, language_tag, local, words
from schemas.floats import Graphic

MAX_GRAPHICS = 200
MAX_SEEN = 1_000  # graphics inside one float that are looked at

# A graphic inside one of these is a sign in a sentence, a formula or a cell, or belongs to another float.
_NOT_OWN = frozenset(
    words("caption td th entry inline-formula supplementary-material permissions table-wrap-foot")
)
_FLOATS = frozenset({"fig", "table-wrap", "fig-group", "table-wrap-group"})
_SMALL = ("thumb", "267x140", "small", "icon", "preview", "lowres", "low-res")


@dataclass(frozen=True)
class Graphics:
    """The files found for a float, the links that led nowhere, and media that are no images."""

    found: tuple[Graphic, ...]
    missing: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True)
class _Named:
    link: str
    path: str | None
    small: bool
    language: str | None


def graphics_of(
    float_element: etree._Element, index: MediaIndex, *, nested: bool = False, language: str | None = None
) -> Graphics:
    """Return the graphics files of a float in reading order, one of each set of alternatives.

    Args:
        float_element: the `<fig>`, `<table-wrap>`, group or captioned `<graphic>`.
        index: the package's media files.
        nested: also take those of the floats inside it (a group's panels).
        language: of graphics in several languages, those in this one are taken.
    """
    groups: dict[object, list[_Named]] = {}
    other: list[str] = []
    formulae: dict[object, list[_Named]] = {}
    for element in islice(descendants(float_element, "graphic", "media"), MAX_SEEN):
        link = href(element)
        if not link:
            continue
        if local(element) == "media" and not _is_image(element, link):
            other.append(link)
            continue
        own, in_formula, alternatives = _place(element, float_element, nested=nested)
        if not own:
            continue
        target = formulae if in_formula else groups
        key = alternatives if alternatives is not None else (posixpath.dirname(link), stem_of(link))
        named = _Named(link, find_media(index, link), _is_small(element), language_tag(element.get(XML_LANG)))
        target.setdefault(key, []).append(named)
        if len(groups) >= MAX_GRAPHICS:
            break
    sets = _without_small(_in_language(list((groups or formulae).values()), language))
    best = [min(s, key=lambda n: _preference(n, index)) for s in sets]
    paths = dict.fromkeys(n.path for n in best if n.path is not None)
    return Graphics(
        found=tuple(Graphic(path=p, page=1, angle=0.0, row=row) for row, p in enumerate(paths)),
        missing=tuple(dict.fromkeys(n.link for n in best if n.path is None)),
        other=tuple(dict.fromkeys(other)),
    )


def _preference(named: _Named, index: MediaIndex) -> tuple[bool, bool, tuple[bool, int, int]]:
    if named.path is None:
        return (True, named.small, (True, 0, 0))
    return (False, named.small, rank_of(index, named.path))


def _in_language(sets: list[list[_Named]], language: str | None) -> list[list[_Named]]:
    """Keep one language of graphics that are there in several."""
    stated = {n.language for s in sets for n in s if n.language}
    if len(stated) < 2:
        return sets
    first = next(n.language for s in sets for n in s if n.language)
    wanted = language if language in stated else ("en" if "en" in stated else first)
    kept = [[n for n in s if n.language in (None, wanted)] for s in sets]
    return [s for s in kept if s]


def _without_small(sets: list[list[_Named]]) -> list[list[_Named]]:
    full = [s for s in sets if not all(n.small for n in s)]
    return full or sets


def _place(
    element: etree._Element, top: etree._Element, *, nested: bool
) -> tuple[bool, bool, etree._Element | None]:
    """Return whether a graphic is the float's own, whether in a formula, and its `<alternatives>`."""
    in_formula = False
    alternatives = None
    node = element.getparent() if element is not top else None
    while node is not None and node is not top:
        name = local(node)
        if name in _NOT_OWN or (name in _FLOATS and not nested):
            return False, False, None
        if name == "disp-formula":
            in_formula = True
        elif name == "alternatives" and alternatives is None:
            alternatives = node
        node = node.getparent()
    return True, in_formula, alternatives


def _is_image(element: etree._Element, link: str) -> bool:
    kind = (element.get("mimetype") or attribute(element, "mime-type") or "").lower()
    if kind:
        return kind.startswith("image")
    return is_image_name(link) and extension_of(link) != ".pdf"


def _is_small(element: etree._Element) -> bool:
    said = f"{element.get('specific-use', '')} {element.get('content-type', '')}".lower()
    if len(said) < 4:
        return False
    return any(word in said for word in _SMALL)
