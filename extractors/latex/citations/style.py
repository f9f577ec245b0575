r"""In what style a paper cites: numbers or names, brackets, separators; natbib's and biblatex's options."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class CitationStyle:
    r"""How citations look.

    `mode` is `numeric`, `authoryear` or `alphabetic`, or empty where only the labels of the entries tell;
    `system` the package that prints: latex, cite, natbib, biblatex, apacite, harvard, chicago or named.
    """

    system: str = "latex"
    mode: str = ""
    opening: str = "["
    closing: str = "]"
    separator: str = ","
    before_year: str = ","
    between_years: str = ","
    before_note: str = ", "
    raised: bool = False
    moves: bool = False  # points go before what is raised
    apart: bool = False  # IEEE's: each number in brackets of its own
    sorts: bool = False
    compresses: bool = False
    merges: bool = True  # years of the same names come together
    cite: str = ""  # what \cite does where that is not its package's rule: paren, text
    short: str = ""  # the same for \shortcite
    auto: str = "paren"  # biblatex's \autocite
    bibstyle: bool = True  # the bibliography's style may still set the punctuation
    conjunction: str = "and"
    ampersand: bool = False  # APA's: & in parentheses, and in the text
    serial: bool = False  # a comma before the last of three names
    max_names: int = 2
    min_names: int = 1
    prefixes: bool = False
    list_style: str = ""  # the style of the bibliography, by which it is ordered and labelled
    sorting: str = ""  # biblatex's

    def shown_names(self, count: int) -> int:
        """Return how many of so many names a citation shows."""
        return count if count <= self.max_names else min(self.min_names, count)


NATBIB = CitationStyle("natbib", "authoryear", "(", ")", ";")
BRACKETS = {"round": ("(", ")"), "square": ("[", "]"), "curly": ("{", "}"), "angle": ("<", ">")}
# The punctuation that natbib knows for bibliography styles, as \bibpunct takes it.
BIBPUNCT = {
    "chicago": ("(", ")", ";", "a", ",", ","), "named": ("[", "]", ";", "a", ",", ","),
    "agu": ("[", "]", ";", "a", ",", ","), "copernicus": ("(", ")", ";", "a", ",", ","),
    "egu": ("(", ")", ";", "a", ",", ","), "egs": ("(", ")", ";", "a", ",", ","),
    "agsm": ("(", ")", ",", "a", "", ","), "kluwer": ("(", ")", ",", "a", "", ","),
    "dcu": ("(", ")", ";", "a", ";", ","), "aa": ("(", ")", ";", "a", "", ","),
    "pass": ("(", ")", ";", "a", ",", ","), "anngeo": ("(", ")", ";", "a", ",", ","),
    "nlinproc": ("(", ")", ";", "a", ",", ","), "cospar": ("/", "/", ",", "n", "", ""),
    "esa": ("(Ref. ", ")", ",", "n", "", ""), "nature": ("", "", ",", "s", "", ","),
    "plain": ("[", "]", ",", "n", "", ","), "alpha": ("[", "]", ",", "n", "", ","),
    "abbrv": ("[", "]", ",", "n", "", ","), "unsrt": ("[", "]", ",", "n", "", ","),
    "plainnat": ("[", "]", ",", "a", ",", ","), "abbrvnat": ("[", "]", ",", "a", ",", ","),
    "unsrtnat": ("[", "]", ",", "a", ",", ","), "aas": ("(", ")", ";", "a", "", ","),
}  # fmt: skip
ACM = {
    "acmauthoryear": "authoryear,open=[,close=],citesep=;,aysep=,yysep=\\,,notesep=\\, ",
    "acmnumeric": "numbers,sort&compress,open=[,close=],citesep=\\,,notesep=\\, ",
}
MARKS = {
    "open": "opening", "close": "closing", "citesep": "separator", "aysep": "before_year",
    "yysep": "between_years", "notesep": "before_note",
}  # fmt: skip
# Those that `extractors.latex.citations.journals` adds to natbib's.
OWN_SETTINGS = frozenset(
    {"cite", "short", "list_style", "conjunction", "system", "moves", "apart", "ampersand"}
)
SETTING = re.compile(r"\s*([\w&]+)\s*(?:=\s*(\{(?:[^{}]|\{[^{}]*\})*\}|(?:\\.|[^,])*))?\s*(?:,|\Z)")


def natbib_options(style: CitationStyle, options: Iterable[str]) -> CitationStyle:
    r"""Return the style with the options that \usepackage or a class hands to natbib."""
    for option in options:
        option = option.strip()
        if option in BRACKETS:
            style = replace(style, opening=BRACKETS[option][0], closing=BRACKETS[option][1], bibstyle=False)
        elif option == "numbers":
            style = replace(style, mode="numeric", opening="[", closing="]", separator=",", bibstyle=False)
        elif option == "super":
            style = replace(style, mode="numeric", raised=True, opening="", closing="", bibstyle=False)
        elif option == "authoryear":
            style = replace(style, mode="authoryear", raised=False, opening="(", closing=")", separator=";")
        elif option in {"comma", "semicolon", "colon"}:
            style = replace(style, separator="," if option == "comma" else ";", bibstyle=False)
        elif option in {"sort", "compress", "sort&compress"}:
            style = replace(
                style, sorts=style.sorts or "sort" in option, compresses=style.compresses or "comp" in option
            )
    return style


def set_style(style: CitationStyle, settings: str) -> CitationStyle:
    r"""Return the style with what \setcitestyle{settings} changes."""
    changes: dict[str, str | bool] = {"bibstyle": False}
    if style.system == "latex":
        changes["system"] = "natbib"
    for match in SETTING.finditer(settings[:2_000]):
        name, value = match[1], text_of(match[2] or "")
        if name in BRACKETS:
            changes["opening"], changes["closing"] = BRACKETS[name]
        elif name in {"numbers", "super", "authoryear"}:
            changes["mode"] = "authoryear" if name == "authoryear" else "numeric"
            changes["raised"] = name == "super"
        elif name in {"comma", "semicolon", "colon"}:
            changes["separator"] = "," if name == "comma" else ";"
        elif name in MARKS:
            changes[MARKS[name]] = value if name == "notesep" else value.strip()
        elif name in {"sort", "compress", "sort&compress"}:
            changes |= dict.fromkeys(
                name.replace("sort", "sorts").replace("compress", "compresses").split("&"), True
            )
        elif name in OWN_SETTINGS:
            changes[name] = value or True
    return replace(style, **changes)  # type: ignore[arg-type]


def text_of(value: str) -> str:
    """Return the text of a setting's value: without its braces, a tie as a space."""
    value = value.strip() if value.strip().startswith("{") else value
    if value.startswith("{"):
        value = value[1:-1]
    value = re.sub(r"\\(?:textsuperscript|bibcomma|hspace|penalty)\s*(?:\{([^{}]*)\})?", r"\1", value)
    return re.sub(r"\\([,;])", r"\1", value).replace("~", " ").replace("{}", "")


