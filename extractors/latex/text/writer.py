"""What formulae and units ask of the renderer of the text around them."""

from typing import Protocol

from extractors.latex.source.scanner import Scanner


class Writer(Protocol):
    """Renders TeX to readable text; `depth` counts how deep the text lies in others.

    `language` is the paper's by its code, `units` what the paper's own units print.
    """

    language: str
    units: dict[str, str]

    def text(self, tex: str, depth: int) -> str:
        """Return running text as it reads."""

    def tag(self, name: str, content: str) -> str:
        """Return the content between the marks of a tag where marks are wanted."""

    def script(self, content: str, *, up: bool) -> str:
        """Return a superscript or subscript."""

    def word(self, scan: Scanner, name: str, depth: int) -> str:
        """Return what a command of running text prints, its arguments read from the scanner."""

    def knows(self, name: str) -> bool:
        """Tell whether a command is one of running text."""
