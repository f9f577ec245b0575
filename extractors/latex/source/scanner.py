"""A position in a piece of TeX, with the ways to read arguments from it."""

import re

SPACES = re.compile(r"[ \t\n]*")
WORD_SPACE = re.compile(r"[ \t]*(?:\n(?![ \t]*\n)[ \t]*)?")
POINTS = re.compile(r"[.,;:]+(?![\d.])")
BRACE = re.compile(r"\\.|[{}]", re.S)
BRACKET = re.compile(r"\\.|[{}\[\]]", re.S)
TOKEN = re.compile(r"\\(?:[A-Za-z@]+|.)|.", re.S)
MAX_OPTIONAL = 20_000
MAX_FAILURES = 20
REACH_AFTER_FAILURES = 1_000


class Cursor:
    """A text and how far it was read."""

    __slots__ = ("pos", "text")
    text: str
    pos: int

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return what a pattern finds at the position, and move past it; None where it finds nothing."""
        match = pattern.match(self.text, self.pos)
        if match is not None:
            self.pos = match.end()
        return match

    def after_word(self) -> None:
        """Move past the blanks that TeX skips behind a control word; a blank line stays."""
        self.take(WORD_SPACE)


class Scanner(Cursor):
    """Reads arguments from `text` at `pos`; never moves past the end."""

    __slots__ = ("failures",)

    def __init__(self, text: str, pos: int = 0) -> None:
        self.text = text
        self.pos = pos
        self.failures = 0

    def reach(self, limit: int) -> int:
        """Return how far to look for a closing bracket: less once many did not close, to stay linear."""
        if self.failures > MAX_FAILURES:
            limit = min(limit, REACH_AFTER_FAILURES)
        return min(len(self.text), self.pos + limit)

    def skip_space(self) -> None:
        """Move past blanks and newlines."""
        self.take(SPACES)

    def peek(self) -> str:
        """Return the next character, or nothing at the end."""
        return self.text[self.pos : self.pos + 1]

    def star(self) -> bool:
        """Move past a star; return whether there was one."""
        if self.text.startswith("*", self.pos):
            self.pos += 1
            return True
        return False

    def points(self) -> str:
        """Move past the marks that end a part of a sentence, and return them."""
        match = POINTS.match(self.text, self.pos)
        if match is None:
            return ""
        self.pos = match.end()
        return match[0]

    def argument(self) -> str:
        """Return the next argument: a group's content or one token; nothing at the end or before a brace."""
        self.skip_space()
        char = self.peek()
        if char == "{":
            limit = self.reach(len(self.text))
            end = group_end(self.text, self.pos, limit=limit)
            closed = self.text.startswith("}", end - 1)
            self.failures += not closed
            content = self.text[self.pos + 1 : end - 1 if closed else end]
            self.pos = end
            return content
        if char in ("}", ""):
            return ""
        match = self.take(TOKEN)
        return "" if match is None else match[0]

    def group(self) -> str | None:
        """Return the content of the group that follows, None where no brace follows."""
        start = self.pos
        self.skip_space()
        if self.peek() != "{":
            self.pos = start
            return None
        return self.argument()

    def span(self) -> tuple[int, int] | None:
        """Return where the content of the group that follows begins and ends, None where no brace follows."""
        self.skip_space()
        start = self.pos + 1
        return None if self.group() is None else (start, self.pos - 1)

    def skip(self, letter: str) -> None:
        """Move past an argument: `s` is a star, `o` an optional one, `m` a mandatory one."""
        if letter == "s":
            self.star()
        elif letter == "o":
            self.optional()
        elif letter == "m":
            self.argument()

    def optional(self, opener: str = "[", closer: str = "]") -> str | None:
        """Return the content of an optional argument, None (and no move) where there is none."""
        match = SPACES.match(self.text, self.pos)
        start = match.end() if match else self.pos
        if not self.text.startswith(opener, start):
            return None
        braces = brackets = 0
        pattern = (
            BRACKET if opener == "[" else re.compile(r"\\.|[{}" + re.escape(opener + closer) + "]", re.S)
        )
        for found in pattern.finditer(self.text, start, self.reach(MAX_OPTIONAL)):
            char = found[0]
            if char == "{":
                braces += 1
            elif char == "}":
                braces -= 1
                if braces < 0:
                    return None
            elif char == opener and not braces:
                brackets += 1
            elif char == closer and not braces:
                brackets -= 1
                if brackets == 0:
                    self.pos = found.end()
                    return self.text[start + 1 : found.start()]
        self.failures += 1
        return None


def group_end(text: str, pos: int, *, limit: int | None = None) -> int:
    """Return the position after the brace that closes the one at `pos`; the end where none does."""
    depth = 0
    end = len(text) if limit is None else min(len(text), limit)
    for match in BRACE.finditer(text, pos, end):
        char = match[0]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth <= 0:
                return match.end()
    return end
