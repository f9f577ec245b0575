"""Measure the JATS extractor: floats accounted for, caption text, media pairing, cost beside a bare parse.

    python benchmarks/jats_fidelity.py [--corpus ../shared/corpus] [--rounds 5] [--differences 10]

Prints one line a measure and leaves with status 1 where one is below its bound. The reading that captions
are compared with is pandoc's JATS reader (each caption given to it as a section of its own, since it drops
most of those of figures); where a caption holds a formula, which pandoc turns into TeX, or pandoc is not
installed, it is lxml's bare text. Parts that are no caption (footnotes, files of source data) are left out
on both sides.
"""

import argparse
import copy
import importlib.util
import json
import posixpath
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from lxml import etree

from extractors.jats import extract
from schemas.floats import Extraction
from schemas.paper import Paper

IMAGE_EXTENSIONS = (".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".eps", ".pdf", ".svg")


@dataclass(frozen=True)
class Bounds:
    """What the extractor has to reach (issue 4 of the project's plan)."""

    caption_similarity: float = 0.98
    cost_ratio: float = 6.0


@dataclass(frozen=True)
class Sample:
    """One article: its package as it is, and the same with a file for every graphic that it names."""

    name: str
    xml_path: Path
    root: etree._Element
    paper: Paper
    complete: Paper


def read_samples(corpus: Path, scratch: Path) -> list[Sample]:
    samples = []
    for name, files in packages(corpus):
        article = next(p for p in sorted(files) if p.endswith(".nxml"))
        path = scratch / f"{name}.nxml"
        path.write_bytes(files[article])
        root = etree.fromstring(files[article], etree.XMLParser(remove_comments=True, remove_pis=True))
        graphics = {h: b"x" for h in hrefs(root) if h not in files}
        folder = posixpath.dirname(article)
        media = {
            posixpath.normpath(posixpath.join(folder, posixpath.basename(h) + ".jpg")): d
            for h, d in graphics.items()
        }
        samples.append(
            Sample(name, path, root, Paper(f"pmc:{name}", files), Paper(f"pmc:{name}", media | files))
        )
    return samples


def packages(corpus: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    for archive in sorted((corpus / "pmc_oa").glob("*.tar.gz")):
        with tarfile.open(archive) as tar:
            members = [(m.name, tar.extractfile(m)) for m in tar if m.isfile()]
            yield archive.name.removesuffix(".tar.gz"), {n: f.read() for n, f in members if f is not None}
    for path in sorted((corpus / "jats_xml").glob("*.nxml")):
        yield path.stem, {path.name: path.read_bytes()}


def hrefs(element: etree._Element) -> list[str]:
    links = [g.get("{http://www.w3.org/1999/xlink}href") or "" for g in element.iter("{*}graphic")]
    return [link for link in links if link]


def account(samples: list[Sample]) -> list[str]:
    """Return one line for each article whose `<fig>` and `<table-wrap>` are not all floats or rejects."""
    faults = []
    for sample in samples:
        found = extract(sample.paper)
        names = Counter([f.pair_id for f in found.floats] + [r.pair_id for r in found.rejects])
        elements = sum(1 for _ in sample.root.iter("{*}fig", "{*}table-wrap"))
        groups = sum(
            1 for g in sample.root.iter("{*}fig-group", "{*}table-wrap-group") if said(g.find("{*}caption"))
        )
        if sum(names.values()) != elements + groups or max(names.values(), default=1) > 1:
            faults.append(
                f"{sample.name}: {elements} floats and {groups} groups, {sum(names.values())} accounted for"
            )
    return faults


def said(caption: etree._Element | None) -> bool:
    return caption is not None and bool("".join(caption.itertext()).strip())


LEFT_OUT = (
    "fn",
    "supplementary-material",
    "object-id",
    "label",
    "annotation",
    "tex-math",
    "inline-graphic",
    "media",
    "graphic",
)
FORMULAE = ("inline-formula", "disp-formula", "math", "tex-math")


def cleaned(caption: etree._Element) -> etree._Element:
    """Return a copy of a caption without what is no part of it."""
    kept = copy.deepcopy(caption)
    kept.tail = None
    has_mathml = next(kept.iter("{*}math"), None) is not None
    for name in LEFT_OUT:
        if name == "tex-math" and not has_mathml:
            continue
        for element in list(kept.iter("{*}" + name)):
            parent, before = element.getparent(), element.getprevious()
            if parent is None:
                continue
            if before is not None:
                before.tail = (before.tail or "") + (element.tail or "")
            else:
                parent.text = (parent.text or "") + (element.tail or "")
            parent.remove(element)
    return kept


def reference_texts(sample: Sample) -> dict[str, str]:
    """Return the independent reading of every caption, by the `id` of its float."""
    captions = {}
    for element in sample.root.iter("{*}fig", "{*}table-wrap"):
        caption = element.find("{*}caption")
        if caption is not None and element.get("id"):
            captions[element.get("id")] = cleaned(caption)
    texts = {i: " ".join(bare_pieces(c)) for i, c in captions.items()}
    plain = {
        i: c for i, c in captions.items() if not any(True for _ in c.iter(*["{*}" + f for f in FORMULAE]))
    }
    if shutil.which("pandoc") and plain:
        texts |= {i: t for i, t in pandoc_texts(plain).items() if t}
    return texts


def bare_pieces(caption: etree._Element) -> list[str]:
    return ["".join(part.itertext()).strip() for part in caption] or ["".join(caption.itertext())]


def pandoc_texts(captions: dict[str, etree._Element]) -> dict[str, str]:
    article = etree.Element("article")
    body = etree.SubElement(article, "body")
    ids = list(captions)
    for n, i in enumerate(ids):
        section = etree.SubElement(body, "sec", id=f"caption-{n}")
        etree.SubElement(section, "title").text = f"caption-{n}"
        for part in captions[i]:
            copied = copy.deepcopy(part)
            copied.tag = "p" if etree.QName(part).localname == "title" else part.tag
            section.append(copied)
    command = ["pandoc", "-f", "jats", "-t", "json"]
    done = subprocess.run(
        command, input=etree.tostring(article), capture_output=True, timeout=120, check=False
    )
    if done.returncode:
        return {}
    texts: dict[str, str] = {}
    current = None
    for block in json.loads(done.stdout)["blocks"]:
        words = " ".join("".join(strings(block.get("c"))).split())
        if block["t"] == "Header" and words.startswith("caption-"):
            current = ids[int(words.removeprefix("caption-"))]
        elif current is not None:
            texts[current] = f"{texts.get(current, '')} {words}".strip()
    return texts


def strings(node: object) -> Iterator[str]:
    """Yield the text of a pandoc document."""
    if isinstance(node, list):
        for part in node:
            yield from strings(part)
    elif isinstance(node, dict):
        kind, content = node.get("t"), node.get("c")
        if kind == "Str":
            yield str(content)
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            yield " "
        elif kind in ("Code", "Math", "RawInline") and isinstance(content, list):
            yield str(content[1])
        elif kind in ("Link", "Span", "Cite", "Quoted") and isinstance(content, list):
            yield from strings(content[1])
        elif content is not None:
            yield from strings(content)
            yield " " if kind in ("Para", "Plain") else ""


def normalised(text: str) -> str:
    """Return text with the differences of mere notation taken out: scripts, dashes, spacing, quotes."""
    text = re.sub(r"[\^_](?:\(([^()]*)\)|(?=\w))", r"\1", text)
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans("−‐‑’‘“”", "---''\"\""))
    return " ".join(text.split())


def similarity(a: str, b: str) -> float:
    if a == b:
        return 1.0
    head = len(posixpath.commonprefix([a, b]))
    x, y = a[head:], b[head:]
    tail = len(posixpath.commonprefix([x[::-1], y[::-1]]))
    x, y = x[: len(x) - tail], y[: len(y) - tail]
    middle = sum(m.size for m in SequenceMatcher(None, x, y, autojunk=False).get_matching_blocks())
    return 2 * (head + tail + middle) / (len(a) + len(b))


def compare_captions(samples: list[Sample]) -> list[tuple[float, str, str, str, str]]:
    """Return (similarity, article, id, ours, theirs) for every caption that both readings have."""
    rows = []
    for sample in samples:
        ours = captions_by_id(extract(sample.complete))
        for i, theirs in reference_texts(sample).items():
            if theirs.strip():
                a, b = normalised(ours.get(i, "")), normalised(theirs)
                rows.append((similarity(a, b), sample.name, i, a, b))
    return rows


def captions_by_id(found: Extraction) -> dict[str, str]:
    texts = {key: f.caption for f in found.floats for key in f.ref_keys}
    for reject in found.rejects:
        match = re.search(r'\bid="([^"]+)"', (reject.snippet or "")[:400])
        if match and reject.caption:
            texts.setdefault(match.group(1), reject.caption)
    return texts


def pair_media(samples: list[Sample]) -> tuple[int, list[str]]:
    """Return how many captioned figures have a file in their package, and those that did not get it."""
    present, faults = 0, []
    for sample in samples:
        stems = {stem(p) for p in sample.paper.files if not p.endswith((".nxml", ".xml"))}
        floats = extract(sample.paper).floats
        taken = {key: {stem(g.path) for g in f.graphics} for f in floats for key in f.ref_keys}
        everywhere = {stem(g.path) for f in floats for g in f.graphics}
        for fig in sample.root.iter("{*}fig"):
            named = {stem(h) for h in hrefs(fig)}
            there = named & stems
            if not there or not said(fig.find("{*}caption")):
                continue
            present += 1
            # A figure without an id is looked for among all: it has no other name to be found by.
            wanted = 1 if fig.find("{*}alternatives") is not None else len(there)
            if len(taken.get(fig.get("id"), everywhere) & there) < wanted:
                faults.append(f"{sample.name}: {fig.get('id')} names {sorted(there)}")
    return present, faults


def stem(path: str) -> str:
    name = posixpath.basename(path).lower()
    base, extension = posixpath.splitext(name)
    return base if extension in IMAGE_EXTENSIONS else name


def best_time(work: Callable[[], object], rounds: int) -> float:
    """Return the least processor time of some rounds; other programs on the machine hardly touch it."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def measure_cost(samples: list[Sample], rounds: int) -> tuple[float, float]:
    """Return the seconds of a bare parse and of our extraction, the files read from disk on each side."""

    def parse() -> None:
        for sample in samples:
            etree.parse(str(sample.xml_path))

    def read() -> None:
        for sample in samples:
            sample.xml_path.read_bytes()
            extract(sample.complete)

    parse_time = read_time = float("inf")
    for _ in range(rounds):  # by turns, so that a busy machine slows both
        parse_time = min(parse_time, best_time(parse, 2))
        read_time = min(read_time, best_time(read, 1))
    return parse_time, read_time


def print_pubmed_parser(samples: list[Sample], floats: int) -> None:
    """Print how many captions pubmed_parser finds, where it is installed."""
    if importlib.util.find_spec("pubmed_parser") is None:
        print("pubmed_parser     not installed (pip install pubmed-parser)")
        return
    import pubmed_parser

    start, found, failed = time.perf_counter(), 0, 0
    for sample in samples:
        try:
            found += len(pubmed_parser.parse_pubmed_caption(str(sample.xml_path)) or ())
        except (KeyError, NameError, AttributeError, IndexError, TypeError, ValueError):
            failed += 1  # a figure without id or label, a namespace that it does not expect
    took = time.perf_counter() - start
    print(
        f"pubmed_parser     {found} captions in {took:.2f} s, {failed} articles failed (ours: {floats} floats)"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).parents[1].parent / "shared" / "corpus"
    parser.add_argument("--corpus", type=Path, default=default)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--differences", type=int, default=10, help="how many of the worst captions to show")
    options = parser.parse_args()
    if not (options.corpus / "jats_xml").is_dir():
        print(f"no corpus at {options.corpus}", file=sys.stderr)
        return 2
    bounds = Bounds()
    with tempfile.TemporaryDirectory() as scratch:
        samples = read_samples(options.corpus, Path(scratch))
        faults = account(samples)
        rows = sorted(compare_captions(samples))
        mean = sum(r[0] for r in rows) / max(len(rows), 1)
        present, unpaired = pair_media(samples)
        parse_time, read_time = measure_cost(samples, options.rounds)
        ratio = read_time / parse_time
        complete = [extract(s.complete) for s in samples]
        floats = sum(len(x.floats) for x in complete)
        rejects = sum(len(x.rejects) for x in complete)
        print(f"articles          {len(samples)}, {floats} floats, {rejects} rejects")
        print(
            f"accounted for     {len(samples) - len(faults)} of {len(samples)} articles",
            *faults,
            sep="\n    ",
        )
        print(f"caption text      {mean:.4f} over {len(rows)} captions (bound {bounds.caption_similarity})")
        print(f"                  {sum(r[0] == 1 for r in rows)} equal, worst {rows[0][0]:.3f}")
        for score, name, i, ours, theirs in rows[: options.differences]:
            print(f"    {score:.3f} {name} {i}\n      ours   {ours[:300]}\n      theirs {theirs[:300]}")
        print(
            f"media paired      {present - len(unpaired)} of {present} figures with a file",
            *unpaired,
            sep="\n    ",
        )
        print(
            f"cost              {ratio:.2f} times a bare parse ({read_time:.3f} s against {parse_time:.3f} s)"
        )
        print_pubmed_parser(samples, floats)
    met = not faults and not unpaired and mean >= bounds.caption_similarity and ratio <= bounds.cost_ratio
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
