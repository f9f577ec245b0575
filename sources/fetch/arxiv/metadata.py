"""Keeps harvested metadata between runs, and writes it as the JSON lines that `build --metadata` reads."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.errors import UserError
from sources.fetch.arxiv.oai import OaiPage, OaiParameters, OaiRecord, harvest
from sources.fetch.http import Transport, disk_errors
from sources.fetch.outcome import FetchError, FetchFailure

CREATE = """
CREATE TABLE IF NOT EXISTS records (
    paper_id TEXT PRIMARY KEY, datestamp TEXT NOT NULL, latest TEXT NOT NULL, line TEXT, sets TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lists (
    list TEXT PRIMARY KEY, token TEXT, began TEXT, complete_until TEXT
) WITHOUT ROWID;
"""
# A store from before the sets were kept: its lists are asked for from the beginning again.
ADD_SETS = "ALTER TABLE records ADD COLUMN sets TEXT; DELETE FROM lists;"
# A list that began anew may bring an older state of a paper than another list did.
PUT_RECORD = """
INSERT INTO records (paper_id, datestamp, latest, line, sets) VALUES (?, ?, ?, ?, ?) ON CONFLICT (paper_id) DO UPDATE
SET datestamp = excluded.datestamp, latest = excluded.latest, line = excluded.line, sets = excluded.sets
WHERE excluded.datestamp >= records.datestamp
"""


@dataclass(frozen=True, kw_only=True)
class Harvested:
    """How a harvest ended: what came, what failed, and whether the end of the list was reached."""

    records: int
    deleted: int
    pages: int
    failures: tuple[FetchFailure, ...]
    is_complete: bool


class MetadataStore:
    """The harvested rows in one SQLite file, with the place in each list where a harvest was interrupted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self._errors():
            self._db = sqlite3.connect(path, timeout=60, isolation_level=None)
            self._db.executescript(CREATE)
            if "sets" not in {name for _, name, *_ in self._db.execute("PRAGMA table_info(records)")}:
                self._db.executescript(ADD_SETS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def harvest(self, transport: Transport, parameters: OaiParameters) -> Harvested:
        """Take in what changed; an interrupted list goes on where it was, a complete one from its last day.

        Where the parameters give no first day, it is that of the last complete harvest of the same list.

        Raises:
            UserError: the server refuses the question, or the file cannot be written.
        """
        name = _list_name(parameters)
        token, began, complete_until = self._list(name)
        if parameters.since is None and parameters.until is None and complete_until is not None:
            parameters = replace(parameters, since=complete_until)
        records = deleted = pages = 0
        failures: list[FetchFailure] = []
        try:
            for page in harvest(transport, parameters, token=token):
                began = began or (page.response_date or "")[:10] or None
                self._take(page, name, began, asked=parameters.set)
                pages += 1
                records += sum(record.row is not None for record in page.records)
                deleted += sum(record.row is None for record in page.records)
                failures += page.failures
        except FetchError as error:
            failures.append(error.failure(f"arxiv-oai:{name}"))
            return Harvested(
                records=records, deleted=deleted, pages=pages, failures=tuple(failures), is_complete=False
            )
        return Harvested(
            records=records, deleted=deleted, pages=pages, failures=tuple(failures), is_complete=True
        )

    def latest_ids(
        self, *, sets: Sequence[str] = (), since: str | None = None, until: str | None = None
    ) -> Iterator[str]:
        """Yield the papers that changed in these days, each with its latest version where that is known.

        Args:
            sets: those of one of these sets or of a set within it, as `cs:cs:AI` is in `cs`; of all when none is
                named.
            since: first day, as in 2026-01-31.
            until: last day, included.
        """
        query = (
            "SELECT latest, sets FROM records WHERE line IS NOT NULL AND datestamp >= ? AND datestamp <= ? "
            "ORDER BY paper_id"
        )
        with self._errors():
            found = self._db.execute(query, (since or "", until or "9999")).fetchall()
        for latest, of_paper in found:
            if not sets or any(_within(own, sets) for own in (of_paper or "").split()):
                yield latest

    def write_json_lines(self, target: Path) -> int:
        """Write every paper that is not deleted, sorted by identifier, and return their number.

        Raises:
            UserError: the target cannot be written.
        """
        written = 0
        temporary = target.with_name(f".{target.name}.part")
        query = "SELECT line FROM records WHERE line IS NOT NULL ORDER BY paper_id"
        with disk_errors(target), self._errors():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with temporary.open("w", encoding="utf-8") as lines:
                    for (line,) in self._db.execute(query):
                        lines.write(line + "\n")
                        written += 1
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)
        return written

    def _list(self, name: str) -> tuple[str | None, str | None, str | None]:
        with self._errors():
            query = "SELECT token, began, complete_until FROM lists WHERE list = ?"
            found = self._db.execute(query, (name,)).fetchone()
        return found or (None, None, None)

    def _take(self, page: OaiPage, name: str, began: str | None, *, asked: str | None) -> None:
        """Store a page together with the place after it, or neither."""
        rows = [
            (
                record.paper_id,
                record.datestamp,
                _latest(record.paper_id, record.row),
                json.dumps(record.row, ensure_ascii=False) if record.row is not None else None,
                " ".join(_sets(record, asked)),
            )
            for record in page.records
        ]
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany(PUT_RECORD, rows)
                is_last = page.token is None
                complete_until = began if is_last else self._list(name)[2]
                place = (name, page.token, None if is_last else began, complete_until)
                self._db.execute("INSERT OR REPLACE INTO lists VALUES (?, ?, ?, ?)", place)
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise UserError(
                f"the metadata file {self.path} cannot be used ({error}): it must lie on a local disk with room and "
                f"be writable; where it is damaged, move it away and harvest again"
            ) from error


def _list_name(parameters: OaiParameters) -> str:
    days = f"{parameters.since or ''}..{parameters.until or ''}"
    return f"{parameters.prefix} {parameters.set or 'all'} {days} {parameters.base}"


def _within(name: str, sets: Sequence[str]) -> bool:
    return any(name == asked or name.startswith(f"{asked}:") for asked in sets)


def _sets(record: OaiRecord, asked: str | None) -> list[str]:
    """Return the sets that a record states, and the one that it was asked for in: a server may state none."""
    is_stated = asked is None or any(_within(name, [asked]) for name in record.sets)
    return [*record.sets, *([] if is_stated or asked is None else [asked])]


def _latest(paper_id: str, row: dict[str, object] | None) -> str:
    versions = row["versions"] if row is not None else None
    return f"{paper_id}{versions[-1]['version']}" if isinstance(versions, list) and versions else paper_id
