"""Primitives that define macros, environments, switches and names."""

import re

from extractors.latex.expansion import primitives as do
from extractors.latex.expansion.declarations.notes import announce, announce_code, announce_users
from extractors.latex.expansion.definitions.appendices import APPENDICES, note_appendix
from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import (
    Alias,
    Macro,
    def_arguments,
    latex_arguments,
)
from extractors.latex.expansion.names import fixed, no_expand, unexpanded, use_name
from extractors.latex.expansion.structural import STRUCTURAL, STRUCTURAL_ENVIRONMENTS
from extractors.latex.expansion.xparse import specified

PRINTED_NAME = re.compile(
    r"(?:the[A-Za-z]+|fnum@\w+|(?:figure|table|appendix|section|equation|chapter)name|[A-Za-z]+autorefname|descriptionlabel"
    r"|label(?:enum|item)(?:i{1,3}|iv)|(?:figure|table)format)\Z"
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
    robust = name in {"DeclareRobustCommand", "newrobustcmd", "renewrobustcmd", "providerobustcmd"}
    arguments = latex_arguments(int(count[1]) if count else 0, default)
    store(ex, defined, Macro(arguments, body, protected=robust))


def store(ex: Expander, name: str, macro: Macro, *, everywhere: bool = False) -> None:
    """Keep a definition, unless it would hide a command that later stages must see."""
    if "%" in macro.body:
        macro.body = BODY_COMMENT.sub(r"\1", macro.body)
    if PRINTED_NAME.match(name):
        if name.endswith("autorefname"):  # hyperref puts a tie behind it, which some names swallow
            body = macro.body if macro.arguments else macro.body + "~"
            announce(ex, name, ex.expanded(body), everywhere=everywhere)
        elif (not macro.arguments and not ex.output.silent) or len(macro.body) < 200:
            announce_code(ex, name, macro.body, everywhere=everywhere)
        return
    if is_kept(ex, name, macro):
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
    if name in ex.used_by and not ex.output.silent:
        announce_users(ex, name)


def is_kept(ex: Expander, name: str, macro: Macro) -> bool:
    """Return whether a command keeps the meaning that the later stages know; an appendix's numbers are noted."""
    if (
        name == "figsupp"
    ):  # eLife's class writes the picture to a file for the end: the walk reads it in place
        return "\\addtostream" in macro.body
    if name not in STRUCTURAL or any(
        _calls(macro.body, alias) for alias in ex.environments.aliases.get(name, ())
    ):
        return False
    if name in APPENDICES:
        note_appendix(ex, name, macro.body)
    return True


def _calls(body: str, name: str) -> bool:
    if "\\" + name not in body:
        return False
    return re.search(r"\\" + re.escape(name) + r"(?![A-Za-z@])", body) is not None


def _inline(body: str, name: str, replacement: str) -> str:
    return re.sub(r"\\" + re.escape(name) + r"(?![A-Za-z@])[ \t]*", lambda _: replacement, body)


def pattern_and_body(ex: Expander, reach: int) -> tuple[str, str] | None:
    """Return a definition's parameter text and body, None where no brace is within reach or its group is open."""
    frame = ex.input.top()
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


def primitive_def(ex: Expander, name: str) -> None:
    r"""Read \def, \gdef, \edef or \xdef with its parameter text."""
    defined = ex.input.read_control()
    read = pattern_and_body(ex, 1000) if defined is not None else None
    if defined is None or read is None:
        return
    pattern, body = read
    if defined == "@captype":
        ex.output.emit("\\scimmircaptype{" + body + "}")
        return
    if defined == "input@path":
        ex.reading.path = [part.strip() for part in re.findall(r"\{([^{}]*)\}", body)[:50]]
        return
    if name.removeprefix("protected@") in {"edef", "xdef"}:
        body = fixed(ex, body)
    prefix, arguments = def_arguments(BODY_COMMENT.sub(r"\1", pattern).strip("\n"))
    macro = Macro(arguments, body, prefix, protected=ex.protected)
    store(ex, defined, macro, everywhere=name.endswith(("gdef", "xdef")))


GLOBAL = {"def": "gdef", "edef": "xdef", "let": "glet"}
DEFINES = re.compile(r"\\(global|long|protected|outer|def|gdef|edef|xdef|let)(?![A-Za-z@])\s*")


def prefixed(ex: Expander, name: str) -> None:
    r"""Read \global, \long, \protected or \outer, and the definition that they are said of."""
    words = {name}
    while (match := ex.input.skip_space().take(DEFINES)) is not None:
        words.add(match[1])
        if match[1] in {"global", "long", "protected", "outer"}:
            continue
        wanted = GLOBAL.get(match[1], match[1]) if "global" in words else match[1]
        outer, ex.protected = ex.protected, "protected" in words
        (let if wanted in {"let", "glet"} else primitive_def)(ex, wanted)
        ex.protected = outer
        return


def let(ex: Expander, name: str) -> None:
    r"""Read \let and its kin: a name takes another one's meaning, or a character's."""
    defined = ex.input.read_control()
    frame = ex.input.skip_space()
    if name in {"let", "glet"} and frame.text.startswith("=", frame.pos):
        frame.pos += 1
        frame = ex.input.skip_space()
    target = ex.input.read_control()
    if target is None and name in {"let", "glet"} and frame.pos < len(frame.text):
        char = frame.text[frame.pos]
        frame.pos += 1
        if defined is not None and char not in "{}#&$^_~":
            ex.scopes.define(defined, Macro((), char))
        return
    if defined is None or target is None or defined == target:
        return
    copy_meaning(ex, defined, target, everywhere=name == "glet")


def copy_meaning(ex: Expander, defined: str, target: str, *, everywhere: bool = False) -> None:
    """Give a name the meaning that another has now."""
    if PRINTED_NAME.match(defined) and PRINTED_NAME.match(target):
        announce(ex, defined, "\\" + target)
        return
    if defined in STRUCTURAL or (ex.output.silent and "@" in defined + target):
        return
    meaning = ex.scopes.meanings.get(target)
    if isinstance(meaning, Macro | Alias) and everywhere:
        ex.scopes.meanings[defined] = meaning
    elif isinstance(meaning, Macro | Alias):
        ex.scopes.define(defined, meaning)
    elif defined[:2] == "if" and target in {"iftrue", "iffalse"}:
        new_switch_named(ex, defined[2:], target == "iftrue")
    elif target in {"undefined", "@undefined"}:
        ex.scopes.define(defined, None)
    else:
        ex.environments.aliases.setdefault(target, []).append(defined)
        ex.scopes.define(defined, Alias(target, meaning))


def document_command(ex: Expander, name: str) -> None:
    r"""Read xparse's \NewDocumentCommand and its kin."""
    defined = ex.input.read_control()
    spec = ex.input.read_argument()
    body = ex.input.read_argument()
    if defined is None or spec is None or body is None:
        return
    if name == "ProvideDocumentCommand" and defined in ex.scopes.meanings:
        return
    store(ex, defined, Macro(specified(spec)[0], body, protected="Expandable" not in name))


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
    arguments, takes_body = specified(spec)
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
    if name in APPENDICES and ex.output.silent:
        note_appendix(ex, name, macro.body)
        return
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
                     "DeclareDocumentCommand", "NewExpandableDocumentCommand",
                     "RenewExpandableDocumentCommand", "ProvideExpandableDocumentCommand",
                     "DeclareExpandableDocumentCommand")  # fmt: skip


