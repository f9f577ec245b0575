"""What a release may be used for: the licence policies, and why an image was left out under one."""

from typing import Literal

LicenseGroup = Literal["commercial", "noncommercial", "other"]

POLICIES: dict[str, str] = {
    "research": (
        "for private research use: it holds images that may not be passed on; keep it to yourself, or build with "
        "--license-policy redistributable or commercial"
    ),
    "redistributable": "may be passed on, each image under the licence that its row states",
    "commercial": "may be passed on and used commercially, each image under the licence that its row states",
}

WITHHELD: dict[str, str] = {
    "license_missing": "no licence that is known here is stated for it",
    "license_closed": "its licence lets nobody pass the image on (arXiv's own licence, text and data mining)",
    "license_of_other_version": "the licence is stated for another version of the paper than the one read",
    "third_party": "its caption says that it is somebody else's, and names no open licence",
    "license_noncommercial": "its licence, or that of the work it was taken from, forbids commercial use",
}
