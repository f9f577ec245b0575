r"""\begin and \end as the expander reads them."""

import re

from extractors.latex.expansion.declarations.languages import begin_language, language_of, select
from extractors.latex.expansion.declarations.notes import announce
from extractors.latex.expansion.expander import Expander
from extractors.latex.expansion.files.names import expand_name
from extractors.latex.expansion.macros import split_parameters, substitute
from extractors.latex.expansion.primitives import leave_scope
from extractors.latex.expansion.tables.column_types import OPENINGS, open_tabular
from extractors.latex.expansion.tables.commands import window
from extractors.latex.expansion.verbatim import COMMENTS, VERBATIM, verbatim
from extractors.latex.text.languages import LANGUAGE_CODES
from schemas.reject import RecordError

ENVIRONMENT_NAME = re.compile(r"[ \t\n]*\{[ \t\n]*([^{}\\\n]{0,80}?)[ \t\n]*\}")

DRAWINGS = frozenset(
    {
        "tikzpicture",
        "pgfpicture",
        "pspicture",
        "pspicture*",
        "circuitikz",
        "tikzcd",
        "axis",
        "psgraph",
        "sparkline",
    }
)


def begin(ex: Expander, name: str) -> None:
    r"""Read \begin{…}."""
    match = ex.input.top().take(ENVIRONMENT_NAME)
    if match is None:
        expand_environment_name(ex)
        return
    environment = match[1]
    if ex.environments.hooks and environment not in ex.environments.macros:
        at_begin = ex.environments.hooks.get(("AtBeginEnvironment", environment))
        if at_begin:
            ex.input.push(at_begin)
    if environment in ex.environments.macros:
        begin_defined(ex, environment)
    elif environment in VERBATIM or environment in COMMENTS or environment in ex.environments.verbatim:
        verbatim(ex, environment)
    elif (environment in DRAWINGS and drawing(ex, environment)) or window(ex, environment):
        pass
    elif environment == "document":
        ex.scopes.in_document = True
        ex.output.emit("\\begin{document}")
        ex.input.push("".join(ex.begin_document))
        if ex.tongues.main:
            announce(
                ex, "mainlanguage", LANGUAGE_CODES.get(language_of(ex.tongues.main), ""), everywhere=True
            )
            select(ex, ex.tongues.main)
    else:
        ex.scopes.open.append((environment, []))
        ex.output.emit("\\begin{" + environment + "}")
        if ("appendix", environment) in ex.environments.hooks:
            ex.input.push(ex.environments.hooks["appendix", environment])
        if environment in OPENINGS:
            open_tabular(ex, environment)
        else:
            begin_language(ex, environment)
        if len(ex.scopes.open) > ex.budget.limits.depth * 5:
            raise RecordError(
                "tex_too_complex", f"more than {ex.budget.limits.depth * 5} environments open at once"
            )


def expand_environment_name(ex: Expander) -> None:
    r"""Read \begin{\name} or \end{\name}, whose name a macro gives."""
    content = ex.input.read_argument()
    if content is not None and "\\" in content:
        name = expand_name(ex, content)
        if re.fullmatch(r"[A-Za-z]+\*?", name):
            ex.input.push("\\begin{" + name + "}")


def begin_defined(ex: Expander, environment: str) -> None:
    """Open an environment of the paper's own."""
    macro = ex.environments.macros[environment]
    arguments = ex.arguments("x", macro)
    if arguments is None:
        return
    if macro.takes_body:
        arguments.append(ex.input.read_body(environment).strip())
        closing = substitute(split_parameters(macro.end_body), arguments)
        ex.scopes.open.append((environment, []))
        ex.input.push(substitute(macro.pieces(), arguments) + closing + f"\\scimmirleave{{{environment}}}")
        return
    ex.scopes.open.append((environment, []))
    ex.environments.arguments.setdefault(environment, []).append(arguments)
    body = substitute(macro.pieces(), arguments)
    if body:
        ex.input.push(body)


def end(ex: Expander, name: str) -> None:
    r"""Read \end{…}."""
    match = ex.input.top().take(ENVIRONMENT_NAME)
    if match is None:
        content = ex.input.read_argument()
        inner = expand_name(ex, content or "")
        if content is not None and "\\" in content and re.fullmatch(r"[A-Za-z]+\*?", inner):
            ex.input.push("\\end{" + inner + "}")
        return
    environment = match[1]
    if environment == "document":
        ex.output.emit("\\end{document}")
        ex.input.frames.clear()
        return
    macro = ex.environments.macros.get(environment)
    if macro is not None and not macro.takes_body:
        waiting = ex.environments.arguments.get(environment)
        arguments = waiting.pop() if waiting else []
        # The closing half is read inside the scope: what the opening half defined is known to it.
        ex.input.push(
            substitute(split_parameters(macro.end_body), arguments) + f"\\scimmirleave{{{environment}}}"
        )
        return
    ex.output.emit("\\end{" + environment + "}")
    _leave(ex, environment)
    after = ex.environments.hooks.get(("AfterEndEnvironment", environment)) if ex.environments.hooks else None
    if after:
        ex.input.push(after)


def bibliography(ex: Expander, name: str) -> None:
    r"""Read \bibliography: what hooks do before and behind the environment of the .bbl that TeX reads there."""
    ex.output.emit("\\" + name)
    edges = ("BeforeBeginEnvironment", "AfterEndEnvironment")
    hooked = "".join(ex.environments.hooks.get((edge, "thebibliography"), "") for edge in edges)
    names = ex.input.read_argument() if hooked else None
    if names is not None:
        ex.input.push("{" + names + "}" + hooked)


def leave(ex: Expander, name: str) -> None:
    """Close the scope of an environment of the paper's own, once its closing half was read."""
    _leave(ex, ex.input.read_argument() or "")


def _leave(ex: Expander, environment: str) -> None:
    for depth in range(1, min(len(ex.scopes.open), 6) + 1):
        if ex.scopes.open[-depth][0] == environment:
            for _ in range(depth):
                leave_scope(ex)
            return


def drawing(ex: Expander, environment: str) -> bool:
    """Keep only the place of a picture drawn in TeX, unless it shows image files."""
    frame = ex.input.frames[-1]
    closing = f"\\end{{{environment}}}"
    end_pos = frame.text.find(closing, frame.pos)
    if end_pos < 0:
        return False
    if frame.text.find("\\includegraphics", frame.pos, end_pos) >= 0:
        return False
    if frame.text.find("\\begin{" + environment + "}", frame.pos, end_pos) >= 0:
        return False
    ex.budget.charge(end_pos - frame.pos)
    frame.pos = end_pos + len(closing)
    ex.output.emit(f"\\begin{{{environment}}}{closing}")
    return True


def native_environment(ex: Expander, name: str) -> None:
    r"""Read \figure … \endfigure, as macros write an environment."""
    ex.input.frames[-1].after_word()
    ex.input.push("\\end{" + name[3:] + "}" if name.startswith("end") else "\\begin{" + name + "}")


NATIVE = tuple(
    edge + name
    for name in (
        "figure",
        "table",
        "tabular",
        "tabularx",
        "tabulary",
        "longtable",
        "supertabular",
        "tblr",
        "xltabular",
    )
    for edge in ("", "end")
)


def stop(ex: Expander, name: str) -> None:
    r"""Read \stop or \enddocument."""
    ex.input.frames.clear()
