"""Hides characters that TeX would read as commands, so that verbatim text passes every stage as it is."""

import re

# Characters of verbatim text move to a private range until the text is rendered: no stage reads them as TeX.
PRIVATE = 0xE000
SHIELD = {ord(c): PRIVATE + ord(c) for c in "\\{}$&#^_~%`'-\"<>[]"}
UNSHIELD = {v: k for k, v in SHIELD.items()}


# What stands between bars in a column specification, where the bar is no short \verb.
COLUMN_LETTERS = re.compile(r"[lcrpmbXS@!<>{}*\d.\s]*\Z")


def shield_short(text: str, start: int, mark: str) -> str:
    r"""Return a text in which |…| behind `start` is shielded, as \MakeShortVerb{\|} asks; lengths stay."""
    between = re.compile(re.escape(mark) + r"([^\n" + re.escape(mark) + r"]{1,500})" + re.escape(mark))

    def shielded(match: re.Match[str]) -> str:
        if COLUMN_LETTERS.match(match[1]):
            return match[0]
        return "{" + match[1].translate(SHIELD) + "}"

    end = text.find("\\DeleteShortVerb", start)
    end = len(text) if end < 0 else end
    return text[:start] + between.sub(shielded, text[start:end]) + text[end:]
