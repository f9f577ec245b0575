"""The paragraphs of the running text that refer to a float."""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from extractors.latex.source.scanner import Scanner
from extractors.latex.text.ranges import ranged
from extractors.latex.text.references import Label
from extractors.latex.text.renderer import Renderer
from extractors.latex.text.shapes import REFERENCES

MAX_PARAGRAPHS = 20
MAX_CHARS = 2000
BREAK = re.compile(
    r"\n[ \t]*\n|\\(?:par|item|chapter|section|subsection|subsubsection|paragraph|maketitle|bibliography)"
    r"(?![A-Za-z])"
    r"|\\(?:begin|end)\s*\{(?:abstract|itemize|enumerate|description|quote|quotation|document|center|proof"
    r"|theorem|lemma)\}"
)
HEADING = re.compile(r"\\(?:chapter|(?:sub){0,2}section)\*?(?![A-Za-z])")
REFERENCE = re.compile(
    r"\\("
    + "|".join(sorted(REFERENCES, key=len, reverse=True))
    + r")\*?\s*(?:\[[^\[\]]{0,80}\])*\s*\{([^{}]{1,2000})\}(?:\s*\{([^{}]{1,200})\})?"
)
LITERAL = re.compile(
    r"\b(?:(Fig|Figure|Figs|Figures|FIG|FIGURE|FIGS|FIGURES)|(Tab|Table|Tabs|Tables|TABLE|TABLES))\b\.?"
    r"(?:~|\s|\\[ ,]|\{\}){0,3}((?:[A-Z]\.?)?\d+(?:\.\d+)*|[IVX]+)(?![\w.]*\d)"
)
# What goes on with "Figures 1, 2a and 4--6"; the sign in between tells a range from a list.
FURTHER = re.compile(
    r"[a-z]?(?:\([a-z]\))?\s*(--?|–|to\b|,\s*(?:and\b|\\?&)?|and\b|\\&)(?:~|\s){0,3}"
    r"((?:[A-Z]\.?)?\d+(?:\.\d+)*|[IVX]+)(?![\w.]*\d)"
)
MAX_RANGE = 30


@dataclass
class RunningText:
    """The text outside floats, cut into paragraphs, with what each refers to."""

    text: str
    breaks: list[int]
    by_key: dict[str, list[int]]
    by_number: dict[tuple[str, str], list[int]]
    origins: list[tuple[int, int]]  # where each piece begins, here and in the whole text

    def place(self, index: int) -> int:
        """Return where a paragraph stands in the whole text."""
        here = self.breaks[index]
        begin, origin = self.origins[bisect_right(self.origins, (here, len(self.text) * 2)) - 1]
        return origin + here - begin

    def paragraph(self, index: int) -> str:
        """Return one paragraph's TeX."""
        text = self.text[self.breaks[index] : self.breaks[index + 1]]
        heading = HEADING.match(text)
        if heading is None:
            return text
        scan = Scanner(text, heading.end())
        scan.optional()
        scan.argument()
        return text[scan.pos :]


def running_text(
    text: str, skipped: list[tuple[int, int]], start: int, labels: Mapping[str, Label]
) -> RunningText:
    """Return the running text from `start` without the stretches that floats and bibliographies take."""
    pieces = []
    origins: list[tuple[int, int]] = []
    pos = start
    length = 0
    for begin, end in [*sorted(skipped), (len(text), len(text))]:
        if begin >= pos:
            pieces.append(text[pos:begin])
            origins.append((length, pos))
            length += begin - pos
            pos = end
        else:
            pos = max(pos, end)
    running = "".join(pieces)
    breaks = [0, *(m.start() for m in BREAK.finditer(running)), len(running)]
    by_key: dict[str, list[int]] = {}
    by_number: dict[tuple[str, str], list[int]] = {}
    for match in REFERENCE.finditer(running):
        index = bisect_right(breaks, match.start()) - 1
        second = [match[3]] if match[3] and match[1].lower().endswith("refrange") else []
        keys = match[2].split(",") + second
        for key in dict.fromkeys(k.strip() for k in [*keys, match[2]]):
            _add(by_key.setdefault(key, []), index)
    for match in LITERAL.finditer(running):
        index = bisect_right(breaks, match.start()) - 1
        kind = "figure" if match[1] else "table"
        for number in numbers(running, match):
            _add(by_number.setdefault((kind, number), []), index)
    for place, kind, number in ranged(running, labels):
        _add(by_number.setdefault((kind, number), []), bisect_right(breaks, place) - 1)
    return RunningText(running, breaks, by_key, by_number, origins or [(0, start)])


def numbers(text: str, first: re.Match[str]) -> list[str]:
    """Return the numbers that a literal reference names: one, or after a plural a list with its ranges."""
    found = [first[3]]
    if (first[1] or first[2])[-1] not in "sS":
        return found
    pos = first.end()
    while len(found) < MAX_RANGE:
        match = FURTHER.match(text, pos)
        if match is None:
            break
        pos = match.end()
        ranged = match[1][0] not in ",a\\&" and found[-1].isdigit() and match[2].isdigit()
        if ranged and 0 < int(match[2][:6]) - int(found[-1][:6]) <= MAX_RANGE:
            found.extend(str(n) for n in range(int(found[-1]) + 1, int(match[2])))
        found.append(match[2])
    return found


def _add(indices: list[int], index: int) -> None:
    if index not in indices[-MAX_PARAGRAPHS:]:
        indices.append(index)


def mentions(
    running: RunningText,
    to: Renderer,
    *,
    keys: tuple[str, ...],
    kind: str,
    number: str | None,
    cache: dict[int, str],
    at: Callable[[int], None] = lambda pos: None,
) -> dict[str, int]:
    """Return the readable paragraphs that refer to a float by one of its labels or by its printed number.

    Each is given with its place in the whole text.
    """
    found: set[int] = set()
    for key in keys:
        found.update(running.by_key.get(key, [])[:MAX_PARAGRAPHS])
    if number:
        found.update(running.by_number.get((kind, number), [])[:MAX_PARAGRAPHS])
    out: dict[str, int] = {}
    for index in sorted(found)[:MAX_PARAGRAPHS]:
        place = running.place(index)
        if index not in cache:
            at(place)
            cache[index] = cut(to.plain(running.paragraph(index)[: 6 * MAX_CHARS]))
        if cache[index]:
            out.setdefault(cache[index], place)
    return out


def cut(text: str) -> str:
    """Return the text, shortened at a word where it is too long."""
    if len(text) <= MAX_CHARS:
        return text
    return text[: MAX_CHARS - 1].rsplit(" ", 1)[0] + "…"
