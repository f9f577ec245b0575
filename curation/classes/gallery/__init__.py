"""What pictures of open packages, which are no papers' figures, say of a figure's image type.

`opinion.py` asks them, `learn.py` learns from pictures that `training/gallery.py` fetches.
"""

from curation.classes.gallery.opinion import GALLERY_FILE, Gallery, read_gallery, seen_in

__all__ = ["GALLERY_FILE", "Gallery", "read_gallery", "seen_in"]
