"""Where a caption prints letters that may name panels: in brackets, before a full stop, after the word panel."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from extractors.panels.captions.labels import CONJUNCTION, LABEL, LABELS, LETTER, SEPARATOR, labels_of

PLACE = (
    r"(?:top|upper|middle|cent(?:er|re)|lower|bottom|left|right|inset|oben|unten|links|rechts|haut|bas|gauche|droite|"
    r"arriba|abajo|izquierda|derecha)"
)
PANEL = r"(?:sub-?)?panels?|teilbild(?:er)?|panneaux?|paneles|pain[eé]l|pain[eé]is|панел[ьи]"
WORD = rf"(?:{PANEL}|sub-?(?:plots?|figures?)|plots|figures|graphs|parts|images)"


@dataclass(frozen=True)
class Mark:
    """Letters that may name panels, at characters `start` to `end`.

    `style` is how they are printed: `bracket` (A), `half` A), `dot` A., `colon` A:, `comma` A, with a blank, `dash`
    A –, `word` panel A, or `bare`. `heads` tells that words begin with it: at the start of a caption, a sentence or a
    clause; `refers`, that it names panels of which only something is said, as in "arrows in panels a–c".
    """

    start: int
    end: int
    labels: tuple[str, ...]
    style: str
    heads: bool
    refers: bool = False


_REFERENCE = re.compile(
    r"(?:\b(?:figs?|figures?|tables?|tabs?|eqs?|eqns?|equations?|refs?|references?|sections?|secs?|supplement\w*|movies?|"
    r"videos?|abb|abbildung|schemes?|appendix|steps?|cases?|models?|types?|groups?|classes|class|algorithms?|"
    r"theorem|lemma|рис)\b\.?\s*S?(?:\d+|[IVX]+)(?:[.–-]\d+)*)$",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(r"(?:^|[.;:!?。；：]|\n|[.;:]['\"”’)）])\s*(?:and\s+|\*\s*)?$")

_BRACKET = re.compile(
    rf"[(\[（]\s*(?:(?i:{WORD})\s+)?(?P<labels>{LABELS})\s*[.:]?"
    rf"(?:\s*[,;:]?\s*(?i:(?:(?:the\s+)?{PLACE}[\s,-]*)+(?:panels?|rows?|columns?|parts?|half)?))?\s*[)\]）]"
)
# "(10 µM; A, B)", and "(B; square root of the axis)"
_IN_BRACKET = re.compile(rf"[;,]\s*(?P<labels>{LETTER}(?:\s*[,–—−-]\s*{LETTER})*)\s*\)")
_OPENS_BRACKET = re.compile(rf"\((?P<labels>{LETTER}(?:\s?[,–—−-]\s?{LETTER})*);\s")
_SEVERAL = rf"{LABEL}\)?(?:\s?[,–—-]\s?{LABEL}\)?)*"
_HALF = re.compile(rf"(?<![\w(\[（.–-])(?P<labels>{_SEVERAL})(?<=[\w\s])\)(?:\.(?=\s|[A-Z]))?")
_ONE = rf"{LETTER}\d{{0,2}}"
_WORD = re.compile(
    rf"\b(?:(?i:{PANEL})\s+(?P<labels>\({_ONE}\)(?:{SEPARATOR}\({_ONE}\))*|{_ONE}\)(?:{SEPARATOR}{_ONE}\))+|"
    rf"{_ONE}(?:{SEPARATOR}{_ONE}(?!\w))*)|"
    rf"(?i:{WORD})\s+(?P<closed>\({LABELS}\)(?:{SEPARATOR}\({LABELS}\))*))(?![\w’'])[.:,]?"
)
_PLAIN = {
    "dot": re.compile(rf"(?P<labels>{LABELS})\s?\.(?=\s|$)[.:]?"),
    "colon": re.compile(rf"(?P<labels>{LABELS})\s?[:：]\.?(?=\s|[A-Z])"),
    "comma": re.compile(rf"(?P<labels>{LETTER}(?:\s?[,–—−-]\s?{LETTER})*)\s?,(?=\s)"),
    "list": re.compile(rf"(?P<labels>{LETTER}(?:,\s?{LETTER})+)(?=\s[A-Z])"),
    "dash": re.compile(rf"(?P<labels>{LETTER}(?:\s?[,–—−-]\s?{LETTER})*)\s?[–—-](?=\s)"),
}
_NO_BRACKETS = str.maketrans("", "", "()")
_SIGNS = "+−-*/=<>~≈∼·×^_|"


def find_marks(caption: str) -> list[Mark]:
    """Return all letters of a caption that may name panels, in their order; ones that overlap are left out."""
    found: list[Mark] = []
    taken = bytearray(len(caption))
    for style, pattern in (("word", _WORD), ("bracket", _BRACKET), ("half", _HALF), *_PLAIN.items()):
        for match in pattern.finditer(caption):
            mark = _mark(caption, match, style)
            if mark is not None and not any(taken[mark.start : mark.end]):
                taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
                found.append(mark)
    for match in (*_IN_BRACKET.finditer(caption), *_OPENS_BRACKET.finditer(caption)):
        labels = labels_of(match["labels"])
        if labels and not any(taken[match.start() : match.end()]):
            found.append(Mark(match.start(), match.end(), labels, "inside", False))
    return _together(caption, sorted(found, key=lambda mark: mark.start))


_JOINED = re.compile(rf"\s*(?:[,&–—-]|,?\s*{CONJUNCTION})\s*")


def _together(caption: str, marks: list[Mark]) -> list[Mark]:
    """Return the marks with those that stand beside each other, as in "(b) and (c)" or "a)–c)", made one."""
    found: list[Mark] = []
    for mark in marks:
        last = found[-1] if found else None
        gap = caption[last.end : mark.start] if last else ""
        if last is None or mark.style != last.style or not _JOINED.fullmatch(gap):
            found.append(mark)
            continue
        dash = gap.strip() in ("–", "—", "-")
        labels = labels_of(f"{last.labels[-1]}–{mark.labels[0]}") if dash else None
        rest = (labels or (last.labels[-1], mark.labels[0]))[1:]
        both = (*last.labels, *rest, *mark.labels[1:])
        if len(set(both)) == len(both):
            refers = not last.heads and _refers(caption, last.start, mark.end)
            found[-1] = replace(last, end=mark.end, labels=both, refers=refers)
        else:
            found.append(mark)
    return found


def _mark(caption: str, match: re.Match[str], style: str) -> Mark | None:
    printed = match["labels"] if style != "word" else match["labels"] or match["closed"]
    labels = labels_of(printed.translate(_NO_BRACKETS) if style in ("word", "half") else printed)
    if labels is None or len(labels) != len(set(labels)):
        return None
    start, end = match.start(), match.end()
    before = caption[:start]
    heads = bool(_BOUNDARY.search(_end_of(before)))
    if not heads and style in ("word", "bracket", "half") and _LED.match(caption, end):
        leads = _without_lead(before)
        heads = leads != before and bool(_BOUNDARY.search(_end_of(leads)))
        start = len(leads) if heads else start
    if style in _PLAIN:
        parted = not before or before[-1].isspace()
        return Mark(start, end, labels, style, True) if heads and parted and _is_plain(labels) else None
    if (style == "half" and not _is_half(caption, match)) or (
        style == "bracket" and not _is_bracket(caption, match)
    ):
        return None
    if style == "word" and not heads:
        end -= caption[end - 1] in ".:,"
        if caption[start - 1 : start] == "(" and caption[end : end + 1] == ")":
            start, end = start - 1, end + 1
    return Mark(start, end, labels, style, heads, not heads and _refers(caption, start, end))


_LEADS_IN = re.compile(r"\b(?:In|For|From|En|Em|Dans|Bei)\s+$")  # "In (a), …"
_LED = re.compile(r",|\s+(?:we|the|an?|all|each)\b")
_POINTS = re.compile(
    rf"(?:\b(?:in|see|from|than|to|of|between|{WORD})|like|as for)\s*(?:the\s*)?\(?$", re.IGNORECASE
)
VERB = (
    r"(?:is|are|was|were|shows?|represents?|indicates?|denotes?|corresponds?|marks?|depicts?|displays?|illustrates?|"
    r"compares?|highlights?|refers?|have|has|summari[sz]es?|presents?|gives?|contains?|plots?|demonstrates?)"
)
_GOES_ON = re.compile(rf"\s*(?:$|[.,;:)\]]|(?:and|or|but|with|that|which|{VERB})\b)")


def _refers(caption: str, start: int, end: int) -> bool:
    """Return whether letters are only referred to, as in "same as in (a)." or "arrows in panels a–c"."""
    return bool(_POINTS.search(_end_of(caption[:start]))) and bool(_GOES_ON.match(caption, end))


def _end_of(text: str) -> str:
    """Return the last characters of a text, a letter before them where it is longer: all that patterns look at."""
    return text if len(text) <= 40 else "x" + text[-40:]


def _without_lead(text: str) -> str:
    lead = _LEADS_IN.search(text, max(0, len(text) - 10))
    return text[: lead.start()] if lead else text


def _is_plain(labels: tuple[str, ...]) -> bool:
    """Return whether letters without brackets may be labels: `In.`, `No.` and `Mr.` are not."""
    return all(len(label) == 1 or label[1:].isdigit() for label in labels) or all(
        set(label.lower()) <= set("ivx") for label in labels
    )


def _is_half(caption: str, match: re.Match[str]) -> bool:
    """Return whether `a)` is no end of a bracket that opened before it."""
    plain = _is_plain(labels_of(match["labels"].translate(_NO_BRACKETS)) or ())
    return plain and _open_brackets(caption)[match.start()] == 0


@lru_cache(maxsize=4)
def _open_brackets(caption: str) -> tuple[int, ...]:
    """Return for each character how many brackets are open before it; what closes none counts for nothing."""
    found, depth = [], 0
    for character in caption:
        found.append(depth)
        depth = max(0, depth + (character in "([（") - (character in ")]）"))
    return tuple(found)


def _is_bracket(caption: str, match: re.Match[str]) -> bool:
    """Return whether `(a)` is no argument of a function, no part of a formula and no panel of another figure."""
    before = caption[: match.start()]
    if (
        before
        and (before[-1].isalnum() or before[-1] in "_^′'’*" or before.rstrip()[-1:] in _SIGNS)
        and before[-2:] != ")-"
    ):
        return before[-1].islower() and before[-3:].isalpha() and bool(re.search(r"[a-z]{3}$", before))
    after = caption[match.end() :]
    if re.match(r"\s?[=+<>≈∼×·^_/]|\s?[−-]\s?\d", after) or re.match(r"[a-z\d]", after):
        return False
    return not _REFERENCE.search(before[-60:].rstrip())


def bare_marks(caption: str, bold: tuple[str, ...]) -> list[Mark]:
    """Return letters that stand alone, each before its words: those that the source prints bold, or a plain row.

    Args:
        caption: the caption.
        bold: the letters that the source prints bold, in their order; empty where it is not known.
    """
    if len(bold) > 1:
        return _in_order(caption, bold)
    row = [m[0] for m in _ALONE.finditer(caption)]
    for letters in ("abcdefghijklmnop", "ABCDEFGHIJKLMNOP"):
        own = [letter for letter in row if letter in letters]
        if len(own) > 2 and own == list(letters[: len(own)]):
            return _in_order(caption, tuple(own))
    return []


_ALONE = re.compile(r"(?<![\w.,=+−(-])(?<![=+−<>~] )[A-Za-z](?=\s\(?[A-Z\d])")


def _in_order(caption: str, printed: tuple[str, ...]) -> list[Mark]:
    found, at = [], 0
    for text in printed:
        labels = labels_of(text)
        match = re.compile(rf"(?<![\w(]){re.escape(text)}(?![\w)])\s?[.,:]?").search(caption, at)
        if labels is None or match is None:
            return []
        found.append(Mark(match.start(), match.end(), labels, "bare", True))
        at = match.end()
    return found


_BOLD = re.compile(
    r"<(?:bold|b|strong)\b[^>]*>\s*(?P<xml>[^<]{1,12}?)\s*</|\\textbf\{\s*(?P<tex>[^{}\\]{1,12}?)\s*\}|"
    r"\{\s*\\bf(?:series)?\s+(?P<old>[^{}\\]{1,12}?)\s*\}"
)


def bold_letters(raw: str | None) -> tuple[str, ...]:
    """Return the letters, and lists of them, that the source of a caption (XML or TeX) prints bold."""
    if raw is None:
        return ()
    texts = (match["xml"] or match["tex"] or match["old"] or "" for match in _BOLD.finditer(raw))
    plain = (text.strip(" .,:;()[]") for text in texts)
    return tuple(text for text in plain if (labels := labels_of(text)) is not None and _is_plain(labels))
