"""Primitives that define macros, environments, switches and names."""

import re

from extractors.latex.expand import SPACE, Expander, Handler, after_word
from extractors.latex.macros import (
    NO_VALUE,
    Alias,
    Macro,
    def_arguments,
    latex_arguments,
    split_parameters,
    substitute,
    xparse_arguments,
)

# Commands whose own meaning the later stages rely on: a paper's redefinition of their look is not taken, unless
# it calls the original through a \let copy, as wrappers do.
STRUCTURAL = frozenset(
    """begin end caption captionof label ref eqref pageref autoref cref Cref cite citep citet citealt section
    subsection subsubsection paragraph subparagraph chapter part appendix includegraphics item title author maketitle
    footnote subfigure subtable subfloat subcaption subcaptionbox input include includeonly documentclass usepackage
    bibliography bibitem thanks abstract emph textbf textit textsc texttt text mathrm mathbf frac sqrt left right
    multicolumn multirow hline cline cmidrule toprule midrule bottomrule tabular endtabular figure endfigure table
    endtable par centering small footnotesize large normalsize bf it rm em sc tt def let newcommand renewcommand
    newenvironment fi else ifx iffalse iftrue graphicspath plotone plottwo epsfbox psfig hspace vspace
    setcounter addtocounter stepcounter refstepcounter thefigure thetable hyperref href url color textcolor
    tablecaption tablehead startdata enddata colhead nodata document enddocument ensuremath protect""".split()
)
STRUCTURAL_ENVIRONMENTS = frozenset(
    """document figure figure* table table* longtable tabular tabular* array equation equation* align align* itemize
    enumerate description thebibliography abstract verbatim subfigure subtable minipage center wrapfigure
    sidewaysfigure sidewaystable deluxetable deluxetable* quote quotation titlepage algorithm""".split()
)
PRINTED_NAME = re.compile(
    r"the[A-Za-z]+\Z|fnum@\w+\Z|(?:figure|table|appendix|section|equation|chapter)name\Z"
)
COUNT = re.compile(r"\s*(\d)")
NEXT_TOKEN = re.compile(r"\\(?:[A-Za-z@]+[ \t]*|.)|.", re.S)
NEXT_WORD = re.compile(r"\\([A-Za-z@]+)[ \t]*")
EXPRESSION = re.compile(
    r"\s*(?:\\numexpr\s*([-+*/()\d\s]*)(?:\\relax(?![A-Za-z]))?|(-?\d+)|\\(?!numexpr)([A-Za-z@]+)(?![A-Za-z@]))"
)
EXPANDABLE = frozenset({"expandafter", "else", "fi", "or", "number", "the", "csname", "@gobble", "@firstofone",
                        "@firstoftwo", "@secondoftwo"})  # fmt: skip
MAX_AFTER = 40
BODY_COMMENT = re.compile(r"((?<!\\)(?:\\\\)*)%[^\n]*(?:\n[ \t]*|\Z)")


def new_command(ex: Expander, name: str) -> None:
    """Read \\newcommand, \\renewcommand, \\providecommand or \\DeclareRobustCommand."""
    ex.read_star()
    defined = ex.read_control()
    count = COUNT.match(ex.read_optional() or "")
    default = ex.read_optional() if count else None
    body = ex.read_argument()
    if defined is None or body is None:
        return
    if name == "providecommand" and defined in ex.meanings:
        return
    store(ex, defined, Macro(latex_arguments(int(count[1]) if count else 0, default), body))


def store(ex: Expander, name: str, macro: Macro, *, everywhere: bool = False) -> None:
    """Keep a definition, unless it would hide a command that later stages must see."""
    if "%" in macro.body:
        macro.body = BODY_COMMENT.sub(r"\1", macro.body)
    if PRINTED_NAME.match(name):
        if not macro.arguments and not ex.package or len(macro.body) < 200:
            announce(ex, name, macro.body)
        return
    if name in STRUCTURAL and not any(_calls(macro.body, alias) for alias in ex.aliases.get(name, ())):
        return
    if ex.package:
        if "@" in macro.body or "\\csname" in macro.body or "\\expandafter" in macro.body or "@" in name:
            return
        if callable(ex.meanings.get(name)):
            return
        macro.from_package = True
    if everywhere or ex.package:
        ex.meanings[name] = macro
    else:
        ex.define(name, macro)


