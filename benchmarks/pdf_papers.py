"""LaTeX papers to compile for the PDF benchmark: the corpus's, the sample's, and some of our own."""

import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from samples import make_sample
from schemas.reject import RecordError
from sources.archives import ArchiveLimits
from sources.read import unpack


@dataclass(frozen=True)
class Source:
    """A paper to compile.

    `turn` is the rotation that its pages are given afterwards; with `boxes` each graphic is drawn as a black
    box, as the files are not at hand.
    """

    name: str
    files: Mapping[str, bytes]
    main: str
    turn: int = 0
    boxes: bool = False


def corpus_sources(corpus: Path) -> Iterator[Source]:
    tar_path = corpus / "arXiv_src_9901_001.tar"
    if not tar_path.is_file():
        return
    with tarfile.open(tar_path) as tar:
        for member in tar:
            handle = tar.extractfile(member)
            if handle is None or not member.name.endswith(".gz"):
                continue
            try:
                files, _ = unpack(handle.read(), ArchiveLimits())
            except RecordError:
                continue
            main = main_file(files)
            if main:
                yield Source(Path(member.name).stem, files, main)


def sample_sources() -> Iterator[Source]:
    root = Path(make_sample.__file__).parent / "sources" / "arxiv"
    for folder in sorted(root.iterdir()):
        files = make_sample.paper_files(f"arxiv/{folder.name}")
        main = main_file(files)
        if main:
            yield Source(f"sample-{folder.name}", files, main)


def folder_sources(folder: Path) -> Iterator[Source]:
    """Yield every TeX document below a folder, with the files beside it; graphics are drawn as black boxes."""
    for path in sorted(folder.rglob("*.tex")):
        beside = {
            p.relative_to(path.parent).as_posix(): p.read_bytes()
            for p in sorted(path.parent.rglob("*"))
            if p.is_file()
            and p.suffix in (".tex", ".sty", ".cls", ".bbl", ".def")
            and p.stat().st_size < 2_000_000
        }
        text = beside[path.name]
        if b"\\begin{document}" in text and re.search(
            rb"\\begin\{(?:figure|table)", b"".join(beside.values())
        ):
            name = path.relative_to(folder).with_suffix("").as_posix()
            yield Source(name, beside, path.name, boxes=True)


def main_file(files: Mapping[str, bytes]) -> str | None:
    """Return the file with a document class and a document; of several the largest that is highest up."""
    found = [
        (name.count("/"), -len(data), name)
        for name, data in files.items()
        if name.endswith(".tex")
        and re.search(rb"^[^%\n]*\\documentclass", data, re.M)
        and rb"\begin{document}" in data
    ]
    return min(found)[2] if found else None


WORDS = [
    "the",
    "field",
    "of",
    "each",
    "sample",
    "was",
    "held",
    "near",
    "its",
    "mean",
    "while",
    "pressure",
    "and",
    "flow",
    "were",
    "read",
    "in",
    "turn",
    "from",
    "both",
    "sides",
    "of",
    "a",
    "narrow",
    "channel",
    "so",
    "that",
    "every",
    "change",
    "in",
    "density",
    "could",
    "be",
    "told",
    "from",
    "noise",
    "by",
    "its",
    "slow",
    "return",
    "and",
    "by",
    "the",
    "shape",
    "of",
    "its",
    "tail",
    "in",
    "repeated",
    "runs",
    "under",
    "the",
    "same",
    "load",
    "with",
    "other",
    "seeds",
    "and",
    "longer",
    "times",
]


