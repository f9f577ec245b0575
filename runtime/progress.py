"""Shows how far long stages are: bars with rate and time left in a terminal, plain log lines elsewhere."""

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from runtime.logs import logs_json

LOG_EVERY_S = 15.0
logger = logging.getLogger("scimmir")

Advance = Callable[[int], None]


class _Rate(ProgressColumn):
    """Items a second, over the last minute or so."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.1f}/s", style="dim")


@contextlib.contextmanager
def progress(stage: str, total: int, unit: str) -> Iterator[Advance]:
    """Yield a function that counts finished items of a stage; safe to call from several threads."""
    bars = sys.stderr.isatty() and not logs_json()
    shown = _bar(stage, total, unit) if bars else _log_lines(stage, total, unit)
    with shown as advance:
        yield advance


@contextlib.contextmanager
def _bar(stage: str, total: int, unit: str) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(f"[dim]{unit}"),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(stage, total=total)
        yield lambda count: bars.advance(task, count)


@contextlib.contextmanager
def _log_lines(stage: str, total: int, unit: str) -> Iterator[Advance]:
    lock = threading.Lock()
    start = last = time.monotonic()
    done = 0

    def advance(count: int) -> None:
        nonlocal done, last
        with lock:
            done += count
            now = time.monotonic()
            if now - last >= LOG_EVERY_S:
                last = now
                rate = done / (now - start)
                left = (total - done) / rate if rate else 0.0
                logger.info("%s: %d of %d %s, %.1f/s, %.0f s left", stage, done, total, unit, rate, left)

    yield advance
    seconds = time.monotonic() - start
    logger.info("%s: %d %s in %.1f s", stage, done, unit, seconds)
