"""OpenCV as all of the pipeline uses it."""

from functools import cache
from typing import Any


@cache
def opencv() -> Any:
    """Return OpenCV, on one thread: a build runs one process per core, and the pictures are small."""
    import cv2

    cv2.setNumThreads(1)
    return cv2
