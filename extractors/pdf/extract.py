"""One PDF paper in, its captioned figures and tables out, each as a part of a page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractors.pdf.captions.finding import Caption, captions_of
from extractors.pdf.captions.mentions import Mentions, read_mentions
from extractors.pdf.page.document import (
    ReadPages,
    open_pdf,
    page_grey,
    page_words,
    paper_pdf,
    read_pages,
    reading,
)
from extractors.pdf.page.ink import Ink, ink_of, ink_scale
from extractors.pdf.page.layout import Layout, PageLayout, layout_of, page_layouts
from extractors.pdf.page.pieces import Box, Frame, Word
from extractors.pdf.page.title import read_title
from extractors.pdf.page.words import joined, vocabulary
from extractors.pdf.parameters import PdfParameters
from extractors.pdf.regions.candidates import candidates_of
from extractors.pdf.regions.choices import regions_of, usual_sides
from extractors.pdf.regions.doubts import doubt
from extractors.pdf.regions.spaces import Scene, scene_of
from extractors.pdf.regions.table_words import read_table
from schemas.floats import Extraction, Float, Graphic
from schemas.ids import pair_id
from schemas.paper import Paper, PaperHeader
from schemas.reject import RecordError, Reject

MAX_SNIPPET = 2_000
STAGE = "extract"

# Counter-clockwise degrees by which a crop is turned so that its text runs from left to right.
_ANGLES = {0: 0.0, 1: 270.0, 2: 180.0, 3: 90.0}


@dataclass(frozen=True)
class Place:
    """Where a caption's float is: its graphic, for a table what its words say, and why it cannot be the whole."""

    graphic: Graphic
    table: tuple[str, str] | None
    doubt: str | None = None


def extract(paper: Paper, *, parameters: PdfParameters | None = None) -> Extraction:
    """Return the captioned figures and tables of a paper of which `files` holds a PDF.

    Every caption is a float or a reject; a caption that only says "continued" adds its part of the page to
    the float that it continues. Floats come in page order. Their graphics are parts of the PDF's pages.

    Raises:
        RecordError: paper_empty without a PDF; archive_unreadable where it is damaged or encrypted;
            pdf_only where it is scanned or holds no text.
    """
    parameters = parameters or PdfParameters()
    path = paper_pdf(paper.files)
    if path is None:
        raise RecordError("paper_empty", "no PDF of the paper")
    with open_pdf(paper.files[path]) as document:
        return _extract(paper.key, path, document, parameters)


def _extract(key: str, path: str, document: Any, parameters: PdfParameters) -> Extraction:
    read = read_pages(document, parameters)
    _need_text(read)
    layout = layout_of(read.pages)
    layouts = page_layouts(read.pages, layout)
    captions, odd = captions_of(layouts, layout, parameters)
    known = vocabulary(piece.text for page in read.pages for piece in page.pieces)
    taken: dict[int, set[int]] = defaultdict(set)
    for caption in captions:
        taken[caption.page].update(caption.pieces)
    places, lost = _places(document, path, layouts, layout, captions, parameters)
    floats, rejects = _records(
        key, path, layouts, captions, places, known, read_mentions(layouts, layout, taken, known)
    )
    header = _header(key, path, document, read, known)
    return Extraction(header, tuple(floats), tuple(rejects), (*read.warnings, *odd, *lost))


def _need_text(read: ReadPages) -> None:
    if not read.pages:
        raise RecordError("archive_unreadable", f"pdf: {'; '.join(read.warnings)[:200]}")
    if any(page.pieces and not page.scanned for page in read.pages):
        return
    if any(page.scanned for page in read.pages):
        raise RecordError("pdf_only", f"scanned: none of {len(read.pages)} pages holds text")
    raise RecordError("pdf_only", f"none of {len(read.pages)} pages holds text")


def _places(
    document: Any,
    path: str,
    layouts: Sequence[PageLayout],
    layout: Layout,
    captions: Sequence[Caption],
    parameters: PdfParameters,
) -> tuple[dict[int, Place], list[str]]:
    """Return the place of each caption's float by the caption's index, and warnings."""
    by_page: dict[int, list[int]] = defaultdict(list)
    for n, caption in enumerate(captions):
        by_page[caption.page].append(n)
    pages = {page.page.index: page for page in layouts}
    seen = []
    warnings = []
    for index, numbers in by_page.items():
        page = pages[index]
        try:
            scene = _scene(document, page, layout, [captions[n] for n in numbers], parameters)
            words = _words(document, scene)
        except RecordError as error:
            if error.reason != "archive_unreadable":
                raise
            warnings.append(f"page {index + 1} cannot be drawn: {error.detail}")
            continue
        seen.append((numbers, scene, candidates_of(scene), words))
    usual = usual_sides([(scene, found) for _, scene, found, _ in seen])
    places = {}
    for numbers, scene, found, words in seen:
        for n, region in zip(numbers, regions_of(scene, found, usual), strict=True):
            if region is not None:
                places[n] = _place(path, scene, region, words if captions[n].label.kind == "table" else [])
    return places, warnings


