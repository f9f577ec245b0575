r"""Declarations of how numbers, names, lists and captions print: noted for the later stages, with their scope."""

import re

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.expansion.macros import Macro, Printed
from extractors.latex.source.options import parse_keys

MAX_KEYS = 2000
MAX_FILLED = 20
NAME = re.compile(r"\\([A-Za-z@]+)[ \t]*")


def announce(ex: Expander, name: str, body: str, *, everywhere: bool = False) -> None:
    """Tell the later stages how a number or a float's name is printed until the scope ends."""
    if not everywhere:
        ex.scopes.undo_later(name, Printed(ex.scopes.printed.get(name)))
    ex.scopes.note(name, re.sub(r"%[^\n]*\n?", "", body))


def announce_code(ex: Expander, name: str, body: str, *, everywhere: bool = False) -> None:
    """Tell how something is printed by code that names macros of the paper's: what they mean is filled in.

    They are filled in anew where one of them is defined anew.
    """
    ex.code[name] = body
    filled = body
    for _ in range(MAX_FILLED):
        found = next((m for m in NAME.finditer(filled) if is_text(ex, m[1])), None)
        if found is None or len(filled) > MAX_KEYS:
            break
        meaning = ex.scopes.meanings[found[1]]
        ex.used_by.setdefault(found[1], set()).add(name)
        inner = meaning.body if isinstance(meaning, Macro) else ""
        filled = f"{filled[: found.start()]}{{{inner}}}{filled[found.end() :]}"
    announce(ex, name, filled, everywhere=everywhere)


def is_text(ex: Expander, name: str) -> bool:
    """Return whether a control word is a macro of the paper's that stands for a text."""
    meaning = ex.scopes.meanings.get(name)
    if not isinstance(meaning, Macro) or meaning.from_package or name in ex.scopes.printed:
        return False  # a class's switches, of which a paper may use none, are not followed
    return not meaning.arguments and not meaning.prefix


def announce_users(ex: Expander, name: str) -> None:
    """Tell anew what is printed by code that names a macro, now that the macro means something else."""
    for user in sorted(ex.used_by.get(name, ())):
        if user in ex.code:
            announce_code(ex, user, ex.code[user])


def add_keys(ex: Expander, name: str, keys: str, *, fresh: bool = False) -> None:
    """Note keys that are declared in addition to those that hold, or in their place."""
    old = "" if fresh else ex.scopes.printed.get(name, "")
    announce(ex, name, (f"{old},{keys}" if old else keys)[-MAX_KEYS:])


def set_list(ex: Expander, name: str) -> None:
    r"""Read enumitem's \setlist[names,levels]{keys}; with a star, the keys are added."""
    starred = ex.input.read_star()
    where = [w.strip() for w in (ex.input.read_optional() or "").split(",") if w.strip()]
    keys = ex.input.read_argument()
    where.extend(
        {"setenumerate": ["enumerate"], "setitemize": ["itemize"], "setdescription": ["description"]}.get(
            name, []
        )
    )
    if keys is None:
        return
    levels = [w for w in where if w.isdigit()] or [""]
    for one in [w for w in where if not w.isdigit()][:20] or [""]:
        for level in levels[:4]:
            add_keys(ex, f"list@{one}@{level}", keys, fresh=not starred)


def new_list(ex: Expander, name: str) -> None:
    r"""Read enumitem's \newlist{name}{kind}{depth}."""
    defined, kind = ex.input.read_argument(), ex.input.read_argument()
    ex.input.read_argument()
    if defined is not None and kind is not None:
        announce(ex, "newlist@" + defined.strip(), kind.strip())


def default_labels(ex: Expander, name: str) -> None:
    r"""Read paralist's \setdefaultenum{1}{2}{3}{4} or \setdefaultitem."""
    kind = "enum" if name.endswith("enum") else "item"
    for level in range(1, 5):
        label = ex.input.read_argument()
        if label and label.strip():
            announce(ex, f"{kind}@{level}", label)


