"""Gives each float one of SciMMIR's five classes and, to figures, an image type, with confidence and evidence."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from curation.classes.drawn import Drawn, drawn_inputs
from curation.classes.features import evidence_of
from curation.classes.files import WEIGHTS as WEIGHTS_FILE
from curation.classes.files import model_identity, read_model
from curation.classes.gallery import GALLERY_FILE, read_gallery, seen_in
from curation.classes.grid import GRID, grid_signals
from curation.classes.model import (
    GALLERY,
    PICTURE,
    SIGNALS,
    WRITTEN,
    ClassModel,
    KindModel,
    Opinion,
    head_of,
)
from curation.classes.signals import text_signals
from curation.classes.terms import Terms, terms_of, texts_of
from curation.classes.word_vectors import MEANING, meanings_of
from curation.classes.wording.rules import rule_of
from curation.classes.written import WRITTEN_FILE, read_written, written_opinion
from curation.looks import GRAPH, SHIPPED, Look, check_network, picture_features
from schemas.annotations import ClassRow
from schemas.floats import Float

# 1: rules; 2: more; 3: learnt from words and picture, with types; 4: hears what words mean; 5: and of other figures;
# 6: sees what lies together in a picture, and its texture
# 7: and is told of image types by pictures of no paper; 8: and of classes by captions and tables of no paper
VERSION = "8"

_WORDS = 3  # terms shown as evidence
_EVIDENCE_CHARS = 160
_READABLE = re.compile(r"(?=.*[^\W\d_]{3})[\w\s'’-]+")

Array = npt.NDArray[np.float64]


def classifier_identity(folder: Path = SHIPPED) -> str:
    """Return what a class depends on beside the pair: the classifier's version and the hash of its files.

    Raises:
        ClassModelError: the folder holds no classifier.
    """
    return f"{VERSION}-{model_identity(folder)}"


def check_classifier(folder: Path) -> None:
    """Return when a folder holds a classifier that can be asked, with gallery, written examples and network.

    Raises:
        ClassModelError: it holds none, or a part of another format.
        LookError: its network is missing, or another classifier's.
    """
    read_model(folder / WEIGHTS_FILE)
    read_gallery(folder / GALLERY_FILE)
    read_written(folder / WRITTEN_FILE)
    check_network(folder / GRAPH)


@dataclass(frozen=True)
class Heard:
    """A float of a paper with what the experts say of it, before it is known what they say of the paper's others."""

    pair_id: str
    paper: str
    kind: str
    rule: str
    opinion: Opinion


def classify(
    item: Float, image: bytes | Image.Image | Look | None, *, origin: str = "file", folder: Path = SHIPPED
) -> ClassRow:
    """Return the class of a float as its paper's only one, and the image type of a figure: see `hear`, `decide`."""
    return decide([hear(item, image, origin=origin, folder=folder)], folder=folder)[0]


def hear(
    item: Float,
    image: bytes | Image.Image | Look | None,
    *,
    drawn: Drawn | None = None,
    origin: str = "file",
    folder: Path = SHIPPED,
) -> Heard:
    """Return what the experts say of a float.

    A figure without an image is judged by its words alone and gets no image type; a table's image is not looked at.

    Args:
        item: the float.
        image: its image, encoded or decoded, or what the classifier's network saw in it (`picture_features`).
        drawn: the words that OCR read in a figure's image; None where none did.
        origin: how the image came about: file, composed or typeset.
        folder: where the classifier lies.

    Raises:
        ValueError: the float's kind is neither figure nor table.
        RecordError: image_unreadable where a figure's image is none.
        ClassModelError: the folder holds no classifier.
    """
    if item.kind not in ("figure", "table"):
        raise ValueError(f"kind must be figure or table, not {item.kind!r}")
    model = classifier(folder).kinds[item.kind]
    rule = rule_of(evidence_of(item)).name
    terms, dense = inputs_of(item, image, drawn=drawn, origin=origin, rule=rule, folder=folder)
    return Heard(item.pair_id, item.paper_key, item.kind, rule, model.opinion(item.kind, terms, dense))


