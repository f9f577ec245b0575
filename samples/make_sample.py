"""Packs the sample papers as arXiv and PubMed Central serve them: `python -m samples.make_sample DEST`.

Every archive is written with fixed times, owners and order, so that two runs give the same bytes.
"""

import argparse
import gzip
import io
import json
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from samples.drawing.formats import pdf_bytes, pixels_of, raster_bytes
from samples.figures import drawing, paper_media

SOURCES = Path(__file__).parent / "sources"
MTIME = 1_767_225_600  # 2026-01-01T00:00:00Z

BULK_TAR = "arXiv_src_2601_001.tar"
MONTH = "2601"
# Members of the bulk tar: a gzipped project, one gzipped .tex, a PDF, or a gzip cut off in the middle.
PROJECTS = (
    "2601.00003",
    "2601.00017",
    "2601.00042",
    "2601.00051",
    "2601.00064",
    "2601.00066",
)
SINGLE_FILES = ("2601.00071", "2601.00080", "2601.00083")
TRUNCATED = ("2601.00087",)
PDF_ONLY = ("2601.00091",)
EPRINTS = ("2601.00101v1", "2601.00101v2")
FOLDERS = ("2601.00205",)
PMC_PACKAGES = ("PMC9900017", "PMC9900058")
PMC_FOLDERS = ("PMC9900024.1", "PMC9900038.2", "PMC9900042.1", "PMC9900066.1")
# Stored as UTF-8 here for the sake of editors and diffs; packed in the encoding that the paper declares.
LATIN_1 = frozenset({"arxiv/2601.00017/ms.tex", "arxiv/2601.00017/tables.tex"})


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """One image of the set that a build must keep out of the release."""

    name: str
    drawing: str
    width: int
    image_format: str
    quality: int = 70


# The first is a smaller, re-encoded copy of figure 3 of PMC9900042; the others stand in no paper.
BENCHMARK = (
    Benchmark(name="item_0001.jpg", drawing="lake_bars", width=430, image_format="JPEG"),
    Benchmark(name="item_0002.png", drawing="benchmark_bars", width=500, image_format="PNG"),
    Benchmark(name="item_0003.jpg", drawing="benchmark_scatter", width=500, image_format="JPEG"),
)


def paper_files(paper: str) -> dict[str, bytes]:
    """Return every file of a paper, as in "arxiv/2601.00003", by path inside it."""
    root = SOURCES / paper
    files = {}
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        data = path.read_bytes()
        if f"{paper}/{name}" in LATIN_1:
            data = data.decode("utf-8").encode("latin-1")
        files[name] = data
    files.update(paper_media(paper))
    return dict(sorted(files.items()))


def tar_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return an uncompressed tar with the files in the order given."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), MTIME, 0o644
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def gzip_bytes(data: bytes) -> bytes:
    """Return the data gzipped without a time or a name in the header, in the same bytes on every Python."""
    packed = bytearray(gzip.compress(data, compresslevel=9, mtime=0))
    packed[9] = 3  # the header's system, Unix: from 3.13 on, Python says that it is unknown
    return bytes(packed)


def bulk_members() -> dict[str, bytes]:
    """Return the members of the bulk tar by name."""
    members = {}
    for paper in PROJECTS:
        members[f"{MONTH}/{paper}.gz"] = gzip_bytes(tar_bytes(paper_files(f"arxiv/{paper}")))
    for paper in SINGLE_FILES:
        (data,) = paper_files(f"arxiv/{paper}").values()
        members[f"{MONTH}/{paper}.gz"] = gzip_bytes(data)
    for paper in TRUNCATED:
        whole = gzip_bytes(tar_bytes(paper_files(f"arxiv/{paper}")))
        members[f"{MONTH}/{paper}.gz"] = whole[: len(whole) // 2]
    for paper in PDF_ONLY:
        members[f"{MONTH}/{paper}.pdf"] = pdf_submission(f"arxiv/{paper}")
    return dict(sorted(members.items()))


def pdf_submission(paper: str) -> bytes:
    """Return a PDF-only submission: the text of `paper.txt` set on pages, with its figure."""
    paragraphs = (SOURCES / paper / "paper.txt").read_text(encoding="utf-8").split("\n\n")
    profile = pdf_bytes(drawing("dune_profile"))
    with pymupdf.Document() as document, pymupdf.Document(stream=profile) as figure:  # type: ignore[no-untyped-call]
        page, top = document.new_page(width=595, height=842), 72.0
        for i, paragraph in enumerate(paragraphs):
            size, font = (16, "tibo") if i == 0 else (10.5, "tiro")
            text = " ".join(paragraph.split())
            if text.startswith("Figure 1:"):
                area = pymupdf.Rect(110, top, 485, top + 198)  # type: ignore[no-untyped-call]
                page.show_pdf_page(area, figure, 0)
                top += 206
            left = page.insert_textbox((72, top, 523, 790), text, fontsize=size, fontname=font)
            if left < 0:
                page, top = document.new_page(width=595, height=842), 72.0
                left = page.insert_textbox((72, top, 523, 790), text, fontsize=size, fontname=font)
            top = 790 - left + 12
        # A PDF's random identifier would make each run differ.
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))


