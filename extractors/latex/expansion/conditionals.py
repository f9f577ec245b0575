r"""Primitives that choose between texts: TeX's \if… and the packages' forms with braces."""

import re

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.files.streams import at_end
from extractors.latex.expansion.input import after_word
from extractors.latex.expansion.macros import Alias, Macro, substitute
from extractors.latex.expansion.names import read_csname
from extractors.latex.expansion.primitives import evaluate, go_on
from extractors.latex.source.words import words

# Switches that engines and packages define, with the value that arXiv's pdfTeX gives them.
ENGINE_SWITCHES = {
    "ifpdf": True, "ifpdftex": True, "ifPDFTeX": True, "ifxetex": False, "ifXeTeX": False,
    "ifluatex": False, "ifLuaTeX": False, "iftutex": False, "ifTUTeX": False, "ifPDFoutput": True,
    "ifpTeX": False, "ifupTeX": False, "if@twocolumn": False, "if@twoside": False,
    "if@compatibility": False, "iflatexml": False, "if@filesw": True,
}  # fmt: skip
ENGINE_REGISTERS = words(
    "pdfoutput pdftexversion pdfpagewidth pdfpageheight pdfcompresslevel pdfminorversion"
)
PRIMITIVES = words(
    """if ifcat ifnum ifdim ifodd ifvmode ifhmode ifmmode ifinner ifvoid ifhbox ifvbox ifx ifeof iftrue
    iffalse
    ifcase ifdefined ifcsname iffontchar ifincsname"""
)
BRANCH = re.compile(r"\\(if[A-Za-z@]*|else|fi|or)(?![A-Za-z@])|\\.|%[^\n]*", re.S)
TOKEN = re.compile(r"\\[A-Za-z@]+[ \t]*|\\.|.", re.S)
COMPARISON = re.compile(
    r"\s*(-?\d+|\\value\s*\{\w+\}|\\numexpr[-+*/()\d\s]+(?:\\relax)?|\\[A-Za-z@]+)\s*([<>=])"
    r"\s*(-?\d+|\\value\s*\{\w+\}|\\numexpr[-+*/()\d\s]+|\\[A-Za-z@]+)[ ]?(?:\\relax\b)?"
)
VALUE = re.compile(r"\\value\s*\{(\w+)\}")
NUMBER = re.compile(r"\s*(-?\d+|\\value\s*\{\w+\}|\\[A-Za-z@]+)[ ]?(?:\\relax\b)?")
DIMENSION = re.compile(
    r"[^\\]*?[<>=]\s*(?:\\[A-Za-z@]+|[-\d.]+\s*(?:pt|cm|mm|in|em|ex|sp|bp)?)|.{0,80}?[<>=]\S+", re.S
)


def conditional(ex: Expander, name: str) -> None:
    """Read a conditional, decide it, and go on in the branch taken."""
    ex.input.frames[-1].after_word()
    if name == "ifmmode":
        math_mode(ex)
        return
    if name == "ifcase":
        case(ex)
        return
    take(ex, decide(ex, name))


def take(ex: Expander, truth: bool) -> None:
    """Go on after a decided conditional."""
    if truth:
        ex.conditions.branches.append("if")
    elif skip_branch(ex) == "else":
        ex.conditions.branches.append("else")


def decide(ex: Expander, name: str) -> bool:
    """Return the truth of a conditional, reading what it tests."""
    if name in ENGINE_SWITCHES:
        return ENGINE_SWITCHES[name]
    if name[2:] in ex.conditions.switches and name not in {"ifx", "iftrue", "iffalse"}:
        return ex.conditions.switches[name[2:]]
    if name in {"iftrue", "iffalse"}:
        return name == "iftrue"
    if name in {"ifx", "if", "ifcat"}:
        return same(ex, name)
    if name in {"ifnum", "ifodd"}:
        return numeric(ex, name)
    if name == "ifdim":
        ex.input.frames[-1].take(DIMENSION)
        return False
    if name == "ifdefined":
        token = next_token(ex)
        return token.startswith("\\") and (
            token[1:] in ex.scopes.meanings or token[1:] in {"includegraphics", "section"}
        )
    if name == "ifcsname":
        return (read_csname(ex) or "") in ex.scopes.meanings
    if name == "ifeof":
        return at_end(ex)
    if name in {"ifvoid", "ifhbox", "ifvbox"}:
        next_token(ex)
        return name != "ifhbox" and name != "ifvbox"
    return False


