"""Distances by metric: the nearest centre of each row, and the distances to all centres."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native

__all__ = ["METRICS", "distances_to_all", "nearest_centers"]

METRICS: tuple[str, ...] = ("euclidean", "sqeuclidean", "manhattan", "chebyshev")
"""Metrics of the native code, in its order."""


def nearest_centers(
    X: npt.NDArray[Any], centers: npt.NDArray[Any], metric: str, n_jobs: int | None
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Return the nearest centre of each row, the lowest on a tie, and the distance to it."""
    wide = np.ascontiguousarray(centers, dtype=np.float64)
    n_threads = _native.resolve_thread_count(n_jobs or 0)
    rows = np.ascontiguousarray(X)
    return _native.assign_by_metric(rows, wide, METRICS.index(metric), n_threads)


def distances_to_all(
    X: npt.NDArray[Any], centers: npt.NDArray[Any], metric: str
) -> npt.NDArray[np.float64]:
    """Return the distance of each row to each centre, in double precision."""
    rows, wide = X.astype(np.float64), centers.astype(np.float64)
    out = np.empty((rows.shape[0], wide.shape[0]))
    for c, center in enumerate(wide):
        away = rows - center
        if metric == "manhattan":
            out[:, c] = np.abs(away).sum(axis=1)
        elif metric == "chebyshev":
            out[:, c] = np.abs(away).max(axis=1)
        else:
            out[:, c] = np.einsum("ij,ij->i", away, away)
    return np.sqrt(out) if metric == "euclidean" else out