def _calls(body: str, name: str) -> bool:
    if "\\" + name not in body:
        return False
    return re.search(r"\\" + re.escape(name) + r"(?![A-Za-z@])", body) is not None


def _inline(body: str, name: str, replacement: str) -> str:
    return re.sub(r"\\" + re.escape(name) + r"(?![A-Za-z@])[ \t]*", lambda _: replacement, body)


def announce(ex: Expander, name: str, body: str) -> None:
    """Tell the later stages how a number or a float's name is printed from here on."""
    body = re.sub(r"%[^\n]*\n?", "", body)
    package, ex.package = ex.package, False
    ex.emit("\\scimmirprinted{" + name + "}{" + body + "}")
    ex.package = package


def primitive_def(ex: Expander, name: str) -> None:
    """Read \\def, \\gdef, \\edef or \\xdef with its parameter text."""
    defined = ex.read_control()
    frame = ex.frames[-1]
    brace = frame.text.find("{", frame.pos, frame.pos + 1000)
    if defined is None or brace < 0:
        return
    pattern = frame.text[frame.pos : brace]
    frame.pos = brace
    body = ex.read_group(frame)
    if body is None:
        frame.pos = brace + 1
        return
    if defined == "@captype":
        ex.emit("\\scimmircaptype{" + body + "}")
        return
    if defined == "input@path":
        ex.input_path = [part.strip() for part in re.findall(r"\{([^{}]*)\}", body)[:50]]
        return
    old = ex.meanings.get(defined)
    if name in {"edef", "xdef"} and isinstance(old, Macro) and not old.arguments:
        body = _inline(body, defined, old.body)
    prefix, arguments = def_arguments(pattern.strip("\n"))
    store(ex, defined, Macro(arguments, body, prefix), everywhere=name in {"gdef", "xdef"})


def let(ex: Expander, name: str) -> None:
    """Read \\let and its kin: a name takes another one's meaning."""
    defined = ex.read_control()
    frame = ex.skip_space()
    if name == "let" and frame.text.startswith("=", frame.pos):
        frame.pos += 1
        ex.skip_space()
    target = ex.read_control()
    if defined is None or target is None or defined == target:
        return
    if PRINTED_NAME.match(defined) and PRINTED_NAME.match(target):
        announce(ex, defined, "\\" + target)
        return
    if defined in STRUCTURAL or (ex.package and "@" in defined + target):
        return
    meaning = ex.meanings.get(target)
    if isinstance(meaning, Macro | Alias):
        ex.define(defined, meaning)
        return
    if defined[:2] == "if" and target in {"iftrue", "iffalse"}:
        new_switch_named(ex, defined[2:], target == "iftrue")
        return
    ex.aliases.setdefault(target, []).append(defined)
    ex.define(defined, Alias(target))


def document_command(ex: Expander, name: str) -> None:
    """Read xparse's \\NewDocumentCommand and its kin."""
    defined = ex.read_control()
    spec = ex.read_argument()
    body = ex.read_argument()
    if defined is None or spec is None or body is None:
        return
    if name == "ProvideDocumentCommand" and defined in ex.meanings:
        return
    store(ex, defined, Macro(xparse_arguments(spec)[0], body))


def new_environment(ex: Expander, name: str) -> None:
    """Read \\newenvironment or \\renewenvironment."""
    ex.read_star()
    defined = ex.read_argument()
    count = COUNT.match(ex.read_optional() or "")
    default = ex.read_optional() if count else None
    opening = ex.read_argument()
    closing = ex.read_argument()
    if defined is None or opening is None or closing is None:
        return
    arguments = latex_arguments(int(count[1]) if count else 0, default)
    _store_environment(ex, defined.strip(), Macro(arguments, opening, end_body=closing))


