"""The clustered columns as numbers and categories, in their original units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal.data.encode import Column, as_dates, as_numbers
from shoal.data.prepare import Preparation
from shoal.data.table import Matrix, Table

__all__ = ["Categories", "Numbers", "read_columns"]


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


def _codes(column: Column, block: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    if column.kind == "boolean":
        return np.asarray(block[:, 0] * column.scale + column.centre >= 0.5, dtype=np.int64)
    return np.asarray(np.where(block.any(axis=1), block.argmax(axis=1), -1), dtype=np.int64)
