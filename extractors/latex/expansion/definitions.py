"""Primitives that define macros, environments, switches and names."""

import re

from extractors.latex.expansion import primitives as do
from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import (
    Alias,
    Macro,
    Printed,
    def_arguments,
    latex_arguments,
    xparse_arguments,
)
from extractors.latex.expansion.structural import STRUCTURAL, STRUCTURAL_ENVIRONMENTS

PRINTED_NAME = re.compile(
    r"the[A-Za-z]+\Z|fnum@\w+\Z|(?:figure|table|appendix|section|equation|chapter)name\Z"
)


COUNT = re.compile(r"\s*(\d)")


BODY_COMMENT = re.compile(r"((?<!\\)(?:\\\\)*)%[^\n]*(?:\n[ \t]*|\Z)")


def new_command(ex: Expander, name: str) -> None:
    r"""Read \newcommand, \renewcommand, \providecommand or \DeclareRobustCommand."""
    ex.input.read_star()
    defined = ex.input.read_control()
    count = COUNT.match(ex.input.read_optional() or "")
    default = ex.input.read_optional() if count else None
    body = ex.input.read_argument()
    if defined is None or body is None:
        return
    if name == "providecommand" and defined in ex.scopes.meanings:
        return
    store(ex, defined, Macro(latex_arguments(int(count[1]) if count else 0, default), body))


def store(ex: Expander, name: str, macro: Macro, *, everywhere: bool = False) -> None:
    """Keep a definition, unless it would hide a command that later stages must see."""
    if "%" in macro.body:
        macro.body = BODY_COMMENT.sub(r"\1", macro.body)
    if PRINTED_NAME.match(name):
        if (not macro.arguments and not ex.output.silent) or len(macro.body) < 200:
            announce(ex, name, macro.body, everywhere=everywhere)
        return
    if name in STRUCTURAL and not any(
        _calls(macro.body, alias) for alias in ex.environments.aliases.get(name, ())
    ):
        return
    if ex.output.silent:
        internal = "@" in macro.body or "@" in name
        if (
            "\\csname" in macro.body
            or "\\expandafter" in macro.body
            or (internal and not ex.reading.own_package)
        ):
            return
        if callable(ex.scopes.meanings.get(name)):
            return
        macro.from_package = True
    if everywhere or ex.output.silent:
        ex.scopes.meanings[name] = macro
    else:
        ex.scopes.define(name, macro)


def _calls(body: str, name: str) -> bool:
    if "\\" + name not in body:
        return False
    return re.search(r"\\" + re.escape(name) + r"(?![A-Za-z@])", body) is not None


def _inline(body: str, name: str, replacement: str) -> str:
    return re.sub(r"\\" + re.escape(name) + r"(?![A-Za-z@])[ \t]*", lambda _: replacement, body)


def announce(ex: Expander, name: str, body: str, *, everywhere: bool = False) -> None:
    """Tell the later stages how a number or a float's name is printed until the scope ends."""
    if not everywhere:
        ex.scopes.undo_later(name, Printed(ex.scopes.printed.get(name)))
    ex.scopes.note(name, re.sub(r"%[^\n]*\n?", "", body))


def primitive_def(ex: Expander, name: str) -> None:
    r"""Read \def, \gdef, \edef or \xdef with its parameter text."""
    defined = ex.input.read_control()
    read = _pattern_and_body(ex, 1000) if defined is not None else None
    if defined is None or read is None:
        return
    pattern, body = read
    if defined == "@captype":
        ex.output.emit("\\scimmircaptype{" + body + "}")
        return
    if defined == "input@path":
        ex.reading.path = [part.strip() for part in re.findall(r"\{([^{}]*)\}", body)[:50]]
        return
    old = ex.scopes.meanings.get(defined)
    if name in {"edef", "xdef"} and isinstance(old, Macro) and not old.arguments:
        body = _inline(body, defined, old.body)
    prefix, arguments = def_arguments(pattern.strip("\n"))
    store(ex, defined, Macro(arguments, body, prefix), everywhere=name in {"gdef", "xdef"})


def _pattern_and_body(ex: Expander, reach: int) -> tuple[str, str] | None:
    """Return a definition's parameter text and body, None where no brace is within reach or its group is open."""
    frame = ex.input.frames[-1]
    brace = frame.text.find("{", frame.pos, frame.pos + reach)
    if brace < 0:
        return None
    pattern = frame.text[frame.pos : brace]
    frame.pos = brace
    body = ex.input.read_group(frame)
    if body is None:
        frame.pos = brace + 1
        return None
    return pattern, body


