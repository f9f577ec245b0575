"""Any graphics file, or several that make one figure, as one normal image.

Drawings, screens and everything rendered from vectors are stored as PNG; what was JPEG, or has as many
colours as only photographs have, as JPEG.
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.images.compose import compose
from extractors.images.eps import ghostscript_version, read_eps
from extractors.images.normal import ImageParameters, Normal
from extractors.images.raster import read_raster
from extractors.images.sniff import RASTER, sniff
from extractors.images.store import is_blank, stored_row
from extractors.images.vector import read_pdf, read_svg
from runtime import pictures
from runtime.versions import installed_version
from schemas.annotations import ImageRow
from schemas.floats import Graphic
from schemas.reject import RecordError

_MOST_PANELS = 200
_PLACEHOLDER_FLOATS = 3  # figures share a picture now and then; three with other captions show a stand-in


def image_row(
    pair_id: str,
    graphics: Sequence[Graphic],
    files: Mapping[str, bytes],
    parameters: ImageParameters,
) -> ImageRow:
    """Return the one image that a float's graphics make, longest side at most `max_side` pixels.

    Raises:
        RecordError: image_missing, image_empty, image_lfs_pointer, image_unreadable, image_too_large,
            image_too_small, image_blank, ghostscript_missing, ghostscript_failed, timeout, memory_limit;
            of several graphics, the reason of the first that cannot be read, named in the detail.
    """
    if not graphics:
        raise RecordError("graphic_not_named")
    if len(graphics) > _MOST_PANELS:
        raise RecordError("image_too_large", f"{len(graphics)} graphics files")
    # Of many panels none is shown large: reading them at full size would cost time and memory for nothing.
    side = min(parameters.max_side, int(2.5 * parameters.max_side / math.sqrt(len(graphics))))
    normals = [_read(graphic, files, replace(parameters, max_side=side)) for graphic in graphics]
    if len(normals) == 1:
        image, lossy, origin = normals[0].image, normals[0].lossy, "file"
    else:
        origin = "composed"
        image, lossy = compose(_rows(graphics, normals), parameters)
    if min(image.size) < parameters.min_side:
        raise RecordError("image_too_small", f"{image.width} x {image.height} pixels")
    if is_blank(image):
        raise RecordError("image_blank", graphics[0].path)
    paths = [graphic.path for graphic in graphics]
    return stored_row(
        pair_id,
        image,
        lossy=lossy,
        origin=origin,
        origin_paths=paths,
        original=normals[0].original,
        found_by_name=any(graphic.found_by_name for graphic in graphics),
    )


def find_placeholders(items: Sequence[tuple[str, str, str]]) -> set[str]:
    """Return the pair_ids of one paper's floats whose image stands under three or more different captions.

    Args:
        items: pair_id, caption and pixel_sha256 of each float.
    """
    captions: dict[str, set[str]] = defaultdict(set)
    for _, caption, pixels in items:
        captions[pixels].add(" ".join(caption.split()).casefold())
    return {pair_id for pair_id, _, pixels in items if len(captions[pixels]) >= _PLACEHOLDER_FLOATS}


def library_versions() -> dict[str, str]:
    """Return the versions of what determines an image's bytes, its small copy and its thumbnail."""
    return {
        "ghostscript": ghostscript_version() or "none",
        "copies": pictures.VERSION,
        "pillow": installed_version("pillow"),
        "pymupdf": installed_version("pymupdf"),
        "typst": installed_version("typst"),
    }


def _read(graphic: Graphic, files: Mapping[str, bytes], parameters: ImageParameters) -> Normal:
    raw = files.get(graphic.path)
    if raw is None:
        raise RecordError("image_missing", graphic.path)
    try:
        sniffed = sniff(raw, max_bytes=parameters.max_bytes)
        if sniffed.kind in RASTER:
            return read_raster(sniffed, raw, graphic, parameters)
        read = {"pdf": read_pdf, "svg": read_svg, "eps": read_eps}[sniffed.kind]
        return read(sniffed, raw, graphic, parameters)
    except RecordError as error:
        detail = f"{graphic.path}: {error.detail}" if error.detail else graphic.path
        raise RecordError(error.reason, detail) from error


def _rows(graphics: Sequence[Graphic], normals: Sequence[Normal]) -> list[list[Normal]]:
    numbered = sorted(zip(graphics, normals, strict=True), key=lambda pair: pair[0].row)
    groups = itertools.groupby(numbered, key=lambda pair: pair[0].row)
    return [[normal for _, normal in group] for _, group in groups]
