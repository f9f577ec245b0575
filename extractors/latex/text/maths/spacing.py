"""Blanks in a formula: round relations, operators and the names of functions, and nowhere else."""

import re

from extractors.latex.text.symbols import BINARY, RELATIONS

# Stand before and after a function's name until it is known what is beside it.
BEFORE, AFTER = "\x1e", "\x1f"
SPACED_NAME = re.compile(r"(?<=[\w)\]}²³′])\x1e")
NAME_SPACED = re.compile(r"\x1f(?=[\w√∑∏∫∂∇|])")


def finish(text: str) -> str:
    """Return the formula with function names set apart from what stands beside them."""
    if BEFORE in text:
        text = NAME_SPACED.sub(" ", SPACED_NAME.sub(" ", text)).replace(BEFORE, "").replace(AFTER, "")
    return re.sub(r" {2,}", " ", text)


def single(out: list[str], char: str, following: str) -> None:
    """Write one character of a formula."""
    if char in " \t\n$}":
        return
    if char == "~" or char == "&":
        out.append(" ")
    elif char == "'":
        out.append("′")
    elif char in ",;":
        digits = following.isdigit() and bool(out) and out[-1][-1:].isdigit()
        out.append(char if digits else char + " ")
    elif char == "`":
        out.append("‘")
    else:
        append(out, "−" if char == "-" else char)


def append(out: list[str], piece: str) -> None:
    """Write an atom; relations and binary operators get blanks round them."""
    if len(piece) == 1:
        if piece in RELATIONS and out and out[-1].endswith(" ") and out[-1].strip() in RELATIONS:
            out[-1] = out[-1].rstrip(" ")
            piece += " "
        elif piece in RELATIONS:
            before = "" if (out and out[-1].endswith((" ", "("))) or not out else " "
            piece = f"{before}{piece} "
        elif piece in BINARY:
            last = next((p for p in reversed(out) if p), "")
            if last and last[-1] not in " ([{,=<>/|⟨" + BEFORE + AFTER:
                piece = f" {piece} "
    out.append(piece)
