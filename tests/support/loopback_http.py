"""A server on loopback that can be told to fail, and what tests ask it for."""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sources.fetch.outcome import FetchError

BODY = bytes(range(256)) * 2000
MD5 = hashlib.md5(BODY).hexdigest()
TAG = {"ETag": '"one"'}


def left_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def reason_of(call) -> str:
    with pytest.raises(FetchError) as caught:
        call()
    return caught.value.reason


@dataclass
class Reply:
    """What the server does with one request, honestly unless told otherwise."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    if_range: bool = True  # False: Range is heeded and If-Range is not
    cut: int | None = None  # the connection breaks off after so many bytes of the body
    length: int | None = None  # a Content-Length that is not the body's
    framed: bool = True  # False: no length at all, the end of the connection ends the body
    drop: bool = False
    delay: float = 0.0
    endless: bool = False


@dataclass
class Seen:
    time: float
    path: str
    headers: dict[str, str]


class Loopback:
    """Answers each path with its replies in order; the last one stays."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.answer: Callable[[str, dict[str, str]], Reply | None] = lambda path, headers: None
        self.log: list[Seen] = []
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                headers = {k.lower(): v for k, v in self.headers.items()}
                with outer.lock:
                    outer.log.append(Seen(time.time(), self.path, headers))
                    reply = outer.answer(self.path, headers)
                    if reply is None:
                        left = outer.replies.get(self.path, [Reply(b"nothing here", 404)])
                        reply = left.pop(0) if len(left) > 1 else left[0]
                with contextlib.suppress(OSError):
                    self.send(reply, headers)

            def send(self, reply: Reply, headers: dict[str, str]) -> None:
                time.sleep(reply.delay)
                if reply.drop:
                    self.close_connection = True
                    self.connection.close()
                    return
                status, body, extra = reply.status, reply.body, {}
                same = not reply.if_range or headers.get("if-range") in (None, reply.headers.get("ETag"))
                if status == 200 and reply.ranges and "range" in headers and same:
                    start = int(headers["range"].removeprefix("bytes=").removesuffix("-"))
                    if start >= len(body):
                        status, body, extra = 416, b"", {"Content-Range": f"bytes */{len(body)}"}
                    else:
                        extra = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
                        status, body = 206, body[start:]
                self.send_response(status)
                for name, value in {**reply.headers, **extra}.items():
                    self.send_header(name, value)
                if reply.framed:
                    self.send_header(
                        "Content-Length", str(len(body) if reply.length is None else reply.length)
                    )
                else:
                    self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body if reply.cut is None else body[: reply.cut])
                while reply.endless:
                    self.wfile.write(b"\0" * 65536)
                if reply.cut is not None or reply.length is not None or not reply.framed:
                    self.close_connection = True

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.netloc = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.netloc}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
