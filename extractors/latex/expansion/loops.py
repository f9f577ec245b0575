r"""Primitives and packages that repeat a text: \loop, \foreach, \multido, \whiledo, \forloop, \@for and their kin."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from extractors.latex.expansion.conditionals import holds
from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.source.options import parse_keys

FOR_HEAD = re.compile(r"\s*((?:\\[A-Za-z]+\s*/?\s*)+)(?:\[([^\]]{0,400})\])?\s*in\s*")
KERNEL_HEAD = re.compile(r"\s*\\([A-Za-z@]+)\s*:=\s*(\{?[^{}]{0,2000}?\}?)\s*\\do(?![A-Za-z@])\s*")
WHILE_HEAD = re.compile(r"\s*([^{}]{1,200}?)\s*\\do(?![A-Za-z@])\s*")
VARIABLE = re.compile(r"\\([A-Za-z]+)")
STEPS = re.compile(r"\s*\\([A-Za-z]+)\s*=\s*([-+]?[\d.]+)\s*([-+])\s*([-+]?[\d.]+)\s*")
COUNTED = re.compile(r"\\([A-Za-z]+)(?:\s+from\s+(-?\d+))?")
DOTS = {"...", "\\dots", "\\ldots"}
MAX_VALUES = 1_000
MAX_ROUNDS = 200
MAX_LOOPS = 1_000


def for_each(ex: Expander, name: str) -> None:
    r"""Read pgffor's \foreach \x/\y [count=\i] in {a/b,...} {body}: the body once for each value."""
    head = ex.input.top().take(FOR_HEAD)
    if head is None:
        return
    names, options = VARIABLE.findall(head[1]), parse_keys(head[2] or "")
    listed, body = ex.expanded(ex.input.read_argument() or ""), ex.input.read_argument()
    if body is None:
        return
    count = COUNTED.search(options.get("count", ""))
    rounds = []
    for i, value in enumerate(filled(split_values(listed))):
        parts = [part.strip() for part in value.split("/", max(0, len(names) - 1))]
        parts += parts[-1:] * (len(names) - len(parts))  # \y is \x where a value has one part
        said = "".join(f"\\def\\{n}{{{part}}}" for n, part in zip(names, parts, strict=True))
        if count:
            said += f"\\def\\{count[1]}{{{i + int(count[2] or 1)}}}"
        rounds.append(said + body)
    repeat(ex, rounds)


def repeat(ex: Expander, rounds: Sequence[str]) -> None:
    """Read the rounds of a loop, one after the other."""
    for text in reversed(rounds[:MAX_VALUES]):
        ex.input.push(text)


def split_values(listed: str) -> list[str]:
    """Return the values of a list with commas; braces keep commas together."""
    values, depth, start = [], 0, 0
    for i, char in enumerate(listed + ","):
        depth += (char == "{") - (char == "}")
        if char == "," and depth <= 0:
            value = listed[start:i].strip()
            whole = value.startswith("{") and value.endswith("}") and value.count("{") == 1
            values.append(value[1:-1] if whole else value)
            start = i + 1
    return values[:MAX_VALUES]


def filled(values: list[str]) -> list[str]:
    """Return the values with what three dots between numbers or letters stand for."""
    out: list[str] = []
    for i, value in enumerate(values):
        if value not in DOTS or not out or i + 1 >= len(values):
            out.append(value)
            continue
        before = out[-2] if len(out) > 1 else None
        out += between(before, out[-1], values[i + 1])[:MAX_VALUES]
    return out[:MAX_VALUES]


def between(before: str | None, first: str, last: str) -> list[str]:
    """Return what stands between two values, by the step from the value before the first."""
    if len(first) == len(last) == 1 and first.isalpha() and last.isalpha():
        step = ord(first) - ord(before) if before and len(before) == 1 else 1 if first < last else -1
        return [chr(n) for n in range(ord(first) + step, ord(last), step)] if step else []
    try:
        start, stop = Decimal(first), Decimal(last)
        step_by = start - Decimal(before) if before is not None else Decimal(1 if stop >= start else -1)
    except InvalidOperation:
        return []
    out: list[str] = []
    value = start + step_by
    while step_by and len(out) < MAX_VALUES and (value < stop if step_by > 0 else value > stop):
        out.append(str(value))
        value += step_by
    return out


def kernel_for(ex: Expander, name: str) -> None:
    r"""Read \@for\x:=a,b\do{body} or \@tfor, which takes each token; the list may be a macro."""
    head = ex.input.top().take(KERNEL_HEAD)
    body = ex.input.read_argument() if head is not None else None
    if head is None or body is None:
        return
    listed = ex.expanded(head[2]).strip()
    if listed.startswith("{") and listed.endswith("}"):
        listed = listed[1:-1]
    values = split_values(listed) if name == "@for" else [c for c in listed if not c.isspace()]
    repeat(ex, [f"\\def\\{head[1]}{{{value}}}" + body for value in values])


