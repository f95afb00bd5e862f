"""The columns of the table as numbers and categories, in their original units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal.data.prepare import Preparation
from shoal.data.table import Matrix, Table

if TYPE_CHECKING:
    import pyarrow as pa

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
        Level per row of the matrix, -1 where missing.
    levels : tuple of str
        The levels.
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
        What was read.
    matrix : Matrix
        What was clustered; says which rows of the table count.
    preparation : Preparation
        Says which columns were used, and as what.

    Yields
    ------
    Numbers or Categories
        One per used column, in table order.
    """
    every_row = np.array_equal(matrix.rows, np.arange(table.n_rows))
    for column in preparation.columns:
        data = table.data.column(column.name)
        if not every_row:
            data = data.take(matrix.rows)
        if column.kind in {"category", "boolean"}:
            yield _categories(column.name, data)
        else:
            yield _numbers(column.name, data, column.kind == "date")


def _numbers(name: str, data: pa.ChunkedArray, is_date: bool) -> Numbers:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = data.type
    if is_date:
        stamps = pc.cast(data, pa.timestamp("ms"), safe=False)
        values = _floats(pc.cast(stamps, pa.int64())) / 86_400_000.0
        return Numbers(name, values, is_date=True)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        data = pc.utf8_trim_whitespace(data)
        missing = pc.invert(
            pc.match_substring_regex(data, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
        )
        data = pc.if_else(missing, None, data)
    return Numbers(name, _floats(data))


def _floats(data: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    values = pc.fill_null(pc.cast(data, pa.float64(), safe=False), float("nan"))
    return np.asarray(values.to_numpy(), dtype=np.float64)


def _categories(name: str, data: pa.ChunkedArray) -> Categories:
    import pyarrow as pa

    if not pa.types.is_dictionary(data.type):
        data = data.dictionary_encode()
    data = data.unify_dictionaries().combine_chunks()
    if isinstance(data, pa.ChunkedArray):
        data = data.chunk(0) if data.num_chunks else pa.array([], data.type)
    codes = data.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    levels = tuple(_text(value) for value in data.dictionary.to_pylist())
    return Categories(name, np.asarray(codes, dtype=np.int64), levels)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
