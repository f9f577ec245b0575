"""Which file of the package a graphic's link means."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from extractors.jats.nodes import words

# What to take where one picture is there in several forms: a full-size screen image first, the print
# original next, vector files after them, the GIF that PMC packages hold as a thumbnail last.
_RANKS = {
    ".jpg": 0, ".jpeg": 0, ".png": 0, ".tif": 1, ".tiff": 1, ".webp": 1, ".bmp": 1, ".jp2": 1, ".svg": 2,
    ".svgz": 2, ".pdf": 2, ".eps": 3, ".epsi": 3, ".ps": 3, ".emf": 4, ".wmf": 4, ".gif": 5,
}  # fmt: skip
_NO_IMAGES = frozenset(
    words(
        ".xml .nxml .json .txt .csv .tsv .doc .docx .xls .xlsx .ppt .pptx .zip .gz .tar .rar .7z "
        ".mov .avi .mp4 .mpg .mpeg .wmv .flv .mp3 .wav .html .htm .rtf .tex .bib .md .r .py .m "
        ".fasta .pdb .cif .nex .dtd .xsd .css .js"
    )
)
_UNNAMED_RANK = 1  # a file without a known extension


@dataclass(frozen=True)
class MediaIndex:
    """The package's media files by path, name and stem, all in lower case."""

    folder: str
    files: Mapping[str, bytes]
    paths: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    stems: dict[str, list[str]] = field(default_factory=dict)


def media_index(files: Mapping[str, bytes], article_path: str) -> MediaIndex:
    """Return the index of every file beside the article that may be an image."""
    index = MediaIndex(posixpath.dirname(article_path), files)
    for path in sorted(files):
        lower = path.lower()
        name = lower[lower.rfind("/") + 1 :]
        extension = extension_of(name)
        if path == article_path or extension in _NO_IMAGES:
            continue
        stem = name[: -len(extension)] if extension in _RANKS else name
        index.paths.setdefault(lower, []).append(path)
        index.names.setdefault(name, []).append(path)
        index.stems.setdefault(stem, []).append(path)
    return index


def extension_of(name: str) -> str:
    """Return a file name's extension in lower case with its dot, "" where it has none."""
    name = name[name.rfind("/") + 1 :]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def is_image_name(name: str) -> bool:
    """Return whether the name ends as image files do."""
    return extension_of(name) in _RANKS


def stem_of(name: str) -> str:
    """Return a file's base name in lower case without an image's extension; other dots belong to the stem."""
    name = name[name.rfind("/") + 1 :].lower()
    extension = extension_of(name)
    return name[: -len(extension)] if extension in _RANKS else name


def find_media(index: MediaIndex, link: str) -> str | None:
    """Return the path of the file that a link means, None where the package does not hold it.

    The exact path comes first (but not a GIF beside which a better image of the same stem lies), then the
    path in other case, the file name in any folder, and the stem with another extension or none.
    """
    for target in _readings(link):
        full = posixpath.normpath(posixpath.join(index.folder, target)).lstrip("/")
        exact = next((p for p in (full, target.lstrip("/")) if _is_media(index, p)), None)
        if exact is not None and extension_of(exact) != ".gif":
            return exact
        for found in (index.paths.get(full.lower()), index.names.get(posixpath.basename(target).lower())):
            if exact is None and found and extension_of(found[0]) != ".gif":
                return _best(index, found)
        found = index.stems.get(stem_of(target))
        if found:
            return _best(index, found)
    return None


def _is_media(index: MediaIndex, path: str) -> bool:
    return path in index.files and path in index.paths.get(path.lower(), ())


def rank_of(index: MediaIndex, path: str) -> tuple[bool, int, int]:
    """Return a file's place among several forms of one picture: the smallest tuple is the best."""
    size = len(index.files[path])
    return (size == 0, _RANKS.get(extension_of(path), _UNNAMED_RANK), -size)


def _best(index: MediaIndex, found: list[str]) -> str:
    here = index.folder + "/" if index.folder else ""
    return min(found, key=lambda p: (not p.startswith(here), *rank_of(index, p), p))


def _readings(link: str) -> list[str]:
    """Return the file paths that a link may mean: as written, and without what URLs put around a name."""
    plain = link.replace("\\", "/").strip()
    for scheme in ("file://", "info:doi/", "doi:"):
        if plain.lower().startswith(scheme):
            plain = plain[len(scheme) :]
    readings = [plain]
    if "://" in plain:
        readings[0] = plain = posixpath.basename(plain.split("?")[0].split("#")[0])
    if "%" in plain:
        readings.append(unquote(plain))
    if "?" in plain or "#" in plain:
        readings.append(plain.split("?")[0].split("#")[0])
    return [r for r in readings if posixpath.basename(r.rstrip("/"))]
