"""One door for every kind of table: files, standard input, samples, frames, arrays."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shoal.data.columns import check_types, trouble_of
from shoal.data.source import Payload, nearest_name, open_source
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError

__all__ = ["read_table"]

SAMPLE = "sample:"


def read_table(
    source: Any,
    *,
    types: Mapping[str, str] | None = None,
    sheet: str | int | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    strict: bool = True,
) -> Table:
    r"""Read a table from wherever it is.

    Parameters
    ----------
    source : str, path, data frame, array or list of dicts
        A path; ``"-"`` for standard input; ``"sample:NAME"`` for bundled data; a data frame of
        pandas, polars or Arrow; a NumPy array of shape (n_rows,) or (n_rows, n_columns); a list
        of dicts. Files may be CSV or TSV (also gzipped), Parquet, Feather, Arrow, JSON lines,
        JSON, Excel (.xlsx, .xls), NPY or NPZ. The content decides which; the extension must not
        contradict it.
    types : mapping of str to str, optional
        ``"number"``, ``"category"``, ``"boolean"``, ``"date"``, ``"text"`` or ``"ignore"`` per
        column name. What is named other than a number is kept exactly as written.
    sheet : str or int, optional
        Sheet of a workbook, by name or number from 1; the first by default.
    delimiter, encoding, decimal : str, optional
        How a CSV is written; found on its first 64 KB when absent.
    strict : bool, default True
        Refuse the table when a column of numbers holds other values or infinity. With False such
        a column is kept as text, and `prepare` refuses it only if it is used.

    Returns
    -------
    Table
        Every column and row in order, numbers as float64, with notes on what was decided.

    Raises
    ------
    DataError
        When the source cannot be read as a table. The message names the file, line, column and
        value.
    ParameterError
        When an option is outside its allowed values.

    Notes
    -----
    Whether a column is a number column is decided over all its values: at least half of those
    present are numbers, and the others are at most five different values or one value in twenty.
    The first of these others is then an error, never silently text or missing. Empty cells and
    the usual spellings of "not available" (NA, N/A, null, nan, None, …) are missing values;
    infinity is an error. Whole numbers stay text when one in a thousand has leading zeros (00501),
    or when one is too long to be exact as float64.

    Examples
    --------
    >>> table = read_table([{"age": 31, "city": "Oslo"}, {"age": 28, "city": "Bergen"}])
    >>> table.n_rows, table.column_names
    (2, ['age', 'city'])
    """
    kinds = check_types(types)
    table = _dispatch(source, kinds, sheet, delimiter, encoding, decimal)
    unknown = [name for name in kinds if name not in set(table.column_names)]
    if unknown:
        near = nearest_name(unknown[0], table.column_names)
        hint = f" Did you mean {near!r}?" if near else ""
        raise ParameterError(
            f"types must name columns of {table.source}; got {unknown[0]!r}.{hint}"
        )
    if strict:
        trouble = next(filter(None, map(trouble_of, table.data.schema)), None)
        if trouble:
            raise DataError(trouble)
    return table


def _dispatch(
    source: Any,
    types: dict[str, str],
    sheet: str | int | None,
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
) -> Table:
    if isinstance(source, Table):
        return _retyped(source, types)
    if isinstance(source, str) and source.startswith(SAMPLE):
        from shoal.data import samples

        table = samples.load(source.removeprefix(SAMPLE))
        return _retyped(table, types) if types else table
    if isinstance(source, str | os.PathLike):
        payload = open_source(source)
        return _read_payload(payload, types, sheet, delimiter, encoding, decimal)
    return _read_object(source, types)


def _retyped(table: Table, types: dict[str, str]) -> Table:
    from shoal.data.frames import from_arrow

    again = from_arrow(table.data, table.source, types=types, first_line=table.first_line)
    return replace(again, notes=table.notes)


def _read_payload(
    payload: Payload,
    types: dict[str, str],
    sheet: str | int | None,
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
) -> Table:
    from shoal.data import formats

    # A user who names the encoding or delimiter says that this is text.
    kind = "text" if encoding or delimiter else formats.identify(payload)
    if sheet is not None and kind != "excel":
        raise ParameterError(f"sheet must be left out: {payload.name} is not a workbook.")
    if kind == "text":
        from shoal.data.csv_text import read_csv

        return read_csv(
            payload, types=types, delimiter=delimiter, encoding=encoding, decimal=decimal
        )
    table = _read_known(payload, kind, types, sheet)
    if payload.suffix in {".csv", ".tsv", ".txt"}:
        said = f"{payload.name} was read as {formats.NAMES.get(kind, 'JSON')}, which it is."
        table = replace(table, notes=(*table.notes, said))
    return table


def _read_known(
    payload: Payload, kind: str, types: dict[str, str], sheet: str | int | None
) -> Table:
    if kind == "excel":
        from shoal.data.excel import read_excel

        return read_excel(payload, types=types, sheet=sheet)
    if kind in {"npy", "npz"}:
        from shoal.data import arrays

        return (arrays.read_npy if kind == "npy" else arrays.read_npz)(payload, types=types)
    from shoal.data import columnar

    reader = {
        "parquet": columnar.read_parquet,
        "feather": columnar.read_feather,
        "arrow-stream": columnar.read_stream,
        "json": columnar.read_json,
        "jsonl": columnar.read_json_lines,
    }[kind]
    return reader(payload, types=types)


def _read_object(source: Any, types: dict[str, str]) -> Table:
    if type(source).__module__.partition(".")[0] == "numpy":
        from shoal.data.arrays import from_array

        return from_array(source, types=types)
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        return _read_sequence(source, types)
    if hasattr(type(source), "columns"):
        from shoal.data.frames import from_frame

        return from_frame(source, types=types)
    raise _unreadable(source)


def _read_sequence(source: Sequence[Any], types: dict[str, str]) -> Table:
    if not source:
        raise DataError("the list of rows is empty. Give at least one row.")
    if all(isinstance(row, Mapping) for row in source):
        from shoal.data.frames import from_rows

        return from_rows(source, types=types, source="the list of rows")
    import numpy as np

    from shoal.data.arrays import from_array

    try:
        return from_array(np.array(source), types=types, source="the list")
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError("the list must hold rows of equal length, or dicts.") from error


def _unreadable(source: object) -> ParameterError:
    return ParameterError(
        "source must be a path, '-', 'sample:NAME', a data frame, an array or a list of dicts; "
        f"got {type(source).__name__}."
    )
