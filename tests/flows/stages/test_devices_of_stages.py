"""Where a build's models run: each GPU has one process, and machines of a cluster agree."""

from typing import Any

import pytest

from flows.build_options import BuildOptions
from flows.shards import batches, model_pool, wanted_device
from flows.stages import embed, ocr
from runtime import devices

GPUS = ("GPU-1", "GPU-2")


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be two GPUs which every library can use."""
    monkeypatch.setattr(devices, "why_no_gpu", lambda library: None)
    monkeypatch.setattr(batches, "visible_gpus", lambda: GPUS)


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        pytest.param({}, "auto", id="one machine"),
        pytest.param({"task_runner": "dask"}, "cpu", id="a cluster"),
        pytest.param({"task_runner": "dask", "device": "cuda"}, "cuda", id="a cluster of GPUs"),
        pytest.param({"device": "cpu"}, "cpu", id="no GPU"),
    ],
)
def test_what_is_wanted(chosen: dict[str, Any], wanted: str) -> None:
    assert wanted_device(BuildOptions(**chosen)) == wanted


@pytest.mark.usefixtures("gpus")
def test_a_gpu_has_one_process_and_stands_in_what_the_stages_are_made_with() -> None:
    options = BuildOptions(workers=8)
    assert embed.device(options) == "cuda"
    assert model_pool(options, "cuda").workers == len(GPUS)
    assert model_pool(options).workers == 8
    here, there = (BuildOptions(device=name) for name in ("cpu", "cuda"))
    for stage, name in ((embed.STAGE, "embedder"), (ocr.STAGE, "engine")):
        assert "cuda" in str(stage.parameters(there)[name])
        assert "cuda" not in str(stage.parameters(here)[name])


@pytest.mark.usefixtures("gpus")
def test_the_descriptor_has_no_network_to_run_there() -> None:
    assert embed.device(BuildOptions(embedder="descriptor", device="cuda")) == "cpu"
