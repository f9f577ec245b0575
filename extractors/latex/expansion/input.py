"""TeX's input stack, and the ways to read arguments from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from extractors.latex.expansion.budget import Budget
from extractors.latex.source.groups import Groups
from extractors.latex.source.scanner import WORD_SPACE, Cursor

COMMENT = re.compile(r"%[^\n]*(?:\n[ \t]*)?")
SPACE = re.compile(r"(?:[ \t\n]+|%[^\n]*(?:\n|\Z))*")
BRACES = re.compile(r"\\.|[{}]|%[^\n]*", re.S)
CONTROL = re.compile(r"\\(?:[A-Za-z@]+|.)", re.S)
CONTROL_PLAIN = re.compile(r"\\(?:[A-Za-z]+|.)", re.S)
BRACKETS = re.compile(r"\\.|[{}\]]|%[^\n]*", re.S)
SIMPLE_GROUP = re.compile(r"\{([^{}\\%]*)\}")


@dataclass
class Frame(Cursor):
    """A text being read: a file (`file` is its number) or the replacement of a macro (`file` is -1).

    `restores` says what undoes the definitions of a group that ends at a position, the next end last; `groups`
    are those of a file, once asked for.
    """

    text: str
    file: int = -1
    pos: int = 0
    folder: str | None = None
    restores: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    groups: Groups | None = field(default=None, repr=False)


@dataclass
class Input:
    """The stack of texts that are being read; `at_letter` says whether @ is a letter in files."""

    budget: Budget
    overflow: Callable[[str], None]
    frames: list[Frame] = field(default_factory=list)
    at_letter: bool = False

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
        frame.take(SPACE)
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
        if self.budget.unclosed > self.budget.limits.unclosed_groups:
            end = min(end, pos + self.budget.limits.chars_after_unclosed)
        for match in BRACES.finditer(text, pos, end):
            char = text[match.start()]
            if char == "{":
                depth += 1
            elif char == "}":
                depth -= 1
                if depth == 0:
                    end = match.end()
                    break
        self.budget.charge(end - pos)
        if depth == 0 and end > pos:
            return end
        self.budget.unclosed += 1
        return -1

    def read_optional(self, opener: str = "[", closer: str = "]", *, nested: bool = False) -> str | None:
        """Return an optional argument's content, None where there is none; the position stays then.

        With `nested`, brackets within the argument are matched in pairs.
        """
        frame = self.top()
        match = SPACE.match(frame.text, frame.pos)
        pos = match.end() if match else frame.pos
        if not frame.text.startswith(opener, pos):
            return None
        depth = inner = 0
        for found in closing_pattern(opener, closer, nested).finditer(frame.text, pos + len(opener)):
            char = found[0]
            if char == opener and nested and opener != closer:
                inner += depth == 0
            elif char == closer and depth <= 0 and inner:
                inner -= 1
            elif char == closer and depth <= 0:
                content = frame.text[pos + len(opener) : found.start()]
                frame.pos = found.end()
                self.budget.charge(len(content))
                return content
            depth += (char == "{") - (char == "}")
            if depth < 0:
                break
            if found.end() - pos > 200_000:
                break
        self.budget.charge(200_000)
        return None

    def read_star(self, star: str = "*") -> bool:
        """Return whether the next character is `star`, and move past it."""
        frame = self.top()
        match = SPACE.match(frame.text, frame.pos)
        pos = match.end() if match else frame.pos
        if frame.text.startswith(star, pos):
            frame.pos = pos + len(star)
            return True
        return False

    def read_until(self, delimiter: str) -> str | None:
        """Return the text before the next `delimiter` outside braces, and move past that.

        It may stand in the text below, once the replacement of a macro is read to its end.
        """
        pattern = until(delimiter)
        frame = self.top()
        pieces: list[str] = []
        depth = 0
        for at in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[at]
            start, stop = frame.pos, min(len(frame.text), frame.pos + 100_000)
            for match in pattern.finditer(frame.text, start, stop):
                if match["delimiter"] is not None and depth == 0:
                    pieces.append(frame.text[start : match.start()])
                    self.budget.charge(sum(map(len, pieces)))
                    frame.pos = match.end()
                    del self.frames[at + 1 :]
                    return unbraced("".join(pieces))
                depth += (match[0] == "{") - (match[0] == "}")
            pieces.append(frame.text[start:stop])
            if frame.file >= 0 or frame.restores:
                break
        self.budget.charge(sum(map(len, pieces)))
        return None

    def read_body(self, environment: str) -> str:
        r"""Return an environment's content up to its \end, and move past that; the rest where none ends it."""
        frame = self.top()
        border = re.compile(r"\\(begin|end)\s*\{\s*" + re.escape(environment) + r"\s*\}")
        depth, start, end = 0, frame.pos, len(frame.text)
        frame.pos = end
        for match in border.finditer(frame.text, start):
            if match[1] == "end" and depth == 0:
                end, frame.pos = match.start(), match.end()
                break
            depth += 1 if match[1] == "begin" else -1
        self.budget.charge(end - start)
        return frame.text[start:end]

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
            if end == len(frame.text) and frame.file < 0:  # \csname made the name: the brace stands below
                frame.pos = end
                frame = self.skip_space()
                end = frame.pos
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
        self.budget.charge(len(text))
        frames = self.frames
        while frames and frames[-1].file < 0 and frames[-1].pos >= len(frames[-1].text):
            frames.pop()
        if len(frames) >= self.budget.limits.depth:
            self.overflow(text[:40])
            return
        frames.append(Frame(text, file, 0, folder))

    def unread(self, text: str) -> None:
        """Put tokens back in front of the input, in one piece with what follows where that is short."""
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.file < 0 and len(frame.text) - frame.pos < 5000:
            self.budget.charge(len(frame.text) - frame.pos)
            moved = len(text) - frame.pos
            frame.restores = [(end + moved, undo) for end, undo in frame.restores]
            frame.text = text + frame.text[frame.pos :]
            frame.pos = 0
        else:
            self.push(text)


