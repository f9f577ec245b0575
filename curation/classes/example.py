"""A labelled float, as the classifier is learnt from it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from curation.classes.terms import Terms


@dataclass(frozen=True)
class Example:
    """One labelled float: what is known of it without its label, and the label.

    `dense` are its dense inputs by name, a figure's picture among them; `image_type` and `panels` are None where
    nobody said, and `sure` is whether the hand was sure of the class.
    """

    pair_id: str
    paper: str
    kind: str
    terms: Terms
    dense: Mapping[str, npt.NDArray[np.float32]]
    subcategory: str
    image_type: str | None = None
    panels: int | None = None
    sure: bool = True
