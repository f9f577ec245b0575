"""What a document's name, class and title say of its part in a submission: paper, supplement, template, draft."""

import posixpath
import re

from extractors.latex.source.words import words

WORD = re.compile(r"[^\W\d_]{2,}")
PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
TITLE = re.compile(r"^[^%\n]*\\title\s*(?:\[[^\]]*\]\s*)?\{((?:[^{}]|\{[^{}]*\}){0,600})", re.M)
MAKE_TITLE = re.compile(r"^[^%\n]*\\maketitle", re.M)
TEMPLATE_TITLE = re.compile(  # of the examples that publishers and conferences ship with their classes
    r"author guidelines|\bformatting instructions|\binstructions (?:for|to)\b|\bpreparation of papers|\btemplate\b"
    r"|\bbare (?:advanced )?demo\b|\bthe name of the title\b|\binsert (?:your |a |the )?title"
    r"|\bsample (?:file|title|article)"
    r"|\b(?:extended abstracts? sample|proceedings paper in)|\bauthor'?s? guide\b|\bmanuscript title\b"
    r"|\buser'?s? guide\b|\benter (?:your |the )?title\b|\btitle to see here\b|\bexample article using\b"
    r"|\b(?:demonstration of|testing document|capitalized title|class users?)\b|\btitle of (?:the|your|this) \w+\Z"
    r"|\A(?:article |paper |your |full |the |contribution )?title\Z|guide for authors|\Ayour paper\Z|\Atext\Z"
    r"|\Aan example article\Z|\busing siam'?s\b|\bpreparing an article for publication\b"
    r"|a multifrequency mac specially designed for wireless"
    r"|\Aa relational model of data for large shared data banks\Z|hamiltonian mechanics unter besonderer ber",
    re.I,
)
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
TEMPLATE = "its name is that of a template"
LETTER = "its name is that of a letter or a reply"
TALK = "its name is that of a talk or a poster"
DRAFT = "its name is that of a draft"
ASIDE = {
    **dict.fromkeys(words("template templates tmpl sample samples samp example examples demo bare egpaper guide "
                          "guidelines instructions howto"), TEMPLATE),
    **dict.fromkeys(words("response responses rebuttal reply replies cover coverletter letter referee referees "
                          "reviewer reviewers comments titlepage frontpage coverpage"), LETTER),
    **dict.fromkeys(words("poster slides talk presentation handout spotlight highlights"), TALK),
    **dict.fromkeys(words("old older olds previous backup bak archive archived obsolete unused trash diff latexdiff "
                          "redline redlined markup marked annotated tracked changes sandbox scratch test tests tmp "
                          "temp copy draft drafts outline note notes antiguo antigua viejo vieja ancien ancienne "
                          "vieux veraltet vecchio vecchia velho velha antigo antiga oud oude"), DRAFT),
}  # fmt: skip
STILL_WRITTEN = words(
    "draft drafts outline note notes"
)  # what a paper in the making is often called to the end
ASIDE_WITHIN = re.compile(r"(?i)(template|tmpl|sample)|(response|rebuttal|reply|letter_to|referee|review)")
BESIDE = re.compile(r"(?i)supp|readme|appendix|poster|slides")
NEWER = words("revised revision final accepted resubmission resubmitted published cameraready proof proofs")
NUMBERED = re.compile(r"(?i)(?:(?-i:(?<=[a-z])V)|[_\- .]|(?<![a-z])(?:v|ver|version|rev|r))(\d+)\Z")
TRANSLATED = words(
    """chinese zh cn japanese jp ja korean kr ko german deutsch de french francais fr spanish espanol es portuguese
    pt br italian it russian ru translated translation"""
)


def name_parts(path: str) -> list[str]:
    """Return the words of which a path without its suffix is made: MyPaper_v2 has my, paper, v and 2."""
    return [part.lower() for part in PART.findall(posixpath.splitext(path)[0])]


def title_of(text: str) -> str | None:
    """Return the title that a document states, as it is written; None where that is a template's own."""
    made = MAKE_TITLE.search(text) if "\\maketitle" in text else None
    end = made.start() if made else len(text)
    found = [m[1] for m in TITLE.finditer(text, 0, end)] if "\\title" in text else []
    title = " ".join(found[-1].split()) if found else ""
    return (
        None if TEMPLATE_TITLE.search(re.sub(r"\\[A-Za-z]+\*?|[\\{}]", " ", title)[:300].strip()) else title
    )


def reason_aside(path: str, document_class: str, text: str) -> str:
    """Return why a document is no part of the paper by what it is called; nothing where it may be one."""
    if document_class in OTHER_CLASSES:
        return f"its class is {document_class}"
    title = title_of(text)
    if title is None or TEMPLATE_TEXT.search(text):
        return "it is a template"
    parts = name_parts(path)
    if is_supplement(path, title) and not any(ASIDE.get(p) == TEMPLATE for p in parts):
        parts = [part.lower() for part in PART.findall(posixpath.dirname(path))]
    return next((ASIDE[part] for part in parts if part in ASIDE), "")


def is_supplement(path: str, title: str) -> bool:
    """Return whether a document's file name, folder or title says that it supplements another one."""
    stem = posixpath.splitext(path)[0]
    called = {*name_parts(path), posixpath.basename(stem).lower()}
    first = [word.lower() for word in WORD.findall(title)][:3]
    return not SUPPLEMENT.isdisjoint(called) or not SUPPLEMENT.isdisjoint(first)


def named_aside(path: str) -> list[str]:
    """Return what a file's name says against its being the paper, strongest marks of drafts and letters included.

    Each of TEMPLATE, LETTER, TALK and DRAFT stands there once; STILL_WRITTEN's words give "", a weak doubt.
    """
    name = posixpath.basename(path)
    parts = name_parts(name)
    found = {
        "" if part in STILL_WRITTEN else ASIDE[part] for part in (*parts, "".join(parts)) if part in ASIDE
    }
    within = {TEMPLATE if m[1] else LETTER for m in ASIDE_WITHIN.finditer(posixpath.splitext(name)[0])}
    return sorted(found | within)


def version(path: str) -> tuple[tuple[str, ...], int]:
    """Return a path's words without those that tell versions, and which version it is; 0 where it tells none."""
    stem = posixpath.splitext(path)[0]
    numbered = NUMBERED.search(stem)
    number = min(int(numbered[1]), 10**6) if numbered else 0
    parts = name_parts(NUMBERED.sub("", stem) + ".")
    kept = [part for part in parts if part not in NEWER]
    return tuple(kept), number + 10**6 * (len(kept) < len(parts))
