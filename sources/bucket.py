"""Finds the papers that lie in a bucket, and brings those that are worked on to this machine.

The bucket is listed, the papers are told by the same rules as on disk, and every file is fetched once to be
hashed; what was found in it is kept under the store's mark of its content, so that the next build only lists.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol

from runtime.cache import cache_root, held_copy
from runtime.hashes import file_sha256
from runtime.storage import Item, Place, StorageError, fetch, head, is_s3, items_below, place_of
from schemas.paper import PaperRef
from schemas.reject import Reject

Found = PaperRef | Reject | str
ITSELF = ""  # name of an object as seen from its own place


class PapersIn(Protocol):
    """Yields what one local file or folder holds."""

    def __call__(self, path: Path, *, named: bool) -> Iterable[Found]:
        """Yield papers, rejects and paths of files that are none."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """By what papers are told: the names in a folder, the name of a file, and what a local file or folder holds.

    `version` is that of the rules.
    """

    is_paper_folder: Callable[[str, Iterable[str], Callable[[], Iterable[str]]], bool]
    may_be_paper: Callable[[str], bool]
    papers_in: PapersIn
    version: str


@dataclass(frozen=True)
class _Folder:
    """The objects below one place, as folders and files."""

    files: dict[str, Item] = field(default_factory=dict)
    folders: dict[str, "_Folder"] = field(default_factory=dict)

    def below(self) -> Iterator[str]:
        """Yield the names of all files below."""
        yield from self.files
        for folder in self.folders.values():
            yield from folder.below()


def papers_in_bucket(name: Path | str, rules: Rules) -> Iterator[Found]:
    """Yield what lies at an address: an object, or all that is below a prefix, in the order as on disk.

    Args:
        name: the address.
        rules: tell what is a paper; a file whose name is none of a paper's is not fetched.

    Raises:
        StorageError: nothing lies there, or the store does not answer.
    """
    place = place_of(name)
    whole = head(place) if place.key else None
    if whole is not None:
        yield from _unit(place, [replace(whole, name=ITSELF)], rules)
        return
    items = items_below(place)
    if not items:
        raise StorageError(f"{place} holds nothing: name an archive, a package or a folder of them")
    yield from _walk(place, _tree(items), rules)


def _tree(items: Sequence[Item]) -> _Folder:
    root = _Folder()
    for item in items:
        *folders, name = item.name.split("/")
        here = root
        for folder in folders:
            here = here.folders.setdefault(folder, _Folder())
        here.files[name] = item
    return root


def _walk(place: Place, here: _Folder, rules: Rules) -> Iterator[Found]:
    if rules.is_paper_folder(place.name, here.files, here.below):
        yield from _unit(place, _items_of(here), rules)
        return
    for name in sorted({*here.files, *here.folders}):
        if name in here.files and not rules.may_be_paper(name):
            yield str(place / name)  # such as the ledger of a fetch that is at work
        elif name in here.files:
            yield from _unit(place / name, [replace(here.files[name], name=ITSELF)], rules)
        if name in here.folders:
            yield from _walk(place / name, here.folders[name], rules)


def _items_of(folder: _Folder, above: str = "") -> list[Item]:
    items = [replace(item, name=above + name) for name, item in folder.files.items()]
    for name, child in folder.folders.items():
        items += _items_of(child, f"{above}{name}/")
    return sorted(items, key=lambda item: item.name)


def _unit(place: Place, items: Sequence[Item], rules: Rules) -> Iterator[Found]:
    """Yield what one file or one paper's folder holds, from memory where its content was looked at before."""
    identity = _identity(place, items)
    name = hashlib.sha256(f"{rules.version}\n{identity}".encode()).hexdigest()[:32]
    known = cache_root() / "inventory" / f"{name}.json"
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        yield from [_from_json(kept) for kept in json.loads(known.read_bytes())]
        return
    with held_copy(identity, place.name, _filler(place, items)) as local:
        found = [_in_bucket(entry, local, place) for entry in rules.papers_in(local, named=False)]
    known.parent.mkdir(parents=True, exist_ok=True)
    aside = known.with_name(f".{name}-{os.getpid()}")
    aside.write_text(json.dumps([_to_json(entry) for entry in found]), encoding="utf-8")
    aside.replace(known)
    yield from found


