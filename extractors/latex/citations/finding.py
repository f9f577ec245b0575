r"""Which bibliography belongs to a paper: the entries in its text, of a .bbl, or of its .bib files."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from extractors.latex.citations.biblatex import read_biblatex
from extractors.latex.citations.bst import CITED, NAMES, ListStyle, list_style
from extractors.latex.citations.entries import Entry, Raw, read_items
from extractors.latex.citations.printing import print_call
from extractors.latex.citations.style import NATBIB, CitationStyle
from extractors.latex.citations.styling import citation_style
from extractors.latex.expansion.output import Flat
from extractors.latex.source.project import Project
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.citing import Call, Printed, is_citation, read_call
from extractors.latex.text.renderer import Renderer
from extractors.latex.walk.state import Walk

BIBLIOGRAPHY = re.compile(r"\\(?:no)?bibliography\*?\s*\{([^{}]*)\}")
RESOURCE = re.compile(
    r"\\add(?:bib|globalbib|global|section)(?:resource|bib)?\s*(?:\[[^\]]*\])?\s*\{([^{}]*)\}"
)
CITING = re.compile(r"\\([A-Za-z]*[cC]ite[A-Za-z]*)\*?(?![A-Za-z])")
ALIAS = re.compile(r"\\defcitealias\s*\{([^{}]*)\}\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
MAX_CITATIONS = 20_000
MAX_CITED = 3_000
MAX_FILES = 20


@dataclass
class Bibliography:
    """A paper's entries by key, and the style in which it cites them.

    `more` gives the entries of the .bib files, which are read when the first is asked for.
    """

    style: CitationStyle = field(default_factory=CitationStyle)
    raws: dict[str, Raw] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    more: Callable[[], dict[str, Entry]] | None = None
    folded: dict[str, str] | None = None

    def cite(self, call: Call) -> Printed:
        """Return what a citation prints."""
        return print_call(call, self.entry, self.style, self.aliases)

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key, None where there is none; BibTeX does not tell a from A."""
        key = key.lstrip("*")
        if key in self.entries:
            return self.entries[key]
        if key in self.raws:
            self.entries[key] = self.raws[key].entry()
            return self.entries[key]
        if self.more is not None:
            self.entries = {**self.more(), **self.entries}
            self.more = None
        if self.folded is None:
            self.folded = {k.lower(): k for k in (*self.raws, *self.entries)}
        known = self.folded.get(key.lower())
        return None if known is None else self.entries.get(known) or self.raws[known].entry()


def find_bibliography(project: Project, flat: Flat, walk: Walk) -> Bibliography:
    """Return the entries of the environments in the text, of the .bbl, else of the .bib files.

    What the list in the text or the .bbl lacks, the .bib files give without a number. A .bbl of another name than
    the paper's counts where it holds more than half of what is cited.
    """
    style = citation_style(project, flat.text, walk)
    cited = cited_keys(flat.text, walk.body_start)
    found = Bibliography(style)
    if "\\defcitealias" in flat.text:
        found.aliases = {m[1].strip(): Renderer().plain(m[2]) for m in ALIAS.finditer(flat.text)}
    own, stray = find_bbls(project, flat.text)
    texts = [flat.text[start:end] for start, end in walk.bibliographies]
    for candidate, least in [(texts, 0.0), *(([t], 0.0) for t in own), *(([t], 0.5) for t in stray)]:
        if take(found, candidate, cited, style, least):
            break
    paths = find_bibs(project, flat.text)
    if not paths:
        return found
    listed = CITED
    if not found.raws and not found.entries:
        listed = order_of(style, project)
        found.style = style = suited(style, listed)
        found.more = lambda: _from_bib(project, paths, cited, style, listed)
    else:
        found.more = lambda: _from_bib(project, paths, cited, found.style, ListStyle(labels="names"))
    return found


def take(found: Bibliography, texts: list[str], cited: list[str], style: CitationStyle, least: float) -> bool:
    """Read entries from .bbl texts; keep them where they hold more than a share of what is cited."""
    entries: dict[str, Entry] = {}
    raws: dict[str, Raw] = {}
    for text in texts:
        if "\\entry{" in text:
            entries.update(read_biblatex(text, style))
        else:
            for key, raw in read_items(text).items():
                raws.setdefault(key, raw)
    held = sum(key in entries or key in raws for key in cited)
    if held <= least * len(cited):
        return False
    found.raws, found.entries = raws, entries
    found.style = fitted(style, raws, "".join(texts)) if raws else style
    return True


