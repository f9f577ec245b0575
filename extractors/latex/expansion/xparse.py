r"""The arguments of \NewDocumentCommand and its kin: what a specification asks for, and how each is read."""

import re
from dataclasses import replace

from extractors.latex.expansion.input import SPACE, Input
from extractors.latex.expansion.macros import NO_VALUE, Argument
from extractors.latex.source.shields import SHIELD

MAX_ARGUMENTS = 9
MAX_ITEMS = 200
TRUE, FALSE = "\\BooleanTrue ", "\\BooleanFalse "
SIGN = re.compile(r"\\(?:[A-Za-z@]+|.)|\S", re.S)
PARAMETER = re.compile(r"#([1-9])")
PROCESSOR = re.compile(r"\s*\\(ReverseBoolean|TrimSpaces|SplitList|SplitArgument)(?![A-Za-z])")


def specified(spec: str) -> tuple[tuple[Argument, ...], bool]:
    """Return the parameters that a specification names, and whether the last is the environment's body."""
    arguments: list[Argument] = []
    processors: list[str] = []
    tight = takes_body = False
    i = 0
    while i < len(spec) and len(arguments) < MAX_ARGUMENTS and not takes_body:
        letter = spec[i]
        i += 1
        if letter == "!":
            tight = True
        elif letter in ">=":
            processor, i = braced(spec, i)
            processors.extend([processor] if letter == ">" else [])
        elif letter in "bc":
            takes_body = True
        elif letter.isalpha():
            made, i = parameters(letter, spec, i)
            arguments.extend(replace(a, tight=tight, processors=tuple(processors)) for a in made)
            processors, tight = [], False
    return tuple(arguments[:MAX_ARGUMENTS]), takes_body


def parameters(letter: str, spec: str, i: int) -> tuple[list[Argument], int]:
    """Return the parameters that one letter of a specification makes, and where the next one begins."""
    if letter in "oO":
        default, i = braced(spec, i) if letter == "O" else (NO_VALUE, i)
        return [Argument(kind="x", default=default)], i
    if letter in "drDR":
        opener, i = sign(spec, i)
        closer, i = sign(spec, i)
        default, i = braced(spec, i) if letter in "DR" else (NO_VALUE, i)
        return [Argument(kind="x", open=opener, close=closer, default=default)], i
    if letter in "gG":
        default, i = braced(spec, i) if letter == "G" else (NO_VALUE, i)
        return [Argument(kind="g", default=default)], i
    if letter in "eE":
        listed, i = braced(spec, i)
        signs = tuple(SIGN.findall(listed)[:MAX_ARGUMENTS])
        defaults: list[str] = []
        if letter == "E":
            given, i = braced(spec, i)
            defaults = items(given)
        defaults.extend([NO_VALUE] * (len(signs) - len(defaults)))
        return [Argument(kind="e", signs=signs, open=s, default=d) for s, d in zip(signs, defaults)], i  # noqa: B905
    if letter in "tu":
        opener, i = sign(spec, i) if letter == "t" else braced(spec, i)
        return [Argument(kind="t", open=opener) if letter == "t" else Argument(kind="d", close=opener)], i
    return [Argument(kind=letter if letter in "svl" else "m")], i


def braced(spec: str, i: int) -> tuple[str, int]:
    """Return what stands in the braces at a position, or the one token there, and the position behind it."""
    while i < len(spec) and spec[i].isspace():
        i += 1
    if not spec.startswith("{", i):
        return sign(spec, i)
    depth = 0
    for j in range(i, len(spec)):
        depth += (spec[j] == "{") - (spec[j] == "}")
        if depth == 0:
            return spec[i + 1 : j], j + 1
    return spec[i + 1 :], len(spec)


def sign(spec: str, i: int) -> tuple[str, int]:
    """Return the next token of a specification and the position behind it."""
    match = SIGN.search(spec, i)
    return (match[0], match.end()) if match else ("", len(spec))


def items(text: str) -> list[str]:
    """Return the groups and single tokens of a text, of a long one the first."""
    found: list[str] = []
    i, text = 0, text.rstrip()
    while len(found) < MAX_ITEMS and i < len(text):
        item, i = braced(text, i)
        found.append(item)
    return found


