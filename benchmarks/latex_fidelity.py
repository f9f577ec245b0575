"""Compares the LaTeX extractor with LaTeXML's reading of the shared corpus; measures speed and growth.

Run from the repository's root: `.venv/bin/python -m benchmarks.latex_fidelity --differences --scale`.
Prints the figures and, if asked, every difference with its verdict; exits with 1 where a bound is missed.
"""

import argparse
import contextlib
import difflib
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
from extractors.latex.extract import read_paper
from extractors.latex.text.symbols import GREEK
from schemas.floats import Extraction
from schemas.paper import Paper
from schemas.reject import RecordError

CORPUS = Path(__file__).resolve().parents[1].parent / "shared" / "corpus"
SAME = 0.6  # similarity above which two captions are the same one, differently rendered
GREEK_NAMES = {letter: name.removeprefix("var") for name, letter in GREEK.items()}


@dataclass(frozen=True)
class Verdict:
    """What the differences of a paper were judged to be on reading its source, one by one.

    `count` is how many were read, `form` what each looks like: others of the same kind stay open.
    """

    slug: str
    what: str
    count: int
    form: str
    verdict: str


NOT_KNOWN = (
    "ours: \\processtable, of a class that LaTeXML does not know; pdfTeX lists the table with this number"
)
FORMULA = "even: the words agree; LaTeXML spells the formula out"
VERDICTS = (
    Verdict("bfc", "extra", 2, r"Performance of error|Effect on de novo", NOT_KNOWN),
    Verdict("minimap2", "extra", 1, r"Evaluation of junction accuracy", NOT_KNOWN),
    Verdict("miniasm", "extra", 4, r"Tools for|Pairwise mapping|Graphical fragment|Evaluation data", NOT_KNOWN),
    Verdict("solvingmicrodsops", "extra", 35, r"", "ours: LaTeXML read none of the \\subfile parts: it has no float"),
    Verdict("latexml-figure-dual-caption", "extra", 2, r"Right (?:figure|table)\.",
            "ours: the float has two captions; LaTeXML joins them"),
    Verdict("latexml-figure-dual-caption", "number", 2, r"theirs '2' ours '1'",
            "ours: pdfTeX lists 1 and 2; LaTeXML joined the captions and kept the last number"),
    Verdict("latexml-figure-mixed-content", "extra", 2, r"mid-fig caption|trailing caption",
            "ours: the float has three captions; LaTeXML joins them"),
    Verdict("latexml-figure-mixed-content", "missed", 2, r"A Wrapped Algorithm|Algorithms in minipage",
            "ours: the caption is an algorithm's"),
    Verdict("latexml-figure-mixed-content", "number", 6, r"theirs '\d+' ours '\d'",
            "ours: pdfTeX lists 1 to 9; LaTeXML counts an algorithm and joined captions"),
    Verdict("latexml-figure-mixed-content", "graphics", 1, r"theirs \[\]", "ours: LaTeXML loses images in an array"),
    Verdict("latexml-figure-grids", "number", 110, r"theirs '0[a-z]+' ours '\d\d?[a-z]+'",
            "ours: each figure's panels alone have captions, which subcaption counts as a figure; pdfTeX prints "
            "these very 110 numbers where labels are added; LaTeXML counts no figure and letters on"),
    Verdict("latexml-figures", "number", 2, r"theirs '0([ab])' ours '1\1'",
            "ours: LaTeXML numbers a panel before its table counts"),
    Verdict("latex-paper", "number", 8, r"theirs '[01]([a-f])' ours '[12]\1'",
            "ours: LaTeXML numbers a panel before its figure counts"),
    Verdict("pygbe-lspr-paper", "number", 6, r"theirs '(?:1' ours 'i|2' ours 'ii|3' ours 'iii|4' ours 'iv"
            r"|5' ours 'v|6' ours 'vi)'", "ours: revtex numbers tables in Roman numerals, and so does pdfTeX"),
    Verdict("cloud-repro", "number", 5, r"theirs '(?:i' ours '1|ii' ours '2|iii' ours '3|iv' ours '4|v' ours '5)'",
            "ours: IEEEtran's compsoc numbers tables in Arabic numerals, and so does pdfTeX"),
    Verdict("edo-paper", "graphics", 6, r"theirs \[\]", "ours: LaTeXML drops images in a tabular"),
    Verdict("edo-paper", "text", 6, r"open-interval@", "even: the words agree; LaTeXML calls (3, 100) an interval"),
    Verdict("lsstdesc-ccl-version-arxiv", "text", 1, r"similar-to-or-equals", FORMULA),
    Verdict("magnetic-ellipsoid", "text", 1, r"tilde@", FORMULA),
    Verdict("miniasm", "text", 1, r"delimited-\[\]@", FORMULA),
    Verdict("paper-author-disambiguation", "text", 1, r"R _ \[B3\]", FORMULA),
    Verdict("pygbe-lspr-paper", "text", 3, r"plus-or-minus", FORMULA),
)  # fmt: skip


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


def judged(differences: list[tuple[str, str, str, str]]) -> list[str]:
    """Return the verdict on each difference: `open` where none was made, or more are there than were read."""
    left = {verdict: verdict.count for verdict in VERDICTS}
    out = []
    for slug, what, _, detail in differences:
        found = next(
            (
                v
                for v in VERDICTS
                if (v.slug, v.what) == (slug, what) and left[v] and re.search(v.form, detail)
            ),
            None,
        )
        if found is not None:
            left[found] -= 1
        out.append("open" if found is None else found.verdict)
    return out


def report(score: Score, bounds: Bounds, *, differences: bool) -> bool:
    """Print the figures as compared and by the verdicts; return whether the latter keep all bounds."""
    verdicts = judged(score.differences)
    ours = Counter(d[1] for d, v in zip(score.differences, verdicts, strict=True) if v.startswith("ours"))
    rows = [
        ("caption recall", score.matched, ours["missed"], score.reference, bounds.recall),
        ("extra captions", score.extra, -ours["extra"], score.ours, bounds.wrong_extra),
        ("text similarity", score.similarity, 0, score.matched, bounds.similarity),
        ("image pairing", score.pairs_right, ours["graphics"], score.pairs, bounds.pairing),
        ("printed numbers", score.numbers_right, ours["number"], score.numbers, bounds.numbers),
    ]
    for (slug, what, place, detail), verdict in zip(score.differences, verdicts, strict=True):
        if differences:
            print(f"{slug:40} {what:9} {place.split(':', 1)[-1]:28} [{verdict}] {detail}")
    print(
        f"\n{score.reference} reference captions, {score.ours} of ours in the same papers, "
        f"{len(verdicts)} differences, {verdicts.count('open')} of them open"
    )
    good = True
    for name, value, by_verdict, of, bound in rows:
        plain, adjusted = value / max(1, of), (value + by_verdict) / max(1, of)
        kept = adjusted <= bound if name.startswith("extra") else adjusted >= bound
        good = good and kept
        print(
            f"{name:20} as compared {plain:7.4f}   by the verdicts {adjusted:7.4f}   bound {bound:.2f}   "
            f"{'kept' if kept else 'MISSED'}"
        )
    return good


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
        bound = 2 * rates[0] + 0.05
        good = good and rates[1] < bound
        print(f"{name:8} {rates[1]:.3f} s a MB at four times the size, bound {bound:.3f}")
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
