"""TeX to readable Unicode: captions, cells, titles and paragraphs.

The input is flat text (no macros of the paper's own, no comments). `Renderer.plain` gives plain text, `.html`
inline HTML in which only b, i, u, sup, sub and code tags occur.
"""

import re
from collections.abc import Callable, Mapping

from extractors.latex.source.scanner import Scanner
from extractors.latex.source.shields import UNSHIELD
from extractors.latex.text import footnotes, marks, packages
from extractors.latex.text.characters import (
    DROPPED,
    UNSPACED,
    character,
    dingbat,
    ligatures,
    skip_dimension,
    tidy,
)
from extractors.latex.text.citing import (
    FREE_TEXT,
    Citer,
    free_text,
    is_citation,
    is_wanted,
    no_citation,
    read_call,
)
from extractors.latex.text.environments import border
from extractors.latex.text.icons import ICON
from extractors.latex.text.lists import Lists
from extractors.latex.text.maths import formula
from extractors.latex.text.maths.commands import ONLY_IN_MATH
from extractors.latex.text.references import referred
from extractors.latex.text.shapes import (
    DIMENSION_COMMANDS,
    FONTS,
    REFERENCES,
    SHAPES,
    SPACE_COMMANDS,
    SWITCHES,
)
from extractors.latex.text.siunitx import commands as siunitx
from extractors.latex.text.symbols import ACCENTS, SUPERSCRIPT, SYMBOLS, accented, scripted, symbol

MAX_DEPTH = 40
RUN = re.compile(r"[^\\{}$~&\n]+")
NEWLINES = re.compile(r"[ \t]*\n[ \t\n]*")
COMMAND = re.compile(r"\\(?:([A-Za-z][A-Za-z@]*|@[A-Za-z@]+)(\*?)|(.)|\Z)", re.S)

UNRAISED = frozenset({"°", "∘", "′", "″", "′′", "*", "†", "‡"})
SUPERSCRIPT_DIGITS = {ord(c): SUPERSCRIPT[ord(c)] for c in "0123456789"}
TEXT_COMMANDS = (
    FONTS, SWITCHES, REFERENCES, SHAPES, SPACE_COMMANDS, DIMENSION_COMMANDS, packages.COMMANDS, siunitx.COMMANDS,
    frozenset({"begin", "end", "ensuremath", "char", "symbol"}),
)  # fmt: skip

Resolver = Callable[[str, str], str]


def no_reference(command: str, keys: str) -> str:
    """Return nothing for any reference."""
    return ""


def ignore(settings: Mapping[str, str]) -> None:
    """Take no note of what the document declares."""