DOCUMENT_ENVIRONMENTS = ("NewDocumentEnvironment", "RenewDocumentEnvironment", "ProvideDocumentEnvironment",
                         "DeclareDocumentEnvironment")  # fmt: skip


COPIES = ("NewCommandCopy", "RenewCommandCopy", "DeclareCommandCopy")


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
    **dict.fromkeys(("def", "gdef", "edef", "xdef", "protected@edef", "protected@xdef"), primitive_def),
    **dict.fromkeys(("global", "long", "protected", "outer"), prefixed),
    **dict.fromkeys(("noexpand", "protect"), no_expand),
    **dict.fromkeys(("unexpanded", "detokenize", "expandonce"), unexpanded),
    **dict.fromkeys(("let", "LetLtxMacro", *COPIES, "futurelet"), let),
    **dict.fromkeys(("newenvironment", "renewenvironment", "provideenvironment"), new_environment),
    **dict.fromkeys(("NewEnviron", "RenewEnviron"), new_environ),
    **dict.fromkeys(("csname", "@nameuse", "csuse"), use_name),
    **dict.fromkeys(("makeatletter", "makeatother", "ExplSyntaxOn", "ExplSyntaxOff"), do.at_letter),
    **dict.fromkeys(("AtEndDocument", "AtEndOfPackage"), do.unwrap),
    **dict.fromkeys(("@ifnextchar", "@ifstar", "@ifundefined"), do.at_if),
    **dict.fromkeys(("DeclareMathOperator", "DeclareMathOperatorWithLimits"), new_font_command),
    **dict.fromkeys(("@gobble", "@gobbletwo", "@firstofone", "@firstoftwo", "@secondoftwo"), do.gobble),
    **dict.fromkeys(
        ("AfterEndEnvironment", "AtEndEnvironment", "AtBeginEnvironment", "BeforeBeginEnvironment"), do.hook
    ),
    **dict.fromkeys(("number", "the"), do.number),
    "ProcessList": do.process_list,
    "newfloatcommand": float_command,
    "AtBeginDocument": do.at_begin_document,
    "newif": new_switch,
    "expandafter": do.expand_after,
    "begingroup": do.begin_group,
    "endgroup": do.end_group,
    "xspace": do.xspace,
    "titleformat": do.drop_two,
}