def decide(heard: Iterable[Heard], *, folder: Path = SHIPPED) -> list[ClassRow]:
    """Return the classes of floats, by pair_id, where each figure hears of the other figures of its paper.

    The same floats of a paper give the same rows, in whatever order and beside whatever papers they come.

    Raises:
        ClassModelError: the folder holds no classifier.
    """
    listed = sorted(heard, key=lambda one: one.pair_id)
    rows = []
    for kind, model in classifier(folder).kinds.items():
        mine = [one for one in listed if one.kind == kind]
        opinions = model.together(kind, [one.paper for one in mine], [one.opinion for one in mine])
        rows += [_row(one, model, said, folder) for one, said in zip(mine, opinions, strict=True)]
    return sorted(rows, key=lambda row: row.pair_id)


def _row(heard: Heard, model: KindModel, said: Opinion, folder: Path) -> ClassRow:
    told = PICTURE in said.said or heard.kind == "table"
    head = head_of("class", said.drawn) if told else "class_text"
    place = int((said.classes * model.heads[head].votes).argmax())
    image_type, sure = _image_type(model, said)
    return ClassRow(
        pair_id=heard.pair_id,
        subcategory=model.classes[place],
        class_rule=heard.rule,
        class_version=_identity(folder),
        class_confidence=float(np.float32(said.classes[place])),
        class_evidence=_evidence(model, said, place),
        image_type=image_type,
        image_type_confidence=sure,
    )


def inputs_of(
    item: Float,
    image: bytes | Image.Image | Look | None,
    *,
    drawn: Drawn | None = None,
    origin: str,
    rule: str,
    folder: Path,
) -> tuple[Terms, dict[str, npt.NDArray[np.float32]]]:
    """Return what the classifier of a folder hears of a float: terms, and its dense inputs by name."""
    texts, counted = texts_of(item), text_signals(item, origin)
    terms, dense = terms_of(item.kind, texts, rule), meanings_of(texts, folder)
    dense[WRITTEN] = written_opinion(read_written(folder / WRITTEN_FILE), item.kind, terms, dense)
    if item.kind == "table":
        return terms, dense | {SIGNALS: counted, GRID: grid_signals(item.table_text or "")}
    if image is None:
        return terms, dense | {SIGNALS: np.concatenate([counted, np.zeros(PICTURE_SIGNALS, np.float32)])}
    look = image if isinstance(image, Look) else picture_features(image, folder / GRAPH)
    read = {} if drawn is None else drawn_inputs(drawn, folder)
    seen = seen_in(look)
    told = {GALLERY: read_gallery(folder / GALLERY_FILE).opinion(seen)}
    return terms, dense | read | seen | told | {SIGNALS: np.concatenate([counted, look.signals])}


PICTURE_SIGNALS = 36


@functools.lru_cache(maxsize=2)
def classifier(folder: Path) -> ClassModel:
    """Return the classifier of a folder. Raises ClassModelError."""
    return read_model(folder / WEIGHTS_FILE)


_identity = functools.lru_cache(maxsize=2)(classifier_identity)


def _image_type(model: KindModel, said: Opinion) -> tuple[str | None, float | None]:
    if said.types is None:
        return None, None
    place = int((said.types * model.heads[head_of("type", said.drawn)].votes).argmax())
    return model.types[place], float(np.float32(min(said.types[place], model.type_caps[place])))


def _evidence(model: KindModel, said: Opinion, place: int) -> str:
    """Return the words that speak most for a class against the others, and the picture's part in it."""
    others = [number for number in range(len(model.classes)) if number != place]
    weights = model.experts["joint"].terms[said.columns]
    each = said.values * (weights[:, place] - weights[:, others].mean(axis=1))
    words: list[str] = []
    for number in np.argsort(-each, kind="stable"):
        term = said.shown[number].strip("^ ")
        if len(words) == _WORDS or each[number] <= 0:
            break
        # A term with signs is nothing to read, and one that is within another says no more than that.
        if _READABLE.fullmatch(term) and not any(term in word or word in term for word in words):
            words.append(term)
    parts: dict[str, float] = {}
    for name, added in said.added.items():
        shown = "text" if name.startswith(MEANING) else "signals" if name == GRID else name.partition(".")[0]
        parts[shown] = parts.get(shown, 0.0) + float(added[place] - added[others].mean())
    whole = sum(map(abs, parts.values())) or 1.0
    shares = ", ".join(f"{name} {part / whole:+.0%}" for name, part in parts.items())
    return f"{'; '.join(words) or '(no words)'} | {shares}"[:_EVIDENCE_CHARS]
