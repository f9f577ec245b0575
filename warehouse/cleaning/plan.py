"""What cleaning a warehouse removes, and what stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.storage import Place


@dataclass(frozen=True, kw_only=True)
class CleanParameters:
    """What stays.

    `keep_releases` newest releases stay, all of them where None; the latest always does. Stage tables stay for
    `keep_days` even where no release needs them: a build that was killed goes on from them, and a week is
    longer than the weekly schedule lets a failed build wait for its next try.
    """

    keep_releases: int | None = None
    keep_days: float = 8.0


@dataclass(frozen=True)
class Removal:
    """One folder that goes, on disk or in a bucket: `kind` is release, stage or leftover."""

    kind: str
    path: Path | Place
    bytes: int


@dataclass(frozen=True)
class CleanPlan:
    """What goes, what stays although no release is known to need it, and why."""

    removals: tuple[Removal, ...]
    kept_releases: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Bytes that removing all of it frees."""
        return sum(removal.bytes for removal in self.removals)


def unknown_remark(versions: Sequence[str]) -> str:
    """Return the sentence about releases of which nobody knows what they were made of."""
    return (
        f"what {', '.join(versions)} was made of is not recorded, so stage tables older than that stay; "
        "building it again records it"
    )
