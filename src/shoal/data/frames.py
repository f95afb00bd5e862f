"""Data frames, Arrow tables and lists of rows to a table."""

from __future__ import annotations

import datetime as dt
import decimal
import numbers
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shoal.data.columns import EXACT, Settled, kind_of, role_of, settle, tag, trouble_of
from shoal.data.csv_trouble import repeated
from shoal.data.dialect import is_missing
from shoal.data.table import Table
from shoal.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RowCells", "from_arrow", "from_frame", "from_records", "from_rows"]


@dataclass(frozen=True, slots=True)
class RowCells:
    """Places in a source without lines, or whose lines are its rows."""

    source: str
    name: str
    first_line: int = 0

    def place(self, row: int) -> tuple[str, str | None]:
        """Where row `row` stands; the cell as written is not known."""
        where = (
            f"line {row + self.first_line}" if self.first_line else f"row {row} (counted from 0)"
        )
        return f"{self.source}, {where}, column {self.name!r}", None


def from_frame(frame: Any, *, types: Mapping[str, str]) -> Table:
    """Read a data frame of pandas, polars, Arrow or anything else narwhals knows."""
    import narwhals as nw

    name = "the data frame"
    if type(frame).__module__.startswith("pandas"):
        # Arrow would keep an index as a column, and knows no names but text.
        frame = frame.reset_index(drop=True)
        frame = frame.set_axis([_label(label) for label in frame.columns], axis="columns")
        _refuse_repeated(name, list(frame.columns))
    try:
        known = nw.from_native(frame, pass_through=False)
        eager = known.collect() if isinstance(known, nw.LazyFrame) else known
        table = eager.to_arrow()
    except Exception as error:
        # Each library behind narwhals has exceptions of its own for columns it cannot convert.
        raise DataError(f"{name} cannot be read: {_first_line(error)}.") from error
    return from_arrow(table, name, types=types)


def _label(label: object) -> str:
    return "_".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _refuse_repeated(source: str, names: Sequence[str]) -> None:
    found = repeated(names)
    if found:
        where = " and ".join(map(str, found[1]))
        raise DataError(
            f"{source} has {len(found[1])} columns named {found[0]!r} (columns {where}). "
            "Rename all but one of them."
        )


def from_arrow(
    data: pa.Table,
    source: str,
    *,
    types: Mapping[str, str],
    notes: tuple[str, ...] = (),
    first_line: int = 0,
    troubles: Mapping[str, str] | None = None,
) -> Table:
    """Make every number column of an Arrow table float64 and leave the rest."""
    import pyarrow as pa

    names = [str(name) for name in data.column_names]
    _refuse_repeated(source, names)
    if not names:
        raise DataError(f"{source} has no columns.")
    if data.num_rows == 0:
        raise DataError(f"{source} has columns but no rows. Give at least one row of data.")
    columns: list[pa.ChunkedArray] = []
    fields: list[pa.Field] = []
    said = list(notes)
    for name, column, field in zip(names, data.columns, data.schema, strict=True):
        kind = types.get(name, kind_of(field))
        cells = RowCells(source, name, first_line)
        if kind is None and pa.types.is_dictionary(column.type):
            # A categorical column says by itself that it is a category, even of numbers.
            kind = None if pa.types.is_boolean(column.type.value_type) else "category"
        known = (troubles or {}).get(name) or trouble_of(field)
        found = _column(column, cells, kind)
        said += found.notes
        columns.append(found.values)
        trouble = found.trouble or (known if kind in (None, "number") else None)
        fields.append(tag(name, found.values.type, kind, role_of(field), trouble))
    table = pa.Table.from_arrays(columns, schema=pa.schema(fields))
    return Table(table, source, tuple(said), first_line)


