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
from curation.classes.terms import table_texts, terms_of
from curation.classes.word_vectors import meanings_of
from curation.classes.written.opinion import LOUDNESS
from curation.looks import SHIPPED


def learn_written(examples: Sequence[Example]) -> tuple[ClassModel, dict[str, float]]:
    """Return what examples of both kinds say of classes, and how many they name right of sets that were left out.

    Raises:
        ClassModelError: a class has no example, or a kind too few.
    """
    kinds, right = {}, {}
    for kind, classes in KIND_CLASSES.items():
        mine = [item for item in examples if item.kind == kind]
        kinds[kind], said = experts_of(kind, mine, {WRITTEN: LOUDNESS})
        named = [classes[place] for place in said[WRITTEN].argmax(axis=1)]
        hits = [name == item.subcategory for name, item in zip(named, mine, strict=True)]
        right[kind] = sum(hits) / len(hits)
    return ClassModel(kinds), right


def read_examples(path: Path, folder: Path = SHIPPED) -> list[Example]:
    """Return the written examples of a file, with what their words mean by the word vectors of a folder.

    Raises:
        ClassModelError: the file cannot be read, or a line is no example.
    """
    try:
        lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ClassModelError(f"written examples {path} cannot be read: {error}") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_example(json.loads(line), f"{number:05d}", folder))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ClassModelError(f"{path}, line {number}: no written example ({error})") from error
    return found


def _example(line: Mapping[str, Any], name: str, folder: Path) -> Example:
    kinds = [kind for kind, classes in KIND_CLASSES.items() if line["class"] in classes]
    if not kinds:
        raise ValueError(f"{line['class']!r} is no class")
    caption, mention = line["caption"], line.get("mention") or ""
    texts = {
        "caption": caption,
        "head": head_of(caption),
        "parent": "",
        "sentences": mention,
        "mentions": mention,
    }
    texts |= table_texts("\n".join(row.replace(" | ", "\t") for row in line.get("rows") or []))
    meanings = meanings_of(texts, folder)
    return Example(name, str(line["set"]), kinds[0], terms_of(kinds[0], texts), meanings, line["class"])


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
        model, right = learn_written(examples)
    except ClassModelError as error:
        print(error, file=sys.stderr)
        return 2
    write_model(model, arguments.output)
    print(f"{len(examples)} examples: {dict(sorted(Counter(item.subcategory for item in examples).items()))}")
    for kind, share in right.items():
        print(f"  of {kind}s of sets that were left out, {share:.3f} are told right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
