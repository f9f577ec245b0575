"""A vision-language server on loopback that can be told to fail: it describes by the caption that it was sent."""

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROMPT_TOKENS, COMPLETION_TOKENS = 100, 20


@dataclass
class Answer:
    """What the server does with one request."""

    status: int = 200
    body: bytes | None = None  # None: a description
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False


HONEST = Answer()


@dataclass
class LoopbackModel:
    """`decide` gets the text of a request and how often it came, from 1; the requests stand in `log`."""

    decide: Callable[[str, int], Answer] = lambda text, count: HONEST
    url: str = ""
    log: list[tuple[float, dict[str, Any], str]] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def texts(self) -> list[str]:
        """Return the prompts that came, in order."""
        return [text_of(body) for _, body, _ in self.log]


def text_of(body: dict[str, Any]) -> str:
    """Return the prompt of a request."""
    return str(body["messages"][0]["content"][0]["text"])


def description(text: str, **changed: object) -> bytes:
    """Return an answer in OpenAI's form."""
    message = {"role": "assistant", "content": f"Described: {text}"}
    answer = {
        "id": "answer",
        "object": "chat.completion",
        "created": 0,
        "model": "served-model",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": PROMPT_TOKENS,
            "completion_tokens": COMPLETION_TOKENS,
            "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
        },
    }
    return json.dumps({**answer, **changed}).encode()


@contextlib.contextmanager
def loopback_model() -> Iterator[LoopbackModel]:
    """Yield a running server."""
    model = LoopbackModel()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = text_of(body)
            with model.lock:
                model.log.append((time.monotonic(), body, self.headers.get("Authorization", "")))
                model.seen[text] += 1
                answer = model.decide(text, model.seen[text])
            with contextlib.suppress(OSError):
                self._send(answer, text)

        def _send(self, answer: Answer, text: str) -> None:
            time.sleep(answer.delay_s)
            if answer.drop:
                self.close_connection = True
                self.connection.close()
                return
            body = description(text) if answer.body is None else answer.body
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