def prose(seed: int, count: int, mention: str = "") -> str:
    """Return invented sentences, the same for the same seed."""
    out, state = [], seed * 7919 + 13
    for k in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        out.append(WORDS[(state >> 8) % len(WORDS)])
        if k % 17 == 16:
            out[-1] += "."
    if mention:
        out.insert(count // 2, mention)
    text = " ".join(out).capitalize() + "."
    return re.sub(r"(?<=\. )(\w)", lambda m: m[1].upper(), text)


def paragraphs(seed: int, count: int, *mentions: str) -> str:
    extra = [*mentions, *[""] * count]
    return "\n\n".join(prose(seed + k, 70 + 13 * (k % 4), extra[k]) for k in range(count))


PLOT = r"""\begin{tikzpicture}[scale=%s]\draw[->] (0,0)--(6,0) node[below left]{time}; \draw[->] (0,0)--(0,3.4)
node[below right]{signal}; \draw[blue,thick] plot[smooth] coordinates {(0,0.3)(1,1.4)(2,1.1)(3,2.4)(4,2.0)(5,2.9)};
\foreach \x in {1,...,5} {\draw (\x,0.06)--(\x,-0.06) node[below]{\tiny\x};}
\filldraw[red] (2,1.1) circle (2pt) (4,2) circle (2pt);\end{tikzpicture}"""
BOXES = r"""\begin{tikzpicture}[every node/.style={draw,minimum height=7mm,rounded corners=2pt}]
\node (a) {reader}; \node[right=8mm of a] (b) {filter}; \node[below=8mm of b] (c) {store}; \node[left=8mm of c] (d)
{index}; \draw[->] (a)--(b); \draw[->] (b)--(c); \draw[->] (c)--(d);\end{tikzpicture}"""
TABLE = r"""\begin{tabular}{lrrr}\toprule Method & Gain & Loss & Time (s)\\ \midrule Plain & 71.2 & 0.31 & 12\\
Mixed & 74.9 & 0.27 & 15\\ Stacked & 78.1 & 0.22 & 41\\ Pruned & 77.6 & 0.23 & 19\\ \bottomrule\end{tabular}"""
GRID = r"""\begin{tabular}{|l|c|c|}\hline Symbol & Meaning & Value\\ \hline $\alpha$ & rate & 0.10\\ \hline
$\beta$ & decay & 0.90\\ \hline $n$ & runs & 25\\ \hline\end{tabular}"""
LOOSE = r"""\begin{tabular}{lcc}Site & Depth & Count\\ North & 3.1 & 120\\ South & 2.2 & 98\\
East & 4.0 & 143\\\end{tabular}"""
PACKAGES = r"\usepackage{tikz,booktabs,wrapfig}\usetikzlibrary{positioning}"


def figure(
    body: str, caption: str, *, star: str = "", place: str = "tb", top: bool = False, kind: str = "figure"
) -> str:
    label = rf"\caption{{{caption}}}"
    inner = f"{label}\n{body}" if top else f"{body}\n{label}"
    return rf"\begin{{{kind}{star}}}[{place}]\centering" + "\n" + inner + rf"\end{{{kind}{star}}}"


def document(
    options: str, name: str, body: str, *, before: str = "", title: str = "A study of slow returns"
) -> str:
    front = rf"\title{{{title}}}\author{{The laboratory}}\maketitle"
    if name.startswith("revtex"):
        front = rf"\title{{{title}}}\author{{The laboratory}}\affiliation{{Institute}}\maketitle"
    return rf"\documentclass[{options}]{{{name}}}{PACKAGES}{before}\begin{{document}}{front}{body}\end{{document}}"


def own_papers() -> dict[str, str]:
    """Return papers that hold what the others lack, by name."""
    long = "Response of the channel under load. " + prose(3, 45)
    side = (
        r"\begin{figure}[tb]\begin{minipage}{0.48\linewidth}\centering "
        + PLOT % "0.75"
        + rf"\caption{{The left run. {prose(8, 20)}}}\end{{minipage}}\hfill"
        + r"\begin{minipage}{0.48\linewidth}\centering "
        + BOXES
        + rf"\caption{{The right arrangement. {prose(9, 17)}}}\end{{minipage}}\end{{figure}}"
    )
    wrap = (
        r"\begin{wrapfigure}{r}{0.45\textwidth}\begin{minipage}{\linewidth}\centering "
        + PLOT % "0.8"
        + r"\caption{A figure beside its text.}\end{minipage}\end{wrapfigure}"
    )
    quote = r"\fbox{\begin{minipage}{0.9\linewidth}\ttfamily Ask: " + prose(21, 40) + r"\end{minipage}}"
    papers = {
        "own-article": document(
            "11pt",
            "article",
            paragraphs(1, 4, "As Figure~1 shows,", "see Table~1 and Figs.~1 and 2,")
            + figure(PLOT % "1.4", long)
            + paragraphs(11, 4)
            + figure(TABLE, "Gain and loss of four methods.", top=True, kind="table")
            + figure(BOXES, "Arrangement of the parts.")
            + paragraphs(21, 6)
            + figure(GRID, "Symbols. " + prose(5, 30), kind="table", place="b")
            + figure(quote, "What was asked of the readers.", place="t")
            + paragraphs(31, 8),
        ),
        "own-side": document(
            "10pt",
            "article",
            paragraphs(41, 3)
            + side
            + paragraphs(44, 5)
            + wrap
            + paragraphs(51, 5)
            + figure(LOOSE, "Counts by site.", kind="table", top=True)
            + paragraphs(57, 4),
        ),
        "own-two-column": document(
            "10pt,twocolumn",
            "article",
            paragraphs(61, 5)
            + figure(PLOT % "0.95", long)
            + paragraphs(67, 4)
            + figure((PLOT % "1.2") + r"\quad" + BOXES, "Both at once. " + prose(6, 60), star="*", place="t")
            + figure(TABLE, "Gain and loss.", kind="table", top=True)
            + paragraphs(72, 8)
            + figure(BOXES, "Arrangement.", place="b")
            + figure(GRID, "Symbols.", kind="table", top=True, place="t")
            + paragraphs(81, 12),
        ),
        "own-ieee": document(
            "journal",
            "IEEEtran",
            paragraphs(91, 5)
            + figure(PLOT % "1", "Response over time.")
            + figure(TABLE, "Gain and Loss of Four Methods", kind="table", top=True, place="t")
            + paragraphs(97, 8)
            + figure(
                TABLE.replace("lrrr", "l@{\\hspace{2cm}}r@{\\hspace{2cm}}r@{\\hspace{2cm}}r"),
                "The Same, Wide",
                kind="table",
                star="*",
                top=True,
                place="t",
            )
            + figure(BOXES, "Arrangement of the parts. " + prose(4, 24), place="t")
            + paragraphs(106, 14),
        ),
        "own-revtex": document(
            "aps,prb,reprint",
            "revtex4-2",
            paragraphs(111, 6)
            + figure(PLOT % "0.9", "Response. " + prose(14, 30), place="t")
            + figure(
                r"\begin{ruledtabular}"
                + TABLE.replace(r"\toprule", "").replace(r"\bottomrule", "")
                + r"\end{ruledtabular}",
                "Gain and loss.",
                kind="table",
                top=True,
                place="b",
            )
            + paragraphs(121, 9)
            + figure(PLOT % "1.6", "A wide one. " + prose(15, 50), star="*", place="t")
            + paragraphs(131, 9),
        ),
        "own-stacked": document(
            "11pt",
            "article",
            paragraphs(141, 3)
            + figure(PLOT % "1", "First of three.", place="p")
            + figure(BOXES, "Second of three. " + prose(17, 30), place="p")
            + figure(PLOT % "0.8", "Third of three.", place="p")
            + paragraphs(145, 6)
            + figure(TABLE, "Upper table.", kind="table", top=True, place="t")
            + figure(GRID, "Lower table. " + prose(18, 25), kind="table", top=True, place="t")
            + paragraphs(152, 6),
        ),
    }
    return papers


def own_sources() -> Iterator[Source]:
    for name, text in own_papers().items():
        yield Source(name, {"main.tex": text.encode()}, "main.tex")
    turned = own_papers()["own-article"].encode()
    yield Source("own-turned", {"main.tex": turned}, "main.tex", turn=90)
