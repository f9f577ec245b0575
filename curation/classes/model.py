"""The learnt classifier as it answers: one part for figures, one for tables."""

import functools
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from curation.classes.company import company_of, nobody
from curation.classes.drawn import DRAWN_COUNTS, DRAWN_MEANING
from curation.classes.grid import GRID
from curation.classes.softmax import Softmax
from curation.classes.terms import BITS, FIELDS, Terms
from curation.classes.word_vectors import MEANING

Array = npt.NDArray[np.float64]

SIGNALS, PICTURE = "signals", "picture"  # dense inputs, as are the meanings of texts; "text" is linear
EARLY, LATE, TEXTURE = "picture.early", "picture.late", "picture.texture"
GALLERY = "gallery"  # what pictures of no paper say of image types: heard as an expert is
WRITTEN = "written"  # what captions and tables of no paper say of classes: so, too
CAPTION, SENTENCES = f"{MEANING}caption", f"{MEANING}sentences"
TEXT_SIGNALS = 28  # so many of the signals are counts of text and place

# Which inputs each expert hears, and how loud.
FIGURE_EXPERTS: Mapping[str, Mapping[str, float]] = {
    "text": {"text": 1.0},
    "meaning": {CAPTION: 0.7, SENTENCES: 0.35},
    "picture": {PICTURE: 1.0, LATE: 0.7, EARLY: 0.4, TEXTURE: 0.4},
    "together": {LATE: 1.0, EARLY: 0.7},
    "texture": {TEXTURE: 1.0},
    "signals": {SIGNALS: 1.0},
    "joint": {
        "text": 1.0,
        CAPTION: 0.7,
        SENTENCES: 0.35,
        PICTURE: 1.4,
        LATE: 0.7,
        EARLY: 0.4,
        TEXTURE: 0.4,
        SIGNALS: 0.5,
    },
    "drawn_words": {DRAWN_MEANING: 1.0},
    "drawn_counts": {DRAWN_COUNTS: 1.0},
}
TABLE_EXPERTS: Mapping[str, Mapping[str, float]] = {
    "text": {"text": 1.0},
    "meaning": {CAPTION: 0.7, SENTENCES: 0.35},
    "signals": {SIGNALS: 1.0, GRID: 1.0},
    "joint": {"text": 1.0, CAPTION: 0.7, SENTENCES: 0.35, SIGNALS: 0.5, GRID: 0.5},
}
EXPERTS = {"figure": FIGURE_EXPERTS, "table": TABLE_EXPERTS}
DRAWN_INPUTS = (DRAWN_MEANING, DRAWN_COUNTS)
DRAWN = ("drawn_words", "drawn_counts")  # the experts that are asked where OCR has read a picture
WITH_DRAWN = "_drawn"  # after a head's name: the same head, which hears those experts as well
# The experts that hear what is seen in a picture, and nothing else.
SEEING = ("picture", "together", "texture")
# The experts that are not asked for image types, and those not asked for classes: without them these are told better.
UNTYPED = ("text", "drawn_words")
UNCLASSED = ("together", "texture")


CLIP_SPREADS = 6.0  # so many spreads from the mean an input is cut off


def row_step(width: int) -> float:
    """Return the step in which training rows of some width are kept, in eight bits."""
    return float(CLIP_SPREADS / np.sqrt(width) / 127)


@dataclass(frozen=True)
class Dense:
    """A dense input: how it is standardized, the training rows so, and the scale of their distances."""

    mean: Array
    spread: Array
    rows: Array
    scale: float

    def standard(self, values: Array) -> Array:
        """Return inputs of shape (rows, width) with mean 0 and squared length about 1."""
        clipped = np.clip((values - self.mean) / self.spread, -CLIP_SPREADS, CLIP_SPREADS)
        return np.asarray(clipped / np.sqrt(values.shape[1]))

    def kernel(self, values: Array) -> Array:
        """Return how near inputs are to the training rows, 0 to 1, of shape (rows, training rows)."""
        given = self.standard(values)
        # The time goes into reading the rows: in single precision there is half to read.
        along = given.astype(np.float32) @ self.single_rows.T
        apart = (given**2).sum(axis=1)[:, None] + self.squares[None] - 2.0 * along
        return np.asarray(np.exp(-np.maximum(apart, 0.0) / self.scale))

    @functools.cached_property
    def single_rows(self) -> npt.NDArray[np.float32]:
        """The training rows in single precision."""
        return self.rows.astype(np.float32)

    @functools.cached_property
    def squares(self) -> Array:
        """The squared lengths of the training rows."""
        return np.asarray((self.rows**2).sum(axis=1))


