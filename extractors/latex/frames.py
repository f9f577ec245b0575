"""TeX's input stack and what comes out of it: frames, limits, the flat text with its map to the source."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.latex.macros import Printed

if TYPE_CHECKING:
    from extractors.latex.expand import Meaning

COMMENT = re.compile(r"%[^\n]*(?:\n[ \t]*)?")
SPACE = re.compile(r"(?:[ \t\n]+|%[^\n]*(?:\n|\Z))*")
AFTER_WORD = re.compile(r"[ \t]*(?:\n(?![ \t]*\n)[ \t]*)?")
BRACES = re.compile(r"\\.|[{}]|%[^\n]*", re.S)


@dataclass(frozen=True)
class Limits:
    """Bounds on expansion: a paper of a megabyte needs a few percent of them."""

    expansions: int = 1_500_000
    chars: int = 30_000_000
    chars_per_source_char: int = 6
    unclosed_groups: int = 20
    chars_after_unclosed: int = 1_000
    depth: int = 4_000
    expansions_per_call: int = 100_000


@dataclass
class Frame:
    """A text being read: a file (`file` is its number) or the replacement of a macro (`file` is -1)."""

    text: str
    file: int = -1
    pos: int = 0
    folder: str | None = None
    restores: list[tuple[int, str, "Meaning | Printed | None"]] = field(default_factory=list)


@dataclass
class Flat:
    """The expanded text, and where each part of it comes from."""

    text: str
    files: list[str]
    starts: list[int]
    origins: list[tuple[int, int, bool]]
    warnings: list[str]

    def source(self, start: int, end: int, texts: Callable[[str], str]) -> tuple[str, str]:
        """Return the file in which flat text `start:end` stands, and the source text of that stretch."""
        first = max(0, bisect_right(self.starts, start) - 1)
        if not self.starts:
            return "", self.text[start:end]
        file, begin, exact = self.origins[first]
        begin += start - self.starts[first] if exact else 0
        last = max(first, bisect_right(self.starts, max(start, end - 1)) - 1)
        end_file, stop, end_exact = self.origins[last]
        if end_exact:
            stop += end - self.starts[last]
        elif last + 1 < len(self.origins):
            end_file, stop, _ = self.origins[last + 1]
        if end_file != file or stop <= begin:
            return self.files[file], self.text[start:end]
        return self.files[file], texts(self.files[file])[begin:stop]


def open_group_end(text: str, pos: int) -> int:
    """Return where the group ends that is open at `pos`, -1 where none ends near."""
    depth = 0
    for match in BRACES.finditer(text, pos, min(len(text), pos + 3000)):
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
    match = AFTER_WORD.match(text, pos)
    return match.end() if match else pos
