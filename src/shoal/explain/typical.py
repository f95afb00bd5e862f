"""The rows that stand for a group: those nearest to its centre."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shoal.explain.effects import Groups

__all__ = ["typical_rows"]

_BLOCK = 1 << 14
_FIRST_LOOK = 64


def typical_rows(
    X: npt.NDArray[np.float64], groups: Groups, n_typical: int
) -> list[npt.NDArray[np.int64]]:
    """Find the rows nearest to the mean of each group.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), float64
        The prepared rows.
    groups : Groups
        Group of each row.
    n_typical : int
        Rows wanted per group.

    Returns
    -------
    list of ndarray of int64
        Per group up to `n_typical` rows of `X`, nearest first, ties by row number; no two of
        them are equal, so a group of fewer distinct rows gives fewer.
    """
    squared = _squared_distances(X, groups)
    order = np.argsort(groups.codes, kind="stable")
    ends = np.cumsum(np.bincount(groups.codes, minlength=groups.n_groups + 1))
    starts = np.concatenate([[0], ends])
    return [
        _nearest_distinct(X, squared, order[starts[g] : ends[g]], n_typical)
        for g in range(groups.n_groups)
    ]


def _squared_distances(X: npt.NDArray[np.float64], groups: Groups) -> npt.NDArray[np.float64]:
    totals = groups.sums()
    with np.errstate(invalid="ignore", divide="ignore"):
        centers = np.column_stack([groups.sums(column) / totals for column in X.T])
    squared = np.empty(len(X))
    for start in range(0, len(X), _BLOCK):
        block = slice(start, start + _BLOCK)
        difference = X[block] - centers[groups.codes[block]]
        squared[block] = np.einsum("ij,ij->i", difference, difference)
    return squared


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
