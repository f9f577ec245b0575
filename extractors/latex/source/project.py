"""The files of a LaTeX paper: their text, which is the main file, and what a name in it stands for."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from extractors.latex.source.graphics_settings import GraphicsSettings
from extractors.latex.source.readme import Readme, read_readme
from schemas.reject import RecordError

TEX_SUFFIXES = (".tex", ".ltx", ".latex")
ENCODINGS = {
    "utf8": "utf-8", "utf8x": "utf-8", "latin1": "latin-1", "latin2": "iso8859-2", "latin3": "iso8859-3",
    "latin4": "iso8859-4", "latin5": "iso8859-9", "latin9": "iso8859-15", "latin10": "iso8859-16",
    "ansinew": "cp1252", "cp1252": "cp1252", "cp1250": "cp1250", "cp1251": "cp1251", "cp1257": "cp1257",
    "applemac": "mac-roman", "macce": "mac-latin2", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "cp850": "cp850",
    "cp852": "cp852", "cp437": "cp437", "cp866": "cp866", "ascii": "ascii", "iso88595": "iso8859-5",
}  # fmt: skip
INPUTENC = re.compile(
    rb"^[^%\n]*\\(?:usepackage\s*\[([\w,\s=-]*)\]\s*\{inputenc\}|inputencoding\{(\w+)\})", re.M
)
DOCUMENT_CLASS = re.compile(
    r"^[^%\n]*\\document(?:class|style)\b(?:\s*\[[^\]]{0,2000}\])?\s*\{?\s*([\w\\.-]*)", re.M
)
BEGIN_DOCUMENT = re.compile(r"^[^%\n]*\\begin\s*\{document\}", re.M)
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
SIDE_NAMES = re.compile(
    r"supp|response|rebuttal|cover|reply|letter_to|referee|review|diff|template|sample|readme|appendix|poster|slides",
    re.I,
)
OLD_FOLDERS = re.compile(
    r"(?i)(?:\A|[/_ -])(?:old|older|previous|backup|archive|extra|sandbox|template|sample)"
)
TITLE = re.compile(r"^[^%\n]*\\title\s*(?:\[[^\]]*\]\s*)?\{((?:[^{}]|\{[^{}]*\}){0,600})", re.M)
MAKE_TITLE = re.compile(r"^[^%\n]*\\maketitle", re.M)
TEMPLATE_TITLE = re.compile(
    r"author guidelines|\bformatting instructions|\binstructions (?:for|to)\b|\bpreparation of papers|\btemplate\b"
    r"|\bbare (?:advanced )?demo\b|\bthe name of the title\b|\binsert (?:your |a |the )?title|\bsample (?:file|title)"
    r"|\b(?:extended abstracts? sample|proceedings paper in)|\bauthor'?s? guide\b|\bmanuscript title\b"
    r"|\buser'?s? guide\b"
    r"|\b(?:demonstration of|testing document|capitalized title|class users?)\b|\btitle of (?:the|your|this) \w+\Z"
    r"|\A(?:article |paper |your |full |the )?title\Z|guide for authors",
    re.I,
)
INPUTS = re.compile(r"^[^%\n]*?\\(?:input|include|subfile)\s*\{?\s*([^\s{}%]+)", re.M)


@dataclass
class Project:
    """A paper's files with look-ups that follow TeX's rules; texts are decoded once."""

    files: Mapping[str, bytes]
    main: str = ""
    encoding: str = "utf-8"
    extra: dict[str, str] = field(default_factory=dict)
    graphics: list[GraphicsSettings] = field(default_factory=lambda: [GraphicsSettings()])
    dvips: bool = False
    readme: Readme = field(default_factory=Readme)
    _texts: dict[str, str] = field(default_factory=dict)
    _lower: dict[str, str] | None = None
    _named: dict[str, list[str]] | None = None

    @property
    def main_dir(self) -> str:
        """The folder of the main file, with its trailing slash, or empty."""
        return posixpath.dirname(self.main) + "/" if "/" in self.main else ""

    def text(self, path: str) -> str:
        """Return the file as text with newlines normalised."""
        if path in self.extra:
            return self.extra[path]
        if path not in self._texts:
            self._texts[path] = decode(self.files[path], declared=self.encoding)
        return self._texts[path]

    def exists(self, path: str) -> str | None:
        """Return the path under which the file is stored, also where only the case differs."""
        if path in self.files or path in self.extra:
            return path
        if self._lower is None:
            self._lower = {}
            for name in sorted(self.files, reverse=True):
                self._lower[name.lower()] = name
        return self._lower.get(path.lower())

    def named(self, name: str) -> Sequence[str]:
        """Return the files of any folder that have a name, whatever its case, in order."""
        if self._named is None:
            self._named = {}
            for path in sorted(self.files):
                self._named.setdefault(posixpath.basename(path).lower(), []).append(path)
        return self._named.get(name.lower(), ())

    def find(self, name: str, *, folders: tuple[str, ...], suffixes: tuple[str, ...]) -> str | None:
        """Return the stored path that `name` means in the first folder where a suffix makes it a file."""
        for folder in folders:
            base = normal_path(folder + name)
            for suffix in suffixes if base else ():
                found = self.exists(base + suffix)
                if found is not None:
                    return found
        return None


def normal_path(path: str) -> str:
    """Return the path without `.`, `..` and doubled slashes; empty where it leaves the paper."""
    path = posixpath.normpath(path.strip().strip('"').replace("\\", "/"))
    while path.startswith("../"):
        path = path[3:]
    return "" if path in {".", "..", "/"} else path.lstrip("/")


def decode(data: bytes, *, declared: str) -> str:
    """Return the bytes as text: UTF-8 where valid, else as declared, else Windows-1252 or Latin-1."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        text = _decode_eight_bit(data.removeprefix(b"\xef\xbb\xbf"), declared)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\x00", "").replace("\ufeff", "")


