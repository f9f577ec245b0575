"""Commands of packages other than siunitx that print something of their own: quotes, table notes, chemistry."""

import re

from extractors.latex.source.scanner import Scanner
from extractors.latex.text import icons
from extractors.latex.text.characters import DROPPED, skip_tikz
from extractors.latex.text.maths.chemistry import chemistry
from extractors.latex.text.numbering import roman
from extractors.latex.text.writer import Writer

RULE_SIZE = re.compile(
    r"(?:\s*(?:width|height|depth)\s*=?\s*(?:-?[\d.]+\s*[a-z]{2}|-?[\d.]*\\(?:ht|dp|wd)\s*\\[A-Za-z@]+|-?[\d.]*\\[A-Za-z@]+))*"
)
COMMANDS = frozenset(
    {"enquote", "textquote", "tnote", "tablenotemark", "tablefootmark",
    "tmark", "TblrNote", "tabnoteref", "tabfnm", "nth", "ordinalnum", "ce", "ch", "cee", "tikz", "ion", "diagbox",
    "backslashbox", "slashbox", "tablefoottext", "vrule", "hrule"},
) | icons.COMMANDS  # fmt: skip


def render(to: Writer, scan: Scanner, name: str, depth: int) -> str:
    """Return what commands of csquotes, threeparttable, mhchem and tikz print."""
    if name in {"ce", "ch", "cee"}:
        return chemistry(to, scan.argument())
    if name in {"diagbox", "backslashbox", "slashbox"}:
        scan.optional()
        return f"{to.text(scan.argument(), depth + 1)} / {to.text(scan.argument(), depth + 1)}"
    if name in icons.COMMANDS or icons.ICON.match(name):
        scan.optional()
        if name == "faIcon":
            return icons.icon(scan.argument())
        if name in icons.COMMANDS:
            return icons.character(scan.argument()) if name == "usym" else icons.emoji(scan.argument())
        scan.after_word()
        return icons.icon(name)
    if name in {"vrule", "hrule"}:
        scan.take(RULE_SIZE)
        return ""
    if name == "tablefoottext":
        mark = to.script(to.text(scan.argument(), depth + 1).strip(), up=True)
        return f" {mark} {to.text(scan.argument(), depth + 1)}"
    if name == "tikz":
        return skip_tikz(scan) + DROPPED
    if name == "ion":
        element, stage = to.text(scan.argument(), depth + 1), to.text(scan.argument(), depth + 1)
        return f"{element} {roman(int(stage[:3])).upper() if stage.isdigit() else stage.upper()}"
    if name in {"nth", "ordinalnum"}:
        return ordinal(to, to.text(scan.argument(), depth + 1).strip(), raised=name != "nth")
    if name == "tmark":  # ctable's, whose mark is an option
        return to.script(to.text(scan.optional() or "a", depth + 1).strip(), up=True)
    inner = to.text(scan.argument(), depth + 1)
    return f"“{inner}”" if "quote" in name else to.script(inner.strip(), up=True)


def ordinal(to: Writer, number: str, *, raised: bool) -> str:
    r"""Return an ordinal as \nth (2nd) or fmtcount's \ordinalnum (with a raised nd) prints it."""
    teen = number[-2:-1] == "1"
    ending = {"1": "st", "2": "nd", "3": "rd"}.get(number[-1:], "th") if not teen else "th"
    if not number.isdigit():
        return number
    return number + (to.script(ending, up=True) if raised else ending)
