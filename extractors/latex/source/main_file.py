"""Which file of a submission is the paper.

A 00README decides. Else each file with a class and a body has points for what papers have (a bibliography beside
it, a title of its own, an abstract) and loses some for what templates, letters, drafts, translations and copies in
folders have; of what is equal then that with most captions, sections and citations in all that it reads is the paper.
"""

import posixpath
import re
from collections.abc import Mapping

from extractors.latex.source.project import (
    BEGIN_DOCUMENT,
    DOCUMENT_CLASS,
    TEX_SUFFIXES,
    Project,
    declared_encoding,
    included_files,
    normal_path,
)
from extractors.latex.source.readme import read_readme
from extractors.latex.source.roles import (
    BESIDE,
    DRAFT,
    LETTER,
    OTHER_CLASSES,
    PARTS_OF_OTHERS,
    TALK,
    TEMPLATE,
    TEMPLATE_TEXT,
    TRANSLATED,
    name_parts,
    named_aside,
    title_of,
    version,
)
from schemas.reject import RecordError

PLAIN_TEX = re.compile(
    r"^[^%\n]*(?:\\input\s*\{?(?:amstex|amsppt|harvmac|epsf|jnl|phyzzx|mssymb|tcilatex|eplain|lanlmac)"
    r"|\\documentstyle\s*\{amsppt\}|\\magnification|\\bye\b|\\hsize|\\end\s*$|\\beginsection|\\font\\|\\nopagenumbers)",
    re.M,
)
WITHDRAWN = re.compile(
    r"\b(?:paper|submission|article|manuscript|preprint|work|note)\b[^.]{0,80}\b(?:withdrawn|retracted)\b"
    r"|\bwithdrawn\s+by\b|\bwithdrawn\b[^.]{0,40}\bauthors?\b",
    re.I,
)
WITHDRAWN_MAX_CHARS = 4000
GOOD_NAMES = {"main", "ms", "paper", "article", "manuscript", "arxiv", "root", "submission", "thesis"}
OLD_FOLDERS = re.compile(
    r"(?i)(?:\A|[/_ -])(?:old|older|previous|backup|archive|extra|sandbox|template|sample)"
)
SUBSTANCE = re.compile(r"\\(?:caption|section|[a-z]*cite[a-z]*)\b")
CITES = re.compile(r"\\(?:cite|bibliography\b|printbibliography|begin\s*\{thebibliography)")
DOUBTS = {"": 3, TEMPLATE: 6, DRAFT: 10, LETTER: 12, TALK: 12}
MAX_READ = 200


def open_project(files: Mapping[str, bytes]) -> Project:
    """Return the project with its main file and encoding decided.

    Raises:
        RecordError: paper_empty, paper_withdrawn, tex_not_latex or tex_main_missing.
    """
    if not any(files.values()):
        raise RecordError("paper_empty", "no file has any content")
    project = Project(files)
    project.readme = read_readme(project.exists, project.text)
    project.dvips = project.readme.dvips
    names = [n for n in sorted(files) if n.lower().endswith(TEX_SUFFIXES)]
    if not names:
        names = [n for n in sorted(files) if "." not in posixpath.basename(n) or n.lower().endswith(".txt")]
        names = [n for n in names if b"\\" in files[n] or b"withdrawn" in files[n].lower()]
    if not names:
        raise RecordError("tex_main_missing", "no TeX file in the archive")
    ignored = {project.exists(normal_path(n)) for n in project.readme.ignored}
    names = [n for n in names if n not in ignored] or names
    names = [n for n in names if not n.startswith("anc/")] or names
    project.main = choose_main(project, names)
    project.encoding = declared_encoding(files[project.main])
    project.forget_texts()
    return project


