"""Writes a contact sheet of invented pictures to look at: `python -m samples.invented 12 [FILE]`."""

import sys
from pathlib import Path

from PIL import Image

from samples.invented import invent


def contact_sheet(count: int, first: int = 0) -> Image.Image:
    """Return a sheet of pictures to look at, four in a row."""
    rows = -(-count // 4)
    sheet = Image.new("RGB", (4 * 330, rows * 280), "white")
    for place in range(count):
        picture = invent(first + place).image.copy()
        picture.thumbnail((320, 270))
        sheet.paste(picture, (place % 4 * 330, place // 4 * 280))
    return sheet


if __name__ == "__main__":
    target = Path(sys.argv[2] if len(sys.argv) > 2 else "invented.png")
    contact_sheet(int(sys.argv[1])).save(target)
