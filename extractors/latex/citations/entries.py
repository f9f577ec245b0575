r"""Entries of a bibliography, and the forms in which \bibitem and \harvarditem label them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from extractors.latex.source.scanner import Scanner
from extractors.latex.text.renderer import Renderer

MAX_ENTRIES = 20_000
MAX_LABEL = 6_000
ITEM = re.compile(r"\\(?:bibitem(?![A-Za-z])\s*(\[)?|harvarditem(?![A-Za-z])|begin\s*\{thebibliography\})")
KEY = re.compile(r"(?:\s|%[^\n]*\n)*\{([^{}]*)\}")
DEEP = re.compile(r"\\.|[{}()\]]", re.S)
BRACKET_END = re.compile(r"\\.|[{}\]]", re.S)
COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?\s*")
YEAR = re.compile(
    r"[^A-Za-z]*(?:\d{4}|\d\d\d?\?)|\s*\Z"
    r"|\s*(?:in |to |under |un|forth|sub|acc|n\.\s?d|prep|pre|press|manu|draft|work|this|\\)",
    re.I,
)
APALIKE = re.compile(r"(.+), ?(\d{4}[a-z]?|in press|n\.d\.)\Z", re.S)
SIGNS = re.compile(r"[\\{}$~&^_%`'\"<>-]|,,")  # a text without them is plain as it stands
PAIR_LABELS = re.compile(r"\\(?:astroncite|citeauthoryear|fullciteauthoryear|harvardcite)(?![A-Za-z])")
# What apacite, the revtex styles and alpha write into labels, as text.
SPELLED = (
    (re.compile(r"\\(?:APACmetastar|protect|relax|bgroup|egroup|newblock)(?![A-Za-z])\s*"), ""),
    (re.compile(r"\\APACinsertmetastar\s*\{[^{}]*\}\s*"), ""),
    (re.compile(r"\\(?:BBAA?|BBAB|harvardand)(?![A-Za-z])"), r"\\&"),
    (re.compile(r"\\BOthers(?:Period)?(?![A-Za-z])\s*(?:\{\s*\.?\s*\})?"), "et al."),
    (re.compile(r"\\BPBI(?![A-Za-z])\s*|\\bibinitperiod(?![A-Za-z])"), "."),
    (re.compile(r"\\bibnamedelim[a-z](?![A-Za-z])\s*"), " "),
    (re.compile(r"\\(?:BHBI|bibinithyphendelim)(?![A-Za-z])\s*"), "-"),
    (re.compile(r"\\(?:BCBT|BCBL)(?![A-Za-z])\s*"), ","),
    (re.compile(r"\\BCnt\s*\{\s*(\d{1,2})\s*\}"), lambda m: chr(96 + min(26, max(1, int(m[1]))))),
    (re.compile(r"\\bibinfo\s*\{[^{}]*\}"), ""),
    (re.compile(r"\\(?:noopsort|bibfnamefont)\s*\{[^{}]*\}"), ""),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One entry, in plain text: its number in the list, and what its label says.

    `names` is the short form of the authors' names, `full` the long one, `label` what plain LaTeX prints
    instead of the number (empty where that is the number), `number` empty where it cannot be known.
    """

    number: str = ""
    names: str = ""
    full: str = ""
    year: str = ""
    label: str = ""
    title: str = ""


@dataclass(frozen=True)
class Raw:
    """A labelled item as written: its number, and the TeX of its label or of its names and year."""

    number: str
    label: str = ""
    names: str = ""
    full: str = ""
    year: str = ""

    def entry(self) -> Entry:
        """Return the entry in plain text."""
        return Entry(self.number, plain(self.names), plain(self.full), plain(self.year), plain(self.label))


@lru_cache(maxsize=4_000)
def plain(tex: str) -> str:
    """Return the plain text of a label's part."""
    if not SIGNS.search(tex):
        return " ".join(tex.split()).strip(" ,;")
    for pattern, replacement in SPELLED if "\\" in tex else ():
        tex = pattern.sub(replacement, tex)
    return Renderer().plain(tex[:MAX_LABEL]).replace("et al..", "et al.").strip(" ,;")


