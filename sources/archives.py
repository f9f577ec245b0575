"""Unpacks untrusted archives into memory, within bounds; nothing is ever written to disk."""

import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from schemas.reject import RecordError


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """Bounds on one paper's archive.

    arXiv accepts submissions of 50 MB and more by arrangement; the largest in the bulk tars are a few
    hundred MB unpacked, so a gigabyte loses none of them and stops bombs.
    """

    unpacked_bytes: int = 1 << 30
    file_bytes: int = 512 << 20
    files: int = 20_000


def safe_path(name: str) -> str | None:
    """Return a member's name as a clean relative path, or None where it leads out of the archive."""
    name = name.replace("\\", "/")
    if name.startswith("/") or "\0" in name or (len(name) > 1 and name[1] == ":"):
        return None
    path = posixpath.normpath(name)
    return None if path == ".." or path.startswith("../") or path == "." else path


def gunzip(data: bytes, limits: ArchiveLimits) -> bytes:
    """Return the content of a gzip file of one or more members.

    Raises:
        RecordError: `archive_unreadable` for damaged or truncated data, `archive_too_large` past the limit.
    """
    parts: list[bytes] = []
    total = 0
    while data:
        engine = zlib.decompressobj(wbits=31)
        try:
            part = engine.decompress(data, limits.unpacked_bytes - total + 1)
        except zlib.error as error:
            if parts and not data.startswith(b"\x1f\x8b"):
                break  # padding after the last member, which gzip itself ignores
            raise RecordError("archive_unreadable", f"gzip: {error}") from error
        total += len(part)
        if total > limits.unpacked_bytes:
            raise RecordError("archive_too_large", f"more than {limits.unpacked_bytes:,} bytes unpacked")
        if not engine.eof:
            raise RecordError("archive_unreadable", "gzip: the data ends before its end marker")
        parts.append(part)
        data = engine.unused_data.lstrip(b"\0")
    return b"".join(parts)


def is_tar(data: bytes) -> bool:
    """Tell whether the bytes begin a tar: by its magic, or by the checksum of an old header without one."""
    if len(data) < 512:
        return False
    if data[257:262] == b"ustar":
        return True
    try:
        tarfile.TarInfo.frombuf(data[:512], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def untar(data: bytes, limits: ArchiveLimits) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the regular files of a tar by safe path, and notes on the members that were left out.

    Links are followed only to files of the same archive; devices, FIFOs and paths that lead out of the
    archive are left out.

    Raises:
        RecordError: `archive_unreadable` for damaged or truncated data, `archive_too_large` past a limit.
    """
    contents = _Contents(limits)
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errorlevel=0) as tar:
            for member in _members(tar):
                contents.add(tar, member)
    except (tarfile.TarError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise RecordError("archive_unreadable", f"tar: {error}") from error
    contents.follow_links()
    return contents.files, tuple(contents.skipped)


class _Contents:
    """What was taken from a tar so far, and how much of the limits that used up."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self.limits = limits
        self.files: dict[str, bytes] = {}
        self.skipped: list[str] = []
        self.links: dict[str, str] = {}
        self.members = 0
        self.total = 0

    def add(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """Take one member, or note why not."""
        self.members += 1
        if self.members > self.limits.files:
            raise RecordError("archive_too_large", f"more than {self.limits.files:,} members")
        path = safe_path(member.name)
        if member.isdir():
            return
        if path is None:
            self.skipped.append(f"{member.name[:200]}: path leads out of the archive")
        elif member.isreg():
            self.total += member.size
            if member.size > self.limits.file_bytes or self.total > self.limits.unpacked_bytes:
                raise RecordError("archive_too_large", f"{path[:200]}: past the limit on unpacked bytes")
            self.files[path] = _read(tar, member)
        elif member.issym() or member.islnk():
            self.links[path] = _link_target(path, member)
        else:
            self.skipped.append(f"{path[:200]}: neither file nor folder")

    def follow_links(self) -> None:
        """Give each link the bytes of the file it names, where the archive holds that file."""
        for path, target in self.links.items():
            if path in self.files:
                continue
            if target in self.files:
                self.files[path] = self.files[target]
            else:
                self.skipped.append(f"{path[:200]}: link to a file that the archive does not hold")


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := tar.next()) is not None:
        yield member
        tar.members.clear()  # type: ignore[attr-defined]  # tarfile keeps every header; a tar of a million empty members must not


def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    handle = tar.extractfile(member)
    content = handle.read() if handle is not None else b""
    if len(content) != member.size:
        raise RecordError("archive_unreadable", f"tar: {member.name[:200]} ends early")
    return content


def _link_target(path: str, member: tarfile.TarInfo) -> str:
    base = posixpath.dirname(path) if member.issym() else ""
    return safe_path(posixpath.join(base, member.linkname)) or ""
