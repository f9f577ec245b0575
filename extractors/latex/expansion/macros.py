"""A TeX macro as text: what arguments it takes and what it leaves behind."""

import re
from dataclasses import dataclass, field

from extractors.latex.text.characters import DROPPED

PARAMETER = re.compile(r"#(#|[1-9])")
CONTROL_WORD_END = re.compile(r"\\[A-Za-z@]+\Z")
# What stands for an argument that is absent: where it is printed untested, nothing is to be read.
NO_VALUE = DROPPED


@dataclass(frozen=True)
class Argument:
    """One parameter: how it is delimited, and what stands for it when it is absent.

    `kind` is m (mandatory), o (in `open`/`close`, may be absent), x (the same with brackets nested), s (a star),
    t (one optional character), d (everything up to the literal `close`), g (an optional group), e (an argument
    behind the sign `open`, one of `signs`), v (verbatim) or l (everything up to a brace). `tight` forbids blanks
    ahead of it; `processors` change the value.
    """

    kind: str = "m"
    open: str = "["
    close: str = "]"
    default: str = NO_VALUE
    signs: tuple[str, ...] = ()
    tight: bool = False
    processors: tuple[str, ...] = ()


@dataclass
class Macro:
    """A macro or the opening half of an environment; `pieces` is its body cut at the parameters."""

    arguments: tuple[Argument, ...] = ()
    body: str = ""
    prefix: str = ""
    end_body: str = ""
    takes_body: bool = False
    from_package: bool = False
    protected: bool = False
    _pieces: list[str | int] | None = field(default=None, repr=False)

    def pieces(self) -> list[str | int]:
        """Return the body as literal strings and parameter numbers, split on first use."""
        if self._pieces is None:
            self._pieces = split_parameters(self.body)
        return self._pieces


@dataclass(frozen=True)
class Alias:
    r"""A name that \let made a synonym of a command which is not a macro; `handler` acts on it, where one does."""

    target: str
    handler: object = None


@dataclass(frozen=True)
class Printed:
    r"""How \\the<counter> or a name was printed before a scope changed it; None where the class decides."""

    body: str | None


def split_parameters(body: str) -> list[str | int]:
    """Return `body` as alternating literal text and parameter numbers; `##` is a literal `#`."""
    pieces: list[str | int] = []
    last = 0
    for match in PARAMETER.finditer(body):
        pieces.append(body[last : match.start()])
        pieces.append("#" if match[1] == "#" else int(match[1]))
        last = match.end()
    pieces.append(body[last:])
    return pieces


def glued(left: str, right: str) -> bool:
    """Return whether joining the two strings would lengthen a control word that `left` ends in."""
    if not right or not left or not left[-1].isalpha() or not right[0].isalpha():
        return False
    return CONTROL_WORD_END.search(left, max(0, len(left) - 80)) is not None


def substitute(pieces: list[str | int], arguments: list[str]) -> str:
    """Return the body with its parameters replaced, keeping control words apart from what follows them."""
    if len(pieces) == 1:
        return str(pieces[0])
    parts: list[str] = []
    for piece in pieces:
        text = piece if isinstance(piece, str) else arguments[piece - 1] if piece <= len(arguments) else ""
        if not text:
            continue
        if parts and glued(parts[-1], text):
            parts.append(" ")
        parts.append(text)
    return "".join(parts)


def latex_arguments(count: int, default: str | None) -> tuple[Argument, ...]:
    r"""Return the parameters of \newcommand's `[count][default]`."""
    count = max(0, min(count, 9))
    if default is None or count == 0:
        return (Argument(),) * count
    return (Argument(kind="o", default=default), *((Argument(),) * (count - 1)))


def def_arguments(pattern: str) -> tuple[str, tuple[Argument, ...]]:
    r"""Return the literal prefix and the parameters of \def's parameter text."""
    parts = re.split(r"#[1-9]", pattern)
    prefix = parts[0].strip()
    arguments: list[Argument] = []
    for delimiter in parts[1:]:
        delimiter = delimiter.rstrip("#")
        if delimiter.strip() or (delimiter and " " in delimiter):
            arguments.append(Argument(kind="d", close=delimiter.strip() or " "))
        else:
            arguments.append(Argument())
    return prefix, tuple(arguments)
