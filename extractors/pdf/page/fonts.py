"""Fonts that do not say what their glyphs mean: TeX's bitmap fonts, whose glyphs are named by their places.

Their glyphs are given the meanings that the places have in TeX's encodings, as a map to Unicode (ToUnicode) put
into the document in memory, so that MuPDF reads words and lines with every letter in them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from extractors.mupdf import mupdf

_TOKEN = re.compile(r"/([^\s/\[\]<>()]+)|(\d+)")
_BY_PLACE = re.compile(r"[A-Za-z]{1,5}(\d{1,3})")
_DVIPS = re.compile(r"[A-H][0-9A-Z]")  # dvips names its bitmaps by 360 and the place, in base 36
_DVIPS_FIRST = 360
_LETTERS = frozenset(range(97, 123))
_MARKS = frozenset((44, 45, 46))  # comma, hyphen and period: TeX's mathematical fonts have other signs there
_ENOUGH = 5  # letters of an alphabet of running text
_ALIKE = 0.08  # share by which a ligature's width differs from that of the letter it is as wide as
_LIGATURES = "ﬀﬁﬂﬃﬄ"

_T1_UPPER = (
    "ĂĄĆČĎĚĘĞĹĽŁŃŇŊŐŔŘŚŠŞŤŢŰŮŸŹŽŻĲİđ§ăąćčďěęğĺľłńňŋőŕřśšşťţűůÿźžżĳ¡¿£"
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖŒØÙÚÛÜÝÞẞàáâãäåæçèéêëìíîïðñòóôõöœøùúûüýþß"
)
T1 = {
    **dict(enumerate("`´ˆ˜¨˝˚ˇ˘¯˙¸˛‚‹›“”„«»–—\u200c₀ıȷ" + _LIGATURES)),
    **{code: chr(code) for code in range(33, 127)},
    **{32: " ", 39: "’", 96: "‘", 127: "-"},
    **dict(enumerate(_T1_UPPER, 128)),
}
OT1 = {
    **dict(enumerate("ΓΔΘΛΞΠΣΥΦΨΩ" + _LIGATURES + "ıȷ`´ˇ˘¯˚¸ßæœøÆŒØ")),
    **{code: chr(code) for code in range(33, 127)},
    **{
        34: "”",
        39: "’",
        60: "¡",
        62: "¿",
        92: "“",
        96: "‘",
        123: "–",
        124: "—",
        125: "˝",
        126: "˜",
        127: "¨",
    },
}
TS1 = {
    **{132: "†", 133: "‡", 134: "‖", 135: "‰", 136: "•", 137: "℃", 138: "$", 139: "¢", 140: "ƒ"},
    **{141: "₡", 142: "₩", 143: "₦", 144: "₲", 145: "₱", 146: "₤", 147: "℞", 150: "₫", 151: "™"},
    **{152: "‱", 154: "฿", 155: "№", 156: "⁒", 157: "℮", 158: "◦", 159: "℠"},
    **{code: chr(code) for code in range(162, 191)},
    **{173: "℗", 184: "※", 187: "√", 191: "€", 214: "×", 246: "÷"},
}
NAMES = {
    **{"Germandbls": "ẞ", "dotlessj": "ȷ", "perthousandzero": "₀", "suppress": "\u0337"},
    **{"summationtext": "∑", "summationdisplay": "∑", "producttext": "∏", "productdisplay": "∏"},
    **{"integraltext": "∫", "integraldisplay": "∫", "radicalbig": "√", "radicalBig": "√", "radicalbigg": "√"},
    **{
        "Ng": "Ŋ",
        "ng": "ŋ",
        "Idotaccent": "İ",
        "IJ": "Ĳ",
        "ij": "ĳ",
        "commaaccent": ",",
        "tcommaaccent": "ţ",
    },
}


@dataclass(frozen=True)
class _Font:
    """A font whose glyphs are named by their places: which are used, and how wide they are."""

    xref: int
    codes: frozenset[int]
    widths: Mapping[int, float]


def name_glyphs(document: Any, pages: Iterable[int]) -> None:
    """Give the fonts of some pages that lack it a map to Unicode, as far as TeX's encodings tell."""
    placed: list[_Font] = []
    changed = False
    for xref in sorted(
        {int(f[0]) for page in pages for f in document.get_page_fonts(page) if f[2] in _SIMPLE}
    ):
        if document.xref_get_key(xref, "ToUnicode")[0] != "null":
            continue
        names = _differences(document, xref)
        codes = frozenset(code for code, name in names.items() if place_of(name) == code)
        if codes and len(codes) >= 0.9 * len(names):
            placed.append(_Font(xref, codes, _widths(document, xref)))
            continue
        known = {code: NAMES[name] for code, name in names.items() if name in NAMES}
        if known:
            _write(document, xref, known)
            changed = True
    for font, encoding in encodings_of(placed):
        _write(document, font.xref, {code: encoding[code] for code in font.codes if code in encoding})
        changed = True
    if changed:
        mupdf().TOOLS.store_shrink(100)  # MuPDF has read some of the fonts already


