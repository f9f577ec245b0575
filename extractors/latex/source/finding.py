r"""Which stored file a graphics name means: TeX's rules, then converters' names, then one file of that name."""

import posixpath
import re
from collections.abc import Collection, Iterable, Sequence

from extractors.latex.source.graphics_settings import GraphicsSettings
from extractors.latex.source.project import Project, normal_path

# The order of pdfTeX's driver, then what latex+dvips takes, then what only later stages can read.
EXTENSIONS = (
    ".pdf", ".png", ".jpg", ".mps", ".jpeg", ".jbig2", ".jb2", ".PDF", ".PNG", ".JPG", ".JPEG",
    ".eps", ".ps", ".epsi", ".eps.gz", ".ps.gz", ".svg", ".gif", ".tif", ".tiff", ".bmp", ".webp",
)  # fmt: skip
DVIPS_EXTENSIONS = (".eps", ".ps", ".eps.gz", ".ps.gz", ".mps")
KNOWN = tuple(sorted({e.lower() for e in EXTENSIONS}, key=len, reverse=True))
CONVERTED = re.compile(r"(.+)-([a-z]{2,4})-converted-to\Z")
CONVERTED_TO = (".pdf", ".png", ".jpg", ".eps")
SVG_EXPORTS = ("_svg-tex.pdf", "_svg-raw.pdf", "-tex.pdf", "-raw.pdf", "_svg-tex.eps", "_svg-tex.png", ".pdf")
SVG_FOLDERS = ("svg-inkscape/", "svg-extract/")


def stored_path(
    project: Project,
    name: str,
    settings: GraphicsSettings | None = None,
    *,
    folder: str = "",
    svg: bool = False,
) -> str | None:
    r"""Return the stored file that a graphics name means, None where there is none.

    Args:
        project: the paper's files.
        name: as the command gives it.
        settings: what holds where the command stands.
        folder: that of the file which names it, where \import or \subfile made names relative to it.
        svg: whether the svg package shows it.
    """
    settings = settings or GraphicsSettings()
    bases = [folder + "/", project.main_dir] if folder else [project.main_dir]
    for base in bases:
        found = _found_from(project, name, settings, base, svg)
        if found is not None:
            return found
    return (
        stored_path(project, name.replace(" ", ""), settings, folder=folder, svg=svg) if " " in name else None
    )


def _found_from(project: Project, name: str, settings: GraphicsSettings, base: str, svg: bool) -> str | None:
    listed = (*settings.svg_folders, *settings.folders) if svg else settings.folders
    # TeX puts folder and name together as they stand: an author may mean a prefix, or have left the slash out.
    folders = [f for d in listed for f in ((d,) if not d or d.endswith("/") else (d, d + "/"))]
    inner = [d if d.startswith("/") else base + d for d in folders]
    places = tuple(dict.fromkeys([base, *inner, *folders, ""]))
    suffix = known_suffix(name)
    stem = name[: len(name) - len(suffix)] if suffix else name
    if not stem or stem.endswith("/"):
        return None
    order = ((".svg",) if svg else ()) + (settings.suffixes or suffix_order(project)) + EXTENSIONS
    exact = [name] if suffix else []
    exact += [name + e for e in order]
    if not suffix and posixpath.splitext(name)[1]:
        exact.append(name)
    found = first(project, places, exact)
    if found is None:
        converted = [base + d for d in settings.converted] + [base + d for d in SVG_FOLDERS if svg]
        found = first(project, (*places, *converted), converted_names(stem, suffix, svg))
    if found is None and suffix:
        found = first(project, places, [stem + e for e in order])
    return found


def suffix_order(project: Project) -> tuple[str, ...]:
    """Return the suffixes that the paper's engine tries first, where that is not pdfTeX."""
    return DVIPS_EXTENSIONS if project.dvips else ()


def known_suffix(name: str) -> str:
    """Return the suffix of a graphics file's name, as it stands there; empty where it has none that counts."""
    lower = name.lower()
    length = next((len(e) for e in KNOWN if lower.endswith(e)), 0)
    return name[len(name) - length :] if length else ""


def converted_names(stem: str, suffix: str, svg: bool) -> list[str]:
    """Return the names that converters give to what they make of a file, and the name of what was converted."""
    kinds = [suffix.lstrip(".").lower()] if suffix else ["eps", "ps", "tif", "gif", "svg"]
    names = [f"{stem}-{kind}-converted-to{e}" for kind in kinds for e in CONVERTED_TO]
    if svg or suffix.lower() == ".svg":
        names += [stem + e for e in SVG_EXPORTS]
    made = CONVERTED.match(stem)
    return [*names, f"{made[1]}.{made[2]}"] if made else names


def first(project: Project, places: Sequence[str], names: Iterable[str]) -> str | None:
    """Return the first name that is a file, each tried in all places, as LaTeX does; case counts at first."""
    paths = list(dict.fromkeys(normal_path(place + name) for name in names for place in places))
    stored = next((p for p in paths if p and (p in project.files or p in project.extra)), None)
    if stored is not None:
        return stored
    return next((s for p in paths if p and (s := project.exists(p)) is not None), None)


def path_by_name(project: Project, name: str, shown: Collection[str]) -> str | None:
    """Return the one file of the paper that has this name in whatever folder; None where two fit or none.

    A file that is shown elsewhere under its right name is another picture, unless this name ends in its path.

    Args:
        project: the paper's files.
        name: as the command gives it, with a folder that is wrong here.
        shown: the files that other commands of the paper name rightly.
    """
    base = posixpath.basename(name.rstrip("/")).strip().lower()
    suffix = known_suffix(base)
    stem = base[: len(base) - len(suffix)] if suffix else base
    if not stem:
        return None
    tail = "/" + normal_path(name).lower()

    def fitting(wanted: Collection[str]) -> list[str]:
        return [
            path
            for one in wanted
            for path in project.named(one)
            if path not in shown or tail.endswith("/" + path.lower())
        ]

    order = [*suffix_order(project), *EXTENSIONS]
    for wanted in ([base] if suffix else [], list(dict.fromkeys(stem + e.lower() for e in order))):
        found = fitting(wanted)
        if found:
            return found[0] if len({posixpath.dirname(path) for path in found}) == 1 else None
    return None
