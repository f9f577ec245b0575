"""Printed labels at the beginning of a caption: "Figure 3:", "TABLE IV", "Extended Data Fig. 1 |"."""

import re
from dataclasses import dataclass

_PREFIX = r"(?:(?:Extended\s+Data|Supplement(?:al|ary)|Suppl\.|Supp\.|Supporting|Appendix|Online|Web|Additional)\s+)?"
_FIGURE = r"Fig(?:ure|\.)?|Abb(?:ildung|\.)|Figura|Schemes?|Chart|Plate|Illustration|Рис(?:унок|\.)"
_TABLE = r"Tab(?:le|elle|leau|ela|la|\.)?|Cuadro|Quadro|Таблица"
_NUMBER = (
    r"(?:[A-Z]{1,2}(?:[.\-–]?\d{1,3})(?:[.\-–]\d{1,3}){0,2}|\d{1,3}(?:[.\-–]\d{1,3}){0,2}"
    r"|[IVXLC]{1,7}(?![a-z]))[a-z]?"
)
_LABEL = re.compile(
    rf"\s*(?P<label>{_PREFIX}(?:(?P<figure>{_FIGURE})|(?P<table>{_TABLE}))(?:\s+|(?<=\.))(?P<number>{_NUMBER}))(?![\w/])"
    r"(?P<end>\s*(?:\.:|\.\s?[—–]|[.:|])(?=\s|$|[A-Z(\[“])|\s*[–—](?=\s|[A-Z])|\s-\s|\s*\(|)\s*",
    re.IGNORECASE,
)
_CJK = re.compile(
    r"\s*(?P<label>(?:(?P<figure>[图圖])|(?P<table>表))\s*(?P<number>[A-Z]?\d{1,3}(?:[.\-–]\d{1,3}){0,2}))(?P<end>[.:：、]?)\s*"
)
_OTHER = re.compile(
    r"\s*(?:Algorithm|Listing|Procedure|Box|Video|Movie)\s+[A-Z]?\d+(?:\.\d+)*\b", re.IGNORECASE
)
_CONTINUED = re.compile(
    r"[\s(\[–—:.-]*(?:cont(?:inued|inuation|’d|'d|d)?\b\.?(?:\s+(?:from|on)\s+(?:the\s+)?(?:previous|next|last)\s+page)?)"
    r"[\s)\].:…]*$",
    re.IGNORECASE,
)
_CONTINUED_TOO = re.compile(r"[(\[]\s*cont(?:inued|['’]?d|\.)?\s*[)\]]\W*$", re.IGNORECASE)
_VERB = re.compile(
    r"(?:shows?|showed|presents?|illustrates?|depicts?|displays?|gives?|lists?|summari[sz]es?|reports?|compares?|is|are|"
    r"was|were|has|have|in|of|for|to|and|or|with|we|can|contains?|provides?|plots?|demonstrates?|describes?|also|"
    r"below|above|on|as|by|from|reveals?|indicates?|outlines?|visuali[sz]es?|suggests?|that|which|where|respectively)\b"
)


@dataclass(frozen=True)
class Label:
    """A printed label: `rest` is what follows on its line, `end` what parts the two."""

    kind: str
    label: str
    number: str
    end: str
    rest: str
    length: int


def read_label(text: str) -> Label | None:
    """Return the label with which a line begins, None where it begins otherwise."""
    match = _LABEL.match(text) or _CJK.match(text)
    if match is None:
        return None
    word = match["figure"] or match["table"] or ""
    if word[:1].islower():
        return None  # captions begin with a capital
    kind = "figure" if match["figure"] else "table"
    number = match["number"].replace("–", "-")
    if text[match.end("number") : match.end("number") + 1] == "." and not match["end"].strip():
        return None  # a file name
    if number[:1].islower():
        return None
    end = match["end"].strip()
    length = match.end() if end != "(" else match.start("end")
    end = "" if end == "(" else ":" if end[:1] == "." and len(end) > 1 else end
    label = " ".join(match["label"].split())
    return Label(kind, label, number, end, text[length:].strip(), length)


def is_other_label(text: str) -> bool:
    """Return whether a line begins with the label of an algorithm, a listing or a film."""
    return _OTHER.match(text) is not None


def is_continuation(text: str) -> bool:
    """Return whether a caption says that it goes on from another page: nothing else, or in brackets at its end."""
    return _CONTINUED.fullmatch(text) is not None or _CONTINUED_TOO.search(text) is not None


def reads_on(rest: str) -> bool:
    """Return whether the words after a label make it a mention in a sentence, as in "Figure 3 shows"."""
    return _VERB.match(rest) is not None or rest[:1] in (",", ")", ";")
