r"""Acronyms and glossary entries: \gls, \ac and their kin print what the paper defines for their key."""

from extractors.latex.expansion.expander import Expander, Handler
from extractors.latex.source.options import parse_keys

MAX_TERMS = 5000


def new_acronym(ex: Expander, name: str) -> None:
    r"""Read \newacronym[options]{key}{short}{long} or \newabbreviation."""
    ex.input.read_optional()
    key, short, long = ex.input.read_argument(), ex.input.read_argument(), ex.input.read_argument()
    if key is not None and short is not None:
        keep(ex, key, short, long or short)


def acronym_definition(ex: Expander, name: str) -> None:
    r"""Read the acronym package's \acro{key}[short]{long}, \acrodef or \newacro."""
    ex.input.read_star()
    key = ex.input.read_argument()
    short = ex.input.read_optional()
    long = ex.input.read_argument()
    if key is not None and long is not None:
        keep(ex, key, key if short is None else short, long)


def keyed_definition(ex: Expander, name: str) -> None:
    r"""Read acro's \DeclareAcronym{key}{short=…, long=…} or glossaries' \newglossaryentry{key}{name=…}."""
    key = ex.input.read_argument()
    given = parse_keys(ex.input.read_argument() or "")
    short = given.get("short") or given.get("text") or given.get("name")
    if key is not None and short:
        keep(ex, key, short, given.get("long") or given.get("first") or short)


def keep(ex: Expander, key: str, short: str, long: str) -> None:
    """Remember a term."""
    if len(ex.terms) < MAX_TERMS:
        ex.terms[key.strip()] = (short.strip(), long.strip())


def use(ex: Expander, name: str) -> None:
    """Read a use of a term: its short form, which prints everywhere but at the first use, or as named."""
    ex.input.read_star()
    ex.input.read_optional()
    key = (ex.input.read_argument() or "").strip()
    short, long = ex.terms.get(key, (key, key))
    plural = "s" if name.endswith(("pl", "p", "plural")) else ""
    lower = name.lower()
    if any(mark in lower for mark in ("long", "acl", "desc")):
        text = long + plural
    elif "full" in lower or (lower == "glsfirst" and short != long) or lower.startswith("acf"):
        text = f"{long}{plural} ({short}{plural})"
    else:
        text = short + plural
    if name[0].isupper():
        text = text[:1].upper() + text[1:]
    # Braces keep the term apart from letters that follow; blanks behind the group are real ones.
    ex.input.push("{" + text + "}")


USES = (
    "glsfirst", "Glsfirst",
    "gls", "Gls", "GLS", "glspl", "Glspl", "glsxtrshort", "glsxtrlong", "glsxtrfull", "glsentryshort",
    "glsentrylong", "glsentryname", "glsentrytext", "glsentryplural", "glsname", "glstext", "glsdesc",
    "acrshort", "acrlong", "acrfull", "acrshortpl", "acrlongpl", "acrfullpl", "Acrshort", "Acrlong", "Acrfull",
    "ac", "Ac", "acp", "Acp", "acs", "acsp", "acl", "Acl", "aclp", "acf", "Acf", "acfp", "acfi", "acfull",
    "acshort", "aclong", "iac", "Iac",
)  # fmt: skip

TERM_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(USES, use),
    **dict.fromkeys(("newacronym", "newabbreviation"), new_acronym),
    **dict.fromkeys(("acro", "acrodef", "newacro"), acronym_definition),
    **dict.fromkeys(("DeclareAcronym", "newglossaryentry"), keyed_definition),
}
