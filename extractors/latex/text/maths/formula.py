"""Formulae as a reader would say them, in plain Unicode."""

import re
import unicodedata

from extractors.latex.source.scanner import TOKEN, Scanner
from extractors.latex.text.maths.commands import (
    ALPHABETS,
    BOLD,
    DERIVATIVES,
    FENCES,
    FRACTIONS,
    LAYOUT_NAME,
    QUANTUM,
    SIZES,
    SPACES,
    TAKING_ARGUMENT,
    TEXTS,
    UNPRINTED,
)
from extractors.latex.text.maths.spacing import AFTER, BEFORE, append, finish, single
from extractors.latex.text.symbols import BLACKBOARD, FUNCTIONS, MATH_ACCENTS, SYMBOLS, symbol
from extractors.latex.text.writer import Writer

MAX_DEPTH = 40
LETTERS = re.compile(r"[A-Za-z0-9.]+")
SIMPLE = re.compile(r"[\w.′°∞%∂∇\u0300-\u036f⁰¹²³⁴⁵⁶⁷⁸⁹₀-₉ₐ-ₜᵢᵣᵤᵥⱼ⟨⟩]+|\([^()]*\)")
ACCENTED_OVER = {("<", "∼"): "≲", (">", "∼"): "≳", ("def", "="): "≝", ("∧", "="): "≙", ("?", "="): "≟",
                 ("∼", "<"): "≲", ("∼", ">"): "≳", ("Δ", "="): "≜", ("△", "="): "≜"}  # fmt: skip


def render(to: Writer, tex: str, depth: int) -> str:
    """Return a formula given as a piece of TeX."""
    if depth > MAX_DEPTH:
        return re.sub(r"\\[A-Za-z@]+|[\\{}$^_&~]", "", tex)
    return read(to, Scanner(tex), depth, stop="")


def read(to: Writer, scan: Scanner, depth: int, *, stop: str) -> str:
    """Return the formula up to `stop`, moving past it."""
    if depth > MAX_DEPTH:
        return render(to, scan.argument(), depth)
    text = finish(atoms(to, scan, depth, stop))
    return text if stop in {"$", "\\)"} else text.strip(" ")  # $\,$ stands for a blank of the text


def atoms(to: Writer, scan: Scanner, depth: int, stop: str) -> str:
    """Return the formula's characters up to `stop`."""
    out: list[str] = []
    text, length = scan.text, len(scan.text)
    while scan.pos < length:
        if stop and text.startswith(stop, scan.pos):
            scan.pos += len(stop)
            return "".join(out)
        run = LETTERS.match(text, scan.pos)
        if run:
            out.append(run[0])
            scan.pos = run.end()
            continue
        char = text[scan.pos]
        if char == "\\":
            if over(to, scan, out, depth, stop):
                return "".join(out)
            append(out, command_at(to, scan, depth))
        elif char in "^_":
            script(to, scan, out, depth)
        elif text.startswith("{,}", scan.pos):
            scan.pos += 3
            out.append(",")
        elif char == "{":
            if depth >= MAX_DEPTH:
                out.append(render(to, scan.argument(), depth + 1))
            else:
                scan.pos += 1
                out.append(atoms(to, scan, depth + 1, "}"))
        else:
            scan.pos += 1
            single(out, char, text[scan.pos : scan.pos + 1])
    return "".join(out)


def script(to: Writer, scan: Scanner, out: list[str], depth: int) -> None:
    """Write a super- or subscript."""
    up = scan.text[scan.pos] == "^"
    scan.pos += 1
    token = scan.argument()
    if token in {"^", "_"}:
        return
    if (token.startswith("\\") and token[1:] in TAKING_ARGUMENT and not token[1:].startswith("text")) or (
        token.startswith("\\text") and token[1:].isalpha()
    ):
        token = token + "{" + scan.argument() + "}"
    content = render(to, token, depth + 1)
    content = content if re.search(r"[A-Za-z]{2} [A-Za-z]{2}", content) else content.replace(" ", "")
    if not content:
        return
    if out and out[-1].endswith(" ") and not up and len(out[-1].strip()) == 1:
        out[-1] = out[-1].rstrip(" ")
    elif out and out[-1].endswith(AFTER):
        out[-1] = out[-1][:-1]
        out.append(to.script(content, up=up) + AFTER)
        return
    written = to.script(content, up=up)
    apart = (
        written[0] in "^_"
        and written[-1] != ")"
        and re.match(r"\s*[A-Za-z0-9]", scan.text[scan.pos : scan.pos + 9])
    )
    out.append(written + " " if apart else written)


