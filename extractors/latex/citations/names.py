"""How a citation shortens a list of names."""

from extractors.latex.citations.style import CitationStyle


def joined(names: list[str], shown: int, style: CitationStyle) -> str:
    """Return the first `shown` of the names, with `and` before the last or `et al.` for the rest.

    The sign between the last two is the style's; a last name `others` stands for those left out.
    """
    others = bool(names) and names[-1] in {"others", "et al", "et al."}
    names = names[:-1] if others else names
    if not names:
        return ""
    if others or shown < len(names):
        head = names[: max(1, shown)]
        comma = "," if len(head) > 1 else ""
        return f"{', '.join(head)}{comma} et al."
    if len(names) == 1:
        return names[0]
    comma = "," if len(names) > 2 and style.serial else ""
    return f"{', '.join(names[:-1])}{comma} {style.conjunction} {names[-1]}"
