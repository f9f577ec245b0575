"""Primitives that bring in files, open environments, or hold text that TeX does not read as commands."""

import posixpath
import re

from extractors.latex.conditionals import file_exists
from extractors.latex.definitions import leave_scope
from extractors.latex.expand import ENVIRONMENT_NAME, Expander, Handler, after_word
from extractors.latex.macros import Alias, split_parameters, substitute
from extractors.latex.project import normal_path
from schemas.reject import RecordError

# Characters of verbatim text move to a private range until the text is rendered, so that no stage reads them as TeX.
PRIVATE = 0xE000
SHIELD = {ord(c): PRIVATE + ord(c) for c in "\\{}$&#^_~%`'-\"<>[]"}
UNSHIELD = {v: k for k, v in SHIELD.items()}

VERBATIM = frozenset(
    """verbatim verbatim* Verbatim Verbatim* BVerbatim LVerbatim SaveVerbatim lstlisting minted alltt filecontents
    filecontents* spverbatim pyglist pythoncode pycode python cppcode sourcecode semiverbatim listing* tcblisting
    asy asydef luacode luacode* dot2tex""".split()
)
COMMENTS = frozenset({"comment", "skip", "excludeversion"})
DRAWINGS = frozenset(
    {"tikzpicture", "pgfpicture", "pspicture", "pspicture*", "circuitikz", "tikzcd", "axis", "psgraph"}
)
DRAWING_SUFFIXES = (".pgf", ".tikz", ".tikz.tex", ".pgf.tex", ".pstex_t_", ".pstricks")
FILE_NAME = re.compile(r"[ \t\n]*(?:\{\s*([^{}]*?)\s*\}|\"([^\"\n]*)\"|([^\s{}\\%\[]+))")
MAX_PACKAGE_BYTES = 400_000
# Classes and packages that papers ship a copy of, whose commands the later stages know themselves.
KNOWN_PACKAGES = re.compile(
    r"(?i)(?:neurips|nips|iclr|icml|cvpr|iccv|eccv|acl|emnlp|naacl|aaai|ijcai|interspeech|spconf|ieee|revtex|aastex|"
    r"elsart|mnras|llncs|svjour|sn-jnl|acmart|amsart|amsmath|natbib|hyperref|cleveref|algorithm|subfig|caption|"
    r"graphicx|xcolor|tikz|pgf|booktabs|multirow|siunitx|longtable|emulateapj|jheppub|jcappub|pos|aa$|iopart|"
    r"fancyhdr|lineno|epsfig|psfig|rotating|float|wrapfig|url|cite|times|authblk|titlesec|enumitem|listings|minted|"
    r"todonotes|xspace|xy$|pstricks|pst-|bm$|dcolumn|mathtools|geometry|setspace|lipsum|quantumarticle|wlscirep|arxiv$)"
)


def input_file(ex: Expander, name: str) -> None:
    """Read \\input, \\include, \\subfile and \\InputIfFileExists: go on in the file named."""
    frame = ex.top()
    match = FILE_NAME.match(frame.text, frame.pos)
    if match is None:
        return
    frame.pos = match.end()
    wanted = (match[1] or match[2] or match[3] or "").strip().strip('"')
    wanted = expand_name(ex, wanted)
    yes = no = ""
    if name == "InputIfFileExists":
        yes, no = ex.read_argument() or "", ex.read_argument() or ""
    if name == "include":
        if ex.include_only is not None and posixpath.splitext(wanted)[0] not in ex.include_only:
            return
        ex.emit("\n\n")
    path = find_input(ex, wanted)
    if name == "InputIfFileExists":
        ex.push((no if path is None else yes) or " ")
    if path is None:
        if name != "InputIfFileExists":
            missing_input(ex, wanted)
        return
    open_file(ex, path, folder=posixpath.dirname(path) if name == "subfile" else None)


def expand_name(ex: Expander, name: str) -> str:
    """Return a file name with the paper's macros in it replaced."""
    for _ in range(10):
        match = re.search(r"\\([A-Za-z@]+)[ \t]*", name)
        if match is None:
            break
        meaning = ex.meanings.get(match[1])
        body = "" if meaning is None or callable(meaning) or isinstance(meaning, Alias) else meaning.body
        name = name[: match.start()] + body + name[match.end() :]
    return name.replace("{", "").replace("}", "").strip()


def missing_input(ex: Expander, name: str) -> None:
    """Note that a file is not there; a drawing's place is kept."""
    if name.lower().endswith(DRAWING_SUFFIXES):
        ex.emit("\\begin{tikzpicture}\\end{tikzpicture}")
    elif len(ex.warnings) < 50:
        ex.warnings.append(f"input file not in the archive: {name}")


