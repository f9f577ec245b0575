"""Names of papers and pairs: readable, stable from build to build, unique in a release."""


def paper_key(source: str, paper_id: str, version: int | None = None) -> str:
    """Return the name of one version of a paper, as in `arxiv:2310.01234v2` or `pmc:PMC1234567`."""
    suffix = "" if version is None else (f"v{version}" if source == "arxiv" else f".{version}")
    return f"{source}:{paper_id}{suffix}"


def pair_id(paper: str, kind: str, ordinal: int, panel: int | None = None) -> str:
    """Return the name of a float or of one of its panels, as in `arxiv:2310.01234:figure-3:panel-2`.

    Args:
        paper: the paper's key.
        kind: "figure" or "table".
        ordinal: 1 for the first float of this kind in document order; it is not the printed number,
            which papers repeat, skip and leave out.
        panel: 1 for the first panel in document order; None for the float itself.
    """
    name = f"{paper}:{kind}-{ordinal}"
    return name if panel is None else f"{name}:panel-{panel}"