def choose_main(project: Project, names: list[str]) -> str:
    """Return which of some TeX files is the paper.

    Raises:
        RecordError: paper_withdrawn, tex_not_latex or tex_main_missing.
    """
    texts = {name: project.text(name) for name in names}
    if sum(map(len, texts.values())) < WITHDRAWN_MAX_CHARS and any(map(WITHDRAWN.search, texts.values())):
        body = "".join(texts.values())
        if "\\caption" not in body and "\\includegraphics" not in body and "\\section" not in body:
            raise RecordError("paper_withdrawn", "the archive's only text is a withdrawal notice")
    scores = {name: points for name, text in texts.items() if (points := score(project, name, text)) > 0}
    hinted = next((p for n in project.readme.toplevel if (p := project.exists(normal_path(n)))), None)
    if hinted in texts and (not scores or hinted in scores):
        return str(hinted)
    if not scores:
        if any(PLAIN_TEX.search(text) for text in texts.values()):
            raise RecordError("tex_not_latex", "no \\documentclass; plain TeX or AMSTeX commands found")
        raise RecordError("tex_main_missing", "no file has \\documentclass or \\begin{document}")
    included = included_files(texts)
    for name in scores:
        scores[name] -= 25 if name in included else 0
    if len(scores) > 1:
        compare_versions(scores, texts)
    most = max(scores.values())
    tied = [name for name, points in scores.items() if points == most]
    best = max(tied, key=lambda n: (substance(project, n, texts) if tied[1:] else 0, len(texts[n]), n))
    if is_amstex(texts[best]):
        raise RecordError("tex_not_latex", f"{best} is an AMSTeX document")
    return best


def is_amstex(text: str) -> bool:
    """Return whether a document is AMSTeX's."""
    match = DOCUMENT_CLASS.search(text)
    return match is not None and match[1] == "amsppt"


def score(project: Project, name: str, text: str) -> int:
    """Return how much a file is like a paper by itself; 0 where it has neither class nor body."""
    document_class = DOCUMENT_CLASS.search(text) if "\\document" in text else None
    begin = BEGIN_DOCUMENT.search(text) if "{document}" in text else None
    if document_class is None and begin is None:
        return 0
    points = 40 if document_class and begin else 22 if begin else 20
    stem = posixpath.basename(name).rsplit(".", 1)[0]
    if document_class and document_class[1] in OTHER_CLASSES | PARTS_OF_OTHERS:
        points -= 15
    points += 8 if project.exists(name.rsplit(".", 1)[0] + ".bbl") else 0
    points += 5 if stem.lower() in GOOD_NAMES else 0
    points -= max(sum(DOUBTS[doubt] for doubt in named_aside(name)), 8 if BESIDE.search(stem) else 0)
    points -= 30 if title_of(text) is None else 10 if TEMPLATE_TEXT.search(text) else 0
    points -= 10 if OLD_FOLDERS.search(posixpath.dirname(name)) else 0
    points += 4 if "\\title" in text or "\\maketitle" in text else 0
    points += 2 if "\\begin{abstract}" in text or "\\abstract" in text else 0
    points += 2 if CITES.search(text) else 0
    points += 2 if "\\input" in text or "\\include{" in text else 0
    return max(1, points - 5 * name.count("/"))


def compare_versions(scores: dict[str, int], texts: Mapping[str, str]) -> None:
    """Take points from documents that are another one's copy in a folder, its translation or its earlier version."""
    titles = {name: called(name, texts[name]) for name in scores}
    words = {name: tuple(name_parts(name)) for name in scores}
    versions = {name: version(name) for name in scores}
    highest: dict[str, int] = {}
    latest: dict[tuple[str, ...], int] = {}
    for name, title in titles.items():
        highest[title] = min(name.count("/"), highest.get(title, name.count("/")))
        base, number = versions[name]
        latest[base] = max(number, latest.get(base, 0))
    known = set(words.values())
    for name, own in words.items():
        base, number = versions[name]
        original = tuple(part for part in own if part not in TRANSLATED)
        variant = own == base and any(own[:i] in known for i in range(1, len(own)))
        scores[name] -= 12 if name.count("/") > highest[titles[name]] else 0
        scores[name] -= 12 if len(original) < len(own) and original in known else 0
        scores[name] -= 1 if number < latest[base] or variant else 0


def called(name: str, text: str) -> str:
    """Return a document's title as it compares with others', its file's name where it has none."""
    title = re.sub(r"[\W_]+", "", title_of(text) or "").lower()
    return title or posixpath.basename(name).lower() + "/"


def substance(project: Project, name: str, texts: Mapping[str, str]) -> int:
    """Return how many captions, sections and citations a document has with the files that it reads."""
    known, todo, count = {name}, [name], 0
    while todo and len(known) < MAX_READ:
        path = todo.pop()
        count += len(SUBSTANCE.findall(texts[path]))
        for inner in included_files({path: texts[path]}, among=texts):
            if inner not in known:
                known.add(inner)
                todo.append(inner)
    return count
