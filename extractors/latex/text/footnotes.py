"""Notes that stand in a table's cells: their marks are printed raised, their texts are kept for below."""

from dataclasses import dataclass, field

from extractors.latex.source.scanner import Scanner
from extractors.latex.text.writer import Writer

# With a text of their own, with a mark alone, with a text for a mark elsewhere.
WITH_TEXT = frozenset({"footnote", "tablefootnote", "tabularnote", "mpfootnote"})
COMMANDS = WITH_TEXT | {"footnotemark", "footnotetext", "tablefootnotemark"}
MAX_NOTES = 200


@dataclass
class Footnotes:
    """The notes of one table: `letters` where they are lettered, `count` the number of the last one before."""

    letters: bool = False
    count: int = 0
    waiting: list[str] = field(default_factory=list)  # marks whose text stands elsewhere
    found: list[tuple[str, str]] = field(default_factory=list)  # mark and TeX of each note

    def read(self, to: Writer, scan: Scanner, name: str) -> str:
        """Return the raised mark of a command in a cell, and keep its text."""
        given = scan.optional()
        if name == "footnotetext":
            self.text(given, scan.argument())
            return ""
        if name not in WITH_TEXT:
            mark = self.mark(given)
            self.waiting.append(mark)
            return to.script(mark, up=True)
        text = scan.argument()
        lettered = self.letters or name == "tabularnote"
        if name == "tabularnote":
            known = next((m for m, t in self.found if t == text), None)
            if known is not None:
                return to.script(known, up=True)
        mark = self.mark(given, lettered=lettered)
        if len(self.found) < MAX_NOTES:
            self.found.append((mark, text))
        return to.script(mark, up=True)

    def mark(self, given: str | None, *, lettered: bool | None = None) -> str:
        """Return the mark of a note, numbered on where it does not say its number."""
        lettered = self.letters if lettered is None else lettered
        if given is None:
            self.count += 1
        number = given.strip() if given is not None else str(self.count)
        if lettered and number.isdigit() and 0 < int(number) < 27:
            return chr(96 + int(number))
        return number

    def text(self, given: str | None, tex: str) -> None:
        """Keep the text of a note whose mark stands elsewhere: one of that number, or the first that waits."""
        if given is not None:
            mark = self.mark(given)
            if mark in self.waiting:
                self.waiting.remove(mark)
        else:
            mark = self.waiting.pop(0) if self.waiting else ""
        if len(self.found) < MAX_NOTES:
            self.found.append((mark, tex))
