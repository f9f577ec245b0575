"""What a LaTeX source says of the paper as a whole: title, abstract, language."""

import re

from extractors.latex.source.project import Project
from extractors.latex.source.scanner import Scanner
from extractors.latex.text.renderer import Renderer
from extractors.latex.walk.state import Walk
from schemas.paper import PaperHeader

MAX_TITLE = 4_000
MAX_ABSTRACT = 10_000
LEAST_ABSTRACT = 30  # characters; less is what a template says where the abstract is to stand
ARGUMENTS = 5  # of A&A's \abstract{context}{aims}{methods}{results}{conclusions}
PARAGRAPH = re.compile(r"\n[ \t]*\n|\\par(?![A-Za-z])")
HEADED = re.compile(r"\W*abstract\W*", re.I)
HEADED_FIRST = re.compile(r"\W*(?:abstract|summary)\W*", re.I)  # further on, a summary closes the paper
EARLY = 8  # headings among which the abstract's is looked for
# What some papers keep in the abstract's environment that is none of its text.
ENDS = re.compile(
    r"\\(?:begin\s*\{\s*)?(?:keywords?|IEEEkeywords|pacs|subjclass|classification|ccsdesc|CCSXML|msc|jel|maketitle"
    r"|tableofcontents|endabstract)(?![A-Za-z])|\\end\s*\{\s*(?:\w*abstract|document)\*?\s*\}"
    r"|(?:\\(?:text(?:bf|it|sc)|emph|(?:sub)*section\*?|paragraph\*?)\s*\{|\\(?:bf|bfseries|it|itshape)\s|\n)\s*"
    r"(?:key|index)[ -]?(?:words|terms)\b",
    re.I,
)
BEGINS = re.compile(
    r"(?:\\(?:noindent|centering|small|footnotesize|bf|bfseries|textbf|textit|emph|section\*?)(?![A-Za-z])|[{}\s])*"
    r"abstract\s*(?:[}.:—–]|--+|\\\\)[}\s.:—–-]*",
    re.I,
)
DOLLAR = re.compile(r"(?<!\\)\$")
SIGN = re.compile(r"(?<!\\)&")  # which plain words have without TeX's backslash


def header(key: str, project: Project, walk: Walk, to: Renderer) -> PaperHeader:
    """Return what the source says of the paper as a whole."""
    abstract = abstract_of(walk, to)
    return PaperHeader(
        paper_key=key,
        title=_title(walk, to),
        abstract=abstract,
        abstract_source="latex" if abstract else None,
        categories=(),
        language=walk.language,
        is_retracted=False,
        main_file=project.main,
    )


def _title(walk: Walk, to: Renderer) -> str | None:
    tex = walk.text[slice(*walk.title)][:MAX_TITLE] if walk.title else ""
    if walk.earlier_title and "\\@title" in tex:  # a supplement's title that quotes the paper's own
        tex = tex.replace("\\@title", walk.text[slice(*walk.earlier_title)][:MAX_TITLE], 1)
    to.at(walk.timeline.at(walk.body_start))
    return to.plain(tex) or None


def abstract_of(walk: Walk, to: Renderer) -> str | None:
    """Return the abstract as readable text, a paragraph a line; None where the source has none."""
    spans = _spans(walk)
    if not spans:
        return None
    to.at(walk.timeline.at(spans[0][0]))
    lines: list[str] = []
    for span in spans:
        tex = _without_floats(walk, span)
        headed = BEGINS.match(tex)
        tex = tex[headed.end() :] if headed else tex
        lines += filter(None, map(to.plain, PARAGRAPH.split(tex[: 3 * MAX_ABSTRACT])))
    text = "\n".join(lines)
    return _cut(text) if len(text) >= LEAST_ABSTRACT else None


def _spans(walk: Walk) -> list[tuple[int, int]]:
    """Return where the abstract stands: an environment, the arguments of a command, or the part that is headed so."""
    if walk.abstract is not None:
        start, end = walk.text.index("}", walk.abstract[0]) + 1, walk.abstract[1]
        ended = ENDS.search(walk.text, start, end)
        return [(start, ended.start() if ended else end)]
    return _arguments(walk) if walk.abstract_command else _headed(walk)


def _arguments(walk: Walk) -> list[tuple[int, int]]:
    r"""Return the arguments of \abstract, of which most classes know one."""
    scan = Scanner(walk.text, walk.abstract_command)
    scan.optional()
    spans: list[tuple[int, int]] = []
    while len(spans) < (ARGUMENTS if walk.style.document_class.startswith("aa") else 1):
        scan.skip_space()
        span = scan.span() if scan.peek() == "{" else None
        if span is None:
            break
        spans.append(span)
    return [(start, end) for start, end in spans if end > start]


def _headed(walk: Walk) -> list[tuple[int, int]]:
    """Return the part under a heading that says abstract, where that is among the first."""
    for index, heading in enumerate(walk.headings[:EARLY]):
        pattern = HEADED_FIRST if index == 0 else HEADED
        start, stop = heading.title(walk.text)
        if pattern.fullmatch(walk.text[start : min(stop, start + 40)]):
            begin, end = stop + 1, len(walk.text)
            if index + 1 < len(walk.headings):
                end = walk.headings[index + 1].pos
            ended = ENDS.search(walk.text, begin, end)
            return [(begin, ended.start() if ended else end)]
    return []


def _without_floats(walk: Walk, span: tuple[int, int]) -> str:
    """Return a stretch of the text without the figures and tables that stand in it."""
    pieces = []
    pos, end = span
    inside = [(b.start, b.end) for b in walk.floats if pos <= b.start < end] + [
        (start, stop) for start, stop in walk.other if pos <= start < end
    ]
    for start, stop in sorted(inside):
        pieces.append(walk.text[pos : max(pos, start)])
        pos = max(pos, stop)
    return "".join([*pieces, walk.text[pos : max(pos, end)]])


def _cut(text: str) -> str:
    if len(text) <= MAX_ABSTRACT:
        return text
    return text[: MAX_ABSTRACT - 1].rsplit(" ", 1)[0] + "…"


def plain_text(tex: str) -> str:
    """Return readable text of a line or more of TeX by itself, as catalogues give titles and abstracts."""
    if len(DOLLAR.findall(tex)) % 2:  # sums of money: one of them would begin a formula without an end
        tex = DOLLAR.sub(r"\\$", tex)
    to = Renderer()
    return "\n".join(filter(None, (to.plain(SIGN.sub(r"\\&", line)) for line in tex.split("\n"))))
