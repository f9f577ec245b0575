"""The model hub: short patience until it answers, all the patience of the world once it sends.

Left to itself, huggingface_hub asks a hub that is not there again and again, for more than a minute and for each of
the names that a file may have. Here every request gets `PATIENCE_S` seconds for its connection and the head of its
answer; after that the hub counts as offline, for which huggingface_hub has an answer at once: a file of its cache,
or an error. What is on its way then may take as long as it takes.
"""

import contextlib
import functools
import importlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 15.0
PAGE_S = 5.0  # the same for what is no file
PAUSES_S = (1.0, 3.0)  # before a request is made again
BUSY = {408, 429, 500, 502, 503, 504}
GONE_S = 60.0  # a hub that was not there a minute ago is not waited for again


@dataclass
class Hub:
    """What was heard of a hub: why it cannot be reached, and the last answer by which it refused something."""

    address: str
    unreachable: str | None = None
    refused: str | None = None
    lost_at: float = 0.0  # monotonic time

    def lose(self, reason: str) -> None:
        """Count the hub as offline for a while."""
        self.unreachable, self.lost_at = reason, time.monotonic()

    def is_lost(self) -> bool:
        """Tell whether it counts as offline."""
        return self.unreachable is not None and time.monotonic() - self.lost_at < GONE_S


_turn = threading.Lock()
_known = functools.cache(Hub)


@contextlib.contextmanager
def patient_hub() -> Iterator[Hub]:
    """Bound what huggingface_hub waits for in this block; yields what is heard of the hub meanwhile.

    A hub that cannot be reached looks like HF_HUB_OFFLINE to whoever asks for a file. One block at a time.
    """
    from huggingface_hub import constants, get_session

    with _turn, contextlib.ExitStack() as stack:
        hub = _known(str(constants.ENDPOINT))
        hub.refused = None
        if not hub.is_lost():
            hub.unreachable = None
        client = get_session()
        stack.enter_context(_replaced(client, "send", functools.partial(_send, hub, client.send)))
        # Its own protocol tries again on terms that cannot be bounded here; every file comes by HTTP as well.
        if hasattr(constants, "HF_HUB_DISABLE_XET"):
            stack.enter_context(_replaced(constants, "HF_HUB_DISABLE_XET", True))
        yield hub


@contextlib.contextmanager
def _replaced(owner: object, name: str, value: object) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _send(hub: Hub, send: Callable[..., Any], request: Any, **options: Any) -> Any:
    """Return the hub's answer as the client's `send` does, its body still to come where it is streamed."""
    from huggingface_hub.errors import OfflineModeIsEnabled

    url = urlsplit(str(request.url))
    # The hub's other pages, such as lists of a model's files, are no reason to give up a file that it may well have.
    is_file = "/resolve/" in url.path or url.netloc != urlsplit(hub.address).netloc
    deadline = time.monotonic() + (PATIENCE_S if is_file else PAGE_S)
    reason = hub.unreachable
    for pause in (*PAUSES_S, None) if is_file else (None,):
        if hub.is_lost():
            break
        answer, reason = _first_answer(functools.partial(send, request, **options), url.netloc, deadline)
        if answer is not None and answer.status_code not in BUSY:
            if answer.status_code >= 400:
                hub.refused = f"answers {answer.status_code} to {url.path}"
            return answer
        if answer is not None:
            answer.close()
        if pause is None or time.monotonic() + pause >= deadline:
            if is_file:
                hub.lose(reason)
            break
        time.sleep(pause)
    raise OfflineModeIsEnabled(f"Cannot reach {url.netloc}: {reason}")


def _first_answer(send: Callable[[], Any], host: str, deadline: float) -> tuple[Any | None, str]:
    """Return an answer, if there is one, and what is wrong where there is none or the server is busy.

    Another thread waits for it: looking up a name, and trying one address of a host after the other, know no limit.
    """
    from huggingface_hub.errors import OfflineModeIsEnabled

    threads, patience_s = ThreadPool(1), max(deadline - time.monotonic(), 0.0)
    try:
        answer = threads.apply_async(copy_context().run, (send,)).get(patience_s)
    except multiprocessing.TimeoutError:
        return None, f"{host} does not answer"
    except OfflineModeIsEnabled:  # the user's own choice
        raise
    except _no_connection() as error:
        return None, f"{host}: {error or type(error).__name__}"
    finally:
        threads.terminate()
    return answer, f"{host} answers {answer.status_code}"


def why_not_had(wanted: str, hub: Hub, error: Exception, *, local: str) -> str:
    """Return a sentence that says why files of the hub cannot be had, and what to do.

    Args:
        wanted: what they are, in the plural: "The weights X of Y".
        hub: what was heard of it.
        error: what huggingface_hub raised.
        local: what may be named instead.
    """
    if os.environ.get("HF_HUB_OFFLINE"):
        return (
            f"{wanted} are not in the cache and HF_HUB_OFFLINE is set: unset it where the model hub can be reached, "
            f"copy ~/.cache/huggingface from a machine that has them, or name {local}."
        )
    if hub.unreachable:
        return (
            f"{wanted} are not in the cache and the model hub {hub.address} cannot be reached ({hub.unreachable}): "
            "set HF_ENDPOINT to a hub that can be, or copy ~/.cache/huggingface from a machine that has them and "
            f"set HF_HUB_OFFLINE=1, or name {local}."
        )
    if hub.refused:
        return (
            f"{wanted} cannot be had from the model hub {hub.address}, which {hub.refused}: check HF_ENDPOINT, and "
            f"HF_TOKEN where it asks who you are, or name {local}."
        )
    return f"{wanted} cannot be fetched ({first_line(error)}): try again, or name {local}."


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, without its full stop."""
    text = str(error).strip().splitlines()
    return (text[0] if text else type(error).__name__)[:300].rstrip(".")


def _no_connection() -> type[Exception]:
    """Return what the HTTP library of huggingface_hub raises where there is no answer; it changes its library."""
    from huggingface_hub import get_session

    library = importlib.import_module(type(get_session()).__module__.partition(".")[0])
    found: type[Exception] = getattr(library, "TransportError", OSError)
    return found
