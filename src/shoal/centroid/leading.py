"""The few directions that tell long rows apart best, and where the rows lie along them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Leading", "leading_coordinates"]

Leading = tuple[npt.NDArray[np.float32], npt.NDArray[np.float64], npt.NDArray[np.float64], float]

LEAST_FEATURES = 64  # shorter rows are compared as a whole at once
LEAST_CLUSTERS = 48
LEAST_WORK = 1e9  # products of one look at all rows and centres, from which the directions pay
MOST_DIRECTIONS = 96
SAMPLE = 1024
ROUNDS = 3
BLOCK = 4096  # rows projected at once
TELLING = 2.0  # least share of the spread along the directions, in units of their even share


def leading_coordinates(X: npt.NDArray[Any], k: int, max_iter: int) -> Leading | None:
    """Find leading coordinates for an exact search among many centres.

    The lengths of what is left over by a projection bound distances from below, see
    ``native/algorithms/kmeans_prefix.hpp``. The directions are close to the first right singular
    vectors of a sample: how good they are decides the speed, never the labels.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32 or float64
        Rows.
    k : int
        Number of centres.
    max_iter : int
        Iterations at most; with one or two there is nothing to gain.

    Returns
    -------
    tuple or None
        Coordinates (n_samples, width) in single precision, directions (n_features, width),
        origin (n_features,), and a bound on the error of the coordinates as a share of the
        length of the row; None where the search would not pay.
    """
    n, d = X.shape
    if d < LEAST_FEATURES or k < LEAST_CLUSTERS or max_iter < 3 or float(n) * k * d < LEAST_WORK:
        return None
    width = min(MOST_DIRECTIONS, d // 4 // 16 * 16)
    sample = X[np.arange(min(n, SAMPLE)) * n // min(n, SAMPLE)].astype(np.float64)
    origin = sample.mean(axis=0).astype(X.dtype)
    sample -= origin
    directions = _directions(sample, width)
    if directions is None:
        return None
    # Columns that hardly vary would leave denormal numbers behind, which are slow to multiply.
    narrow = np.where(np.abs(directions) < 1e-20, 0.0, directions).astype(np.float32)
    values = np.empty((n, width), dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, n, BLOCK):
            away = (X[start : start + BLOCK] - origin).astype(np.float32, copy=False)
            np.matmul(away, narrow, out=values[start : start + BLOCK])
    if not np.isfinite(values).all():
        return None
    # Each of the sums of d products may be off by d units of the row's length.
    error = 1.1 * (d + 16) * math.sqrt(width) * 2.0**-24
    return values, directions, origin.astype(np.float64), error


def _directions(sample: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64] | None:
    """Orthonormal columns along which the sample spreads most; None when it has no such.

    Orthogonal iteration: a few rounds serve as well as exact singular vectors.
    """
    largest = float(np.abs(sample).max())
    if not 0 < largest < math.inf:
        return None
    sample /= largest
    directions = np.random.default_rng(0).standard_normal((sample.shape[1], width))
    for _ in range(ROUNDS):
        directions, _ = np.linalg.qr(sample.T @ (sample @ directions))
    spread = sample @ directions
    shares, rotation = np.linalg.eigh(spread.T @ spread)
    if shares.sum() < min(0.9, TELLING * width / sample.shape[1]) * (sample**2).sum():
        return None
    return np.ascontiguousarray((directions @ rotation)[:, ::-1])
