"""An S3 server on loopback (moto's) with a requester-pays bucket like arXiv's, which can be told to fail."""

import gzip
import hashlib
import io
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

BUCKET = "arxiv"
MANIFEST = "src/arXiv_src_manifest.xml"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "loopback", "AWS_SECRET_ACCESS_KEY": "loopback-secret"}

ONE, TWO = "src/arXiv_src_2601_001.tar", "src/arXiv_src_2601_002.tar"
MEMBERS = {ONE: ("2601.00003", "2601.00042"), TWO: ("2601.00051", "2601.00064")}
Fault = str  # "truncate:N" bytes of the body, "corrupt", "status:503", "ignore-range"


@dataclass
class LoopbackS3:
    """The running server: what it was asked for, and the faults that its next answers for a key have."""

    endpoint: str = ""
    log: list[tuple[str, str | None]] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def client(self) -> Any:
        import boto3

        keys = {k.lower(): v for k, v in CREDENTIALS.items()}
        return boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1", **keys)

    def put(self, key: str, data: bytes) -> None:
        self.client().put_object(Bucket=BUCKET, Key=key, Body=data)

    def put_tars(self, tars: dict[str, tuple[str, str, str, bytes]]) -> None:
        """Store tars, given as name → (yymm, first item, last item, bytes), and their manifest."""
        for name, (*_, data) in tars.items():
            self.put(name, data)
        self.put(MANIFEST, manifest_of(tars))

    def asked(self, key: str) -> list[str | None]:
        """Return the ranges of the requests for a key."""
        return [span for asked, span in self.log if asked == key]

    def app(self, moto: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            key = environ["PATH_INFO"].removeprefix(f"/{BUCKET}/")
            if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith(f"/{BUCKET}/"):
                return moto(environ, start_response)
            self.log.append((key, environ.get("HTTP_RANGE")))
            if environ.get("HTTP_X_AMZ_REQUEST_PAYER") != "requester":
                return _error(start_response, 403, "AccessDenied")
            queue = self.faults.get(key) or [""]
            fault = queue[0] if queue[0].startswith("always ") else queue.pop(0)
            return self._with_fault(fault.removeprefix("always "), key, moto, environ, start_response)

        return answer

    def _with_fault(
        self,
        fault: Fault,
        key: str,
        moto: Callable[..., Iterable[bytes]],
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        kind, _, number = fault.partition(":")
        if kind == "status":
            return _error(start_response, int(number), "SlowDown" if number == "503" else "AccessDenied")
        if kind == "ignore-range":
            environ.pop("HTTP_RANGE", None)
        body = b"".join(moto(environ, start_response))
        if kind == "truncate":
            body = body[: int(number)]
        if kind == "corrupt":
            body = body[:-1] + bytes([body[-1] ^ 1])
        self.sent[key] = self.sent.get(key, 0) + len(body)
        return [body]


def _error(start_response: Callable[..., Any], status: int, code: str) -> Iterable[bytes]:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body))), ("Retry-After", "0")]
    start_response(f"{status} {code}", headers)
    return [body]


def manifest_of(tars: dict[str, tuple[str, str, str, bytes]]) -> bytes:
    entries = []
    for number, (name, (yymm, first, last, data)) in enumerate(tars.items(), start=1):
        md5 = hashlib.md5(data).hexdigest()
        entries.append(
            f"<file><content_md5sum>{md5[::-1]}</content_md5sum><filename>{name}</filename>"
            f"<first_item>{first}</first_item><last_item>{last}</last_item><md5sum>{md5}</md5sum>"
            f"<num_items>3</num_items><seq_num>{number}</seq_num><size>{len(data)}</size>"
            f"<timestamp>2026-02-03 04:05:06</timestamp><yymm>{yymm}</yymm></file>"
        )
    return f"<?xml version='1.0' standalone='yes'?>\n<arXivSRC>\n{''.join(entries)}</arXivSRC>".encode()


def packed(sample: Path, members: tuple[str, ...], extra: bytes = b"") -> bytes:
    """Return a bulk tar of some of the sample's papers, and of one more paper where its TeX is given."""
    packing = io.BytesIO()
    with (
        tarfile.open(sample / "arxiv" / "arXiv_src_2601_001.tar") as whole,
        tarfile.open(fileobj=packing, mode="w", format=tarfile.USTAR_FORMAT) as part,
    ):
        for member in members:
            name = f"2601/{member}.gz"
            part.addfile(whole.getmember(name), whole.extractfile(name))
        if extra:
            data = gzip.compress(extra, mtime=0)
            header = tarfile.TarInfo("2601/2601.00099.gz")
            header.size = len(data)
            part.addfile(header, io.BytesIO(data))
    return packing.getvalue()


def sample_tars(sample: Path, extra: bytes = b"") -> dict[str, tuple[str, str, str, bytes]]:
    """Return two tars of the sample's papers, as `put_tars` takes them."""
    return {
        ONE: ("2601", "2601.00001", "2601.00050", packed(sample, MEMBERS[ONE])),
        TWO: ("2601", "2601.00051", "2601.00099", packed(sample, MEMBERS[TWO], extra)),
    }


@contextmanager
def loopback_s3() -> Iterator[LoopbackS3]:
    """Run the server on a free port, with an empty bucket."""
    from moto.moto_api._internal import moto_api_backend
    from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

    moto_api_backend.reset()
    server = LoopbackS3()
    app = server.app(DomainDispatcherApplication(create_backend_app))
    http = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    server.endpoint = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        server.client().create_bucket(Bucket=BUCKET)
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
