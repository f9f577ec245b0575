"""The titles of a document's parts, and which of them hold at a place of the text."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from extractors.latex.text.renderer import Renderer
from extractors.latex.walk.document import Heading

MAX_TITLE = 500
INNERMOST = 99  # a level below all
SEPARATOR = " › "


class Headings:
    """The headings of a text, each rendered when it is first asked for.

    Args:
        text: the whole text.
        found: its headings in order.
        abstract: where its abstract stands.
        to: renders the titles.
        at: is told where the title that is rendered stands.
    """

    def __init__(
        self,
        text: str,
        found: Sequence[Heading],
        abstract: tuple[int, int] | None,
        to: Renderer,
        at: Callable[[int], None],
    ) -> None:
        self._text, self._found, self._to, self._at = text, found, to, at
        self._abstract = abstract or (0, 0)
        self._places = [heading.pos for heading in found]
        self._paths: dict[int, str] = {}
        self._titles: dict[int, str] = {}

    def over(self, place: int) -> str:
        """Return the titles that hold at a place, from the outermost to the innermost; "" ahead of the first."""
        if self._abstract[0] <= place < self._abstract[1]:
            return "Abstract"
        index = bisect_right(self._places, place) - 1
        if index not in self._paths:
            self._paths[index] = self._path(index)
        return self._paths[index]

    def _path(self, index: int) -> str:
        titles: list[str] = []
        level = INNERMOST
        for above in range(index, -1, -1):
            if self._found[above].level < level:
                level = self._found[above].level
                titles.append(self._title(above))
            if level <= 0:
                break
        return SEPARATOR.join(filter(None, reversed(titles)))

    def _title(self, index: int) -> str:
        if index not in self._titles:
            heading = self._found[index]
            self._at(heading.pos)
            start, end = heading.title(self._text)
            tex = self._text[start : min(end, start + 4 * MAX_TITLE)]
            self._titles[index] = self._to.plain(tex)[:MAX_TITLE]
        return self._titles[index]
