"""How alike two pairs of a build must be: the thresholds of the embedder by which it finds copies."""

from pathlib import Path

from curation import calibration, contamination, duplicates, embeddings
from flows.build_options import BuildOptions
from schemas.errors import UserError


def duplicate_parameters(options: BuildOptions) -> duplicates.DedupeParameters:
    """Return the thresholds for the build's embedder.

    Raises:
        UserError: none was measured for this embedder and none is given.
    """
    space = _space(options)
    calibrated = _calibrated(options, space)
    if calibrated is not None:
        return calibrated.for_duplicates()
    try:
        return duplicates.dedupe_parameters(space, similarity=options.near_duplicate_threshold)
    except ValueError as error:
        raise UserError(f"{error} (options --thresholds and --near-duplicate-threshold)") from error


def leak_parameters(options: BuildOptions) -> contamination.LeakParameters:
    """Return the thresholds of contamination for the build's embedder. Raises UserError."""
    calibrated = _calibrated(options, _space(options))
    if calibrated is not None:
        return calibrated.for_leaks()
    return contamination.leak_parameters(duplicate_parameters(options))


def _space(options: BuildOptions) -> str:
    return embeddings.embedder_space(embeddings.copies_embedder(options.embedder))


def _calibrated(options: BuildOptions, space: str) -> calibration.Thresholds | None:
    if options.thresholds is None:
        given = options.near_duplicate_threshold is not None
        return None if given else calibration.shipped_thresholds(space)
    if options.near_duplicate_threshold is not None:
        raise UserError("give --thresholds or --near-duplicate-threshold, not both")
    return calibration.thresholds_of(space, Path(options.thresholds).expanduser())