@dataclass(frozen=True)
class Vocabulary:
    """The terms that were seen in two floats or more, and how rare each is."""

    places: npt.NDArray[np.int64]
    rarity: Array

    @functools.cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """The row of each term's hash, -1 where it is not among them, of shape (hashes,)."""
        found = np.full(1 << BITS, -1, dtype=np.int64)
        found[self.places] = np.arange(len(self.places))
        return found

    def vector(
        self, terms: Terms, weights: Mapping[str, float]
    ) -> tuple[npt.NDArray[np.int64], Array, list[str]]:
        """Return columns, values and shown texts of a float's terms; those of a field have its weight as length."""
        columns: list[npt.NDArray[np.int64]] = []
        values: list[Array] = []
        shown: list[str] = []
        for field, weight in weights.items():
            said = terms[field]
            at = self.rows[said.places]
            known = at >= 0
            if not known.any():
                continue
            part = (1.0 + np.log(said.counts[known])) * self.rarity[at[known]]
            columns.append(at[known])
            values.append(part * (weight / math.sqrt(part @ part)))
            shown += itertools.compress(said.shown, known.tolist())
        if not columns:
            return np.zeros(0, np.int64), np.zeros(0), []
        return np.concatenate(columns), np.concatenate(values), shown


@dataclass(frozen=True)
class Expert:
    """One regression: weights of the terms (terms, targets), of the training rows (rows, targets), intercepts."""

    loudness: Mapping[str, float]
    terms: Array
    rows: Array
    intercepts: Array


@dataclass(frozen=True)
class Opinion:
    """What is said of one float: probabilities of classes, of image types and of several panels.

    `said` is what each expert says, and gallery and written examples where they were asked, `added` what each input
    adds to the joint expert's targets; columns, values and shown are the terms that the vocabulary knows, signals
    those that the heads hear, and `drawn` is whether words in the picture are among what was heard.
    """

    classes: Array
    types: Array | None
    several: float | None
    said: Mapping[str, Array]
    added: Mapping[str, Array]
    columns: npt.NDArray[np.int64]
    values: Array
    shown: Sequence[str]
    signals: Array
    drawn: bool = False