def next_token(ex: Expander) -> str:
    """Return the next token of the input, control words without their trailing blanks."""
    match = ex.input.top().take(TOKEN)
    if match is None:
        return ""
    token = match[0]
    return token.rstrip(" \t") if len(token) > 2 else token


def same(ex: Expander, name: str) -> bool:
    """Return whether the two tokens that follow agree."""
    if name == "if":
        expand_tokens(ex)
    first = next_token(ex)
    if name == "if":
        expand_tokens(ex)
    second = next_token(ex)
    if first == second:
        return True
    if name == "ifx":
        return _meaning(ex, first) == _meaning(ex, second)
    return False


def expand_tokens(ex: Expander) -> None:
    r"""Replace macros without arguments that come next, as \if does before it compares."""
    for _ in range(20):
        frame = ex.input.top()
        match = TOKEN.match(frame.text, frame.pos)
        meaning = (
            ex.scopes.meanings.get(match[0][1:].strip()) if match and match[0].startswith("\\") else None
        )
        if match is None or not isinstance(meaning, Macro) or meaning.arguments:
            return
        frame.pos = match.end()
        ex.input.push(substitute(meaning.pieces(), []))


def _meaning(ex: Expander, token: str) -> object:
    if not token.startswith("\\"):
        return token
    name = token[1:]
    meaning = ex.scopes.meanings.get(name)
    if isinstance(meaning, Macro):
        return ("macro", meaning.arguments, meaning.body, meaning.prefix)
    if isinstance(meaning, Alias):
        return ("command", meaning.target)
    if name in {"empty", "@empty"}:
        return ("macro", (), "", "")
    if name in ENGINE_REGISTERS:
        return ("command", name)
    if meaning is None and ("@" in name or name in {"undefined", "UnDeFiNeD"} or len(name) > 1):
        return "undefined"
    return ("command", name)


def _number(ex: Expander, text: str) -> int:
    text = text.strip()
    if re.fullmatch(r"-?\d+", text):
        return int(text[:12])
    if text.startswith("\\numexpr"):
        return evaluate(text[8:])
    counter = VALUE.fullmatch(text)
    if text.startswith("\\c@"):
        return ex.counting.values.get(text[3:], 0)
    if counter or text[1:] in ex.counting.values:
        return ex.counting.values.get(counter[1] if counter else text[1:], 0)
    meaning = ex.scopes.meanings.get(text[1:])
    if isinstance(meaning, Macro) and re.fullmatch(r"\s*-?\d{1,9}\s*", meaning.body):
        return int(meaning.body)
    return 0


def numeric(ex: Expander, name: str) -> bool:
    r"""Return the truth of \ifnum or \ifodd; what the document did not set counts as 0."""
    match = ex.input.top().take(COMPARISON if name == "ifnum" else NUMBER)
    if match is None:
        return False
    return _number(ex, match[1]) % 2 == 1 if name == "ifodd" else _compared(ex, match)


def _compared(ex: Expander, match: re.Match[str]) -> bool:
    """Return whether a comparison holds."""
    return compare(ex, match[1], match[2], match[3])


def case(ex: Expander) -> None:
    r"""Read \ifcase: go on in the branch that its number chooses."""
    match = ex.input.top().take(NUMBER)
    wanted = _number(ex, match[1]) if match else 0
    for _ in range(max(0, min(wanted, 1000))):
        found = skip_branch(ex, stop_at_or=True)
        if found != "or":
            if found == "else":
                ex.conditions.branches.append("else")
            return
    ex.conditions.branches.append("case")


def math_mode(ex: Expander) -> None:
    r"""Read \ifmmode: its mathematical branch, wrapped so that it suits both modes."""
    frame = ex.input.frames[-1]
    start, text = frame.pos, frame.text
    found = skip_branch(ex)
    if ex.input.frames and ex.input.frames[-1] is frame and found in {"else", "fi"}:
        end = text.rfind("\\" + found, start, frame.pos)
        yes = text[start:end]
        if found == "else":
            skip_branch(ex)
        ex.input.push("\\ensuremath{" + yes + "}")


