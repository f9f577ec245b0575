"""Two processes that call something at the same moment, again and again, for tests of what both create at once.

They live as long as the test needs them: their start, with Prefect's import, costs more than all their calls.
"""

import contextlib
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
Call = Callable[..., list[Any]]


@contextlib.contextmanager
def two_processes(environment: Mapping[str, str]) -> Iterator[Call]:
    """Yield a function that takes `module:function` and the arguments of each process, and returns both results.

    Arguments and results are JSON. Where one of the two raises, an AssertionError says what.
    """
    read, write = os.pipe()
    command = [sys.executable, "-m", "tests.support.at_once", str(read)]
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, read)
        stack.callback(os.close, write)
        both = [
            subprocess.Popen(
                command, env=dict(environment), cwd=ROOT, pass_fds=[read], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            for _ in range(2)
        ]  # fmt: skip
        for process in both:
            stack.callback(process.wait)
            stack.callback(process.terminate)

        def at_once(call: str, first: Sequence[object], second: Sequence[object]) -> list[Any]:
            for process, arguments in zip(both, (first, second), strict=True):
                print(json.dumps([call, arguments]), file=process.stdin, flush=True)
            assert [_line(process) for process in both] == ["ready", "ready"]
            os.write(write, b"12")  # each takes one of the two bytes
            outcomes = [_line(process) for process in both]
            errors = [error for error, _ in outcomes if error]
            assert not errors, errors
            return [result for _, result in outcomes]

        yield at_once


def _line(process: "subprocess.Popen[str]") -> Any:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"one of the two processes ended with {process.wait()}"
    return json.loads(line)


def main(start: int) -> None:
    """Answer each line of the input once a byte comes through the pipe that both processes wait at."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is called may print
    with ThreadPoolExecutor(1) as calls:
        for line in sys.stdin:
            call, arguments = json.loads(line)
            module, name = call.split(":")
            function = getattr(importlib.import_module(module), name)
            print(json.dumps("ready"), file=answers, flush=True)
            os.read(start, 1)
            done = calls.submit(function, *arguments)
            error = done.exception()
            outcome = (f"{type(error).__name__}: {error}", None) if error else (None, done.result())
            print(json.dumps(outcome), file=answers, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
