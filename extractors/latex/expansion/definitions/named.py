r"""Definitions by name, copies and additions: \@namedef, etoolbox's \cs… commands, \letcs, \appto, \patchcmd."""

from extractors.latex.expansion.definitions.appendices import note_appendix
from extractors.latex.expansion.definitions.commands import copy_meaning, pattern_and_body, store
from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import Macro, def_arguments
from extractors.latex.expansion.names import fixed, spelled
from extractors.latex.expansion.primitives import go_on

MAX_BODY = 200_000


def name_def(ex: Expander, name: str) -> None:
    r"""Read \@namedef{name}pattern{body} or etoolbox's \csdef, \csgdef, \csedef, \csxdef."""
    defined = ex.input.read_argument()
    read = pattern_and_body(ex, 200) if defined is not None else None
    if defined is None or read is None:
        return
    pattern, body = read
    if "ed" in name[-5:] or "xd" in name[-5:]:
        body = fixed(ex, body)
    prefix, arguments = def_arguments(pattern)
    everywhere = "gd" in name[-5:] or "xd" in name[-5:]
    store(
        ex,
        spelled(ex, defined),
        Macro(arguments, body, prefix, protected="protected" in name),
        everywhere=everywhere,
    )


def copy_named(ex: Expander, name: str) -> None:
    r"""Read etoolbox's \letcs{\one}{two}, \cslet{one}\two or \csletcs{one}{two}."""
    defined = ex.input.read_control() if name == "letcs" else spelled(ex, ex.input.read_argument() or "")
    target = ex.input.read_control() if name == "cslet" else spelled(ex, ex.input.read_argument() or "")
    if defined and target:
        copy_meaning(ex, defined, target)


def undefine(ex: Expander, name: str) -> None:
    r"""Read etoolbox's \undef\name or \csundef{name}."""
    defined = (
        spelled(ex, ex.input.read_argument() or "") if name.startswith("cs") else ex.input.read_control()
    )
    if isinstance(ex.scopes.meanings.get(defined or ""), Macro):
        ex.scopes.define(defined or "", None)


def add_to_macro(ex: Expander, name: str) -> None:
    r"""Read \g@addto@macro, \appto, \preto or etoolbox's \apptocmd and \pretocmd: a macro's body grows."""
    by_name = name.startswith("cs")
    defined = spelled(ex, ex.input.read_argument() or "") if by_name else ex.input.read_control()
    text = ex.input.read_argument()
    if name.endswith("tocmd"):
        ex.input.read_argument(), ex.input.read_argument()
    old = ex.scopes.meanings.get(defined or "")
    if old is None and defined == "@maketitle" and not ex.output.silent:
        old = Macro()  # the class's own, which is not read: what a paper adds to it is often a picture
    if old is None and ("appto" in name or "preto" in name) and not name.endswith("tocmd"):
        old = Macro()  # etoolbox makes what is not there
    if not isinstance(old, Macro) and defined == "appendix" and text is not None:
        note_appendix(ex, defined, text, more=True)
    if defined is None or text is None or not isinstance(old, Macro) or len(old.body) > MAX_BODY:
        return
    if name.lstrip("cs")[:1] in "ex" and name.endswith("to"):
        text = fixed(ex, text)
    body = text + old.body if "preto" in name else old.body + text
    store(ex, defined, Macro(old.arguments, body, old.prefix), everywhere=name.lstrip("cs")[:1] in "gx")


def patch(ex: Expander, name: str) -> None:
    r"""Read etoolbox's \patchcmd[prefix]{\name}{search}{replacement}{yes}{no}."""
    ex.input.read_optional()
    defined, search, new = ex.input.read_control(), ex.input.read_argument(), ex.input.read_argument()
    yes, no = ex.input.read_argument(), ex.input.read_argument()
    old = ex.scopes.meanings.get(defined or "")
    done = isinstance(old, Macro) and bool(search) and (search or "") in old.body
    if isinstance(old, Macro) and done and defined and not ex.output.silent:
        body = old.body.replace(search or "", new or "", 1)
        store(ex, defined, Macro(old.arguments, body, old.prefix))
    go_on(ex, yes if done else no)


def list_add(ex: Expander, name: str) -> None:
    r"""Read etoolbox's \listadd{\list}{item} and its kin: the list is a macro of groups."""
    defined, item = ex.input.read_control(), ex.input.read_argument()
    if defined is None or not item or not item.strip():
        return
    old = ex.scopes.meanings.get(defined)
    body = old.body if isinstance(old, Macro) else ""
    if len(body) < MAX_BODY:
        store(ex, defined, Macro((), f"{body}\\do{{{fixed(ex, item) if 'e' in name[4:5] else item}}}"))


def do_list(ex: Expander, name: str) -> None:
    r"""Read etoolbox's \docsvlist{a,b}, \dolistloop{\list} or \forlistloop{\each}{\list}: once for each item."""
    each = ex.input.read_argument() if name.startswith("for") else "\\do"
    if name == "docsvlist":
        listed = ex.input.read_argument() or ""
        for value in reversed(listed.split(",")[:1000]):
            if value.strip():
                ex.input.push(f"\\do{{{value.strip()}}}")
        return
    meaning = ex.scopes.meanings.get((ex.input.read_argument() or "").strip().lstrip("\\"))
    if isinstance(meaning, Macro) and each:
        ex.input.push(meaning.body.replace("\\do{", each + "{") if each != "\\do" else meaning.body)


NAMED: dict[str, Handler] = {
    **dict.fromkeys(
        ("@namedef", "csdef", "csgdef", "csedef", "csxdef", "protected@csedef", "protected@csxdef"), name_def
    ),
    **dict.fromkeys(("letcs", "cslet", "csletcs"), copy_named),
    **dict.fromkeys(("undef", "csundef"), undefine),
    **dict.fromkeys(
        (
            "g@addto@macro", "addto", "appto", "gappto", "eappto", "xappto", "preto", "gpreto", "epreto", "xpreto",
            "csappto", "csgappto", "cseappto", "csxappto", "cspreto", "csgpreto", "cse@preto", "apptocmd", "pretocmd",
        ),
        add_to_macro,
    ),
    **dict.fromkeys(("listadd", "listeadd", "listgadd", "listxadd"), list_add),
    **dict.fromkeys(("docsvlist", "dolistloop", "forlistloop"), do_list),
    "patchcmd": patch,
}  # fmt: skip