def punctuate(style: CitationStyle, marks: tuple[str, ...], note: str = ", ") -> CitationStyle:
    r"""Return the style with what \bibpunct[note]{…}{…}{…}{…}{…}{…} sets."""
    opening, closing, separator, kind, before_year, between_years = (text_of(m) for m in marks)
    return replace(
        style, system="natbib", opening=opening, closing=closing, separator=separator.strip(),
        mode="numeric" if kind.strip() in {"n", "s"} else "authoryear", raised=kind.strip() == "s",
        before_year=before_year.strip(), between_years=between_years.strip(), before_note=text_of(note),
        bibstyle=False,
    )  # fmt: skip


def biblatex_style(options: str, executed: str = "") -> CitationStyle:
    r"""Return the style of biblatex with the options of \usepackage and \ExecuteBibliographyOptions."""
    values = {
        m[1]: text_of(m[2] or "true").strip() for m in SETTING.finditer(f"{options},{executed}"[:4_000])
    }
    name = values.get("citestyle", values.get("style", "numeric")).lower()
    mode = biblatex_mode(name)
    style = CitationStyle(
        "biblatex", mode, list_style=values.get("style", name), max_names=3, serial=True,
        separator="," if mode == "numeric" else ";", before_year="", prefixes=values.get("useprefix") == "true",
        merges="comp" in name or name == "apa", compresses="comp" in name, sorts=values.get("sortcites") == "true",
    )  # fmt: skip
    if mode == "authoryear":
        style = replace(style, opening="(", closing=")")
    sorting = values.get("sorting", "none" if name in CITED_ORDER else "nyt" if mode != "numeric" else "nty")
    style = replace(style, sorting="anyt" if mode == "alphabetic" and sorting == "nyt" else sorting)
    if name.startswith("apa"):
        style = replace(style, before_year=",", ampersand=True, max_names=2, prefixes=True)
    if name == "ieee":
        style = replace(style, apart=True)
    auto = values.get("autocite", "superscript" if name in RAISED_AUTO else "")
    footnotes = name.startswith(("verbose", "authortitle", "footnote")) and "auto" not in values
    auto = (
        "super"
        if auto == "superscript"
        else "foot"
        if auto == "footnote" or (footnotes and not auto)
        else "paren"
    )
    style = replace(style, auto=auto)
    names = values.get("maxcitenames", values.get("maxnames", ""))
    least = values.get("mincitenames", values.get("minnames", ""))
    if names.isdigit():
        style = replace(style, max_names=int(names[:4]))
    return replace(style, min_names=int(least[:4])) if least.isdigit() and int(least[:4]) else style


CITED_ORDER = frozenset(
    {
        "ieee",
        "nature",
        "science",
        "phys",
        "chem-acs",
        "chem-angew",
        "chem-rsc",
        "chem-biochem",
        "vancouver",
        "ieee-alphabetic",
    }
)
RAISED_AUTO = frozenset({"nature", "chem-acs", "chem-angew", "chem-rsc"})


def biblatex_mode(name: str) -> str:
    """Return what a citation style of biblatex prints."""
    if "alphabetic" in name or name == "trad-alpha":
        return "alphabetic"
    if re.search(
        r"authoryear|apa|chicago|authordate|authortitle|verbose|mla|bath|harvard|-ay\b|oxyear|geschichts|footnote",
        name,
    ):
        return "authoryear"
    return "numeric"
