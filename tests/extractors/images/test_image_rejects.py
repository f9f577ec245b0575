"""Graphics files that are refused, each with its reason, and any bytes at all."""

import gzip
import struct
import zlib

import pymupdf
import pytest
from examples import examples
from graphics_files import (
    EPS,
    EPS_BODY,
    EPS_HEAD,
    PARAMETERS,
    QUARTERED,
    SVG,
    check_quarters,
    graphic,
    needs_ghostscript,
    pdf,
    photograph,
    quarters,
    row_of,
    saved,
)
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from extractors.images import ImageParameters, ghostscript_version, image_row, library_versions
from schemas.reject import RecordError


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def locked_pdf() -> bytes:
    document = pymupdf.open(stream=pdf(), filetype="pdf")
    return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="o", user_pw="u")


REJECTS = {
    "nothing": ("image_empty", b""),
    "zeros": ("image_empty", b"\0" * 5000),
    "nothing gzipped": ("image_empty", gzip.compress(b"", mtime=0)),
    "git lfs": ("image_lfs_pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"),
    "short gif": ("image_unreadable", b"GIF89a"),
    "html": ("image_unreadable", b"<html><body>404</body></html>"),
    "text": ("image_unreadable", b"plain text"),
    "cut png": ("image_unreadable", truncated(saved(photograph(), "PNG"))),
    "cut jpeg": ("image_unreadable", truncated(saved(photograph(), "JPEG"))),
    "cut tiff": ("image_unreadable", truncated(saved(photograph(), "TIFF"))),
    "cut webp": ("image_unreadable", truncated(saved(photograph(), "WEBP"))),
    "cut svgz": ("image_unreadable", truncated(gzip.compress(SVG, mtime=0))),
    "broken svgz": ("image_unreadable", gzip.compress(SVG, mtime=0)[:10] + b"\xff" * 50),
    "cut svg": ("image_unreadable", truncated(SVG)),
    "svg without width": ("image_unreadable", SVG.replace(b'width="100"', b'width="0"')),
    "svg with a foreign image": (
        "image_unreadable",
        SVG.replace(b"</svg>", b'<image href="file:///etc/passwd" width="9" height="9"/></svg>'),
    ),
    "svg with a foreign entity": (
        "image_unreadable",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>',
    ),
    "empty pdf": ("image_unreadable", b"%PDF-1.4\nnothing"),
    "locked pdf": ("image_unreadable", locked_pdf()),
    "short dos eps": ("image_unreadable", b"\xc5\xd0\xd3\xc6short"),
    "claims to be huge": ("image_too_large", png_claiming(60_000, 60_000)),
    "gzip bomb": ("image_too_large", gzip.compress(b" " * 3_000_000, mtime=0)),
    "too small": ("image_too_small", saved(quarters((40, 8)), "PNG")),
    "blank": ("image_blank", saved(Image.new("RGB", (50, 50), (10, 20, 30)), "PNG")),
    "transparent": ("image_blank", saved(Image.new("RGBA", (50, 50), (10, 20, 30, 0)), "PNG")),
}


def reject_of(name: str, data: bytes, parameters: ImageParameters = PARAMETERS, **changes) -> tuple[str, str]:
    with pytest.raises(RecordError) as caught:
        row_of(name, data, parameters, **changes)
    return caught.value.reason, caught.value.detail


@pytest.mark.parametrize(("reason", "data"), REJECTS.values(), ids=REJECTS)
def test_reject_reasons(reason, data):
    found, detail = reject_of("figures/x.png", data, ImageParameters(max_bytes=2_000_000))
    assert (found, "figures/x.png" in detail or reason == "image_too_small") == (reason, True)


def test_an_entity_bomb_is_refused():
    levels = b"".join(
        b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"x" * 99) for i in range(9)
    )
    assert (
        reject_of("a.svg", b"<!DOCTYPE svg [" + levels + b"]><svg><text>&e8;</text></svg>")[0]
        == "image_unreadable"
    )


