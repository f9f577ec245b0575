r"""What a class, package or paper of its own makes of \appendix: how numbers print from there on, and begin anew."""

import re

from extractors.latex.expansion.expander import Expander, Handler

APPENDICES = frozenset({"appendix", "appendices", "subappendices"})
MAX_BODY = 20_000
COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?")
CONDITIONAL = re.compile(r"\\if[A-Za-z@]*(?:(?!\\if[A-Za-z@]).)*?\\fi(?![A-Za-z@])", re.S)
GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
DECLARED = re.compile(
    r"\\(?:(?:re)?newcommand\*?|(?P<wide>[gx]def)|e?def)\s*\{?\s*\\(?P<the>the[A-Za-z]+)\s*\}?"
    r"\s*(?P<body>" + GROUP + r")"
    r"|\\setcounter\s*\{(?P<set>\w+)\}\s*(?P<to>\{[^{}]*\})"
    r"|\\(?:@addtoreset|counterwithin\*)\s*\{(?P<inner>\w+)\}\s*\{(?P<outer>\w+)\}"
    r"|(?P<within>\\(?:counterwithin|numberwithin)\s*\{\w+\}\s*\{\w+\})"
    r"|\\c@(?P<zeroed>\w+)\s*=?\s*(?:\\z@|0)(?![\dA-Za-z@])"
)  # fmt: skip


def note_appendix(ex: Expander, name: str, body: str, *, more: bool = False) -> None:
    r"""Keep what a definition of \appendix, or of an environment of that kind, declares of numbers.

    With `more`, it is added to what was kept.
    """
    code = declarations(body)
    if code:
        key = ("appendix", name)
        ex.environments.hooks[key] = (ex.environments.hooks.get(key, "") if more else "") + code


def declarations(body: str) -> str:
    """Return the declarations of numbers in a definition's body, outside groups and tests, as plain commands."""
    body = COMMENT.sub("", body[:MAX_BODY])
    before = None
    while before != body:
        before, body = body, CONDITIONAL.sub("", body)
    code, depth, last = "", 0, 0
    for match in DECLARED.finditer(body):
        between = body[last : match.start()]
        depth += between.count("{") - between.count("}")
        last = match.end()
        if depth:
            continue
        if match["the"]:
            start = f"\\gdef\\{match['the']}" if match["wide"] else f"\\renewcommand{{\\{match['the']}}}"
            code += start + match["body"]
        elif match["inner"]:
            code += f"\\scimmirreset{{{match['inner']}}}{{{match['outer']}}}"
        elif match["within"]:
            code += match["within"].replace("*", "")
        else:
            code += f"\\setcounter{{{match['set'] or match['zeroed']}}}{match['to'] or '{0}'}"
    return code


def appendix(ex: Expander, name: str) -> None:
    r"""Read \appendix: what the paper's own class or package declares there follows."""
    ex.output.emit("\\" + name)
    own = ex.environments.hooks.get(("appendix", name))
    if own:
        ex.input.push(own)


APPENDIX_HANDLERS: dict[str, Handler] = {"appendix": appendix}
