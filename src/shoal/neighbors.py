"""Exact nearest neighbours."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from shoal.checks import check_integer
from shoal.errors import DataError, ParameterError

__all__ = ["Neighbors", "kneighbors"]

_Rows = npt.NDArray[np.float32] | npt.NDArray[np.float64]


class Neighbors(NamedTuple):
    """Neighbours of some rows, nearest first."""

    #: ndarray of shape (n_queries, n_neighbors), float64: Euclidean distances.
    distances: npt.NDArray[np.float64]
    #: ndarray of shape (n_queries, n_neighbors), int64: rows of the matrix searched.
    indices: npt.NDArray[np.int64]


def kneighbors(
    X: npt.ArrayLike,
    queries: npt.ArrayLike | None = None,
    *,
    n_neighbors: int = 5,
    n_jobs: int | None = None,
) -> Neighbors:
    """Find the nearest rows of a matrix, by Euclidean distance.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows to search. float32 and float64 are used as they are, anything else as float64.
    queries : array-like of shape (n_queries, n_features) or None
        Rows whose neighbours are wanted. None for the rows of `X`, none its own neighbour.
    n_neighbors : int
        Neighbours of each row, from 1 to the number of rows that can be found.
    n_jobs : int or None
        Threads. None for SHOAL_NUM_THREADS or every processor; -1 for every processor.

    Returns
    -------
    Neighbors
        Distances and row numbers, each of shape (n_queries, n_neighbors), nearest first. Rows at
        the same distance come in their order in `X`.

    Raises
    ------
    DataError
        When `X` or `queries` is not a table of finite numbers, or their widths differ.
    ParameterError
        When `n_neighbors` is below 1 or more than the rows that can be found.

    Notes
    -----
    Time O(n_queries n_samples n_features) at worst; boxes of rows that lie too far away are
    skipped. Memory O(n_samples n_features). Distances are screened in single precision with an
    error bound and decided in double precision, so the neighbours are those of a search in double
    precision, on every processor and any number of threads.

    Examples
    --------
    >>> from shoal.neighbors import kneighbors
    >>> found = kneighbors([[0.0], [1.0], [3.0]], n_neighbors=1)
    >>> found.indices.tolist()
    [[1], [0], [1]]
    >>> found.distances.tolist()
    [[1.0], [1.0], [2.0]]
    """
    from shoal import _native

    rows = _check_rows("X", X)
    wanted: npt.NDArray[Any] = (
        rows if queries is None else _check_rows("queries", queries).astype(rows.dtype)
    )
    if wanted.shape[1] != rows.shape[1]:
        raise DataError(
            f"queries must have the {rows.shape[1]} columns of X; got {wanted.shape[1]}."
        )
    n_neighbors = check_integer("n_neighbors", n_neighbors, minimum=1)
    most = len(rows) - (queries is None)
    if n_neighbors > most:
        raise ParameterError(
            f"n_neighbors must be at most the {most} rows that can be found; got {n_neighbors}."
        )
    return Neighbors(
        *_native.kneighbors(rows, wanted, n_neighbors, queries is None, n_jobs or 0, None)
    )


def _check_rows(name: str, X: npt.ArrayLike) -> _Rows:
    try:
        rows: npt.NDArray[Any] = np.asarray(X)
        if rows.dtype not in (np.float32, np.float64):
            rows = rows.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} must be a table of numbers; got {error}.") from error
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise DataError(
            f"{name} must have rows and at least one column; got an array of shape {rows.shape}."
        )
    rows = np.ascontiguousarray(rows)
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0].tolist()
        raise DataError(
            f"{name} must be finite numbers; got {rows[row, column]!r} in row {row}, "
            f"column {column}. Leave the row out or fill the value in."
        )
    return rows