def find_input(ex: Expander, name: str) -> str | None:
    """Return the stored path of an input file: TeX looks from the main file's folder, `import` from its own."""
    folders = [f.folder + "/" for f in reversed(ex.frames) if f.folder][:1]
    folders.extend((ex.project.main_dir, ""))
    folders.extend(search_path(ex))
    current = next((f.file for f in reversed(ex.frames) if f.file >= 0), -1)
    if current >= 0:
        folders.append(posixpath.dirname(ex.files[current]) + "/")
    return ex.project.find(name, folders=tuple(folders), suffixes=(".tex", "", ".ltx"))


def search_path(ex: Expander) -> list[str]:
    """Return the folders that \\input@path adds."""
    return [ex.project.main_dir + p.rstrip("/") + "/" for p in ex.input_path]


def open_file(ex: Expander, path: str, *, folder: str | None = None) -> None:
    """Put a file on the input stack, unless it is being read already."""
    if any(f.file >= 0 and ex.files[f.file] == path for f in ex.frames):
        ex.warnings.append(f"{path} includes itself")
        return
    text = ex.project.text(path)
    if path.lower().endswith(DRAWING_SUFFIXES) and "\\includegraphics" not in text:
        ex.emit("\\begin{tikzpicture}\\end{tikzpicture}")
        return
    if text[:200].lstrip().startswith("\\documentclass") or "\\begin{document}" in text[:200_000]:
        text = standalone_body(ex, text)
    ex.files.append(path)
    ex.push(text, file=len(ex.files) - 1, folder=folder)


def standalone_body(ex: Expander, text: str) -> str:
    """Return a file that is a document of its own with its preamble and end blanked, so that offsets stay."""
    if not ex.in_document:
        return text
    begin = re.compile(r"^[^%\n]*?\\begin\s*\{document\}", re.M).search(text)
    start = begin.end() if begin else 0
    end = text.find("\\end{document}", start)
    end = len(text) if end < 0 else end
    return re.sub(r"[^\n]", " ", text[:start]) + text[start:end]


def import_file(ex: Expander, name: str) -> None:
    """Read \\import{folder}{file} and its kin: names inside are relative to the folder."""
    ex.read_star()
    folder, wanted = expand_name(ex, ex.read_argument() or ""), expand_name(ex, ex.read_argument() or "")
    base = ex.project.main_dir
    if name.startswith("sub"):
        base = next((f.folder + "/" for f in reversed(ex.frames) if f.folder), base)
    for root in (base, ex.project.main_dir, ""):
        path = ex.project.find(wanted, folders=(root + folder + "/",), suffixes=(".tex", ""))
        if path is not None:
            open_file(ex, path, folder=posixpath.dirname(path) or ".")
            return
    missing_input(ex, folder + wanted)


def include_only(ex: Expander, name: str) -> None:
    """Read \\includeonly."""
    names = ex.read_argument() or ""
    ex.include_only = {posixpath.splitext(n.strip())[0] for n in names.split(",") if n.strip()}


def use_package(ex: Expander, name: str) -> None:
    """Read \\usepackage or \\documentclass: definitions of a package that the paper brings along count."""
    options = ex.read_optional() or ""
    names = ex.read_argument() or ""
    if not ex.package:
        ex.emit(f"\\{name}[{options}]{{{names}}}")
    suffixes = (".cls",) if name in {"documentclass", "LoadClass"} else (".sty",)
    for wanted in (expand_name(ex, n) for n in names.split(",")[:100]):
        if not wanted or KNOWN_PACKAGES.match(posixpath.basename(wanted)):
            continue
        path = ex.project.find(wanted, folders=(ex.project.main_dir, ""), suffixes=suffixes)
        if (
            path is not None
            and path not in ex.files
            and len(ex.project.files.get(path, b"")) <= MAX_PACKAGE_BYTES
        ):
            read_package(ex, path)


def read_package(ex: Expander, path: str) -> None:
    """Take over the definitions of a package or class file that a reader of the text needs."""
    ex.files.append(path)
    text = ex.project.text(path).split("\\endinput")[0]
    saved = ex.frames, ex.package, ex.at_letter, ex.branches
    if len(ex.files) > 300:
        return
    ex.frames, ex.package, ex.at_letter, ex.branches = [], True, True, []
    ex.push(text, file=len(ex.files) - 1)
    ex.run()
    ex.frames, ex.package, ex.at_letter, ex.branches = saved