def let(ex: Expander, name: str) -> None:
    r"""Read \let and its kin: a name takes another one's meaning."""
    defined = ex.input.read_control()
    frame = ex.input.skip_space()
    if name == "let" and frame.text.startswith("=", frame.pos):
        frame.pos += 1
        ex.input.skip_space()
    target = ex.input.read_control()
    if defined is None or target is None or defined == target:
        return
    if PRINTED_NAME.match(defined) and PRINTED_NAME.match(target):
        announce(ex, defined, "\\" + target)
        return
    if defined in STRUCTURAL or (ex.output.silent and "@" in defined + target):
        return
    meaning = ex.scopes.meanings.get(target)
    if isinstance(meaning, Macro | Alias):
        ex.scopes.define(defined, meaning)
        return
    if defined[:2] == "if" and target in {"iftrue", "iffalse"}:
        new_switch_named(ex, defined[2:], target == "iftrue")
        return
    ex.environments.aliases.setdefault(target, []).append(defined)
    ex.scopes.define(defined, Alias(target))


def document_command(ex: Expander, name: str) -> None:
    r"""Read xparse's \NewDocumentCommand and its kin."""
    defined = ex.input.read_control()
    spec = ex.input.read_argument()
    body = ex.input.read_argument()
    if defined is None or spec is None or body is None:
        return
    if name == "ProvideDocumentCommand" and defined in ex.scopes.meanings:
        return
    store(ex, defined, Macro(xparse_arguments(spec)[0], body))


def new_environment(ex: Expander, name: str) -> None:
    r"""Read \newenvironment or \renewenvironment."""
    ex.input.read_star()
    defined = ex.input.read_argument()
    count = COUNT.match(ex.input.read_optional() or "")
    default = ex.input.read_optional() if count else None
    opening = ex.input.read_argument()
    closing = ex.input.read_argument()
    if defined is None or opening is None or closing is None:
        return
    arguments = latex_arguments(int(count[1]) if count else 0, default)
    _store_environment(ex, defined.strip(), Macro(arguments, opening, end_body=closing))


def document_environment(ex: Expander, name: str) -> None:
    r"""Read xparse's \NewDocumentEnvironment and its kin."""
    defined, spec = ex.input.read_argument(), ex.input.read_argument()
    opening, closing = ex.input.read_argument(), ex.input.read_argument()
    if defined is None or spec is None or opening is None or closing is None:
        return
    arguments, takes_body = xparse_arguments(spec)
    _store_environment(
        ex, defined.strip(), Macro(arguments, opening, end_body=closing, takes_body=takes_body)
    )


def new_environ(ex: Expander, name: str) -> None:
    r"""Read environ's \NewEnviron, whose \BODY stands for the environment's content."""
    defined = ex.input.read_argument()
    count = COUNT.match(ex.input.read_optional() or "")
    default = ex.input.read_optional() if count else None
    body = ex.input.read_argument()
    after = ex.input.read_optional() or ""
    if defined is None or body is None:
        return
    number = min(int(count[1]) if count else 0, 8)
    opening = _inline(body, "BODY", f"#{number + 1}")
    macro = Macro(latex_arguments(number, default), opening, end_body=after, takes_body=True)
    _store_environment(ex, defined.strip(), macro)


def _store_environment(ex: Expander, name: str, macro: Macro) -> None:
    if name in STRUCTURAL_ENVIRONMENTS or f"\\begin{{{name}}}" in macro.body:
        return
    if ex.output.silent and ("@" in macro.body or "\\expandafter" in macro.body):
        return
    ex.environments.macros[name] = macro


def new_switch(ex: Expander, name: str) -> None:
    r"""Read \newif: three names for a conditional and its two settings."""
    switch = ex.input.read_control()
    if switch is not None and switch.startswith("if"):
        new_switch_named(ex, switch[2:], False)


def new_switch_named(ex: Expander, switch: str, value: bool) -> None:
    """Give a switch its conditional and its setters."""
    ex.conditions.switches[switch] = value
    ex.scopes.meanings[switch + "true"] = lambda e, _: e.conditions.switches.__setitem__(switch, True)
    ex.scopes.meanings[switch + "false"] = lambda e, _: e.conditions.switches.__setitem__(switch, False)
    ex.scopes.meanings["if" + switch] = ex.scopes.meanings["iftrue"]


def new_toggle(ex: Expander, name: str) -> None:
    r"""Read etoolbox's and ifthen's switches: \newtoggle, \toggletrue, \setboolean and the like."""
    toggle = (ex.input.read_argument() or "").strip()
    if name in {"settoggle", "setboolean"}:
        value = (ex.input.read_argument() or "").strip() == "true"
    else:
        value = name in {"toggletrue", "booltrue"}
    if name in {"newboolean", "provideboolean", "setboolean", "newbool", "booltrue", "boolfalse"}:
        if "if" + toggle not in ex.scopes.meanings:
            new_switch_named(ex, toggle, value)
        ex.conditions.switches[toggle] = value
    ex.conditions.toggles[toggle] = value


def name_def(ex: Expander, name: str) -> None:
    r"""Read \@namedef{name}pattern{body} or etoolbox's \csdef."""
    defined = ex.input.read_argument()
    read = _pattern_and_body(ex, 200) if defined is not None else None
    if defined is None or read is None:
        return
    pattern, body = read
    prefix, arguments = def_arguments(pattern)
    store(ex, defined.strip(), Macro(arguments, body, prefix))