def over(to: Writer, scan: Scanner, out: list[str], depth: int, stop: str) -> bool:
    r"""Read the rest of the group as a denominator where \over or its kin comes; return whether it did."""
    for word in ("over", "choose", "atop"):
        if scan.text.startswith("\\" + word, scan.pos):
            after = scan.pos + len(word) + 1
            if scan.text[after : after + 1].isalpha():
                continue
            if depth >= MAX_DEPTH:
                scan.pos = after
                return False
            scan.pos = after
            top = finish("".join(out)).strip()
            bottom = finish(atoms(to, scan, depth + 1, stop)).strip()
            out.clear()
            out.append(f"({top} choose {bottom})" if word == "choose" else fraction(top, bottom))
            return True
    return False


def fraction(top: str, bottom: str) -> str:
    """Return a fraction in one line, with parentheses where its parts need them."""
    return "/".join(part if SIMPLE.fullmatch(part) else f"({part})" for part in (top, bottom))


def command_at(to: Writer, scan: Scanner, depth: int) -> str:
    """Return what the command at the position prints."""
    match = scan.take(TOKEN)
    if match is None:
        scan.pos += 1
        return ""
    name = match[0][1:]
    if not name[:1].isalpha():
        if name in ("{", "}", "%", "#", "$", "&", "_"):
            return chr(0xE000 + ord(name))
        if name == "|":
            return "‖"
        if name == "\\":
            scan.star()
            if scan.peek() == "[":
                scan.optional()
            return " "
        if name in ("(", ")", "[", "]"):
            return ""
        return " " if name in (",", ";", ":", " ", "\n", "~", ">") else ""
    if name in SYMBOLS and name != "S":
        return SYMBOLS[name]
    return command(to, scan, name, depth)


