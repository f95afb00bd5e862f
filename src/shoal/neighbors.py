"""Exact nearest neighbours."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from shoal.checks import check_integer
from shoal.errors import DataError, ParameterError
from shoal.metric_rows import metric_rows

__all__ = ["Neighbors", "kneighbors"]

_Rows = npt.NDArray[np.float32] | npt.NDArray[np.float64]


class Neighbors(NamedTuple):
    """Neighbours of some rows, nearest first."""

    #: ndarray of shape (n_queries, n_neighbors), float64: distances by the metric.
    distances: npt.NDArray[np.float64]
    #: ndarray of shape (n_queries, n_neighbors), int64: rows of the matrix searched.
    indices: npt.NDArray[np.int64]


def kneighbors(
    X: npt.ArrayLike,
    queries: npt.ArrayLike | None = None,
    *,
    n_neighbors: int = 5,
    metric: str = "euclidean",
    n_jobs: int | None = None,
) -> Neighbors:
    """Find the nearest rows of a matrix.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows to search. float32 and float64 are used as they are, anything else as float64.
    queries : array-like of shape (n_queries, n_features) or None
        Rows whose neighbours are wanted. None for the rows of `X`, none its own neighbour.
    n_neighbors : int
        Neighbours of each row, from 1 to the number of rows that can be found.
    metric : {"euclidean", "manhattan", "chebyshev", "cosine", "haversine"}
        Distance between rows. "cosine" is 1 - the cosine of the angle. "haversine" takes two
        columns, latitude and longitude in degrees, and gives kilometres along the great circle
        on a sphere with the mean radius of the Earth, 6371.0088 km.
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
        When `X` or `queries` is not a table of finite numbers, their widths differ, a row of zeros
        has no direction for "cosine" or one is no place on the Earth for "haversine".
    ParameterError
        When `n_neighbors` is below 1 or more than the rows that can be found, or the metric is
        unknown.

    Notes
    -----
    Time O(n_queries log(n_samples)) where rows have few columns: a k-d tree is searched for 64
    queries at a time (J. L. Bentley: Multidimensional binary search trees used for associative
    searching. 1975, doi:10.1145/361002.361007). Long rows, and rows on which a trial of the tree
    is slow, are searched for Euclidean distances without it, in O(n_queries n_samples n_features)
    at worst; boxes of rows that lie too far away are skipped. Memory O(n_samples n_features).
    Either way the neighbours are those of a search in double precision, on every processor and
    any number of threads.

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
    wanted = rows if queries is None else _check_rows("queries", queries).astype(rows.dtype)
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
    searched = metric_rows(rows, metric)
    asked = searched if queries is None else metric_rows(wanted, metric, name="queries")
    distances, indices = _native.kneighbors(
        searched.rows, asked.rows, n_neighbors, queries is None, n_jobs or 0, None, searched.number
    )
    return Neighbors(searched.distances(distances), indices)


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
