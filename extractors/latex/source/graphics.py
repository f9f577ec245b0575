"""Which file a graphics command shows, and which part of it."""

import posixpath
import re
from dataclasses import dataclass, replace

from extractors.latex.source.project import Project
from extractors.latex.source.scanner import Scanner
from extractors.latex.source.shields import UNSHIELD
from schemas.floats import Graphic

# The order of pdfTeX's driver, then what latex+dvips takes, then what only later stages can read.
EXTENSIONS = (
    ".pdf", ".png", ".jpg", ".mps", ".jpeg", ".jbig2", ".jb2", ".PDF", ".PNG", ".JPG", ".JPEG",
    ".eps", ".ps", ".epsi", ".eps.gz", ".ps.gz", ".svg", ".gif", ".tif", ".tiff", ".bmp", ".webp",
)  # fmt: skip
KNOWN = tuple(sorted({e.lower() for e in EXTENSIONS}, key=len, reverse=True))
POINTS = {
    "bp": 1.0, "pt": 72 / 72.27, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "pc": 12 * 72 /
    72.27, "dd": 1238 / 1157 * 72 / 72.27, "px": 1.0, "em": 10.0, "ex": 4.3, "sp": 72 / 72.27 /
    65536,
}  # fmt: skip
LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))\s*(?:true\s*)?([a-z]{2})?\s*")
FRACTION = re.compile(
    r"(\d*\.?\d*)\s*\\(textwidth|linewidth|columnwidth|hsize|paperwidth|figurewidth|textwith)"
)
PSFILE = re.compile(r"psfile\s*=\s*\"?([^\s\"]+)")
DIVIDED = re.compile(r"\\(?:textwidth|linewidth|columnwidth|hsize)\s*/\s*(\d+\.?\d*)")


@dataclass(frozen=True)
class Shown:
    """A graphics command: the name it gives and the options that change what is seen."""

    name: str
    page: int = 1
    trim: tuple[float, ...] | None = None
    viewport: tuple[float, ...] | None = None
    angle: float = 0.0
    width: float = 0.0


GRAPHICS_COMMANDS = frozenset(
    [
        "includegraphics",
        "includesvg",
        "includepdf",
        "epsfig",
        "psfig",
        "epsfbox",
        "epsffile",
        "plotone",
        "plottwo",
        "plotfiddle",
        "pgfimage",
        "adjustincludegraphics",
        "adjustimage",
        "includegraphicx",
        "figbox",
        "pstool",
        "psfragfig",
        "includeinkscape",
        "incgraph",
        "includestandalone",
        "fig",
        "leftfig",
        "rightfig",
        "adjincludegraphics",
        "FIG",
        "special",
        "animategraphics",
        "BoxedEPSF",
    ]
)


def parse_keys(options: str) -> dict[str, str]:
    """Return `key=value` options; braces keep commas together; keys without value hold `true`."""
    found: dict[str, str] = {}
    depth, start, escaped = 0, 0, False
    for i, char in enumerate(options + ","):
        if escaped or char == "\\":
            escaped = not escaped
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == "," and depth <= 0:
            key, sign, value = options[start:i].partition("=")
            start = i + 1
            if key.strip():
                value = value.strip()
                if value.startswith("{") and value.endswith("}"):
                    value = value[1:-1]
                found[key.strip().lower()] = value if sign else "true"
    return found


def fraction(text: str) -> float:
    """Return a width as a share of the line, 0 where it is given in other units."""
    divided = DIVIDED.search(text)
    if divided:
        return min(5.0, 1 / max(0.05, float(divided[1])))
    match = FRACTION.search(text)
    if match is None:
        return 0.0
    number = match[1]
    return min(5.0, float(number)) if number and number != "." else 1.0


def lengths(text: str) -> tuple[float, ...] | None:
    """Return four lengths in big points, None where they are not four plain lengths."""
    values = []
    for match in LENGTH.finditer(text.replace(",", " ")):
        values.append(round(float(match[1]) * POINTS.get(match[2] or "bp", 1.0), 3))
    return tuple(values) if len(values) == 4 else None


def clean_name(name: str) -> str:
    """Return a file name without TeX's quotes, braces and shields."""
    name = re.sub(r"\\(?:detokenize|string|protect|jobname|relax|space)\s*", "", name)
    name = (
        name.replace("\\_", "_").replace("\\%", "%").replace("\\#", "#").replace("\\&", "&").replace("~", " ")
    )
    name = re.sub(r'[{}"]', "", name).translate(UNSHIELD)
    return re.sub(r"\s+", " ", name.replace("\\", "/")).strip()