def command(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return what a named command prints in a formula."""
    if name in FUNCTIONS:
        return f"{BEFORE}{name}{AFTER}"
    if name in SIZES:
        scan.skip_space()
        if name in {"left", "right", "middle"} and scan.peek() == ".":
            scan.pos += 1
        return ""
    if name in SPACES:
        return " "
    if name in FRACTIONS:
        return written_fraction(to, scan, name, depth)
    if name in BOLD:
        return to.tag("b", render(to, scan.argument(), depth + 1))
    if name in ALPHABETS:
        return alphabet(to, scan, name, depth)
    if name in TEXTS:
        return to.text(scan.argument(), depth + 1)
    if name in MATH_ACCENTS:
        return accent(to, scan, name, depth)
    return structure(to, scan, name, depth)


def written_fraction(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    r"""Return \frac{a}{b} as a/b."""
    if name in {"cfrac", "nicefrac", "sfrac"}:
        scan.optional()
    top, bottom = render(to, scan.argument(), depth + 1), render(to, scan.argument(), depth + 1)
    text = fraction(top, bottom)
    following = scan.peek()
    return f"({text})" if following.isalnum() or following == "^" else text


def alphabet(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return an upright name or letters of another alphabet as plain letters."""
    scan.star()
    content = render(to, scan.argument(), depth + 1)
    if name in {"operatorname", "operatornamewithlimits"} and content:
        return f"{BEFORE}{content}{AFTER}"
    if name in {"mathds", "mathbbm"}:
        return BLACKBOARD.get(content, content)
    return content


def accent(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return a letter with a mathematical accent; longer material loses the accent."""
    content = render(to, scan.argument(), depth + 1)
    bare = {"ı": "i", "ȷ": "j"}.get(content, content)
    if len(bare) == 1 and bare.isalpha():
        return unicodedata.normalize("NFC", bare + MATH_ACCENTS[name])
    return content


def structure(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return roots, binomials, stacked signs and the like; what is unknown is rendered as text."""
    if name == "mathbb":
        content = render(to, scan.argument(), depth + 1)
        return BLACKBOARD.get(content, content)
    if name == "sqrt":
        return root(to, scan, depth)
    if name in {"binom", "tbinom", "dbinom"}:
        return f"({render(to, scan.argument(), depth + 1)} choose {render(to, scan.argument(), depth + 1)})"
    if name in {"stackrel", "overset", "underset"}:
        upper, base = render(to, scan.argument(), depth + 1), render(to, scan.argument(), depth + 1)
        joined = ACCENTED_OVER.get((upper, base.strip("_")))
        return joined or base + to.script(upper, up=name != "underset")
    if name in {"pmod", "bmod", "mod"}:
        return f" (mod {render(to, scan.argument(), depth + 1)})" if name == "pmod" else " mod "
    if name == "not":
        scan.skip_space()
        base = command_at(to, scan, depth) if scan.peek() == "\\" else scan.argument()
        return unicodedata.normalize("NFC", base[:1] + "\u0338") if base else ""
    if name in {"xrightarrow", "xleftarrow"}:
        scan.optional()
        label = render(to, scan.argument(), depth + 1)
        return ("→" if name == "xrightarrow" else "←") + to.script(label, up=True)
    if name in {"begin", "end"}:
        environment = scan.argument().strip().rstrip("*")
        if name == "begin" and environment in {"array", "alignedat", "subarray", "tabular"}:
            scan.optional()
            scan.group()
        return " " if environment in {"split", "aligned", "gathered", "cases"} else ""
    if name in {"substack", "overbrace", "underbrace", "cancel", "boxed", "ensuremath", "smash", "mathrlap"}:
        return render(to, scan.argument(), depth + 1)
    return elsewhere(to, scan, name, depth)


def root(to: Writer, scan: Scanner, depth: int) -> str:
    """Return a root with its degree."""
    degree = scan.optional()
    content = render(to, scan.argument(), depth + 1)
    sign = {"3": "∛", "4": "∜"}.get((degree or "").strip())
    if sign is None:
        sign = (to.script(render(to, degree, depth + 1), up=True) if degree else "") + "√"
    return sign + (content if re.fullmatch(r"\w+", content) else f"({content})")


def elsewhere(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return what a command prints that formulae share with text."""
    if name in FENCES:
        scan.star()
        return FENCES[name][0] + render(to, scan.argument(), depth + 1) + FENCES[name][1]
    found = symbol(name)
    if found is not None:
        return found
    if name in QUANTUM:
        return quantum(to, scan, name, depth)
    if to.knows(name):
        return to.word(scan, name, depth)
    return unknown(to, scan, name, depth)


def unknown(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return the name of a command that nothing defines, or what it acts on where it takes arguments.

    A formula without its variables says less than one that names them; a command with arguments is more
    likely a font or a decoration.
    """
    scan.after_word()
    if scan.peek() in {"{", "["}:
        scan.optional()
        return render(to, scan.argument(), depth + 1) if scan.peek() == "{" else ""
    if name in UNPRINTED or LAYOUT_NAME.search(name):
        return ""
    return f"{BEFORE}{name.replace('@', '')}{AFTER}"


def quantum(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return what the physics package's commands for derivatives, brackets and operators print."""
    scan.star()
    if name in DERIVATIVES:
        order = scan.optional()
        parts = [render(to, scan.argument(), depth + 1)]
        while scan.peek() == "{" and len(parts) < 3:
            parts.append(render(to, scan.argument(), depth + 1))
        sign = DERIVATIVES[name]
        power = to.script(render(to, order, depth + 1), up=True) if order else ""
        if len(parts) == 3 and not order:
            return f"{sign}²{parts[0]}/{sign}{parts[1]}{sign}{parts[2]}"
        top = "" if len(parts) == 1 else parts[0]
        return f"{sign}{power}{top}/{sign}{parts[min(1, len(parts) - 1)]}{power}"
    opening, middle, closing, count = QUANTUM[name]
    inside = [render(to, scan.argument(), depth + 1) for _ in range(count)]
    return opening + middle.join(part for part in inside if part) + closing
