"""Expands a paper's macros, inputs and conditionals into one flat text, with a map to its origin.

The expander copies text and stops only at control words that mean something to it: the paper's own macros
and the primitives in `handlers`. A stack of frames stands for TeX's input stack.
"""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from extractors.latex.expansion.budget import Budget, Limits
from extractors.latex.expansion.input import SPACE, Frame, Input, skip_comment
from extractors.latex.expansion.macros import Alias, Macro, substitute
from extractors.latex.expansion.output import Flat, Output
from extractors.latex.expansion.scopes import Scopes
from extractors.latex.expansion.xparse import read_all
from extractors.latex.source.project import Project

STOP = re.compile(r"\\(?:([A-Za-z]+)|.)|%", re.S)
STOP_AT = re.compile(r"\\(?:([A-Za-z@]+)|.)|%", re.S)
MAX_NESTED = 20
TEXT_SUFFIXES = (".tex", ".ltx", ".latex", ".sty", ".cls", ".txt", ".tikz", ".pgf")

# What TeX expands in \edef and \csname among the commands that are read here; all others stay as they are.
EXPANDABLE = frozenset(
    {
        "expandafter", "else", "fi", "or", "number", "the", "csname", "@gobble", "@gobbletwo", "@firstofone",
        "@firstoftwo", "@secondoftwo", "csuse", "@nameuse", "noexpand", "unexpanded", "expandonce", "protect",
        "IfNoValueTF", "IfNoValueT", "IfNoValueF", "IfValueTF", "IfValueT", "IfValueF", "IfBooleanTF", "IfBooleanT",
        "IfBooleanF", "@ifundefined", "detokenize", "unless",
    }
)  # fmt: skip

Handler = Callable[["Expander", str], None]  # acts on a control word, whose name it gets
Meaning = Macro | Alias | Handler


@dataclass
class Conditions:
    r"""Switches and toggles by name, and the branches that are open: if or else."""

    switches: dict[str, bool] = field(default_factory=dict)
    toggles: dict[str, bool] = field(default_factory=dict)
    branches: list[str] = field(default_factory=list)


@dataclass
class Counting:
    r"""Count registers and counters by name, and the loops that count."""

    values: dict[str, int] = field(default_factory=dict)
    loops: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Environments:
    """Environments of the paper's own, what they stand for, and what is done before and after some."""

    macros: dict[str, Macro] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)
    arguments: dict[str, list[list[str]]] = field(default_factory=dict)
    hooks: dict[tuple[str, str], str] = field(default_factory=dict)
    verbatim: dict[str, bool] = field(default_factory=dict)


@dataclass
class Reading:
    r"""Which files are read: where they are looked for, which \\include is left out, whose package it is.

    `outer` has the input stacks that wait while a name or a package is read, `streams` the lines, last first, of
    the files that are read by \\read.
    """

    path: list[str] = field(default_factory=list)
    include_only: set[str] | None = None
    own_package: bool = False
    outer: list[list[Frame]] = field(default_factory=list)
    streams: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Tongues:
    """The document's languages: its own, those that are loaded, and names that stand for others."""

    main: str = ""
    document_class: str = ""
    options: tuple[str, ...] = ()
    loaded: set[str] = field(default_factory=set)
    variants: dict[str, str] = field(default_factory=dict)
    words: dict[tuple[str, str], str] = field(default_factory=dict)


