r"""In what style a paper cites, by its class, its packages, the style of its list and its own settings."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import replace

from extractors.latex.citations.journals import class_settings, package_settings
from extractors.latex.citations.style import (
    ACM,
    BIBPUNCT,
    NATBIB,
    CitationStyle,
    biblatex_style,
    natbib_options,
    punctuate,
    set_style,
)
from extractors.latex.source.project import Project
from extractors.latex.source.scanner import Scanner
from extractors.latex.walk.state import Walk

LIST_STYLE = re.compile(r"\\bibliographystyle\s*\{([^{}]*)\}")
STYLING = re.compile(
    r"\\(bibpunct|setcitestyle|citestyle|biboptions|citationstyle|harvardparenthesis|PassOptionsToPackage)(?![A-Za-z])"
)
EXECUTED = re.compile(r"\\ExecuteBibliographyOptions\s*(?:\[[^\]]*\])?\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
REDEFINED = re.compile(
    r"\\(?:let\s*\\cite\s*=?\s*\\|(?:re)?newcommand\*?\s*\{?\s*\\cite\s*\}?\s*(?:\[\d\]\s*)?\{\s*\\)"
    r"(citep|citet|citealp|citealt|parencite|autocite|textcite|supercite)(?![A-Za-z])"
)
LOADED = re.compile(
    r"\\(?:RequirePackage(?:WithOptions)?|usepackage)\s*(?:\[([^\]]*)\])?\s*\{([^{}]*)\}"
    r"|\\PassOptionsToPackage\s*\{([^{}]*)\}\s*\{(natbib|cite)\}"
)
COMMENTS = re.compile(r"(?<!\\)%[^\n]*")
OWN_COMMANDS = (
    (re.compile(r"\\[cC]ite[tp](?![A-Za-z])"), "natbib"),
    (re.compile(r"\\(?:[tT]ext|[pP]aren|[aA]uto)cite(?![A-Za-z])"), "biblatex"),
)
MAX_STYLE_CHARS = 400_000


def citation_style(project: Project, text: str, walk: Walk) -> CitationStyle:
    """Return the style that class, packages, the list's style and the paper's own settings make."""
    style = CitationStyle()
    name = walk.style.document_class
    settings = class_settings(name, walk.style.options)
    if settings is not None:
        style = set_style(style, settings) if settings else style
    else:
        style = shipped_style(project, style, name, (".cls",))
    executed = ",".join(m[1] for m in EXECUTED.finditer(text))
    for package, options in list(walk.style.packages.items()):
        style = with_package(project, style, package, options, executed)
    if style.system == "latex":
        used = next((system for pattern, system in OWN_COMMANDS if pattern.search(text)), "")
        style = NATBIB if used == "natbib" else biblatex_style("") if used else style
    named = LIST_STYLE.findall(text)
    style = style if style.list_style or named else with_list_style(project, style, name)
    if named:
        style = replace(style, list_style=named[-1].strip().lower())
    if style.system == "natbib" and style.bibstyle and posixpath.basename(style.list_style) in BIBPUNCT:
        style = punctuate(style, BIBPUNCT[posixpath.basename(style.list_style)])
    style = own_settings(style, text)
    redefined = REDEFINED.search(COMMENTS.sub("", project.text(project.main))) if project.main else None
    return with_cite(style, redefined)


def with_list_style(project: Project, style: CitationStyle, name: str) -> CitationStyle:
    """Return the style with the list's style that the class in the archive sets."""
    path = project.find(name, folders=(project.main_dir, ""), suffixes=(".cls",)) if name else None
    if path is None or len(project.files.get(path, b"")) > MAX_STYLE_CHARS:
        return style
    named = [
        n for n in LIST_STYLE.findall(COMMENTS.sub("", project.text(path))) if not re.search(r"[#\\\s]", n)
    ]
    return replace(style, list_style=named[-1].lower()) if named else style


def with_cite(style: CitationStyle, redefined: re.Match[str] | None) -> CitationStyle:
    r"""Return the style with \cite as a class or the paper defines it anew."""
    if redefined is None:
        return style
    kinds = {
        "citep": "paren",
        "parencite": "paren",
        "autocite": style.auto,
        "citealp": "bare",
        "citealt": "alt",
    }
    return replace(style, cite=kinds.get(redefined[1], "super" if redefined[1] == "supercite" else "text"))


