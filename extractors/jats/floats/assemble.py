"""Each float of an article as a `Float`, or as a `Reject` that says what it lacks."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree

from extractors.jats.article.header import license_of, permission_text
from extractors.jats.floats.graphics import Graphics, graphics_of
from extractors.jats.floats.media import MediaIndex
from extractors.jats.floats.survey import Spot, chosen_captions
from extractors.jats.nodes import XML_LANG, descendants, language_of, language_tag, local, source_of
from extractors.jats.tables.grid import read_tables
from extractors.jats.text.labels import clean_label, number_of, panel_of, split_label
from extractors.jats.text.mentions import MentionIndex, mentions_of
from extractors.tables import render
from schemas.floats import Float
from schemas.paper import PaperHeader
from schemas.reject import RecordError, Reject

MAX_SNIPPET = 2_000
MAX_TABLES = 500  # tables inside one float that are looked at
STAGE = "extract"

_BETWEEN = frozenset({"td", "th", "entry", "caption", "table-wrap-foot", "supplementary-material"})
_WRAPS = frozenset({"fig", "table-wrap"})


@dataclass(frozen=True)
class Scene:
    """What all floats of one article share."""

    header: PaperHeader
    path: str
    media: MediaIndex
    mentions: MentionIndex
    panels: dict[str, tuple[str, ...]]  # XML ids of a float's panels, by the float's pair_id


def read_float(spot: Spot, scene: Scene, warnings: list[str]) -> Float | Reject:
    """Return the float that stands at a spot, or its reject; lesser faults are added to the warnings."""
    label = clean_label(spot.label) if spot.label else None
    label, caption = split_label(spot.text, label)
    panel = panel_of(label) if spot.parent else None
    label = _whole_label(label, panel, spot)
    snippet = source_of(spot.element)[:MAX_SNIPPET]
    try:
        _need_caption(spot)
        graphics = _graphics(spot, scene)
        table = _table(spot, graphics, warnings)
        _need_image(spot, graphics, table)
    except RecordError as problem:
        return Reject(
            paper_key=scene.header.paper_key,
            pair_id=spot.pair_id,
            stage=STAGE,
            reason=problem.reason,
            detail=problem.detail,
            kind=spot.kind,
            label=label,
            caption=caption or None,
            snippet=snippet,
        )
    if graphics.missing:
        warnings.append(f"{spot.pair_id}: {', '.join(graphics.missing[:5])} not in the archive")
    chosen, language = chosen_captions(spot.captions, scene.header.language)
    license_url, license_text = _own_license(spot, scene)
    xml_id = spot.xml_id
    mentions = mentions_of(scene.mentions, _ids(spot, scene))
    return Float(
        pair_id=spot.pair_id,
        paper_key=scene.header.paper_key,
        kind=spot.kind,
        parent_id=spot.parent.pair_id if spot.parent else None,
        number=number_of(label),
        label=label,
        panel=panel,
        ref_keys=(xml_id,) if xml_id else (),
        caption=caption,
        caption_raw="".join(source_of(c) for c in chosen),
        parent_caption=split_label(spot.parent.text, None)[1] if spot.parent else None,
        mentions=tuple(mentions),
        mention_sections=tuple(mentions.values()),
        graphics=graphics.found,
        table_html=table[0] if table else None,
        table_text=table[1] if table else None,
        language=language or language_of(spot.element),
        license_url=license_url,
        license_text=license_text,
        source_file=scene.path,
        snippet=snippet,
    )


def _whole_label(label: str | None, panel: str | None, spot: Spot) -> str | None:
    """Return `Fig. 2B` for the panel that prints only `B` in the figure that prints `Fig. 2`."""
    whole = clean_label(spot.parent.label) if spot.parent and spot.parent.label else None
    if panel is None or whole is None or label is None or len(label) >= len(whole):
        return label
    return f"{whole}{panel}"


def _ids(spot: Spot, scene: Scene) -> Iterable[str]:
    own = (spot.xml_id,) if spot.xml_id else ()
    return own + scene.panels.get(spot.pair_id, ())


def _need_caption(spot: Spot) -> None:
    if spot.text:
        return
    if not spot.captions:
        panel = f"panel of {spot.parent.pair_id}" if spot.parent else f"<{spot.name}>"
        raise RecordError("caption_missing", f"{panel} {spot.label or ''} has no caption".replace("  ", " "))
    raise RecordError("caption_empty", "its caption holds no readable text")


def _graphics(spot: Spot, scene: Scene) -> Graphics:
    language = chosen_captions(spot.captions, scene.header.language)[1] or scene.header.language
    graphics = graphics_of(
        spot.element, scene.media, nested=spot.has_panels or spot.is_group, language=language
    )
    nothing = not (graphics.found or graphics.missing or graphics.other)
    if nothing and spot.name == "fig" and _is_translated(spot.element):
        group = spot.element.getparent()
        return graphics_of(group, scene.media, nested=True, language=language)
    return graphics


def _is_translated(fig: etree._Element) -> bool:
    """Return whether a figure's sibling is the same figure in another language, and may hold its graphic."""
    group = fig.getparent()
    if group is None or local(group) not in ("fig-group", "alternatives"):
        return False
    languages = {language_tag(f.get(XML_LANG)) for f in group.iterchildren("{*}fig")}
    return None not in languages and len(languages) > 1