def add_to_macro(ex: Expander, name: str) -> None:
    r"""Read \g@addto@macro, \appto, \preto or etoolbox's \apptocmd and \pretocmd: a macro's body grows."""
    defined = ex.input.read_control()
    text = ex.input.read_argument()
    if name.endswith("tocmd"):
        ex.input.read_argument(), ex.input.read_argument()
    old = ex.scopes.meanings.get(defined or "")
    if old is None and defined == "@maketitle" and not ex.output.silent:
        old = Macro()  # the class's own, which is not read: what a paper adds to it is often a picture
    if defined is None or text is None or not isinstance(old, Macro):
        return
    body = text + old.body if name.startswith("preto") else old.body + text
    store(ex, defined, Macro(old.arguments, body, old.prefix))


def new_font_command(ex: Expander, name: str) -> None:
    r"""Read \DeclareMathOperator{\name}{text}: a macro for an upright name."""
    ex.input.read_star()
    defined = ex.input.read_control()
    text = ex.input.read_argument()
    if defined is not None and text is not None:
        store(ex, defined, Macro((), "\\operatorname{" + text + "}"))


def float_command(ex: Expander, name: str) -> None:
    r"""Read floatrow's \newfloatcommand{name}{figure or table}: one more box for a float with its caption."""
    defined, kind = ex.input.read_argument(), ex.input.read_argument()
    ex.input.read_optional(), ex.input.read_optional()
    if defined is not None and defined.strip().isalpha():
        ex.scopes.meanings[defined.strip()] = Alias("ttabbox" if "table" in (kind or "") else "ffigbox")


COMMANDS = (
    "newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "newrobustcmd",
    "renewrobustcmd", "providerobustcmd", "DeclareTextFontCommand",
)  # fmt: skip


DOCUMENT_COMMANDS = ("NewDocumentCommand", "RenewDocumentCommand", "ProvideDocumentCommand",
                     "DeclareDocumentCommand", "NewExpandableDocumentCommand")  # fmt: skip


DOCUMENT_ENVIRONMENTS = ("NewDocumentEnvironment", "RenewDocumentEnvironment", "ProvideDocumentEnvironment",
                         "DeclareDocumentEnvironment")  # fmt: skip


TOGGLES = (
    "newtoggle", "toggletrue", "togglefalse", "settoggle", "newboolean", "provideboolean",
    "setboolean", "newbool", "booltrue", "boolfalse",
)  # fmt: skip


DEFINITIONS: dict[str, Handler] = {
    **dict.fromkeys(COMMANDS, new_command),
    **dict.fromkeys(DOCUMENT_COMMANDS, document_command),
    **dict.fromkeys(DOCUMENT_ENVIRONMENTS, document_environment),
    **dict.fromkeys(TOGGLES, new_toggle),
    **dict.fromkeys(do.VALUE_TESTS, do.value_test),
    **dict.fromkeys(do.DROPPED, do.drop),
    **dict.fromkeys(("def", "gdef", "edef", "xdef"), primitive_def),
    **dict.fromkeys(("let", "LetLtxMacro", "NewCommandCopy", "futurelet"), let),
    **dict.fromkeys(("newenvironment", "renewenvironment", "provideenvironment"), new_environment),
    **dict.fromkeys(("NewEnviron", "RenewEnviron"), new_environ),
    **dict.fromkeys(("csname", "@nameuse", "csuse"), do.csname),
    **dict.fromkeys(("@namedef", "csdef", "csgdef"), name_def),
    **dict.fromkeys(("makeatletter", "makeatother", "ExplSyntaxOn", "ExplSyntaxOff"), do.at_letter),
    **dict.fromkeys(("g@addto@macro", "appto", "gappto", "preto", "apptocmd", "pretocmd"), add_to_macro),
    **dict.fromkeys(("AtBeginDocument", "AtEndDocument", "AtEndOfPackage"), do.unwrap),
    **dict.fromkeys(("@ifnextchar", "@ifstar", "@ifundefined"), do.at_if),
    **dict.fromkeys(("DeclareMathOperator", "DeclareMathOperatorWithLimits"), new_font_command),
    **dict.fromkeys(("@gobble", "@gobbletwo", "@firstofone", "@firstoftwo", "@secondoftwo"), do.gobble),
    **dict.fromkeys(
        ("AfterEndEnvironment", "AtEndEnvironment", "AtBeginEnvironment", "BeforeBeginEnvironment"), do.hook
    ),
    **dict.fromkeys(("number", "the"), do.number),
    **dict.fromkeys(("forcsvlist", "forlistloop"), do.for_list),
    "@for": do.for_each,
    "foreach": do.for_each,
    "newfloatcommand": float_command,
    "newif": new_switch,
    "expandafter": do.expand_after,
    "begingroup": do.begin_group,
    "endgroup": do.end_group,
    "xspace": do.xspace,
    "titleformat": do.drop_two,
}
