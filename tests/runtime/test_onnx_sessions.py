"""A model that runs reports nothing to anybody, and leaves no file behind."""

import os
import subprocess
import sys
from pathlib import Path

from extractors.panels.pictures.letters import MODEL
from runtime.onnx_sessions import TELEMETRY

RUN = "from runtime.onnx_sessions import onnx_session; print(len(onnx_session({model!r}).get_inputs()))"


def test_nothing_is_left_among_the_temporary_files(tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if name != TELEMETRY}
    own |= {"TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(model=str(MODEL))],
        env=own, capture_output=True, text=True, check=False, timeout=600, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stdout == "1\n", done.stderr
    assert list(tmp_path.iterdir()) == []
