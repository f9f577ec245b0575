"""Primitives that expand, count, repeat, group or vanish."""

import re

from extractors.latex.expansion.expander import Expander
from extractors.latex.expansion.input import SPACE, after_word
from extractors.latex.expansion.macros import NO_VALUE, Macro
from extractors.latex.expansion.names import expand_next, spelled
from extractors.latex.expansion.structural import STRUCTURAL
from extractors.latex.expansion.xparse import items

NEXT_TOKEN = re.compile(r"\\(?:[A-Za-z@]+[ \t]*|.)|.", re.S)


EXPRESSION = re.compile(
    r"\s*(?:\\numexpr\s*([-+*/()\d\s]*)(?:\\relax(?![A-Za-z]))?|(-?\d+)|\\(?!numexpr)([A-Za-z@]+)(?![A-Za-z@]))"
)


EXPANDED_AFTER = re.compile(r"\s*\\expandafter(?![A-Za-z@])")
MAX_AFTER = 40
COMMENTS = re.compile(r"(?:%[^\n]*\n[ \t]*)*")
# What \xspace sets no blank before: blanks, the ends of groups, footnotes; borders where a blank is none.
NO_BLANK = re.compile(
    r"\\(?:[ /,~)]|\\|(?:footnote|footnotemark|space|xspace|egroup|par|end|fi|else|or|label|item|relax|endcsname"
    r"|nobreakspace|scimmir[a-z]*)(?![A-Za-z@]))"
)


def go_on(ex: Expander, text: str | None) -> None:
    """Read a text next, where there is one."""
    if text:
        ex.input.push(text)


def at_letter(ex: Expander, name: str) -> None:
    """Switch the category of @."""
    ex.input.at_letter = name in {"makeatletter", "ExplSyntaxOn"}


def expand_after(ex: Expander, name: str) -> None:
    """Expand the token after the next one, as far as it is expandable, then go on with the next one."""
    frame = ex.input.frames[-1]
    frame.after_word()
    first = NEXT_TOKEN.match(frame.text, frame.pos)
    if first is None or ex.after_depth >= MAX_AFTER:
        return
    frame.pos = first.end() if len(first[0]) < 3 else after_word(frame.text, first.end())
    ex.after_depth += 1
    expand_next(ex)
    ex.after_depth -= 1
    token = first[0].rstrip()
    ex.input.unread(token + " " if token[-1:].isalpha() and len(token) > 1 else token)


def number(ex: Expander, name: str) -> None:
    r"""Read \number, \the or \numexpr with a value that can be known, and go on with its digits."""
    frame = ex.input.top()
    match = frame.take(EXPRESSION)
    if match is None:
        if name == "the":
            ex.output.emit("\\the")
        return
    if match[3] is not None:
        meaning = ex.scopes.meanings.get(match[3])
        if match[3] in ex.counting.values:
            meaning = Macro((), str(ex.counting.values[match[3]]))
        body = meaning.body.strip() if isinstance(meaning, Macro) else ""
        if not re.fullmatch(r"-?\d{1,9}", body):
            frame.pos = match.start()
            if name == "the":
                ex.output.emit("\\the")
            return
        value = int(body)
    else:
        value = evaluate(match[1] or match[2] or "0")
    if ex.input.top().take(EXPANDED_AFTER):
        expand_after(ex, "expandafter")
    ex.input.unread(str(value))


def evaluate(expression: str) -> int:
    r"""Return the value of a \numexpr of digits, signs and stars, read from left to right; else 0."""
    value, operator = 0, "+"
    for sign, digits in re.findall(r"([-+*/])?\s*(\d{1,9})", expression[:200]):
        operator = sign or operator
        number_ = int(digits)
        value = (
            value + number_ if operator == "+" else value - number_ if operator == "-"
            else value * number_ if operator == "*" else value // max(1, number_)
        )  # fmt: skip
        value = max(-(10**9), min(value, 10**9))
    return value


def gobble(ex: Expander, name: str) -> None:
    r"""Read \@gobble, \@firstofone, \@firstoftwo or \@secondoftwo."""
    arguments = [ex.input.read_argument() or "" for _ in range(2 if name.endswith("two") else 1)]
    chosen = {"@firstofone": 0, "@firstoftwo": 0, "@secondoftwo": 1}.get(name)
    if chosen is not None:
        go_on(ex, arguments[chosen])


def process_list(ex: Expander, name: str) -> None:
    r"""Read xparse's \ProcessList{list}{\do}: the command on each item that \SplitList made."""
    listed, command = ex.input.read_argument(), ex.input.read_argument()
    for value in reversed(items(listed or "")):
        if command:
            ex.input.push(f"{command}{{{value}}}")