def document_environment(ex: Expander, name: str) -> None:
    """Read xparse's \\NewDocumentEnvironment and its kin."""
    defined, spec = ex.read_argument(), ex.read_argument()
    opening, closing = ex.read_argument(), ex.read_argument()
    if defined is None or spec is None or opening is None or closing is None:
        return
    arguments, takes_body = xparse_arguments(spec)
    _store_environment(
        ex, defined.strip(), Macro(arguments, opening, end_body=closing, takes_body=takes_body)
    )


def new_environ(ex: Expander, name: str) -> None:
    """Read environ's \\NewEnviron, whose \\BODY stands for the environment's content."""
    defined = ex.read_argument()
    count = COUNT.match(ex.read_optional() or "")
    default = ex.read_optional() if count else None
    body = ex.read_argument()
    after = ex.read_optional() or ""
    if defined is None or body is None:
        return
    number = min(int(count[1]) if count else 0, 8)
    opening = _inline(body, "BODY", f"#{number + 1}")
    macro = Macro(latex_arguments(number, default), opening, end_body=after, takes_body=True)
    _store_environment(ex, defined.strip(), macro)


def _store_environment(ex: Expander, name: str, macro: Macro) -> None:
    if name in STRUCTURAL_ENVIRONMENTS or f"\\begin{{{name}}}" in macro.body:
        return
    if ex.package and ("@" in macro.body or "\\expandafter" in macro.body):
        return
    ex.environments[name] = macro


def new_switch(ex: Expander, name: str) -> None:
    """Read \\newif: three names for a conditional and its two settings."""
    switch = ex.read_control()
    if switch is not None and switch.startswith("if"):
        new_switch_named(ex, switch[2:], False)


def new_switch_named(ex: Expander, switch: str, value: bool) -> None:
    """Give a switch its conditional and its setters."""
    ex.conditionals[switch] = value
    ex.meanings[switch + "true"] = lambda e, _: e.conditionals.__setitem__(switch, True)
    ex.meanings[switch + "false"] = lambda e, _: e.conditionals.__setitem__(switch, False)
    handler = ex.meanings["iftrue"]
    ex.meanings["if" + switch] = handler


def new_toggle(ex: Expander, name: str) -> None:
    """Read etoolbox's and ifthen's switches: \\newtoggle, \\toggletrue, \\setboolean and the like."""
    toggle = (ex.read_argument() or "").strip()
    if name in {"settoggle", "setboolean"}:
        value = (ex.read_argument() or "").strip() == "true"
    else:
        value = name in {"toggletrue", "booltrue"}
    if name in {"newboolean", "provideboolean", "setboolean", "newbool", "booltrue", "boolfalse"}:
        if "if" + toggle not in ex.meanings:
            new_switch_named(ex, toggle, value)
        ex.conditionals[toggle] = value
    ex.toggles[toggle] = value


def csname(ex: Expander, name: str) -> None:
    """Read \\csname … \\endcsname or \\@nameuse{…} and act on the name."""
    if name == "csname":
        inner = ex.read_until("\\endcsname")
    else:
        inner = ex.read_argument()
    if inner is not None and re.fullmatch(r"[A-Za-z@*]+", inner.strip()):
        inner = inner.strip()
        meaning = ex.meanings.get(inner)
        if meaning is not None:
            ex.execute(inner, meaning)
        elif inner.isalpha():
            ex.emit("\\" + inner)
            ex.separate()


def name_def(ex: Expander, name: str) -> None:
    """Read \\@namedef{name}pattern{body} or etoolbox's \\csdef."""
    defined = ex.read_argument()
    frame = ex.frames[-1]
    brace = frame.text.find("{", frame.pos, frame.pos + 200)
    if defined is None or brace < 0:
        return
    pattern = frame.text[frame.pos : brace]
    frame.pos = brace
    body = ex.read_group(frame)
    if body is None:
        frame.pos = brace + 1
        return
    prefix, arguments = def_arguments(pattern)
    store(ex, defined.strip(), Macro(arguments, body, prefix))


def at_letter(ex: Expander, name: str) -> None:
    """Switch the category of @."""
    ex.at_letter = name in {"makeatletter", "ExplSyntaxOn"}


