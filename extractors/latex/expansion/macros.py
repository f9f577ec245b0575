"""A TeX macro as text: what arguments it takes and what it leaves behind."""

import re
from dataclasses import dataclass, field

PARAMETER = re.compile(r"#(#|[1-9])")
CONTROL_WORD_END = re.compile(r"\\[A-Za-z@]+\Z")
NO_VALUE = "-NoValue-"


@dataclass(frozen=True)
class Argument:
    """One parameter: how it is delimited, and what stands for it when it is absent.

    `kind` is m (mandatory), o (in `open`/`close`, may be absent), s (a star), t (one optional character) or
    d (everything up to the literal `close`).
    """

    kind: str = "m"
    open: str = "["
    close: str = "]"
    default: str = NO_VALUE


@dataclass
class Macro:
    """A macro or the opening half of an environment; `pieces` is its body cut at the parameters."""

    arguments: tuple[Argument, ...] = ()
    body: str = ""
    prefix: str = ""
    end_body: str = ""
    takes_body: bool = False
    from_package: bool = False
    _pieces: list[str | int] | None = field(default=None, repr=False)

    def pieces(self) -> list[str | int]:
        """Return the body as literal strings and parameter numbers, split on first use."""
        if self._pieces is None:
            self._pieces = split_parameters(self.body)
        return self._pieces


@dataclass(frozen=True)
class Alias:
    r"""A name that \let made a synonym of a command which is not a macro."""

    target: str


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
        if delimiter.strip() or (delimiter and not arguments and len(parts) == 2):
            arguments.append(Argument(kind="d", close=delimiter.strip() or delimiter))
        else:
            arguments.append(Argument())
    return prefix, tuple(arguments)


XPARSE = re.compile(r"[+!>]|([a-zA-Z])")
CLOSERS = {"(": ")", "[": "]", "<": ">", "{": "}", "|": "|", "/": "/"}


def xparse_arguments(spec: str) -> tuple[tuple[Argument, ...], bool]:
    """Return the parameters of an xparse specification, and whether it takes the environment's body (`b`)."""
    arguments: list[Argument] = []
    takes_body = False
    i = 0
    while i < len(spec):
        letter = spec[i]
        i += 1
        if letter == "b":
            takes_body = True
        elif letter in "mv":
            arguments.append(Argument())
        elif letter == "o":
            arguments.append(Argument(kind="o"))
        elif letter == "s":
            arguments.append(Argument(kind="s"))
        elif letter == "O":
            default, i = _braced(spec, i)
            arguments.append(Argument(kind="o", default=default))
        elif letter in "drDR" and len(spec) >= i + 2:
            opener, closer = spec[i], spec[i + 1]
            i += 2
            default = NO_VALUE
            if letter in "DR":
                default, i = _braced(spec, i)
            arguments.append(Argument(kind="o", open=opener, close=closer, default=default))
        elif letter == "t" and i < len(spec):
            arguments.append(Argument(kind="t", open=spec[i]))
            i += 1
        elif letter == ">":
            _, i = _braced(spec, i)
    return tuple(arguments[:9]), takes_body


def _braced(spec: str, i: int) -> tuple[str, int]:
    while i < len(spec) and spec[i].isspace():
        i += 1
    if i >= len(spec) or spec[i] != "{":
        return (spec[i : i + 1], i + 1)
    depth = 0
    for j in range(i, len(spec)):
        depth += (spec[j] == "{") - (spec[j] == "}")
        if depth == 0:
            return spec[i + 1 : j], j + 1
    return spec[i + 1 :], len(spec)