def _need_image(spot: Spot, graphics: Graphics, table: tuple[str, str] | None) -> None:
    if graphics.found or table:
        return
    if graphics.missing:
        raise RecordError("image_missing", ", ".join(graphics.missing[:20]))
    if graphics.other:
        raise RecordError("graphic_not_named", f"it names only other media: {', '.join(graphics.other[:5])}")
    raise RecordError("graphic_not_named", f"<{spot.name}> holds neither a graphic nor a table")


def _table(spot: Spot, graphics: Graphics, warnings: list[str]) -> tuple[str, str] | None:
    """Return the table as HTML and as text, None without table markup.

    Markup that cannot be read is None, too, where a graphic stands beside it.
    """
    if spot.kind != "table":
        return None
    tables = _tables_of(spot.element, nested=spot.has_panels or spot.is_group)
    if not tables:
        return None
    try:
        table = read_tables(spot.element, tables)
        return render(table)
    except RecordError as problem:
        if not graphics.found:
            raise
        warnings.append(f"{spot.pair_id}: {problem}; its graphic was taken")
        return None


def _tables_of(wrap: etree._Element, *, nested: bool) -> list[etree._Element]:
    """Return the float's own tables, one of each set of alternatives."""
    found: list[etree._Element] = []
    alternatives: set[etree._Element] = set()
    for table in islice(descendants(wrap, "table", "array"), MAX_TABLES):
        node = table.getparent()
        holder = None
        while node is not None and node is not wrap:
            name = local(node)
            if name in _BETWEEN or (name in _WRAPS and not nested):
                break
            if name == "alternatives":
                holder = node
            node = node.getparent()
        if node is not wrap or holder in alternatives:
            continue
        if holder is not None:
            alternatives.add(holder)
        found.append(table)
    return found


def _own_license(spot: Spot, scene: Scene) -> tuple[str | None, str | None]:
    """Return the address and wording of a float's own permission where they differ from the article's."""
    if not any(local(c) in ("permissions", "attrib", "license") for c in spot.element):
        return None, None
    url, _ = license_of(spot.element, language=scene.header.language)
    text = permission_text(spot.element)
    same_url = url is not None and _plain_url(url) == _plain_url(scene.header.license_url)
    return (None if same_url else url), (None if text == scene.header.license_text else text)


def _plain_url(url: str | None) -> str:
    return (url or "").lower().partition("://")[2].removeprefix("www.").rstrip("/")


def set_translations_apart(floats: list[Float], language: str | None) -> tuple[list[Float], list[Reject]]:
    """Return the floats without those that show an earlier float's files under a caption in another language.

    Of several languages the article's own is kept, else English, else the first.
    """
    same: dict[tuple[str, ...], list[Float]] = {}
    for found in floats:
        if found.graphics and found.language:
            same.setdefault(tuple(g.path for g in found.graphics), []).append(found)
    dropped: dict[str, Float] = {}
    for cluster in same.values():
        languages = [f.language for f in cluster]
        if len(set(languages)) < 2:
            continue
        wanted = language if language in languages else ("en" if "en" in languages else languages[0])
        kept = next(f for f in cluster if f.language == wanted)
        dropped |= {f.pair_id: kept for f in cluster if f.language != wanted}
    kept_floats = [_reparented(f, dropped) for f in floats if f.pair_id not in dropped]
    return kept_floats, [_translation(f, dropped[f.pair_id]) for f in floats if f.pair_id in dropped]


def _reparented(found: Float, dropped: dict[str, Float]) -> Float:
    kept = dropped.get(found.parent_id or "")
    return replace(found, parent_id=kept.pair_id) if kept is not None else found


def _translation(found: Float, kept: Float) -> Reject:
    return Reject(
        paper_key=found.paper_key,
        pair_id=found.pair_id,
        stage=STAGE,
        reason="duplicate_exact",
        detail=f"{kept.pair_id} with its caption in another language ({found.language})",
        kind=found.kind,
        label=found.label,
        caption=found.caption,
        snippet=found.snippet,
    )