class Expander:
    """TeX's mouth and stomach as far as text is concerned; `run` gives the flat text."""

    def __init__(self, project: Project, meanings: dict[str, Meaning], limits: Limits) -> None:
        self.project = project
        self.budget = Budget(limits)
        self.input = Input(self.budget, self.cut_short)
        self.output = Output(self.budget)
        self.scopes = Scopes[Meaning](self.input, self.output, meanings, lambda body: Macro((), body))
        self.conditions = Conditions()
        self.counting = Counting()
        self.environments = Environments()
        self.reading = Reading()
        self.tongues = Tongues()
        self.begin_document: list[str] = []
        self.terms: dict[str, tuple[str, str]] = {}
        self.short_verbs: set[str] = set()
        self.teaser = ""
        self.picture_caption = ""
        self.code: dict[str, str] = {}
        self.used_by: dict[str, set[str]] = {}
        self.caption_styles: dict[str, str] = {}
        self.after_depth = 0
        self.nested = 0
        self.defining = False
        self.protected = False
        self.spelled: dict[str, str] = {}

    def run(self) -> None:
        """Read until the input stack is empty."""
        while self.input.frames:
            self._read()

    def _read(self) -> None:
        """Copy the top frame up to the next control word that means something, and act on that."""
        frame = self.input.frames[-1]
        text = frame.text
        start = pos = frame.pos
        # In a macro's body names were cut when it was defined, mostly with @ as a letter.
        search = (STOP_AT if self.input.at_letter or frame.file < 0 else STOP).search
        meanings = self.scopes.meanings
        while True:
            match = search(text, pos)
            if match is None:
                self.copy(frame, start, len(text))
                self.pop()
                return
            pos = match.end()
            name = match[1]
            if name is None:
                if text[pos - 1] == "%" and match.start() == pos - 1:
                    self.copy(frame, start, pos - 1)
                    start = pos = skip_comment(text, pos - 1)
                    if text.startswith("\n", pos):
                        self.output.emit("\n")
                continue
            meaning = meanings.get(name)
            if frame.restores and match.start() > frame.restores[-1][0]:
                self.copy(frame, start, match.start())
                start = match.start()
                self.scopes.restore(frame, start)
                meaning = meanings.get(name)
            if meaning is None:
                continue
            self.copy(frame, start, match.start())
            if frame.file >= 0:
                self.output.mark(frame.file, match.start())
            frame.pos = pos
            self.execute(name, meaning)
            return

    def expanded(self, text: str) -> str:
        """Return what a text reads as once everything in it is expanded; nothing of it is written."""
        if "\\" not in text or self.nested > MAX_NESTED:
            return text
        frames, output, silent = self.input.frames, self.output, self.output.silent
        self.input.frames = []
        self.output = self.scopes.output = Output(self.budget, output.files, output.warnings)
        self.nested += 1
        self.reading.outer.append(frames)
        try:
            self.input.push(text)
            self.run()
            return "" if silent else self.output.flat().text
        finally:
            self.nested -= 1
            self.input.frames = self.reading.outer.pop()
            self.output = self.scopes.output = output

    def execute(self, name: str, meaning: Meaning) -> None:
        """Act on a control word that was just read."""
        if not self.budget.allows(in_file=self.input.frames[-1].file >= 0):
            self.cut_short(name)
            return
        if self.defining and not self.expands(name, meaning):
            self.output.emit("\\" + name)
            self.separate()
        elif isinstance(meaning, Macro):
            self.expand(name, meaning)
        elif isinstance(meaning, Alias):
            target = meaning.handler or self.scopes.meanings.get(meaning.target)
            if callable(target):
                target(self, meaning.target)
            else:
                self.output.emit("\\" + meaning.target)
                self.separate()
        else:
            meaning(self, name)

    def expands(self, name: str, meaning: Meaning) -> bool:
        r"""Return whether TeX expands a control word in \edef, where all else stays."""
        if isinstance(meaning, Macro):
            return not meaning.protected
        return name in EXPANDABLE or name.startswith(("if", "not"))

    def cut_short(self, name: str) -> None:
        """Give up a macro call that does not end: its definition goes, reading resumes behind the call."""
        self.output.warnings.append(f"\\{name} does not end; its expansion is left out")
        self.scopes.meanings.pop(name, None)
        self.budget.since_file = 0
        while self.input.frames and self.input.frames[-1].file < 0:
            self.input.frames.pop()

    def expand(self, name: str, macro: Macro) -> None:
        """Replace a macro's call by its body."""
        if self.output.silent:
            return
        arguments = self.arguments(name, macro)
        if arguments is not None:
            body = substitute(macro.pieces(), arguments)
            if body:
                self.input.push(body)

    def arguments(self, name: str, macro: Macro) -> list[str] | None:
        """Return a macro's arguments read from the input, None where the input does not fit its pattern."""
        frame = self.input.frames[-1]
        if name[-1:].isalpha() or name[-1:] == "@":
            frame.after_word()
        if not macro.arguments and not macro.prefix:
            return []
        if macro.prefix:
            frame = self.input.top()
            frame.take(SPACE)
            if frame.text.startswith(macro.prefix, frame.pos):
                frame.pos += len(macro.prefix)
        return read_all(self.input, macro.arguments)

    def pop(self) -> None:
        """Drop the top frame, keeping a control word at its end apart from what follows."""
        frame = self.input.frames[-1]
        if frame.restores:
            self.scopes.restore(frame, len(frame.text))
        self.input.frames.pop()
        if frame.folder is not None:
            outer = next((f.folder for f in reversed(self.input.frames) if f.folder), "")
            self.output.emit("\\scimmirfolder{" + outer + "}")

    def separate(self) -> None:
        """Keep the control word just written apart from a letter that follows in the input."""
        frame = self.input.frames[-1]
        frame.after_word()
        if frame.text[frame.pos : frame.pos + 1].isalpha():
            self.output.emit(" ")

    def current_file(self) -> str:
        """Return the path of the file that is being read, packages aside."""
        for frames in (self.input.frames, *reversed(self.reading.outer)):
            number = next((f.file for f in reversed(frames) if f.file >= 0), -1)
            if number >= 0:
                return self.output.files[number]
        return self.project.main

    def copy(self, frame: Frame, start: int, end: int) -> None:
        """Write a stretch of a frame, remembering where it stands."""
        self.output.copy(frame.text[start:end], frame.file, start)


def expand_project(project: Project, handlers: dict[str, Meaning], limits: Limits | None = None) -> Flat:
    """Return the flat text of the project's main file.

    Raises:
        RecordError: tex_too_complex where the work exceeds its bound.
    """
    limits = limits or Limits()
    ex = Expander(project, dict(handlers), limits)
    text = project.text(project.main)
    size = sum(len(data) for name, data in project.files.items() if name.lower().endswith(TEXT_SUFFIXES))
    ex.budget.char_limit = limits.chars + limits.chars_per_source_char * max(size, len(text))
    ex.output.files.append(project.main)
    ex.scopes.meanings["jobname"] = Macro((), posixpath.splitext(posixpath.basename(project.main))[0])
    ex.input.push(text, file=0)
    ex.run()
    return ex.output.flat()