def _decode_eight_bit(data: bytes, declared: str) -> str:
    for encoding in ("utf-8", declared, "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def declared_encoding(data: bytes) -> str:
    """Return the Python codec of the encoding that inputenc declares, UTF-8 where it declares none."""
    for match in INPUTENC.finditer(data):
        for option in (match[1] or match[2] or b"").decode("ascii", "ignore").replace(" ", "").split(","):
            if option in ENCODINGS:
                return ENCODINGS[option]
    return "utf-8"


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
    project.main = _choose_main(project, names)
    project.encoding = declared_encoding(files[project.main])
    project._texts.clear()
    return project


def _choose_main(project: Project, names: list[str]) -> str:
    texts = {name: project.text(name) for name in names}
    if sum(map(len, texts.values())) < WITHDRAWN_MAX_CHARS and any(map(WITHDRAWN.search, texts.values())):
        body = "".join(texts.values())
        if "\\caption" not in body and "\\includegraphics" not in body and "\\section" not in body:
            raise RecordError("paper_withdrawn", "the archive's only text is a withdrawal notice")
    scores = {name: _score(project, name, text) for name, text in texts.items()}
    included = included_files(texts)
    hinted = next((p for n in project.readme.toplevel if (p := project.exists(normal_path(n)))), None)
    candidates = [n for n in names if scores[n] > 0]
    if hinted in texts and (not candidates or scores[hinted] > 0):
        return str(hinted)
    if not candidates:
        if any(PLAIN_TEX.search(text) for text in texts.values()):
            raise RecordError("tex_not_latex", "no \\documentclass; plain TeX or AMSTeX commands found")
        raise RecordError("tex_main_missing", "no file has \\documentclass or \\begin{document}")
    best = max(candidates, key=lambda n: (scores[n] - (25 if n in included else 0), len(texts[n]), n))
    if _is_amstex(texts[best]):
        raise RecordError("tex_not_latex", f"{best} is an AMSTeX document")
    return best


def _is_amstex(text: str) -> bool:
    match = DOCUMENT_CLASS.search(text)
    return match is not None and match[1] == "amsppt"


def _score(project: Project, name: str, text: str) -> int:
    document_class = DOCUMENT_CLASS.search(text)
    begin = BEGIN_DOCUMENT.search(text)
    if document_class is None and begin is None:
        return 0
    score = 40 if document_class and begin else 22 if begin else 20
    stem = posixpath.basename(name).rsplit(".", 1)[0]
    if document_class and document_class[1] in {"standalone", "subfiles", "beamer", "letter"}:
        score -= 15
    score += 8 if project.exists(name.rsplit(".", 1)[0] + ".bbl") else 0
    score += 5 if stem.lower() in GOOD_NAMES else 0
    score -= 8 if SIDE_NAMES.search(stem) else 0
    score -= 30 if title_of(text) is None else 0
    score -= 10 if OLD_FOLDERS.search(posixpath.dirname(name)) else 0
    score += 4 if "\\title" in text or "\\maketitle" in text else 0
    score += 2 if "\\begin{abstract}" in text or "\\abstract" in text else 0
    score += 2 if "\\input" in text or "\\include{" in text else 0
    return max(1, score - 3 * name.count("/"))


def title_of(text: str) -> str | None:
    """Return the title that a document states, as it is written; None where that is a template's own."""
    made = MAKE_TITLE.search(text)
    found = [m[1] for m in TITLE.finditer(text, 0, made.start() if made else len(text))]
    title = " ".join(found[-1].split()) if found else ""
    return (
        None if TEMPLATE_TITLE.search(re.sub(r"\\[A-Za-z]+\*?|[\\{}]", " ", title)[:300].strip()) else title
    )


def included_files(texts: Mapping[str, str]) -> set[str]:
    """Return the files that others read, as far as their names are written out."""
    found: set[str] = set()
    for name, text in texts.items():
        folder = posixpath.dirname(name)
        for match in INPUTS.finditer(text):
            for base in (folder, ""):
                path = normal_path(posixpath.join(base, match[1]))
                found.update(p for p in (path, path + ".tex") if p in texts and p != name)
    return found