def expand_after(ex: Expander, name: str) -> None:
    """Expand the token after the next one first, as far as that is expandable, then go on with the next one."""
    frame = ex.frames[-1]
    frame.pos = after_word(frame.text, frame.pos)
    first = NEXT_TOKEN.match(frame.text, frame.pos)
    if first is None or ex.after_depth >= MAX_AFTER:
        return
    frame.pos = first.end() if len(first[0]) < 3 else after_word(frame.text, first.end())
    frame = ex.top()
    second = NEXT_WORD.match(frame.text, frame.pos)
    meaning = ex.meanings.get(second[1]) if second else None
    if second is not None and second[1] in EXPANDABLE or isinstance(meaning, Macro):
        frame.pos = second.end() if second else frame.pos
        ex.after_depth += 1
        if meaning is not None and second is not None:
            ex.execute(second[1], meaning)
        ex.after_depth -= 1
    token = first[0].rstrip()
    ex.unread(token + " " if token[-1:].isalpha() and len(token) > 1 else token)


def number(ex: Expander, name: str) -> None:
    """Read \\number, \\the or \\numexpr with a value that can be known, and go on with its digits."""
    frame = ex.top()
    match = EXPRESSION.match(frame.text, frame.pos)
    if match is None:
        if name == "the":
            ex.emit("\\the")
        return
    frame.pos = match.end()
    if match[3] is not None:
        meaning = ex.meanings.get(match[3])
        body = meaning.body.strip() if isinstance(meaning, Macro) else ""
        if not re.fullmatch(r"-?\d{1,9}", body):
            frame.pos = match.start()
            if name == "the":
                ex.emit("\\the")
            return
        value = int(body)
    else:
        value = evaluate(match[1] or match[2] or "0")
    frame = ex.top()
    after = re.compile(r"\s*\\expandafter(?![A-Za-z@])").match(frame.text, frame.pos)
    if after:
        frame.pos = after.end()
        expand_after(ex, "expandafter")
    ex.unread(str(value))


def evaluate(expression: str) -> int:
    """Return the value of a \\numexpr of digits, signs and stars, from left to right; 0 where it is anything else."""
    value, operator = 0, "+"
    for sign, digits in re.findall(r"([-+*/])?\s*(\d{1,9})", expression[:200]):
        operator = sign or operator
        number_ = int(digits)
        value = (
            value + number_ if operator == "+" else value - number_ if operator == "-"
            else value * number_ if operator == "*" else value // max(1, number_)
        )  # fmt: skip
        value = max(-(10**9), min(value, 10**9))
    return value


def gobble(ex: Expander, name: str) -> None:
    """Read \\@gobble, \\@firstofone, \\@firstoftwo or \\@secondoftwo."""
    arguments = [ex.read_argument() or "" for _ in range(2 if name.endswith("two") else 1)]
    chosen = {"@firstofone": 0, "@firstoftwo": 0, "@secondoftwo": 1}.get(name)
    if chosen is not None and arguments[chosen]:
        ex.push(arguments[chosen])


def for_each(ex: Expander, name: str) -> None:
    """Read pgffor's \\foreach \\x in {a,b,...,n} {body}: the body once for each value."""
    frame = ex.top()
    head = re.compile(r"\s*\\([A-Za-z]+)\s*(?:\[[^\]]{0,200}\])?\s*in\s*").match(frame.text, frame.pos)
    if head is None:
        return
    frame.pos = head.end()
    values = [v.strip() for v in (ex.read_argument() or "").split(",")][:1000]
    body = ex.read_argument()
    if body is None:
        return
    if len(values) >= 3 and values[-2] in {"...", "\\dots", "\\ldots"}:
        start, stop = values[-3], values[-1]
        if re.fullmatch(r"-?\d{1,6}", start) and re.fullmatch(r"-?\d{1,6}", stop):
            before = values[-4] if len(values) > 3 and re.fullmatch(r"-?\d{1,6}", values[-4]) else None
            step = int(start) - int(before) if before is not None else 1 if int(stop) >= int(start) else -1
            rest = range(int(start) + step, int(stop) + (1 if step > 0 else -1), step) if step else ()
            values = [*values[:-2], *(str(n) for n in rest)][:1000]
    for value in reversed(values):
        ex.push(f"\\def\\{head[1]}{{{value}}}" + body)


