"""The parts of a caption that describe single panels: "(a) … (b) …"."""

import re

MIN_PIECE_CHARS = 3
FORMS = (r"\(({})\)", r"(?<![\w(])({})\)", r"(?:^|(?<=[.;:,] ))({})[:.](?= )", r"(?:^|(?<=[.;:] ))({}),(?= )")


def caption_pieces(text: str, count: int) -> list[tuple[str, str]]:
    """Return letter and text of each panel's part; nothing unless there are exactly `count` parts."""
    if not 2 <= count <= 26:
        return []
    letters = [chr(97 + i) for i in range(count)]
    for form in FORMS:
        for names in (letters, [c.upper() for c in letters]):
            spans = _markers(text, form, names)
            if spans is None:
                continue
            following = chr(ord(names[-1]) + 1)
            if re.compile(form.format(following)).search(text, spans[-1][1]):
                continue
            pieces = _cut(text, names, spans)
            if pieces:
                return pieces
    return []


def _markers(text: str, form: str, names: list[str]) -> list[tuple[int, int]] | None:
    spans = []
    pos = 0
    for name in names:
        match = re.compile(form.format(name)).search(text, pos)
        if match is None:
            return None
        spans.append(match.span())
        pos = match.end()
    return spans


def _cut(text: str, names: list[str], spans: list[tuple[int, int]]) -> list[tuple[str, str]]:
    pieces = []
    for i, (name, (_, end)) in enumerate(zip(names, spans, strict=True)):
        stop = spans[i + 1][0] if i + 1 < len(spans) else len(text)
        piece = re.sub(r"^[\s:.,;–—-]+|(?:[\s,;–—-]|\band\b)+$", "", text[end:stop])
        if len(piece) < MIN_PIECE_CHARS:
            return []
        pieces.append((name.lower(), piece))
    return pieces
