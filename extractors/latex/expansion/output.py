"""What the expander writes: the flat text, with a map from its places to those of the source."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

from extractors.latex.expansion.budget import Budget
from extractors.latex.expansion.macros import glued


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


@dataclass
class Output:
    """The text written so far; while a package is read, nothing of it is written."""

    budget: Budget
    files: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    silent: bool = False
    length: int = 0
    _parts: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _origins: list[tuple[int, int, bool]] = field(default_factory=list)

    def mark(self, file: int, pos: int) -> None:
        """Note that what is written next stands for a place of a file, and is not its text."""
        self._starts.append(self.length)
        self._origins.append((file, pos, False))

    def copy(self, text: str, file: int, pos: int) -> None:
        """Write a text that stands at a place of a file (-1: in none)."""
        if not text or self.silent:
            return
        if self._parts and glued(self._parts[-1], text):
            self._parts.append(" ")
            self.length += 1
        if file >= 0:
            self._starts.append(self.length)
            self._origins.append((file, pos, True))
        self._parts.append(text)
        self.length += len(text)

    def emit(self, text: str) -> None:
        """Write a text that stands in no file as such."""
        if self.silent or not text:
            return
        if self._parts and glued(self._parts[-1], text):
            text = " " + text
        self._parts.append(text)
        self.length += len(text)
        self.budget.charge(len(text))

    def tell(self, text: str) -> None:
        """Write what the later stages must know, also while a package is read."""
        silent, self.silent = self.silent, False
        self.emit(text)
        self.silent = silent

    def flat(self) -> Flat:
        """Return what was written."""
        return Flat("".join(self._parts), self.files, self._starts, self._origins, self.warnings)
