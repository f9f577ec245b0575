"""What TeX says of a paper beside what the project reads from its source."""

import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from benchmarks.tex.outputs import Listed, Opened, Record
from schemas.floats import Extraction, Float
from schemas.reject import Reject

KINDS = ("figure", "table")
_COMMAND = re.compile(r"\\[A-Za-z@]+|\\.")
_WORD = re.compile(r"[^\W_]+")
_FLOAT = re.compile(r"\\begin\s*\{((?:\w*(?:figure|table)|SC\w+)\*?)\}.*?\\end\s*\{\1\}", re.S)
_LABEL = re.compile(r"\\label\s*(?:\[[^\]]*\]\s*)?\{([^{}]*)\}")
_ANCHORS = ("figure.", "table.", "subfigure.", "subtable.")
_ALIKE = 0.5  # of the words of the shorter caption, those that the longer one has
_SOMEWHAT_ALIKE = 0.2


@dataclass(frozen=True)
class Difference:
    """One point in which TeX and we differ; `what` names it the same in every run."""

    paper: str
    what: str
    theirs: str
    ours: str


@dataclass
class Tally:
    """How many of something TeX has, and in which of them we differ."""

    total: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count another paper's in."""
        self.total += other.total
        self.differences += other.differences


@dataclass
class Comparison:
    """All that is compared of one or of many papers."""

    captions: Tally = field(default_factory=Tally)
    numbers: Tally = field(default_factory=Tally)
    labels: Tally = field(default_factory=Tally)  # of floats
    others: Tally = field(default_factory=Tally)  # labels of sections, equations and all the rest
    graphics: Tally = field(default_factory=Tally)
    unknown: Tally = field(default_factory=Tally)  # captions of ours

    def add(self, other: "Comparison") -> None:
        """Count another paper's in."""
        for name in ("captions", "numbers", "labels", "others", "graphics", "unknown"):
            getattr(self, name).add(getattr(other, name))


@dataclass(eq=False)
class _Own:
    kind: str
    number: str
    words: frozenset[str]
    caption: str
    file: str
    is_pair: bool


def compare(
    key: str, record: Record, found: Extraction, labels: Mapping[str, str], in_floats: frozenset[str]
) -> Comparison:
    """Return where TeX and we differ on one paper.

    Args:
        key: the paper, as differences name it.
        record: what TeX says of it.
        found: what we read of it.
        labels: the number of every label as we know it.
        in_floats: the labels that stand in floats.
    """
    result = Comparison()
    own = [o for o in (*map(_of_float, found.floats), *map(_of_reject, found.rejects)) if o is not None]
    matched = _matched(record.captions, own)
    _compare_captions(key, record.captions, matched, result)
    _compare_labels(key, record, labels, in_floats, result)
    _compare_graphics(key, record, found, result)
    taken = {id(m) for m in matched if m is not None}
    for o in own:
        result.unknown.total += o.is_pair
        if o.is_pair and id(o) not in taken:
            unread = f"; {o.file} is not read" if o.file not in record.read else ""
            why = f"lists {len(record.captions)} captions{unread}"
            name = f"unknown {o.kind} {o.number or _short(o.caption)}"
            result.unknown.differences.append(Difference(key, name, why, _short(o.caption)))
    return result


def _compare_captions(
    key: str, listed: tuple[Listed, ...], matched: list["_Own | None"], result: Comparison
) -> None:
    seen = Counter[tuple[str, str]]()
    for theirs, ours in zip(listed, matched, strict=True):
        seen[theirs.kind, theirs.number] += 1
        again = seen[theirs.kind, theirs.number]
        what = f"{theirs.kind} {theirs.number}".strip() + (f" ({again})" if again > 1 else "")
        told = f"{what}: {_short(theirs.text)}"
        result.captions.total += 1
        if ours is None:
            result.captions.differences.append(Difference(key, f"caption {what}", told, "not found"))
            continue
        own = f"{ours.kind} {ours.number}: {_short(ours.caption)}"
        if ours.kind != theirs.kind:
            result.captions.differences.append(Difference(key, f"kind {what}", told, own))
        if theirs.number:
            result.numbers.total += 1
            if _same(theirs.number) != _same(ours.number):
                result.numbers.differences.append(Difference(key, f"number {what}", told, own))


