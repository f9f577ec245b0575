"""Answers as they come, one JSON line each: what a killed run has paid for is not paid for again."""

import json
import os
import threading
from dataclasses import asdict, fields
from pathlib import Path

from schemas.enrichment import EnrichmentRow
from schemas.errors import UserError

AGAIN = ("unavailable", "nonsense")  # may go better in the next run


class Journal:
    """The rows of one enrichment; safe to use from several threads.

    Args:
        path: file of the lines; made when it is not there.

    Raises:
        UserError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.rows = _read(path)
            # Written anew, so that half a line at the end is not continued.
            aside = path.with_name(f".{path.name}")
            aside.write_text("".join(map(_line, self.rows.values())), encoding="utf-8")
            aside.replace(path)
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error}; name another place with --output") from error

    def is_done(self, pair_id: str) -> bool:
        """Tell whether a pair needs no further request."""
        row = self.rows.get(pair_id)
        return row is not None and row.reason not in AGAIN

    def add(self, row: EnrichmentRow) -> None:
        """Keep a row, on the disk when this returns."""
        with self._lock:
            self.rows[row.pair_id] = row
            self._file.write(_line(row))
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _line(row: EnrichmentRow) -> str:
    return json.dumps(asdict(row), ensure_ascii=False) + "\n"


def _read(path: Path) -> dict[str, EnrichmentRow]:
    """Return the last row of each pair; what is no whole line, because a run was killed, is left out."""
    names = {field.name for field in fields(EnrichmentRow)}
    rows: dict[str, EnrichmentRow] = {}
    if not path.is_file():
        return rows
    for line in path.read_bytes().splitlines():
        try:
            values = json.loads(line)
        except ValueError:
            continue
        if isinstance(values, dict) and names == values.keys():
            rows.pop(values["pair_id"], None)
            rows[values["pair_id"]] = EnrichmentRow(**values)
    return rows