def hook(ex: Expander, name: str) -> None:
    """Read etoolbox's hooks on environments: their text is read when the environment begins or ends."""
    environment, text = ex.input.read_argument(), ex.input.read_argument()
    if environment is not None and text is not None and len(ex.environments.hooks) < 1000:
        key = (name, environment.strip())
        ex.environments.hooks[key] = ex.environments.hooks.get(key, "") + text


def drop(ex: Expander, name: str) -> None:
    """Leave the command out; what follows is read as usual."""
    ex.input.frames[-1].after_word()


def drop_two(ex: Expander, name: str) -> None:
    """Leave the command and its two arguments out."""
    ex.input.read_star()
    ex.input.read_argument()
    ex.input.read_argument()


def unwrap(ex: Expander, name: str) -> None:
    r"""Read the argument in place, as \AtBeginDocument's content takes effect before the text."""
    go_on(ex, ex.input.read_argument())


def at_begin_document(ex: Expander, name: str) -> None:
    r"""Keep the argument until \begin{document}; what a package wants done there is read at once."""
    ex.input.read_optional()
    content = ex.input.read_argument()
    if content and (ex.output.silent or ex.scopes.in_document):
        ex.input.push(content)
    elif content:
        ex.begin_document.append(content)


def begin_group(ex: Expander, name: str) -> None:
    """Open a scope of definitions."""
    ex.scopes.open.append(("begingroup", []))


def end_group(ex: Expander, name: str) -> None:
    r"""Close the scope that \begingroup opened."""
    if ex.scopes.open and ex.scopes.open[-1][0] == "begingroup":
        leave_scope(ex)


def leave_scope(ex: Expander) -> None:
    """Undo the definitions of the innermost scope."""
    for name, old in reversed(ex.scopes.open.pop()[1]):
        ex.scopes.put_back(name, old)


def value_test(ex: Expander, name: str) -> None:
    r"""Read xparse's \IfNoValueTF, \IfValueTF, \IfBooleanTF and their one-branch forms."""
    value = ex.input.read_argument() or ""
    if name.startswith("IfBoolean"):
        truth = "BooleanTrue" in value
    elif name.startswith("IfBlank"):
        truth = not value.strip()
    else:
        truth = (value == NO_VALUE) == name.startswith("IfNoValue")
    yes = ex.input.read_argument() if not name.endswith("F") or name.endswith("TF") else ""
    no = ex.input.read_argument() if name.endswith("F") else ""
    go_on(ex, yes if truth else no)


def xspace(ex: Expander, name: str) -> None:
    """Write a space unless punctuation follows."""
    frame = ex.input.frames[-1]
    while len(ex.input.frames) > 1 and frame.file < 0 and frame.pos >= len(frame.text):
        ex.input.frames.pop()
        frame = ex.input.frames[-1]
    frame.take(COMMENTS)
    following = frame.text[frame.pos : frame.pos + 1]
    word = NO_BLANK.match(frame.text, frame.pos) if following == "\\" else None
    if following and following not in "{}~.,:;?/'!)-] \t\n" and word is None:
        ex.output.emit(" ")


def at_if(ex: Expander, name: str) -> None:
    r"""Read \@ifnextchar x{yes}{no}, \@ifstar{yes}{no} or \@ifundefined{name}{yes}{no}."""
    if name == "@ifstar":
        yes, no = ex.input.read_argument(), ex.input.read_argument()
        truth = ex.input.read_star()
    elif name == "@ifundefined":
        asked = (ex.input.read_argument() or "").strip()
        yes, no = ex.input.read_argument(), ex.input.read_argument()
        truth = spelled(ex, asked) not in ex.scopes.meanings and asked not in STRUCTURAL
    else:
        char = ex.input.read_argument() or ""
        yes, no = ex.input.read_argument(), ex.input.read_argument()
        frame = ex.input.top()
        space = SPACE.match(frame.text, frame.pos)
        truth = bool(char) and frame.text.startswith(char, space.end() if space else frame.pos)
    go_on(ex, yes if truth else no)


VALUE_TESTS = tuple(
    f"If{what}{branch}" for what in ("NoValue", "Value", "Boolean", "Blank") for branch in ("TF", "T", "F")
)


DROPPED = ("ignorespaces", "unskip",
           "ignorespacesafterend", "leavevmode", "relax", "null", "endgraf")  # fmt: skip
