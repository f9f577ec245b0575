"""Search in a release from the command line, with what `serve` keeps between starts."""

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from schemas.errors import UserError
from schemas.reject import RecordError
from serve.release import (
    Copies,
    Filter,
    ReleaseIndex,
    default_cache,
    open_similar,
    open_with_copy,
    parse_filter,
)
from serve.search import LISTED, Search
from warehouse.place import readable_warehouse
from warehouse.query import SmallTable
from warehouse.sql import clean_text
from warehouse.versions import wanted_release

SHOWN = 200  # characters of a caption


@dataclass(frozen=True)
class Line:
    """One pair that was found, with its rank from 1, and why."""

    rank: int
    pair_id: str
    label: str
    caption: str
    score: float
    reasons: tuple[str, ...]

    def record(self) -> dict[str, object]:
        """Return the line by its columns."""
        return {**asdict(self), "reasons": list(self.reasons)}


@dataclass(frozen=True)
class ReleaseSearch:
    """A release opened for a search."""

    index: ReleaseIndex
    search: Search

    def find(
        self, *, words: str = "", image: Path | None = None, only: Sequence[str] = (), count: int
    ) -> list[Line]:
        """Return the first pairs for words or a picture, among those of the filters.

        Args:
            words: a query, where no picture is given.
            image: a picture.
            only: filters as in the page's addresses, `class=fig_result`.
            count: how many at most.

        Raises:
            UserError: neither words nor a picture are given, or the picture or a filter makes no sense.
        """
        like = f"image:{self._uploaded(image)}" if image is not None else f"text:{words}"
        if like == "text:":
            raise UserError("say what to search for: words, or a picture by --image")
        return self._lines(parse_filter([*_filters(only), ("like", like)]), count)

    def _lines(self, wanted: Filter, count: int) -> list[Line]:
        hits = self.search.hits(wanted, count)
        rows = self.index.rows(
            "SELECT position, pair_id, coalesce(label, ''), caption FROM pairs"
            " WHERE position IN (SELECT unnest(?::BIGINT[]))",
            [[hit.position for hit in hits]],
        )
        known = {int(str(place)): (str(name), str(label), str(text)) for place, name, label, text in rows}
        lines = []
        for rank, hit in enumerate(hits, start=1):
            name, label, caption = known[hit.position]
            reasons = tuple(clean_text(str(reason)) for reason in hit.reasons)
            lines.append(Line(rank, name, label, _short(clean_text(caption)), hit.score, reasons))
        return lines

    def _uploaded(self, image: Path) -> str:
        if not self.search.similar.reads_images:
            raise UserError(
                f"release {self.index.version} cannot be searched by a picture: it has no vectors here"
            )
        try:
            return self.search.similar.add_image(image.read_bytes())
        except RecordError as error:
            raise UserError(f"{image} is no picture that can be read") from error


def open_release_search(
    warehouse: Path, release: str | None, *, embedder: str | None = None, cache: Path | None = None
) -> ReleaseSearch:
    """Return a release opened for a search; what the search makes for itself is kept for the next one.

    Raises:
        UserError: there is no such release, or it is damaged, or the embedder is not its own.
    """
    root = readable_warehouse(warehouse, release)
    copies = Copies(cache or default_cache())
    index = open_with_copy(root / "releases" / wanted_release(root, release).version, copies)
    search = Search(index, open_similar(index, root, embedder, copies), copies)
    search.prepare(threading.Event())
    return ReleaseSearch(index, search)


def found_table(warehouse: Path, release: str | None, words: str) -> SmallTable:
    """Return the pairs found by words as the table `found`, for SQL.

    Raises:
        UserError: as `open_release_search`, and where there are no words.
    """
    lines = open_release_search(warehouse, release).find(words=words, count=LISTED)
    columns = {"rank": "INTEGER", "pair_id": "VARCHAR", "score": "DOUBLE", "reasons": "VARCHAR[]"}
    rows = tuple((line.rank, line.pair_id, line.score, list(line.reasons)) for line in lines)
    return SmallTable("found", columns, rows)


def _filters(only: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for stated in only:
        name, is_filter, value = stated.partition("=")
        if not is_filter or not parse_filter([(name, value)]).query_string():
            raise UserError(f"{stated!r} is no filter: one is class=fig_result")
        found.append((name, value))
    return found


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN].rsplit(' ', 1)[0]} …"
