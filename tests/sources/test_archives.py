"""Untrusted archives: what they hold comes out, what they try does not."""

import gzip
import io
import tarfile

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from schemas.reject import RecordError
from sources.archives import ArchiveLimits, gunzip, is_tar, safe_path, untar
from sources.read import unpack

LIMITS = ArchiveLimits()


def tar_of(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                tar.addfile(info, io.BytesIO(member[1]))
    return buffer.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("main.tex", "main.tex"),
        ("./figs//a.pdf", "figs/a.pdf"),
        ("figs/../main.tex", "main.tex"),
        ("../main.tex", None),
        ("a/../../b", None),
        ("/etc/passwd", None),
        ("C:\\windows\\a", None),
        ("figs\\a.pdf", "figs/a.pdf"),
        ("a\0b", None),
        (".", None),
    ],
)
def test_safe_path(name: str, path: str | None) -> None:
    assert safe_path(name) == path


def test_untar_takes_files_and_leaves_the_rest() -> None:
    data = tar_of(
        ("main.tex", b"text"),
        ("../../evil.tex", b"evil"),
        special("same.tex", tarfile.SYMTYPE, "main.tex"),
        special("figs/up.tex", tarfile.SYMTYPE, "../main.tex"),
        special("hard.tex", tarfile.LNKTYPE, "main.tex"),
        special("passwd", tarfile.SYMTYPE, "/etc/passwd"),
        special("null", tarfile.CHRTYPE),
        special("pipe", tarfile.FIFOTYPE),
        special("figs", tarfile.DIRTYPE),
    )
    files, skipped = untar(data, LIMITS)
    assert files == dict.fromkeys(("main.tex", "same.tex", "figs/up.tex", "hard.tex"), b"text")
    assert skipped == (
        "../../evil.tex: path leads out of the archive",
        "null: neither file nor folder",
        "pipe: neither file nor folder",
        "passwd: link to a file that the archive does not hold",
    )


def test_links_in_a_circle_end() -> None:
    data = tar_of(special("a", tarfile.SYMTYPE, "b"), special("b", tarfile.SYMTYPE, "a"), ("c", b"c"))
    files, skipped = untar(data, LIMITS)
    assert files == {"c": b"c"} and len(skipped) == 2


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (gzip.compress(b"x" * 10_000, mtime=0)[:-20], LIMITS, "archive_unreadable"),
        (gzip.compress(b"\\documentclass", mtime=0)[:12] + b"junk" * 9, LIMITS, "archive_unreadable"),
        (
            gzip.compress(bytes(5_000_000), mtime=0),
            ArchiveLimits(unpacked_bytes=1_000_000),
            "archive_too_large",
        ),
        (tar_of(("a", b"x" * 100)), ArchiveLimits(file_bytes=99), "archive_too_large"),
        (tar_of(("a", b"x" * 60), ("b", b"x" * 60)), ArchiveLimits(unpacked_bytes=100), "archive_too_large"),
        (tar_of(*[(f"f{i}", b"") for i in range(30)]), ArchiveLimits(files=29), "archive_too_large"),
        (tar_of(("a", b"x" * 5_000))[:2048], LIMITS, "archive_unreadable"),
        (gzip.compress(b"%!PS-Adobe-2.0", mtime=0), LIMITS, "pdf_only"),
        (b"\x7fELF\0\0\0", LIMITS, "archive_unreadable"),
    ],
    ids=[
        "cut gzip",
        "broken gzip",
        "gzip bomb",
        "large file",
        "large in all",
        "many files",
        "cut tar",
        "postscript",
        "program",
    ],
)
def test_bad_archives_are_refused_with_their_reason(data: bytes, limits: ArchiveLimits, reason: str) -> None:
    with pytest.raises(RecordError) as refused:
        unpack(data, limits)
    assert refused.value.reason == reason


def test_unpack_tells_by_content() -> None:
    tex = b"\\documentclass{article}"
    assert unpack(gzip.compress(tex), LIMITS)[0] == {"main.tex": tex}
    assert unpack(gzip.compress(gzip.compress(tex)), LIMITS)[0] == {"main.tex": tex}
    assert unpack(gzip.compress(tar_of(("p.tex", tex))), LIMITS)[0] == {"p.tex": tex}
    assert unpack(b"%PDF-1.5 ...", LIMITS)[0] == unpack(gzip.compress(b"%PDF-1.5 ..."), LIMITS)[0]
    assert unpack(b"%PDF-1.5 ...", LIMITS)[0] == {"paper.pdf": b"%PDF-1.5 ..."}
    assert unpack(tar_of(("p.tex", tex)), LIMITS)[0] == {"p.tex": tex}


def test_gunzip_joins_members_and_ignores_padding() -> None:
    assert gunzip(gzip.compress(b"a") + gzip.compress(b"b") + bytes(100), LIMITS) == b"ab"


@examples(150)
@given(st.binary(max_size=3000), st.booleans(), st.integers(0, 3000))
def test_any_bytes_give_files_or_a_reason(noise: bytes, packed: bool, position: int) -> None:
    whole = tar_of(("main.tex", b"text" * 50), ("a.png", noise))
    data = whole[:position] + noise + whole[position:]
    is_tar(data)
    try:
        files, _ = unpack(gzip.compress(data) if packed else data, LIMITS)
    except RecordError:
        return
    assert all(safe_path(name) == name for name in files)
