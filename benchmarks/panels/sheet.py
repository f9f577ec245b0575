"""Draws divided figures side by side, to be looked at."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from extractors.panels.contract import PicturePanel

_COLUMNS, _SIDE = 10, 300
_COLORS = ((214, 39, 40), (31, 119, 180), (44, 160, 44), (148, 103, 189), (255, 127, 14))


def contact_sheet(figures: Sequence[tuple[Image.Image, Sequence[PicturePanel], bool]]) -> Image.Image:
    """Return the figures with boxes and letters drawn on; one that is not wholly right has a red edge."""
    lines = -(-len(figures) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * _SIDE, lines * _SIDE), (225, 225, 225))
    for number, (image, panels, right) in enumerate(figures):
        shown = image.copy()
        shown.thumbnail((_SIDE - 8, _SIDE - 8), Image.Resampling.LANCZOS)
        draw = ImageDraw.Draw(shown)
        for k, panel in enumerate(panels):
            x0, y0, x1, y1 = (v * (shown.height if i % 2 else shown.width) for i, v in enumerate(panel.box))
            color = _COLORS[k % len(_COLORS)]
            draw.rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), outline=color, width=2)
            draw.text(((x0 + x1) / 2 - 3, (y0 + y1) / 2 - 5), panel.label, (255, 0, 255))
        at = (number % _COLUMNS * _SIDE, number // _COLUMNS * _SIDE)
        if not right:
            ImageDraw.Draw(sheet).rectangle((*at, at[0] + _SIDE - 1, at[1] + _SIDE - 1), fill=(255, 60, 60))
        sheet.paste(shown, (at[0] + 4, at[1] + 4))
    return sheet
