r"""\begin and \end as the expander reads them."""

import re

from extractors.latex.expand import ENVIRONMENT_NAME, Expander
from extractors.latex.frames import after_word
from extractors.latex.inputs import expand_name
from extractors.latex.macros import split_parameters, substitute
from extractors.latex.primitives import leave_scope
from extractors.latex.verbatim import COMMENTS, VERBATIM, verbatim
from schemas.reject import RecordError

DRAWINGS = frozenset(
    {"tikzpicture", "pgfpicture", "pspicture", "pspicture*", "circuitikz", "tikzcd", "axis", "psgraph"}
)


def begin(ex: Expander, name: str) -> None:
    r"""Read \begin{…}."""
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
    elif environment in VERBATIM or environment in COMMENTS or environment in ex.verbatims:
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
    r"""Read \begin{\name} or \end{\name}, whose name a macro gives."""
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
    r"""Read \end{…}."""
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
        # The closing half is read inside the scope: what the opening half defined is known to it.
        ex.push(substitute(split_parameters(macro.end_body), arguments) + f"\\scimmirleave{{{environment}}}")
        return
    ex.emit("\\end{" + environment + "}")
    _leave(ex, environment)
    after = ex.hooks.get(("AfterEndEnvironment", environment)) if ex.hooks else None
    if after:
        ex.push(after)


def leave(ex: Expander, name: str) -> None:
    """Close the scope of an environment of the paper's own, once its closing half was read."""
    _leave(ex, ex.read_argument() or "")


def _leave(ex: Expander, environment: str) -> None:
    for depth in range(1, min(len(ex.scopes), 6) + 1):
        if ex.scopes[-depth][0] == environment:
            for _ in range(depth):
                leave_scope(ex)
            return


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


def native_environment(ex: Expander, name: str) -> None:
    r"""Read \figure … \endfigure, as macros write an environment."""
    frame = ex.frames[-1]
    frame.pos = after_word(frame.text, frame.pos)
    ex.emit("\\end{" + name[3:] + "}" if name.startswith("end") else "\\begin{" + name + "}")


NATIVE = ("figure", "endfigure", "table", "endtable")


def stop(ex: Expander, name: str) -> None:
    r"""Read \stop or \enddocument."""
    ex.frames.clear()
