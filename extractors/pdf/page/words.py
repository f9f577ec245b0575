"""Lines of a PDF as readable text: hyphens joined, ligatures and accents normal, spaces sane."""

import re
import unicodedata
from collections.abc import Iterable

_LIGATURES = str.maketrans(
    {
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
        "\u00ad": "-",
        "\u2010": "-",
        "\u2011": "-",
        "\u00a0": " ",
        "\u2002": " ",
        "\u2003": " ",
        "\u2009": " ",
        "\u200a": " ",
        "\u200b": "",
        "\ufeff": "",
        "\x00": "",
    }
)
_MARKS = {
    "´": "\u0301",
    "`": "\u0300",
    "¨": "\u0308",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "¯": "\u0304",
    "˘": "\u0306",
    "˚": "\u030a",
    "˙": "\u0307",
    "˝": "\u030b",
}
# TeX's old fonts set an accent as a character of its own before its letter.
_ACCENT = re.compile(r"([´`¨ˆ˜ˇ¯˘˚˙˝]) ?([A-Za-zı])")
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_SPACE = re.compile(r"\s+")
_END = re.compile(r"([A-Za-zÀ-ÿ]+)-$")
_BEGIN = re.compile(r"([A-Za-zÀ-ÿ]+)")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:-[A-Za-zÀ-ÿ]+)*")


def readable(text: str) -> str:
    """Return one line's text with ligatures, accents and spaces as a reader types them."""
    text = _CONTROL.sub("", text.translate(_LIGATURES))
    text = _ACCENT.sub(_composed, text)
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def _composed(match: re.Match[str]) -> str:
    letter = "i" if match[2] == "ı" else match[2]
    whole = unicodedata.normalize("NFC", letter + _MARKS[match[1]])
    return whole if len(whole) == 1 else match[0]


def vocabulary(lines: Iterable[str]) -> frozenset[str]:
    """Return the words of a text in lower case, those with hyphens also as wholes."""
    found: set[str] = set()
    for line in lines:
        found.update(word.lower() for word in _WORD.findall(line))
    return frozenset(found)


def joined(lines: Iterable[str], known: frozenset[str]) -> str:
    """Return lines as one text; a word cut at a line's end is joined as the paper writes it elsewhere."""
    out = ""
    for line in map(readable, lines):
        if not line:
            continue
        end, begin = _END.search(out), _BEGIN.match(line)
        if end and begin:
            out = out if _keeps_hyphen(end[1], begin[1], known) else out[:-1]
            out += line
        elif out.endswith("-") and len(out) > 1 and out[-2].isalnum() and line[0].isalnum():
            out += line
        else:
            out = f"{out} {line}" if out else line
    return out


def _keeps_hyphen(first: str, second: str, known: frozenset[str]) -> bool:
    whole = (first + second).lower()
    if whole in known:
        return False
    if f"{first}-{second}".lower() in known:
        return True
    return second[0].isupper() or (first.isupper() and len(first) > 1)
