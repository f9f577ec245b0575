r"""Control sequences by their spelled-out names, as \csname writes them, and the text that \edef keeps."""

import re

from extractors.latex.expansion.expander import EXPANDABLE, Expander
from extractors.latex.expansion.macros import Macro, substitute

NAME = re.compile(r"[A-Za-z@]+\Z")
NEXT = re.compile(r"\\([A-Za-z@]+)[ \t]*")
LEFT_OVER = re.compile(r"\\(?:string|detokenize|relax|expandafter|protect)(?![A-Za-z@])[ ]?|[{}]")
MAX_NAMES = 20_000


def spelled(ex: Expander, written: str) -> str:
    r"""Return the name under which a control sequence is kept: as written, or one of letters that stands for it.

    What is written may be made of macros, and of signs that no control word can hold in a text.
    """
    if "\\" in written:
        written = LEFT_OVER.sub("", ex.expanded(written))
    written = " ".join(written.split())
    if NAME.match(written):
        return written
    if written not in ex.spelled and len(ex.spelled) < MAX_NAMES:
        number, letters = len(ex.spelled), ""
        while number or not letters:
            number, digit = divmod(number, 26)
            letters += chr(97 + digit)
        ex.spelled[written] = ("if" if written.startswith("if") else "") + "scimmirname" + letters
    return ex.spelled.get(written, "scimmirname")


def read_csname(ex: Expander) -> str | None:
    r"""Return the name that stands before \endcsname, None where that is missing.

    An \expandafter ahead of \endcsname acts on what follows it.
    """
    inner = ex.input.read_until("\\endcsname")
    while inner is not None and inner.count("\\csname") > inner.count("\\endcsname"):
        more = ex.input.read_until("\\endcsname")
        inner = None if more is None else f"{inner}\\endcsname {more}"
    if inner is None:
        return None
    after = re.search(r"\\expandafter\s*\Z", inner)
    if after:
        inner = inner[: after.start()]
        expand_next(ex)
    return spelled(ex, inner)


def expand_next(ex: Expander) -> None:
    """Expand the next token once, where it is one that TeX expands."""
    frame = ex.input.top()
    match = NEXT.match(frame.text, frame.pos)
    if match is None:
        return
    name = match[1]
    meaning = ex.scopes.meanings.get(name)
    conditional = name.startswith("if") and callable(meaning)
    if name not in EXPANDABLE and not isinstance(meaning, Macro) and not conditional:
        return
    frame.pos = match.end()
    if name == "csname":
        made = read_csname(ex)
        ex.input.unread(f"\\{made} " if made is not None else "")
    elif meaning is not None:
        ex.execute(name, meaning)


def use_name(ex: Expander, name: str) -> None:
    r"""Read \csname … \endcsname, \@nameuse{…} or \csuse{…} and act on the name."""
    written = None if name == "csname" else ex.input.read_argument()
    made = read_csname(ex) if name == "csname" else None if written is None else spelled(ex, written)
    if made is None:
        return
    meaning = ex.scopes.meanings.get(made)
    if isinstance(meaning, Macro) and not meaning.arguments and not meaning.prefix and name != "csname":
        if not ex.output.silent and (body := substitute(meaning.pieces(), [])):
            ex.input.push(body)  # the blank behind the brace is a real one
    elif meaning is not None:
        ex.execute(made, meaning)
    elif made.isalpha() and not made.startswith(("scimmirname", "ifscimmirname")):
        ex.output.emit("\\" + made)
        ex.separate()


def fixed(ex: Expander, body: str) -> str:
    r"""Return the body that \edef keeps: what is expandable in it has been expanded."""
    if "\\" not in body or ex.output.silent:
        return body
    outer, ex.defining = ex.defining, True
    try:
        return ex.expanded(body)
    finally:
        ex.defining = outer


def no_expand(ex: Expander, name: str) -> None:
    r"""Read \noexpand or \protect: in \edef the next token stays; elsewhere they do nothing."""
    if not ex.defining:
        if name == "protect":
            ex.output.emit("\\protect")
            ex.separate()
        else:
            ex.input.frames[-1].after_word()
        return
    frame = ex.input.top()
    match = re.compile(r"[ \t]*(\\(?:[A-Za-z@]+[ \t]*|.)|.)", re.S).match(frame.text, frame.pos)
    if match is not None:
        frame.pos = match.end()
        ex.output.emit(("\\protect" if name == "protect" else "") + match[1].rstrip())
        ex.separate()


def unexpanded(ex: Expander, name: str) -> None:
    r"""Read \unexpanded{…}, \detokenize{…} or \expandonce\name: in \edef the text stays as it is."""
    if name == "expandonce":
        meaning = ex.scopes.meanings.get(ex.input.read_control() or "")
        text: str | None = meaning.body if isinstance(meaning, Macro) else ""
    else:
        text = ex.input.read_argument()
    if text and ex.defining:
        ex.output.emit(text)
        ex.separate()
    elif text:
        ex.input.push(text)
