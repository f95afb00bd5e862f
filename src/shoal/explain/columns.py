"""The clustered columns as numbers and categories, in their original units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.data.encode import Column, as_dates, as_numbers
from shoal.data.kinds import judge
from shoal.data.prepare import Preparation
from shoal.data.table import Matrix, Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MAX_LEVELS", "Categories", "Numbers", "read_columns", "read_unused_columns"]

MAX_LEVELS = 50
"""Unused categories with more levels than this are not described."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number or date column.

    Attributes
    ----------
    name : str
        Name in the table.
    values : ndarray of shape (n,), float64
        Value per row of the matrix, NaN where missing; dates in days since 1970.
    is_date : bool
        Whether the values are dates.
    """

    name: str
    values: npt.NDArray[np.float64]
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class Categories:
    """A category or boolean column.

    Attributes
    ----------
    name : str
        Name in the table.
    codes : ndarray of shape (n,), int64
        Level per row of the matrix, -1 where none.
    levels : tuple of str
        The levels of the preparation.
    """

    name: str
    codes: npt.NDArray[np.int64]
    levels: tuple[str, ...]


def read_columns(
    table: Table, matrix: Matrix, preparation: Preparation
) -> Iterator[Numbers | Categories]:
    """Read the columns that were clustered, one at a time.

    Parameters
    ----------
    table : Table
        What was read; numbers come from here, so that missing ones are known to be missing.
    matrix : Matrix
        What was clustered; levels come from here, so that rare ones are lumped as they were.
    preparation : Preparation
        Says which columns were used, and as what.

    Yields
    ------
    Numbers or Categories
        One per used column, in feature order.
    """
    start = 0
    for column in preparation.columns:
        stop = start + len(column.features)
        block = matrix.X[:, start:stop]
        start = stop
        if column.kind == "number":
            yield Numbers(column.name, as_numbers(table, column.name)[matrix.rows])
        elif column.kind == "date":
            yield Numbers(column.name, as_dates(table, column.name)[matrix.rows], is_date=True)
        else:
            yield Categories(column.name, _codes(column, block), column.levels)


def read_unused_columns(
    table: Table, matrix: Matrix, preparation: Preparation
) -> Iterator[Numbers | Categories]:
    """Read the columns that were not clustered but can be compared all the same.

    Parameters
    ----------
    table : Table
        What was read.
    matrix : Matrix
        Says which rows count.
    preparation : Preparation
        Says which columns were left out.

    Yields
    ------
    Numbers or Categories
        One per column, in table order, without identifiers, constants, free text, the weight
        and the id.
    """
    aside = {preparation.id, preparation.weight}
    for name, _ in preparation.dropped:
        if name in aside:
            continue
        kind = judge(table, name).kind
        if kind == "number":
            yield Numbers(name, as_numbers(table, name)[matrix.rows])
        elif kind in {"category", "boolean"}:
            found = _encode(name, table.data.column(name).take(matrix.rows))
            if len(found.levels) <= MAX_LEVELS:
                yield found


def _encode(name: str, values: pa.ChunkedArray) -> Categories:
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = pc.cast(values, pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy()
    return Categories(
        name, np.asarray(codes, dtype=np.int64), tuple(encoded.dictionary.to_pylist())
    )


def _codes(column: Column, block: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    if column.coded:
        return np.nan_to_num(block[:, 0], nan=-1.0).astype(np.int64)
    if column.kind == "boolean":
        return np.asarray(block[:, 0] * column.scale + column.centre >= 0.5, dtype=np.int64)
    return np.asarray(np.where(block.any(axis=1), block.argmax(axis=1), -1), dtype=np.int64)