@dataclass(frozen=True)
class KindModel:
    """The classifier of one kind of float; `heads` are named class, type, several, class_text, class_picture.

    Where it was learnt from pictures that OCR had read, there are class_drawn and type_drawn as well. Of what was
    learnt from written examples there are experts and no heads.
    """

    classes: tuple[str, ...]
    types: tuple[str, ...]
    type_caps: tuple[float, ...]
    vocabulary: Vocabulary
    dense: Mapping[str, Dense]
    experts: Mapping[str, Expert]
    heads: Mapping[str, Softmax]

    def opinion(self, kind: str, terms: Terms, dense: Mapping[str, npt.NDArray[np.float32]]) -> Opinion:
        """Return what is said of its paper's only float; without a picture the words and signals decide alone."""
        columns, values, shown = self.vocabulary.vector(terms, FIELDS[kind])
        near = self.near(dense)
        signals = dense[SIGNALS].astype(np.float64)[:TEXT_SIGNALS]
        parts = self.parts_of(columns, values, near)
        said, added = self.sums(parts), parts.get("joint", {})
        said |= {name: dense[name].astype(np.float64) for name in (GALLERY, WRITTEN) if name in dense}
        if PICTURE in self.dense and PICTURE not in near:
            classes = self.ask(kind, "class_text", said, signals)
            return Opinion(classes, None, None, said, added, columns, values, shown, signals)
        drawn = said.keys() >= set(DRAWN)
        classes = self.ask(kind, head_of("class", drawn), said, signals)
        types = several = None
        if self.types:
            types = self.ask(kind, head_of("type", drawn), said, signals)
            several = float(self.ask(kind, "several", said, signals)[1])
        return Opinion(classes, types, several, said, added, columns, values, shown, signals, drawn)

    def near(self, dense: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, Array]:
        """Return how near the given inputs are to the training rows, for each input of shape (training rows,)."""
        heard = [name for name in self.dense if name in dense]
        return {name: self.dense[name].kernel(dense[name].astype(np.float64)[None])[0] for name in heard}

    def parts_of(
        self, columns: npt.NDArray[np.int64], values: Array, near: Mapping[str, Array]
    ) -> dict[str, dict[str, Array]]:
        """Return what each of an expert's inputs adds to its targets, for each expert whose inputs are all there."""
        return {
            name: {
                heard: loud
                * (values @ expert.terms[columns] if heard == "text" else near[heard] @ expert.rows)
                for heard, loud in expert.loudness.items()
            }
            for name, expert in self.experts.items()
            if set(expert.loudness) <= {"text", *near}
        }

    def sums(self, parts: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
        """Return what each expert says whose parts these are, of shape (targets,)."""
        return {name: self.experts[name].intercepts + sum(added.values()) for name, added in parts.items()}

    @property
    def widths(self) -> tuple[int, ...]:
        """How many classes and image types are alternatives to each other."""
        return (len(self.classes), len(self.types)) if self.types else (len(self.classes),)

    @property
    def hears_drawn(self) -> bool:
        """Whether it was learnt from pictures that OCR had read."""
        return head_of("class", True) in self.heads

    def together(self, kind: str, papers: Sequence[str], opinions: Sequence[Opinion]) -> list[Opinion]:
        """Return opinions on several floats in the light of each other: figures of one paper hear of one another.

        Those without a picture, and tables, are neither heard nor told anew.
        """
        found = list(opinions)
        heard = [place for place, one in enumerate(opinions) if kind == "figure" and PICTURE in one.said]
        if not heard:
            return found
        said = np.stack([opinions[place].said["joint"][: sum(self.widths)] for place in heard])
        company = company_of([papers[place] for place in heard], said, self.widths)
        for place, others in zip(heard, company, strict=True):
            one = opinions[place]
            head = head_of("class", one.drawn)
            found[place] = replace(one, classes=self.ask(kind, head, one.said, one.signals, others))
        return found

    def ask(
        self,
        kind: str,
        head: str,
        said: Mapping[str, Array],
        signals: Array,
        company: Array | None = None,
    ) -> Array:
        """Return a head's probabilities, given what the experts said; without company as of a paper's only float."""
        others = nobody(self.widths) if company is None else company
        inputs = head_inputs(kind, head, said, len(self.classes), signals, others)
        return np.asarray(self.heads[head].probabilities(inputs[None])[0])


def head_of(name: str, drawn: bool) -> str:
    """Return the name of the head that hears of the words in a picture, or of the one that does not."""
    return f"{name}{WITH_DRAWN}" if drawn else name


def head_inputs(
    kind: str, head: str, said: Mapping[str, Array], classes: int, signals: Array, company: Array
) -> Array:
    """Return what a head hears: the experts' opinions that matter to it, the signals of the text, a figure's company.

    `said` holds (targets,) or (rows, targets) for each expert, the gallery and the written examples, `signals` and
    `company` the same of theirs.
    """
    counted = signals[..., :TEXT_SIGNALS]
    silent = () if head.endswith(WITH_DRAWN) else DRAWN
    head = head.removesuffix(WITH_DRAWN)
    heard = [name for name in EXPERTS[kind] if name in said and name not in silent]  # in one order
    written = [said[WRITTEN]] if WRITTEN in said else []
    if kind == "table":
        return np.concatenate(
            [said[name][..., :1] for name in heard] + [one[..., :1] for one in written], axis=-1
        )
    classed = [said[name] for name in heard if name not in UNCLASSED]
    typed = [said[name] for name in heard if name not in UNTYPED]
    if head == "class_text":
        return np.concatenate([said["text"], said["meaning"][..., :classes], *written, counted], axis=-1)
    if head == "class_picture":
        return np.concatenate([said[name][..., :classes] for name in SEEING], axis=-1)
    if head == "class":
        parts = [opinion[..., :classes] for opinion in classed] + written + [company]
    elif head == "type":
        parts = [opinion[..., classes:-1] for opinion in typed] + [said["joint"][..., :classes]]
        if GALLERY in said:
            parts.append(said[GALLERY])
    else:
        parts = [opinion[..., -1:] for opinion in typed]
    return np.concatenate([*parts, counted], axis=-1)


@dataclass(frozen=True)
class ClassModel:
    """The whole classifier: one part for each kind."""

    kinds: Mapping[str, KindModel]
