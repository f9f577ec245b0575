r"""What citations print: labels from \bibitem, from a .bbl of BibTeX or biblatex, numeric or author-year."""

import re
from dataclasses import dataclass, field

from extractors.latex.text.renderer import Renderer

BIBITEM = re.compile(r"\\bibitem\s*(\[)?")
KEY = re.compile(r"\s*\{([^{}]*)\}")
NATBIB = re.compile(
    r"(.*?)\((\d{4}[a-z]?[^()]*|[^()]*\d{4}[a-z]?|in press|submitted|n\.d\.)\)(.*)\Z", re.S | re.I
)
HARVARD = re.compile(r"\\harvarditem\s*(?:\[([^\[\]]*)\])?\s*\{([^{}]*)\}\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
ENTRY = re.compile(r"\\entry\{([^{}]*)\}\{[^{}]*\}\{[^{}]*\}(?:\{[^{}]*\})?")
BIBLATEX_FAMILY = re.compile(r"family=\{((?:[^{}]|\{[^{}]*\})*)\}")
BIBLATEX_YEAR = re.compile(r"\\field\{(?:year|labelyear)\}\{([^{}]*)\}")
MAX_ENTRIES = 20_000


@dataclass(frozen=True)
class Entry:
    """One entry: its number, or its author and year where the style shows them."""

    number: str
    author: str = ""
    year: str = ""


@dataclass
class Bibliography:
    """All entries by key."""

    entries: dict[str, Entry] = field(default_factory=dict)
    numeric: bool = True

    def cite(self, command: str, before: str, after: str, keys: str) -> str:
        """Return what a citation prints; nothing where no key is known."""
        found = [self.entries[k.strip()] for k in keys.split(",")[:100] if k.strip() in self.entries]
        if not found:
            return ""
        command = command.lower()
        if self.numeric or not any(e.year for e in found):
            return self._numeric(command, before, after, found)
        if "author" in command:
            return ", ".join(e.author for e in found)
        if "year" in command:
            years = ", ".join(e.year for e in found)
            return f"({years})" if command == "citeyearpar" else years
        tail = f", {after}" if after else ""
        if command in {"citet", "cite", "textcite", "citeasnoun", "citen"} and not (
            command == "cite" and before
        ):
            return "; ".join(f"{e.author} ({e.year}{tail})" for e in found)
        if command == "citealt":
            return "; ".join(f"{e.author} {e.year}" for e in found) + tail
        inner = "; ".join(f"{e.author}, {e.year}" for e in found) + tail
        lead = f"{before} " if before else ""
        return lead + inner if command in {"citealp", "citenp"} else f"({lead}{inner})"

    def _numeric(self, command: str, before: str, after: str, found: list[Entry]) -> str:
        numbers = _ranges([e.number for e in found])
        tail = f", {after}" if after else ""
        lead = f"{before} " if before else ""
        if command in {"citenum", "citealp", "citealt"}:
            return lead + numbers + tail
        if command in {"citet", "textcite"} and found[0].author:
            return f"{found[0].author} [{numbers}{tail}]"
        if "author" in command and found[0].author:
            return ", ".join(e.author for e in found)
        if command in {"citeyear", "citeyearpar"} and found[0].year:
            return ", ".join(e.year for e in found)
        return f"[{lead}{numbers}{tail}]"


def _ranges(numbers: list[str]) -> str:
    if not all(n.isdigit() for n in numbers):
        return ", ".join(numbers)
    values = sorted({int(n) for n in numbers})
    parts: list[list[int]] = []
    for value in values:
        if parts and value == parts[-1][-1] + 1:
            parts[-1].append(value)
        else:
            parts.append([value])
    return ", ".join(f"{p[0]}–{p[-1]}" if len(p) > 2 else ", ".join(map(str, p)) for p in parts)


def read_bibliography(text: str, *, numeric: bool | None) -> Bibliography:
    """Return the entries of a thebibliography environment or a .bbl file.

    Args:
        text: TeX that holds the entries.
        numeric: True or False where the paper's options say how citations look, None where they do not.
    """
    bibliography = Bibliography()
    if "\\entry{" in text:
        _read_biblatex(text, bibliography)
        bibliography.numeric = numeric is not False
        return bibliography
    _read_items(text, bibliography)
    for match in HARVARD.finditer(text):
        full, short, year, key = match.groups()
        bibliography.entries[key] = Entry(
            str(len(bibliography.entries) + 1), _clean(short or full), _clean(year)
        )
    with_years = sum(bool(e.year) for e in bibliography.entries.values())
    labelled = with_years * 2 > len(bibliography.entries)
    # Labels with a year are natbib's, which prints them unless it is told otherwise.
    bibliography.numeric = numeric is True or not labelled
    return bibliography


def _read_items(text: str, bibliography: Bibliography) -> None:
    count = 0
    for match in BIBITEM.finditer(text):
        pos, label = match.end(), ""
        if match[1]:
            end = _bracket_end(text, pos)
            if end < 0:
                continue
            label, pos = text[pos : end - 1], end
        key = KEY.match(text, pos)
        if key is None or len(bibliography.entries) >= MAX_ENTRIES:
            continue
        count += 1
        bibliography.entries.setdefault(key[1].strip(), _entry(label, count))


def _entry(label: str, count: int) -> Entry:
    if not label:
        return Entry(str(count))
    label = label.strip()
    if label.startswith("{") and label.endswith("}"):
        label = label[1:-1]
    label = re.sub(
        r"\\protect\s*\\citeauthoryear\s*\{([^{}]*)\}(?:\{[^{}]*\})?\{([^{}]*)\}", r"\1(\2)", label
    )
    label = re.sub(r"\\citeauthoryear\s*\{([^{}]*)\}(?:\{[^{}]*\})?\{([^{}]*)\}", r"\1(\2)", label)
    natbib = NATBIB.match(label)
    if natbib:
        return Entry(str(count), _clean(natbib[1]), _clean(natbib[2]))
    return Entry(_clean(label))


def _bracket_end(text: str, pos: int) -> int:
    depth = 0
    for match in re.compile(r"\\.|[{}\]]", re.S).finditer(text, pos, min(len(text), pos + 4000)):
        char = match[0]
        if char == "]" and depth <= 0:
            return match.end()
        depth += (char == "{") - (char == "}")
    return -1


def _clean(tex: str) -> str:
    return Renderer().plain(tex)


def _read_biblatex(text: str, bibliography: Bibliography) -> None:
    matches = list(ENTRY.finditer(text))[:MAX_ENTRIES]
    for number, match in enumerate(matches, 1):
        end = matches[number].start() if number < len(matches) else len(text)
        body = text[match.end() : min(end, match.end() + 20_000)]
        families = [_clean(f) for f in BIBLATEX_FAMILY.findall(body.split("\\strng")[0])[:20]]
        year = BIBLATEX_YEAR.search(body)
        author = (
            "" if not families else families[0] if len(families) == 1
            else f"{families[0]} and {families[1]}" if len(families) == 2 else f"{families[0]} et al."
        )  # fmt: skip
        bibliography.entries.setdefault(match[1], Entry(str(number), author, year[1] if year else ""))
