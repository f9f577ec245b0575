"""The LaTeX submissions of the shared corpus."""

import gzip
import io
import json
import posixpath
import tarfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"


def read_corpus() -> dict[str, dict[str, bytes]]:
    """Return the files of each LaTeX submission by slug."""
    slugs = {}
    for line in (CORPUS / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry.get("arxiv_id"):
            slugs[entry["arxiv_id"]] = entry["slug"]
    papers = {}
    with tarfile.open(CORPUS / "arXiv_src_9901_001.tar") as bulk:
        for member in bulk:
            if not member.isfile() or not member.name.endswith(".gz"):
                continue
            stream = bulk.extractfile(member)
            data = gzip.decompress(stream.read()) if stream else b""
            papers[slugs[posixpath.basename(member.name)[:-3]]] = unpack(data)
    return dict(sorted(papers.items()))


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files of one submission."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            files = {}
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    files[posixpath.normpath(member.name)] = stream.read()
            return files
    except tarfile.ReadError:
        return {"main.tex": data}