def read_command(scan: Scanner, name: str) -> list[Shown]:
    """Return what a graphics command shows; `scan` stands behind its name and moves past its arguments."""
    if name in {"plotone", "plottwo", "plotfiddle", "epsffile", "epsfbox", "BoxedEPSF"}:
        return _old_command(scan, name)
    if name == "special":
        named = PSFILE.search(scan.argument())
        return [Shown(clean_name(named[1]))] if named else []
    if name in {"epsfig", "psfig"}:
        keys = parse_keys(scan.argument())
        file = keys.get("file") or keys.get("figure") or keys.get("filename") or ""
        return [_with_options(Shown(clean_name(file)), keys)] if file else []
    if name == "animategraphics":
        return _first_frame(scan)
    scan.star()
    if scan.peek() == "<":  # beamer's overlays
        scan.optional("<", ">")
    options = scan.optional() or ""
    second = scan.optional()
    if name == "adjustimage":
        options = scan.argument()
    keys = parse_keys(options)
    if second is not None:
        corners = lengths(options + " " + second)
        keys = {"viewport": options + " " + second} if corners else parse_keys(second)
    file = clean_name(scan.argument())
    if not file:
        return []
    if name == "includepdf":
        return [Shown(file, page=_integer(keys.get("pages", keys.get("page", "1")).strip("{} "), 1))]
    if name == "fig":
        scan.argument(), scan.argument()
    if name == "includestandalone":
        keys = {}
    return [_with_options(Shown(file), keys)]


def _old_command(scan: Scanner, name: str) -> list[Shown]:
    corners = scan.optional()
    first = clean_name(scan.argument())
    if name == "epsfbox":
        return [Shown(first, viewport=lengths(corners) if corners else None)] if first else []
    if name == "plottwo":
        second = clean_name(scan.argument())
        return [Shown(n, width=0.48) for n in (first, second) if n]
    if name == "BoxedEPSF":
        first = first.partition(" ")[0]
    if name == "plotfiddle":
        for _ in range(6):
            scan.argument()
    return [Shown(first)] if first else []


def _first_frame(scan: Scanner) -> list[Shown]:
    """Return what an animation shows first: its files are numbered, or it is one file of several pages."""
    keys = parse_keys(scan.optional() or "")
    scan.argument()
    base, first = clean_name(scan.argument()), scan.argument().strip()
    scan.argument()
    return [_with_options(Shown(base + first), keys)] if base else []


def _with_options(shown: Shown, keys: dict[str, str]) -> Shown:
    clip = keys.get("clip", "false").strip().lower() != "false"
    trim = lengths(keys["trim"]) if "trim" in keys and clip else None
    view = next((keys[k] for k in ("viewport", "bb") if k in keys), None)
    viewport = lengths(view) if view and (clip or "viewport" in keys) else None
    width = fraction(keys.get("width", ""))
    return replace(
        shown,
        page=_integer(keys.get("page", "1"), 1),
        trim=trim,
        viewport=viewport,
        angle=_angle(keys.get("angle", "0")),
        width=width,
    )


def _integer(text: str, default: int) -> int:
    match = re.match(r"\s*(\d{1,6})", text)
    return max(1, int(match[1])) if match else default


def _angle(text: str) -> float:
    match = re.match(r"\s*([+-]?\d{1,6}(?:\.\d{0,6})?)", text)
    return float(match[1]) if match else 0.0


def stored_path(project: Project, name: str, folder: str = "") -> str | None:
    r"""Return the stored file that a graphics name means under TeX's rules, None where there is none.

    `folder` is that of the file which names it, where \import or \subfile made names relative to it.
    """
    if folder:
        inner = replace(project, main=f"{folder}/{posixpath.basename(project.main)}")
        found = stored_path(inner, name)
        if found is not None:
            return found
    folders = [project.main_dir + d if not d.startswith("/") else d for d in project.graphics_dirs]
    folders = [f if not f or f.endswith("/") else f + "/" for f in folders]
    places = tuple(dict.fromkeys([project.main_dir, *folders, *project.graphics_dirs, ""]))
    lower = name.lower()
    suffixed = any(lower.endswith(e) for e in KNOWN)
    if suffixed:
        found = project.find(name, folders=places, suffixes=("",))
        if found is not None:
            return found
        stem = name[: -len(next(e for e in KNOWN if lower.endswith(e)))]
        if stem and not stem.endswith("/"):
            found = project.find(stem, folders=places, suffixes=EXTENSIONS)
            if found is not None:
                return found
    found = project.find(name, folders=places, suffixes=(*project.graphics_suffixes, *EXTENSIONS))
    if found is None and not suffixed and posixpath.splitext(name)[1]:
        found = project.find(name, folders=places, suffixes=("",))
    if found is None and " " in name:
        found = stored_path(project, name.replace(" ", ""))
    return found


def graphic(path: str, shown: Shown, row: int) -> Graphic:
    """Return a found file as a float uses it."""
    return Graphic(
        path=path,
        page=shown.page,
        trim=shown.trim if shown.trim is None or any(shown.trim) else None,
        viewport=shown.viewport,
        angle=shown.angle,
        row=row,
    )
