"""Which papers are found in what a user names."""

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from schemas.reject import RecordError
from sources.inventory import InputError, take_inventory
from sources.read import read_paper

TEX = b"\\documentclass{article}\\begin{document}x\\end{document}"
JATS = b"<article/>"


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def bulk_tar(path: Path, members: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return write(path, buffer.getvalue())


def test_every_layout_is_found(tmp_path: Path) -> None:
    bulk_tar(
        tmp_path / "arXiv_src_0001_001.tar",
        {
            "0001/0001.00001.gz": gzip.compress(TEX),
            "0001/astro-ph0001001.gz": gzip.compress(TEX),
            "0001/math.AG0001002.gz": gzip.compress(TEX),
            "0001/0001.00002.pdf": b"%PDF-1.5",
            "0001/readme.txt": b"no paper",
        },
    )
    write(tmp_path / "2601.00101v2.tar.gz", gzip.compress(TEX))
    write(tmp_path / "arXiv-2601.00102v11.tar.gz", gzip.compress(TEX))
    write(tmp_path / "2601.00103" / "paper.tex", TEX)
    write(tmp_path / "my-thesis" / "thesis.tex", TEX)
    write(tmp_path / "oa" / "PMC123.tar.gz", gzip.compress(JATS))
    write(tmp_path / "PMC124.2" / "PMC124.2.xml", JATS)
    write(tmp_path / "articles" / "elife-1.nxml", JATS)
    write(tmp_path / "notes.md", b"no paper")
    found = take_inventory([tmp_path])
    assert [(ref.key, ref.layout) for ref in found.papers] == [
        ("arxiv:0001.00001", "eprint"),
        ("arxiv:0001.00002", "pdf"),
        ("arxiv:2601.00101v2", "eprint"),
        ("arxiv:2601.00102v11", "eprint"),
        ("arxiv:2601.00103", "folder"),
        ("arxiv:astro-ph/0001001", "eprint"),
        ("arxiv:math.AG/0001002", "eprint"),
        ("arxiv:my-thesis", "folder"),
        ("pmc:PMC123", "pmc_package"),
        ("pmc:PMC124.2", "pmc_folder"),
        ("pmc:elife-1", "jats_file"),
    ]
    assert found.rejects == ()
    assert [Path(name).name for name in found.ignored] == ["readme.txt", "notes.md"]


def test_a_paper_is_read_as_its_archive_holds_it(tmp_path: Path) -> None:
    bulk_tar(tmp_path / "arXiv_src_0001_001.tar", {"0001/0001.00001.gz": gzip.compress(TEX)})
    write(tmp_path / "PMC124.2" / "PMC124.2.xml", JATS)
    write(tmp_path / "PMC124.2" / "media" / "a.jpg", b"jpg")
    tex, jats = (read_paper(ref) for ref in take_inventory([tmp_path]).papers)
    assert dict(tex.files) == {"main.tex": TEX}
    assert dict(jats.files) == {"PMC124.2.xml": JATS, "media/a.jpg": b"jpg"}


def test_the_last_of_two_places_wins(tmp_path: Path) -> None:
    write(tmp_path / "a" / "2601.00001.gz", gzip.compress(TEX))
    later = write(tmp_path / "b" / "2601.00001.gz", gzip.compress(TEX + b"%"))
    found = take_inventory([tmp_path / "a", tmp_path / "b"])
    assert [ref.archive for ref in found.papers] == [str(later)]
    assert [(r.reason, r.paper_key) for r in found.rejects] == [("paper_superseded", "arxiv:2601.00001")]


def test_a_truncated_bulk_tar_keeps_the_papers_before_the_break(tmp_path: Path) -> None:
    path = bulk_tar(
        tmp_path / "arXiv_src_0001_001.tar",
        {"0001/0001.00001.gz": gzip.compress(TEX), "0001/0001.00002.gz": b"x" * 5000},
    )
    path.write_bytes(path.read_bytes()[:3000])
    found = take_inventory([path])
    assert [ref.key for ref in found.papers] == ["arxiv:0001.00001"]
    assert [r.reason for r in found.rejects] == ["archive_unreadable"]


def test_a_link_in_a_bulk_tar_is_a_reject(tmp_path: Path) -> None:
    path = tmp_path / "arXiv_src_0001_001.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("0001/0001.00001.gz")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    good = write(tmp_path / "2601.00002.gz", gzip.compress(TEX))
    assert [(r.reason, r.paper_key) for r in take_inventory([path, good]).rejects] == [
        ("archive_unsafe", "arxiv:0001.00001")
    ]


def test_links_inside_inputs_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "2601.00009.gz", gzip.compress(TEX))
    inputs = tmp_path / "inputs"
    write(inputs / "2601.00001.gz", gzip.compress(TEX))
    (inputs / "2601.00002.gz").symlink_to(outside)
    assert [ref.key for ref in take_inventory([inputs]).papers] == ["arxiv:2601.00001"]


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_wrong_input_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=name):
        take_inventory([tmp_path / name])