def hook(ex: Expander, name: str) -> None:
    """Read etoolbox's hooks on environments: their text is read when the environment begins or ends."""
    environment, text = ex.read_argument(), ex.read_argument()
    if environment is not None and text is not None and len(ex.hooks) < 1000:
        key = (name, environment.strip())
        ex.hooks[key] = ex.hooks.get(key, "") + text


def drop(ex: Expander, name: str) -> None:
    """Leave the command out; what follows is read as usual."""
    frame = ex.frames[-1]
    frame.pos = after_word(frame.text, frame.pos)


def drop_two(ex: Expander, name: str) -> None:
    """Leave the command and its two arguments out."""
    ex.read_star()
    ex.read_argument()
    ex.read_argument()


def add_to_macro(ex: Expander, name: str) -> None:
    """Read \\g@addto@macro, \\appto or \\preto: a macro's body grows."""
    defined = ex.read_control()
    text = ex.read_argument()
    old = ex.meanings.get(defined or "")
    if defined is None or text is None or not isinstance(old, Macro):
        return
    body = text + old.body if name == "preto" else old.body + text
    store(ex, defined, Macro(old.arguments, body, old.prefix))


def unwrap(ex: Expander, name: str) -> None:
    """Read the argument in place, as \\AtBeginDocument's content takes effect before the text."""
    content = ex.read_argument()
    if content:
        ex.push(content)


def begin_group(ex: Expander, name: str) -> None:
    """Open a scope of definitions."""
    ex.scopes.append(("begingroup", []))


def end_group(ex: Expander, name: str) -> None:
    """Close the scope that \\begingroup opened."""
    if ex.scopes and ex.scopes[-1][0] == "begingroup":
        leave_scope(ex)


def leave_scope(ex: Expander) -> None:
    """Undo the definitions of the innermost scope."""
    for name, old in reversed(ex.scopes.pop()[1]):
        if old is None:
            ex.meanings.pop(name, None)
        else:
            ex.meanings[name] = old


def value_test(ex: Expander, name: str) -> None:
    """Read xparse's \\IfNoValueTF, \\IfValueTF, \\IfBooleanTF and their one-branch forms."""
    value = ex.read_argument() or ""
    if name.startswith("IfBoolean"):
        truth = "BooleanTrue" in value
    elif name.startswith("IfBlank"):
        truth = not value.strip()
    else:
        truth = (value == NO_VALUE) == name.startswith("IfNoValue")
    yes = ex.read_argument() if not name.endswith("F") or name.endswith("TF") else ""
    no = ex.read_argument() if name.endswith("F") else ""
    chosen = yes if truth else no
    if chosen:
        ex.push(chosen)


def xspace(ex: Expander, name: str) -> None:
    """Write a space unless punctuation follows."""
    frame = ex.frames[-1]
    while len(ex.frames) > 1 and frame.file < 0 and frame.pos >= len(frame.text):
        ex.frames.pop()
        frame = ex.frames[-1]
    following = frame.text[frame.pos : frame.pos + 1]
    if (
        following
        and following not in "{}~.,:;?/'!)-]%\\ \n\t"
        or frame.text.startswith("\\textit", frame.pos)
    ):
        ex.emit(" ")


def new_font_command(ex: Expander, name: str) -> None:
    """Read \\DeclareMathOperator{\\name}{text}: a macro for an upright name."""
    ex.read_star()
    defined = ex.read_control()
    text = ex.read_argument()
    if defined is not None and text is not None:
        store(ex, defined, Macro((), "\\operatorname{" + text + "}"))


