"""Which drawing stands in which file of which sample paper, and the bytes of each such file."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from types import ModuleType

from samples.drawing.canvas import Canvas
from samples.drawing.formats import eps_bytes, pdf_bytes, pixels_of, raster_bytes, svg_bytes
from samples.figures import environment, learning, life, physics

DRAWINGS: tuple[ModuleType, ...] = (
    learning,
    physics,
    life,
    environment,
)
RASTER = {".png": "PNG", ".jpg": "JPEG", ".gif": "GIF", ".tif": "TIFF"}

LFS_POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 1284930\n"
)
BROKEN_EPS = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 200 150\n%%EndComments\n"
    b"newpath 10 10 moveto 190 140 lineto stroke\nno_such_operator\nshowpage\n%%EOF\n"
)


@dataclass(frozen=True)
class Media:
    """One graphics file of a paper: its drawing, and for pixels how many columns wide.

    `drawing` may also be lfs, empty, truncated or broken: files that are no image, as they occur in archives.
    """

    paper: str
    path: str
    drawing: str
    width: int = 0
    quality: int = 88


MEDIA: tuple[Media, ...] = (
    Media("arxiv/2601.00003", "figures/architecture.pdf", "pooling_architecture"),
    Media("arxiv/2601.00003", "plots/loss.png", "pooling_loss", 780),
    Media("arxiv/2601.00003", "plots/length.png", "pooling_length", 780),
    Media("arxiv/2601.00003", "plots/attention.pdf", "pooling_attention"),
    Media("arxiv/2601.00017", "fig1.eps", "stream_sky"),
    Media("arxiv/2601.00017", "fig2a.pdf", "stream_velocity"),
    Media("arxiv/2601.00017", "fig2b.pdf", "stream_profile"),
    Media("arxiv/2601.00017", "fig3.jpg", "stream_cmd", 900),
    Media("arxiv/2601.00042", "pics/path.pdf", "paths_example"),
    Media("arxiv/2601.00042", "pics/tree.pdf", "paths_tree"),
    Media("arxiv/2601.00042", "pics/ratio.pdf", "paths_ratio"),
    Media("arxiv/2601.00042", "pics/region.eps", "paths_region"),
    Media("arxiv/2601.00051", "lattice.pdf", "spin_lattice"),
    Media("arxiv/2601.00051", "magnetisation.pdf", "spin_magnetisation"),
    Media("arxiv/2601.00051", "Phase.PNG", "spin_phase", 820),
    Media("arxiv/2601.00051", "sq_cold.png", "spin_structure_cold", 640),
    Media("arxiv/2601.00051", "sq_warm.png", "spin_structure_warm", 640),
    Media("arxiv/2601.00064", "gfx/pipeline.pdf", "nuclei_pipeline"),
    Media("arxiv/2601.00064", "gfx/tile_input.jpg", "nuclei_input", 640),
    Media("arxiv/2601.00064", "gfx/tile_prob.jpg", "nuclei_probability", 640),
    Media("arxiv/2601.00064", "gfx/tile_mask.png", "nuclei_mask", 560),
    Media("arxiv/2601.00064", "gfx/tile_overlay.jpg", "nuclei_overlay", 640),
    Media("arxiv/2601.00064", "gfx/dice.svg", "nuclei_dice"),
    Media("arxiv/2601.00064", "gfx/cost table.png", "nuclei_cost", 900),
    Media("arxiv/2601.00064", "gfx/learning_rate.png", "truncated"),
    Media("arxiv/2601.00066", "scheme.pdf", "sorbent_scheme"),
    Media("arxiv/2601.00066", "spectra.pdf", "sorbent_spectra"),
    Media("arxiv/2601.00066", "iso_char.png", "sorbent_isotherm_char", 700),
    Media("arxiv/2601.00066", "iso_10.png", "sorbent_isotherm_low", 700),
    Media("arxiv/2601.00066", "iso_25.png", "sorbent_isotherm_mid", 700),
    Media("arxiv/2601.00066", "iso_40.png", "sorbent_isotherm_high", 700),
    Media("arxiv/2601.00066", "sampler.jpg", "sampler", 900),
    Media("arxiv/2601.00066", "sem.tif", "sorbent_micrograph", 600),
    Media("arxiv/2601.00066", "blank.png", "blank", 600),
    Media("arxiv/2601.00066", "tga.png", "lfs"),
    Media("arxiv/2601.00066", "dsc.png", "empty"),
    Media("arxiv/2601.00066", "bet.eps", "broken"),
    Media("arxiv/2601.00101v1", "img/framework.pdf", "pump_framework"),
    Media("arxiv/2601.00101v1", "img/spectrogram.png", "pump_spectrogram", 840),
    Media("arxiv/2601.00101v2", "img/framework.pdf", "pump_framework"),
    Media("arxiv/2601.00101v2", "img/spectrogram.png", "pump_spectrogram", 840),
    Media("arxiv/2601.00101v2", "img/roc.pdf", "pump_roc"),
    Media("arxiv/2601.00205", "fig/compartments.pdf", "wave_compartments"),
    Media("arxiv/2601.00205", "fig/curve.png", "wave_curve", 1260),
    Media("arxiv/2601.00205", "fig/reproduction.pdf", "wave_reproduction"),
    Media("pmc/PMC9900017", "wrj-07-112-g001.jpg", "cohort_flow", 760),
    Media("pmc/PMC9900017", "wrj-07-112-g001.gif", "cohort_flow", 130),
    Media("pmc/PMC9900017", "wrj-07-112-g002.jpg", "cohort_survival", 760),
    Media("pmc/PMC9900017", "wrj-07-112-g002.gif", "cohort_survival", 130),
    Media("pmc/PMC9900017", "wrj-07-112-g003.jpg", "cohort_forest", 760),
    Media("pmc/PMC9900017", "wrj-07-112-g003.gif", "cohort_forest", 130),
    Media("pmc/PMC9900024.1", "plantdev-12-44-g001.tif", "root_scheme", 620),
    Media("pmc/PMC9900024.1", "plantdev-12-44-g002a.jpg", "root_wild", 520),
    Media("pmc/PMC9900024.1", "plantdev-12-44-g002b.jpg", "root_mutant", 520),
    Media("pmc/PMC9900024.1", "plantdev-12-44-g002c.jpg", "root_rescue", 520),
    Media("pmc/PMC9900024.1", "plantdev-12-44-g003.jpg", "root_growth", 760),
    Media("pmc/PMC9900038.2", "sph-03-9-g001.jpg", "wave_curve", 700, 80),
    Media("pmc/PMC9900038.2", "sph-03-9-g002.jpg", "wave_age", 760),
    Media("pmc/PMC9900042.1", "lakes-20-88-g001.jpg", "lake_map", 800),
    Media("pmc/PMC9900042.1", "lakes-20-88-g002.jpg", "sampler", 900),
    Media("pmc/PMC9900042.1", "lakes-20-88-g003.jpg", "lake_bars", 760),
    Media("pmc/PMC9900042.1", "lakes-20-88-g004.jpg", "river_photo", 900),
    Media("pmc/PMC9900042.1", "lakes-20-88-t002.jpg", "lake_limits", 800),
    Media("pmc/PMC9900058", "gaitlab-1-5-g001.gif", "gait_platform", 560),
    Media("pmc/PMC9900058", "gaitlab-1-5-g002.jpg", "not_available", 480),
    Media("pmc/PMC9900058", "gaitlab-1-5-g004.jpg", "gait_trace", 760),
    Media("pmc/PMC9900058", "gaitlab-1-5-g006.jpg", "gait_sway", 520),
)


def drawing(name: str) -> tuple[Canvas, ...]:
    """Return the pages of a drawing by the name of its function."""
    for module in DRAWINGS:
        if hasattr(module, name):
            pages = getattr(module, name)()
            return pages if isinstance(pages, tuple) else (pages,)
    raise ValueError(f"no module draws {name!r}")


def media_bytes(media: Media) -> bytes:
    """Return the file of a graphics entry, in the format that its extension names."""
    if media.drawing == "lfs":
        return LFS_POINTER
    if media.drawing == "empty":
        return b""
    if media.drawing == "broken":
        return BROKEN_EPS
    if media.drawing == "truncated":
        return raster_bytes(pixels_of(drawing("pooling_loss")[0], 400), "PNG")[:900]
    pages = drawing(media.drawing)
    suffix = PurePosixPath(media.path).suffix.lower()
    if suffix == ".pdf":
        return pdf_bytes(pages)
    if suffix == ".eps":
        return eps_bytes(pages[0])
    if suffix == ".svg":
        return svg_bytes(pages[0])
    return raster_bytes(pixels_of(pages[0], media.width), RASTER[suffix], quality=media.quality)


def paper_media(paper: str) -> dict[str, bytes]:
    """Return the graphics files of a paper by path inside it."""
    return {media.path: media_bytes(media) for media in MEDIA if media.paper == paper}
