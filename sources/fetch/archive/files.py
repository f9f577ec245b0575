"""Where the files of an archive lie: in its folder, or in a bucket to which they go on from there."""

import hashlib
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from runtime.storage import Place, StorageError, delete, fetch, head, items_below, put
from sources.fetch.http import disk_errors
from sources.fetch.outcome import Fetched

INCOMING = ".incoming"  # end of the name of a file that is not yet in its place


class Files(Protocol):
    """What a fetch asks of an archive; paths are those in the folder that it writes to."""

    def size(self, path: Path) -> int | None:
        """Return the bytes of a file or of the files in a folder, or None where it is not there whole."""

    def has_md5(self, path: Path, md5: str) -> bool:
        """Tell whether a file is there and has this checksum."""

    def copy(self, path: Path, md5: str, target: Path) -> bool:
        """Write a file of the archive to a target and return True, if it is there and has this checksum."""

    def keep(self, came: Fetched) -> None:
        """Take what stands complete in the folder into the archive for good."""

    def remove(self, path: Path) -> None:
        """Remove a file or a folder; nothing happens where there is none."""


@dataclass(frozen=True)
class LocalFiles:
    """The files of an archive on disk: the folder is the archive."""

    folder: Path

    def size(self, path: Path) -> int | None:
        """Return the bytes of a file or of the files in a folder, or None where it is not there whole."""
        try:
            if not path.is_dir():
                return path.stat().st_size
            files = list(path.iterdir())
            return None if any(f.name.endswith(INCOMING) for f in files) else sum(map(_bytes, files))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def has_md5(self, path: Path, md5: str) -> bool:
        """Tell whether a file is there and has this checksum."""
        return path.is_file() and md5_of(path) == md5

    def copy(self, path: Path, md5: str, target: Path) -> bool:
        """Write a file of the archive to a target and return True, if it is there and has this checksum."""
        if not self.has_md5(path, md5):
            return False
        with disk_errors(target):
            shutil.copyfile(path, target)
        return True

    def keep(self, came: Fetched) -> None:
        """Do nothing: it is where it belongs."""

    def remove(self, path: Path) -> None:
        """Remove a file or a folder; nothing happens where there is none."""
        with disk_errors(path):
            _remove(path)


class BucketFiles:
    """The files of an archive in a bucket; threads may share it.

    Each folder of the archive is listed once, when something in it is first asked for; the sum of the bytes of each
    file or article below it is remembered.

    Raises:
        StorageError: the store refuses or does not answer.
    """

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder, self.place = folder, place
        self._sizes: dict[str, dict[str, int]] = {}
        self._lock = threading.Lock()

    def size(self, path: Path) -> int | None:
        """Return the bytes of an object, or of the objects of a folder; None where there is nothing."""
        folder, _, name = self._name(path).rpartition("/")
        if not folder:  # a listing would be one of the whole archive
            found = head(self.place / name)
            return found.size if found else None
        return self._listed(folder).get(name)

    def has_md5(self, path: Path, md5: str) -> bool:
        """Tell whether an object is there and has this checksum, by what the store says of it."""
        if self.size(path) is None:
            return False
        found = head(self._place(path))
        return found is not None and found.has_md5(md5)

    def copy(self, path: Path, md5: str, target: Path) -> bool:
        """Write a file of an article to a target and return True, if it is there and has this checksum."""
        if LocalFiles(self.folder).copy(path, md5, target):  # it came, and could not go on from here
            return True
        if self.size(path.parent) is None:
            return False
        found = head(self._place(path))
        if found is None or not found.has_md5(md5):
            return False
        with disk_errors(target):
            fetch(self._place(path), target)
        if md5_of(target) == md5:
            return True
        self.remove_local(target)
        return False

    def keep(self, came: Fetched) -> None:
        """Put what stands complete in the folder into the bucket, look whether it is there, and remove it here.

        The XML file, which makes a folder an article, goes first where it is replaced and comes last.
        """
        if came.path.is_dir():
            size = self._keep_folder(came.path)
        elif came.path.is_file():
            size = self._keep_file(came.path, came.md5)
        else:
            return  # it is there already
        folder, _, name = self._name(came.path).rpartition("/")
        if folder:
            self._listed(folder)[name] = size
        self.remove_local(came.path)

    def remove(self, path: Path) -> None:
        """Remove an object, or the objects of a folder; nothing happens where there is none."""
        place = self._place(path)
        for item in items_below(place):
            delete(place / item.name)
        delete(place)
        folder, _, name = self._name(path).rpartition("/")
        if folder:
            self._listed(folder).pop(name, None)

    def remove_local(self, path: Path) -> None:
        """Remove what lies in the folder only on its way."""
        with disk_errors(path):
            _remove(path)

    def _keep_file(self, path: Path, md5: str) -> int:
        place, size = self._place(path), path.stat().st_size
        there = head(place) if self.size(path) == size else None
        if there is None or not there.has_md5(md5):
            put(place, path, md5=md5)
            there = head(place)
            if there is None or there.size != size or not there.has_md5(md5):
                raise StorageError(f"{place} is not what was written there: fetch again")
        return size

    def _keep_folder(self, path: Path) -> int:
        place, last = self._place(path), f"{path.name}.xml"
        there = {item.name: item for item in items_below(place)}
        here = {file.name: file for file in path.iterdir()}
        sizes = {name: _bytes(file) for name, file in here.items()}
        checksums = {name: md5_of(file) for name, file in here.items()}
        new = [name for name in here if name not in there or not there[name].has_md5(checksums[name])]
        stale = set(there) - set(here)
        if new or stale:
            if last in there:
                delete(place / last)
            for name in sorted(stale):
                delete(place / name)
            for name in (*sorted(set(new) - {last}), *({last} & set(here))):
                put(place / name, here[name], md5=checksums[name])
            if {item.name: item.size for item in items_below(place)} != sizes:
                raise StorageError(f"{place} is not what was written there: fetch again")
        return sum(sizes.values())

    def _listed(self, folder: str) -> dict[str, int]:
        with self._lock:
            if folder not in self._sizes:
                sizes: dict[str, int] = {}
                for item in items_below(self.place / folder):
                    name = item.name.partition("/")[0]
                    sizes[name] = sizes.get(name, 0) + item.size
                self._sizes[folder] = sizes
            return self._sizes[folder]

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _place(self, path: Path) -> Place:
        return self.place / self._name(path)


def md5_of(path: Path) -> str:
    """Return the md5 of a file's bytes in hexadecimal digits.

    Raises:
        UserError: it cannot be read.
    """
    with disk_errors(path), path.open("rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _bytes(path: Path) -> int:
    return path.stat().st_size


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