def test_a_file_that_changed_since_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "2601.00001.gz", gzip.compress(TEX))
    (ref,) = take_inventory([path]).papers
    path.write_bytes(b"")
    with pytest.raises(RecordError, match="archive_unreadable"):
        read_paper(ref)


def negative_header() -> bytes:
    """Return a header of unknown type whose size of -512 leads tarfile back to the header itself."""
    info = tarfile.TarInfo("0001/0001.00003.gz")
    info.type = b"Z"
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[124:136] = b"\xff" * 10 + b"\xfe\x00"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def test_a_header_that_points_backwards_ends_the_tar(tmp_path: Path) -> None:
    path = bulk_tar(tmp_path / "arXiv_src_0001_001.tar", {"0001/0001.00001.gz": gzip.compress(TEX)})
    data = path.read_bytes().rstrip(b"\0")
    path.write_bytes(data + bytes(-len(data) % 512) + negative_header() + bytes(1024))
    found = take_inventory([path])
    assert [ref.key for ref in found.papers] == ["arxiv:0001.00001"]
    assert [r.reason for r in found.rejects] == ["archive_unreadable"]


@pytest.mark.parametrize(
    "record", ["25 size=9" + "9" * 12, "7 path", "99 path=x", "30 size=99999999999999999999"]
)
@pytest.mark.parametrize("name", ["2601.00009.tar", "arXiv_src_0001_001.tar"])
def test_a_broken_extended_header_costs_its_own_archive(tmp_path: Path, record: str, name: str) -> None:
    info = tarfile.TarInfo("pax")
    info.type, body = b"x", record.encode() + b"\n"
    info.size = len(body)
    member = tarfile.TarInfo("main.tex")
    data = info.tobuf() + body + bytes(-len(body) % 512) + member.tobuf() + bytes(1024)
    write(tmp_path / name, data)
    write(tmp_path / "2601.00001.gz", gzip.compress(TEX))
    found = take_inventory([tmp_path])
    assert "arxiv:2601.00001" in [ref.key for ref in found.papers]
    for ref in found.papers:
        try:
            read_paper(ref)
        except RecordError as error:
            assert error.reason in ("archive_unreadable", "archive_too_large", "paper_empty")


def test_pipes_and_odd_names_do_no_harm(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "2601.00001.tar")
    odd = os.fsdecode(b"pap\xff\n\x1b[31m")
    write(tmp_path / odd / "main.tex", TEX)
    write(tmp_path / os.fsdecode(b"art\xff.nxml"), JATS)
    found = take_inventory([tmp_path])
    assert [ref.key for ref in found.papers] == ["arxiv:pap%FF%0A%1B%5B31m", "pmc:art%FF"]
    assert len(found.ignored) == 1


def test_only_unreadable_archives_are_no_input(tmp_path: Path) -> None:
    write(tmp_path / "arXiv_src_0001_001.tar", b"")
    with pytest.raises(InputError, match="no paper found"):
        take_inventory([tmp_path])
