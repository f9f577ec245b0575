"""Which file a graphics command shows, which part of it, and how."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from extractors.latex.source.changes import (
    Changes,
    cutting,
    folded,
    option_changes,
    pruned,
)
from extractors.latex.source.graphics_settings import GraphicsSettings, Keys
from extractors.latex.source.options import (
    degrees,
    fraction,
    key_list,
    lengths,
    sides,
    truth,
    whole,
)
from extractors.latex.source.scanner import Scanner
from extractors.latex.source.shields import UNSHIELD
from schemas.floats import Graphic

PSANGLE = re.compile(r"\bangle\s*=\s*([-+.\d]+)")
ADJUSTED = frozenset({"adjustincludegraphics", "adjincludegraphics", "adjustimage"})
PAGE_BOXES = frozenset({"mediabox", "bleedbox", "trimbox", "artbox"})
BOX_CORNERS = ("bbllx", "bblly", "bburx", "bbury")
PSFILE = re.compile(r"psfile\s*=\s*\"?([^\s\"]+)")


@dataclass(frozen=True)
class Shown:
    """A graphics command: the name it gives and the options that change what is seen.

    `trim` and `viewport` cut the file itself; `changes` follow, in order.
    """

    name: str
    page: int = 1
    page_box: str | None = None
    trim: tuple[float, ...] | None = None
    viewport: tuple[float, ...] | None = None
    changes: Changes = ()
    width: float = 0.0
    svg: bool = False


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
        "pgfuseimage",
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
        "boxedfig",
        "rotatefig",
        "FIG",
        "special",
        "animategraphics",
        "BoxedEPSF",
    ]
)


def clean_name(name: str) -> str:
    """Return a file name without TeX's quotes, braces and shields."""
    name = re.sub(r"\\(?:detokenize|string|protect|jobname|relax|space)\s*", "", name)
    name = (
        name.replace("\\_", "_").replace("\\%", "%").replace("\\#", "#").replace("\\&", "&").replace("~", " ")
    )
    name = re.sub(r'[{}"]', "", name).translate(UNSHIELD)
    return re.sub(r"\s+", " ", name.replace("\\", "/")).strip()


def read_command(
    scan: Scanner,
    name: str,
    settings: GraphicsSettings | None = None,
    named: Callable[[str], str] = str,
) -> list[Shown]:
    """Return what a graphics command shows; `scan` stands behind its name and moves past its arguments.

    Args:
        scan: the text.
        name: the command's.
        settings: what holds here of all pictures.
        named: what is known of commands in a file's name, such as counters.
    """
    settings = settings or GraphicsSettings()
    if name in {
        "plotone",
        "plottwo",
        "plotfiddle",
        "epsffile",
        "epsfbox",
        "BoxedEPSF",
        "special",
        "rotatefig",
    }:
        return _old_command(scan, name, named)
    if name in {"epsfig", "psfig"}:
        pairs = key_list(scan.argument())
        keys = {key.lower(): value for key, value in pairs}
        file = clean_name(named(keys.get("file") or keys.get("figure") or keys.get("filename") or ""))
        return [with_options(file, (*settings.keys, *pairs))] if file else []
    if name == "animategraphics":
        return _first_frame(scan, named)
    starred = scan.star() or scan.text[scan.pos - 1 : scan.pos] == "*"
    if scan.peek() == "<":  # beamer's overlays
        scan.optional("<", ">")
    options = scan.optional() or ""
    second = scan.optional()
    if name == "adjustimage":
        options = scan.argument()
    pairs = key_list(options)
    if second is not None:
        corners = lengths(options + " " + second)
        pairs = [("bb", options + " " + second)] if corners else key_list(second)
    file = clean_name(named(scan.argument()))
    if name in {"fig", "boxedfig", "leftfig", "rightfig"}:
        scan.argument(), scan.argument()
    if not file:
        return []
    if name == "includepdf":
        return [_page(file, (*settings.page_keys, *pairs))]
    if name == "includestandalone":
        return [Shown(file)]
    if name == "includesvg":
        return [replace(with_options(file, pairs), svg=True)]
    defaults = (*settings.keys, *settings.box_keys) if name in ADJUSTED else settings.keys
    return [with_options(file, (*defaults, *pairs), clip=starred)]


