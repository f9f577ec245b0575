"""Finds the panels of a picture by the letters, or else the positions, that its caption names."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from extractors.panels.contract import PicturePanel, PicturePanels, PlacedLetter
from extractors.panels.pictures.assignment import Candidate, Candidates, Letters, candidates, letter_sets
from extractors.panels.pictures.cuts import likely_styles
from extractors.panels.pictures.layout import Division, divide
from extractors.panels.pictures.letters import read
from extractors.panels.pictures.positions import find_by_position, is_position
from extractors.panels.pictures.surface import PixelBox, Surface, surface
from extractors.panels.pictures.tokens import patches, tokens
from extractors.panels.pictures.unnamed import following, is_shown


@dataclass(frozen=True)
class FinderParameters:
    """How large a picture is looked at, and how sure a division must be."""

    max_side: int = 1024  # larger pictures are looked at in a smaller copy
    least_side: int = 120
    doubtful: float = (
        1.5  # cost of letters and cuts for each panel at which a division is as likely wrong as right
    )
    steep: float = 3.0
    least_confidence: float = 0.7
    hopeless: float = 1.25  # cost for each panel that no division is looked for at
    styles: int = 2  # places of letters in their panels that are tried
    good: float = 0.15  # cost of cuts for each panel at which no other style of letters is tried


def find_panels(
    picture: Image.Image,
    labels: Sequence[str],
    drawn_letters: Sequence[PlacedLetter] = (),
    parameters: FinderParameters | None = None,
) -> PicturePanels:
    """Return a box for each label, or the reason why the picture is left whole.

    `labels` are normalised as contract.py says. `drawn_letters` are texts whose place a vector file told; where
    they hold all labels, the picture's pixels are not read for letters.
    """
    parameters = parameters or FinderParameters()
    if len(labels) < 2:
        return PicturePanels(reason="one_panel")
    image = picture if picture.mode == "RGB" else picture.convert("RGB")
    if max(image.size) > parameters.max_side:
        image = image.copy()
        image.thumbnail((parameters.max_side, parameters.max_side), Image.Resampling.BOX)
    if min(image.size) < parameters.least_side / 2 or max(image.size) < parameters.least_side:
        return PicturePanels(reason="too_small")
    pixels = np.asarray(image)
    if any(is_position(label) for label in labels):
        return find_by_position(surface(pixels), labels)
    next_label = following(labels)
    asked = labels if next_label is None else [*labels, next_label]
    options = _drawn(drawn_letters, labels, asked, image.size)
    if options is None:
        grey = np.asarray(image.convert("L"))
        seen = tokens(grey)
        options = candidates(seen, read(patches(grey, seen)), asked)
    missing = [label for label in labels if not options[label]]
    if len(missing) == len(labels):
        return PicturePanels(reason="no_letters")
    sets = letter_sets(options, labels)
    if not sets:
        return PicturePanels(reason="letters_missing" if missing else "letters_unclear")
    best = _best(surface(pixels), sets, parameters)
    if best is None:
        return PicturePanels(reason="boxes_unclear")
    letters, division = best
    if next_label is not None and is_shown(options[next_label], letters.chosen):
        return PicturePanels(reason="letter_unnamed")
    return _panels(labels, letters, division, image.size, parameters)


def _drawn(
    placed: Sequence[PlacedLetter], labels: Sequence[str], asked: Sequence[str], size: tuple[int, int]
) -> Candidates | None:
    """Return the texts that a vector file draws as candidates of those asked for, or None where a label has none."""
    width, height = size
    found: Candidates = {label: [] for label in asked}
    for letter in placed:
        label = letter.text.strip("()[]{}.,:; ").lower()
        if label in found:
            x0, y0, x1, y1 = letter.box
            box = (round(x0 * width), round(y0 * height), round(x1 * width), round(y1 * height))
            if box[2] > box[0] and box[3] > box[1]:
                found[label].append(Candidate(box, 0.0))
    return found if all(found[label] for label in labels) else None


def _best(
    of: Surface, sets: Sequence[Letters], parameters: FinderParameters
) -> tuple[Letters, Division] | None:
    """Return the letters and the division that cost least together."""
    best: tuple[float, Letters, Division] | None = None
    for letters in sets:
        boxes: list[PixelBox] = [c.box for c in letters.chosen]
        limit = parameters.hopeless * len(boxes) if best is None else best[0]
        for style in likely_styles(of, boxes)[: parameters.styles]:
            division = divide(of, boxes, style, (limit - letters.cost) / 2)
            if division is None:
                continue
            limit = letters.cost + 2 * division.cost
            best = (limit, letters, division)
            if division.cost < parameters.good * len(boxes):
                break
    return None if best is None else best[1:]


def _panels(
    labels: Sequence[str],
    letters: Letters,
    division: Division,
    size: tuple[int, int],
    parameters: FinderParameters,
) -> PicturePanels:
    cost = (letters.cost + 2 * division.cost) / len(labels) + 0.5 * division.worst
    confidence = 1 / (1 + math.exp(parameters.steep * (cost - parameters.doubtful)))
    if confidence < parameters.least_confidence:
        return PicturePanels(
            reason="boxes_unclear" if 2 * division.cost > letters.cost else "letters_unclear"
        )
    width, height = size
    panels = []
    for i, label in enumerate(labels):
        x0, y0, x1, y1 = division.boxes[i]
        box = (x0 / width, y0 / height, x1 / width, y1 / height)
        panels.append(PicturePanel(label, box, round(confidence, 4)))
    return PicturePanels(tuple(panels))
