r"""Primitives that say of all pictures from here on where they are and how they are shown."""

import re
from dataclasses import replace

from extractors.latex.expansion.declarations.notes import announce
from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.files.inputs import find_input, open_file
from extractors.latex.expansion.files.names import expand_name, expanded, read_name
from extractors.latex.source.finding import stored_path
from extractors.latex.source.graphics_settings import SETTINGS_NAME, GraphicsSettings, Keys
from extractors.latex.source.options import key_list, parse_keys

DRIVEN = frozenset({"graphicx", "graphics", "epsfig"})
CONVERTERS = frozenset({"epstopdf", "svg"})
MAX_FOLDERS = 50
MAX_SETTINGS = 5_000
FOLDER = re.compile(r"\{([^{}]*)\}")
RESET_KEYS = frozenset({"trim", "viewport", "bb"})


def current(ex: Expander) -> GraphicsSettings:
    """Return the settings that hold here."""
    return ex.project.graphics[int(ex.scopes.printed.get(SETTINGS_NAME, "0"))]


def hold(ex: Expander, settings: GraphicsSettings) -> None:
    """Let settings hold from here until the group or environment ends."""
    known = ex.project.graphics
    if settings not in known:
        if len(known) >= MAX_SETTINGS:
            return
        known.append(settings)
    announce(ex, SETTINGS_NAME, str(known.index(settings)))


def folders(ex: Expander) -> tuple[str, ...]:
    r"""Return the folders of {{a/}{b/}}, and of the wrong but common form without inner braces."""
    content = ex.input.read_argument() or ""
    if "\\" in content:
        content = expanded(ex, content)
    inner = FOLDER.findall(content) or [content]
    return tuple(expand_name(ex, part).strip('" ') for part in inner[:MAX_FOLDERS])


def graphics_path(ex: Expander, name: str) -> None:
    r"""Read \graphicspath or \svgpath."""
    if name == "graphicspath":
        hold(ex, replace(current(ex), folders=folders(ex)))
    else:
        hold(ex, replace(current(ex), svg_folders=folders(ex)))


def extensions(ex: Expander, name: str) -> None:
    r"""Read \DeclareGraphicsExtensions and grfext's commands: the order in which suffixes are tried."""
    ex.input.read_star()
    listed = expand_name(ex, ex.input.read_argument() or "").split(",")
    wanted = tuple(n.strip() for n in listed[:30] if n.strip().startswith("."))
    before = tuple(e for e in current(ex).suffixes if e not in wanted)
    if name.startswith("Prepend"):
        wanted += before
    elif name.startswith("Append"):
        wanted = before + wanted if before else ()
    elif name.startswith("Remove"):
        wanted = before
    hold(ex, replace(current(ex), suffixes=wanted))


def set_keys(ex: Expander, name: str) -> None:
    r"""Read \setkeys{Gin}{width=…}: options of every picture that follows; other families are left out."""
    ex.input.read_star()
    families, given = ex.input.read_argument() or "", ex.input.read_argument() or ""
    if name == "presetkeys":
        ex.input.read_argument()
    if "Gin" in [family.strip() for family in families.split(",")]:
        # graphicx makes a box for each angle at once: set here it turns nothing.
        hold(ex, replace(current(ex), keys=merged(current(ex).keys, given, without=("angle", "origin"))))


def set_boxes(ex: Expander, name: str) -> None:
    r"""Read \adjustboxset{…} or \includepdfset{…}."""
    ex.input.read_star()
    given = ex.input.read_argument() or ""
    if name == "adjustboxset":
        hold(ex, replace(current(ex), box_keys=merged(current(ex).box_keys, given)))
    else:
        hold(ex, replace(current(ex), page_keys=merged(current(ex).page_keys, given)))


def merged(before: Keys, given: str, without: tuple[str, ...] = ()) -> Keys:
    """Return the options that hold once some were set: of one name the last, of a part the last that names it."""
    new = [pair for pair in key_list(given) if pair[0] not in without]
    names = {key for key, _ in new}
    if names & RESET_KEYS:
        names |= RESET_KEYS
    return (*(pair for pair in before if pair[0] not in names), *new)


def converters(ex: Expander, name: str) -> None:
    r"""Read \epstopdfsetup{outdir=…} or \svgsetup{inkscapepath=…}: where converted pictures are put."""
    note_converted(ex, ex.input.read_argument() or "")


def note_converted(ex: Expander, options: str) -> None:
    """Keep the folder that a converter's options name."""
    keys = parse_keys(options)
    named = [keys[k] for k in ("outdir", "inkscapepath", "svgextractpath", "extractpath") if k in keys]
    places = tuple(expand_name(ex, n).rstrip("/") + "/" for n in named if n)
    if places:
        hold(ex, replace(current(ex), converted=places + current(ex).converted))


def include_standalone(ex: Expander, name: str) -> None:
    r"""Read standalone's \includestandalone[options]{file}: its picture where there is one, else its source."""
    options = ex.input.read_optional()
    wanted = read_name(ex)
    if stored_path(ex.project, wanted, current(ex)) is None:
        path = find_input(ex, wanted)
        if path is not None:
            open_file(ex, path)
            return
    shown = f"[{options}]" if options is not None else ""
    ex.output.emit(f"\\includestandalone{shown}{{{wanted}}}")


def package_options(ex: Expander, package: str, options: str, *, is_class: bool) -> None:
    """Keep what a package's or class's options say of pictures: the driver, and where converted ones are put."""
    if "dvips" in [o.strip() for o in options.split(",")] and (is_class or package in DRIVEN):
        ex.project.dvips = True
    if package in CONVERTERS and options:
        note_converted(ex, options)


GRAPHICS_HANDLERS: dict[str, Handler] = {
    "includestandalone": include_standalone,
    **dict.fromkeys(("graphicspath", "svgpath"), graphics_path),
    **dict.fromkeys(
        (
            "DeclareGraphicsExtensions",
            "PrependGraphicsExtensions",
            "AppendGraphicsExtensions",
            "RemoveGraphicsExtensions",
        ),
        extensions,
    ),
    **dict.fromkeys(("setkeys", "presetkeys"), set_keys),
    **dict.fromkeys(("adjustboxset", "includepdfset"), set_boxes),
    **dict.fromkeys(("epstopdfsetup", "svgsetup"), converters),
}
