"""Files that can be read a block at a time: Parquet, Arrow, NPY and delimited text."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

from shoal.data.columns import trouble_of
from shoal.data.table import Table
from shoal.errors import DataError

__all__ = ["can_open", "opener"]

READ_BYTES = 8 << 20
BATCH_ROWS = 16_384
MOST_LINE = 256 << 20

_MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "feather",
    b"\xff\xff\xff\xff": "arrow-stream",
    b"\x93NUMPY": "npy",
    b"PK\x03\x04": "archive",
    b"\xd0\xcf\x11\xe0": "workbook",
}


def _kind(path: Path) -> str:
    """Format by content; ``"text"`` when nothing else is recognised."""
    try:
        with _opened(path) as file:
            head = file.read(16)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    found = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "text")
    json_lines = head.lstrip()[:1] in (b"{", b"[")
    return "json" if found == "text" and json_lines else found


def can_open(path: Path) -> bool:
    """Whether the file is there and of a format that is read in blocks."""
    return path.is_file() and _kind(path) in _OPENERS


def opener(
    path: Path,
    *,
    types: Mapping[str, str],
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
) -> Callable[[], Iterator[Table]]:
    """Return what opens the file anew and gives its tables one after the other."""
    if not path.is_file():
        raise DataError(f"{path} must be a file to be read in blocks; got none.")
    kind = "text" if delimiter or encoding else _kind(path)
    if kind not in _OPENERS:
        raise DataError(
            f"{path.name} must be Parquet, Arrow, NPY or CSV to be read in blocks; got a file "
            f"that looks like {kind}. Save it as Parquet."
        )
    if kind == "text":
        return lambda: _text(path, dict(types), delimiter, encoding, decimal)
    return lambda: _OPENERS[kind](path, types)


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("BinaryIO", gzip.open(path)) if packed else path.open("rb")


def _parquet(path: Path, types: Mapping[str, str]) -> Iterator[Table]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from shoal.data.frames import from_arrow

    try:
        # Buffered reading holds pages, not whole column chunks; a mapped file would take addresses.
        with pq.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                if batch.num_rows:
                    yield from_arrow(pa.Table.from_batches([batch]), path.name, types=types)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, "Parquet", error) from error


def _feather(path: Path, types: Mapping[str, str]) -> Iterator[Table]:
    import pyarrow as pa

    from shoal.data.frames import from_arrow

    try:
        with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as reader:
            for index in range(reader.num_record_batches):
                batch = reader.get_batch(index)
                if batch.num_rows:
                    yield from_arrow(pa.Table.from_batches([batch]), path.name, types=types)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, "Arrow", error) from error


def _stream(path: Path, types: Mapping[str, str]) -> Iterator[Table]:
    import pyarrow as pa

    from shoal.data.frames import from_arrow

    try:
        with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
            for batch in reader:
                if batch.num_rows:
                    yield from_arrow(pa.Table.from_batches([batch]), path.name, types=types)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, "Arrow", error) from error


def _npy(path: Path, types: Mapping[str, str]) -> Iterator[Table]:
    import numpy as np
    from numpy.lib import format as npy

    from shoal.data.arrays import from_array

    with path.open("rb") as file:
        try:
            version = npy.read_magic(file)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, by_column, dtype = read(file)
        except ValueError as error:
            raise _damaged(path, "NPY", error) from error
        if by_column or len(shape) != 2 or dtype.kind not in "biuf":
            raise DataError(
                f"{path.name} must hold rows of numbers in row order to be read in blocks; got "
                f"{dtype} of shape {shape}{' in column order' * by_column}. Save it as Parquet."
            )
        for start in range(0, shape[0], BATCH_ROWS):
            count = min(BATCH_ROWS, shape[0] - start) * shape[1]
            part = np.fromfile(file, dtype=dtype, count=count)
            if part.size < count:
                raise _damaged(path, "NPY", ValueError("it ends too early"))
            yield from_array(part.reshape(-1, shape[1]), types=types, source=path.name)


def _text(
    path: Path,
    types: dict[str, str],
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
) -> Iterator[Table]:
    """Cut a CSV at line ends; later blocks are read with the header and types of the first."""
    from shoal.data.csv_text import read_csv
    from shoal.data.dialect import sniff
    from shoal.data.source import Payload

    header = b""
    line = 1
    known = types
    for piece in _pieces(path):
        payload = Payload(path.name, memoryview(header + piece))
        try:
            table = read_csv(
                payload, types=known, delimiter=delimiter, encoding=encoding, decimal=decimal
            )
        except DataError as error:
            if line == 1:
                raise
            raise DataError(_in_file(str(error), line)) from error
        trouble = next(filter(None, map(trouble_of, table.data.schema)), None)
        if trouble and line > 1:
            raise DataError(_in_file(trouble, line))
        if not header:
            import pyarrow as pa

            found = sniff(piece[: 64 << 10].decode(encoding or "utf-8", "replace"))
            delimiter = delimiter or found.delimiter
            decimal = decimal or found.decimal
            if not found.header:
                raise DataError(
                    f"{path.name} must have a header line to be read in blocks; got none. "
                    "Add one, or save it as Parquet."
                )
            header = piece[: piece.find(b"\n") + 1]
            known = {
                field.name: types.get(
                    field.name, "number" if pa.types.is_floating(field.type) else "category"
                )
                for field in table.data.schema
            }
        yield replace(table, first_line=0)
        line += piece.count(b"\n")


def _in_file(message: str, line: int) -> str:
    """Count the lines of a message from the start of the file; line 2 of a block is `line`."""
    return re.sub(r", line (\d+)", lambda m: f", line {int(m[1]) + line - 2}", message, count=1)


def _pieces(path: Path) -> Iterator[bytes]:
    """Bytes up to a line end that is in no quoted field."""
    with _opened(path) as file:
        rest = b""
        while True:
            try:
                block = file.read(READ_BYTES)
            except (OSError, EOFError) as error:
                raise DataError(f"{path.name} holds damaged gzip data: {error}.") from error
            rest += block
            cut = _cut(rest) if block else len(rest)
            if cut:
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > MOST_LINE:
                raise DataError(
                    f"{path.name} has no line end in {MOST_LINE >> 20} MB, or a quotation mark "
                    "that is never closed."
                )
            if not block:
                return


def _cut(text: bytes) -> int:
    """Where the last whole line ends."""
    end = text.rfind(b"\n")
    while end >= 0 and text.count(b'"', 0, end) % 2:
        end = text.rfind(b"\n", 0, end)
    return end + 1


def _damaged(path: Path, what: str, error: Exception) -> DataError:
    reason = str(error).splitlines()[0].rstrip(".")
    return DataError(
        f"{path.name} is a damaged or incomplete {what} file: {reason}. Copy or save it again."
    )


_OPENERS: dict[str, Callable[[Path, Mapping[str, str]], Iterator[Table]]] = {
    "parquet": _parquet,
    "feather": _feather,
    "arrow-stream": _stream,
    "npy": _npy,
    "text": lambda path, types: _text(path, dict(types), None, None, None),
}
