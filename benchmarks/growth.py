"""How the time of the readers grows with the length of what they read, also where it is made to be slow.

    python -m benchmarks.growth

Each input is read at one length and at eight times that length, and the best of three processor times counts. Linear
work takes eight times as long; the bound is BOUND times that. Exits 1 where an input exceeds it.
"""

import time
from collections.abc import Callable

from curation.classes import classify
from extractors import jats, latex
from extractors.jats.article.document import parse_xml
from schemas.floats import Float
from schemas.paper import Paper
from schemas.reject import RecordError

TIMES = 8
BOUND = 2.5
SLACK_S = 0.05  # what short runs vary by
MARKUP = {"CDATA": "<![CDATA[", "references": "&a", "elements": '<x:y z:w="1">', "entities": "<!ENTITY "}
FILLERS = ("a ", "a", "- ", "(a) ", "Fig. 2 ", "1 ", ". A", "[", "the ", "maps of a, ")
TEXT = "Running text with $a_i$, a macro and \\ref{f}. " * 20 + "\n\n"
FLOAT = r"\begin{figure}\includegraphics{a}\caption{C.}\label{f}\end{figure}"


def latex_paper(body: str, more: dict[str, bytes] | None = None) -> Paper:
    """Return a paper of that body."""
    main = f"\\documentclass{{article}}\\begin{{document}}{body}\\end{{document}}".encode()
    return Paper("arxiv:1", {"main.tex": main, "a.png": b"x", **(more or {})})


def floats(size: int) -> Callable[[], object]:
    """Read a LaTeX paper of that many figures."""
    paper = latex_paper((TEXT + FLOAT) * (60 * size))
    return lambda: latex.extract(paper)


def macros(size: int) -> Callable[[], object]:
    """Read a LaTeX paper of that many macros."""
    names = [f"m{chr(97 + i // 26 % 26)}{chr(97 + i % 26)}{chr(97 + i // 676)}" for i in range(200 * size)]
    paper = latex_paper("".join(f"\\newcommand{{\\{n}}}[1]{{<#1>}}\\{n}{{{TEXT}}}" for n in names))
    return lambda: latex.extract(paper)


def inputs(size: int) -> Callable[[], object]:
    """Read a LaTeX paper of that many files, each of which reads the next in its middle."""
    count = 60 * size
    files = {
        f"f{i}.tex": (TEXT + (f"\\input{{f{i + 1}}}" if i + 1 < count else "") + TEXT).encode()
        for i in range(count)
    }
    paper = latex_paper(r"\input{f0}", files)
    return lambda: latex.extract(paper)


def articles(size: int) -> Callable[[], object]:
    """Read a JATS article of that many figures, each of them mentioned."""
    figures = "".join(
        f'<p>See <xref rid="g{n} g0">it</xref>.</p><fig id="g{n}"><label>Fig {n}</label>'
        f'<caption><p>W {n}.</p></caption><graphic xlink:href="g{n}"/></fig>'
        for n in range(500 * size)
    )
    data = (
        '<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta><title-group><article-title>T'
        "</article-title></title-group></article-meta></front><body><fig-group><caption><p>All.</p></caption>"
        f"{figures}</fig-group></body></article>"
    ).encode()
    paper = Paper("pmc:PMC1", {"PMC1/a.nxml": data, "PMC1/g1.jpg": b"x"})
    return lambda: jats.extract(paper)


def markup(piece: str) -> Callable[[int], Callable[[], object]]:
    """Parse XML that repeats a piece of markup and never closes it."""

    def of_size(size: int) -> Callable[[], object]:
        data = b"<article>" + piece.encode() * (50_000 * size)

        def parse() -> None:
            try:
                parse_xml(data)
            except RecordError:
                return

        return parse

    return of_size


def classes(filler: str) -> Callable[[int], Callable[[], object]]:
    """Classify a figure and a table whose texts repeat a piece of text."""

    def of_size(size: int) -> Callable[[], object]:
        text = filler * (50_000 * size // len(filler))
        pair = [_float(kind, text) for kind in ("figure", "table")]
        return lambda: [classify(item, None) for item in pair]

    return of_size


def _float(kind: str, text: str) -> Float:
    return Float(
        pair_id=f"arxiv:1:{kind}-1",
        paper_key="arxiv:1",
        kind=kind,
        ref_keys=(),
        caption=text,
        caption_raw=text,
        parent_caption=text,
        mentions=(text,) * 20,
        graphics=(),
        table_text=text.replace(" ", "\t\n") if kind == "table" else None,
        source_file="main.tex",
        snippet="",
    )


def seconds(work: Callable[[], object]) -> float:
    """Return the best of three processor times."""
    times = []
    for _ in range(3):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Measure and judge."""
    kinds: dict[str, Callable[[int], Callable[[], object]]] = {
        "LaTeX, floats": floats,
        "LaTeX, macros": macros,
        "LaTeX, nested files": inputs,
        "JATS, floats": articles,
        **{f"XML, {name}": markup(piece) for name, piece in MARKUP.items()},
        **{f"classes, {filler!r}": classes(filler) for filler in FILLERS},
    }
    late = []
    for name, make in kinds.items():
        one, many = seconds(make(1)), seconds(make(TIMES))
        print(f"{name:<24} {one:7.3f} s, {TIMES} times as much {many:7.3f} s: {many / max(one, 1e-3):5.1f}")
        if many > TIMES * BOUND * one + SLACK_S:
            late.append(name)
    print("all bounds are kept" if not late else f"above the bound of {TIMES * BOUND:g}: {', '.join(late)}")
    raise SystemExit(1 if late else 0)


if __name__ == "__main__":
    main()