def skip_branch(ex: Expander, *, stop_at_or: bool = False) -> str:
    r"""Move past the text up to the matching \else or \fi (or \or); return which one it was, or nothing."""
    depth = 0
    while ex.input.frames:
        frame = ex.input.frames[-1]
        for match in BRANCH.finditer(frame.text, frame.pos):
            word = match[1]
            if word is None:
                continue
            if word == "fi":
                if depth == 0:
                    return _stop(ex, match.end(), word)
                depth -= 1
            elif word == "else" or word == "or":
                if depth == 0 and (word == "else" or stop_at_or):
                    return _stop(ex, match.end(), word)
            elif word in CONDITIONALS or word[2:] in ex.conditions.switches:
                depth += 1
        ex.budget.charge(len(frame.text) - frame.pos)
        if frame.file >= 0 and len(ex.input.frames) == 1:
            ex.output.warnings.append("a conditional is not closed; the text after it is left out")
        ex.pop()
    return ""


def _stop(ex: Expander, pos: int, word: str) -> str:
    frame = ex.input.frames[-1]
    ex.budget.charge(pos - frame.pos)
    frame.pos = after_word(frame.text, pos)
    return word


def branch_end(ex: Expander, name: str) -> None:
    r"""Read the \else, \or or \fi that ends a branch taken."""
    ex.input.frames[-1].after_word()
    if not ex.conditions.branches:
        return
    ex.conditions.branches.pop()
    if name != "fi":
        while ex.input.frames and skip_branch(ex) not in {"fi", ""}:
            pass


def if_then_else(ex: Expander, name: str) -> None:
    r"""Read ifthen's \ifthenelse{test}{yes}{no}."""
    test, yes, no = ex.input.read_argument(), ex.input.read_argument(), ex.input.read_argument()
    go_on(ex, yes if holds(ex, test or "") else no)


def holds(ex: Expander, test: str) -> bool:
    """Return whether a test of ifthen's holds."""
    for word, joins in (("\\or", any), ("\\OR", any), ("\\and", all), ("\\AND", all)):
        parts = re.split(re.escape(word) + r"(?![A-Za-z])", test)
        if 1 < len(parts) <= 20:
            return joins(holds(ex, part) for part in parts)
    test = test.strip()
    negated = re.match(r"\\(?:not|NOT)(?![A-Za-z])", test)
    if negated:
        return not holds(ex, test[negated.end() :])
    match = re.match(r"\\boolean\s*\{([^{}]*)\}", test)
    if match:
        return ex.conditions.switches.get(
            match[1].strip(), ex.conditions.toggles.get(match[1].strip(), False)
        )
    match = re.match(r"\\equal\s*\{(.*?)\}\s*\{(.*)\}\Z", test, re.S)
    if match:
        return _plain(ex, match[1]) == _plain(ex, match[2])
    match = COMPARISON.match(test)
    return match is not None and _compared(ex, match)


def _plain(ex: Expander, text: str) -> str:
    text = text.strip()
    meaning = ex.scopes.meanings.get(text[1:]) if text.startswith("\\") else None
    return meaning.body.strip() if isinstance(meaning, Macro) else text


def compare(ex: Expander, left: str, sign: str, right: str) -> bool:
    """Return whether two numbers, written out or named, compare as the sign says; `odd` asks for the first alone."""
    first = _number(ex, left)
    if sign == "odd":
        return first % 2 == 1
    second = _number(ex, right)
    return first < second if sign == "<" else first > second if sign == ">" else first == second


def file_exists(ex: Expander, name: str) -> bool:
    """Return whether the paper holds the file that TeX would find under this name."""
    folders = (ex.project.main_dir, "")
    return ex.project.find(name, folders=folders, suffixes=(".tex", "")) is not None


def unless(ex: Expander, name: str) -> None:
    r"""Read \unless: the next conditional turned round."""
    frame = ex.input.skip_space()
    match = re.compile(r"\\(if[A-Za-z@]*)").match(frame.text, frame.pos)
    if match and (match[1] in CONDITIONALS or match[1][2:] in ex.conditions.switches):
        frame.pos = after_word(frame.text, match.end())
        take(ex, not decide(ex, match[1]))


CONDITIONALS = PRIMITIVES | frozenset(ENGINE_SWITCHES)

CONDITIONAL_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(CONDITIONALS, conditional),
    **dict.fromkeys(("else", "or", "fi"), branch_end),
    "ifthenelse": if_then_else,
    "unless": unless,
}
