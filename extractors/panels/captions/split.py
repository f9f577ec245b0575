"""A caption divided: which of its words belong to which panel."""

import re
from collections.abc import Sequence
from dataclasses import replace

from extractors.panels.captions.chains import ALL, Owned
from extractors.panels.captions.choice import Chosen, choose, without_last
from extractors.panels.captions.marks import Mark, bare_marks, bold_letters, find_marks
from extractors.panels.captions.positions import choose_positions
from extractors.panels.captions.sections import own_words
from extractors.panels.contract import CaptionPanel, CaptionPanels, Span

LONGEST = 10_000  # characters; a longer one is no caption


def split_caption(caption: str, raw: str | None = None) -> CaptionPanels:
    """Return the panels that a caption names, each with the ranges of its own words, or why there are none.

    Args:
        caption: the caption as text.
        raw: the caption as its source writes it (XML or TeX), which tells letters that are printed bold.
    """
    if len(caption) > LONGEST:
        return CaptionPanels(reason="labels_unclear")
    chosen = _chosen(caption, raw)
    if not isinstance(chosen, str):
        return _of_letters(caption, chosen)
    positions = choose_positions(caption) if chosen == "no_labels" else None
    if positions is None:
        return CaptionPanels(reason=chosen)
    named, layout = positions
    found = _panels(caption, named, own_words(caption, named))
    panels = tuple(
        replace(panel, label=layout["abcdefgh".index(panel.label)], is_position=True)
        for panel in found.panels
    )
    return replace(found, panels=panels)


def _of_letters(caption: str, chosen: Chosen) -> CaptionPanels:
    owned = own_words(caption, chosen)
    while len(chosen.labels) > 2 and not _has_words(caption, _joined(caption, owned, chosen.labels[-1])):
        # A letter beyond the last panel, as in "arrows in (h)", names none.
        chosen = without_last(chosen)
        owned = own_words(caption, chosen)
    return _panels(caption, chosen, owned)


def _chosen(caption: str, raw: str | None) -> Chosen | str:
    marks = find_marks(caption)
    chosen = choose(marks)
    if not isinstance(chosen, str):
        return chosen
    bare = bare_marks(caption, bold_letters(raw))
    again = choose(bare) if bare else chosen
    return chosen if isinstance(again, str) else again


def _panels(caption: str, chosen: Chosen, owned: Sequence[Owned]) -> CaptionPanels:
    spans = {label: _joined(caption, owned, label) for label in chosen.labels}
    if not all(_has_words(caption, own) for own in spans.values()):
        return CaptionPanels(reason="no_words")
    common = [span for span, labels in owned if labels == ALL]
    first = min(start for own in spans.values() for start, _ in own)
    return CaptionPanels(
        panels=tuple(
            CaptionPanel(label, _printed(caption, chosen.marks, label), spans[label])
            for label in chosen.labels
        ),
        preamble=_merged(caption, [span for span in common if span[0] < first]),
        tail=_merged(caption, [span for span in common if span[0] >= first]),
    )


def _joined(caption: str, owned: Sequence[Owned], label: str) -> tuple[Span, ...]:
    return _merged(caption, [span for span, labels in owned if label in labels])


def _merged(caption: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return ranges in their order, those between which only blanks lie as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and not caption[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif start < end:
            found.append((start, end))
    return tuple(found)


def _has_words(caption: str, spans: Sequence[Span]) -> bool:
    return any(re.search(r"\w", caption[slice(*span)]) for span in spans)


def _printed(caption: str, marks: Sequence[Mark], label: str) -> str:
    """Return what the caption prints for a label: its own letter alone, where there is one."""
    own = [mark for mark in marks if label in mark.labels and mark.style != "inside"]
    mark = min(own, key=lambda mark: (len(mark.labels), mark.start))
    return caption[mark.start : mark.end].strip()
