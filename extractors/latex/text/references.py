r"""What \ref, \autoref, \cref and their kin print."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from extractors.latex.source.scanner import Scanner
from extractors.latex.text.numbering import plain_number
from extractors.latex.text.symbols import symbol

TYPE_NAMES = {
    # type: (cleveref, plural, autoref)
    "figure": ("fig.", "figs.", "Figure"), "subfigure": ("fig.", "figs.", "Figure"),
    "table": ("table", "tables", "Table"), "subtable": ("table", "tables", "Table"),
    "equation": ("eq.", "eqs.", "Equation"), "section": ("section", "sections", "section"),
    "subsection": ("section", "sections", "subsection"),
    "subsubsection": ("section", "sections", "subsubsection"),
    "paragraph": ("section", "sections", "paragraph"), "chapter": ("chapter", "chapters", "chapter"),
    "part": ("part", "parts", "Part"), "appendix": ("appendix", "appendices", "Appendix"),
    "item": ("item", "items", "item"), "algorithm": ("algorithm", "algorithms", "Algorithm"),
    "listing": ("listing", "listings", "Listing"), "line": ("line", "lines", "line"),
}  # fmt: skip
FOREIGN_NAMES = {
    # (language, type): one, several; as hyperref's and cleveref's language files print them
    ("de", "figure"): ("Abbildung", "Abbildungen"), ("de", "table"): ("Tabelle", "Tabellen"),
    ("fr", "figure"): ("figure", "figures"), ("fr", "table"): ("tableau", "tableaux"),
    ("es", "figure"): ("figura", "figuras"), ("es", "table"): ("cuadro", "cuadros"),
    ("it", "figure"): ("figura", "figure"), ("it", "table"): ("tabella", "tabelle"),
    ("pt", "figure"): ("figura", "figuras"), ("pt", "table"): ("tabela", "tabelas"),
    ("nl", "figure"): ("figuur", "figuren"), ("nl", "table"): ("tabel", "tabellen"),
}  # fmt: skip
NAMED_SYMBOL = re.compile(r"\\([A-Za-z]+)[ \t]*")
LONG_NAMES = {"fig.": "figure", "figs.": "figures", "eq.": "equation", "eqs.": "equations"}


def referred(scan: Scanner, name: str) -> tuple[str, str]:
    """Return a reference's command and the keys that it names."""
    starred = scan.star() or scan.text[scan.pos - 1 : scan.pos] == "*"
    if name in {"hyperlinkref", "vref"}:
        scan.optional()
    keys = scan.argument()
    if name.lower().endswith("refrange"):
        keys += "," + scan.argument()
    return name + "*" if name == "subref" and starred else name, keys


@dataclass(frozen=True)
class Label:
    """What a label's number looks like and what it counts."""

    number: str
    kind: str = ""
    sub: str = ""


