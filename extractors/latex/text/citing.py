r"""Citation commands: what kind of thing each prints, and how it takes its notes and keys.

natbib, biblatex, apacite, harvard, chicago, revtex, achemso and the ACL's styles name their commands apart; what
these print comes down to a dozen kinds. `Call` is one citation as written, `Printed` what came of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from extractors.latex.source.scanner import Scanner
from extractors.latex.source.words import words

MAX_PARTS = 100
BIBLATEX_KINDS = {
    "cite": "cite", "parencite": "paren", "autocite": "auto", "smartcite": "paren", "textcite": "text",
    "supercite": "super", "footcite": "foot", "footcitetext": "foot", "fullcite": "text", "footfullcite": "foot",
    "nptextcite": "text", "volcite": "paren", "pvolcite": "paren", "avolcite": "auto", "svolcite": "paren",
    "tvolcite": "text", "fvolcite": "foot",
}  # fmt: skip
KINDS = {
    **BIBLATEX_KINDS,
    **{name + "s": kind for name, kind in BIBLATEX_KINDS.items()},
    **dict.fromkeys(words("citet citeasnoun newcite citeonline inlinecite"), "text"),
    **dict.fromkeys(words("citeA shortciteA fullciteA citeN shortciteN"), "text"),
    **dict.fromkeys(words("citep citeaffixed autocite*"), "paren"),
    **dict.fromkeys(words("citealt"), "alt"),
    **dict.fromkeys(words("citealp citeNP shortciteNP fullciteNP citenp"), "bare"),
    **dict.fromkeys(words("citeauthor citefullauthor citeauthorNP citename citeauthoronline"), "authors"),
    **dict.fromkeys(words("citeANP shortciteANP"), "authors"),
    **dict.fromkeys(words("possessivecite citepos posscite"), "possessive"),
    **dict.fromkeys(words("citeyear citedate citeyearonline"), "year"),
    **dict.fromkeys(words("citeyearNP"), "bareyear"),
    **dict.fromkeys(words("citeyearpar"), "yearpar"),
    **dict.fromkeys(words("citenum citen onlinecite rcite citeref"), "number"),
    **dict.fromkeys(words("citesup citess"), "super"),
    **dict.fromkeys(words("citetitle citetitlestar"), "title"),
    **dict.fromkeys(words("shortcite fullcite"), "short"),
    **dict.fromkeys(words("citetalias citepalias"), "alias"),
    **dict.fromkeys(words("nocite citeurl citeindex notecite pnotecite fnotecite"), "nothing"),
}  # fmt: skip
FREE_TEXT = {"citetext": ("(", ")"), "parentext": ("(", ")"), "brackettext": ("[", "]")}
CAPITALS = frozenset(
    words("Cite Citet Citep Citealt Citealp Citeauthor Parencite Textcite Autocite Smartcite Citeyear Footcite"
          " Cites Parencites Textcites Autocites Smartcites Footcites Citefullauthor Citealias")
)  # fmt: skip
CASED = frozenset(name for name in KINDS if name != name.lower())


@dataclass(frozen=True)
class Part:
    """Keys that one pair of notes goes with; `noted` where any note was written, be it empty."""

    keys: tuple[str, ...]
    before: str = ""
    after: str = ""
    noted: bool = False


@dataclass(frozen=True)
class Call:
    """A citation as written: its command in small letters but for the endings A, N and NP, and its parts."""

    command: str
    kind: str
    parts: tuple[Part, ...]
    starred: bool = False
    capital: bool = False


@dataclass(frozen=True)
class Printed:
    """What a citation prints: text, then what is raised, then text.

    `moves` where points go before what is raised; `spare` where the text only stands for something unknown,
    and may be left out of a sentence that is whole without it.
    """

    text: str = ""
    raised: str = ""
    tail: str = ""
    moves: bool = False
    spare: bool = False


# After these words, or where nothing stands before it, a citation is part of its sentence.
WANTING = words(
    """from in of by to with than and or as at on for per via following after see ref refs reference references eq
    using use against versus vs like over both that under between into through within is are e.g i.e cf
    von aus nach bei siehe de des par selon voir et en por da dal e und y van uit naar"""
)
BEFORE = re.compile(r"(?:([^\W\d_]+(?:\.[a-z])?)\.?|([^\s~{}\\]))[\s~{}]*(?:\\protect\s*)?\Z")
Citer = Callable[[Call], Printed]


def free_text(name: str, text: str) -> Call:
    r"""Return \citetext and its kin as a citation without keys, its text in their brackets but for \citetext."""
    opening, closing = FREE_TEXT[name]
    if name == "citetext":
        return Call(name, "free", (Part((), text),))
    return Call(name, "free", (Part((), f"{opening}{text}{closing}"),))


def no_citation(call: Call) -> Printed:
    """Return nothing for any citation; what is no citation but text in brackets keeps its text."""
    return Printed(call.parts[0].before if call.kind == "free" else "")


def kind_of(name: str) -> str | None:
    """Return the kind of a citation command (`text`, `paren`, …), None for other commands."""
    if name in KINDS:
        return KINDS[name]
    return KINDS.get(name[0].lower() + name[1:]) if name in CAPITALS else None


def is_citation(name: str) -> bool:
    """Return whether a command is a citation, or text in its brackets."""
    return name in FREE_TEXT or kind_of(name) is not None


def is_wanted(text: str, at: int) -> bool:
    """Return whether the sentence needs the citation at a position: without it, `taken from .` would be left."""
    before = BEFORE.search(text, max(0, at - 60), at)
    if before is None or before[2]:
        return before is None or before[2] in ".:;&|"
    in_brackets = text[max(0, before.start() - 1) : before.start()] in {"(", "["}
    return before[1].lower() in WANTING and not in_brackets


def read_call(scan: Scanner, name: str, render: Callable[[str], str]) -> Call | None:
    """Return the citation whose command has just been read, None where no keys follow.

    Args:
        scan: stands behind the command, and behind its star where it has one.
        name: the command.
        render: gives the text of a note.
    """
    kind = kind_of(name) or "cite"
    starred = scan.star() or scan.text[scan.pos - 1 : scan.pos] == "*"
    if kind in {"year", "short"} and starred:
        kind = "bareyear" if kind == "year" else kind
    if name.endswith("cites") and scan.peek() == "(":
        scan.optional("(", ")"), scan.optional("(", ")")
    parts: list[Part] = []
    while len(parts) < MAX_PARTS:
        part = _part(scan, name, render)
        if part is None:
            break
        parts.append(part)
        if not name.lower().endswith("cites") or scan.peek() not in {"[", "{"}:
            break
    if not parts:
        return None
    command = name if name in CASED else name.lower()
    return Call(command, kind, tuple(parts), starred, capital=name in CAPITALS)


def _part(scan: Scanner, name: str, render: Callable[[str], str]) -> Part | None:
    start = scan.pos
    angled = scan.optional("<", ">") if scan.peek() == "<" else None  # apacite's note ahead
    volume = ""
    first = scan.optional()
    second = scan.optional() if first is not None and angled is None else None
    if name.endswith("volcite"):
        volume, second = "vol. " + render(scan.group() or ""), scan.optional()
    keys = scan.group()
    if keys is None:
        scan.pos = start
        return None
    before, after = (first or "", second) if second is not None else ("", first or "")
    noted = first is not None or angled is not None
    if name == "citeaffixed":
        angled, noted = scan.group() or "", True
    if volume:
        before, after = (first or "", second or "")
    after = ", ".join(filter(None, (volume, render(after).strip() if after else "")))
    before = render(angled if angled is not None else before).strip()
    return Part(split_keys(keys), before, after, noted)


def split_keys(keys: str) -> tuple[str, ...]:
    """Return the keys of a comma-separated list; those with natbib's star are merged into the key before."""
    found = [" ".join(k.split()).strip("{} ") for k in keys[:20_000].split(",")]
    kept = [k for k in found if k]
    return tuple(k for i, k in enumerate(kept) if not (i and k.startswith("*")))[:MAX_PARTS]