@cache
def closing_pattern(opener: str, closer: str, nested: bool) -> re.Pattern[str]:
    """Return what to stop at on the way to a closing sign."""
    if closer == "]" and not nested:
        return BRACKETS
    signs = f"{re.escape(closer)}|{re.escape(opener)}" if nested else re.escape(closer)
    return re.compile(signs + r"|\\.|[{}]|%[^\n]*", re.S)


@cache
def until(delimiter: str) -> re.Pattern[str]:
    """Return what to stop at on the way to a delimiter; a control word is no part of a longer one."""
    sign = r"[ \t\n]+" if delimiter == " " else re.escape(delimiter)
    end = r"(?![A-Za-z@])" if re.search(r"\\[A-Za-z@]+\Z", delimiter) else ""
    return re.compile(rf"(?P<delimiter>{sign}{end})|\\[A-Za-z@]+|\\.|[{{}}]", re.S)


def unbraced(text: str) -> str:
    """Return an argument without the braces around the whole of it."""
    if not (text.startswith("{") and text.endswith("}")):
        return text
    depth = 0
    for match in BRACES.finditer(text):
        depth += (match[0] == "{") - (match[0] == "}")
        if depth == 0:
            return text[1:-1] if match.end() == len(text) else text
    return text


def open_group_end(text: str, pos: int, reach: int = 3000) -> int:
    """Return where the group ends that is open at `pos`, -1 where none ends within reach."""
    depth = 0
    for match in BRACES.finditer(text, pos, min(len(text), pos + reach)):
        char = text[match.start()]
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return match.start()
    return -1


def skip_comment(text: str, pos: int) -> int:
    """Return the position after the comment at `pos`, its newline and the blanks of the next line."""
    match = COMMENT.match(text, pos)
    return match.end() if match else pos + 1


def after_word(text: str, pos: int) -> int:
    """Return the position after the blanks that TeX skips behind a control word."""
    match = WORD_SPACE.match(text, pos)
    return match.end() if match else pos
