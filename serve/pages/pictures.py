"""The image of a pair, straight from its row group, and the thumbnail of it; recent ones are kept."""

import functools
from dataclasses import dataclass

import pyarrow as pa

from serve.release import ReleaseIndex
from warehouse.report import small_image

# A row group holds 100 images, of about 80 KB each; a page of the list mostly shows pairs of one row group.
CACHED_GROUPS = 4
CACHED_THUMBNAILS = 3000  # of about 15 KB

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg"}


@dataclass(frozen=True)
class Picture:
    """An image file with its media type."""

    content: bytes
    media_type: str


class Pictures:
    """The images of one release."""

    def __init__(self, index: ReleaseIndex) -> None:
        self._index = index
        self._group = functools.lru_cache(maxsize=CACHED_GROUPS)(self._read_group)
        self._small = functools.lru_cache(maxsize=CACHED_THUMBNAILS)(self._thumbnail)

    def image(self, position: int) -> Picture | None:
        """Return the stored image of the pair at a place in the release, None where it has none."""
        place = self._index.place(position)
        group = self._group(place.part, place.group)
        image = group.column("image").combine_chunks().field("bytes")[place.row].as_py()
        media_type = MEDIA_TYPES.get(group.column("image_format")[place.row].as_py())
        return Picture(image, media_type) if image and media_type else None

    def thumbnail(self, position: int) -> Picture | None:
        """Return a small WebP of the image, None where the image is missing or damaged."""
        return self._small(position)

    def _read_group(self, part: int, group: int) -> pa.Table:
        return self._index.parts[part].read(group, ["image.bytes", "image_format"])

    def _thumbnail(self, position: int) -> Picture | None:
        image = self.image(position)
        small = small_image(image.content) if image is not None else None
        return Picture(small.webp, "image/webp") if small is not None else None
