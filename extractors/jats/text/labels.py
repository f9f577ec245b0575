"""Printed labels: "Figure 3.", its number, and the letter of a panel."""

import re

_WORDS = (
    r"(?:extended\s+data\s+|supplement(?:al|ary)\s+|appendix\s+|online\s+|web\s+)?"
    r"(?:fig(?:ure)?s?|tab(?:le|elle|ela|la|leau)?s?|figura|abb(?:ildung)?|scheme|chart|plate|box|graph|illustration|"
    r"diagram|map|photo|video|movie|image|quadro|cuadro|gráfico|рис(?:унок)?|таблица|табл)"
)
_NUMBER = r"(?:[A-Z]{1,2}[.\-]?\d+|\d+|[IVXLC]+(?![a-z]))(?:[.\-–]\d+)*[A-Za-z]?(?![\w])"
_LEADING_LABEL = re.compile(rf"\s*({_WORDS}\.?\s*{_NUMBER})\s*(?:[.:|]\s*|\s[–—-]\s)", re.IGNORECASE)
_TRAILING_NUMBER = re.compile(r"((?:[A-Z]{1,2}[.\-]?)?\d+(?:[.\-–]\d+)*\s?[A-Za-z]?|[IVXLC]+|[A-Z])\)?$")
_PANEL = re.compile(r"^[(\[]?([A-Za-z]|[ivx]{1,4})[)\].:]*$")
_NUMBER_WITH_PANEL = re.compile(r"\d\s?[(\[]?([A-Za-z])[)\].]*$")
_CJK_NUMBER = re.compile(r"^[图圖表図]\s*([A-Za-z]?\d+(?:[.\-–]\d+)*)")


def clean_label(text: str) -> str | None:
    """Return a label without the punctuation that parts it from the caption: `Figure 3.` gives `Figure 3`."""
    return text.rstrip(" .:;,|–—-") or None


def number_of(label: str | None) -> str | None:
    """Return the printed number of a label, as in `3`, `S2`, `IV`, `A.1`; None where it prints none."""
    if not label:
        return None
    if "—" in label:  # a part of another float: "Figure 3—figure supplement 1"
        return label.partition(" ")[2].strip() or None
    cjk = _CJK_NUMBER.match(label)
    if cjk:
        return cjk.group(1)
    last = label.split()[-1] if label.split() else ""
    match = _TRAILING_NUMBER.search(label if last[:1].isdigit() else last)
    if match is None or (match.start() and match.string[match.start() - 1].isalpha()):
        return _glued(last)
    return match.group(1).strip()


def _glued(word: str) -> str | None:
    match = re.search(r"(?:^|[a-z.])([A-Z]?\d+[a-z]?)$", word)
    return match.group(1) if match else None


def panel_of(label: str | None) -> str | None:
    """Return the panel letter of a label such as `(b)`, `B.` or `Figure 2b`."""
    if not label:
        return None
    match = _PANEL.match(label.strip()) or _NUMBER_WITH_PANEL.search(label)
    return match.group(1) if match else None


def split_label(caption: str, label: str | None) -> tuple[str | None, str]:
    """Return label and caption where the caption itself begins with the printed label.

    With a label known, only its repetition is cut off; without one, it is read from forms like `Figure 3.`
    """
    if label is not None:
        if caption.startswith(label) and caption[len(label) : len(label) + 1] in (".", ":", "|"):
            rest = caption[len(label) + 1 :].strip()
            return label, rest or caption
        return label, caption
    match = _LEADING_LABEL.match(caption)
    if match is None:
        return None, caption
    rest = caption[match.end() :].strip()
    return (clean_label(match.group(1)), rest) if rest else (None, caption)
