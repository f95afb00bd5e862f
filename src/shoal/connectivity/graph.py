"""Graphs of rows that may be joined: checked, symmetric, in one part, with distances."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist
from sklearn.utils import check_array

from shoal import _native
from shoal.connectivity.merging import BY_CENTERS, LINKAGES, Distances, reporter
from shoal.errors import DataError
from shoal.metric_rows import unit_rows
from shoal.neighbors import kneighbors
from shoal.progress import Callback

__all__ = ["join_parts", "merge_graph"]

_SCIPY = {"manhattan": "cityblock"}


def join_parts(
    connectivity: Any, given: Distances, X: npt.NDArray[Any], metric: str
) -> tuple[sparse.csr_array, int]:
    """Return a symmetric graph without loops that joins all rows, and its parts as it was given.

    Where it has several parts, the nearest rows of every two of them are joined, with a warning.
    """
    n = given.n_rows
    graph = check_array(connectivity, accept_sparse="csr", input_name="connectivity")
    if graph.shape != (n, n):
        raise DataError(
            f"connectivity must have one row and one column per row of X, {n}; got shape "
            f"{graph.shape}."
        )
    graph = sparse.csr_array(sparse.csr_array(graph) != 0, dtype=np.int8)
    graph = sparse.csr_array((graph + graph.T) != 0, dtype=np.int8)
    count, part = connected_components(graph, directed=False)
    if count > 1:
        warnings.warn(
            f"the number of connected components of the connectivity matrix is {count} > 1. "
            "Completing it to avoid stopping the tree early.",
            UserWarning,
            stacklevel=4,
        )
        pairs = _bridges(given, X, metric, part, count)
        ones = np.ones(len(pairs), dtype=np.int8)
        bridges = sparse.csr_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
        graph = graph + bridges + bridges.T
    graph = sparse.coo_array(graph)
    apart = graph.row != graph.col
    plain = sparse.csr_array(
        (graph.data[apart], (graph.row[apart], graph.col[apart])), shape=(n, n)
    )
    plain.sort_indices()
    return plain, int(count)


def _bridges(
    given: Distances, X: npt.NDArray[Any], metric: str, part: npt.NDArray[Any], count: int
) -> npt.NDArray[np.intp]:
    """Return the nearest pair of rows of every two parts."""
    members = [np.flatnonzero(part == p) for p in range(count)]
    pairs = []
    for a in range(count):
        for b in range(a):
            first, second = members[a], members[b]
            if given.kind == "square":
                distances = given.values[np.ix_(first, second)]
                i, j = divmod(int(distances.argmin()), len(second))
            elif metric in ("euclidean", "sqeuclidean", "cosine"):
                near = kneighbors(given.values[second], given.values[first], n_neighbors=1)
                i = int(near.distances[:, 0].argmin())
                j = int(near.indices[i, 0])
            else:
                distances = cdist(X[first], X[second], _SCIPY.get(metric, metric))
                i, j = divmod(int(distances.argmin()), len(second))
            pairs.append((first[i], second[j]))
    return np.array(pairs, dtype=np.intp)


def merge_graph(
    graph: sparse.csr_array,
    given: Distances,
    X: npt.NDArray[Any],
    method: str,
    metric: str,
    weights: npt.NDArray[np.float64] | None,
    n_jobs: int | None,
    callback: Callback | None,
) -> npt.NDArray[np.float64]:
    """Return the tree of merges along the edges of a connected graph, as SciPy's Z."""
    rows = np.repeat(np.arange(given.n_rows), np.diff(graph.indptr))
    columns = graph.indices
    needs_rows = method in BY_CENTERS
    if needs_rows:
        distances = np.zeros(len(columns))
    elif given.kind == "square":
        distances = given.values[rows, columns]
    else:
        distances = _along_edges(X, metric, rows, columns)
    centred = given.values - given.values.mean(axis=0) if needs_rows else np.empty((0, 0))
    return _native.linkage_graph(
        np.ascontiguousarray(centred),
        graph.indptr.astype(np.int64),
        columns.astype(np.int32),
        np.ascontiguousarray(distances, dtype=np.float64),
        LINKAGES.index(method),
        weights,
        n_jobs or 0,
        None if callback is None else reporter(callback),
    )


def _along_edges(
    X: npt.NDArray[Any], metric: str, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Return the distance between the ends of each edge."""
    out = np.empty(len(rows))
    wide = unit_rows(X) if metric == "cosine" else X.astype(np.float64)
    for begin in range(0, len(rows), 1 << 16):
        part = slice(begin, begin + (1 << 16))
        away = np.abs(wide[rows[part]] - wide[columns[part]])
        if metric == "manhattan":
            out[part] = away.sum(axis=1)
        elif metric == "chebyshev":
            out[part] = away.max(axis=1)
        else:
            out[part] = np.einsum("ij,ij->i", away, away)
    if metric == "euclidean":
        return np.sqrt(out)
    return out * 0.5 if metric == "cosine" else out