def _column(column: pa.ChunkedArray, cells: RowCells, kind: str | None) -> Settled:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
        if kind == "category":
            column = _as_text(column)
    if pa.types.is_null(column.type):
        return Settled(pc.cast(column, pa.float64()), [])
    if pa.types.is_integer(column.type):
        ends = [end.as_py() or 0 for end in pc.min_max(column).values()]
        if max(map(abs, ends)) > EXACT:
            note = f"{cells.name!r} holds whole numbers too long to be kept exactly, so it is text."
            return Settled(pc.cast(column, pa.string()), [note])
    number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if number or pa.types.is_decimal(column.type):
        return settle(pc.cast(column, pa.float64(), safe=False), cells, kind)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = pc.cast(column, pa.string())
    if pa.types.is_string(column.type) and kind in (None, "number"):
        found = settle(column, cells, kind)
        # Text of nothing but numbers is text on purpose in a typed source.
        return found if kind == "number" or found.trouble else Settled(column, [])
    return Settled(column, [])


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_floating(column.type):
        return pa.chunked_array([[number_text(v) for v in column.to_pylist()]], pa.string())
    return pc.cast(column, pa.string())


def number_text(value: float | None) -> str | None:
    """Text of a number as a level of a category: whole numbers without a point."""
    if value is None or value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) <= EXACT else repr(value)


def from_rows(
    rows: Iterable[Mapping[str, Any]],
    *,
    types: Mapping[str, str],
    source: str,
    first_line: int = 0,
) -> Table:
    """Read a list of dicts; a key absent from a row is a missing value."""
    records = list(rows)
    names = list(dict.fromkeys(str(name) for record in records for name in record))
    if not records:
        raise DataError(f"{source} has no rows. Give at least one.")
    columns = [[record.get(name) for record in records] for name in names]
    return from_records(names, columns, source, types=types, first_line=first_line)


def from_records(
    names: Sequence[str],
    columns: Sequence[Sequence[Any]],
    source: str,
    *,
    types: Mapping[str, str],
    first_line: int = 0,
    notes: tuple[str, ...] = (),
) -> Table:
    """Read columns of Python values (Excel cells, JSON values, dicts), each of mixed types."""
    import pyarrow as pa

    _refuse_repeated(source, names)
    found = {
        name: _from_values(values, RowCells(source, name, first_line), types.get(name))
        for name, values in zip(names, columns, strict=True)
    }
    data = pa.table({name: settled.values for name, settled in found.items()})
    said = [note for settled in found.values() for note in settled.notes]
    return from_arrow(
        data,
        source,
        types=types,
        notes=(*notes, *said),
        first_line=first_line,
        troubles={name: one.trouble for name, one in found.items() if one.trouble},
    )


def _from_values(values: Sequence[Any], cells: RowCells, kind: str | None) -> Settled:
    """Type one column of Python values: one type if they agree, else as text, then decided."""
    import pyarrow as pa

    found = {_sort_of(value) for value in values} - {"missing"}
    clean = [None if _sort_of(value) == "missing" else value for value in values]
    if found <= {"number"}:
        numbers = [None if value is None else float(value) for value in clean]
        return Settled(pa.chunked_array([numbers], pa.float64()), [])
    if found in ({"boolean"}, {"time"}):
        try:
            return Settled(pa.chunked_array([pa.array(clean)]), [])
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            found = {"text"}
    texts = [None if value is None else _text(value) for value in clean]
    return settle(pa.chunked_array([texts], pa.string()), cells, kind)


def _sort_of(value: Any) -> str:
    """``"missing"``, ``"boolean"``, ``"number"``, ``"time"`` or ``"text"``."""
    if value is None or (isinstance(value, str) and is_missing(value)):
        return "missing"
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "boolean"
    if isinstance(value, numbers.Real | decimal.Decimal):
        if value != value:
            return "missing"
        exact = isinstance(value, numbers.Integral) and abs(int(value)) > EXACT
        return "text" if exact else "number"
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return "time"
    return "text"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return number_text(value) or ""
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)