_SIMPLE = frozenset(("Type3", "Type1", "TrueType", "MMType1"))


def place_of(name: str) -> int | None:
    """Return the place in its font that a glyph's name says, as a27 or dvips's AR; None where it says none."""
    match = _BY_PLACE.fullmatch(name)
    if match is not None and len(name) != 2:
        return int(match[1])
    if _DVIPS.fullmatch(name) and 0 <= int(name, 36) - _DVIPS_FIRST < 256:
        return int(name, 36) - _DVIPS_FIRST
    return int(match[1]) if match else None


def encodings_of(fonts: Iterable[_Font]) -> list[tuple[_Font, Mapping[int, str]]]:
    """Return which of TeX's encodings each font has; those of which nothing is known are left out."""
    found: list[tuple[_Font, Mapping[int, str]]] = []
    open_ones: list[_Font] = []
    for font in fonts:
        if not font.codes & _LETTERS:
            if min(font.codes) >= 128:
                found.append((font, TS1))
            continue
        if not _is_text(font):
            continue
        t1 = max(font.codes) >= 128 or bool(font.codes & {16, 17, 21, 22, *range(27, 32)})
        ot1 = bool(font.codes & {*range(11, 16), 92, 123, 124}) and not _is_typewriter(font)
        if t1 != ot1:
            found.append((font, T1 if t1 else OT1))
        else:
            open_ones.append(font)
    old = sum(encoding is OT1 for _, encoding in found)
    new = sum(encoding is T1 for _, encoding in found)
    return found + [(font, OT1 if old > new and not _is_typewriter(font) else T1) for font in open_ones]


def _is_text(font: _Font) -> bool:
    """Return whether it is a font of words: it has the marks of sentences, or ligatures as wide as they are."""
    if len(font.codes & _LETTERS) >= _ENOUGH and font.codes & _MARKS:
        return True
    for first in (11, 27):  # the places of ﬀ in OT1 and in T1
        for code, letters in ((first + 1, "nhu"), (first + 2, "nhu"), (first + 3, "m"), (first + 4, "m")):
            wide = font.widths.get(code, 0.0)
            own = next((font.widths[ord(c)] for c in letters if font.widths.get(ord(c))), 0.0)
            if code in font.codes and own and abs(wide / own - 1) <= _ALIKE:
                return True
    return False


def _is_typewriter(font: _Font) -> bool:
    widths = [font.widths[code] for code in font.codes if font.widths.get(code)]
    return len(widths) > 3 and max(widths) - min(widths) < 0.02 * max(widths)


def _differences(document: Any, xref: int) -> dict[int, str]:
    """Return the names of a font's glyphs by their codes, as its encoding says."""
    kind, value = document.xref_get_key(xref, "Encoding/Differences")
    if kind == "xref":
        value = document.xref_object(int(value.split()[0]), compressed=True)
    elif kind != "array":
        return {}
    names: dict[int, str] = {}
    code = 0
    for name, number in _TOKEN.findall(value):
        if number:
            code = int(number)
            continue
        if name != ".notdef" and code < 256:
            names[code] = name
        code += 1
    return names


def _widths(document: Any, xref: int) -> dict[int, float]:
    kind, value = document.xref_get_key(xref, "Widths")
    if kind == "xref":
        value = document.xref_object(int(value.split()[0]), compressed=True)
    first = document.xref_get_key(xref, "FirstChar")
    if kind not in ("xref", "array") or first[0] != "int":
        return {}
    numbers = re.findall(r"-?\d*\.?\d+", value)
    return {int(first[1]) + k: float(number) for k, number in enumerate(numbers[:256])}


def _write(document: Any, xref: int, meanings: Mapping[int, str]) -> None:
    """Put a map to Unicode into the document and name it in the font."""
    lines = [
        f"<{code:02x}> <{text.encode('utf-16-be').hex()}>" for code, text in sorted(meanings.items()) if text
    ]
    blocks = [
        f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar"
        for part in (lines[k : k + 100] for k in range(0, len(lines), 100))
    ]
    text = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Meanings def /CMapType 2 def\n"
        "1 begincodespacerange <00> <ff> endcodespacerange\n" + "\n".join(blocks) + "\nendcmap end end"
    )
    stream = document.get_new_xref()
    document.update_object(stream, "<<>>")
    document.update_stream(stream, text.encode())
    document.xref_set_key(xref, "ToUnicode", f"{stream} 0 R")