def read_items(text: str) -> dict[str, Raw]:
    """Return the items of a thebibliography environment or of a .bbl file by key, numbered in their order."""
    found: dict[str, Raw] = {}
    for key, raw in _items(text):
        found.setdefault(key, raw)
        if len(found) >= MAX_ENTRIES:
            break
    return found


def _items(text: str) -> Iterator[tuple[str, Raw]]:
    count = 0
    for match in ITEM.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        if re.search(r"(?<!\\)%", text[max(line, match.start() - 500) : match.start()]):
            continue
        if match[0].startswith("\\begin"):
            count = 0
        elif match[0].startswith("\\harvarditem"):
            scan = Scanner(text, match.end())
            short = scan.optional()
            full, year, key = scan.group(), scan.group(), scan.group()
            if key:
                count += 1
                yield (
                    key.strip(),
                    Raw(str(count), names=short or full or "", full=full or "", year=year or ""),
                )
        else:
            pos, label = match.end(), ""
            if match[1]:
                end = _bracket_end(text, pos)
                if end < 0:
                    continue
                label, pos = text[pos : end - 1], end
            found = KEY.match(text, pos)
            if found is not None:
                count += 1
                yield found[1].strip(), read_label(label, count)


def _bracket_end(text: str, pos: int) -> int:
    depth = 0
    for match in BRACKET_END.finditer(text, pos, min(len(text), pos + MAX_LABEL)):
        char = match[0]
        if char == "]" and depth <= 0:
            return match.end()
        depth += (char == "{") - (char == "}")
    return -1


def read_label(label: str, count: int) -> Raw:
    r"""Return what the label of a \bibitem says: names and year in any package's form, or the label itself."""
    label = COMMENT.sub("", label).strip()
    if not label:
        return Raw(str(count))
    pair = PAIR_LABELS.search(label)
    if pair is not None:
        return _pair(label[pair.end() :], count)
    named = re.search(r"\\citename(?![A-Za-z])", label)
    if named is not None:
        scan = Scanner(label, named.end())
        names = (scan.group() or "").strip().rstrip(",")
        return Raw(str(count), names=names, full=names, year=label[scan.pos :].strip(" ,{}"))
    inner = _unwrapped(label)
    parts = _natbib(inner)
    if parts is not None:
        names, year, full = parts
        return Raw(str(count), names=names, full=full or names, year=year)
    apalike = APALIKE.match(inner)
    if apalike is not None:
        return Raw(str(count), label=inner, names=apalike[1], full=apalike[1], year=apalike[2])
    return Raw(str(count), label=inner)


def _pair(tex: str, count: int) -> Raw:
    r"""Read the groups of \citeauthoryear: long and short names and a year, or names and a year."""
    scan = Scanner(tex)
    groups: list[str] = []
    while len(groups) < 4:
        group = scan.group()
        if group is None:
            break
        groups.append(group)
    if len(groups) < 2:
        return Raw(str(count), label=tex)
    if len(groups) == 2 or not groups[2].strip():
        return Raw(str(count), names=groups[0], full=groups[0], year=groups[1])
    return Raw(str(count), names=groups[1], full=groups[0], year=groups[2])


def _unwrapped(label: str) -> str:
    """Return a label without the braces around all of it."""
    while label.startswith("{"):
        scan = Scanner(label)
        inner = scan.argument()
        if scan.pos != len(label):
            break
        label = inner.strip()
    return label


def _natbib(label: str) -> tuple[str, str, str] | None:
    """Return names, year and full names of natbib's form `names(year)full names`, None for another."""
    depth = opened = 0
    start = -1
    for match in DEEP.finditer(label):
        char = match[0]
        depth += (char == "{") - (char == "}")
        if char == "(" and depth == 0:
            opened += 1
            start = match.start() if start < 0 else start
        elif char == ")" and depth == 0 and start >= 0:
            opened -= 1
            if opened:
                continue
            year = label[start + 1 : match.start()]
            if YEAR.match(year):
                return label[:start].strip(), year.strip(), label[match.end() :].strip()
            start = -1
    return None