def _old_command(scan: Scanner, name: str, named: Callable[[str], str]) -> list[Shown]:
    if name == "special":
        content = scan.argument()
        file, angle = PSFILE.search(content), PSANGLE.search(content)
        return [Shown(clean_name(named(file[1])), changes=turn(angle[1] if angle else ""))] if file else []
    scan.optional()
    degrees_first = scan.argument() if name == "rotatefig" else ""
    first = clean_name(named(scan.argument()))
    if name == "plottwo":
        second = clean_name(named(scan.argument()))
        return [Shown(n, width=0.48) for n in (first, second) if n]
    if name == "BoxedEPSF":
        first = first.partition(" ")[0]
    turned = turn(degrees_first)
    if name == "plotfiddle":
        turned = turn([scan.argument() for _ in range(6)][1])
    if name == "rotatefig":
        scan.argument(), scan.argument()
    return [Shown(first, changes=turned)] if first else []


def turn(angle: str) -> Changes:
    """Return the change that turns by so many degrees."""
    return (f"turn {degrees(angle):g}",) if degrees(angle) else ()


def _first_frame(scan: Scanner, named: Callable[[str], str]) -> list[Shown]:
    """Return what an animation shows first: its files are numbered, or it is one file of several pages."""
    pairs = key_list(scan.optional() or "")
    scan.argument()
    base, first = clean_name(named(scan.argument())), scan.argument().strip()
    scan.argument()
    return [with_options(base + first, pairs)] if base else []


def _page(file: str, pairs: Sequence[tuple[str, str]]) -> Shown:
    keys = {key.lower(): value for key, value in pairs}
    shown = with_options(file, [(k, v) for k, v in pairs if k not in {"scale", "width", "height", "page"}])
    return replace(shown, page=whole(keys.get("pages", keys.get("page", "1")), 1))


def with_options(file: str, pairs: Sequence[tuple[str, str]] | Keys, *, clip: bool = False) -> Shown:
    """Return a file as options show it: where one is given twice, the last counts, but every turn is made."""
    keys = {key.lower(): value for key, value in pairs}
    clip = truth(keys["clip"]) if "clip" in keys else clip
    trim, viewport, first = cut_of(keys) if clip else (None, None, ())
    return Shown(
        file,
        page=whole(keys.get("page", "1"), 1),
        page_box=page_box(keys.get("pagebox", "")),
        trim=trim,
        viewport=viewport,
        changes=(*first, *option_changes(pairs)),
        width=fraction(keys.get("width", "")),
    )


def page_box(value: str) -> str | None:
    """Return the box of a PDF page that an option names, None for the crop box, as the engines take it."""
    name = value.strip(" {}").lower()
    return name if name in PAGE_BOXES else None


def cut_of(keys: dict[str, str]) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, Changes]:
    """Return trim and viewport in big points, and as a change what big points of the file do not say."""
    if all(corner in keys for corner in BOX_CORNERS):
        keys = {**keys, "bb": " ".join(keys[corner] for corner in BOX_CORNERS)}
    first: list[str] = []
    if "bb" in keys and lengths(keys["bb"]) is not None:
        first.append("bounds " + " ".join(f"{v:g}" for v in lengths(keys["bb"]) or ()))
    plain: dict[str, tuple[float, ...] | None] = {"trim": None, "viewport": None}
    for key in ("viewport", "trim"):
        numbers = sides(keys[key]) if key in keys else None
        if numbers is None:
            continue
        if any(n.endswith(("w", "h")) for n in numbers):
            first += cutting(keys[key], corners=key == "viewport")
        else:
            plain[key] = tuple(float(n) for n in numbers)
    return plain["trim"], plain["viewport"], tuple(first)


def graphic(path: str, shown: Shown, row: int, *, by_name: bool = False) -> Graphic:
    """Return a found file as a float uses it."""
    bounds = shown.changes[:1] if shown.changes[:1] and shown.changes[0].startswith("bounds") else ()
    angle, changes = folded(0.0, pruned(shown.changes[len(bounds) :]))
    return Graphic(
        path=path,
        page=shown.page,
        page_box=shown.page_box,
        trim=shown.trim if shown.trim is None or any(shown.trim) else None,
        viewport=shown.viewport,
        angle=angle,
        changes=(*bounds, *changes),
        exif=False,
        found_by_name=by_name,
        row=row,
    )
