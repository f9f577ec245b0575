"""Expands a paper's macros, inputs and conditionals into one flat text, with a map to its origin.

The expander copies text and stops only at control words that mean something to it: the paper's own macros
and the primitives in `handlers`. A stack of frames stands for TeX's input stack.
"""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from extractors.latex.frames import (
    BRACES,
    SPACE,
    Flat,
    Frame,
    Limits,
    after_word,
    open_group_end,
    skip_comment,
)
from extractors.latex.macros import Alias, Argument, Macro, Printed, glued, substitute
from extractors.latex.project import Project
from schemas.reject import RecordError

STOP = re.compile(r"\\(?:([A-Za-z]+)|.)|%", re.S)
STOP_AT = re.compile(r"\\(?:([A-Za-z@]+)|.)|%", re.S)
CONTROL = re.compile(r"\\(?:[A-Za-z@]+|.)", re.S)
CONTROL_PLAIN = re.compile(r"\\(?:[A-Za-z]+|.)", re.S)
BRACKETS = re.compile(r"\\.|[{}\]]|%[^\n]*", re.S)
SIMPLE_GROUP = re.compile(r"\{([^{}\\%]*)\}")
TEXT_SUFFIXES = (".tex", ".ltx", ".latex", ".sty", ".cls", ".txt", ".tikz", ".pgf")
ENVIRONMENT_NAME = re.compile(r"[ \t\n]*\{[ \t\n]*([^{}\\\n]{0,80}?)[ \t\n]*\}")

Handler = Callable[["Expander", str], None]
Meaning = Macro | Alias | Handler


