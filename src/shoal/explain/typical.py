"""The rows that stand for a group: those nearest to its centre."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shoal.data.table import Matrix
from shoal.explain.effects import Groups, contrast_categories

__all__ = ["typical_rows"]

_BLOCK = 1 << 14
_FIRST_LOOK = 64


def typical_rows(matrix: Matrix, groups: Groups, n_typical: int) -> list[npt.NDArray[np.int64]]:
    """Find the rows nearest to the mean of each group.

    Parameters
    ----------
    matrix : Matrix
        The prepared rows. A feature of codes counts as indicators of its levels; a missing value
        counts as an average one of its group.
    groups : Groups
        Group of each row.
    n_typical : int
        Rows wanted per group.

    Returns
    -------
    list of ndarray of int64
        Per group up to `n_typical` rows of the matrix, nearest first, ties by row number; no two of
        them are equal, so a group of fewer distinct rows gives fewer.
    """
    X = matrix.X
    squared = _squared_distances(matrix, groups)
    order = np.argsort(groups.codes, kind="stable")
    ends = np.cumsum(np.bincount(groups.codes, minlength=groups.n_groups + 1))
    starts = np.concatenate([[0], ends])
    return [
        _nearest_distinct(X, squared, order[starts[g] : ends[g]], n_typical)
        for g in range(groups.n_groups)
    ]


def _squared_distances(matrix: Matrix, groups: Groups) -> npt.NDArray[np.float64]:
    coded = set(matrix.categorical)
    numbers = [j for j in range(matrix.n_features) if j not in coded]
    known = None if not np.isnan(matrix.X).any() else ~np.isnan(matrix.X)
    totals = groups.sums()
    centers = np.empty((groups.n_groups + 1, len(numbers)))
    with np.errstate(invalid="ignore", divide="ignore"):
        for at, j in enumerate(numbers):
            column = matrix.X[:, j]
            if known is None:
                centers[:, at] = groups.sums(column) / totals
            else:
                there = groups.sums(known[:, j] * 1.0)
                centers[:, at] = groups.sums(np.where(known[:, j], column, 0.0)) / there
    squared = np.zeros(matrix.n_samples)
    for start in range(0, matrix.n_samples, _BLOCK):
        block = slice(start, start + _BLOCK)
        values = matrix.X[block] if not coded else matrix.X[block][:, numbers]
        difference = np.nan_to_num(values - centers[groups.codes[block]], nan=0.0)
        squared[block] = np.einsum("ij,ij->i", difference, difference)
    for j in matrix.categorical:
        squared += _squared_to_shares(matrix.X[:, j], groups)
    return squared


def _squared_to_shares(values: npt.NDArray[np.float64], groups: Groups) -> npt.NDArray[np.float64]:
    """Squared distances from indicators of levels to their shares in the group."""
    codes = np.nan_to_num(values, nan=-1.0).astype(np.int64)
    shares = np.nan_to_num(contrast_categories(codes, int(codes.max()) + 1, groups).inside)
    shares = np.vstack([shares, np.zeros(shares.shape[1])])
    at = groups.codes
    squared = 1.0 - 2.0 * shares[at, np.maximum(codes, 0)] + (shares**2).sum(axis=1)[at]
    return np.where(codes >= 0, squared, 0.0)


def _nearest_distinct(
    X: npt.NDArray[np.float64],
    squared: npt.NDArray[np.float64],
    members: npt.NDArray[np.int64],
    n_typical: int,
) -> npt.NDArray[np.int64]:
    """Look at the nearest few first, and at all members only when those repeat each other."""
    distance = squared[members]
    for look in (_FIRST_LOOK, len(members)):
        near = members
        if look < len(members):
            # Everything up to the look-th distance, so that ties are decided by row number.
            cut = np.partition(distance, look)[look]
            near = members[distance <= cut]
        near = near[np.lexsort((near, squared[near]))]
        seen: set[bytes] = set()
        found: list[int] = []
        for row in near:
            key = (X[row] + 0.0).tobytes()
            if key not in seen:
                seen.add(key)
                found.append(int(row))
                if len(found) == n_typical:
                    return np.array(found, dtype=np.int64)
        if len(near) == len(members):
            break
    return np.array(found, dtype=np.int64)
