r"""Tests with two branches in braces, as etoolbox has them: of definitions, strings, numbers, switches."""

import re

from extractors.latex.expansion.conditionals import compare, file_exists
from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import Alias, Macro
from extractors.latex.expansion.names import spelled
from extractors.latex.expansion.primitives import go_on
from extractors.latex.expansion.structural import STRUCTURAL

BOOLEAN = re.compile(
    r"\s*(?:(?P<word>not|and|or)\b|(?P<kind>bool|togl|test)\s*(?=\{)|(?P<sign>[()]))|\s*(?P<group>\{)", re.S
)
MAX_TERMS = 50


def braced_test(ex: Expander, name: str) -> None:
    """Read a test, and the branch that it chooses."""
    truth = decided(ex, name)
    yes, no = ex.input.read_argument(), ex.input.read_argument()
    go_on(ex, yes if truth else no)


def decided(ex: Expander, name: str) -> bool:
    """Return the truth of a test, reading what it tests."""
    first = ex.input.read_argument() or ""
    if name in {"iftoggle", "ifbool", "nottoggle", "notbool"}:
        return switched(ex, first) != name.startswith("not")
    if name in {"ifblank", "notblank", "ifstrempty"}:
        return (not first.strip()) == (name != "notblank")
    if name == "IfFileExists":
        return file_exists(ex, first)
    if name in {"ifboolexpr", "ifboolexpe"}:
        return boolean(ex, first)
    if name.startswith("ifnum"):
        return numbers(ex, name, first)
    if name == "ifinlist":
        return f"\\do{{{first}}}" in (body_of(ex, ex.input.read_argument() or "") or "")
    return defined(ex, name, first)


def defined(ex: Expander, name: str, first: str) -> bool:
    """Return whether a name is defined, empty, or means what another name or a string says."""
    by_name = name.startswith(("ifcs", "ifcsv"))
    key = spelled(ex, first) if by_name else first.strip().lstrip("\\").strip()
    meaning = ex.scopes.meanings.get(key)
    what = name.removeprefix("ifcs").removeprefix("ifdef").removeprefix("if")
    if name in {"ifdef", "ifcsdef", "ifundef", "ifcsundef"}:
        return (meaning is not None or key in STRUCTURAL) != name.endswith("undef")
    if what in {"empty", "void", "macro", "parameterless"}:
        if what == "void" and meaning is None:
            return True
        return isinstance(meaning, Macro) and (what not in {"empty", "void"} or not meaning.body.strip())
    second = ex.input.read_argument() or ""
    if name == "ifstrequal":
        return first == second
    if what == "string":
        return isinstance(meaning, Macro) and meaning.body == second
    other = ex.scopes.meanings.get(spelled(ex, second) if by_name else second.strip().lstrip("\\"))
    if name in {"ifdefequal", "ifcsequal", "ifdefstrequal", "ifcsstrequal"}:
        if isinstance(meaning, Macro) and isinstance(other, Macro):
            return (meaning.arguments, meaning.body) == (other.arguments, other.body)
        return meaning is None and other is None if not isinstance(meaning, Alias) else meaning == other
    return False


def body_of(ex: Expander, command: str) -> str | None:
    """Return the body of the macro that a command names."""
    meaning = ex.scopes.meanings.get(command.strip().lstrip("\\"))
    return meaning.body if isinstance(meaning, Macro) else None


def switched(ex: Expander, name: str) -> bool:
    """Return how a toggle or switch stands."""
    name = name.strip()
    return ex.conditions.toggles.get(name, ex.conditions.switches.get(name, False))


def numbers(ex: Expander, name: str, first: str) -> bool:
    r"""Return the truth of \ifnumcomp{1}{<}{2} and its kin."""
    if name == "ifnumodd":
        return compare(ex, first, "odd", "")
    sign = {"ifnumequal": "=", "ifnumgreater": ">", "ifnumless": "<"}.get(name)
    if sign is None:
        sign = (ex.input.read_argument() or "").strip()
    return compare(ex, first, sign, ex.input.read_argument() or "")


def boolean(ex: Expander, expression: str) -> bool:
    r"""Return the value of \ifboolexpr's expression, read from left to right as etoolbox does."""
    value, operator, negated = False, "or", False
    pos = count = 0
    while (match := BOOLEAN.match(expression, pos)) is not None and count < MAX_TERMS:
        count += 1
        pos = match.end()
        if match["word"]:
            negated = negated != (match["word"] == "not")
            operator = operator if match["word"] == "not" else match["word"]
            continue
        if match["sign"] == ")":
            continue
        end = matching(expression, pos - 1 if match["sign"] or match["group"] else pos)
        inside = expression[pos if match["sign"] or match["group"] else pos + 1 : end - 1]
        truth = term(ex, match["kind"] or "", inside) != negated
        value = (value and truth) if operator == "and" else (value or truth)
        pos, negated = end, False
    return value


def matching(text: str, pos: int) -> int:
    """Return the position behind the bracket or brace that closes the one at a position."""
    opener = text[pos : pos + 1]
    closer = {"(": ")", "{": "}"}.get(opener, "")
    depth = 0
    for i in range(pos, len(text)):
        depth += (text[i] == opener) - (text[i] == closer)
        if depth == 0:
            return i + 1
    return len(text)


def term(ex: Expander, kind: str, inside: str) -> bool:
    """Return the value of one part of a boolean expression."""
    if kind in {"bool", "togl"}:
        return switched(ex, inside)
    match = re.match(r"\s*\\([A-Za-z]+)", inside) if kind == "test" else None
    if match is None or match[1] not in BRACED:
        return boolean(ex, inside) if kind != "test" else False
    frames, ex.input.frames = ex.input.frames, []
    ex.input.push(inside[match.end() :])
    try:
        return decided(ex, match[1])
    finally:
        ex.input.frames = frames


BRACED = (
    "iftoggle", "ifbool", "nottoggle", "notbool", "ifblank", "notblank", "ifstrempty", "ifdef", "ifundef",
    "ifcsdef", "ifcsundef", "IfFileExists", "ifstrequal", "ifdefstring", "ifcsstring", "ifdefstrequal",
    "ifcsstrequal", "ifdefequal", "ifcsequal", "ifdefempty", "ifcsempty", "ifdefvoid", "ifcsvoid", "ifdefmacro",
    "ifcsmacro", "ifnumcomp", "ifnumequal", "ifnumgreater", "ifnumless", "ifnumodd", "ifboolexpr", "ifboolexpe",
    "ifinlist",
)  # fmt: skip
BRACED_TESTS: dict[str, Handler] = dict.fromkeys(BRACED, braced_test)