def _scene(
    document: Any, placed: PageLayout, layout: Layout, captions: Sequence[Caption], parameters: PdfParameters
) -> Scene:
    captioned = {i for caption in captions for i in caption.pieces}
    erased = placed.boxes(placed.stamps | placed.margins | placed.body | placed.apart | captioned)
    frame = placed.page.frame
    scale = ink_scale(frame, parameters)
    grey = page_grey(document, placed.page.index, scale)
    ink = ink_of(grey, scale, frame, placed.page.pieces, erased=erased, white=parameters.white)
    return scene_of(placed, layout, ink, captions, parameters)


def _words(document: Any, scene: Scene) -> list[Word]:
    if not any(c.label.kind == "table" for c in scene.captions):
        return []
    page = scene.page.page
    return page_words(document, page.index, page.frame, scene.parameters.max_words)


def _place(path: str, scene: Scene, region: Box, words: Sequence[Word]) -> Place:
    frame = scene.page.page.frame
    table = read_table(words, region, scene.ink) if words else None
    graphic = _graphic(path, scene.page.page.index, frame, _padded(region, scene.ink))
    return Place(graphic, table, doubt(region, scene.ink))


def _padded(region: Box, ink: Ink) -> Box:
    """Return the region with a pixel of room, so that edges and rules are not cut."""
    room = 1.0 / ink.scale
    return (region[0] - room, region[1] - room, region[2] + room, region[3] + room)


def _graphic(path: str, index: int, frame: Frame, region: Box) -> Graphic:
    x0, y0, x1, y1 = frame.outside(region)
    viewport = (
        round(max(x0, 0.0), 2),
        round(max(frame.height - y1, 0.0), 2),
        round(min(x1, frame.width), 2),
        round(min(frame.height - y0, frame.height), 2),
    )
    return Graphic(path=path, page=index + 1, viewport=viewport, angle=_ANGLES[frame.quarter], row=0)


def _records(
    key: str,
    path: str,
    layouts: Sequence[PageLayout],
    captions: Sequence[Caption],
    places: Mapping[int, Place],
    known: frozenset[str],
    mentions: Mentions,
) -> tuple[list[Float], list[Reject]]:
    pages = {page.page.index: page for page in layouts}
    counts = {"figure": 0, "table": 0}
    floats: list[Float] = []
    rejects: list[Reject] = []
    for n, caption in enumerate(captions):
        place = places.get(n)
        if caption.continued and _continue(floats, caption, place):
            continue
        counts[caption.label.kind] += 1
        name = pair_id(key, caption.label.kind, counts[caption.label.kind])
        lines = [pages[caption.page].page.pieces[i].text for i in caption.pieces]
        text = joined([lines[0][caption.label.length :], *lines[1:]], known)
        if text and place is not None and place.doubt is None:
            floats.append(_float(key, path, name, caption, place, lines, text, mentions))
            continue
        reason, detail = _why(caption, place, text)
        rejects.append(
            Reject(
                paper_key=key,
                pair_id=name,
                stage=STAGE,
                reason=reason,
                detail=detail,
                kind=caption.label.kind,
                label=caption.label.label,
                caption=text or None,
                snippet="\n".join(lines)[:MAX_SNIPPET],
            )
        )
    return floats, rejects


def _why(caption: Caption, place: Place | None, text: str) -> tuple[str, str]:
    """Return the reason for which a caption has no float, and what exactly is wrong."""
    page = f"page {caption.page + 1}"
    if not text:
        return "caption_empty", f"{page}: nothing follows the label"
    if place is not None and place.doubt is not None:
        return "crop_implausible", f"{page}: {place.doubt}"
    return "graphic_not_named", f"{page}: no figure or table found near its caption"


def _continue(floats: list[Float], caption: Caption, place: Place | None) -> bool:
    """Add the part of a page under a "continued" caption to its float; return whether there is one."""
    label = caption.label.label.casefold()
    for k in range(len(floats) - 1, -1, -1):
        if floats[k].kind == caption.label.kind and (floats[k].label or "").casefold() == label:
            if place is not None and place.doubt is None:
                more = replace(place.graphic, row=len(floats[k].graphics))
                floats[k] = replace(floats[k], graphics=(*floats[k].graphics, more))
            return True
    return False


def _float(
    key: str,
    path: str,
    name: str,
    caption: Caption,
    place: Place,
    lines: Sequence[str],
    text: str,
    mentions: Mentions,
) -> Float:
    label = caption.label
    said = mentions.of(label.kind, label.label, label.number)
    return Float(
        pair_id=name,
        paper_key=key,
        kind=label.kind,
        number=label.number,
        label=label.label,
        ref_keys=(),
        caption=text,
        caption_raw="\n".join(lines),
        mentions=said,
        mention_sections=("",) * len(said),
        graphics=(place.graphic,),
        table_html=place.table[0] if place.table else None,
        table_text=place.table[1] if place.table else None,
        source_file=path,
        snippet="\n".join(lines)[:MAX_SNIPPET],
    )


def _header(key: str, path: str, document: Any, read: ReadPages, known: frozenset[str]) -> PaperHeader:
    first = read.pages[0]
    with reading():
        declared = str((document.metadata or {}).get("title") or "")
    return PaperHeader(
        paper_key=key,
        title=read_title(first.pieces, height=first.frame.size[1], declared=declared, known=known),
        categories=(),
        is_retracted=False,
        main_file=path,
    )
