r"""Text that TeX does not read as commands: verbatim environments, \verb, addresses."""

import re

from extractors.latex.expansion.expander import Expander
from extractors.latex.source.project import normal_path
from extractors.latex.source.shields import SHIELD, shield_short

VERBATIM = frozenset(
    [
        "verbatim",
        "verbatim*",
        "Verbatim",
        "Verbatim*",
        "BVerbatim",
        "LVerbatim",
        "SaveVerbatim",
        "lstlisting",
        "minted",
        "alltt",
        "filecontents",
        "filecontents*",
        "spverbatim",
        "pyglist",
        "pythoncode",
        "pycode",
        "python",
        "cppcode",
        "sourcecode",
        "semiverbatim",
        "listing*",
        "tcblisting",
        "asy",
        "asydef",
        "luacode",
        "luacode*",
        "dot2tex",
    ]
)


COMMENTS = frozenset({"comment", "skip", "excludeversion"})


def verbatim(ex: Expander, environment: str) -> None:
    """Skip an environment whose content is not TeX, leaving an empty one where the reader sees something."""
    frame = ex.input.frames[-1]
    closing = f"\\end{{{environment}}}"
    end_pos = frame.text.find(closing, frame.pos)
    content_end = len(frame.text) if end_pos < 0 else end_pos
    content = frame.text[frame.pos : content_end]
    ex.budget.charge(content_end - frame.pos)
    frame.pos = min(len(frame.text), content_end + len(closing))
    if environment.startswith("filecontents"):
        match = re.match(r"\s*(?:\[[^\]\n]*\])?\s*\{([^{}\n]+)\}[^\n]*\n", content)
        path = normal_path(match[1]) if match else ""
        if match and path and len(ex.project.extra) < 200 and ex.project.exists(path) is None:
            ex.project.extra[path] = content[match.end() :]
    elif environment not in COMMENTS and ex.environments.verbatim.get(environment, True):
        options = re.match(r"\s*\[([^\[\]]*)\]", content) if environment in {"lstlisting", "minted"} else None
        kept = f"[{options[1]}]" if options else ""
        ex.output.emit(f"\\begin{{{environment}}}{kept}\\end{{{environment}}}")


def define_verbatim(ex: Expander, name: str) -> None:
    """Read commands that define an environment whose content is shown as it is, or left out."""
    if name in {"newtcblisting", "newminted"}:
        ex.input.read_optional()
    defined = (ex.input.read_argument() or "").strip()
    if name == "newminted":
        defined += "code"
    if name == "lstnewenvironment":
        ex.input.read_optional()
        ex.input.read_optional()
    for _ in range({"lstnewenvironment": 2, "DefineVerbatimEnvironment": 2}.get(name, 0)):
        ex.input.read_argument()
    if len(ex.environments.verbatim) < 200:
        ex.environments.verbatim[defined] = name not in {"excludecomment", "excludeversion"}


def inline_verbatim(ex: Expander, name: str) -> None:
    r"""Read \verb|…| and \lstinline|…|: the text between the delimiters, shielded."""
    ex.input.read_star()
    frame = ex.input.frames[-1]
    if name in {"lstinline", "mintinline"}:
        ex.input.read_optional()
        if name == "mintinline":
            ex.input.read_argument()
    text, pos = frame.text, frame.pos
    delimiter = text[pos : pos + 1]
    if delimiter == "{":
        content = ex.input.read_group(frame)
    else:
        stop = text.find(delimiter, pos + 1, pos + 2000) if delimiter else -1
        content = text[pos + 1 : stop] if stop > 0 else None
        frame.pos = stop + 1 if stop > 0 else pos
    if content:
        ex.output.emit("\\texttt{" + content.translate(SHIELD).replace("\n", " ") + "}")


def url(ex: Expander, name: str) -> None:
    r"""Read \url, \path and \href: the address is shielded from TeX's special characters."""
    frame = ex.input.skip_space()
    if not frame.text.startswith("{", frame.pos):
        if name in {"path", "url"}:
            inline_verbatim(ex, "verb")
        return
    reach = 1_000 if ex.budget.unclosed > ex.budget.limits.unclosed_groups else 20_000
    close = raw_group_end(frame.text, frame.pos, reach)
    if close < 0:
        ex.budget.unclosed += 1
        return
    address = frame.text[frame.pos + 1 : close].strip()
    ex.budget.charge(close - frame.pos)
    frame.pos = close + 1
    if name == "href":
        ex.output.emit("\\relax ")
        return
    address = re.sub(r"\\([%#&_~])", r"\1", address)
    ex.output.emit("\\texttt{" + address.translate(SHIELD) + "}")


def raw_group_end(text: str, pos: int, reach: int) -> int:
    """Return the position of the brace that closes the one at `pos`, where % does not start a comment."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, pos, min(len(text), pos + reach)):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return -1


def short_verbatim(ex: Expander, name: str) -> None:
    r"""Read \MakeShortVerb{\|} or \DeleteShortVerb: from here on |…| is verbatim text, or is so no more."""
    ex.input.read_star()
    mark = (ex.input.read_argument() or "").strip().lstrip("\\")
    frame = ex.input.frames[-1]
    if len(mark) != 1 or mark.isalnum() or mark in "{}$&#^_~%":
        return
    if name == "DeleteShortVerb":
        ex.short_verbs.discard(mark)
    elif frame.file >= 0 and mark not in ex.short_verbs:
        ex.short_verbs.add(mark)
        ex.budget.charge(len(frame.text) - frame.pos)
        frame.text = shield_short(frame.text, frame.pos, mark)
