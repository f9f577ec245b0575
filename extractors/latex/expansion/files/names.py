r"""Names of files: macros in them are expanded, and what stands for the file being read is known."""

import posixpath
import re

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.source.shields import SHIELD, UNSHIELD

FILE_NAME = re.compile(r"[ \t\n]*(?:\"([^\"\n]*)\"|([^\s{}\\%\[\"]+))")
NAME_WORD = re.compile(r"[ \t\n]*\\([A-Za-z@]+)[ \t]*")
NAME_PART = re.compile(r"[^\s{}\\%\[\"]+")
UNKNOWN = re.compile(r"\\[A-Za-z@]+[ \t]*")
MAX_PARTS = 20


def expand_name(ex: Expander, name: str) -> str:
    """Return a file name with the paper's macros in it replaced; what is unknown prints nothing."""
    name = UNKNOWN.sub("", expanded(ex, name)) if "\\" in name else name
    return name.replace("{", "").replace("}", "").translate(UNSHIELD).strip()


def expanded(ex: Expander, text: str) -> str:
    """Return a text of a file's name with everything expanded, also where a package is read that prints nothing."""
    silent, ex.output.silent = ex.output.silent, False
    text = ex.expanded(text)
    ex.output.silent = silent
    return text


def read_name(ex: Expander) -> str:
    r"""Return the file name that follows \input: in braces, in quotes, or up to a blank, as the primitive reads."""
    frame = ex.input.skip_space()
    if frame.text.startswith("{", frame.pos):
        return expand_name(ex, ex.input.read_argument() or "").strip('"')
    parts: list[str] = []
    while len(parts) < MAX_PARTS:
        match = frame.take(NAME_PART) if parts else frame.take(FILE_NAME)
        if match is not None:
            quoted = None if parts else match[1]
            if quoted is not None:
                return expand_name(ex, quoted)
            parts.append(match[0].strip())
            continue
        word = NAME_WORD.match(frame.text, frame.pos)
        meaning = ex.scopes.meanings.get(word[1]) if word else None
        blank = frame.text[frame.pos : frame.pos + 1].isspace() and bool(parts)
        if (
            word is None
            or blank
            or meaning is None
            or not (word[1] in FILE_VALUES or hasattr(meaning, "body"))
        ):
            break
        frame.pos = word.end()
        parts.append(expand_name(ex, "\\" + word[1] + " "))
    return "".join(parts).strip('"')


def relative_path(ex: Expander) -> str:
    """Return the path of the file being read as TeX names it: from the main file's folder."""
    path = ex.current_file()
    inside = path.removeprefix(ex.project.main_dir)
    return (
        inside if inside != path or not ex.project.main_dir else posixpath.relpath(path, ex.project.main_dir)
    )


def file_value(ex: Expander, name: str) -> None:
    r"""Read currfile's \currfiledir, \currfilebase, \currfileext, \currfilename or \currfilepath."""
    frame = ex.input.frames[-1]
    frame.after_word()
    ex.input.push(FILE_VALUES[name](relative_path(ex)).translate(SHIELD))


def _folder(path: str) -> str:
    return posixpath.dirname(path) + "/" if "/" in path else ""


FILE_VALUES = {
    "currfiledir": _folder,
    "currfilebase": lambda path: posixpath.splitext(posixpath.basename(path))[0],
    "currfileext": lambda path: posixpath.splitext(path)[1].lstrip("."),
    "currfilename": posixpath.basename,
    "currfilepath": lambda path: path,
    "currfilerelpath": lambda path: path,
    "currfileabsdir": _folder,
    "currfileabspath": lambda path: path,
    "CurrentFile": posixpath.basename,
    "CurrentFilePath": posixpath.dirname,
}


def detokenize(ex: Expander, name: str) -> None:
    r"""Read \detokenize{…}: the characters themselves, which nothing reads as commands any more."""
    content = ex.input.read_argument()
    if content:
        ex.output.emit(content.translate(SHIELD))


def parse_name(ex: Expander, name: str) -> None:
    r"""Read the kernel's \filename@parse{…}: the parts of a file name become macros."""
    wanted = expand_name(ex, ex.input.read_argument() or "").strip('"')
    stem, suffix = posixpath.splitext(posixpath.basename(wanted))
    parts = {"area": _folder(wanted), "base": stem, "ext": suffix.lstrip(".") or "\\relax"}
    ex.input.push("".join(f"\\def\\filename@{part}{{{value}}}" for part, value in parts.items()))


NAME_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(FILE_VALUES, file_value),
    "detokenize": detokenize,
    "filename@parse": parse_name,
}
