"""Rows in no group, and the group that is nearest to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["NearestGroups", "nearest_groups", "relabelled"]

BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class NearestGroups:
    """The group nearest to each row, whether the row belongs to one or not.

    Attributes
    ----------
    labels : ndarray of shape (n,), int32
        Group of each row; of noise the nearest one, -1 only where there is no group at all.
    strengths : ndarray of shape (n,), float64
        Membership of each row in that group, 0 to 1.
    own : ndarray of shape (n,), float64
        What the model says of the strength of each row, noise included.
    """

    labels: npt.NDArray[np.int32]
    strengths: npt.NDArray[np.float64]
    own: npt.NDArray[np.float64]

    def assign(
        self, labels: npt.NDArray[np.int32], threshold: float | None
    ) -> npt.NDArray[np.int32]:
        """Put the noise whose membership is at least `threshold` into its nearest group."""
        if threshold is None:
            return labels
        taken = (labels < 0) & (self.strengths >= threshold)
        return np.where(taken, self.labels, labels).astype(np.int32)


def nearest_groups(model: Any, X: Any, labels: npt.NDArray[np.int32]) -> NearestGroups:
    """Find the nearest group of rows that a model calls noise.

    Parameters
    ----------
    model : estimator
        Fitted. Its ``nearest_clusters(X)`` gives labels and strengths, or else its
        ``membership(X, full=True)`` says how strongly a row belongs to each group.
    X : ndarray of shape (n, n_features)
        The rows.
    labels : ndarray of shape (n,), int32
        What the model says of them, -1 for noise.

    Returns
    -------
    NearestGroups
        In the numbers of `labels`; of groups with equal membership the first.
    """
    labels = np.asarray(labels, dtype=np.int32)
    own = np.asarray(model.membership(X), dtype=np.float64)
    nearest, strengths = labels.copy(), own.copy()
    noise = np.flatnonzero(labels < 0)
    if not noise.size:
        return NearestGroups(nearest, strengths, own)
    if hasattr(model, "nearest_clusters"):
        nearest[noise], strengths[noise] = model.nearest_clusters(X[noise])
        return NearestGroups(nearest, strengths, own)
    width = model.membership(X[noise[:1]], full=True).shape[1]
    step = max(1, BLOCK_CELLS // max(width, 1))
    for start in range(0, noise.size if width else 0, step):
        part = noise[start : start + step]
        shares = model.membership(X[part], full=True)
        nearest[part] = shares.argmax(axis=1)
        strengths[part] = shares.max(axis=1)
    return NearestGroups(nearest, strengths, own)


def relabelled(
    found: npt.NDArray[np.integer[Any]], relabel: npt.NDArray[np.int32]
) -> npt.NDArray[np.int32]:
    """Turn the labels of a model into those used here; noise stays noise."""
    labels = np.full(len(found), -1, dtype=np.int32)
    inside = np.asarray(found) >= 0
    labels[inside] = relabel[found[inside]]
    return labels
