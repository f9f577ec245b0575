"""Convolutions in integers: where they are used, what range they have, and how far they stray."""

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import ocr
from extractors.ocr.integers import (
    Integers,
    convolutions,
    integers_for,
    multiplies_integers,
    use_integers,
    whole_zero,
)
from extractors.ocr.letters import alphabet_of, with_common_letters

NUMBERS = st.floats(-1e4, 1e4, allow_nan=False, width=32)


@given(low=NUMBERS, high=NUMBERS)
def test_zero_is_a_level_and_the_range_is_covered(low, high):
    low, high = min(low, high), max(low, high)
    begin, end = whole_zero(low, high)
    step = (end - begin) / 255
    assert abs(begin / step - round(begin / step)) < 1e-6
    assert begin <= min(low, 0) + step and end >= max(high, 0) - step


@pytest.mark.parametrize(
    ("flags", "can"),
    [("fpu avx2 avx512_vnni", True), ("fpu avx2 avx_vnni", True), ("fpu avx2 avx512f", False), (None, False)],
    ids=["avx512", "avx", "neither", "no-linux"],
)
def test_integers_are_for_processors_that_multiply_them_without_overflow(tmp_path, flags, can):
    told = tmp_path / "cpuinfo"
    if flags is not None:
        told.write_text(f"processor\t: 0\nflags\t\t: {flags}\nbogomips: 1\n")
    assert multiplies_integers(told) == can


def test_the_shipped_numbers_are_those_of_the_recogniser_that_is_installed():
    whole = ocr.model_files()[1].read_bytes()
    found = integers_for(with_common_letters(whole, alphabet_of(whole)))
    assert found is not None
    assert found.ranges.keys() == found.shifts.keys()
    assert integers_for(whole) is None


def test_numbers_come_back_as_they_were_written(tmp_path):
    written = Integers(
        model_sha256=sha256(b"a model").hexdigest(),
        ranges={"b": (-1.0, 2.0), "a": (0.0, 0.5)},
        shifts={"a": np.array([0.25, -0.5], np.float32), "b": np.array([1.0], np.float32)},
    )
    paths = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for path in paths:
        written.save(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert integers_for(b"another model", paths[0]) is None
    read = integers_for(b"a model", paths[0])
    assert read is not None
    assert read.ranges == written.ranges
    assert {name: shift.tolist() for name, shift in read.shifts.items()} == {"a": [0.25, -0.5], "b": [1.0]}


def test_a_convolution_in_integers_is_near_and_has_the_mean_that_it_is_given():
    openvino = pytest.importorskip("openvino")
    from openvino import opset13 as ops

    chance = np.random.default_rng(0)
    weights = chance.normal(size=(4, 3, 1, 1)).astype(np.float32)
    pixels = chance.uniform(-1, 2, (1, 3, 8, 8)).astype(np.float32)

    def output(integers):
        taken = ops.parameter([1, 3, 8, 8], np.float32)
        convolution = ops.convolution(taken, ops.constant(weights), [1, 1], [0, 0], [0, 0], [1, 1])
        convolution.set_friendly_name("one")
        model = openvino.Model([ops.relu(convolution)], [taken])
        if integers is not None:
            use_integers(model, integers)
        assert [node.get_friendly_name() for node in convolutions(model)] == ["one"]
        settings = {"INFERENCE_PRECISION_HINT": "f32"}
        return openvino.Core().compile_model(model, "CPU", settings)(pixels)[0]

    exact = output(None)
    shift = np.array([0, 0, 0, 10], np.float32)
    near = output(Integers(model_sha256="", ranges={"one": (-1.0, 2.0)}, shifts={"one": shift}))
    assert 0 < np.abs(near - exact)[:, :3].max() < 0.05
    assert (near - exact)[:, 3].mean() > 8
    untouched = output(Integers(model_sha256="", ranges={"another": (-1.0, 2.0)}, shifts={}))
    assert np.array_equal(untouched, exact)