def read_all(source: Input, arguments: tuple[Argument, ...]) -> list[str] | None:
    """Return the values of all arguments as the input gives them, None at its end."""
    values: list[str] = []
    found: dict[str, str] = {}
    changed = False
    for i, argument in enumerate(arguments):
        if argument.kind == "e":
            if i == 0 or arguments[i - 1].signs is not argument.signs:
                found = embellishments(source, argument)
            value: str | None = found.get(argument.open, argument.default)
        else:
            value = read_one(source, argument)
        if value is None:
            return None
        values.append(value)
        changed = changed or bool(argument.processors) or value is argument.default
    if not changed:
        return values
    return [processed(defaulted(v, values, a), a) for v, a in zip(values, arguments, strict=True)]


def read_one(source: Input, argument: Argument) -> str | None:
    """Return one argument as its kind demands, None at the end of the input."""
    kind = argument.kind
    if kind == "m":
        return source.read_argument()
    if kind == "d":
        return source.read_until(argument.close)
    if kind == "v":
        return verbatim(source)
    if kind == "l":
        frame = source.top()
        brace = frame.text.find("{", frame.pos)
        start, frame.pos = frame.pos, max(frame.pos, brace)
        return frame.text[start : frame.pos]
    if argument.tight and spaced(source):
        return FALSE if kind in "st" else argument.default
    if kind in "st":
        return TRUE if source.read_star("*" if kind == "s" else argument.open) else FALSE
    if kind == "g":
        frame = source.top()
        space = SPACE.match(frame.text, frame.pos)
        at = space.end() if space else frame.pos
        value = source.read_argument() if frame.text.startswith("{", at) else None
    else:
        value = source.read_optional(argument.open, argument.close, nested=kind == "x")
    return argument.default if value is None else value


def spaced(source: Input) -> bool:
    """Return whether a blank comes next, before which `!` forbids an optional argument."""
    frame = source.top()
    return frame.text[frame.pos : frame.pos + 1].isspace()


def embellishments(source: Input, argument: Argument) -> dict[str, str]:
    """Return the arguments that stand behind the signs of `e{_^}`, in whatever order."""
    found: dict[str, str] = {}
    while len(found) < len(argument.signs):
        frame = source.top()
        space = SPACE.match(frame.text, frame.pos)
        at = space.end() if space else frame.pos
        one = next((s for s in argument.signs if s not in found and frame.text.startswith(s, at)), None)
        if one is None:
            break
        frame.pos = at + len(one)
        value = source.read_argument()
        if value is None:
            break
        found[one] = value
    return found


def verbatim(source: Input) -> str | None:
    """Return the text between braces or between two equal signs, shielded."""
    frame = source.skip_space()
    delimiter = frame.text[frame.pos : frame.pos + 1]
    if delimiter == "{":
        content = source.read_group(frame)
    else:
        stop = frame.text.find(delimiter, frame.pos + 1) if delimiter else -1
        content = frame.text[frame.pos + 1 : stop] if stop > 0 else None
        frame.pos = stop + 1 if stop > 0 else frame.pos
    return None if content is None else content.translate(SHIELD)


def defaulted(value: str, values: list[str], argument: Argument) -> str:
    """Return a value, a default with what it takes from the other arguments."""
    if value is argument.default and "#" in value:
        return PARAMETER.sub(lambda m: values[int(m[1]) - 1] if int(m[1]) <= len(values) else "", value)
    return value


def processed(value: str, argument: Argument) -> str:
    """Return a value as the processors of a specification leave it, the last one acting first."""
    for processor in reversed(argument.processors):
        match = PROCESSOR.match(processor)
        if match is None or value == NO_VALUE:
            continue
        if match[1] == "TrimSpaces":
            value = value.strip()
        elif match[1] == "ReverseBoolean":
            value = FALSE if value == TRUE else TRUE
        else:
            parts = items(processor[match.end() :])
            value = split(value, parts[-1] if parts else ",", parts[0] if len(parts) > 1 else None)
    return value


def split(value: str, token: str, count: str | None) -> str:
    """Return a value cut at a token, each part in braces: as many as there are, or `count` and one."""
    pieces: list[str] = []
    depth = start = 0
    for match in re.finditer(r"\\.|[{}]|" + re.escape(token), value, re.S):
        if match[0] == token and depth == 0:
            pieces.append(value[start : match.start()].strip())
            start = match.end()
        depth += (match[0] == "{") - (match[0] == "}")
    pieces.append(value[start:].strip())
    if count is not None and count.strip().isdigit():
        wanted = min(int(count) + 1, MAX_ARGUMENTS)
        pieces = [*pieces[:wanted], *[NO_VALUE] * (wanted - len(pieces))]
    return "".join("{" + p + "}" for p in pieces)
