"""Parquet, Feather, Arrow streams and JSON to a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shoal.data.encoding import to_utf8
from shoal.data.frames import from_arrow, from_rows
from shoal.data.source import Payload, check_expansion
from shoal.data.table import Table
from shoal.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_feather", "read_json", "read_json_lines", "read_parquet", "read_stream"]


def read_parquet(payload: Payload, *, types: Mapping[str, str]) -> Table:
    """Read a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(pa.py_buffer(payload.data)))
        meta = file.metadata
        # Run-length coding can promise a billion rows in a kilobyte.
        check_expansion(payload.name, payload.data.nbytes, meta.num_rows * meta.num_columns)
        data = file.read()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(payload, "Parquet", error) from error
    return _checked(payload, data, "Parquet", types)


def read_feather(payload: Payload, *, types: Mapping[str, str]) -> Table:
    """Read a Feather or Arrow file."""
    import pyarrow as pa
    from pyarrow import feather

    try:
        data = feather.read_table(pa.BufferReader(pa.py_buffer(payload.data)))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(payload, "Feather", error) from error
    return _checked(payload, data, "Feather", types)


def read_stream(payload: Payload, *, types: Mapping[str, str]) -> Table:
    """Read an Arrow stream."""
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(pa.py_buffer(payload.data)) as reader:
            data = reader.read_all()
    except (pa.ArrowException, OSError) as error:
        raise _damaged(payload, "Arrow", error) from error
    return _checked(payload, data, "Arrow", types)


def _damaged(payload: Payload, what: str, error: Exception) -> DataError:
    reason = str(error).splitlines()[0].rstrip(".")
    return DataError(
        f"{payload.name} is a damaged or incomplete {what} file: {reason}. Copy or save it again."
    )


def _checked(payload: Payload, data: pa.Table, what: str, types: Mapping[str, str]) -> Table:
    import pyarrow as pa

    try:
        data.validate(full=True)
    except pa.ArrowException as error:
        raise _damaged(payload, what, error) from error
    return from_arrow(data, payload.name, types=types, notes=payload.notes)


def read_json(payload: Payload, *, types: Mapping[str, str]) -> Table:
    """Read a JSON array of objects, or one object of equally long lists."""
    body, _ = to_utf8(payload, None)
    try:
        found = json.loads(bytes(body))
    except (ValueError, RecursionError) as error:
        if bytes(body[:64]).lstrip().startswith(b"{"):
            return read_json_lines(payload, types=types)
        raise DataError(f"{payload.name} is not valid JSON: {error}.") from error
    if isinstance(found, dict) and found and all(isinstance(v, list) for v in found.values()):
        if len({len(values) for values in found.values()}) == 1:
            found = [
                dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)
            ]
    elif isinstance(found, dict):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise DataError(
            f"{payload.name} must hold a list of objects, one per row. "
            "Rearrange it, or write one object per line."
        )
    return from_rows(found, types=types, source=payload.name)


def read_json_lines(payload: Payload, *, types: Mapping[str, str]) -> Table:
    """Read one JSON object per line."""
    body, _ = to_utf8(payload, None)
    rows: list[dict[str, Any]] = []
    line, text = 0, b""
    for line, text in enumerate(bytes(body).split(b"\n"), start=1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{payload.name}, line {line} is not valid JSON: {error}.") from error
        if not isinstance(row, dict):
            raise DataError(
                f"{payload.name}, line {line} must be a JSON object such as "
                f'{{"age": 31}}; got {type(row).__name__}.'
            )
        rows.append(row)
    first_line = 1 if len(rows) == line or (not text.strip() and len(rows) == line - 1) else 0
    return from_rows(rows, types=types, source=payload.name, first_line=first_line)