def at_if(ex: Expander, name: str) -> None:
    """Read \\@ifnextchar x{yes}{no}, \\@ifstar{yes}{no} or \\@ifundefined{name}{yes}{no}."""
    if name == "@ifstar":
        yes, no = ex.read_argument(), ex.read_argument()
        truth = ex.read_star()
    elif name == "@ifundefined":
        asked = (ex.read_argument() or "").strip()
        yes, no = ex.read_argument(), ex.read_argument()
        truth = asked not in ex.meanings and asked not in STRUCTURAL
    else:
        char = ex.read_argument() or ""
        yes, no = ex.read_argument(), ex.read_argument()
        frame = ex.top()
        space = SPACE.match(frame.text, frame.pos)
        truth = bool(char) and frame.text.startswith(char, space.end() if space else frame.pos)
    chosen = yes if truth else no
    if chosen:
        ex.push(chosen)


COMMANDS = ("newcommand", "renewcommand", "providecommand", "DeclareRobustCommand", "newrobustcmd", "renewrobustcmd",
            "providerobustcmd", "DeclareTextFontCommand")  # fmt: skip
DOCUMENT_COMMANDS = ("NewDocumentCommand", "RenewDocumentCommand", "ProvideDocumentCommand",
                     "DeclareDocumentCommand", "NewExpandableDocumentCommand")  # fmt: skip
DOCUMENT_ENVIRONMENTS = ("NewDocumentEnvironment", "RenewDocumentEnvironment", "ProvideDocumentEnvironment",
                         "DeclareDocumentEnvironment")  # fmt: skip
TOGGLES = ("newtoggle", "toggletrue", "togglefalse", "settoggle", "newboolean", "provideboolean", "setboolean",
           "newbool", "booltrue", "boolfalse")  # fmt: skip
VALUE_TESTS = tuple(
    f"If{what}{branch}" for what in ("NoValue", "Value", "Boolean", "Blank") for branch in ("TF", "T", "F")
)
DROPPED = ("long", "global", "outer", "protected", "noexpand", "unexpanded", "ignorespaces", "unskip",
           "ignorespacesafterend", "leavevmode", "relax", "null", "endgraf")  # fmt: skip

DEFINITIONS: dict[str, Handler] = {
    **dict.fromkeys(COMMANDS, new_command),
    **dict.fromkeys(DOCUMENT_COMMANDS, document_command),
    **dict.fromkeys(DOCUMENT_ENVIRONMENTS, document_environment),
    **dict.fromkeys(TOGGLES, new_toggle),
    **dict.fromkeys(VALUE_TESTS, value_test),
    **dict.fromkeys(DROPPED, drop),
    **dict.fromkeys(("def", "gdef", "edef", "xdef"), primitive_def),
    **dict.fromkeys(("let", "LetLtxMacro", "NewCommandCopy", "futurelet"), let),
    **dict.fromkeys(("newenvironment", "renewenvironment", "provideenvironment"), new_environment),
    **dict.fromkeys(("NewEnviron", "RenewEnviron"), new_environ),
    **dict.fromkeys(("csname", "@nameuse", "csuse"), csname),
    **dict.fromkeys(("@namedef", "csdef", "csgdef"), name_def),
    **dict.fromkeys(("makeatletter", "makeatother", "ExplSyntaxOn", "ExplSyntaxOff"), at_letter),
    **dict.fromkeys(("g@addto@macro", "appto", "gappto", "preto"), add_to_macro),
    **dict.fromkeys(("AtBeginDocument", "AtEndDocument", "AtEndOfPackage"), unwrap),
    **dict.fromkeys(("@ifnextchar", "@ifstar", "@ifundefined"), at_if),
    **dict.fromkeys(("DeclareMathOperator", "DeclareMathOperatorWithLimits"), new_font_command),
    **dict.fromkeys(("@gobble", "@gobbletwo", "@firstofone", "@firstoftwo", "@secondoftwo"), gobble),
    **dict.fromkeys(
        ("AfterEndEnvironment", "AtEndEnvironment", "AtBeginEnvironment", "BeforeBeginEnvironment"), hook
    ),
    **dict.fromkeys(("number", "the"), number),
    "foreach": for_each,
    "newif": new_switch,
    "expandafter": expand_after,
    "begingroup": begin_group,
    "endgroup": end_group,
    "xspace": xspace,
    "titleformat": drop_two,
}

__all__ = ["DEFINITIONS", "split_parameters"]
