"""The captions of a page: which lines begin one, and how far it goes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extractors.pdf.caption_evidence import ENOUGH, evidence_of
from extractors.pdf.caption_lines import lines_of
from extractors.pdf.labels import Label, is_continuation, is_other_label, read_label
from extractors.pdf.layout import Layout, PageLayout
from extractors.pdf.parameters import PdfParameters
from extractors.pdf.pieces import Box


@dataclass(frozen=True)
class Caption:
    """A caption: its label, its pieces (indices into the page's) and the box around them."""

    page: int
    label: Label
    pieces: tuple[int, ...]
    box: Box
    evidence: int
    continued: bool = False


def captions_of(
    layouts: Sequence[PageLayout], layout: Layout, parameters: PdfParameters
) -> tuple[list[Caption], list[str]]:
    """Return the captions of all pages in reading order, and warnings."""
    found: list[Caption] = []
    warnings: list[str] = []
    for page in layouts:
        here = [c for c in _candidates(page, layout, parameters) if c.evidence >= ENOUGH]
        if len(here) > parameters.max_captions:
            warnings.append(f"page {page.page.index + 1}: {len(here)} captions, taken for a list of floats")
            continue
        found.extend(here)
    return _best_of_each(found), warnings


def other_captions(page: PageLayout) -> list[Box]:
    """Return where algorithms, listings and films are captioned: no float of another kind spans them."""
    return [p.box for p in page.page.pieces if not p.turned and is_other_label(p.text) and len(p.text) < 200]


def _candidates(page: PageLayout, layout: Layout, parameters: PdfParameters) -> Iterable[Caption]:
    starts: dict[int, Label] = {}
    for i, piece in enumerate(page.page.pieces):
        if piece.turned or i in page.margins:
            continue
        label = read_label(piece.text)
        if label is not None:
            starts[i] = label
    for i, label in starts.items():
        evidence = evidence_of(page, i, label, layout)
        if evidence < ENOUGH:
            continue
        pieces = lines_of(page, i, label, frozenset(starts), layout, parameters)
        if _is_list_entry(page, pieces):
            continue
        boxes = [page.page.pieces[k].box for k in pieces]
        box = (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )
        said = " ".join([label.rest, *(page.page.pieces[k].text for k in pieces[1:])])
        yield Caption(page.page.index, label, tuple(pieces), box, evidence, is_continuation(said))


def _is_list_entry(page: PageLayout, pieces: Sequence[int]) -> bool:
    """Return whether it is an entry of a list of figures: dots lead to a page number."""
    return any("....." in page.page.pieces[k].text.replace(" ", "") for k in pieces)


def _best_of_each(found: list[Caption]) -> list[Caption]:
    """Return the captions without mentions: of several with one label those with the best evidence."""
    groups: dict[tuple[str, str], list[Caption]] = defaultdict(list)
    for caption in found:
        groups[caption.label.kind, caption.label.label.casefold()].append(caption)
    usual = {kind: _usual_end(found, kind) for kind in ("figure", "table")}
    kept: set[int] = set()
    for group in groups.values():
        plain = [c for c in group if not c.continued]
        best = max((_weight(c, usual) for c in plain), default=0)
        kept.update(id(c) for c in group if c.continued or _weight(c, usual) >= best)
    ordered = [c for c in found if id(c) in kept]
    seen: set[tuple[str, str]] = set()
    out = []
    for caption in ordered:
        key = (caption.label.kind, caption.label.label.casefold())
        out.append(caption if not caption.continued or key in seen else replace(caption, continued=False))
        seen.add(key)
    return out


def _weight(caption: Caption, usual: dict[str, str | None]) -> int:
    return caption.evidence + (2 if caption.label.end == usual[caption.label.kind] else 0)


def _usual_end(found: Sequence[Caption], kind: str) -> str | None:
    ends = [c.label.end for c in found if c.label.kind == kind]
    return max(sorted(set(ends)), key=ends.count, default=None)
