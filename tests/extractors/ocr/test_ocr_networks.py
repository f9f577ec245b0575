"""The runtime that models run on: the fastest that is there and sound, named with its numbers' precision."""

import sys
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace

import numpy as np
import pytest

from extractors import ocr
from extractors.ocr import networks
from extractors.ocr.model_bytes import metadata
from schemas.errors import UserError


@pytest.fixture(autouse=True)
def _asked_anew():
    networks._openvino.cache_clear()
    yield
    networks._openvino.cache_clear()


def pretend(
    monkeypatch, *, installed: bool = True, abilities: tuple[str, ...] = (), error: Exception | None = None
):
    """Put an OpenVINO in place that has these abilities, or that fails."""

    def version(name):
        if name == networks.OPENVINO and not installed:
            raise PackageNotFoundError(name)
        return "2026.4.1"

    def core():
        if error is not None:
            raise error
        return SimpleNamespace(get_property=lambda device, name: abilities)

    monkeypatch.setattr(networks, "version", version)
    monkeypatch.setitem(sys.modules, "openvino", SimpleNamespace(Core=core))


def test_openvino_is_taken_in_the_precision_that_the_processor_is_best_at(monkeypatch):
    monkeypatch.setattr(networks, "multiplies_integers", lambda: False)
    pretend(monkeypatch, abilities=("FP32", "BF16"))
    assert str(networks.choose_runtime()) == "openvino 2026.4.1 bfloat16"
    assert str(networks.choose_runtime(any_precision=False)) == "openvino 2026.4.1 float32"
    networks._openvino.cache_clear()
    pretend(monkeypatch, abilities=("FP32", "INT8"))
    assert str(networks.choose_runtime()) == "openvino 2026.4.1 float32"
    networks._openvino.cache_clear()
    monkeypatch.setattr(networks, "multiplies_integers", lambda: True)
    assert str(networks.choose_runtime()) == "openvino 2026.4.1 float32 and int8"
    assert str(networks.choose_runtime(any_precision=False)) == "openvino 2026.4.1 float32"


@pytest.mark.parametrize(
    "broken",
    [{"installed": False}, {"error": RuntimeError("no plugin")}, {"error": OSError("libc is too old")}],
    ids=["absent", "no-plugin", "wrong-libraries"],
)
def test_onnx_runtime_is_taken_where_openvino_is_absent_or_not_sound(monkeypatch, broken):
    pretend(monkeypatch, **broken)
    assert networks.choose_runtime().name == networks.ONNX_RUNTIME
    with pytest.raises(
        UserError, match=r"OpenVINO cannot be used: (it is not installed|no plugin|libc is too old)"
    ):
        networks.choose_runtime("openvino")


def test_a_gpu_is_onnx_runtimes_and_stands_in_the_identity(monkeypatch):
    pretend(monkeypatch)
    assert str(networks.choose_runtime(device="cuda")) == "onnxruntime 2026.4.1 float32 on cuda"
    with pytest.raises(UserError, match="OpenVINO runs on the processor"):
        networks.choose_runtime(networks.OPENVINO, device="cuda")
    parameters = ocr.OcrParameters(device="cuda")
    assert ocr.engine_identity("rapidocr", parameters).endswith("float32 on cuda")


def test_an_unknown_runtime_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="no runtime 'tensorrt' for OCR; known are openvino, onnxruntime"):
        networks.choose_runtime("tensorrt")


def test_the_identity_names_runtime_and_precision():
    chosen = ocr.engine_identity("rapidocr", ocr.OcrParameters(runtime="onnxruntime"))
    assert chosen.endswith(f") {networks.choose_runtime('onnxruntime')}")
    assert chosen.endswith(" float32")


def test_a_network_whose_lone_rows_differ_is_not_given_batches():
    def takes(network, runtime=networks.OPENVINO):
        return networks.takes_batches(SimpleNamespace(name=runtime), network, (3, 4))

    assert takes(lambda rows: rows * 2)
    assert not takes(lambda rows: rows + np.float32(len(rows) > 1))
    assert not takes(lambda rows: rows - rows.mean(axis=0))
    assert not takes(lambda rows: rows * 2, networks.ONNX_RUNTIME)


def test_the_letters_stand_in_the_model_file():
    recogniser = ocr.model_files()[1].read_bytes()
    letters = metadata(recogniser)["character"].splitlines()
    assert {"A", "z", "0", "α"} <= set(letters)
    for damaged in (recogniser[: len(recogniser) // 2], b"\xff\xff\xff\xff"):
        with pytest.raises(ValueError, match="the model file is"):
            metadata(damaged)
