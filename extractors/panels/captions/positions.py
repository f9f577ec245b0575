"""Panels that a caption names by where they stand: "Left: …. Right: …", "… (top) and … (bottom)".

Positions are read as letters are: each stands for one of the letters a, b, c … until the words are shared out.
"""

import re

from extractors.panels.captions.choice import Chosen
from extractors.panels.captions.marks import VERB, Mark

_WORDS = {
    "left": "left|links|linke[sr]?|gauche|izquierda|esquerda",
    "right": "right|rechts|rechte[sr]?|droite|derecha|direita",
    "top": "top|upper|oben|obere[sr]?|haut|arriba|acima|superior",
    "bottom": "bottom|lower|unten|untere[sr]?|bas|abajo|abaixo|inferior",
    "middle": "middle|cent(?:er|re)|central|mitte|mittlere[sr]?|milieu|centro|meio",
}
LAYOUTS = (
    ("left", "right"),
    ("left", "middle", "right"),
    ("top", "bottom"),
    ("top", "middle", "bottom"),
    ("top left", "top right", "bottom left", "bottom right"),
)
_ONE = "|".join(f"(?:{words})" for words in _WORDS.values())
_POSITION = rf"(?P<position>(?:{_ONE})(?:[\s-]+(?:{_ONE}))?)(?:[\s-]hand(?:\s+side)?)?"
_THING = (
    r"(?:\s+(?:panels?|images?|plots?|figures?|graphs?|frames?|columns?|rows?|pictures?|part|side|bild|abbildung|spalte|"
    r"zeile|panneau|figura))?"
)
_HEADS = re.compile(
    rf"(?:^|(?<=[.;:!?]\s)|(?<=\n))\(?(?:(?:the|on the|in the)\s+)?{_POSITION}{_THING}\)?"
    rf"(?:\s*[:,.)–]|(?=\s+{VERB}\b)|(?<=\)))",
    re.IGNORECASE,
)
_CLOSES = re.compile(rf"(?:\(|[;,]\s*)(?:the\s+)?{_POSITION}{_THING}\)", re.IGNORECASE)


def choose_positions(caption: str) -> tuple[Chosen, tuple[str, ...]] | None:
    """Return the positions that name panels, as letters, and the positions in the order of these letters.

    None where they are no whole layout, each of them named once in the same way: a caption that only says where
    something is to be seen names no panels.
    """
    for pattern in (_HEADS, _CLOSES):
        found = [(match, _name(match["position"])) for match in pattern.finditer(caption)]
        names = [name for _, name in found]
        for layout in LAYOUTS:
            if sorted(names) == sorted(layout):
                marks = tuple(
                    Mark(
                        match.start(),
                        match.end(),
                        ("abcdefgh"[layout.index(name)],),
                        "bracket",
                        pattern is _HEADS,
                    )
                    for match, name in found
                )
                return Chosen(marks, tuple("abcdefgh"[: len(layout)])), layout
    return None


def _name(printed: str) -> str:
    words = re.split(r"[\s-]+", printed)
    return " ".join(sorted({_position(word) for word in words}, key=_ORDER.index))


_ORDER = ("top", "middle", "bottom", "left", "right")


def _position(word: str) -> str:
    return next(name for name, words in _WORDS.items() if re.fullmatch(words, word, re.IGNORECASE))
