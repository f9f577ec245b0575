"""Whether a release is still what its manifest says: checksums, schemas, counts, names, images."""

from warehouse.verification.verify import Verdict, verify_pointer, verify_release

__all__ = [
    "Verdict",
    "verify_pointer",
    "verify_release",
]