def test_pages_that_are_not_there():
    assert reject_of("a.pdf", pdf(), page=2) == ("image_unreadable", "a.pdf: pdf: no page 2 of 1")
    two = saved(quarters(), "TIFF", save_all=True, append_images=[quarters()])
    assert reject_of("a.tif", two, page=9)[0] == "image_unreadable"


def test_files_that_are_not_there():
    with pytest.raises(RecordError) as caught:
        image_row("p", [graphic("x.png")], {}, PARAMETERS)
    assert (caught.value.reason, caught.value.detail) == ("image_missing", "x.png")
    with pytest.raises(RecordError) as caught:
        image_row("p", [], {}, PARAMETERS)
    assert caught.value.reason == "graphic_not_named"


@needs_ghostscript
@pytest.mark.parametrize(
    ("reason", "program"),
    [
        ("timeout", b"{} loop"),
        ("ghostscript_failed", b"no-such-operator"),
        ("ghostscript_failed", b"(/etc/passwd) (r) file 100 string readstring pop show showpage"),
        ("image_blank", b"showpage"),
    ],
    ids=["endless", "unknown operator", "foreign file", "empty page"],
)
def test_eps_that_fails(reason, program):
    assert reject_of("a.eps", EPS_HEAD + program, ImageParameters(ghostscript_timeout_s=1.5))[0] == reason


@needs_ghostscript
def test_eps_without_any_ink_and_box_is_blank():
    assert reject_of("a.ps", b"%!PS\nshowpage\n") == ("image_blank", "a.ps: eps: draws nothing")


@needs_ghostscript
@pytest.mark.parametrize(
    "form",
    [b"(%s) (w) file", b"{(%s) (w) file} stopped pop", b"(%%pipe%%touch %s) (w) file"],
    ids=["file", "stopped", "pipe"],
)
def test_eps_cannot_write_outside(form, tmp_path):
    target = tmp_path / "written"
    data = EPS_HEAD + EPS_BODY + form % str(target).encode() + b" pop showpage"
    try:
        row_of("a.eps", data)
    except RecordError as error:
        assert error.reason == "ghostscript_failed"
    assert not target.exists()


def test_without_ghostscript_eps_is_refused_and_the_rest_works(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert reject_of("a.eps", EPS)[0] == "ghostscript_missing"
    assert ghostscript_version() is None
    assert library_versions()["ghostscript"] == "none"
    check_quarters(row_of("a.pdf", QUARTERED["a.pdf"]))


# Anything at all

STARTS = [
    *QUARTERED.values(),
    b"",
    b"\x1f\x8b\x08",
    b"%PDF-1.7\n",
    b"RIFF\0\0\0\0WEBP",
    b"BM",
    b"P6\n2 2\n255\n",
    b"II+\0",
]
WITHOUT_PROCESS = st.sampled_from(STARTS)


@examples(100)
@given(
    WITHOUT_PROCESS,
    st.binary(max_size=60),
    st.integers(0, 2000),
    st.sampled_from(["png", "pdf", "eps", "svg"]),
)
def test_any_bytes_give_an_image_or_a_reason(start, noise, at, extension):
    data = start[:at] + noise + start[at + len(noise) :]
    if b"%!" in data[:4096]:
        data = data.replace(b"%!", b"")  # Ghostscript's own test is below
    name = f"x.{extension}"
    try:
        row = row_of(name, data)
    except RecordError as error:
        assert error.reason.startswith("image_")
        return
    assert max(row.width, row.height) <= 1024


@needs_ghostscript
@examples(12)
@given(st.binary(max_size=60), st.integers(0, len(EPS)))
def test_any_postscript_gives_an_image_or_a_reason(noise, at):
    data = EPS[:at] + noise + EPS[at + len(noise) :]
    try:
        row = row_of("x.eps", b"%!PS" + data, ImageParameters(ghostscript_timeout_s=3))
    except RecordError as error:
        assert error.reason.startswith(("image_", "ghostscript_failed", "timeout", "memory_limit"))
        return
    assert max(row.width, row.height) <= 1024
