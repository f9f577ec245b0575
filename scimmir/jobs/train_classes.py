"""Learns the classifier of classes and image types from labelled pairs, and writes it with its card."""

import csv
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from curation import classes
from runtime.attempt import Failure, each
from runtime.progress import progress
from schemas.errors import UserError
from schemas.floats import Float
from schemas.pair import IMAGE_TYPES, SUBCATEGORIES
from schemas.reject import RecordError
from scimmir.jobs.drawn_words import Reader, reader_into, words_in_row

NOTICES = ("LICENSE-picture.txt", "LICENSE-words.txt")
CARD = "README.md"
_BATCH = 64


@dataclass(frozen=True)
class PairLabel:
    """What a hand said of a pair."""

    subcategory: str
    image_type: str | None = None
    panels: int | None = None
    sure: bool = True
    half: str = ""


@dataclass(frozen=True)
class Learnt:
    """What a classifier was learnt from: examples by class, papers, labels whose pair is not there, figures read."""

    folder: Path
    identity: str
    by_class: Mapping[str, int]
    papers: int
    missing: int
    drawn: int  # figures whose drawn words it heard; 0 where they are too few to learn from


def train_classes(
    folders: Sequence[Path], labels: Sequence[Path], output: Path, *, ocr: Path | None = None
) -> Learnt:
    """Return what a new classifier was learnt from, having written it to the folder `output`.

    The words in figures that no release has are read once into the folder `ocr`, if one is given.

    Raises:
        UserError: a label file or folder cannot be used, or a class has too few examples.
    """
    told = {pair_id: label for path in labels for pair_id, label in read_pair_labels(path).items()}
    wanted = {pair_id: label for pair_id, label in told.items() if label.half != "report"}
    reader = None if ocr is None else reader_into(ocr)
    with progress("read", len(wanted), "pairs") as advance:
        examples = []
        for example in labelled_examples(folders, wanted, reader):
            examples.append(example)
            advance(1)
    model = classes.learn(examples)
    output.mkdir(parents=True, exist_ok=True)
    classes.write_model(model, output / classes.WEIGHTS)
    for name in (classes.GRAPH, classes.WORD_VECTORS, classes.GALLERY_FILE, classes.WRITTEN_FILE, *NOTICES):
        if (classes.SHIPPED / name).resolve() != (output / name).resolve():
            shutil.copyfile(classes.SHIPPED / name, output / name)
    return Learnt(
        output,
        classes.classifier_identity(output),
        Counter(item.subcategory for item in examples),
        len({item.paper for item in examples}),
        len(wanted) - len(examples),
        sum(item.dense.keys() >= set(classes.DRAWN_INPUTS) for item in examples)
        if model.kinds["figure"].hears_drawn
        else 0,
    )


def learnt_summary(learnt: Learnt) -> str:
    """Return for people what a classifier was learnt from and how it is used."""
    counts = ", ".join(f"{learnt.by_class.get(name, 0)} {name}" for name in SUBCATEGORIES)
    lost = f"; {learnt.missing} labels have no pair here" if learnt.missing else ""
    return (
        f"{learnt.folder}: classifier {learnt.identity}, learnt from {sum(learnt.by_class.values())} pairs of "
        f"{learnt.papers} papers ({counts}), with the words drawn in {learnt.drawn} figures{lost}\n"
        f"Use it with: scimmir build --class-model {learnt.folder}"
    )