def caption_setup(ex: Expander, name: str) -> None:
    r"""Read \captionsetup[type]{keys}; the later stages read its `type` where it stands."""
    ex.input.read_star()
    kind = (ex.input.read_optional() or "").strip()
    keys = ex.input.read_argument()
    if keys is None:
        return
    set_captions(ex, kind, keys)
    if not ex.output.silent and "type" in keys:
        ex.output.emit(f"\\captionsetup[{kind}]{{{keys}}}" if kind else f"\\captionsetup{{{keys}}}")


def set_captions(ex: Expander, kind: str, keys: str) -> None:
    """Note keys for the captions of a type of float, or of all."""
    for one in kind.split(",")[:10]:
        add_keys(ex, f"caption@{one.strip().rstrip('*')}", keys)
    given = parse_keys(keys)
    style = ex.caption_styles.get(given.get("style", ""))
    if style is not None:
        add_keys(ex, f"caption@{kind.rstrip('*')}", style)
    for what in ("figurename", "tablename"):
        if what in given:
            announce(ex, what, given[what])
            if not ex.scopes.in_document:
                ex.begin_document.append(f"\\def\\{what}{{{given[what]}}}")


def clear_captions(ex: Expander, name: str) -> None:
    r"""Read \clearcaptionsetup[key]{type}."""
    ex.input.read_star()
    key, kind = ex.input.read_optional(), (ex.input.read_argument() or "").strip().rstrip("*")
    old = ex.scopes.printed.get("caption@" + kind, "")
    kept = [f"{k}={{{v}}}" for k, v in parse_keys(old).items() if key and k != key.strip()]
    announce(ex, "caption@" + kind, ",".join(kept))


def label_format(ex: Expander, name: str) -> None:
    r"""Read \DeclareCaptionLabelFormat{name}{code}, where #1 is the float's name and #2 its number."""
    ex.input.read_star()
    defined, body = ex.input.read_argument(), ex.input.read_argument()
    if defined is not None and body is not None:
        announce(ex, "captionlabel@" + defined.strip(), body, everywhere=True)


def drop_declaration(ex: Expander, name: str) -> None:
    r"""Leave out what \DeclareCaptionFormat and its kin declare: it is about looks."""
    ex.input.read_star()
    ex.input.read_argument(), ex.input.read_argument()


def caption_style(ex: Expander, name: str) -> None:
    r"""Read \DeclareCaptionStyle{name}[keys of short captions]{keys}."""
    ex.input.read_star()
    defined = (ex.input.read_argument() or "").strip()
    ex.input.read_optional()
    ex.caption_styles[defined] = ex.input.read_argument() or ""


def ctex_set(ex: Expander, name: str) -> None:
    r"""Read ctex's \ctexset{figurename=…, tablename=…}."""
    keys = parse_keys(ex.input.read_argument() or "")
    for what in ("figurename", "tablename"):
        if what in keys:
            announce(ex, what, keys[what])
            if not ex.scopes.in_document:
                ex.begin_document.append(f"\\def\\{what}{{{keys[what]}}}")


LOOKS = ("DeclareCaptionFormat", "DeclareCaptionLabelSeparator", "DeclareCaptionTextFormat", "DeclareCaptionFont",
         "DeclareCaptionJustification")  # fmt: skip
DECLARATION_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("setlist", "setenumerate", "setitemize", "setdescription"), set_list),
    **dict.fromkeys(("newlist", "renewlist"), new_list),
    **dict.fromkeys(("setdefaultenum", "setdefaultitem"), default_labels),
    **dict.fromkeys(LOOKS, drop_declaration),
    "DeclareCaptionStyle": caption_style,
    "ctexset": ctex_set,
    "captionsetup": caption_setup,
    "clearcaptionsetup": clear_captions,
    "DeclareCaptionLabelFormat": label_format,
}
