"""Compares the LaTeX extractor with LaTeXML's reading of the shared corpus; measures speed and growth.

Run from the repository's root: `.venv/bin/python -m benchmarks.latex_fidelity --differences --scale`.
Prints the figures and, if asked, every difference with its verdict; exits with 1 where a bound is missed.
"""

import argparse
import contextlib
import difflib
import fnmatch
import gzip
import io
import json
import posixpath
import re
import sys
import tarfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from extractors.latex import extract
from extractors.latex.extraction import read_paper
from extractors.latex.symbols import GREEK
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
SAME = 0.6  # similarity above which two captions are the same one, differently rendered
GREEK_NAMES = {letter: name.removeprefix("var") for name, letter in GREEK.items()}
# What the differences were judged to be on reading the sources: patterns of slug, kind, place; verdict.
VERDICTS = (
    ("bfc", "extra", "*", "ours: \\processtable of the journal's class, which LaTeXML does not know"),
    ("minimap2", "extra", "*", "ours: \\processtable of the journal's class, which LaTeXML does not know"),
    ("miniasm", "extra", "*", "ours: \\processtable of the journal's class, which LaTeXML does not know"),
    ("solvingmicrodsops", "extra", "*", "ours: LaTeXML read none of this paper's \\subfile parts"),
    ("latexml-figure-dual-caption", "extra", "*", "ours: LaTeXML joins the two captions of a float"),
    (
        "latexml-figure-dual-caption",
        "number",
        "*",
        "ours: each caption counts; LaTeXML joined them and kept the last",
    ),
    ("latexml-figure-mixed-content", "extra", "*", "ours: several captions in one float; LaTeXML joins them"),
    ("latexml-figure-mixed-content", "missed", "*", "ours: an algorithm inside a figure is no figure"),
    (
        "latexml-figure-mixed-content",
        "number",
        "*",
        "ours: LaTeXML counts algorithms as figures, then joins captions",
    ),
    ("latexml-figure-mixed-content", "graphics", "*", "ours: LaTeXML loses images in an array"),
    (
        "latexml-figure-grids",
        "number",
        "*",
        "ours: LaTeXML numbers panels on across floats and before their figure",
    ),
    ("latexml-figures", "number", "*", "ours: LaTeXML numbers panels before their figure or table"),
    ("latex-paper", "number", "*panel*", "ours: LaTeXML numbers panels before their figure"),
    ("pygbe-lspr-paper", "number", "*table*", "ours: revtex numbers tables in Roman numerals"),
    ("edo-paper", "graphics", "*", "ours: LaTeXML drops images in a tabular"),
    ("*", "text", "*", "even: the same words; formulae are written differently"),
)


@dataclass(frozen=True)
class Bounds:
    """The project's targets for fidelity on this corpus."""

    recall: float = 0.98
    wrong_extra: float = 0.01
    similarity: float = 0.95
    pairing: float = 0.98
    numbers: float = 0.97


@dataclass
class Seen:
    """A caption as one side has it."""

    kind: str
    number: str
    caption: str
    graphics: frozenset[str]
    panel: bool
    place: str


@dataclass
class Score:
    """Counts over the corpus."""

    reference: int = 0
    matched: int = 0
    extra: int = 0
    ours: int = 0
    similarity: float = 0.0
    pairs_right: int = 0
    pairs: int = 0
    numbers_right: int = 0
    numbers: int = 0
    differences: list[tuple[str, str, str, str]] = field(default_factory=list)


