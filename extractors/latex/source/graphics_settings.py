r"""What a document says of all its pictures from some place on: \graphicspath, defaults of options and the like."""

from dataclasses import dataclass

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class GraphicsSettings:
    r"""Where pictures are looked for, and the options that hold where a command names none.

    Args:
        folders: those of \graphicspath.
        svg_folders: those of \svgpath.
        suffixes: the order of \DeclareGraphicsExtensions; empty where the driver's holds.
        converted: folders in which epstopdf and svg put what they convert.
        keys: options of \includegraphics, as \setkeys{Gin} sets them.
        box_keys: options of the adjustbox package's commands, as \adjustboxset sets them.
        page_keys: options of \includepdf, as \includepdfset sets them.
    """

    folders: tuple[str, ...] = ()
    svg_folders: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    converted: tuple[str, ...] = ()
    keys: Keys = ()
    box_keys: Keys = ()
    page_keys: Keys = ()


# The name under which the expander notes, as it notes how numbers print, which settings hold from a place on.
SETTINGS_NAME = "scimmirgraphics"
