"""Tables read a block at a time, again and again, with a fixed amount of memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shoal.data.columns import trouble_of
from shoal.data.table import Table
from shoal.errors import DataError, ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PIECE", "Blocks", "open_blocks"]

PIECE = 4096
"""Rows whose sums are taken together, whatever the size of a block."""

BLOCK_BYTES = 8 << 20
MOST_PIECES = 64


class Blocks:
    """A table that is read a block at a time, as often as wanted.

    Iterating gives a `Table` per block, in order, each of `rows` rows but the last. Every block
    has the columns and types of the first.

    Attributes
    ----------
    source : str
        Name to use in messages.
    first : Table
        The first block, which decides the types of all.
    rows : int
        Rows of a block.
    n_rows : int or None
        Rows of the table; None until it has been read to its end once.
    """

    def __init__(
        self, source: str, opened: Callable[[], Iterator[Table]], rows: int | None = None
    ) -> None:
        if rows is not None and (rows < PIECE or rows % PIECE):
            raise ParameterError(f"rows of a block must be a multiple of {PIECE}; got {rows!r}.")
        self.source = source
        self._opened = opened
        start = next(opened(), None)
        if start is None:
            raise DataError(f"{source} has no rows. Give at least one.")
        width = max(1, 8 * len(start.column_names))
        self.rows = rows or PIECE * min(MOST_PIECES, max(1, BLOCK_BYTES // width // PIECE))
        self.n_rows: int | None = None
        self._schema = start.data.schema
        self.first = next(iter(self._cut()))

    def __iter__(self) -> Iterator[Table]:
        """Read the table from its start."""
        count = 0
        for block in self._cut():
            count += block.n_rows
            yield block
        self.n_rows = count

    def _cut(self) -> Iterator[Table]:
        """Blocks of equal length, whatever lengths the source gives."""
        import pyarrow as pa

        waiting: list[pa.Table] = []
        held = 0
        notes: tuple[str, ...] = ()
        for table in self._opened():
            notes = notes or table.notes
            waiting.append(self._conform(table))
            held += table.n_rows
            while held >= self.rows:
                whole = pa.concat_tables(waiting)
                yield Table(whole.slice(0, self.rows), self.source, notes)
                waiting, held = [whole.slice(self.rows)], held - self.rows
        if held:
            yield Table(pa.concat_tables(waiting), self.source, notes)

    def _conform(self, table: Table) -> pa.Table:
        """Give a block the columns and types of the first."""
        data, schema = table.data, self._schema
        absent = [name for name in schema.names if name not in data.column_names]
        if absent:
            raise DataError(f"{self.source} lacks the column {absent[0]!r} in a later block.")
        columns = []
        for field in schema:
            column = data.column(field.name)
            if column.type != field.type:
                column = self._cast(column, data.schema.field(field.name), field)
            columns.append(column)
        import pyarrow as pa

        return pa.Table.from_arrays(columns, schema=schema)

    def _cast(self, column: pa.ChunkedArray, found: pa.Field, wanted: pa.Field) -> pa.ChunkedArray:
        import pyarrow as pa

        trouble = trouble_of(found)
        if trouble:
            raise DataError(trouble)
        try:
            return column.cast(wanted.type)
        except pa.ArrowException as error:
            raise DataError(
                f"{self.source}, column {wanted.name!r} holds {wanted.type} at first and "
                f"{found.type} later. Say what it is with --types."
            ) from error


def open_blocks(
    source: Any,
    *,
    rows: int | None = None,
    types: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
) -> Blocks:
    """Open a table that may be larger than memory.

    Parameters
    ----------
    source : path, Blocks, function or iterable
        A Parquet, Feather, Arrow, NPY or CSV file (also gzipped); or an iterable of arrays, data
        frames, Arrow tables or record batches that can be iterated anew, such as a list, or a
        function that returns one.
    rows : int, optional
        Rows of a block, a multiple of 4096; about 8 MB of numbers when left out.
    types, delimiter, encoding, decimal
        As for :func:`shoal.read_table`.

    Returns
    -------
    Blocks

    Raises
    ------
    DataError
        When the source cannot be read in blocks.
    ParameterError
        When `rows` is no multiple of 4096.

    Notes
    -----
    Memory is a few blocks, whatever the length of the table; of a Parquet file, besides, the
    buffers of one row group. In a CSV file the first block decides which columns are numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.data.blocks import open_blocks
    >>> blocks = open_blocks([np.zeros((3000, 2)), np.ones((2000, 2))], rows=4096)
    >>> [block.n_rows for block in blocks]
    [4096, 904]
    """
    if isinstance(source, Blocks):
        return source
    kinds = dict(types or {})
    if isinstance(source, str | os.PathLike):
        from shoal.data import block_files

        name = Path(source).name
        opened = block_files.opener(
            Path(source), types=kinds, delimiter=delimiter, encoding=encoding, decimal=decimal
        )
        return Blocks(name, opened, rows)
    return Blocks("the blocks", _from_iterable(source, kinds), rows)


def _from_iterable(source: Any, types: Mapping[str, str]) -> Callable[[], Iterator[Table]]:
    anew: Callable[[], Iterable[Any]] = source if callable(source) else lambda: source
    if not callable(source) and (not isinstance(source, Iterable) or iter(source) is source):
        raise DataError(
            "blocks must be an iterable that can be read more than once; got "
            f"{type(source).__name__}. Give a list, or a function that returns a new iterator."
        )

    def opened() -> Iterator[Table]:
        import pyarrow as pa

        from shoal.data.read import read_table

        for part in anew():
            table = pa.Table.from_batches([part]) if isinstance(part, pa.RecordBatch) else part
            yield replace(read_table(table, types=types, strict=False), source="the blocks")

    return opened
