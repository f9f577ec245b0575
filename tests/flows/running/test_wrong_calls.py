"""A wrong call ends in one clear sentence and exit code 1, before anything is built."""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from curation.classes import SHIPPED, WEIGHTS
from scimmir.cli import main

Run = Callable[..., subprocess.CompletedProcess[str]]
Call = Callable[..., tuple[int, str]]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Call]:
    """Yield a function that runs the command in this process: exit code, and what it says on standard error."""

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["scimmir", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    before, logger = dict(os.environ), logging.getLogger("scimmir")
    handlers, propagate = logger.handlers, logger.propagate
    yield call
    # The command's own handler writes where this test's output went.
    logger.handlers, logger.propagate = handlers, propagate
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["build", "{tmp}/nowhere"], "nowhere does not exist"),
        (["build", "{papers}", "--ocr-engine", "tesseract"], "there is no OCR engine 'tesseract'; known are easyocr, rapidocr"),
        (["build", "{papers}", "--ocr-engine", "easyocr", "--ocr-model-dir", "{tmp}/empty"], "craft_mlt_25k.pth"),
        (["build", "{papers}", "--class-model", "{tmp}/empty"], "empty is no classifier"),
        (["build", "{papers}", "--class-model", "{tmp}/older"], "another format: learn the classifier anew"),
        (["build", "{papers}", "--embedder", "word2vec"], "word2vec"),
        (["build", "{papers}", "--embedder", "open_clip:ViT-B-32/{tmp}/no.pt"], "no.pt"),
        (["build", "{papers}", "--version", "../up"], "cannot name a release"),
        (["build", "{papers}", "--test-share", "0.5"], "add up to 1.4, not 1"),
        (["build", "{papers}", "--max-side", "3"], "option --max-side"),
        (["build", "{papers}", "--metadata", "{tmp}/none.jsonl"], "none.jsonl does not exist"),
        (["build", "{papers}", "--decontaminate", "{tmp}/none"], "none does not exist"),
        (["build", "{papers}", "--warehouse", "{tmp}/file"], "is a file: name a folder"),
        (["build", "{papers}", "--warehouse", "/proc/warehouse"], "cannot be written to"),
        (["build", "{papers}", "--warehouse", "{tmp}/a[1]"], "DuckDB takes"),
        (["build", "{papers}", "--version", "catalog"], "cannot name a release"),
        (["build", "~nobody-of-this-name/x"], "home directory"),
        (["build", "{tmp}/" + "x" * 300], "File name too long"),
        (["build", "{papers}", "--metadata", "{tmp}/empty"], "is no file"),
        (["build", "{papers}", "--image-timeout-s", "inf"], "option --image-timeout-s"),
        (["query", "--warehouse", "{tmp}/empty", "SELECT 1"], "release"),
        (["catalog", "--warehouse", "{tmp}/empty"], "release"),
        (["calibrate", "{tmp}/t.json", "--warehouse", "{tmp}/empty"], "holds no release yet"),
        (["build", "{papers}", "--thresholds", "{tmp}/none"], "holds no thresholds"),
        (["build", "{papers}", "--license-policy", "open"], "option --license-policy: Input should be 'research'"),
        (["build", "{papers}", "--log-format", "xml"], "option --log-format: Input should be 'text' or 'json'"),
        (["build", "{papers}", "--metrics-dir", "{tmp}/none"], "none does not exist"),
        (["verify", "--warehouse", "{tmp}/empty"], "holds no release yet"),
        (["clean", "--warehouse", "{tmp}/empty"], "holds no release yet"),
        (["--config", "{tmp}/none.toml", "config"], "none.toml does not exist"),
    ],
)  # fmt: skip
def test_one_sentence(here: Call, tmp_path: Path, arguments: list[str], sentence: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    if "{tmp}/older" in arguments:
        shutil.copytree(SHIPPED, tmp_path / "older")
        stated = json.dumps({"format": 3, "bits": 18}).encode()
        np.savez(tmp_path / "older" / WEIGHTS, stated=np.frombuffer(stated, np.uint8))
    papers = tmp_path / "papers"
    (papers / "2601.00001").mkdir(parents=True)
    (papers / "2601.00001" / "main.tex").write_text("\\documentclass{article}")
    places = {"tmp": tmp_path, "papers": papers}
    filled = [argument.format(**places) for argument in arguments]
    if "--warehouse" not in filled:
        filled += ["--warehouse", str(tmp_path / "warehouse")]
    code, said = here(*filled)
    errors = [line for line in said.splitlines() if line.startswith("scimmir: ")]
    assert code == 1, said
    assert len(errors) == 1 and sentence in errors[0], said
    assert not list((tmp_path / "warehouse").glob("stages/*/*"))


def test_a_call_that_is_found_wrong_in_the_flow_is_one_sentence(scimmir: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = scimmir("build", tmp_path / "empty", "--warehouse", tmp_path / "warehouse")
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("scimmir: ")]
    assert len(errors) == 1 and "no paper found in" in errors[0], done.stderr