class Renderer:
    """Renders TeX with a paper's references, citations and printed names."""

    def __init__(
        self,
        *,
        reference: Resolver = no_reference,
        citation: Citer = no_citation,
        names: dict[str, str] | None = None,
        language: str | None = None,
        units: dict[str, str] | None = None,
    ) -> None:
        self.reference = reference
        self.citation = citation
        self.names = names or {}
        self.language = language or ""
        self.units = units or {}
        self.marked = False
        self.footnotes: footnotes.Footnotes | None = None  # where a table is read: notes of its cells
        self.base: Mapping[str, str] = {}
        self.settings: Mapping[str, str] = {}
        self.lists = Lists()
        self.follow: Callable[[Mapping[str, str]], None] = ignore

    def at(self, settings: Mapping[str, str]) -> None:
        """Render from here on as where these declarations of the document hold."""
        self.base = settings

    def start(self, *, marked: bool) -> None:
        """Begin a text of its own."""
        self.marked = marked
        self.settings = self.base
        self.lists = Lists(self.settings)
        self.follow(self.settings)

    def declare(self, scan: Scanner, name: str) -> str:
        """Take over a declaration that stands in the text itself, or its end."""
        what = scan.argument()
        settings = {key: value for key, value in self.settings.items() if key != what}
        if name == "scimmirprinted":
            settings[what] = scan.argument()
        self.settings = self.lists.settings = settings
        self.follow(settings)
        return ""

    def plain(self, tex: str) -> str:
        """Return the text as one line of Unicode."""
        self.start(marked=False)
        return tidy(self.text(tex, 0).translate(UNSHIELD))

    def html(self, tex: str) -> str:
        """Return the text as one line of inline HTML, escaped."""
        self.start(marked=True)
        text = tidy(self.text(tex, 0))
        self.marked = False
        return marks.as_html(text)

    def tag(self, name: str, content: str) -> str:
        """Return the content between the marks of a tag where marks are wanted."""
        if not self.marked or not content.strip():
            return content
        return marks.marked(name, content)

    def script(self, content: str, *, up: bool) -> str:
        """Return a script: a tag, or Unicode's own characters where all exist, else ^(…) or _(…)."""
        if not content:
            return ""
        if self.marked:
            if up and content in UNRAISED:
                return content.translate(SUPERSCRIPT)
            return self.tag("sup" if up else "sub", content)
        return scripted(content, up=up)

    def text(self, tex: str, depth: int) -> str:
        """Return a piece of TeX in text mode, not yet tidied."""
        if depth > MAX_DEPTH:
            return re.sub(r"\\[A-Za-z@]+\*?|[\\{}$^_&~]", " ", tex)
        return self.read_text(Scanner(tex), depth, group=False)

    def read_text(self, scan: Scanner, depth: int, *, group: bool) -> str:
        """Return text up to the end, or up to the brace that closes the group in which `scan` stands."""
        out: list[str] = []
        closing: list[str] = []
        text, length = scan.text, len(scan.text)
        while scan.pos < length:
            run = RUN.match(text, scan.pos)
            if run:
                out.append(ligatures(run[0], self.settings.get("language", self.language)))
                scan.pos = run.end()
                continue
            char = text[scan.pos]
            if char == "\\":
                out.append(self.command(scan, depth, closing))
            elif char == "}":
                scan.pos += 1
                if group:
                    break
            else:
                out.append(self.special(scan, char, depth))
        out.extend(reversed(closing))
        return "".join(out)

    def special(self, scan: Scanner, char: str, depth: int) -> str:
        """Return what an opening brace, a dollar, a tie, an ampersand or a newline stands for."""
        if char == "{":
            if depth >= MAX_DEPTH:
                return self.text(scan.argument(), depth + 1)
            scan.pos += 1
            return self.read_text(scan, depth + 1, group=True)
        if char == "$":
            double = scan.text.startswith("$$", scan.pos)
            scan.pos += 2 if double else 1
            inner = formula.read(self, scan, depth + 1, stop="$")
            if double and scan.peek() == "$":
                scan.pos += 1
            return f" {inner} " if double else inner
        if char == "\n":
            scan.take(NEWLINES)
        else:
            scan.pos += 1
        return " "

    def command(self, scan: Scanner, depth: int, closing: list[str]) -> str:
        """Return what the command at the position prints."""
        match = scan.take(COMMAND)
        if match is None:
            scan.pos += 1
            return ""
        name, star, char = match.groups()
        if name is None:
            return self.control_symbol(scan, char or "", depth)
        if name in SYMBOLS:
            if star:
                scan.pos -= 1
            scan.after_word()
            return SYMBOLS[name]
        if name in SWITCHES:
            scan.after_word()
            if self.marked:
                closing.append(marks.closing(SWITCHES[name]))
                return marks.opening(SWITCHES[name])
            return ""
        return self.word(scan, name, depth)

    def control_symbol(self, scan: Scanner, char: str, depth: int) -> str:
        """Return what a backslash with one character prints."""
        if char in "%#&_${}":
            return char.translate({ord(c): 0xE000 + ord(c) for c in "#&_${}%"})
        if char == "(":
            return formula.read(self, scan, depth + 1, stop="\\)")
        if char == "[":
            return " " + formula.read(self, scan, depth + 1, stop="\\]") + " "
        if char in "`'^~=.\"":
            return self.accent(scan, char, depth)
        if char == "-" or char in "/!)]@+<>|":
            return ""
        if char == "\\":
            scan.star()
            scan.optional() if scan.peek() == "[" else None
        return " "

    def accent(self, scan: Scanner, name: str, depth: int) -> str:
        """Return the next letter with an accent."""
        return accented(self.text(scan.argument(), depth + 1).strip() if depth < MAX_DEPTH else "", name)

    def word(self, scan: Scanner, name: str, depth: int) -> str:
        """Return what a named command prints that is neither a symbol nor a font switch."""
        if name in ACCENTS and len(name) == 1:
            return self.accent(scan, name, depth)
        if name in FONTS:
            content = scan.argument()
            inner = self.text(content, depth + 1)
            if name.startswith("textsu"):
                return self.script(inner.strip(), up=name == "textsuperscript")
            return self.tag(FONTS[name], inner)
        if name in REFERENCES:
            return self.refer(scan, name)
        if name in {"scimmirprinted", "scimmirdefault"}:
            return self.declare(scan, name)
        if is_citation(name):
            return self.cite(scan, name, depth)
        if name in siunitx.COMMANDS:
            return siunitx.render(self, scan, name, depth)
        if self.footnotes is not None and name in footnotes.COMMANDS:
            return self.footnotes.read(self, scan, name)
        if name in SHAPES:
            return self.shaped(scan, SHAPES[name], name, depth)
        if name in {"begin", "end"}:
            return border(self, self.lists, scan, name, depth)
        return self.other(scan, name, depth)

    def other(self, scan: Scanner, name: str, depth: int) -> str:
        """Return what the remaining commands print: unknown ones vanish, what they act on stays."""
        if name in SPACE_COMMANDS:
            return self.space(scan, name, depth)
        if name == "ensuremath":
            return formula.render(self, scan.argument(), depth + 1)
        if name in {"char", "symbol"}:
            return character(scan, name)
        if name in packages.COMMANDS or ICON.match(name):
            return packages.render(self, scan, name, depth)
        if name in self.names:
            scan.after_word()
            return self.text(self.names[name], depth + 1)
        if name in DIMENSION_COMMANDS:
            return skip_dimension(scan)
        if name in ONLY_IN_MATH:
            return formula.command(self, scan, name, depth)
        found = symbol(name)
        if found is not None:
            scan.after_word()
            return found
        if scan.peek() == "[":
            scan.optional()
        elif scan.peek() != "{":
            scan.after_word()
        return ""

    def space(self, scan: Scanner, name: str, depth: int) -> str:
        """Return a blank, and what an item of a list prints in it."""
        scan.after_word()
        if name == "item" and self.lists.open:
            return f" {self.text(self.lists.item(scan.optional()), depth + 1)} "
        if scan.peek() == "[" and name in {"item", "linebreak", "tabularnewline"}:
            return " " + self.text(scan.optional() or "", depth + 1) + " "
        return " "

    def knows(self, name: str) -> bool:
        """Return whether text has a meaning for a command, be it only what to leave out."""
        return (
            name in self.names
            or any(name in known for known in TEXT_COMMANDS)
            or (name in ACCENTS and len(name) == 1)
            or is_citation(name)
        )

    def shaped(self, scan: Scanner, shape: str, name: str, depth: int) -> str:
        """Return the kept arguments of a command whose arguments are known."""
        if name in DIMENSION_COMMANDS:
            return skip_dimension(scan)
        if name == "ding":
            return dingbat(scan.argument())
        parts = []
        for letter in shape:
            if letter == "t":
                parts.append(self.text(scan.argument(), depth + 1))
            else:
                scan.skip(letter)
        if name in {"hspace", "vspace"}:
            return " "
        return DROPPED if name in {"includegraphics", "rule"} else "".join(parts)

    def refer(self, scan: Scanner, name: str) -> str:
        """Return the printed number of a reference."""
        return self.reference(*referred(scan, name)) or DROPPED

    def cite(self, scan: Scanner, name: str, depth: int) -> str:
        """Return what a citation prints."""
        start = scan.text.rfind("\\", 0, scan.pos)
        if name in FREE_TEXT:
            return self.citation(free_text(name, self.text(scan.group() or "", depth + 1))).text
        call = read_call(scan, name, lambda note: self.text(note, depth + 1))
        if call is None:
            return ""
        printed = self.citation(call)
        if printed.spare and not is_wanted(scan.text, start):
            return DROPPED
        if not printed.raised:
            return printed.text + printed.tail or DROPPED
        points = scan.points() if printed.moves else ""
        return printed.text + UNSPACED + points + self.raised(printed.raised) + printed.tail

    def raised(self, numbers: str) -> str:
        """Return raised numbers: one tag, or Unicode's digits with the signs between them as they are."""
        if self.marked:
            return self.script(numbers, up=True)
        return numbers.translate(SUPERSCRIPT_DIGITS)
