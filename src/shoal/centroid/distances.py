"""Distances by metric: the nearest centre of each row, the distances to all centres, matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native, budget
from shoal.errors import DataError

__all__ = [
    "METRICS",
    "check_distance_matrix",
    "distances_to_all",
    "matrix_of",
    "nearest_centers",
]

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


def matrix_of(X: npt.NDArray[Any], metric: Callable[[Any, Any], float]) -> npt.NDArray[np.float64]:
    """Return the distances between all rows by a function, taken as symmetric."""
    n = X.shape[0]
    budget.Estimate({"the distances between all rows": 8 * n * n}).require(
        budget.allowed_bytes(None), options=("a metric by name, for which no matrix is kept",)
    )
    out = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            out[i, j] = out[j, i] = float(metric(X[i], X[j]))
    if not np.isfinite(out).all():
        row, column = np.argwhere(~np.isfinite(out))[0].tolist()
        raise DataError(
            f"metric must return finite numbers; got {out[row, column]!r} for rows {row} and "
            f"{column}."
        )
    check_distance_matrix(out)
    return out


def check_distance_matrix(D: npt.NDArray[Any]) -> None:
    """Refuse a matrix that does not hold the distances between rows, naming the entry."""
    if D.shape[0] != D.shape[1]:
        raise DataError(
            "X must be a square matrix of distances with metric='precomputed'; got shape "
            f"{D.shape}."
        )
    slack = 1e-5 if D.dtype == np.float32 else 1e-9
    for start in range(0, D.shape[0], 1024):
        rows, columns = D[start : start + 1024], D[:, start : start + 1024].T
        _refuse(rows < 0, D, start, "must hold distances, which are not negative")
        _refuse(
            np.abs(rows - columns) > slack * np.maximum(np.abs(rows), np.abs(columns)), D, start,
            "must be symmetric", "Take (X + X.T) / 2 if the two mean the same.", both=True,
        )  # fmt: skip
    wrong = np.diagonal(D) != 0
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"X must hold distances, which are 0 from a row to itself; got {float(D[row, row])!r} "
            f"in row {row}, column {row}. Turn similarities into distances first."
        )


def _refuse(
    wrong: npt.NDArray[np.bool_],
    D: npt.NDArray[Any],
    start: int,
    constraint: str,
    remedy: str = "",
    *,
    both: bool = False,
) -> None:
    if not wrong.any():
        return
    row, column = np.argwhere(wrong)[0].tolist()
    row += start
    got = f"{float(D[row, column])!r} in row {row}, column {column}"
    if both:
        got += f" and {float(D[column, row])!r} in row {column}, column {row}"
    raise DataError(f"X {constraint}; got {got}. {remedy}".rstrip())
