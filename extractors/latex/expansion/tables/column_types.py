r"""Column types of the paper's own: \newcolumntype, and the specifications in which they occur written out."""

import re

from extractors.latex.expansion.declarations.siunitx import settings_of
from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import Macro, latex_arguments, substitute
from extractors.latex.source.scanner import Scanner
from extractors.latex.source.words import words

TYPE = "NC@find@"  # as array's own macros for column types are named
COUNT = re.compile(r"\s*(\d)")
COMMENT = re.compile(r"((?<!\\)(?:\\\\)*)%[^\n]*(?:\n[ \t]*|\Z)")
MAX_SPEC = 20_000
MAX_DEPTH = 12
CELL = "\uf8f0"  # stands for the cell in what collcell's \collectcell calls with it

# What stands between \begin{…} and the column specification: o an option, w a width, t tabu's `to` a width.
OPENINGS: dict[str, str] = {
    **dict.fromkeys(("tabular", "array", "longtable", "supertabular", "xtabular", "mpsupertabular", "mpxtabular",
                     "NiceTabular", "NiceArray", "deluxetable", "deluxetable*", "longtable*", "tblr", "talltblr",
                     "longtblr", "booktabs", "talltabs", "longtabs", "tabularray"), "o"),
    **dict.fromkeys(("tabular*", "tabularx", "tabulary", "tabularew", "xltabular", "supertabular*", "xtabular*",
                     "mpsupertabular*", "mpxtabular*", "NiceTabular*", "NiceTabularX"), "owo"),
    "tabu": "t", "longtabu": "ot",
}  # fmt: skip
TO_WIDTH = re.compile(r"\s*(?:to|spread)\s*[^{}]{0,40}")
KEYED = words("tblr talltblr longtblr booktabs talltabs longtabs tabularray")
# Assignments and layout in column material: nothing of it is printed, and some of it must not be carried out.
LET = re.compile(r"\\(?:global\s*)?let\s*\\(?:[A-Za-z@]+|.)\s*=?\s*(?:\\(?:[A-Za-z@]+|.)|.)", re.S)
ASSIGNED = re.compile(
    r"\\(?!relax)[A-Za-z@]+\s*(?:=\s*-?[\d.]*\s*(?:\\[A-Za-z@]+|[a-z]{2}(?![A-Za-z]))|-?[\d.]+\s*(?:pt|cm|mm|em|ex|in)(?![A-Za-z]))"
)
HIDING = re.compile(
    r"\\(?:setbox(?![A-Za-z])|iffalse(?![A-Za-z])|lrbox(?![A-Za-z])|comment(?![A-Za-z])).*", re.S
)
HIDDEN = re.compile(r"\\(?:egroup|fi|endlrbox|endcomment)(?![A-Za-z])")
COLLECT = re.compile(r"\\collectcell\s*\\([A-Za-z@]+)")


def new_column_type(ex: Expander, name: str) -> None:
    r"""Read array's \newcolumntype{X}[count][default]{columns}, or tabularray's \NewColumnType."""
    kind = (ex.input.read_argument() or "").strip()
    count = COUNT.match(ex.input.read_optional() or "")
    default = ex.input.read_optional() if count else None
    body = ex.input.read_argument()
    if body is None or len(kind.removeprefix("\\")) != 1:
        return
    macro = Macro(latex_arguments(int(count[1]) if count else 0, default), COMMENT.sub(r"\1", body))
    ex.scopes.meanings.setdefault("multicolumn", multicolumn)
    if ex.output.silent:
        ex.scopes.meanings[TYPE + kind] = macro
    else:
        ex.scopes.define_here(TYPE + kind, macro)


def multicolumn(ex: Expander, name: str) -> None:
    r"""Read \multicolumn{count}{columns}, and go on with its columns written out."""
    ex.input.frames[-1].after_word()
    ex.output.emit("\\" + name)
    count, spec = ex.input.read_argument(), ex.input.read_argument()
    if count is None or spec is None:
        return
    ex.input.push(f"{{{count}}}{{{written_out(ex, spec)}}}")