def read_pair_labels(path: Path) -> dict[str, PairLabel]:
    """Return the labels of a CSV file by pair_id: subcategory, and image_type, panels, sure, half where it has them.

    Raises:
        UserError: the file is no such file, or says what cannot be.
    """
    try:
        lines = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"labels {path} cannot be read: {error}") from error
    found = {}
    for number, line in enumerate(lines, start=2):
        name, kind, panels = (line.get(field) or "" for field in ("subcategory", "image_type", "panels"))
        if not line.get("pair_id") or name not in SUBCATEGORIES:
            raise UserError(
                f"labels {path}, line {number}: pair_id and one of {', '.join(SUBCATEGORIES)} expected"
            )
        if (kind and kind not in IMAGE_TYPES) or (panels and not panels.isdigit()):
            raise UserError(
                f"labels {path}, line {number}: an image type of {', '.join(IMAGE_TYPES)} and a number of panels "
                "are expected, or nothing"
            )
        found[line["pair_id"]] = PairLabel(
            name,
            kind or None,
            int(panels) if panels else None,
            line.get("sure", "1") != "0",
            line.get("half") or "",
        )
    if not found:
        raise UserError(f"labels {path}: there is no label in it")
    return found


def labelled_examples(
    folders: Sequence[Path], labels: Mapping[str, PairLabel], reader: Reader | None = None
) -> Iterator[classes.Example]:
    """Yield what is known of each labelled pair in releases or other folders of pairs in Parquet files.

    The words in a figure are those that the release has, or what `reader` reads.

    A pair whose picture cannot be read or is withheld is left out.

    Raises:
        UserError: a folder holds no pairs.
    """
    seen: set[object] = set()
    for folder in folders:
        for rows in _labelled_rows(folder, labels):
            new = [row for row in rows if row["pair_id"] not in seen]
            seen.update(row["pair_id"] for row in new)
            found = each(lambda row: _example(row, labels[str(row["pair_id"])], reader), new)
            yield from (item for item in found if not isinstance(item, Failure))


def _labelled_rows(folder: Path, labels: Mapping[str, PairLabel]) -> Iterator[list[dict[str, object]]]:
    files = sorted(folder.glob("pairs/*/*.parquet")) or sorted(folder.glob("pairs*.parquet"))
    if not files:
        raise UserError(f"{folder} holds no pairs: give the folder of a release")
    for path in files:
        with pq.ParquetFile(path) as held:
            for batch in held.iter_batches(_BATCH):
                yield [row for row in batch.to_pylist() if row["pair_id"] in labels]


def _example(row: Mapping[str, object], label: PairLabel, reader: Reader | None) -> classes.Example:
    item = float_of(row)
    image = row["image"]["bytes"] if item.kind == "figure" and row["image"] else None  # type: ignore[index]
    if item.kind == "figure" and image is None:
        raise RecordError("image_missing", f"{item.pair_id} is without its image")
    rule = classes.rule_of(classes.evidence_of(item)).name
    terms, dense = classes.inputs_of(
        item,
        image,
        drawn=words_in_row(row, reader) if item.kind == "figure" else None,
        origin=str(row["origin"]),
        rule=rule,
        folder=classes.SHIPPED,
    )
    return classes.Example(
        pair_id=item.pair_id,
        paper=item.paper_key,
        kind=item.kind,
        terms=terms,
        dense=dense,
        subcategory=label.subcategory,
        image_type=label.image_type if item.kind == "figure" else None,
        panels=label.panels,
        sure=label.sure,
    )


def float_of(row: Mapping[str, object]) -> Float:
    """Return a row of pairs as the float that it was made of, as far as classes go by it."""
    label = str(row.get("label") or "")
    number = row.get("number") if "number" in row else label.rpartition(" ")[2]
    return Float(
        pair_id=str(row["pair_id"]),
        paper_key=str(row.get("paper_key") or row.get("paper")),
        kind=str(row["kind"]),
        number=str(number) if number else None,
        label=label or None,
        panel=row["panel"],  # type: ignore[arg-type]
        caption=str(row["caption"] or ""),
        caption_raw="",
        parent_caption=row["parent_caption"],  # type: ignore[arg-type]
        mentions=tuple(row["mentions"] or ()),  # type: ignore[arg-type]
        ref_keys=(),
        graphics=(),
        table_text=row["table_text"],  # type: ignore[arg-type]
        source_file="",
        snippet="",
    )
