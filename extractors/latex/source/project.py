"""The files of a LaTeX paper: their text, and what a name in it stands for."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from extractors.latex.source.graphics_settings import GraphicsSettings
from extractors.latex.source.readme import Readme

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
INPUTS = re.compile(r"\\(?:input|include|subfile)\s*\{?\s*([^\s{}%]+)")


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

    def forget_texts(self) -> None:
        """Let go of the texts, which are decoded anew once the main file has declared an encoding."""
        self._texts.clear()

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


def included_files(texts: Mapping[str, str], *, among: Mapping[str, str] | None = None) -> set[str]:
    """Return the files that some texts read, as far as their names are written out.

    Args:
        texts: paths to texts.
        among: the files that may be read; the same ones where nothing is given.
    """
    stored = texts if among is None else among
    found: set[str] = set()
    for name, text in texts.items():
        folder, last = posixpath.dirname(name), -1
        for match in INPUTS.finditer(text):
            line = text.rfind("\n", 0, match.start()) + 1
            if line == last or "%" in text[line : match.start()]:
                continue
            last = line
            for base in (folder, ""):
                path = normal_path(posixpath.join(base, match[1]))
                found.update(p for p in (path, path + ".tex") if p in stored and p != name)
    return found