def begin(ex: Expander, name: str) -> None:
    """Read \\begin{…}."""
    frame = ex.top()
    match = ENVIRONMENT_NAME.match(frame.text, frame.pos)
    if match is None:
        expand_environment_name(ex)
        return
    frame.pos = match.end()
    environment = match[1]
    if ex.hooks and environment not in ex.environments:
        at_begin = ex.hooks.get(("AtBeginEnvironment", environment))
        if at_begin:
            ex.push(at_begin)
    if environment in ex.environments:
        begin_defined(ex, environment)
    elif environment in VERBATIM or environment in COMMENTS:
        verbatim(ex, environment)
    elif environment in DRAWINGS and drawing(ex, environment):
        pass
    elif environment == "document":
        ex.in_document = True
        ex.emit("\\begin{document}")
    else:
        ex.scopes.append((environment, []))
        ex.emit("\\begin{" + environment + "}")
        if len(ex.scopes) > ex.limits.depth * 5:
            raise RecordError("tex_too_complex", f"more than {ex.limits.depth * 5} environments open at once")


def expand_environment_name(ex: Expander) -> None:
    """Read \\begin{\\name} or \\end{\\name}, whose name a macro gives."""
    content = ex.read_argument()
    if content is not None and "\\" in content:
        name = expand_name(ex, content)
        if re.fullmatch(r"[A-Za-z]+\*?", name):
            ex.push("\\begin{" + name + "}")


def begin_defined(ex: Expander, environment: str) -> None:
    """Open an environment of the paper's own."""
    macro = ex.environments[environment]
    arguments = ex.arguments("x", macro)
    if arguments is None:
        return
    if macro.takes_body:
        body = ex.read_until(f"\\end{{{environment}}}") or ""
        ex.push(substitute(macro.pieces(), [*arguments, body]) + macro.end_body)
        return
    ex.scopes.append((environment, []))
    ex.arguments_of.setdefault(environment, []).append(arguments)
    body = substitute(macro.pieces(), arguments)
    if body:
        ex.push(body)


def end(ex: Expander, name: str) -> None:
    """Read \\end{…}."""
    frame = ex.top()
    match = ENVIRONMENT_NAME.match(frame.text, frame.pos)
    if match is None:
        content = ex.read_argument()
        inner = expand_name(ex, content or "")
        if content is not None and "\\" in content and re.fullmatch(r"[A-Za-z]+\*?", inner):
            ex.push("\\end{" + inner + "}")
        return
    frame.pos = match.end()
    environment = match[1]
    if environment == "document":
        ex.emit("\\end{document}")
        ex.frames.clear()
        return
    macro = ex.environments.get(environment)
    if macro is not None and not macro.takes_body:
        waiting = ex.arguments_of.get(environment)
        arguments = waiting.pop() if waiting else []
        _leave(ex, environment)
        ex.push(substitute(split_parameters(macro.end_body), arguments))
        return
    ex.emit("\\end{" + environment + "}")
    _leave(ex, environment)
    after = ex.hooks.get(("AfterEndEnvironment", environment)) if ex.hooks else None
    if after:
        ex.push(after)


def _leave(ex: Expander, environment: str) -> None:
    for depth in range(1, min(len(ex.scopes), 6) + 1):
        if ex.scopes[-depth][0] == environment:
            for _ in range(depth):
                leave_scope(ex)
            return


def verbatim(ex: Expander, environment: str) -> None:
    """Skip an environment whose content is not TeX, leaving an empty one where the reader sees something."""
    frame = ex.frames[-1]
    closing = f"\\end{{{environment}}}"
    end_pos = frame.text.find(closing, frame.pos)
    content_end = len(frame.text) if end_pos < 0 else end_pos
    content = frame.text[frame.pos : content_end]
    ex.charge(content_end - frame.pos)
    frame.pos = min(len(frame.text), content_end + len(closing))
    if environment.startswith("filecontents"):
        match = re.match(r"\s*(?:\[[^\]\n]*\])?\s*\{([^{}\n]+)\}[^\n]*\n", content)
        path = normal_path(match[1]) if match else ""
        if match and path and len(ex.project.extra) < 200 and ex.project.exists(path) is None:
            ex.project.extra[path] = content[match.end() :]
    elif environment not in COMMENTS:
        options = re.match(r"\s*\[([^\[\]]*)\]", content) if environment in {"lstlisting", "minted"} else None
        kept = f"[{options[1]}]" if options else ""
        ex.emit(f"\\begin{{{environment}}}{kept}\\end{{{environment}}}")


