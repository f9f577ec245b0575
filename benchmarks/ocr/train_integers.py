"""Finds how the recogniser's convolutions are computed in integers of eight bits, from lines of text that it draws.

    python -m benchmarks.ocr.train_integers --out extractors/ocr/models/recogniser-int8.npz

Needs OpenVINO. Every convolution of one pixel that sees more than one place of a line is taken; the first ones, of
larger kernels, are cheap and lose most by it. The range of what goes in is the widest over all lines; then, in the
order of the graph, each channel's mean is brought back to what it is in single precision. Prints how many of other
drawn lines are read differently, in integers with and without that. The same command gives the same bytes on the same
processor.
"""

import argparse
import random
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.ocr.drawing import draw_line, table_text
from extractors import ocr
from extractors.ocr.integers import FILE, Floats, Integers, convolutions, use_integers
from extractors.ocr.letters import alphabet_of, with_common_letters
from extractors.ocr.recognition import RecognitionSettings, decode, prepared


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=FILE)
    parser.add_argument("--lines", type=int, default=400)
    arguments = parser.parse_args()
    whole = ocr.model_files()[1].read_bytes()
    alphabet = alphabet_of(whole)
    model = with_common_letters(whole, alphabet)
    drawn = lines(2 * arguments.lines, random.Random(0))
    known, unseen = drawn[: arguments.lines], drawn[arguments.lines :]
    plain = Integers(model_sha256=sha256(model).hexdigest(), ranges=ranges(model, known), shifts={})
    shifted = shifts(model, plain, known)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    shifted.save(arguments.out)
    print(
        f"{arguments.out}: {len(shifted.ranges)} convolutions, {arguments.out.stat().st_size / 1000:.0f} kB"
    )
    exact = _scores(model, None, unseen)
    for name, integers in (("integers alone", plain), ("with means brought back", shifted)):
        found = _scores(model, integers, unseen)
        letters = alphabet.common_letters
        other = sum(
            decode(a, letters).text != decode(b, letters).text for a, b in zip(exact, found, strict=True)
        )
        apart = np.mean([np.abs(a - b).sum(axis=1).mean() for a, b in zip(exact, found, strict=True)])
        print(
            f"{name}: {other} of {len(unseen)} other lines read differently; scores of a frame {apart:.4f} apart"
        )


def lines(count: int, chance: random.Random) -> list[Floats]:
    """Return drawn lines of text as the recogniser takes them, each of shape (1, 3, 48, width)."""
    shapes = RecognitionSettings()
    return [prepared(draw_line(chance, table_text)[0], shapes)[None] for _ in range(count)]


def ranges(model: bytes, lines: Sequence[Floats]) -> dict[str, tuple[float, float]]:
    """Return the range of what goes into each convolution that is to be computed in integers, by its name."""
    graph = _graph(model)
    taken = {
        node.get_friendly_name(): node
        for node in convolutions(graph)
        if set(node.input_value(1).get_shape()[2:]) == {1} and _places(node) != 1
    }
    run = _outputs(graph, [node.input_value(0) for node in taken.values()])
    found = dict.fromkeys(taken, (0.0, 0.0))
    for line in lines:
        for name, values in zip(taken, run(line), strict=True):
            low, high = found[name]
            found[name] = min(low, float(values.min())), max(high, float(values.max()))
    return found


def _places(node: Any) -> int:
    """Return how many rows and columns a convolution's input has; a side of any length counts as two."""
    sides = list(node.input_value(0).get_partial_shape())[2:]
    return int(np.prod([side.get_length() if side.is_static else 2 for side in sides]))


def shifts(model: bytes, plain: Integers, lines: Sequence[Floats]) -> Integers:
    """Return the same with each channel's mean brought back, one convolution after the other."""
    names = [
        node.get_friendly_name()
        for node in convolutions(_graph(model))
        if node.get_friendly_name() in plain.ranges
    ]
    wanted = _means(_graph(model), names, lines)
    found: dict[str, Floats] = {}
    for place, name in enumerate(names):
        graph = _graph(model)
        use_integers(graph, Integers(model_sha256="", ranges=plain.ranges, shifts=found))
        found[name] = (wanted[place] - _means(graph, [name], lines)[0]).astype(np.float32)
    return Integers(model_sha256=plain.model_sha256, ranges=plain.ranges, shifts=found)


def _means(graph: Any, names: Sequence[str], lines: Sequence[Floats]) -> list[npt.NDArray[np.float64]]:
    """Return for each named convolution the mean of each channel of what comes out of it."""
    by_name = {node.get_friendly_name(): node for node in convolutions(graph)}
    run = _outputs(graph, [by_name[name].output(0) for name in names])
    sums: list[Any] = [0.0] * len(names)
    places = [0] * len(names)
    for line in lines:
        for number, values in enumerate(run(line)):
            sums[number] = sums[number] + values.sum(axis=(0, 2, 3), dtype=np.float64)
            places[number] += values.shape[2] * values.shape[3]
    return [total / count for total, count in zip(sums, places, strict=True)]


def _scores(model: bytes, integers: Integers | None, lines: Sequence[Floats]) -> list[Floats]:
    graph = _graph(model)
    if integers is not None:
        use_integers(graph, integers)
    run = _outputs(graph, [])
    return [run(line)[0][0] for line in lines]


def _graph(model: bytes) -> Any:
    import openvino

    return openvino.Core().read_model(model)


def _outputs(graph: Any, wanted: Sequence[Any]) -> Any:
    """Return a function that gives the values at some places of a graph, or its own output where none is named."""
    import openvino

    places = [output.get_node().get_friendly_name() for output in wanted]
    different = list(dict.fromkeys(places))
    for name in different:
        graph.add_outputs([wanted[places.index(name)]])
    settings = {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1}
    request = openvino.Core().compile_model(graph, "CPU", settings).create_infer_request()

    def run(line: Floats) -> list[Floats]:
        request.infer([line])
        if not wanted:
            return [np.array(request.get_output_tensor(0).data)]
        return [np.array(request.get_output_tensor(1 + different.index(name)).data) for name in places]

    return run


if __name__ == "__main__":
    main()
