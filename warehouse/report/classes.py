"""What a manifest says of the classes against labels by hand, as the page shows it."""

from collections.abc import Mapping
from typing import Any

from warehouse.place import WarehouseError
from warehouse.report.model import Agreement, Judged


def class_agreement(stated: Any, titles: Mapping[str, str]) -> Agreement | None:
    """Return the manifest's `class_scores` for the page, None where the build was given no labels.

    Raises:
        WarehouseError: the entry is there and is not what a build writes.
    """
    if stated is None:
        return None
    try:
        return _agreement(stated, titles)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise WarehouseError(f"manifest.json: class_scores is damaged ({error!r})") from error


def _agreement(stated: Mapping[str, Any], titles: Mapping[str, str]) -> Agreement:
    lines: list[Mapping[str, Any]] = list(stated["classes"])
    matrix: list[list[int]] = list(stated["matrix"])
    judged = tuple(
        Judged(
            name=str(line["name"]),
            title=titles[str(line["name"])],
            place=place,
            labelled=int(line["labelled"]),
            given=tuple(int(count) for count in counts),
            precision=_with_range(line, "precision", "given"),
            recall=_with_range(line, "recall", "labelled"),
            f1=f"{line['f1']:.2f}" if line["labelled"] or line["given"] else "–",
        )
        for place, (line, counts) in enumerate(zip(lines, matrix, strict=True))
    )
    low, high = stated["macro_f1_interval"]
    return Agreement(
        pairs=int(stated["pairs"]),
        missing=int(stated["missing"]),
        half=None if stated["half"] is None else str(stated["half"]),
        macro_f1=f"{stated['macro_f1']:.2f}",
        interval=f"{low:.2f} and {high:.2f}",
        columns=tuple(line.title.split()[0].lower() + " " + line.title.split()[1] for line in judged),
        lines=judged,
    )


def _with_range(line: Mapping[str, Any], name: str, of: str) -> str:
    """Return a share with its interval, a dash where there is nothing to divide by."""
    if not line[of]:
        return "–"
    low, high = line[f"{name}_interval"]
    return f"{line[name]:.2f} ({low:.2f}–{high:.2f})"
