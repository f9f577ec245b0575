"""Primitives that bring in files: inputs, packages, folders of graphics."""

import posixpath
import re

from extractors.latex.expansion.expander import Expander
from extractors.latex.expansion.files.names import expand_name, read_name
from extractors.latex.source.shields import shield_short

DRAWING_SUFFIXES = (".pgf", ".tikz", ".tikz.tex", ".pgf.tex", ".pstex_t_", ".pstricks")


PAGED = frozenset({"include", "subfileinclude"})  # with a new page, and only where \\includeonly lets them


def input_file(ex: Expander, name: str) -> None:
    r"""Read \input and its kin, \include, \subfile and \InputIfFileExists: go on in the file named."""
    wanted = read_name(ex)
    if not wanted:
        return
    yes = no = ""
    if name == "InputIfFileExists":
        yes, no = ex.input.read_argument() or "", ex.input.read_argument() or ""
    if name in PAGED:
        if (
            ex.reading.include_only is not None
            and posixpath.splitext(wanted)[0] not in ex.reading.include_only
        ):
            return
        ex.output.emit("\n\n")
    path = find_input(ex, wanted)
    if name == "InputIfFileExists":
        ex.input.push((no if path is None else yes) or " ")
    if path is None:
        if name != "InputIfFileExists":
            missing_input(ex, wanted)
        return
    open_file(ex, path, folder=posixpath.dirname(path) if name.startswith("subfile") else None)


def missing_input(ex: Expander, name: str) -> None:
    """Note that a file is not there; a drawing's place is kept."""
    if name.lower().endswith(DRAWING_SUFFIXES):
        ex.output.emit("\\begin{tikzpicture}\\end{tikzpicture}")
    elif len(ex.output.warnings) < 50:
        ex.output.warnings.append(f"input file not in the archive: {name}")


def find_input(ex: Expander, name: str) -> str | None:
    """Return the stored path of an input file: from the main file's folder, with `import` from its own."""
    folders = [f.folder + "/" for f in reversed(ex.input.frames) if f.folder][:1]
    folders.extend((ex.project.main_dir, ""))
    folders.extend(search_path(ex))
    current = next((f.file for f in reversed(ex.input.frames) if f.file >= 0), -1)
    if current >= 0:
        folders.append(posixpath.dirname(ex.output.files[current]) + "/")
    return ex.project.find(name, folders=tuple(folders), suffixes=(".tex", "", ".ltx"))


def search_path(ex: Expander) -> list[str]:
    r"""Return the folders that \input@path adds."""
    return [ex.project.main_dir + p.rstrip("/") + "/" for p in ex.reading.path]


def open_file(ex: Expander, path: str, *, folder: str | None = None) -> None:
    """Put a file on the input stack, unless it is being read already."""
    if any(f.file >= 0 and ex.output.files[f.file] == path for f in ex.input.frames):
        ex.output.warnings.append(f"{path} includes itself")
        return
    text = ex.project.text(path)
    # A .pgf file is drawn whole, also where it shows a bitmap inside its axes.
    drawn = path.lower().endswith(DRAWING_SUFFIXES)
    if drawn and ("\\includegraphics" not in text or path.lower().endswith(".pgf")):
        ex.output.emit("\\begin{tikzpicture}\\end{tikzpicture}")
        return
    if text[:200].lstrip().startswith("\\documentclass") or "\\begin{document}" in text[:200_000]:
        text = standalone_body(ex, text)
    ex.output.files.append(path)
    if folder is not None:
        ex.output.emit("\\scimmirfolder{" + folder + "}")
    for mark in sorted(ex.short_verbs):
        text = shield_short(text, 0, mark)
    ex.input.push(text, file=len(ex.output.files) - 1, folder=folder)


def standalone_body(ex: Expander, text: str) -> str:
    """Return a file that is a document of its own with its preamble and end blanked, so that offsets stay."""
    if not ex.scopes.in_document:
        return text
    begin = re.compile(r"^[^%\n]*?\\begin\s*\{document\}", re.M).search(text)
    start = begin.end() if begin else 0
    end = text.find("\\end{document}", start)
    end = len(text) if end < 0 else end
    return re.sub(r"[^\n]", " ", text[:start]) + text[start:end]


def import_file(ex: Expander, name: str) -> None:
    r"""Read \import{folder}{file} and its kin: names inside are relative to the folder."""
    ex.input.read_star()
    folder, wanted = (
        expand_name(ex, ex.input.read_argument() or ""),
        expand_name(ex, ex.input.read_argument() or ""),
    )
    base = ex.project.main_dir
    if name.startswith("sub"):
        base = next((f.folder + "/" for f in reversed(ex.input.frames) if f.folder), base)
    for root in (base, ex.project.main_dir, ""):
        path = ex.project.find(wanted, folders=(root + folder + "/",), suffixes=(".tex", ""))
        if path is not None:
            open_file(ex, path, folder=posixpath.dirname(path) or ".")
            return
    missing_input(ex, folder + wanted)


def include_only(ex: Expander, name: str) -> None:
    r"""Read \includeonly."""
    names = ex.input.read_argument() or ""
    ex.reading.include_only = {posixpath.splitext(n.strip())[0] for n in names.split(",") if n.strip()}


def end_input(ex: Expander, name: str) -> None:
    r"""Read \endinput: nothing more comes from this file."""
    while ex.input.frames and ex.input.frames[-1].file < 0:
        ex.pop()
    if ex.input.frames:
        frame = ex.input.frames[-1]
        frame.pos = len(frame.text)
