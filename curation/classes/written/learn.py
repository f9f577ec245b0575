"""Learns what the written captions and tables say of classes.

    python -m curation.classes.written.learn curation/classes/models/scimmir-classes/written.npz
        [--captions tests/data/written_captions.jsonl]

Each line of the file is one example: `class`, `field`, `caption`, `mention` (a sentence that names it, or nothing),
of a table `rows` (cells parted by " | "), and `set`, those that were written together. Fields of learning that were
not written together tell how strongly the regression is held.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from curation.classes.errors import ClassModelError
from curation.classes.example import Example
from curation.classes.features import head_of
from curation.classes.files import write_model
from curation.classes.heads import KIND_CLASSES
from curation.classes.learn import experts_of
from curation.classes.model import WRITTEN, ClassModel
from curation.classes.terms import terms_of
from curation.classes.word_vectors import meanings_of
from curation.classes.written.opinion import LOUDNESS
from curation.looks import SHIPPED


def learn_written(examples: Sequence[Example]) -> ClassModel:
    """Return what examples of both kinds say of classes. Raises ClassModelError as `learn`."""
    return ClassModel(
        {
            kind: experts_of(kind, [item for item in examples if item.kind == kind], {WRITTEN: LOUDNESS})[0]
            for kind in KIND_CLASSES
        }
    )


def read_examples(path: Path, folder: Path = SHIPPED) -> list[Example]:
    """Return the written examples of a file, with what their words mean by the word vectors of a folder.

    Raises:
        ClassModelError: a line is no example.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(_example(json.loads(line), f"{number:05d}", folder))
        except (ValueError, KeyError, TypeError) as error:
            raise ClassModelError(f"{path}, line {number}: no written example ({error})") from error
    return found


def _example(line: Mapping[str, Any], name: str, folder: Path) -> Example:
    (kind,) = (kind for kind, classes in KIND_CLASSES.items() if line["class"] in classes)
    texts = _texts(line["caption"], line["mention"], [row.split(" | ") for row in line.get("rows", [])])
    terms = terms_of(kind, texts)
    return Example(name, str(line["set"]), kind, terms, meanings_of(texts, folder), line["class"])


def _texts(caption: str, mention: str, rows: Sequence[Sequence[str]]) -> dict[str, str]:
    return {
        "caption": caption,
        "head": head_of(caption),
        "parent": "",
        "sentences": mention,
        "mentions": mention,
        "header": " | ".join(rows[0]) if rows else "",
        "cells": " || ".join(" | ".join(row) for row in rows),
        "stub": " | ".join(row[0] for row in rows),
    }


def main() -> int:
    """Learn from the written examples, and say how well they tell those of sets that were left out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("--captions", type=Path, default=Path("tests/data/written_captions.jsonl"))
    arguments = parser.parse_args()
    try:
        examples = read_examples(arguments.captions)
        write_model(learn_written(examples), arguments.output)
    except (ClassModelError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(examples)} examples: {dict(sorted(Counter(item.subcategory for item in examples).items()))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
