"""Lloyd's algorithm and fuzzy c-means in plain NumPy and double precision."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


def nearest(X: Matrix, centers: Matrix) -> npt.NDArray[np.int64]:
    """Index of the nearest centre of each row by summed squares of differences."""
    labels = np.empty(len(X), dtype=np.int64)
    step = max(1, 4_000_000 // (len(centers) * X.shape[1]))
    for start in range(0, len(X), step):
        part = X[start : start + step, None, :] - centers[None]
        labels[start : start + step] = (part**2).sum(axis=-1).argmin(axis=1)
    return labels


def lloyd(
    X: npt.NDArray[np.floating], centers: npt.NDArray[np.floating], max_iter: int
) -> tuple[npt.NDArray[np.int64], Matrix, int]:
    """Labels, centres and iterations of Lloyd's algorithm with tol=0 and no empty cluster."""
    wide, found = X.astype(np.float64), centers.astype(np.float64)
    labels = np.full(len(X), -1)
    for iteration in range(1, max_iter + 1):
        before, labels = labels, nearest(wide, found)
        if np.array_equal(before, labels):
            return labels, found, iteration
        counts = np.bincount(labels, minlength=len(found))
        assert counts.all(), "the reference has no rule for empty clusters"
        # About the first row, so that a far origin costs no digits.
        away = wide - wide[0]
        means = np.stack([wide[0] + away[labels == c].mean(axis=0) for c in range(len(found))])
        moved = means.astype(X.dtype).astype(np.float64)
        if np.array_equal(moved, found):
            return labels, found, iteration
        found = moved
    return nearest(wide, found), found, max_iter


def fuzzy_memberships(X: Matrix, centers: Matrix, m: float) -> tuple[Matrix, Matrix]:
    """Memberships of rows in clusters, and the squared distances they come from."""
    squared = ((X[:, None, :] - centers[None]) ** 2).sum(axis=-1)
    least = squared.min(axis=1, keepdims=True)
    near = np.where(squared > least, least / np.maximum(squared, 1e-300), 1.0) ** (1 / (m - 1))
    return near / near.sum(axis=1, keepdims=True), squared


def fuzzy_step(
    X: Matrix, centers: Matrix, m: float, weights: npt.NDArray[np.float64] | None
) -> Matrix:
    """Centres after one iteration of fuzzy c-means."""
    powers = fuzzy_memberships(X, centers, m)[0] ** m
    if weights is not None:
        powers = powers * weights[:, None]
    return powers.T @ X / powers.sum(axis=0)[:, None]