@dataclass
class Expander:
    """TeX's mouth and stomach as far as text is concerned; `run` gives the flat text."""

    project: Project
    meanings: dict[str, Meaning]
    environments: dict[str, Macro]
    limits: Limits = field(default_factory=Limits)
    frames: list[Frame] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    length: int = 0
    starts: list[int] = field(default_factory=list)
    origins: list[tuple[int, int, bool]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    conditionals: dict[str, bool] = field(default_factory=dict)
    branches: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    loops: list[tuple[str, int]] = field(default_factory=list)
    teaser: str = ""
    toggles: dict[str, bool] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)
    scopes: list[tuple[str, list[tuple[str, Meaning | Printed | None]]]] = field(default_factory=list)
    printed: dict[str, str] = field(default_factory=dict)
    arguments_of: dict[str, list[list[str]]] = field(default_factory=dict)
    verbatims: dict[str, bool] = field(default_factory=dict)
    terms: dict[str, tuple[str, str]] = field(default_factory=dict)
    short_verbs: set[str] = field(default_factory=set)
    hooks: dict[tuple[str, str], str] = field(default_factory=dict)
    input_path: list[str] = field(default_factory=list)
    include_only: set[str] | None = None
    after_depth: int = 0
    unclosed: int = 0
    since_file: int = 0
    at_letter: bool = False
    package: bool = False
    own_package: bool = False
    in_document: bool = False
    expansions: int = 0
    chars: int = 0
    char_limit: int = 0

    def run(self) -> None:
        """Read until the input stack is empty."""
        while self.frames:
            self._read()

    def _read(self) -> None:
        """Copy the top frame up to the next control word that means something, and act on that."""
        frame = self.frames[-1]
        text = frame.text
        start = pos = frame.pos
        # In a macro's body names were cut when it was defined, mostly with @ as a letter.
        search = (STOP_AT if self.at_letter or frame.file < 0 else STOP).search
        meanings = self.meanings
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
                        self.emit("\n")
                continue
            meaning = meanings.get(name)
            if frame.restores and match.start() > frame.restores[-1][0]:
                self.copy(frame, start, match.start())
                start = match.start()
                self.restore(frame, start)
                meaning = meanings.get(name)
            if meaning is None:
                continue
            self.copy(frame, start, match.start())
            if frame.file >= 0:
                self.starts.append(self.length)
                self.origins.append((frame.file, match.start(), False))
            frame.pos = pos
            self.execute(name, meaning)
            return

    def execute(self, name: str, meaning: Meaning) -> None:
        """Act on a control word that was just read."""
        self.expansions += 1
        self.since_file = 0 if self.frames[-1].file >= 0 else self.since_file + 1
        if self.since_file > self.limits.expansions_per_call:
            self.cut_short(name)
            return
        if self.expansions > self.limits.expansions:
            raise RecordError("tex_too_complex", f"more than {self.limits.expansions} expansions")
        if isinstance(meaning, Macro):
            self.expand(name, meaning)
        elif isinstance(meaning, Alias):
            target = self.meanings.get(meaning.target)
            if callable(target):
                target(self, meaning.target)
            else:
                self.emit("\\" + meaning.target)
                self.separate()
        else:
            meaning(self, name)

    def cut_short(self, name: str) -> None:
        """Give up a macro call that does not end: its definition goes, reading resumes behind the call."""
        self.warnings.append(f"\\{name} does not end; its expansion is left out")
        self.meanings.pop(name, None)
        self.since_file = 0
        while self.frames and self.frames[-1].file < 0:
            self.frames.pop()

    def expand(self, name: str, macro: Macro) -> None:
        """Replace a macro's call by its body."""
        if self.package:
            return
        arguments = self.arguments(name, macro)
        if arguments is not None:
            body = substitute(macro.pieces(), arguments)
            if body:
                self.push(body)

    def arguments(self, name: str, macro: Macro) -> list[str] | None:
        """Return a macro's arguments read from the input, None where the input does not fit its pattern."""
        frame = self.frames[-1]
        if name[-1:].isalpha() or name[-1:] == "@":
            frame.pos = after_word(frame.text, frame.pos)
        if not macro.arguments and not macro.prefix:
            return []
        if macro.prefix:
            frame = self.top()
            frame.pos = SPACE.match(frame.text, frame.pos).end()  # type: ignore[union-attr]
            if frame.text.startswith(macro.prefix, frame.pos):
                frame.pos += len(macro.prefix)
        values = []
        for argument in macro.arguments:
            value = self.argument(argument)
            if value is None:
                return None
            values.append(value)
        return values

    def argument(self, argument: Argument) -> str | None:
        """Return one argument as its kind demands, None at the end of the input."""
        if argument.kind == "m":
            return self.read_argument()
        if argument.kind == "d":
            return self.read_until(argument.close)
        if argument.kind == "o":
            value = self.read_optional(argument.open, argument.close)
            return argument.default if value is None else value
        star = "*" if argument.kind == "s" else argument.open
        return "\\BooleanTrue " if self.read_star(star) else "\\BooleanFalse "

    def top(self) -> Frame:
        """Return the frame that holds the next thing to read: frames with only blanks left are dropped."""
        while len(self.frames) > 1 and self.frames[-1].file < 0:
            frame = self.frames[-1]
            match = SPACE.match(frame.text, frame.pos)
            if match is None or match.end() < len(frame.text):
                break
            self.frames.pop()
        return self.frames[-1]

    def skip_space(self) -> Frame:
        """Move past blanks and comments; return the frame reached."""
        frame = self.top()
        match = SPACE.match(frame.text, frame.pos)
        if match is not None:
            frame.pos = match.end()
        return frame

    def read_argument(self) -> str | None:
        """Return the next mandatory argument: a group's content, or one token."""
        frame = self.skip_space()
        text, pos = frame.text, frame.pos
        if pos >= len(text):
            return None
        char = text[pos]
        if char == "{":
            return self.read_group(frame)
        if char == "}":
            return None
        if char == "\\":
            match = (CONTROL if self.at_letter or frame.file < 0 else CONTROL_PLAIN).match(text, pos)
            frame.pos = match.end() if match else pos + 1
            return text[pos : frame.pos]
        frame.pos = pos + 1
        return char

    def read_group(self, frame: Frame) -> str | None:
        """Return the content of the group that starts at the frame's position, None where it does not end."""
        simple = SIMPLE_GROUP.match(frame.text, frame.pos)
        if simple:
            frame.pos = simple.end()
            return simple[1]
        end = self.group_end(frame.text, frame.pos)
        if end < 0:
            return None
        content = frame.text[frame.pos + 1 : end - 1]
        frame.pos = end
        return content

    def group_end(self, text: str, pos: int) -> int:
        """Return the position after the brace that closes the one at `pos`, -1 where none does."""
        depth = 0
        end = len(text)
        if self.unclosed > self.limits.unclosed_groups:
            end = min(end, pos + self.limits.chars_after_unclosed)
        for match in BRACES.finditer(text, pos, end):
            char = text[match.start()]
            if char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
                if depth == 0:
                    end = match.end()
                    break
        self.charge(end - pos)
        if depth == 0 and end > pos:
            return end
        self.unclosed += 1
        return -1

    def read_optional(self, opener: str = "[", closer: str = "]") -> str | None:
        """Return an optional argument's content, None where there is none; the position stays then."""
        frame = self.top()
        match = SPACE.match(frame.text, frame.pos)
        pos = match.end() if match else frame.pos
        if not frame.text.startswith(opener, pos):
            return None
        depth = 0
        pattern = (
            BRACKETS if closer == "]" else re.compile(r"\\.|[{}" + re.escape(closer) + r"]|%[^\n]*", re.S)
        )
        for found in pattern.finditer(frame.text, pos + 1):
            char = frame.text[found.start()]
            if char == closer and depth <= 0:
                content = frame.text[pos + 1 : found.start()]
                frame.pos = found.end()
                self.charge(len(content))
                return content
            depth += (char == "{") - (char == "}")
            if depth < 0:
                break
            if found.end() - pos > 200_000:
                break
        self.charge(200_000)
        return None

    def read_star(self, star: str = "*") -> bool:
        """Return whether the next character is `star`, and move past it."""
        frame = self.top()
        match = SPACE.match(frame.text, frame.pos)
        pos = match.end() if match else frame.pos
        if frame.text.startswith(star, pos):
            frame.pos = pos + 1
            return True
        return False

    def read_until(self, delimiter: str) -> str | None:
        """Return the text before the next `delimiter` outside braces, and move past that."""
        frame = self.top()
        text, start = frame.text, frame.pos
        depth = 0
        pattern = re.compile(re.escape(delimiter) + r"|\\.|[{}]", re.S)
        for match in pattern.finditer(text, start, min(len(text), start + 100_000)):
            found = match[0]
            if found == delimiter and depth == 0:
                frame.pos = match.end()
                value = text[start : match.start()]
                self.charge(len(value))
                whole = value.startswith("{") and value.endswith("}") and value.count("{") == 1
                return value[1:-1] if whole else value
            depth += (found == "{") - (found == "}")
        self.charge(min(len(text) - start, 100_000))
        return None

    def read_control(self) -> str | None:
        """Return the name of the control sequence that comes next (also in braces), without backslash."""
        frame = self.skip_space()
        braced = frame.text.startswith("{", frame.pos)
        if braced:
            inner = SPACE.match(frame.text, frame.pos + 1)
            match = CONTROL.match(frame.text, inner.end() if inner else frame.pos + 1)
            if match is None:
                return None
            closed = SPACE.match(frame.text, match.end())
            end = closed.end() if closed else match.end()
            if not frame.text.startswith("}", end):
                return None
            frame.pos = end + 1
        else:
            match = (CONTROL if self.at_letter or frame.file < 0 else CONTROL_PLAIN).match(
                frame.text, frame.pos
            )
            if match is None:
                return None
            frame.pos = match.end()
        return match[0][1:]

    def push(self, text: str, *, file: int = -1, folder: str | None = None) -> None:
        """Put a text on the input stack, to be read next."""
        self.charge(len(text))
        frames = self.frames
        while frames and frames[-1].file < 0 and frames[-1].pos >= len(frames[-1].text):
            frames.pop()
        if len(frames) >= self.limits.depth:
            self.cut_short(text[:40])
            return
        frames.append(Frame(text, file, 0, folder))

    def unread(self, text: str) -> None:
        """Put tokens back in front of the input, in one piece with what follows where that is short."""
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.file < 0 and len(frame.text) - frame.pos < 5000:
            self.charge(len(frame.text) - frame.pos)
            frame.text = text + frame.text[frame.pos :]
            frame.pos = 0
        else:
            self.push(text)

    def pop(self) -> None:
        """Drop the top frame, keeping a control word at its end apart from what follows."""
        frame = self.frames[-1]
        if frame.restores:
            self.restore(frame, len(frame.text))
        self.frames.pop()
        if frame.folder is not None:
            outer = next((f.folder for f in reversed(self.frames) if f.folder), "")
            self.emit("\\scimmirfolder{" + outer + "}")

    def separate(self) -> None:
        """Keep the control word just written apart from a letter that follows in the input."""
        frame = self.frames[-1]
        frame.pos = after_word(frame.text, frame.pos)
        if frame.text[frame.pos : frame.pos + 1].isalpha():
            self.emit(" ")

    def charge(self, chars: int) -> None:
        """Count work against the bound."""
        self.chars += chars
        if self.chars > self.char_limit:
            raise RecordError("tex_too_complex", f"more than {self.char_limit} characters of expansion")

    def copy(self, frame: Frame, start: int, end: int) -> None:
        """Write a stretch of a frame, remembering where it stands."""
        if end <= start or self.package:
            return
        text = frame.text[start:end]
        if self.out and glued(self.out[-1], text):
            self.out.append(" ")
            self.length += 1
        if frame.file >= 0:
            self.starts.append(self.length)
            self.origins.append((frame.file, start, True))
        self.out.append(text)
        self.length += end - start

    def emit(self, text: str) -> None:
        """Write a text that stands in no file as such."""
        if self.package or not text:
            return
        if self.out and glued(self.out[-1], text):
            text = " " + text
        self.out.append(text)
        self.length += len(text)
        self.charge(len(text))

    def restore(self, frame: Frame, pos: int) -> None:
        """Undo the definitions of the groups that ended before a position."""
        while frame.restores and frame.restores[-1][0] < pos:
            _, name, old = frame.restores.pop()
            self.put_back(name, old)

    def define(self, name: str, meaning: Meaning | None) -> None:
        """Give a name its meaning, to be undone at the end of the innermost group or environment."""
        self.undo_later(name, self.meanings.get(name))
        if meaning is None:
            self.meanings.pop(name, None)
        else:
            self.meanings[name] = meaning

    def undo_later(self, name: str, old: Meaning | Printed | None) -> None:
        """Remember what a name meant until the innermost group or environment ends.

        Groups inside environments are looked for only where a number's format changes: papers do that in
        figures, and the search is too dear for each of thousands of macros.
        """
        if self.scopes and not isinstance(old, Printed):
            self.scopes[-1][1].append((name, old))
            return
        frame = self.frames[-1] if self.frames and self.in_document else None
        end = open_group_end(frame.text, frame.pos) if frame is not None else -1
        inside = frame is not None and end >= 0 and (not frame.restores or frame.restores[-1][0] >= end)
        if frame is not None and inside and "\\end{" not in frame.text[frame.pos : end if self.scopes else 0]:
            frame.restores.append((end, name, old))
        elif self.scopes:
            self.scopes[-1][1].append((name, old))

    def put_back(self, name: str, old: Meaning | Printed | None) -> None:
        """Give a name back what it meant before."""
        if isinstance(old, Printed):
            self.note(name, old.body)
        elif old is None:
            self.meanings.pop(name, None)
        else:
            self.meanings[name] = old

    def note(self, name: str, body: str | None) -> None:
        """Tell the later stages how a number or a float's name is printed from here on."""
        package, self.package = self.package, False
        if body is None:
            self.printed.pop(name, None)
            self.emit("\\scimmirdefault{" + name + "}")
        else:
            self.printed[name] = body
            self.emit("\\scimmirprinted{" + name + "}{" + body + "}")
        self.package = package

    def flat(self) -> Flat:
        """Return what was written."""
        return Flat("".join(self.out), self.files, self.starts, self.origins, self.warnings)


def expand_project(project: Project, handlers: dict[str, Handler], limits: Limits | None = None) -> Flat:
    """Return the flat text of the project's main file.

    Raises:
        RecordError: tex_too_complex where the work exceeds its bound.
    """
    limits = limits or Limits()
    ex = Expander(project, dict(handlers), {}, limits)
    text = project.text(project.main)
    size = sum(len(data) for name, data in project.files.items() if name.lower().endswith(TEXT_SUFFIXES))
    ex.char_limit = limits.chars + limits.chars_per_source_char * max(size, len(text))
    ex.files.append(project.main)
    ex.meanings["jobname"] = Macro((), posixpath.splitext(posixpath.basename(project.main))[0])
    ex.push(text, file=0)
    ex.run()
    return ex.flat()