def read_corpus() -> dict[str, dict[str, bytes]]:
    """Return the files of each LaTeX submission by slug."""
    slugs = {}
    for line in (CORPUS / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry.get("arxiv_id"):
            slugs[entry["arxiv_id"]] = entry["slug"]
    papers = {}
    with tarfile.open(CORPUS / "arXiv_src_9901_001.tar") as bulk:
        for member in bulk:
            if not member.isfile() or not member.name.endswith(".gz"):
                continue
            stream = bulk.extractfile(member)
            data = gzip.decompress(stream.read()) if stream else b""
            papers[slugs[posixpath.basename(member.name)[:-3]]] = unpack(data)
    return dict(sorted(papers.items()))


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of one submission."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            files = {}
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    files[posixpath.normpath(member.name)] = stream.read()
            return files
    except tarfile.ReadError:
        return {"main.tex": data}


def normal(text: str) -> str:
    """Return a caption's letters and digits, with Greek by name, as both sides may write it."""
    text = text.replace("ℓ", "ell").replace("∞", "infinity").replace("%", "percent").replace("ℝ", "R")
    text = "".join(GREEK_NAMES.get(c, c) for c in unicodedata.normalize("NFKD", text))
    text = "".join(GREEK_NAMES.get(c, c) for c in text)
    text = re.sub(r"\bvar(?=epsilon|phi|theta|rho|sigma)", "", text)
    return re.sub(r"[^a-z0-9]", "", text.lower())


def stem(name: str) -> str:
    """Return a graphics name without folder and extension."""
    base = posixpath.basename(name.strip().strip('"'))
    return re.sub(r"\.(?:pdf|png|jpe?g|eps|ps|svg|gif|tiff?|mps)$", "", base, flags=re.I).lower()


def number_of(text: str) -> str:
    return re.sub(r"[()\s]", "", text or "").lower()


def seen_ours(extraction: Extraction) -> list[Seen]:
    """Return every caption that the extractor found, also of floats that it rejected."""
    out = []
    for one in extraction.floats:
        if one.parent_id and one.parent_caption and one.caption in one.parent_caption:
            continue
        stems = frozenset(stem(g.path) for g in one.graphics)
        out.append(
            Seen(one.kind, number_of(one.number or ""), one.caption, stems, bool(one.parent_id), one.pair_id)
        )
    for reject in extraction.rejects:
        if reject.caption is None or reject.kind is None or reject.pair_id is None:
            continue
        label = (reject.label or "").split(" ")[-1]
        names = reject.detail.split(", ") if reject.reason == "image_missing" else []
        stems = frozenset(stem(n) for n in names)
        out.append(
            Seen(
                reject.kind,
                number_of(label),
                reject.caption,
                stems,
                ":panel-" in reject.pair_id,
                reject.pair_id,
            )
        )
    return out


def seen_theirs(slug: str) -> list[Seen] | None:
    """Return LaTeXML's captions of figures, tables and panels; None where it has none for the paper."""
    path = CORPUS / "reference" / f"{slug}.json"
    if not path.exists():
        return None
    out = []
    for i, entry in enumerate(json.loads(path.read_text())):
        if entry["kind"] in {"figure", "table"} and entry["caption"]:
            stems = frozenset(stem(g) for g in entry["graphics"])
            out.append(
                Seen(
                    entry["kind"],
                    number_of(entry["number"]),
                    entry["caption"],
                    stems,
                    entry["depth"] > 0,
                    f"#{i}",
                )
            )
    return out


def match(theirs: list[Seen], ours: list[Seen]) -> list[tuple[Seen, Seen | None, float]]:
    """Return each reference caption with ours that is most like it, used once."""
    free = list(ours)
    out: list[tuple[Seen, Seen | None, float]] = []
    for one in theirs:
        wanted = normal(one.caption)
        best, best_score = None, 0.0
        for other in free:
            got = normal(other.caption)
            if got == wanted:
                score = 1.0
            elif min(len(got), len(wanted)) * 3 < max(len(got), len(wanted)):
                continue
            else:
                matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
                score = matcher.ratio() if matcher.quick_ratio() > SAME else 0.0
            bonus = 0.001 * (other.number == one.number) + 0.001 * (other.panel == one.panel)
            if score + bonus > best_score and score >= SAME:
                best, best_score = other, score + bonus
        if best is not None:
            free.remove(best)
        out.append((one, best, min(1.0, best_score)))
    return out


def compare(slug: str, ours: list[Seen], theirs: list[Seen], score: Score) -> None:
    """Add one paper to the score."""
    matches = match(theirs, ours)
    used = {id(o) for _, o, _ in matches if o is not None}
    score.reference += len(theirs)
    score.ours += len(ours)
    for one, other, similarity in matches:
        if other is None:
            score.differences.append((slug, "missed", one.place, one.caption[:160]))
            continue
        score.matched += 1
        score.similarity += similarity
        if similarity < 0.97:
            detail = f"{similarity:.2f}\n      theirs {one.caption[:400]}\n      ours   {other.caption[:400]}"
            score.differences.append((slug, "text", other.place, detail))
        if one.number:
            score.numbers += 1
            score.numbers_right += one.number == other.number
            if one.number != other.number:
                score.differences.append(
                    (slug, "number", other.place, f"theirs {one.number!r} ours {other.number!r}")
                )
        if one.graphics or other.graphics:
            score.pairs += 1
            score.pairs_right += one.graphics == other.graphics
            if one.graphics != other.graphics:
                detail = f"theirs {sorted(one.graphics)} ours {sorted(other.graphics)}"
                score.differences.append((slug, "graphics", other.place, detail))
    for other in ours:
        if id(other) not in used:
            score.extra += 1
            score.differences.append((slug, "extra", other.place, other.caption[:160]))


def judged(difference: tuple[str, str, str, str]) -> str:
    """Return the first verdict that fits a difference, `open` where none does."""
    for *patterns, verdict in VERDICTS:
        if all(
            fnmatch.fnmatchcase(value, pattern) for value, pattern in zip(difference, patterns, strict=False)
        ):
            return verdict
    return "open"


def report(score: Score, bounds: Bounds, *, differences: bool) -> bool:
    """Print the figures; return whether all bounds are kept, by the verdicts."""
    judged_ours = Counter(d[1] for d in score.differences if judged(d).startswith("ours"))
    still_open = sum(judged(d) == "open" for d in score.differences)
    recall = (score.matched + judged_ours["missed"]) / max(1, score.reference)
    wrong = (score.extra - judged_ours["extra"]) / max(1, score.ours)
    similarity = score.similarity / max(1, score.matched)
    pairing = (score.pairs_right + judged_ours["graphics"]) / max(1, score.pairs)
    numbers = (score.numbers_right + judged_ours["number"]) / max(1, score.numbers)
    rows = [
        ("caption recall", recall, bounds.recall, recall >= bounds.recall),
        ("wrong extra captions", wrong, bounds.wrong_extra, wrong <= bounds.wrong_extra),
        ("text similarity", similarity, bounds.similarity, similarity >= bounds.similarity),
        ("image pairing", pairing, bounds.pairing, pairing >= bounds.pairing),
        ("printed numbers", numbers, bounds.numbers, numbers >= bounds.numbers),
    ]
    if differences:
        for difference in score.differences:
            slug, what, place, detail = difference
            print(f"{slug:40} {what:9} {place.split(':', 1)[-1]:28} [{judged(difference)}] {detail}")
    print(
        f"\n{score.reference} reference captions, {score.ours} of ours in the same papers, "
        f"{len(score.differences)} differences, {still_open} of them open"
    )
    for name, value, bound, good in rows:
        print(f"{name:24} {value:8.4f}   bound {bound:.2f}   {'kept' if good else 'MISSED'}")
    return all(good for *_, good in rows)


def speed(papers: dict[str, dict[str, bytes]]) -> None:
    """Print milliseconds per paper and per 100 KB of TeX."""
    times, kilobytes = [], 0.0
    for slug, files in papers.items():
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            with contextlib.suppress(RecordError):
                extract(Paper(f"arxiv:{slug}", files))
            best = min(best, time.perf_counter() - start)
        times.append(best * 1000)
        kilobytes += sum(len(d) for n, d in files.items() if n.lower().endswith(".tex")) / 1000
    times.sort()
    print(
        f"{len(times)} papers, {kilobytes:.0f} KB of TeX: mean {sum(times) / len(times):.1f} ms, "
        f"median {times[len(times) // 2]:.1f}, slowest {times[-1]:.1f}; "
        f"{sum(times) / kilobytes * 100:.0f} ms per 100 KB"
    )


def scale() -> bool:
    """Print time per megabyte at two sizes of generated sources; return whether growth is linear."""
    good = True
    for name, make in (("floats", many_floats), ("macros", many_macros), ("inputs", many_inputs)):
        rates = []
        for size in (1, 4):
            files = make(size)
            start = time.perf_counter()
            found = extract(Paper("arxiv:scale", files))
            took = time.perf_counter() - start
            megabytes = sum(map(len, files.values())) / 1e6
            rates.append(took / megabytes)
            print(
                f"{name:8} x{size}: {megabytes:6.1f} MB {took:6.2f} s, "
                f"{len(found.floats) + len(found.rejects)} floats"
            )
        good = good and rates[1] < 2 * rates[0] + 0.05
    print("growth", "linear" if good else "NOT linear")
    return good


FILLER = (
    "Running text with a formula $a_i = b$ and a reference to Figure~\\ref{f1}, repeated to fill the page. "
    * 36
)


def many_floats(size: int) -> dict[str, bytes]:
    count = 1250 * size
    parts = [
        f"{FILLER}\n\n\\begin{{figure}}\\includegraphics{{p}}\\caption{{Number {i}.}}\\label{{f{i}}}"
        "\\end{figure}\n"
        for i in range(count)
    ]
    return {"main.tex": _document("".join(parts)), "p.png": b"x"}


def many_macros(size: int) -> dict[str, bytes]:
    count = 2500 * size
    parts = [
        f"\\newcommand{{\\m{_letters(i)}}}[1]{{value {i} #1}}\n\\m{_letters(i)}{{x}}\n{FILLER[:1500]}"
        for i in range(count)
    ]
    return {"main.tex": _document("".join(parts))}


def many_inputs(size: int) -> dict[str, bytes]:
    count = 125 * size
    files = {f"s{i}.tex": f"{FILLER}\n\\input{{s{i + 1}}}\n{FILLER}".encode() for i in range(count)}
    files[f"s{count}.tex"] = b"\\begin{figure}\\includegraphics{p}\\caption{Innermost.}\\end{figure}"
    return {**files, "main.tex": _document("\\input{s0}"), "p.png": b"x"}


def _letters(number: int) -> str:
    out = ""
    for _ in range(4):
        out += chr(97 + number % 26)
        number //= 26
    return out


def _document(body: str) -> bytes:
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n".encode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="slug of a paper (repeatable)")
    parser.add_argument("--differences", action="store_true", help="list every difference with its verdict")
    parser.add_argument("--scale", action="store_true", help="also measure growth on generated sources")
    parser.add_argument("--no-speed", action="store_true", help="leave the timing out")
    arguments = parser.parse_args()
    if not CORPUS.exists():
        print(f"no corpus at {CORPUS}", file=sys.stderr)
        return 1
    papers = read_corpus()
    if arguments.only:
        papers = {slug: files for slug, files in papers.items() if slug in arguments.only}
    score = Score()
    for slug, files in papers.items():
        theirs = seen_theirs(slug)
        if theirs is None:
            continue
        try:
            ours = seen_ours(read_paper(Paper(f"arxiv:{slug}", files), resolve=False))
        except RecordError as error:
            print(f"{slug}: rejected as a whole: {error}")
            ours = []
        compare(slug, ours, theirs, score)
    good = report(score, Bounds(), differences=arguments.differences)
    if not arguments.no_speed:
        speed(papers)
    if arguments.scale:
        good = scale() and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
