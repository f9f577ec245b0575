r"""Lists as LaTeX and its packages mark them: enumerate, itemize, description and their kin in every form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from extractors.latex.source.options import parse_keys
from extractors.latex.text.numbering import styled

LEVELS = ("i", "ii", "iii", "iv")
FAMILIES = {
    "enumerate": ("enumerate", "compactenum", "inparaenum", "asparaenum", "inlinenum", "enumeratei", "easylist_"),
    "itemize": ("itemize", "compactitem", "inparaitem", "asparaitem"),
    "description": ("description", "compactdesc", "inparadesc", "asparadesc"),
    "blank": ("compactblank", "inparablank", "asparablank", "trivlist"),
    "list": ("list",),
}  # fmt: skip
FAMILY = {name: family for family, names in FAMILIES.items() for name in names}
# What \labelenumi and \labelitemi print in the standard classes, level by level.
ENUMERATED = ("\\theenumi.", "(\\theenumii)", "\\theenumiii.", "\\theenumiv.")
COUNTED = ("\\arabic", "\\alph", "\\roman", "\\Alph")
BULLETS = ("\\textbullet", "\\textendash", "\\textasteriskcentered", "\\textperiodcentered")
FRENCH_BULLETS = ("\\textemdash",) * 4
PREFIXES = ("", "\\theenumi", "\\theenumi(\\theenumii)", "\\theenumi(\\theenumii)\\theenumiii")
TEMPLATE = re.compile(r"\\[A-Za-z@]+|\\.|\{[^{}]*\}|([AaIi1])", re.S)
STYLES = {"A": "\\Alph", "a": "\\alph", "I": "\\Roman", "i": "\\roman", "1": "\\arabic"}
KEYED = re.compile(r"=|(?:^|,)\s*(?:resume\*?|no(?:item|par|top)?sep|wide|left|fullwidth|series)\s*(?:,|\Z)")
COUNTER = re.compile(
    r"\\(arabic|alph|Alph|roman|Roman|fnsymbol)(?:\*|\s*\{\s*(?:\\value\s*\{)?([A-Za-z]+)\s*\}?\s*\}"
    r"|\s*\\value\s*\{(\w+)\})"
)
THE = re.compile(r"\\theenum(iv|i{1,3})(?![A-Za-z])")
MAX_OPEN = 30


@dataclass
class OpenList:
    """A list under way: its family, its level among lists of its family, how it marks, and its count."""

    environment: str
    family: str
    level: int
    label: str
    ref: str | None = None
    count: int = 0
    items: int = 0
    join: str = ""
    last_join: str = ""
    length: int = 0


@dataclass
class Lists:
    """The lists that are open; `settings` says what the document declared that holds here."""

    settings: Mapping[str, str] = field(default_factory=dict)
    open: list[OpenList] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)

    def family(self, environment: str) -> str | None:
        """Return what kind of list an environment is, None where it is none."""
        environment = self.settings.get("newlist@" + environment, environment)
        return FAMILY.get(environment.rstrip("*"))

    def begin(self, environment: str, option: str | None, *, label: str = "", length: int = 0) -> None:
        """Open a list; `label` is the first argument of a `list`, `length` how many items will come."""
        family = self.family(environment) or "blank"
        level = min(sum(one.family == family for one in self.open), len(LEVELS) - 1)
        made = OpenList(environment, family, level, self.standard(family, level), length=length)
        if family == "list":
            made.label = label
        template = self.settings.get(f"{'item' if family == 'itemize' else 'enum'}@{level + 1}")
        if environment.rstrip("*") in FAMILY and template and family in {"enumerate", "itemize"}:
            set_template(made, template)
        for keys in self.declared(environment, family, level):
            self.set_keys(made, keys)
        if option is not None and (KEYED.search(option) or family == "description"):
            self.set_keys(made, option)
        elif option and option.strip():
            set_template(made, option)
        if len(self.open) < MAX_OPEN:
            self.open.append(made)

    def standard(self, family: str, level: int) -> str:
        """Return the label that the class or the document gives lists of a family and level."""
        if family == "enumerate":
            return self.settings.get("labelenum" + LEVELS[level], ENUMERATED[level])
        if family == "itemize":
            french = self.settings.get("language", "").startswith("fr")
            bullets = FRENCH_BULLETS if french else BULLETS
            return self.settings.get("labelitem" + LEVELS[level], bullets[level])
        return ""

    def declared(self, environment: str, family: str, level: int) -> list[str]:
        r"""Return the keys that \setlist gave this list, the most general first."""
        base = self.settings.get("newlist@" + environment, environment)
        names = list(dict.fromkeys(["", family + "*" if base.endswith("*") else family, environment]))
        keys = [f"list@{name}@{at}" for name in names for at in ("", str(level + 1))]
        return [self.settings[k] for k in keys if k in self.settings]

    def set_keys(self, made: OpenList, option: str) -> None:
        """Take over enumitem's keys."""
        keys = parse_keys(option)
        short = option.split(",")[0]
        if "=" not in short and made.family != "description" and not KEYED.search(short) and short.strip():
            set_template(made, short)  # enumitem's short labels stand first
        if "label" in keys:
            made.label = made.ref = keys["label"]
        if "label*" in keys:
            made.label = made.ref = "".join(self.above(made)) + keys["label*"]
        made.ref = keys.get("ref", made.ref)
        if re.fullmatch(r"\s*\d{1,6}\s*", keys.get("start", "")):
            made.count = int(keys["start"]) - 1
        if "resume" in keys or "resume*" in keys:
            made.count = self.ended.get(made.environment, 0)
        made.join = keys.get("itemjoin", made.join)
        made.last_join = keys.get("itemjoin*", made.last_join)

    def above(self, made: OpenList) -> list[str]:
        """Return the mark of the item in which a list stands, for enumitem's label*."""
        outer = [one for one in self.open if one.family == made.family]
        return [self.filled(outer[-1].label, outer[-1])] if outer else []

    def end(self, environment: str) -> None:
        """Close the innermost list of this name and those left open within."""
        for depth in range(1, len(self.open) + 1):
            if self.open[-depth].environment == environment:
                self.ended[environment] = self.open[-depth].count
                del self.open[-depth:]
                return

    def item(self, own: str | None) -> str:
        r"""Return as TeX what an \item prints ahead of its text; `own` is the label that it brings itself."""
        if not self.open:
            return own or ""
        one = self.open[-1]
        one.items += 1
        joined = ""
        if one.items > 1:
            joined = one.last_join if one.last_join and one.items == one.length else one.join
        if own is not None:
            form = self.settings.get("descriptionlabel") if one.family == "description" else None
            return joined + ("{" + form.replace("#1", own) + "}" if form else own)
        one.count += 1
        return joined + self.filled(one.label, one)

    def set_count(self, counter: str, number: int, *, added: bool = False) -> None:
        r"""Set the count of the open list whose counter is named, such as enumi."""
        numbered = [one for one in self.open if one.family == "enumerate"]
        for one, level in zip(numbered, LEVELS, strict=False):
            if counter == "enum" + level:
                one.count = number + (one.count if added else 0)

    def number(self) -> str:
        r"""Return as TeX what a \ref to the item under way prints."""
        one = self.open[-1]
        if one.ref is not None:
            return self.filled(one.ref, one)
        return self.filled(PREFIXES[one.level] + f"\\theenum{LEVELS[one.level]}", one)

    def filled(self, label: str, one: OpenList) -> str:
        """Return a label with its counters as they stand."""
        for _ in range(4):
            changed = THE.sub(lambda m: self.printed(m[1]), label)
            if changed == label:
                break
            label = changed
        return COUNTER.sub(lambda m: self.counted(m[1], m[2] or m[3], one), label)

    def printed(self, level: str) -> str:
        r"""Return how \theenumi and its kin print the counter of a level."""
        numbered = [one for one in self.open if one.family == "enumerate"]
        index = LEVELS.index(level)
        if index < len(numbered) - 1 and numbered[index].ref:
            return numbered[index].ref or ""
        form = self.settings.get("theenum" + level)
        return form or f"{COUNTED[LEVELS.index(level)]}{{enum{level}}}"

    def counted(self, style: str, counter: str | None, one: OpenList) -> str:
        """Return what a counter prints: another list's where it names that, nothing where it is no list's."""
        found = re.fullmatch(r"enum(iv|i{1,3})", counter or "")
        if found:
            outer = [x for x in self.open if x.family == "enumerate"]
            outer.extend([one] if one not in outer else [])
            level = LEVELS.index(found[1])
            return styled(outer[level].count if level < len(outer) else one.count, style)
        own = counter is None or one.family == "list" or counter.startswith(one.environment.rstrip("*"))
        return styled(one.count, style) if own else ""


def set_template(made: OpenList, template: str) -> None:
    """Take over a label as the enumerate and paralist packages write it: (a), where a counts."""
    if made.family != "enumerate":
        made.label = template
        return
    found = ""

    def counted(match: re.Match[str]) -> str:
        nonlocal found
        if match[1] is None:
            return match[0]
        found = f"{STYLES[match[1]]}{{enum{LEVELS[made.level]}}}"
        return found

    made.label = TEMPLATE.sub(counted, template)
    if found:
        made.ref = PREFIXES[made.level] + found


def list_length(text: str, pos: int) -> int:
    r"""Return how many items the list has whose \begin ends at a position."""
    count, depth = 0, 0
    for match in re.compile(r"\\(item|begin|end)(?![A-Za-z])\s*(?:\{([A-Za-z]+)\*?\})?").finditer(text, pos):
        if match[1] == "item":
            count += depth == 0
        elif match[2] in FAMILY:
            depth += 1 if match[1] == "begin" else -1
            if depth < 0:
                break
    return count
