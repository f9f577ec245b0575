"""Log lines that say which run, stage, shard and paper they are about, as text or as JSON; no secret is in them."""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

NAMES = ("run", "stage", "shard", "paper")
# Prefect puts these on the records of its own loggers.
OF_PREFECT = ("flow_run_id", "flow_run_name", "task_run_id", "task_run_name")
MASK = "********"

# Lines of single shards and papers: shown in JSON, where a program reads them, and not between progress bars.
DETAILS = "scimmir.details"

_ABOUT: ContextVar[Mapping[str, str] | None] = ContextVar("about", default=None)
_USER_OF_ADDRESS = re.compile(r"(\w{1,20}://)[^\s/@]{1,2000}@")
_SECRET_PARAMETER = re.compile(
    r"([?&](?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId|(?:access_)?token"
    r"|(?:api_?)?key|password|secret)=)[^\s&\"']{1,4000}",
    re.IGNORECASE,
)


@contextmanager
def about(**names: str) -> Iterator[None]:
    """Name what the lines logged inside the block (by this thread or task) are about: run, stage, shard, paper."""
    token = _ABOUT.set({**(_ABOUT.get() or {}), **names})
    try:
        yield
    finally:
        _ABOUT.reset(token)


class AddContext(logging.Filter):
    """Puts run, stage, shard and paper on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, with what it is about."""
        for name, value in (_ABOUT.get() or {}).items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


class TextFormatter(logging.Formatter):
    """One line with the time, for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, secrets masked."""
        return without_secrets(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, what it is about, and the error with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, secrets masked."""
        content: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in (*NAMES, *OF_PREFECT):
            value = getattr(record, name, None)
            if value is not None:
                content[name] = str(value)
        if record.exc_info and record.exc_info[0] is not None:
            content["error"] = record.exc_info[0].__name__
            content["traceback"] = self.formatException(record.exc_info)
        return json.dumps({k: without_secrets(v) for k, v in content.items()}, ensure_ascii=False)


def without_secrets(text: str) -> str:
    """Return a text in which users and passwords of addresses and signatures of requests are masked."""
    text = _USER_OF_ADDRESS.sub(rf"\g<1>{MASK}@", text)
    return _SECRET_PARAMETER.sub(rf"\g<1>{MASK}", text)


def log_to(stream: TextIO | None = None, *, kind: str = "text", level: int = logging.INFO) -> None:
    """Log what `scimmir` has to say to a stream (standard error), as text or json.

    Handlers that send lines to a server stay. In JSON, Prefect's own warnings come as such lines, too, instead of
    as text between them.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if kind == "json" else TextFormatter())
    handler.addFilter(AddContext())
    logger = logging.getLogger("scimmir")
    logger.setLevel(level)
    logger.handlers = [*(h for h in logger.handlers if not _on_terminal(h)), handler]
    logger.propagate = False
    logging.getLogger(DETAILS).setLevel(level if kind == "json" else logging.CRITICAL)
    if kind == "json":
        for name in ["", *(n for n in logging.root.manager.loggerDict if n.split(".")[0] == "prefect")]:
            other = logging.getLogger(name)
            if any(_on_terminal(h) for h in other.handlers):
                other.handlers = [*(h for h in other.handlers if not _on_terminal(h)), handler]


def logs_json() -> bool:
    """Tell whether `log_to` was told to write JSON."""
    return any(isinstance(h.formatter, JsonFormatter) for h in logging.getLogger("scimmir").handlers)


def _on_terminal(handler: logging.Handler) -> bool:
    """Tell whether a handler writes to the terminal; those that send lines to a server do not."""
    stream = getattr(handler, "stream", None)
    return stream is not None and stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
