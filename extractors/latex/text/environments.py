"""Environments in running text: formulae and lists print, the borders of others vanish."""

from extractors.latex.source.environments import PICTURES
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.characters import DROPPED
from extractors.latex.text.lists import Lists, list_length
from extractors.latex.text.maths import formula
from extractors.latex.text.shapes import ENVIRONMENT_SHAPES, MATH_ENVIRONMENTS, SHAPES
from extractors.latex.text.writer import Writer


def border(to: Writer, lists: Lists, scan: Scanner, name: str, depth: int) -> str:
    r"""Return the formula of a mathematical environment; of others, what stands for \begin or \end."""
    environment = scan.argument().strip()
    bare = environment.rstrip("*")
    if name == "begin" and bare in MATH_ENVIRONMENTS:
        if bare in {"alignat", "IEEEeqnarray", "array"}:
            scan.optional()
            scan.group()
        stop = "\\end{" + environment + "}"
        return " " + formula.read(to, scan, depth + 1, stop=stop) + " "
    if name == "end" and environment in PICTURES:
        return DROPPED
    if lists.family(environment) is not None:
        _list_border(lists, scan, name, environment)
    elif name == "begin":
        _skip_arguments(scan, environment, bare)
    return " "


def _skip_arguments(scan: Scanner, environment: str, bare: str) -> None:
    """Move past what an environment takes before its content."""
    shape = ENVIRONMENT_SHAPES.get(environment) or ENVIRONMENT_SHAPES.get(bare)
    if shape is None and bare in SHAPES:  # a command used as an environment, such as rotatebox
        shape = SHAPES[bare].partition("t")[0]
    for letter in shape or "":
        if letter == "m":  # a group, never one token of what follows
            scan.group()
        else:
            scan.skip(letter)


def _list_border(lists: Lists, scan: Scanner, name: str, environment: str) -> None:
    """Open or close a list, whose items then print their marks."""
    if name == "end":
        lists.end(environment)
        return
    option = scan.optional()
    label = ""
    if environment == "list":
        label, _ = scan.argument(), scan.argument()
    lists.begin(environment, option, label=label, length=list_length(scan.text, scan.pos))