def _of_float(found: Float) -> _Own | None:
    if found.parent_id is not None:
        return None
    return _Own(found.kind, found.number or "", _words(found.caption), found.caption, found.source_file, True)


def _of_reject(reject: Reject) -> _Own | None:
    if reject.kind not in KINDS or ":panel-" in (reject.pair_id or ""):
        return None
    number = (reject.label or "").split()[-1:] or [""]
    return _Own(reject.kind, number[0], _words(reject.caption or ""), reject.caption or "", "", False)


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", _COMMAND.sub(" ", text)).lower()
    return frozenset(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def _matched(listed: tuple[Listed, ...], own: list[_Own]) -> list[_Own | None]:
    """Return our partner of each listed caption: the same words come first, then the same number.

    A figure that goes on under the same number is listed again; we may have it once.
    """
    scores = []
    for n, theirs in enumerate(listed):
        words = _words(theirs.text)
        for m, ours in enumerate(own):
            alike = len(words & ours.words) / max(1, min(len(words), len(ours.words)))
            same = _same(theirs.number) == _same(ours.number) and theirs.kind == ours.kind
            if alike >= _ALIKE or (same and (alike >= _SOMEWHAT_ALIKE or not words or not ours.words)):
                longer = len(words & ours.words) / max(1, len(words | ours.words))
                scores.append(
                    (alike + longer + 0.5 * same + 0.2 * (theirs.kind == ours.kind), -abs(n - m), n, m)
                )
    partners: dict[int, _Own] = {}
    taken: set[int] = set()
    for _, _, n, m in sorted(scores, reverse=True):
        if n not in partners and m not in taken:
            partners[n] = own[m]
            taken.add(m)
    by_number = {(p.kind, _same(p.number)): p for p in partners.values()}
    return [
        partners.get(n) or (by_number.get((c.kind, _same(c.number))) if c.number else None)
        for n, c in enumerate(listed)
    ]


def _same(number: str) -> str:
    return re.sub(r"[\s.:]+$", "", number.replace(" ", "")).replace("–", "-")


def _compare_labels(
    key: str, record: Record, labels: Mapping[str, str], in_floats: frozenset[str], result: Comparison
) -> None:
    for label, number in record.labels.items():
        if not number or label.startswith("sub@"):
            continue
        is_float = label in in_floats or record.anchors.get(label, "").startswith(_ANCHORS)
        tally = result.labels if is_float else result.others
        if label in labels or is_float:
            tally.total += 1
            if _same(number) != _same(labels.get(label, "")):
                ours = labels.get(label, "not known")
                tally.differences.append(Difference(key, f"label {label}", number, ours))


def labels_in_floats(texts: Iterable[str]) -> frozenset[str]:
    """Return the labels that stand between a float's begin and end in some source text."""
    found: set[str] = set()
    for text in texts:
        plain = re.sub(r"(?<!\\)%.*", "", text)
        for match in _FLOAT.finditer(plain):
            found.update(key.strip() for key in _LABEL.findall(match.group()))
    return frozenset(found)


def _compare_graphics(key: str, record: Record, found: Extraction, result: Comparison) -> None:
    paired = {_form(g.path) for f in found.floats for g in f.graphics}
    rejected = "\n".join(f"{r.detail} {r.snippet}" for r in found.rejects).lower()
    for path, opened in _inside(record.graphics).items():
        result.graphics.total += 1
        if _form(path) in paired:
            continue
        stem = posixpath.basename(_form(path))
        if re.search(rf"(?<![\w-]){re.escape(stem)}(?![\w-])", rejected):
            continue
        place = f"in a {opened.kind} with {len(opened.captions)} captions"
        result.graphics.differences.append(
            Difference(key, f"graphic {path}", place, "in no pair and no reject")
        )


def _inside(graphics: Iterable[Opened]) -> dict[str, Opened]:
    return {g.path: g for g in graphics if g.kind in KINDS}


def _form(path: str) -> str:
    """Return a graphic's path without its extension: engines take different forms of one picture."""
    return re.sub(r"\.\w{2,4}$", "", path).removesuffix("-eps-converted-to").lower()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:90] + "…"
