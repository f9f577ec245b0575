"""A server on loopback with what arXiv and PMC serve over HTTP: files, a bucket's listing, OAI-PMH pages."""

import gzip
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

INVENTORY = "inventory-reports/pmc-oa-opendata/metadata/"
CHANGED = "2026-11-02T10:00:00.000Z"


class Server:
    """Serves bytes by path, an S3 listing of them, and OAI-PMH pages by their token."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.oai: dict[str | None, bytes] = {}
        self.log: list[str] = []
        self.agents: set[str | None] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                outer.log.append(self.path.lstrip("/"))
                outer.agents.add(self.headers["User-Agent"])
                body = outer.answer(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or b"")))
                if body is not None:
                    self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *arguments: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, path: str) -> bytes | None:
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if "verb" in asked:
            return self.oai[asked.get("resumptionToken")]
        if "list-type" in asked:
            prefix = asked["prefix"]
            below = {k[len(prefix) :].partition("/")[0] for k in self.objects if k.startswith(prefix)}
            names = "".join(f"<CommonPrefixes><Prefix>{prefix}{n}/</Prefix></CommonPrefixes>" for n in below)
            return f"<ListBucketResult><IsTruncated>false</IsTruncated>{names}</ListBucketResult>".encode()
        return self.objects.get(parts.path.lstrip("/"))

    def put_inventory(self, changed: str = CHANGED) -> None:
        keys = [key for key in self.objects if key.startswith("metadata/")]
        lines = [
            f'"pmc","{key}","{changed}","{hashlib.md5(self.objects[key]).hexdigest()}"\n' for key in keys
        ]
        self.objects["data.csv.gz"] = gzip.compress("".join(lines).encode(), mtime=0)
        manifest = {"files": [{"key": "data.csv.gz"}]}
        self.objects[f"{INVENTORY}2026-11-03T01-00Z/manifest.json"] = json.dumps(manifest).encode()


def oai_record(paper: str, day: str, versions: int, *sets: str) -> str:
    stated = "".join(f"<setSpec>{name}</setSpec>" for name in sets)
    history = "".join(
        f'<version version="v{n}"><date>Mon, 2 Jan 2023 10:00:00 GMT</date></version>'
        for n in range(1, versions + 1)
    )
    return (
        f"<record><header><identifier>oai:arXiv.org:{paper}</identifier><datestamp>{day}</datestamp>{stated}</header>"
        f'<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper}</id>{history}'
        "<title>T</title><categories>cs.CV</categories>"
        "<license>http://creativecommons.org/licenses/by/4.0/</license></arXivRaw></metadata></record>"
    )


def oai_page(*records: str, token: str = "") -> bytes:
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-02-01T00:00:00Z</responseDate>'
        f"<ListRecords>{''.join(records)}<resumptionToken>{token}</resumptionToken></ListRecords></OAI-PMH>"
    ).encode()


def put_article(server: Server, folder: Path, **fields: object) -> None:
    """Serve an article of the sample; its JSON states checksums as PMC's does."""
    for path in folder.iterdir():
        server.objects[f"{folder.name}/{path.name}"] = path.read_bytes()
    about = {**json.loads((folder / f"{folder.name}.json").read_text()), **fields}

    def with_md5(url: str) -> str:
        file = folder / url.rpartition("/")[2]
        return f"{url}?md5={hashlib.md5(file.read_bytes()).hexdigest()}" if file.exists() else url

    about["xml_url"] = with_md5(about["xml_url"])
    about["media_urls"] = [with_md5(url) for url in about["media_urls"]]
    server.objects[f"metadata/{folder.name}.json"] = json.dumps(about).encode()


def tex(text: str) -> bytes:
    return gzip.compress(f"\\documentclass{{article}}\\begin{{document}}{text}".encode(), mtime=0)
