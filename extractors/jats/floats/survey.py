"""Where an article's floats stand: one pass over the tree that finds, orders and names them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from extractors.jats.nodes import XML_LANG, child, children, descendants, href, language_tag, local, words
from extractors.jats.text.running import caption_notes, caption_text, joined, part_text, readable
from schemas.ids import pair_id

MAX_INNER_CAPTIONS = 50  # captions inside a float without its own that are looked at
MAX_SUPPLEMENTS = 100  # supplementary files that are reported one by one

_KINDS = {
    "fig": "figure",
    "fig-group": "figure",
    "table-wrap": "table",
    "table-wrap-group": "table",
    "graphic": "figure",
}
_GROUPS = frozenset({"fig-group", "table-wrap-group"})
_TAGS = ("fig", "fig-group", "table-wrap", "table-wrap-group", "graphic", "supplementary-material", "xref")
_OTHERS = frozenset(words("fig fig-group table-wrap table-wrap-group supplementary-material td th"))
_LEGENDS = frozenset({"legend", "p", "list", "def-list"})
_PICTURES = ("graphic", "media", "fig", "table-wrap", "inline-graphic")
_NOT_ALONE = frozenset({"fig", "table-wrap", "supplementary-material", "graphic"})


@dataclass
class Spot:
    """One float as it stands in the tree, with its name in the dataset."""

    element: etree._Element
    name: str
    kind: str
    pair_id: str
    parent: "Spot | None"
    has_panels: bool = False
    captions: tuple[etree._Element, ...] = ()
    label: str | None = None
    text: str = ""

    @property
    def is_group(self) -> bool:
        """Whether it is a `fig-group` or `table-wrap-group`."""
        return self.name in _GROUPS

    @property
    def xml_id(self) -> str | None:
        """The id by which the text refers to it."""
        value: str | None = self.element.get("id")
        return value


@dataclass
class Survey:
    """Everything that one pass over an article collects."""

    spots: list[Spot] = field(default_factory=list)
    xrefs: list[etree._Element] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def survey_article(article: etree._Element, *, paper_key: str, language: str | None) -> Survey:
    """Return the article's floats in document order, its references, and what is reported but not taken."""
    survey = Survey()
    ordinals = {"figure": 0, "table": 0}
    panels: dict[str, int] = {}
    parents: dict[etree._Element, Spot] = {}
    supplements = 0
    for element in descendants(article, *_TAGS):
        name = local(element)
        if name == "xref":
            survey.xrefs.append(element)
            continue
        if name == "supplementary-material":
            supplements += 1
            if supplements <= MAX_SUPPLEMENTS:
                survey.warnings.append(_supplement(element))
            continue
        if name == "graphic" and not _stands_alone(element):
            continue
        captions = _captions(element)
        text = _caption_in(captions, language)
        if name in _GROUPS and not text:
            continue  # a mere container: its floats stand for themselves
        kind = _KINDS[name]
        parent = _parent(element, kind, parents)
        if parent is None:
            ordinals[kind] += 1
            identity = pair_id(paper_key, kind, ordinals[kind])
        else:
            parent.has_panels = True
            panels[parent.pair_id] = panels.get(parent.pair_id, 0) + 1
            identity = f"{parent.pair_id}:panel-{panels[parent.pair_id]}"
        spot = Spot(element, name, kind, identity, parent, captions=captions, text=text)
        spot.label = _label(element, captions)
        notes = [*_notes(element, captions, language)] if kind == "figure" and text else []
        if notes:
            spot.text = joined([text, *notes])
        if text:
            parents[element] = spot
        survey.spots.append(spot)
    if supplements > MAX_SUPPLEMENTS:
        survey.warnings.append(f"supplementary material: {supplements - MAX_SUPPLEMENTS} more not taken")
    return survey


def _parent(element: etree._Element, kind: str, parents: dict[etree._Element, Spot]) -> Spot | None:
    """Return the outermost captioned float of the same kind around an element."""
    if not parents:
        return None
    outermost = None
    node = element.getparent()
    while node is not None:
        spot = parents.get(node)
        if spot is not None and spot.kind == kind:
            outermost = spot
        node = node.getparent()
    return outermost


def _stands_alone(graphic: etree._Element) -> bool:
    """Return whether a `<graphic>` outside of every float has its own caption."""
    if child(graphic, "caption") is None:
        return False
    node = graphic.getparent()
    while node is not None:
        if local(node) in _NOT_ALONE:
            return False
        node = node.getparent()
    return True


def _captions(element: etree._Element) -> tuple[etree._Element, ...]:
    own = tuple(children(element, "caption"))
    if own or local(element) in _GROUPS:
        return own
    for inner in islice(descendants(element, "caption"), MAX_INNER_CAPTIONS):
        if _belongs(inner, element):
            return (inner,)
    if local(element) == "fig":  # a legend written as bare paragraphs
        return tuple(p for p in children(element, "p") if child(p, "graphic") is None)
    return ()


def _belongs(caption: etree._Element, top: etree._Element) -> bool:
    node = caption.getparent()
    while node is not None and node is not top:
        if local(node) in _OTHERS:
            return False
        node = node.getparent()
    return True


def chosen_captions(
    captions: tuple[etree._Element, ...], language: str | None
) -> tuple[tuple[etree._Element, ...], str | None]:
    """Return the captions in one language and that language as they declare it.

    Of several languages the article's own is taken, else English, else the first.
    """
    if len(captions) == 1:
        return captions, language_tag(captions[0].get(XML_LANG))
    stated = [language_tag(c.get(XML_LANG)) for c in captions]
    known = [s for s in stated if s]
    if len(set(known)) < 2:
        return captions, known[0] if known else None
    unmarked = language if None in stated else None
    wanted = language if language in stated or unmarked else ("en" if "en" in known else known[0])
    kept = tuple(c for c, s in zip(captions, stated, strict=True) if (s or unmarked) == wanted)
    return kept, wanted


def _caption_in(captions: tuple[etree._Element, ...], language: str | None) -> str:
    chosen, _ = chosen_captions(captions, language)
    texts = [caption_text(c) for c in chosen]
    return " ".join(filter(None, texts))


def _notes(
    element: etree._Element, captions: tuple[etree._Element, ...], language: str | None
) -> Iterator[str]:
    """Yield what is printed under a figure beside its caption: notes to the caption, legends, bare paragraphs."""
    for caption in chosen_captions(captions, language)[0]:
        yield from caption_notes(caption)
    for part in element:
        if (
            local(part) in _LEGENDS
            and part not in captions
            and next(descendants(part, *_PICTURES), None) is None
        ):
            yield part_text(part)


def _label(element: etree._Element, captions: tuple[etree._Element, ...]) -> str | None:
    for holder in (element, *captions):
        label = child(holder, "label")
        if label is not None:
            text = readable(label, limit=500)
            if text:
                return text
    return None


def _supplement(element: etree._Element) -> str:
    label = _label(element, tuple(children(element, "caption"))) or element.get("id") or "without label"
    link = href(element) or next(filter(None, map(href, descendants(element, "media", "graphic"))), None)
    return f"supplementary material {label}: {link or 'no file named'} not taken"