def drawing(ex: Expander, environment: str) -> bool:
    """Keep only the place of a picture drawn in TeX, unless it shows image files."""
    frame = ex.frames[-1]
    closing = f"\\end{{{environment}}}"
    end_pos = frame.text.find(closing, frame.pos)
    if end_pos < 0:
        return False
    if frame.text.find("\\includegraphics", frame.pos, end_pos) >= 0:
        return False
    if frame.text.find("\\begin{" + environment + "}", frame.pos, end_pos) >= 0:
        return False
    ex.charge(end_pos - frame.pos)
    frame.pos = end_pos + len(closing)
    ex.emit(f"\\begin{{{environment}}}{closing}")
    return True


def inline_verbatim(ex: Expander, name: str) -> None:
    """Read \\verb|…| and \\lstinline|…|: the text between the delimiters, shielded."""
    ex.read_star()
    frame = ex.frames[-1]
    if name in {"lstinline", "mintinline"}:
        ex.read_optional()
        if name == "mintinline":
            ex.read_argument()
    text, pos = frame.text, frame.pos
    delimiter = text[pos : pos + 1]
    if delimiter == "{":
        content = ex.read_group(frame)
    else:
        stop = text.find(delimiter, pos + 1, pos + 2000) if delimiter else -1
        content = text[pos + 1 : stop] if stop > 0 else None
        frame.pos = stop + 1 if stop > 0 else pos
    if content:
        ex.emit("\\texttt{" + content.translate(SHIELD).replace("\n", " ") + "}")


def url(ex: Expander, name: str) -> None:
    """Read \\url, \\path and \\href: the address is shielded from TeX's special characters."""
    frame = ex.skip_space()
    if not frame.text.startswith("{", frame.pos):
        if name in {"path", "url"}:
            inline_verbatim(ex, "verb")
        return
    close = raw_group_end(frame.text, frame.pos)
    if close < 0:
        return
    address = frame.text[frame.pos + 1 : close].strip()
    ex.charge(close - frame.pos)
    frame.pos = close + 1
    if name == "href":
        ex.emit("\\relax ")
        return
    address = re.sub(r"\\([%#&_~])", r"\1", address)
    ex.emit("\\texttt{" + address.translate(SHIELD) + "}")


def raw_group_end(text: str, pos: int) -> int:
    """Return the position of the brace that closes the one at `pos`, where % does not start a comment."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, pos, min(len(text), pos + 20_000)):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return -1


def end_input(ex: Expander, name: str) -> None:
    """Read \\endinput: nothing more comes from this file."""
    while ex.frames and ex.frames[-1].file < 0:
        ex.pop()
    if ex.frames:
        frame = ex.frames[-1]
        frame.pos = len(frame.text)


def graphics_path(ex: Expander, name: str) -> None:
    """Read \\graphicspath{{a/}{b/}} (and the wrong but common form without inner braces)."""
    content = ex.read_argument() or ""
    inner = re.findall(r"\{([^{}]*)\}", content) or [content]
    ex.project.graphics_dirs[:] = [expand_name(ex, p).strip('" ') for p in inner[:50]]


def stop(ex: Expander, name: str) -> None:
    """Read \\stop or \\enddocument."""
    ex.frames.clear()


def native_environment(ex: Expander, name: str) -> None:
    """Read \\figure … \\endfigure, as macros write an environment."""
    frame = ex.frames[-1]
    frame.pos = after_word(frame.text, frame.pos)
    ex.emit("\\end{" + name[3:] + "}" if name.startswith("end") else "\\begin{" + name + "}")


NATIVE = ("figure", "endfigure", "table", "endtable")

INPUT_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("input", "include", "subfile", "InputIfFileExists", "loadglsentries"), input_file),
    **dict.fromkeys(("import", "subimport", "includefrom", "subincludefrom", "inputfrom"), import_file),
    **dict.fromkeys(
        ("usepackage", "RequirePackage", "documentclass", "LoadClass", "documentstyle"), use_package
    ),
    **dict.fromkeys(("verb", "lstinline", "mintinline", "Verb"), inline_verbatim),
    **dict.fromkeys(("url", "path", "href", "nolinkurl"), url),
    **dict.fromkeys(("stop", "enddocument"), stop),
    **dict.fromkeys(NATIVE, native_environment),
    "includeonly": include_only,
    "begin": begin,
    "end": end,
    "endinput": end_input,
    "graphicspath": graphics_path,
}

__all__ = ["INPUT_HANDLERS", "UNSHIELD", "file_exists"]
