"""What stands below a table by way of its package's notes: one line each, its mark raised before it."""

import re

from extractors.latex.source.scanner import Scanner
from extractors.latex.source.words import words
from extractors.latex.tables import tabularray
from extractors.latex.text.footnotes import Footnotes
from extractors.latex.text.renderer import Renderer

ENVIRONMENTS = words("tablenotes TableNotes tabnote tabnotes tablenote")
# Commands with a text, and those with a mark and a text.
WITH_TEXT = words(
    "tablefoot tablebib tablecomments tablerefs tabnote tablenote belowtable addtabletext floatfoot"
)
WITH_MARK = words("tablenotetext tablefoottext tabnotetext tabfnt")
COMMAND = re.compile(
    r"\\(" + "|".join(sorted(WITH_TEXT | WITH_MARK, key=len, reverse=True)) + r")(?![A-Za-z])"
)
BEGIN = re.compile(r"\\begin\{(" + "|".join(sorted(ENVIRONMENTS)) + r")\}")
FOOTNOTE_TEXT = re.compile(r"\\footnotetext(?![A-Za-z])")
FOOTNOTE = re.compile(r"\\footnote(text|mark)?(?![A-Za-z])")
MAX_NOTES = 100
MAX_NOTE = 20_000


def noted(to: Renderer, mark: str | None, tex: str) -> str:
    """Return a note as a line of inline HTML, nothing where it says nothing."""
    text = to.html(tex)
    if not text or not mark:
        return text
    shown = to.html(mark)
    if shown.endswith(":"):  # a remark's word
        return f"{shown} {text}"
    return f"<sup>{shown}</sup> {text}" if shown else text


def take_notes(to: Renderer, body: str) -> tuple[str, list[str]]:
    r"""Return the body of a deluxetable between \startdata and \enddata, and its notes."""
    notes, first = commands(to, body)
    start = body.find("\\startdata")
    if start >= 0:
        end = body.find("\\enddata", start)
        return body[start + 10 : end if end >= 0 else len(body)], notes
    return (body[:first] if notes else body), notes


def commands(to: Renderer, text: str) -> tuple[list[str], int]:
    """Return the notes that commands give in a text, and where the first of them stands."""
    out: list[str] = []
    first, pos = len(text), 0
    for match in COMMAND.finditer(text):
        if match.start() < pos or len(out) >= MAX_NOTES:
            continue
        scan = Scanner(text, match.end())
        scan.optional()
        mark = scan.argument() if match[1] in WITH_MARK else None
        note = noted(to, mark, scan.argument())
        pos = scan.pos
        first = min(first, match.start())
        if note:
            out.append(note)
    return out, first


def below(to: Renderer, text: str, outer: str, footnotes: Footnotes, following: str) -> tuple[str, ...]:
    """Return the notes of a float's tables.

    Args:
        to: renders them.
        text: what the float holds outside its tabulars.
        outer: options in which tables give notes by keys.
        footnotes: those of the cells.
        following: what stands behind the float, where texts of its marks may be.
    """
    out = [noted(to, mark, tex) for mark, tex in tabularray.notes(outer)] if outer else []
    for match in FOOTNOTE_TEXT.finditer(text):
        scan = Scanner(text, match.end())
        footnotes.text(scan.optional(), scan.argument())
    take_following(following, footnotes)
    out.extend(noted(to, mark, tex) for mark, tex in footnotes.found)
    out.extend(environments(to, text))
    out.extend(commands(to, text)[0])
    return tuple([note for note in out if note][:MAX_NOTES])


def take_following(text: str, footnotes: Footnotes) -> None:
    """Take the texts of marks that wait for one from what follows the float, up to the next mark."""
    pos = 0
    while footnotes.waiting:
        match = FOOTNOTE.search(text, pos)
        if match is None or match[1] != "text":
            return
        scan = Scanner(text, match.end())
        footnotes.text(scan.optional(), scan.argument())
        pos = scan.pos


def environments(to: Renderer, text: str) -> list[str]:
    """Return the notes that environments hold: an item each, or one text."""
    out: list[str] = []
    for match in list(BEGIN.finditer(text))[:20]:
        end = text.find(f"\\end{{{match[1]}}}", match.end())
        if end < 0:
            continue
        scan = Scanner(text[match.end() : min(end, match.end() + MAX_NOTE)])
        scan.optional()
        for part in re.split(r"\\item(?![A-Za-z])", scan.text[scan.pos :])[:MAX_NOTES]:
            item = Scanner(part)
            mark = item.optional()
            out.append(noted(to, mark, part[item.pos :]))
    return out
