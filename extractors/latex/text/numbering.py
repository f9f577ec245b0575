"""LaTeX's counters and how each class prints them."""

import re
from dataclasses import dataclass, field

from extractors.latex.source.words import words

MAX_FORMAT_DEPTH = 12
KEPT_SPACE = "\uf10e"  # a blank that no control word before it swallows
FORMAT = re.compile(
    r"\\@?(arabic|roman|Roman|alphalph|AlphAlph|alph|Alph|fnsymbol|number|two@digits)\s*(?:\{\s*(?:\\value\s*\{|\\c@)?\s*(\w+)\s*\}?\s*\}"
    r"|\\value\s*\{(\w+)\}|\\c@([A-Za-z]+)\s*)"
    r"|\\the([A-Za-z]+)\s*|\\(?:csname\s+the(\w+)\\endcsname)|\\scimmir(chapter)"
)
THE = re.compile(r"\\the([A-Za-z]+)[ \t]*")
COUNTED = re.compile(r"\\(arabic|roman|Roman|alph|Alph|fnsymbol)\s*\{\s*(\w+)\s*\}")
CHAPTER_CLASSES = words(
    """book report scrbook scrreprt memoir extbook extreport amsbook thesis svmono ucthesis mitthesis
    phdthesis classicthesis tufte-book ctexbook ctexrep cas-book hitec-book elsbook krantz"""
)
UNPREFIXED_CLASSES = frozenset({"amsbook"})  # figures begin anew with each chapter and print a number alone
UNCHAPTERED_CLASSES = frozenset({"tufte-book"})  # figures are counted through the whole book
# Classes whose appendices letter their floats: the sign after the letter, and how often these begin anew.
LETTERED_APPENDICES = (
    ("mnras", "", "section"), ("mn2e", "", "section"), ("apa6", "", "section"), ("apa7", "", "section"),
    ("agujournal", "", "section"), ("agutex", "", "section"), ("aa", ".", "section"),
    ("copernicus", "", "section"), ("sn-jnl", "", "once"), ("elsarticle", ".", "never"),
)  # fmt: skip
SECTIONS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")


def roman(number: int) -> str:
    """Return a number in lower-case Roman numerals; nothing below 1."""
    pairs = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
             (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
    out = ""
    number = min(number, 4999)
    for value, letters in pairs:
        while number >= value:
            out += letters
            number -= value
    return out


def letter(number: int) -> str:
    """Return a, b, … z; past z the number itself."""
    return chr(96 + number) if 1 <= number <= 26 else str(number) if number else ""


def letters(number: int) -> str:
    """Return a … z, aa, ab, … as the alphalph package counts."""
    out = ""
    while number > 0:
        number, digit = divmod(number - 1, 26)
        out = chr(97 + digit) + out
    return out


def styled(number: int, style: str) -> str:
    r"""Return a counter's value in the style that \arabic and its kin name."""
    if style == "roman":
        return roman(number)
    if style == "Roman":
        return roman(number).upper()
    if style == "alph":
        return letter(number)
    if style == "Alph":
        return letter(number).upper()
    if style in {"alphalph", "AlphAlph"}:
        return letters(number) if style == "alphalph" else letters(number).upper()
    if style == "fnsymbol":
        return "*†‡§¶‖"[number - 1] if 1 <= number <= 6 else str(number)
    return str(number)


def plain_number(text: str) -> str:
    """Return a number's TeX, its counters filled in, without the commands for its looks."""
    text = re.sub(r"\\ |~", KEPT_SPACE, text)
    text = re.sub(r"\\(?:[A-Za-z@]+\*?\s*|[,;:!])", "", text)
    return " ".join(re.sub(r"[{}\\$]", "", text).replace(KEPT_SPACE, " ").split())


@dataclass
class Counters:
    """All counters of a document, what each resets, and the formats in which they are printed."""

    values: dict[str, int] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)

    def create(self, name: str, *, within: str | None = None) -> None:
        """Add a counter, reset by another one and printed with it where `within` is given."""
        self.values.setdefault(name, 0)
        if within:
            self.number_within(name, within)

    def number_within(self, name: str, within: str, *, form: str | None = None) -> None:
        r"""Reset and print a counter within another one, as amsmath's \numberwithin does."""
        self.reset_with(name, within)
        self.formats[name] = form or f"\\the{within}.\\arabic{{{name}}}"

    def reset_with(self, name: str, outer: str) -> None:
        """Reset a counter whenever an outer one steps."""
        children = self.children.setdefault(outer, [])
        if name not in children and len(children) < 500:
            children.append(name)

    def step(self, name: str) -> None:
        """Add 1 and reset the counters within."""
        self.values[name] = self.values.get(name, 0) + 1
        todo = list(self.children.get(name, ()))
        seen = {name}
        while todo:
            child = todo.pop()
            if child not in seen:
                seen.add(child)
                self.values[child] = 0
                todo.extend(self.children.get(child, ()))

    def printed(self, name: str) -> str:
        r"""Return what \the<name> prints."""
        text = self.formats.get(name, f"\\arabic{{{name}}}")
        for _ in range(MAX_FORMAT_DEPTH):
            if "\\" not in text or len(text) > 500:
                break
            changed = FORMAT.sub(self._part, text)
            if changed == text:
                break
            text = changed
        return plain_number(text)

    def filled(self, tex: str) -> str:
        r"""Return TeX with the counters that it prints as they stand, such as \thefigure; lists' are left alone."""
        if "\\the" not in tex and not COUNTED.search(tex):
            return tex
        tex = THE.sub(lambda m: self.printed(m[1]) if self.knows(m[1]) else m[0], tex)
        return COUNTED.sub(lambda m: styled(self.values[m[2]], m[1]) if self.knows(m[2]) else m[0], tex)

    def knows(self, name: str) -> bool:
        """Return whether a counter is the document's, and no list's."""
        return name in self.values and not name.startswith("enum")

    def following(self, name: str) -> str:
        """Return what the counter would print next."""
        self.values[name] = self.values.get(name, 0) + 1
        text = self.printed(name)
        self.values[name] -= 1
        return text

    def _part(self, match: re.Match[str]) -> str:
        counter = match[2] or match[3] or match[4]
        if counter:
            return styled(self.values.get(counter, 0), match[1])
        if match[7]:  # the standard classes print nothing for a chapter that does not count
            return "\\thechapter." if self.values.get("chapter", 0) > 0 else ""
        name = match[5] or match[6]
        return self.formats.get(name, f"\\arabic{{{name}}}")


