"""New rows beside the rows of a fit: the nearest of them, and the nearest of each cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from shoal.centroid.distances import nearest_centers
from shoal.metric_rows import unit_rows
from shoal.neighbors import kneighbors

__all__ = ["gaps_to_clusters", "nearest_row"]

_SCIPY = {"manhattan": "cityblock"}
_CHUNK = 1 << 22  # distances that are held at once


def nearest_row(
    rows: npt.NDArray[Any], metric: str, queries: npt.NDArray[Any], n_jobs: int | None
) -> npt.NDArray[np.int64]:
    """Return the row nearest to each query, the first on a tie.

    With metric="precomputed" the queries are their distances to all rows.
    """
    if metric == "precomputed":
        nearest: npt.NDArray[np.int64] = queries.argmin(axis=1).astype(np.int64)
        return nearest
    if metric in ("euclidean", "sqeuclidean", "cosine"):
        if metric == "cosine":
            rows, queries = unit_rows(rows), unit_rows(queries)
        return kneighbors(rows, queries, n_neighbors=1, n_jobs=n_jobs).indices[:, 0]
    return nearest_centers(queries, rows, metric, n_jobs)[0].astype(np.int64)


def gaps_to_clusters(
    rows: npt.NDArray[Any],
    labels: npt.NDArray[np.int32],
    k: int,
    metric: str,
    queries: npt.NDArray[Any],
    n_jobs: int | None,
) -> npt.NDArray[np.float64]:
    """Return the distance from each query to the nearest row of each cluster, shape (n, k).

    Rows at distance 0, among them the query itself where it is one, are left out; where a cluster
    has no others, the distance is infinite.
    """
    gaps = np.full((len(queries), k), np.inf)
    if metric in ("euclidean", "sqeuclidean", "cosine"):
        if metric == "cosine":
            rows, queries = unit_rows(rows), unit_rows(queries)
        for c in range(k):
            members = np.unique(rows[labels == c], axis=0)
            count = min(2, len(members))
            near = kneighbors(members, queries, n_neighbors=count, n_jobs=n_jobs).distances
            gaps[:, c] = np.where(near > 0, near, np.inf).min(axis=1)
        return gaps if metric == "euclidean" else gaps**2 * (0.5 if metric == "cosine" else 1.0)
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(k))
    step = max(1, _CHUNK // max(1, len(labels)))
    for begin in range(0, len(queries), step):
        part = queries[begin : begin + step]
        distances = part if metric == "precomputed" else cdist(
            part, rows, _SCIPY.get(metric, metric)
        )  # fmt: skip
        distances = np.where(distances > 0, distances, np.inf)[:, order]
        gaps[begin : begin + step] = np.minimum.reduceat(distances, starts, axis=1)
    return gaps
