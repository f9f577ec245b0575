"""Kinds of floats that a paper or its packages make: their environments, names and counters."""

from extractors.latex.source.environments import custom_kind
from extractors.latex.source.options import parse_keys
from extractors.latex.source.scanner import Scanner
from extractors.latex.walk.state import Walk

MAX_KINDS = 100
UNBOUND = frozenset({None, "", "none", "false"})
# Environments that rotating and wrapping packages make of each kind of float.
VARIANTS = ("sideways", "wrap", "margin")


def declare(walk: Walk, environment: str, title: str, outer: str | None) -> None:
    """Add a kind of float with its own counter, and its rotated and wrapped forms."""
    if not environment or len(walk.custom) > MAX_KINDS * (1 + len(VARIANTS)):
        return
    kind = custom_kind(environment, title)
    walk.custom[environment] = (kind, environment)
    for variant in VARIANTS:
        walk.custom.setdefault(variant + environment, (kind, environment))
    walk.style.counters.create(environment, within=outer if outer not in UNBOUND else None)
    walk.names[environment] = title


def new_float(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read float's \newfloat{type}{placement}{extension}[within], or memoir's [within]{type}{extension}{Name}."""
    outer = scan.optional()
    environment = (scan.group() or "").strip()
    scan.group()
    third = scan.group() or ""
    named = outer is not None or walk.style.document_class == "memoir"
    title = third if named else environment.capitalize()
    declare(walk, environment, title, outer or scan.optional())


def declare_environment(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read newfloat's \DeclareFloatingEnvironment, or the caption package's \DeclareCaptionType."""
    scan.star()
    options = parse_keys(scan.optional() or "")
    environment = (scan.group() or "").strip()
    title = scan.optional() or options.get("name") or environment.capitalize()
    scan.optional()
    declare(walk, environment, title, options.get("within"))


def set_up_environment(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read newfloat's \SetupFloatingEnvironment{type}{keys}."""
    environment = (scan.group() or "").strip()
    options = parse_keys(scan.group() or "")
    if "name" in options and environment in {"figure", "table"}:
        setattr(walk.style, environment, options["name"])
    elif "name" in options and environment in walk.custom:
        walk.names[environment] = options["name"]
    if options.get("within") not in UNBOUND:
        walk.style.counters.number_within(environment, options["within"])


def declare_type(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read floatrow's \DeclareNewFloatType{type}{keys} or trivfloat's \trivfloat{type}."""
    environment = (scan.group() or "").strip()
    options = parse_keys(scan.group() or "") if name == "DeclareNewFloatType" else {}
    declare(walk, environment, options.get("name") or environment.capitalize(), options.get("within"))


def declare_contents(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read KOMA-Script's \DeclareNewTOC[type=…,float,name=…]{extension}, which makes a float on demand."""
    options = parse_keys(scan.optional() or "")
    scan.group()
    environment = options.get("type", "")
    if "float" in options or "nonfloat" in options:
        declare(
            walk, environment, options.get("name") or environment.capitalize(), options.get("counterwithin")
        )


def float_name(walk: Walk, name: str, scan: Scanner, at: int) -> None:
    r"""Read \floatname{type}{Name}."""
    counter = (scan.group() or "").strip()
    walk.names[counter] = scan.group() or ""
    for environment, (_, counts) in list(walk.custom.items()):
        if counts == counter:
            walk.custom[environment] = (custom_kind(counter, walk.names[counter]), counter)
