"""Papers to compile: those of the corpus and of the sample, and written and invented ones."""

import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.pdf_truth.beside import beside
from benchmarks.pdf_truth.compilation import Source
from benchmarks.pdf_truth.invented import (
    BOXES,
    GRID,
    LOOSE,
    PLOT,
    TABLE,
    document,
    figure,
    invented,
    paragraphs,
    prose,
)
from samples import make_sample
from schemas.reject import RecordError
from sources.archives import ArchiveLimits
from sources.read import unpack

# Nobody looked at what the extractor makes of these while it was written: papers of the corpus that need a
# class or package, or an image, that is not there and that came to be compiled only afterwards.
_HELD_OUT_NUMBERS = (3, 7, 18, 19, 23, 37, 47, 49, 50, 51, 55, 56, 58, 60, 61, 62, 77)
HELD_OUT = frozenset(f"9901.{n:05}" for n in _HELD_OUT_NUMBERS)
DEVELOPMENT_SEEDS, HELD_OUT_SEEDS = range(1, 46), range(1001, 1046)
BESIDE_SEEDS, HELD_OUT_BESIDE_SEEDS = range(48), range(1000, 1048)


def all_sources(corpus: Path) -> Iterator[Source]:
    """Yield every paper to compile, group by group."""
    for name, text in written_papers().items():
        yield Source(name, "written", {"main.tex": text.encode()}, "main.tex")
    turned = written_papers()["own-article"].encode()
    yield Source("own-turned", "written", {"main.tex": turned}, "main.tex", turn=90)
    for group, seeds in (("invented", DEVELOPMENT_SEEDS), ("invented, held out", HELD_OUT_SEEDS)):
        for seed in seeds:
            yield Source(f"invented-{seed}", group, invented(seed), "main.tex")
    for group, seeds in (("beside", BESIDE_SEEDS), ("beside, held out", HELD_OUT_BESIDE_SEEDS)):
        for seed in seeds:
            yield Source(f"beside-{seed}", group, beside(seed), "main.tex")
    yield from _sample_sources()
    yield from _corpus_sources(corpus)


def _corpus_sources(corpus: Path) -> Iterator[Source]:
    with tarfile.open(corpus / "arXiv_src_9901_001.tar") as tar:
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
                name = Path(member.name).stem
                yield Source(name, "corpus, held out" if name in HELD_OUT else "corpus", files, main)


def _sample_sources() -> Iterator[Source]:
    root = Path(make_sample.__file__).parent / "sources" / "arxiv"
    for folder in sorted(root.iterdir()):
        files = make_sample.paper_files(f"arxiv/{folder.name}")
        main = main_file(files)
        if main:
            yield Source(f"sample-{folder.name}", "sample", files, main)


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


def written_papers() -> dict[str, str]:
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
