"""moto's S3 server on a port of its own, made to fail or to answer slowly when asked: for tests and benchmarks."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

BUCKET = "scimmir-test"
KEYS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}
CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"}
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass
class Store:
    """A running server: `url` and `environment` are for its clients, the rest tells how it behaves.

    Every `fail_every`th request is answered by a 500 (0: none, 1: all); each waits `delay_s` first. What writes to a
    path that contains `hold` waits until that is empty again, and is answered by a 500 then.
    """

    url: str = ""
    fail_every: int = 0
    delay_s: float = 0.0
    hold: str = ""
    requests: int = 0
    failed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    writing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the standard chain finds the server."""
        return {**KEYS, "AWS_ENDPOINT_URL": self.url}

    def client(self) -> Any:
        """Return a client of the server."""
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )

    def _holds(self, environ: dict[str, Any]) -> bool:
        writes = environ["REQUEST_METHOD"] in ("PUT", "POST")
        return bool(self.hold) and writes and self.hold in environ["PATH_INFO"]

    def wrap(self, app: Wsgi) -> Wsgi:
        """Return the application with the faults in front of it."""

        def faulty(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            with self.lock:
                self.requests += 1
                fails = bool(self.fail_every) and self.requests % self.fail_every == 0
                self.failed += fails
            time.sleep(self.delay_s)
            while self._holds(environ):
                fails = True
                time.sleep(0.05)
            if fails:
                start("500 Internal Server Error", [("Content-Type", "application/xml")])
                return [b"<Error><Code>InternalError</Code><Message>injected</Message></Error>"]
            # moto looks whether a condition holds, and then writes; S3 does both at once.
            with self.writing if CONDITIONS & environ.keys() else contextlib.nullcontext():
                return app(environ, start)

        return faulty


@contextlib.contextmanager
def s3_store(bucket: str = BUCKET) -> Iterator[Store]:
    """Yield a server with one empty bucket; it ends with the block."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_: object) -> None:
            """Say nothing of requests."""

    store = Store()
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, store.wrap(app), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    store.url = f"http://127.0.0.1:{server.server_port}"
    client = store.client()
    client.create_bucket(Bucket=bucket)
    try:
        yield store
    finally:
        store.fail_every, store.delay_s, store.hold = 0, 0.0, ""
        # What moto keeps belongs to the process, not to the server: the next one starts empty.
        httpx.post(f"{store.url}/moto-api/reset", timeout=300).raise_for_status()
        server.shutdown()
        thread.join()
        client.close()


@contextlib.contextmanager
def environment_of(store: Store, cache: str) -> Iterator[None]:
    """Set this process's environment to a store's for the block, with a cache of its own."""
    from runtime import storage

    wanted = {**store.environment, "SCIMMIR_CACHE": cache}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    storage._client.cache_clear()
    try:
        yield
    finally:
        storage._client.cache_clear()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