def open_tabular(ex: Expander, environment: str) -> None:
    r"""Read what follows \begin{tabular} up to its columns, and go on with these written out."""
    frame = ex.input.skip_space()
    at = frame.pos
    parts: list[str] = []
    for kind in OPENINGS[environment]:
        if kind == "o":
            option = ex.input.read_optional()
            parts.append("" if option is None else f"[{option}]")
        elif kind == "t":
            match = ex.input.top().take(TO_WIDTH)
            parts.append(match[0] if match else "")
        else:
            width = ex.input.read_argument()
            parts.append("" if width is None else f"{{{width}}}")
    last = ex.input.skip_space()
    spec = (ex.input.read_argument() or "") if last.text.startswith("{", last.pos) else ""
    written = (keyed if environment in KEYED else written_out)(ex, spec)
    if written == spec and last is frame:
        frame.pos = at
    else:
        ex.input.push("".join(parts) + (f"{{{written}}}" if spec else ""))


def keyed(ex: Expander, spec: str) -> str:
    """Return tabularray's inner specification with the column types in its `colspec` written out."""
    match = re.compile(r"colspec\s*=\s*\{").search(spec)
    if match is None:
        return spec if "=" in spec else written_out(ex, spec)
    scan = Scanner(spec, match.end() - 1)
    inner = scan.argument()
    return f"{spec[: match.end()]}{written_out(ex, inner)}}}{spec[scan.pos :]}"


def written_out(ex: Expander, spec: str, depth: int = 0) -> str:
    r"""Return a column specification in which only the packages' own columns occur.

    Types of the paper's own are replaced as array does it, again and again until none is left; a name that
    stands for a specification is replaced by that.
    """
    alone = re.fullmatch(r"\s*\\([A-Za-z@]+)\s*", spec)
    meaning = ex.scopes.meanings.get(alone[1]) if alone else None
    if isinstance(meaning, Macro) and not meaning.arguments:
        spec = meaning.body
    if len(spec) > MAX_SPEC or depth > MAX_DEPTH:
        return spec
    out: list[str] = []
    scan = Scanner(spec)
    while scan.pos < len(spec):
        start, char = scan.pos, spec[scan.pos]
        macro = ex.scopes.meanings.get(TYPE + char)
        if isinstance(macro, Macro):
            scan.pos += 1
            values = [column_argument(scan, a.kind, a.default) for a in macro.arguments]
            out.append(written_out(ex, substitute(macro.pieces(), values), depth + 1))
        elif char == "*":
            scan.pos += 1
            count, repeated = scan.argument(), scan.argument()
            out.append(f"*{{{count}}}{{{written_out(ex, repeated, depth + 1)}}}")
        elif char in "Ss" and (settings := settings_of(ex)):
            scan.pos += 1
            own = scan.optional()
            out.append(f"{char}[{settings},{own or ''}]")
        elif char in "<>@!":
            scan.pos += 1
            out.append(f"{char}{{{material(ex, scan.argument())}}}")
        elif char == "[":
            if scan.optional() is None:
                scan.pos += 1
            out.append(spec[start : scan.pos])
        elif char in "\\{":
            scan.argument()
            out.append(spec[start : scan.pos])
        else:
            scan.pos += 1
            out.append(char)
    return "".join(out)[:MAX_SPEC]


def column_argument(scan: Scanner, kind: str, default: str) -> str:
    """Return an argument that follows a column type."""
    if kind != "o":
        return scan.argument()
    value = scan.optional()
    return default if value is None else value


def material(ex: Expander, tex: str) -> str:
    """Return what a column puts before or after its cells, without assignments."""
    if "\\" not in tex:
        return tex
    tex = HIDDEN.sub("", HIDING.sub(r"\\scimmirhidden ", LET.sub("", tex)))
    found = COLLECT.search(tex)
    if found is not None:
        macro = ex.scopes.meanings.get(found[1])
        called = f"\\{found[1]}{{{CELL}}}"
        if isinstance(macro, Macro) and len(macro.arguments) == 1:
            called = substitute(macro.pieces(), [CELL])
        return f"{tex[: found.start()]}\\scimmircell{{{called}}}"
    return ASSIGNED.sub("", tex.replace("\\endcollectcell", ""))


def new_tabular(ex: Expander, name: str) -> None:
    r"""Read tabularray's \NewTblrEnviron{name}: one more environment like tblr."""
    defined = (ex.input.read_argument() or "").strip()
    if defined.isalpha():
        ex.environments.macros[defined] = Macro((), "\\begin{tblr}", end_body="\\end{tblr}")


COLUMN_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("newcolumntype", "NewColumnType", "renewcolumntype"), new_column_type),
    "NewTblrEnviron": new_tabular,
}