def _identity(place: Place, items: Sequence[Item]) -> str:
    return json.dumps([str(place), [[item.name, item.size, item.etag] for item in items]])


def _filler(place: Place, items: Sequence[Item]) -> Callable[[Path], None]:
    def fill(path: Path) -> None:
        if [item.name for item in items] == [ITSELF]:
            fetch(place, path)
            return
        path.mkdir()
        for item in items:
            fetch(place / item.name, path / item.name)

    return fill


def _in_bucket(found: Found, local: Path, place: Place) -> Found:
    if isinstance(found, PaperRef):
        return replace(found, archive=str(place))
    return found.replace(str(local), str(place)) if isinstance(found, str) else found


def _to_json(found: Found) -> dict[str, object]:
    if isinstance(found, str):
        return {"ignored": found}
    return {"paper" if isinstance(found, PaperRef) else "reject": asdict(found)}


def _from_json(kept: dict[str, object]) -> Found:
    ((kind, value),) = kept.items()
    if isinstance(value, dict):
        return PaperRef(**value) if kind == "paper" else Reject(**value)
    return str(value)


@contextlib.contextmanager
def local_papers(refs: Sequence[PaperRef]) -> Iterator[tuple[PaperRef, ...]]:
    """Yield the papers as they lie on this machine, those of a bucket fetched; the copies stay for the block.

    Of an arXiv bulk tar only the wanted members are fetched.

    Raises:
        StorageError: an object is gone or changed since the inventory, or the store does not answer: that is
            nobody's reject, the build stops and goes on later.
    """
    with contextlib.ExitStack() as stack:
        yield tuple(_local(ref, stack) if is_s3(ref.archive) else ref for ref in refs)


def _local(ref: PaperRef, stack: contextlib.ExitStack) -> PaperRef:
    place = place_of(ref.archive)
    if ref.offset is not None:
        offset, size = ref.offset, ref.size
        identity = json.dumps([str(place), ref.member, offset, ref.sha256])
        name = Path(ref.member or place.name).name
        member = stack.enter_context(
            held_copy(identity, name, lambda path: fetch(place, path, offset=offset, size=size))
        )
        _check(ref, member)
        return replace(ref, archive=str(member), offset=None)
    items = items_below(place) if ref.layout in ("folder", "pmc_folder") else [_there(place)]
    copy = stack.enter_context(held_copy(_identity(place, items), place.name, _filler(place, items)))
    if copy.is_file():
        _check(ref, copy)
    return replace(ref, archive=str(copy))


def _check(ref: PaperRef, copy: Path) -> None:
    if file_sha256(copy) != ref.sha256:
        raise StorageError(f"{ref.archive} changed while papers were read from it: build again")


def _there(place: Place) -> Item:
    found = head(place)
    if found is None:
        raise StorageError(f"{place} is gone: it was there when the papers were listed")
    return replace(found, name=ITSELF)


@contextlib.contextmanager
def local_paths(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of files or folders, those of a bucket fetched whole; the copies stay for the block.

    Raises:
        StorageError: there is no such object, or the store does not answer.
    """
    with contextlib.ExitStack() as stack:
        yield tuple(_local_path(name, stack) if is_s3(name) else name for name in names)


def _local_path(name: str, stack: contextlib.ExitStack) -> str:
    place = place_of(name)
    whole = head(place) if place.key else None
    items = [replace(whole, name=ITSELF)] if whole is not None else items_below(place)
    if not items:
        raise StorageError(f"{place} does not exist")
    return str(stack.enter_context(held_copy(_identity(place, items), place.name, _filler(place, items))))