@dataclass
class Style:
    """What the document class and packages decide: counters and names."""

    counters: Counters
    figure: str = "Figure"
    table: str = "Table"
    document_class: str = ""
    options: tuple[str, ...] = ()
    packages: dict[str, str] = field(default_factory=dict)

    @property
    def keeps_labels(self) -> bool:
        """Whether the class writes the labels of a float behind its caption, wherever they stand."""
        return self.document_class.lower().startswith("agutex")

    @property
    def caption_ends_row(self) -> bool:
        """Whether the class sets a table as rows, the first of which ends, and with it the number, at its caption."""
        return self.document_class == "statsoc"

    def appendix(self, command: str) -> None:
        r"""Switch to the appendix's numbering, as \appendix or an environment of this name asks."""
        counters = self.counters
        top = "chapter" if "chapter" in counters.formats else "section"
        counters.values[top] = 0
        counters.formats[top] = f"\\Alph{{{top}}}"
        if top == "chapter":
            counters.values["section"] = 0
        name = self.document_class
        if (name == "sn-jnl" and command != "appendices") or (
            name == "copernicus" and "manuscript" in self.options
        ):
            return
        for start, sign, anew in LETTERED_APPENDICES:
            if name == start or (len(start) > 2 and name.startswith(start)):
                self.letter_floats(sign, anew=anew)
                break
        if name.startswith("elsarticle"):
            counters.formats["section"] = "Appendix \\Alph{section}"

    def letter_floats(self, sign: str, *, anew: str) -> None:
        """Number floats and formulae by the appendix's letter, from 1 in each section, once, or never."""
        for name in ("figure", "table", "equation"):
            form = f"\\Alph{{section}}{sign}\\arabic{{{name}}}"
            self.counters.formats[name] = form
            if anew != "never" or name == "equation":
                self.counters.values[name] = 0
            if anew == "section" or name == "equation":
                self.counters.number_within(name, "section", form=form)


def class_style(name: str, options: tuple[str, ...], *, chapters: bool) -> Style:
    """Return the numbering and names of a document class."""
    counters = Counters()
    chapters = chapters or name in CHAPTER_CLASSES
    previous = ""
    for section in SECTIONS[1 if chapters else 2 :]:
        counters.create(section)
        if previous:
            counters.number_within(section, previous)
        else:
            counters.formats[section] = f"\\arabic{{{section}}}"
        previous = section
    for plain in ("figure", "table", "equation"):
        counters.create(plain)
        if chapters and name not in UNCHAPTERED_CLASSES:
            within = "" if name in UNPREFIXED_CLASSES else "\\scimmirchapter"
            counters.number_within(plain, "chapter", form=f"{within}\\arabic{{{plain}}}")
    for sub, parent in (("subfigure", "figure"), ("subtable", "table")):
        counters.number_within(sub, parent, form=f"\\alph{{{sub}}}")
    style = Style(counters, document_class=name, options=options)
    _names(style, name.lower())
    return style


def _names(style: Style, name: str) -> None:
    formats = style.counters.formats
    if style.document_class.startswith("ieeeconf") or name.startswith(
        ("ieeetran", "ieeecolor", "ieeeaccess", "ieeetj", "new-aiaa-no")
    ):
        style.figure, style.table = "Fig.", "TABLE"
        if "compsoc" in style.options:  # the Computer Society counts in Arabic numerals
            return
        if name != "ieeeaccess" or "jtehm" in style.options:
            formats["table"] = "\\Roman{table}"
        formats["section"] = "\\Roman{section}"
        formats["subsection"] = "\\Roman{section}-\\Alph{subsection}"
        formats["subsubsection"] = "\\Roman{section}-\\Alph{subsection}\\arabic{subsubsection}"
    elif name == "siamltex":
        for counter, option in (("figure", "onefignum"), ("table", "onetabnum"), ("equation", "oneeqnum")):
            if option not in style.options:
                style.counters.number_within(counter, "section")
    elif name.startswith("revtex"):
        style.figure, style.table = "FIG.", "TABLE"
        formats["table"] = "\\Roman{table}"
        formats["section"] = "\\Roman{section}"
        formats["subsection"] = "\\Roman{section}\\Alph{subsection}"
        formats["subsubsection"] = "\\Roman{section}\\Alph{subsection}\\arabic{subsubsection}"
    elif name.startswith(
        ("svjour", "llncs", "sn-jnl", "svmult", "aa", "bioinfo", "svproc", "cimento", "epl")
    ):
        style.figure = "Figure" if name.startswith("aastex") else "Fig."
    elif name.startswith("copernicus") or name == "wlpeerj":
        style.figure = "Figure"
    if style.options and "review" in style.options and name == "acmart":
        style.figure = "Fig."
