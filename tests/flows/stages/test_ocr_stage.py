"""Whose images are read, and by what."""

import pytest

from extractors import ocr as engines
from flows.build_options import BuildOptions
from flows.stages import ocr
from runtime.attempt import Failure
from schemas.reject import RecordError

FLOATS = [
    {"pair_id": "f", "kind": "figure"},
    {"pair_id": "g", "kind": "figure"},
    {"pair_id": "t", "kind": "table"},
]


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [("table", {"t"}), ("figure", {"f"}), ("both", {"f", "t"})],
    ids=["table", "figure", "both"],
)
def test_floats_of_the_chosen_kinds_that_have_an_image_are_read(monkeypatch, kinds, wanted):
    pictures = [ocr.Picture(name, name.encode()) for name in ("f", "t")]
    monkeypatch.setattr(ocr, "float_facts", lambda inputs: FLOATS)
    monkeypatch.setattr(ocr, "ids_with_image", lambda inputs: {"f", "t"})
    monkeypatch.setattr(ocr, "pictures_in", lambda inputs: pictures)
    jobs = []

    def run_batches(function, batches, **settings):
        jobs.extend(batches)
        return [], []

    monkeypatch.setattr(ocr, "run_batches", run_batches)
    options = BuildOptions(ocr_kinds=kinds)
    assert ocr.size(None, options) == len(wanted)
    ocr.compute(None, options, lambda count: None)
    assert {picture.pair_id for _, batch in jobs for picture in batch} == wanted
    assert ocr.parameters(options)["kinds"] == kinds


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        (BuildOptions(), [12, 12, 1]),
        (BuildOptions(image_timeout_s=50), [10, 10, 5]),
        (BuildOptions(image_timeout_s=1), [1] * 25),
        (BuildOptions(ocr_engine="easyocr"), [1] * 25),
    ],
    ids=["default", "shorter-limit", "shortest-limit", "easyocr"],
)
def test_so_many_pictures_are_read_together_as_the_time_limit_allows(monkeypatch, options, sizes):
    names = [f"t{number}" for number in range(25)]
    monkeypatch.setattr(ocr, "engine_identity", lambda options: "engine")
    monkeypatch.setattr(ocr, "float_facts", lambda inputs: [{"pair_id": n, "kind": "table"} for n in names])
    monkeypatch.setattr(ocr, "pictures_in", lambda inputs: [ocr.Picture(name, b"") for name in names])
    read = []

    def run_batches(function, batches, **settings):
        read.extend(len(pictures) for _, pictures in batches)
        return [], []

    monkeypatch.setattr(ocr, "run_batches", run_batches)
    ocr.compute(None, options, lambda count: None)
    assert read == sizes


def test_a_picture_that_cannot_be_decoded_fails_alone(monkeypatch):
    read = []

    def rows(engine, pictures):
        read.extend(name for name, _ in pictures)
        return [
            RecordError("image_unreadable", "cut short") if name == "bad" else name for name, _ in pictures
        ]

    monkeypatch.setattr(ocr, "_engine", lambda name, chosen: None)
    monkeypatch.setattr(engines, "ocr_rows", rows)
    pictures = [ocr.Picture(name, b"") for name in ("one", "bad", "two")]
    found = ocr.read_text((("rapidocr", engines.OcrParameters()), pictures))
    assert found == ["one", Failure("image_unreadable", "cut short"), "two"]
    assert read == ["one", "bad", "two"]


def test_machines_that_share_a_build_compute_in_the_precision_that_all_have(monkeypatch):
    asked = []
    monkeypatch.setattr(
        engines, "engine_identity", lambda name, parameters: asked.append(parameters) or "engine"
    )
    ocr.parameters(BuildOptions())
    ocr.parameters(BuildOptions(task_runner="dask"))
    assert [parameters.any_precision for parameters in asked] == [True, False]
