"""Trains the student of OCR on lines that RapidOCR reads in the pictures of a release, and on drawn ones.

    scimmir build ../shared/papers --warehouse DIR --ocr-engine none
    python -m benchmarks.ocr.student DIR/releases/latest --work FOLDER --out extractors/ocr/models/student.onnx

Needs torch. Every eighth paper is kept to measure with: how many lines the student is sure of, how much of their
width, and how many of these it reads otherwise than its teacher. What was read is kept in the work folder.
"""

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ocr.student.lines import Line, drawn_lines, read_once, typeset_lines
from benchmarks.ocr.student.network import export, fit, stacked
from extractors.ocr.letters import is_common
from extractors.ocr.networks import ONNX_RUNTIME, choose_runtime, load_network
from extractors.ocr.recognition import decode
from extractors.ocr.student import FILE, UNKNOWN, letters_in

KEPT = 8  # one paper in so many is left out
LEAST_OFTEN = 40  # a letter that stands in fewer lines is not learnt
BOUNDS = (0.5, 0.7, 0.8, 0.9, 0.95)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("releases", type=Path, nargs="+")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--figures", type=int, default=440, help="of each release, beside all of its tables")
    parser.add_argument("--drawn", type=int, default=16_000, help="lines")
    parser.add_argument(
        "--typeset", type=int, default=60_000, help="lines of each release's cells and captions"
    )
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=21)
    arguments = parser.parse_args()
    seed = arguments.seed
    lines = read_once(arguments.work / "read.pkl", arguments.releases, figures=arguments.figures, seed=seed)
    lines += drawn_lines(arguments.drawn, random.Random(seed))
    for release in arguments.releases:
        lines += typeset_lines(release, arguments.typeset, random.Random(seed))
    papers = sorted({line.paper for line in lines})
    random.Random(seed).shuffle(papers)
    kept = set(papers[::KEPT])
    known = [line for line in lines if line.paper not in kept and line.sure]
    print(f"{len(known)} lines to learn from: {dict(Counter(line.kind for line in known))}", flush=True)
    letters = letters_of(known)
    places = {letter: place for place, letter in enumerate(letters, 1)}
    taught = [(line.gray, [places.get(letter, len(places) + 1) for letter in line.text]) for line in known]
    model = fit(taught, len(letters) + 2, epochs=arguments.epochs, seed=seed)
    export(model, letters, arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1000:.0f} kB, {len(letters)} letters")
    report([line for line in lines if line.paper in kept], arguments.out)


def letters_of(lines: Sequence[Line]) -> list[str]:
    """Return the letters that are met often enough to be learnt, in their order."""
    often = Counter(letter for line in lines for letter in set(line.text))
    return sorted(letter for letter, count in often.items() if count >= LEAST_OFTEN and is_common(letter))


def report(lines: Sequence[Line], model: Path) -> None:
    """Print for some bounds of confidence how many lines are read, and how many otherwise than the teacher reads."""
    network = load_network(model.read_bytes(), choose_runtime(ONNX_RUNTIME))
    letters = letters_in(model.read_bytes())
    for kind in ("table", "figure", "drawn", "typeset"):
        of_kind = [line for line in lines if line.kind == kind]
        if not of_kind:
            continue
        readings = [decode(network(stacked([line.gray]))[0], letters) for line in of_kind]
        print(f"{kind}: {len(of_kind)} lines of papers that were kept")
        width = sum(line.gray.shape[1] for line in of_kind)
        for bound in BOUNDS:
            taken = [
                (line, reading)
                for line, reading in zip(of_kind, readings, strict=True)
                if reading.text.strip() and reading.least >= bound and UNKNOWN not in reading.text
            ]
            other = sum(line.text != reading.text for line, reading in taken)
            print(
                f"  from {bound}: {len(taken) / len(of_kind):.3f} of the lines are read, "
                f"{sum(line.gray.shape[1] for line, _ in taken) / width:.3f} of their width; "
                f"{other / max(1, len(taken)):.4f} of these otherwise than the teacher does"
            )


if __name__ == "__main__":
    main()
