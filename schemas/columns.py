"""Declares a table once: a dataclass whose fields carry the Arrow type and the description of their column."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

import pyarrow as pa


class Row(Protocol):
    """Any frozen dataclass whose fields were made by `column`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


R = TypeVar("R", bound=Row)
PIECE = 65_536  # rows whose texts surely fit into one array of 32-bit offsets


def column(
    arrow_type: pa.DataType,
    description: str,
    *,
    nullable: bool = False,
    item: type[Row] | None = None,
    default: Any = dataclasses.MISSING,
) -> Any:
    """Return a dataclass field that knows its Arrow type and meaning; a nullable one defaults to None.

    `item` names the row type that the structs of a list column are read back as.
    """
    metadata = {"arrow_type": arrow_type, "description": description, "nullable": nullable, "item": item}
    if nullable:
        return dataclasses.field(default=None, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def arrow_schema(row_type: type[Row]) -> pa.Schema:
    """Return the Arrow schema of a row type; each field's metadata holds its description."""
    return pa.schema(
        pa.field(
            f.name,
            f.metadata["arrow_type"],
            nullable=f.metadata["nullable"],
            metadata={"description": f.metadata["description"]},
        )
        for f in dataclasses.fields(row_type)
    )


def table_of(row_type: type[R], rows: Iterable[R]) -> pa.Table:
    """Return the rows as a table of the row type's schema (an empty one when there are none)."""
    schema = arrow_schema(row_type)
    rows = list(rows)
    arrays = [_array([_plain(getattr(row, f.name)) for row in rows], f.type) for f in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: list[Any], arrow_type: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type=arrow_type)
    except UnicodeEncodeError:  # lone surrogates, from broken encodings, are no Unicode text
        return pa.array(_without_surrogates(values), type=arrow_type)


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_without_surrogates(v) for v in value]
    if isinstance(value, dict):
        return {k: _without_surrogates(v) for k, v in value.items()}
    return value


def with_long_strings(table: pa.Table) -> pa.Table:
    """Return the table with strings whose offsets have 64 bits.

    Taking or joining rows puts a column's text into one piece, and 32 bits end at 2 GiB: 33 million names of pairs.
    """
    fields = [
        field.with_type(pa.large_string()) if pa.types.is_string(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def as_declared(row_type: type[R], table: pa.Table) -> pa.Table:
    """Return a table of any number of rows in the row type's schema, its columns in pieces that 32 bits hold."""
    schema = arrow_schema(row_type)
    parts = [table.slice(start, PIECE).cast(schema) for start in range(0, table.num_rows, PIECE)]
    return pa.concat_tables(parts) if parts else table.cast(schema)


def rows_of(row_type: type[R], table: pa.Table) -> list[R]:
    """Return the table's rows as dataclasses; columns that the row type does not declare are left out.

    Lists come back as tuples, structs inside them as the row type that `column(item=...)` names.
    """
    fields = dataclasses.fields(row_type)
    names = [f.name for f in fields]
    columns = [_column_values(table, f) for f in fields]
    return [row_type(**dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]


def struct_type(row_type: type[Row]) -> pa.StructType:
    """Return the Arrow struct of a row type, for columns that nest one."""
    return pa.struct(list(arrow_schema(row_type)))


def _column_values(table: pa.Table, field: dataclasses.Field[Any]) -> list[Any]:
    values: list[Any] = table.column(field.name).to_pylist()
    if pa.types.is_list(field.metadata["arrow_type"]):
        return [None if v is None else _as_tuple(v, field.metadata["item"]) for v in values]
    return values


def _as_tuple(values: list[Any], item: type[Row] | None) -> tuple[Any, ...]:
    if item is None:
        return tuple(values)
    lists = {f.name for f in dataclasses.fields(item) if pa.types.is_list(f.metadata["arrow_type"])}
    return tuple(
        item(**{k: tuple(v) if k in lists and v is not None else v for k, v in value.items()})
        for value in values
    )


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(v) for v in value]
    return value
