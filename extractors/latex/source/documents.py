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
    title_of,
)
from extractors.latex.source.words import words

MOST_DOCUMENTS = 8
SHINGLE = 5  # words
COPIED = (
    0.3  # of the shorter text's runs of words: two papers of one author share less, two drafts of one more
)
FEWEST = 30
WORD = re.compile(r"[^\W\d_]{2,}")
PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
SHOWS_FLOATS = re.compile(r"\\(?:caption|input|include|subfile|import|begin\s*\{(?:figure|table|longtable))")
TEMPLATE_TEXT = re.compile(  # of figures and tables that conferences and publishers ship in their templates
    r"Frobnability|Example of a short caption, which should be centered|incorrect delimiter use"
    r"|Frequency of Special Characters|Simulation results for the network|Please write your figure caption here"
)
PARTS_OF_OTHERS = words("standalone subfiles")
OTHER_CLASSES = words(
    """beamer letter scrlttr2 baposter tikzposter a0poster beamerposter moderncv ltxdoc ltxguide slides powerdot
    exam examdesign minimal"""
)
SUPPLEMENT = words(
    """supp suppl supplement supplements supplemental supplementary supplementarymaterial suppmat sup si sm esm ssm
    appendix appendices apx annex supporting supplementals online additional additionalfile"""
)
ASIDE = {
    **dict.fromkeys(words("template templates tmpl sample samples samp example examples demo bare guide guidelines "
                          "instructions howto"), "its name is that of a template"),
    **dict.fromkeys(words("response responses rebuttal reply replies cover coverletter letter referee referees "
                          "reviewer reviewers comments"), "its name is that of a letter or a reply"),
    **dict.fromkeys(words("poster slides talk presentation handout spotlight highlights"),
                    "its name is that of a talk or a poster"),
    **dict.fromkeys(words("old older olds previous backup bak archive archived obsolete unused trash diff latexdiff "
                          "redline redlined markup tracked changes sandbox scratch test tests tmp temp draft drafts "
                          "outline note notes"), "its name is that of a draft"),
}  # fmt: skip


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
        begins = DOCUMENT_CLASS.search(text)
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


def reason_aside(path: str, document_class: str, text: str) -> str:
    """Return why a document is no part of the paper by what it is called; nothing where it may be one."""
    if document_class in OTHER_CLASSES:
        return f"its class is {document_class}"
    title = title_of(text)
    if title is None or TEMPLATE_TEXT.search(text):
        return "it is a template"
    parts = [part.lower() for part in PART.findall(posixpath.splitext(path)[0])]
    if is_supplement(path, title) and not any("template" in ASIDE.get(p, "") for p in parts):
        parts = [part.lower() for part in PART.findall(posixpath.dirname(path))]
    return next((ASIDE[part] for part in parts if part in ASIDE), "")


def beside(path: str, main: str) -> bool:
    """Return whether a file lies where the main one does, or at the top of the submission."""
    return posixpath.dirname(path) in {"", posixpath.dirname(main)}


def is_supplement(path: str, title: str) -> bool:
    """Return whether a document's file name, folder or title says that it supplements another one."""
    stem = posixpath.splitext(path)[0]
    called = {part.lower() for part in PART.findall(stem)} | {posixpath.basename(stem).lower()}
    first = [word.lower() for word in WORD.findall(title)][:3]
    return not SUPPLEMENT.isdisjoint(called) or not SUPPLEMENT.isdisjoint(first)


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