def with_package(
    project: Project, style: CitationStyle, package: str, options: str, executed: str
) -> CitationStyle:
    """Return the style with what a package changes."""
    given = [o.strip() for o in options.split(",")]
    if package == "natbib":
        base = style if style.system == "natbib" else replace(NATBIB, moves=style.moves)
        return natbib_options(base, given)
    if package in {"cite", "overcite"}:
        raised = package == "overcite" or bool({"superscript", "super"} & set(given))
        style = replace(
            style, system="cite", sorts="nosort" not in given, compresses="nocompress" not in given
        )
        if raised:
            style = replace(
                style, mode="numeric", raised=True, opening="", closing="", moves="nomove" not in given
            )
        return style
    if package == "biblatex":
        return biblatex_style(options, executed)
    if package == "apacite":
        system = "natbib" if "natbibapa" in given else "apacite"
        return set_style(style, f"system={system},authoryear,round,semicolon,aysep={{,}},ampersand")
    if package == "harvard":
        return set_style(style, "system=harvard,authoryear,round,comma,aysep={}")
    if package in {"chicago", "chicagor"}:
        return set_style(style, "system=chicago,authoryear,round,semicolon,aysep={}")
    settings = package_settings(package)
    if settings is not None:
        return set_style(style, settings)
    return shipped_style(project, style, package, (".sty",))


def shipped_style(
    project: Project, style: CitationStyle, name: str, suffixes: tuple[str, ...]
) -> CitationStyle:
    """Return the style with what a class or package that the paper brings along says of citations."""
    path = project.find(name, folders=(project.main_dir, ""), suffixes=suffixes) if name else None
    if path is None or len(project.files.get(path, b"")) > MAX_STYLE_CHARS:
        return style
    text = project.text(path)
    if "cite" not in text and "natbib" not in text:
        return style
    text = COMMENTS.sub("", text)
    named = [n for n in LIST_STYLE.findall(text) if "#" not in n and "\\" not in n]
    style = replace(style, list_style=named[-1].strip().lower()) if named else style
    loads = {(options or passed, target or names) for options, names, passed, target in LOADED.findall(text)}
    natbib = {
        " ".join(options.split()) for options, names in loads if "natbib" in names and "\\" not in options
    }
    if natbib:
        base = style if style.system == "natbib" else NATBIB
        # Classes that load it in several ways choose by their options.
        common = set.intersection(*({o.strip() for o in options.split(",")} for options in natbib))
        style = natbib_options(base, sorted(common, key=lambda o: o in {"round", "square"}))
        style = own_settings(style, text)
    for options, names in loads:
        if names.strip() in {"cite", "overcite"}:
            style = with_package(project, style, names.strip(), options, "")
    return with_cite(style, REDEFINED.search(text))


def own_settings(style: CitationStyle, text: str) -> CitationStyle:
    r"""Return the style with each \bibpunct, \setcitestyle and \citestyle of a text, in their order."""
    for name, scan in _commands(text):
        if name == "bibpunct":
            note = scan.optional()
            marks = [scan.group() for _ in range(6)]
            if None not in marks and not any("#" in (m or "") for m in marks):
                style = punctuate(style, tuple(m or "" for m in marks), note if note is not None else ", ")
        elif name == "PassOptionsToPackage":
            options, package = scan.group() or "", scan.group() or ""
            style = natbib_options(style, options.split(",")) if package.strip() == "natbib" else style
        elif name == "biboptions":
            style = natbib_options(style, (scan.group() or "").split(","))
        else:
            wanted = (scan.group() or "").strip()
            if name == "setcitestyle" and "#" not in wanted:
                style = set_style(style, wanted)
            elif wanted in BIBPUNCT:
                style = punctuate(style, BIBPUNCT[wanted])
            elif wanted in ACM:
                style = set_style(style, ACM[wanted])
    return style


def _commands(text: str) -> Iterator[tuple[str, Scanner]]:
    for index, match in enumerate(STYLING.finditer(text)):
        if index >= 100:
            return
        yield match[1], Scanner(text, match.end())
