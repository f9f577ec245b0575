"""Which other files of a submission are documents of their own: a supplement is one, a draft or a reply is none."""

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from extractors.latex.source.graphics_settings import GraphicsSettings
from extractors.latex.source.project import (
    BEGIN_DOCUMENT,
    DOCUMENT_CLASS,
    TEX_SUFFIXES,
    Project,
    declared_encoding,
    included_files,
)
from extractors.latex.source.roles import PARTS_OF_OTHERS, WORD, is_supplement, reason_aside, title_of

MOST_DOCUMENTS = 8
SHINGLE = 5  # words
COPIED = (
    0.3  # of the shorter text's runs of words: two papers of one author share less, two drafts of one more
)
FEWEST = 30
SHOWS_FLOATS = re.compile(r"\\(?:caption|input|include|subfile|import|begin\s*\{(?:figure|table|longtable))")


@dataclass(frozen=True)
class Aside:
    """A document that was left aside, and why."""

    path: str
    why: str

    def warning(self) -> str:
        """Return the sentence that says so."""
        return f"{self.path} is a document of its own that was left aside: {self.why}"


def other_documents(project: Project, read: Collection[str]) -> tuple[list[str], list[Aside]]:
    """Return the submission's documents beside the main one, in the order in which they are compiled, and the rest.

    Where a 00README names documents, these are all; else every file with a class and a body is one that no other
    file reads and that is no draft, reply, talk or template by its name, class and title.

    Args:
        project: the paper's files, its main one chosen.
        read: the files that the main document reads.
    """
    texts = {n: project.text(n) for n in sorted(project.files) if n.lower().endswith(TEX_SUFFIXES)}
    named = [p for n in project.readme.toplevel if (p := project.exists(n)) is not None]
    ignored = {project.exists(n) for n in project.readme.ignored}
    inner = included_files(texts)
    found: list[str] = []
    aside: list[Aside] = []
    for path, text in texts.items():
        if path == project.main or path in read or path.startswith("anc/"):
            continue
        begins = DOCUMENT_CLASS.search(text) if "\\document" in text else None
        if begins is None or BEGIN_DOCUMENT.search(text) is None:
            continue
        why = ""
        if named:
            why = "" if path in named else "00README names others as the documents"
        elif path in inner or begins[1] in PARTS_OF_OTHERS:
            continue
        else:
            why = "00README says to ignore it" if path in ignored else reason_aside(path, begins[1], text)
            if not why and not beside(path, project.main) and not is_supplement(path, title_of(text) or ""):
                why = "it lies in another folder than the main one, and is no supplement by its name"
        if not why:
            found.append(path)
        elif SHOWS_FLOATS.search(text):
            aside.append(Aside(path, why))
    if named:
        found.sort(key=named.index)
    aside += [Aside(path, f"more than {MOST_DOCUMENTS} documents") for path in found[MOST_DOCUMENTS:]]
    return found[:MOST_DOCUMENTS], aside


def beside(path: str, main: str) -> bool:
    """Return whether a file lies where the main one does, or at the top of the submission."""
    return posixpath.dirname(path) in {"", posixpath.dirname(main)}


def as_main(project: Project, path: str) -> Project:
    """Return the project with another main file, as if TeX began anew there."""
    return replace(
        project,
        main=path,
        encoding=declared_encoding(project.files[path]),
        extra={},
        graphics=[GraphicsSettings()],
        dvips=project.readme.dvips,
        _texts={},
    )


def shingles(text: str) -> frozenset[int]:
    """Return the runs of words of a document's flat text, each as a number."""
    begin = text.find("\\begin{document}")
    found = [word.lower() for word in WORD.findall(text, max(0, begin))]
    return frozenset(hash(tuple(found[i : i + SHINGLE])) for i in range(len(found) - SHINGLE + 1))


def copies(one: frozenset[int], other: frozenset[int]) -> bool:
    """Return whether two texts are so much alike that one is a draft or a copy of the other."""
    shorter = min(len(one), len(other))
    return shorter >= FEWEST and len(one & other) >= COPIED * shorter