def for_list(ex: Expander, name: str) -> None:
    r"""Read etoolbox's \forcsvlist{\do}{a,b}: the command on each item."""
    command = ex.input.read_argument()
    listed = ex.input.read_argument() or ""
    if command:
        repeat(ex, [f"{command}{{{value}}}" for value in split_values(ex.expanded(listed)) if value])


def multido(ex: Expander, name: str) -> None:
    r"""Read \multido{\i=1+1,\r=0.5+0.1}{times}{body}: variables that count from round to round."""
    variables, times, body = ex.input.read_argument(), ex.input.read_argument(), ex.input.read_argument()
    number = re.match(r"\s*(\d{1,4})", ex.expanded(times or ""))
    if variables is None or body is None or number is None:
        return
    steps = [(m[1], Decimal(m[2]), Decimal(m[3] + "1") * Decimal(m[4])) for m in STEPS.finditer(variables)]
    rounds = []
    for i in range(min(int(number[1]), MAX_VALUES)):
        rounds.append("".join(f"\\def\\{n}{{{start + i * step}}}" for n, start, step in steps) + body)
    repeat(ex, rounds)


def while_do(ex: Expander, name: str) -> None:
    r"""Read ifthen's \whiledo{test}{body}, up to a bound."""
    another_round(ex, 0, ex.input.read_argument() or "", ex.input.read_argument() or "")


def while_again(ex: Expander, name: str) -> None:
    """Go on with a loop that a test ends."""
    rounds = ex.input.read_argument() or ""
    test, body = ex.input.read_argument() or "", ex.input.read_argument() or ""
    another_round(ex, int(rounds) if rounds.isdigit() else MAX_ROUNDS, test, body)


def another_round(ex: Expander, rounds: int, test: str, body: str) -> None:
    """Read a loop's body once more where its test holds."""
    if rounds < MAX_ROUNDS and not ex.output.silent and holds(ex, test):
        ex.input.push(f"{body}\\scimmirwhile{{{rounds + 1}}}{{{test}}}{{{body}}}")


def for_loop(ex: Expander, name: str) -> None:
    r"""Read \forloop[step]{counter}{first}{test}{body}."""
    step = ex.input.read_optional() or "1"
    counter, first = ex.input.read_argument(), ex.input.read_argument()
    test, body = ex.input.read_argument(), ex.input.read_argument()
    if counter is not None and first is not None and test is not None and body is not None:
        ex.input.push(
            f"\\setcounter{{{counter}}}{{{first}}}\\whiledo{{{test}}}{{{body}\\addtocounter{{{counter}}}{{{step}}}}}"
        )


def while_number(ex: Expander, name: str) -> None:
    r"""Read the kernel's \@whilenum\n<5\do{body}."""
    head = ex.input.top().take(WHILE_HEAD)
    body = ex.input.read_argument() if head is not None else None
    if head is not None and body is not None:
        another_round(ex, 0, head[1], body)


def loop(ex: Expander, name: str) -> None:
    r"""Read \loop … \repeat: the text again and again while the conditional in it holds, up to a bound."""
    body = ex.input.read_until("\\repeat")
    if body is not None and not ex.output.silent and len(ex.counting.loops) < MAX_LOOPS:
        ex.counting.loops.append((body, 0))
        ex.input.push(f"{body}\\scimmiragain{{{len(ex.counting.loops) - 1}}}\\fi ")


def again(ex: Expander, name: str) -> None:
    r"""Go on with a \loop; what follows its text then closes the conditional of the round before."""
    written = ex.input.read_argument() or ""
    index = int(written) if re.fullmatch(r"[0-9]{1,4}", written) else len(ex.counting.loops)
    if index >= len(ex.counting.loops):
        return
    body, rounds = ex.counting.loops[index]
    if rounds < MAX_ROUNDS:
        ex.counting.loops[index] = (body, rounds + 1)
        ex.input.push(f"{body}\\scimmiragain{{{index}}}\\fi ")


LOOP_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("@for", "@tfor"), kernel_for),
    "forcsvlist": for_list,
    **dict.fromkeys(("multido", "Multido"), multido),
    "foreach": for_each,
    "whiledo": while_do,
    "scimmirwhile": while_again,
    "forloop": for_loop,
    "@whilenum": while_number,
    "loop": loop,
    "scimmiragain": again,
}