def pmc_package(paper: str) -> bytes:
    """Return the retired package form: a gzipped tar with all files in one folder."""
    return gzip_bytes(
        tar_bytes({f"{paper}/{name}": data for name, data in paper_files(f"pmc/{paper}").items()})
    )


def benchmark_images() -> dict[str, bytes]:
    """Return the images to be kept out of a release, by name."""
    return {
        item.name: raster_bytes(
            pixels_of(drawing(item.drawing)[0], item.width), item.image_format, quality=item.quality
        )
        for item in BENCHMARK
    }


def sample_files() -> dict[str, bytes]:
    """Return every file of the packed sample by path inside the destination."""
    files = {f"arxiv/{BULK_TAR}": tar_bytes(bulk_members())}
    for paper in EPRINTS:
        files[f"arxiv/{paper}.tar.gz"] = gzip_bytes(tar_bytes(paper_files(f"arxiv/{paper}")))
    for paper in FOLDERS:
        files.update({f"arxiv/{paper}/{n}": d for n, d in paper_files(f"arxiv/{paper}").items()})
    for paper in PMC_PACKAGES:
        files[f"pmc/{paper}.tar.gz"] = pmc_package(paper)
    for paper in PMC_FOLDERS:
        files.update({f"pmc/{paper}/{n}": d for n, d in paper_files(f"pmc/{paper}").items()})
    files.update({f"benchmark-images/{name}": data for name, data in benchmark_images().items()})
    files["arxiv-metadata.jsonl"] = (SOURCES / "arxiv-metadata.jsonl").read_bytes()
    return dict(sorted(files.items()))


def make_sample(destination: Path) -> dict[str, int]:
    """Write the packed sample into a folder and return the size of each file in bytes.

    Files of the same names are replaced; other files in the folder are left alone.
    """
    sizes = {}
    for name, data in sample_files().items():
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        sizes[name] = len(data)
    return sizes


def summary(sizes: Mapping[str, int]) -> str:
    """Return a line for each archive or folder written, with its number of files and size."""
    groups: dict[str, list[int]] = {}
    for name, size in sizes.items():
        parts = name.split("/")
        key = "/".join(parts[:2]) + "/" if len(parts) > 2 else name
        groups.setdefault(key, []).append(size)
    lines = [f"{key:<36}{len(s):>4} file(s) {sum(s) / 1024:>9.1f} KiB" for key, s in groups.items()]
    papers = json.dumps(
        len(bulk_names()) + len(EPRINTS) + len(FOLDERS) + len(PMC_PACKAGES) + len(PMC_FOLDERS)
    )
    return "\n".join([*lines, f"{papers} papers, {sum(sizes.values()) / 1024:.1f} KiB"])


def bulk_names() -> tuple[str, ...]:
    """Return the identifiers of the papers in the bulk tar."""
    return (*PROJECTS, *SINGLE_FILES, *TRUNCATED, *PDF_ONLY)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sample where the command line says, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m samples.make_sample", description=__doc__)
    parser.add_argument("destination", type=Path, help="folder to write to; it is created")
    destination: Path = parser.parse_args(arguments).destination
    try:
        sizes = make_sample(destination)
    except OSError as error:
        print(f"make_sample: cannot write the sample to {destination}: {error}", file=sys.stderr)
        return 1
    print(summary(sizes))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