@dataclass
class References:
    """A document's labels and the way its packages print references."""

    labels: dict[str, Label] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    capital_names: dict[str, tuple[str, str]] = field(default_factory=dict)
    theorem_names: dict[str, str] = field(default_factory=dict)
    capitalise: bool = False
    no_abbreviation: bool = False
    sub_in_parentheses: bool = False  # subfig's \\subref prints (a), subcaption's a
    language: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, command: str, keys: str) -> str:
        """Return what a reference command prints; nothing for labels that do not exist."""
        found = [self.labels[k.strip()] for k in keys.split(",")[:50] if k.strip() in self.labels]
        if not found and keys.strip() in self.labels:
            found = [self.labels[keys.strip()]]
        if not found:
            return ""
        first = found[0]
        if command in {"subref", "subref*"}:
            letter = first.sub or first.number
            return f"({letter.strip('()')})" if self.sub_in_parentheses and command == "subref" else letter
        if command in {"eqref", "subeqref"}:
            return f"({first.number})"
        if command in {"pageref", "cpageref", "nameref"}:
            return ""
        if command in {"autoref", "Autoref"}:
            return self._autoref(first.kind, first.number).strip()
        if command.lower() in {
            "cref",
            "labelcref",
            "vref",
            "zcref",
            "crefrange",
            "vrefrange",
            "labelcrefrange",
            "fref",
            "namecref",
        }:
            return self._clever(command, found)
        return ", ".join(label.number for label in found)

    def at(self, settings: Mapping[str, str]) -> None:
        """Print references from here on as where these declarations of the document hold."""
        self.settings = settings

    def foreign(self, family: str) -> tuple[str, str] | None:
        """Return what a language other than English calls one or several floats."""
        language = self.settings.get("language", self.language or "").partition("-")[0]
        return FOREIGN_NAMES.get((language, family))

    def _autoref(self, kind: str, number: str) -> str:
        own = self.settings.get(kind + "autorefname", self.settings.get(_family(kind) + "autorefname"))
        if own is not None:
            name = plain_number(NAMED_SYMBOL.sub(lambda m: symbol(m[1]) or m[0], own))
            if "#1" in name:
                return name.replace("#1", number)
            return f"{name} {number}" if own.endswith(("~", " ")) else name + number
        foreign = self.foreign(_family(kind))
        if foreign is not None:
            return f"{foreign[0]} {number}"
        return f"{TYPE_NAMES.get(kind, (kind, kind, self.theorem_names.get(kind, '')))[2]} {number}"

    def _clever(self, command: str, found: list[Label]) -> str:
        if command in {"vref", "Vref", "fref", "Fref"} and not self.names and not self.capital_names:
            plain = found[0].number
            return f"{self._name(found[0].kind, 1, True)} {plain}" if command[0] in "VfF" else plain
        groups: list[list[Label]] = []
        for label in found:
            if groups and _family(groups[-1][0].kind) == _family(label.kind):
                groups[-1].append(label)
            else:
                groups.append([label])
        parts = []
        for group in groups:
            numbers = [f"({x.number})" if x.kind == "equation" else x.number for x in group]
            text = (
                f"{numbers[0]} to {numbers[-1]}" if command.lower().endswith("refrange") else _joined(numbers)
            )
            name = self._name(group[0].kind, len(group), command[0] == "C")
            parts.append(text if command.startswith("label") else f"{name} {text}".strip())
        return " and ".join(parts) if len(parts) < 3 else ", ".join(parts[:-1]) + ", and " + parts[-1]

    def _name(self, kind: str, count: int, capital: bool) -> str:
        family = _family(kind)
        own = (self.capital_names if capital else self.names).get(family)
        if own is None and family in (self.names if capital else self.capital_names):
            other = (self.names if capital else self.capital_names)[family]
            if capital:
                own = (other[0][:1].upper() + other[0][1:], other[1][:1].upper() + other[1][1:])
            else:
                own = (other[0].lower(), other[1].lower())
        if own is not None:
            return own[0] if count == 1 else own[1]
        foreign = self.foreign(family)
        if foreign is not None:
            return foreign[count > 1]
        theorem = self.theorem_names.get(kind, "").lower()
        singular, plural, _ = TYPE_NAMES.get(family, (theorem, theorem + "s" if theorem else "", ""))
        name = singular if count == 1 else plural
        if capital or self.no_abbreviation:
            name = LONG_NAMES.get(name, name)
        return name[:1].upper() + name[1:] if capital or self.capitalise else name


def _family(kind: str) -> str:
    return {"subfigure": "figure", "subtable": "table", "subsection": "section", "subsubsection": "section",
            "paragraph": "section"}.get(kind, kind)  # fmt: skip


def _joined(numbers: list[str]) -> str:
    numbers = list(dict.fromkeys(numbers))
    if len(numbers) > 2 and all(re.fullmatch(r"\(?\d+\)?", n) for n in numbers):
        values = sorted(int(n.strip("()")) for n in numbers)
        if values == list(range(values[0], values[0] + len(values))):
            wrap = numbers[0].startswith("(")
            return f"({values[0]}) to ({values[-1]})" if wrap else f"{values[0]} to {values[-1]}"
    if len(numbers) < 3:
        return " and ".join(numbers)
    return ", ".join(numbers[:-1]) + ", and " + numbers[-1]
