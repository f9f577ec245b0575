"""Texts of more rows than 32-bit offsets hold: long while rows are taken, as declared when they are written."""

import pyarrow as pa

from schemas import columns
from schemas.columns import arrow_schema, as_declared, table_of, with_long_strings
from schemas.floats import Warned

ROWS = [Warned(paper_key=f"arxiv:{n}", warning="odd") for n in range(10)]


def test_long_strings_and_back_in_pieces(monkeypatch):
    monkeypatch.setattr(columns, "PIECE", 4)
    table = table_of(Warned, ROWS)
    long = with_long_strings(table)
    assert set(long.schema.types) == {pa.large_string()}
    back = as_declared(Warned, long.take(pa.array(range(10))))
    assert back.schema == arrow_schema(Warned) and back.to_pylist() == table.to_pylist()
    assert [len(chunk) for chunk in back.column("warning").chunks] == [4, 4, 2]
    assert as_declared(Warned, long.slice(0, 0)).schema == arrow_schema(Warned)
