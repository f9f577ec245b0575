"""Panels that were cut out of their figures, and why figures stayed whole: a closed list of reasons."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column

OF_CAPTIONS: dict[str, str] = {
    "no_labels": "the caption names no panels",
    "one_label": "the caption names one panel alone",
    "labels_unclear": "letters of the caption do not make one sequence, or may be no panels",
    "no_words": "a panel that the caption names has no words of its own",
}
OF_PICTURES: dict[str, str] = {
    "one_panel": "the picture shows one panel alone",
    "no_letters": "no letters are seen in the picture",
    "letters_missing": "letters that the caption names are not seen in the picture",
    "letters_unclear": "letters in the picture are seen more often than once, or are no panels'",
    "letter_unnamed": "the picture shows the letter of one more panel than the caption names",
    "boxes_unclear": "the picture does not divide into panels that hold one letter each",
    "too_small": "the picture, or a panel of it, is too small to divide",
}
OF_FIGURES: dict[str, str] = {
    "in_source": "the source itself gives its panels, which are pairs of their own",
    "positions_only": "the caption names panels by their places alone, which only --panels all splits",
    "search_failed": "the search for panels ended in an error, or took too long",
}
UNSPLIT = OF_CAPTIONS | OF_PICTURES | OF_FIGURES


@dataclass(frozen=True, kw_only=True)
class PanelRow:
    """Where a panel that was cut out stands in the picture of its figure."""

    pair_id: str = column(pa.string(), "the panel's name: that of its figure with :panel-a behind it")
    panel_box: tuple[float, ...] = column(
        pa.list_(pa.float64()), "x0, y0, x1, y1 in fractions of the width and height of the figure's image"
    )
    panel_confidence: float = column(pa.float32(), "how sure the box and its letter are, 0 to 1")


@dataclass(frozen=True, kw_only=True)
class UnsplitRow:
    """A figure that stayed whole, and why."""

    pair_id: str = column(pa.string(), "the figure's name")
    panels_unsplit: str = column(pa.string(), "one of a closed list of reasons, see the data dictionary")

    def __post_init__(self) -> None:
        """Refuse a reason that is not documented."""
        if self.panels_unsplit not in UNSPLIT:
            raise ValueError(f"{self.panels_unsplit!r} is no documented reason for a figure to stay whole")