def cited_keys(text: str, start: int) -> list[str]:
    r"""Return the keys in the order in which they are first cited, by \nocite too; `*` where all are."""
    keys: dict[str, None] = {}
    for count, match in enumerate(CITING.finditer(text, start)):
        if count >= MAX_CITATIONS or len(keys) >= MAX_CITED:
            break
        if is_citation(match[1]):
            call = read_call(Scanner(text, match.end()), match[1], _unread)
            keys.update(
                (key.lstrip("*") or "*", None) for part in call.parts for key in part.keys
            ) if call else None
    return list(keys)


def _unread(note: str) -> str:
    return ""


def find_bbls(project: Project, text: str) -> tuple[list[str], list[str]]:
    """Return the .bbl of the main file or of a bibliography it names, and the others, as texts."""
    stems = [posixpath.splitext(project.main)[0]]
    found = BIBLIOGRAPHY.search(text)
    if found:
        stems.extend(project.main_dir + n.strip() for n in found[1].split(",")[:20])
    path = project.find("", folders=tuple(stems), suffixes=(".bbl",))
    others = [n for n in sorted(project.files) if n.lower().endswith(".bbl") and n != path]
    return [project.text(path)] if path else [], [project.text(n) for n in others[:MAX_FILES]]


def find_bibs(project: Project, text: str) -> list[str]:
    """Return the .bib files that a paper names, wherever they lie; those there are where it names none of them."""
    names = [
        n.strip()
        for pattern in (BIBLIOGRAPHY, RESOURCE)
        for m in pattern.finditer(text)
        for n in m[1].split(",")
    ]
    there = [n for n in sorted(project.files) if n.lower().endswith(".bib") and project.files[n]]
    found: list[str] = []
    for name in names[:MAX_FILES]:
        name = name.removesuffix(".bib")
        path = project.find(name, folders=(project.main_dir, ""), suffixes=(".bib",)) if name else None
        base = posixpath.basename(name).lower() + ".bib"
        path = path or next((n for n in there if posixpath.basename(n).lower() == base), None)
        if path is not None and path not in found:
            found.append(path)
    return found or there[:MAX_FILES]


def order_of(style: CitationStyle, project: Project) -> ListStyle:
    """Return the order and the labels of the list that a .bib would become."""
    if style.system == "biblatex":
        labels = {"numeric": "number", "alphabetic": "alpha"}.get(style.mode, "names")
        return ListStyle("cited" if style.sorting == "none" else "sorted", labels, max_names=style.max_names)
    listed = list_style(style.list_style, project)
    if not listed.labels and style.mode == "authoryear":
        return NAMES
    return listed


def suited(style: CitationStyle, listed: ListStyle) -> CitationStyle:
    """Return the style as a list of that kind makes it: natbib prints numbers where the labels name no year."""
    if style.system == "biblatex" or not listed.labels:
        return style
    style = replace(style, conjunction=listed.sign, max_names=listed.max_names, serial=listed.max_names > 2)
    if style.mode == "authoryear" and listed.labels != "names":
        return replace(style, mode="numeric")
    if not style.mode and listed.labels == "names" and not listed.printed:
        if style.system == "latex":
            style = replace(style, opening="(", closing=")", separator=";")
        return replace(style, mode="authoryear", cite="paren")
    return style


def _from_bib(
    project: Project, paths: list[str], cited: list[str], style: CitationStyle, listed: ListStyle
) -> dict[str, Entry]:
    """Return the entries of what is cited, from .bib files."""
    from extractors.latex.citations.bib import keys_of, read_records
    from extractors.latex.citations.lists import make_list

    texts = [project.text(path) for path in paths]
    keys = [key for key in cited if key != "*"]
    if "*" in cited:
        keys = list(dict.fromkeys(keys + keys_of(texts)))[:MAX_CITED]
    return make_list(read_records(texts, keys), style, listed)


def fitted(style: CitationStyle, raws: dict[str, Raw], text: str) -> CitationStyle:
    """Return the style as the labels allow it: natbib prints numbers where most of them name no year."""
    labelled = sum(bool(raw.names) for raw in raws.values()) * 2 > len(raws)
    own = sum(bool(raw.label) for raw in raws.values()) * 2 > len(raws)
    if style.mode == "authoryear" and not labelled:
        return replace(style, mode="numeric" if not own or style.system == "natbib" else "")
    if style.mode or not labelled or own:  # plain LaTeX prints labels as they are
        return style
    if "\\citeauthoryear" in text or "\\astroncite" in text:
        return replace(style, mode="authoryear", opening="(", closing=")", separator=";", cite="paren")
    return replace(NATBIB, list_style=style.list_style)
