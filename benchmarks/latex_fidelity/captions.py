"""Captions as either side has them, which of them are the same one, and how they differ."""

import difflib
import json
import posixpath
import re
import unicodedata
from dataclasses import dataclass, field

from benchmarks.latex_fidelity.corpus import CORPUS
from extractors.latex.text.symbols import GREEK
from schemas.floats import Extraction

SAME = 0.6  # similarity above which two captions are the same one, differently rendered
GREEK_NAMES = {letter: name.removeprefix("var") for name, letter in GREEK.items()}


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
