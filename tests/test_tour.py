"""The README's first tour: every command, in its order, prints what stands there."""

import re
import shutil

import pytest
from tour import COMMANDS, Tour

needs_ghostscript = pytest.mark.skipif(
    shutil.which("gs") is None, reason="without Ghostscript the sample has other pairs"
)


def matches(shown: str, printed: str) -> bool:
    """Tell whether the output is what stands there: `…` is anything, and scores depend on the machine."""

    def stable(text: str) -> str:
        return re.sub(r"\d+\.\d+", "#", text.replace("\r", ""))

    pattern = ".*".join(re.escape(part) for part in re.split(r"…(?! \()", stable(shown).strip("\n")))
    return (
        re.fullmatch(pattern.replace(r"\n.*\n", r"\n(?:.*\n)?"), stable(printed).strip("\n"), re.DOTALL)
        is not None
    )


def test_the_tour_has_every_step() -> None:
    for step in ("build", "query", "serve", "export", "train", "evaluate"):
        assert any(
            command.startswith(f"scimmir {step} ") or command == f"scimmir {step}" for command in COMMANDS
        )


@needs_ghostscript
def test_the_commands_print_what_the_readme_shows(tour: Tour) -> None:
    for command, shown, printed in tour.steps:
        assert matches(shown, printed), f"$ {command}\nREADME:\n{shown}\nprinted:\n{printed}"


def test_another_output_is_noticed() -> None:
    assert matches("a …\nb 1.5\n", "a long line\nb 2.25\n") and matches("…\nb\n…\n", "x\ny\nb\nz\n")
    assert not matches("82 pairs\n", "83 pairs\n") and not matches("…\nb\n", "x\nc\n")
    assert not matches("a\n", "a\nb\n")
