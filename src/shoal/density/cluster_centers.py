"""Centres of clusters of any shape: means and medoids weighted by strength of membership."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import pairwise_distances_chunked

from shoal.metric_rows import metric_rows

__all__ = ["centroids_of", "medoids_of"]


def centroids_of(
    X: npt.NDArray[Any], labels: npt.NDArray[np.int32], strengths: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the weighted mean of the rows of each cluster, shape (n_clusters, n_features)."""
    wide = X.astype(np.float64)
    means = [np.average(wide[own], axis=0, weights=strengths[own]) for own in _members(labels)]
    return np.array(means).reshape(-1, X.shape[1])


def medoids_of(
    X: npt.NDArray[Any],
    labels: npt.NDArray[np.int32],
    strengths: npt.NDArray[np.float64],
    metric: str | Callable[[Any, Any], float],
) -> npt.NDArray[Any]:
    """Return the row of each cluster with the least weighted sum of distances to the others.

    Shape (n_clusters, n_features); of equal sums the first row. Time is the square of the sizes.
    """
    chosen = []
    for own in _members(labels):
        rows, weights = X[own], strengths[own]
        if isinstance(metric, str):
            searched = metric_rows(rows, metric)
            name = {0: "euclidean", 2: "manhattan", 3: "chebyshev"}[searched.number]
            blocks = pairwise_distances_chunked(searched.rows, metric=name)
            sums = [searched.distances(block.astype(np.float64)) @ weights for block in blocks]
        else:
            sums = [block @ weights for block in pairwise_distances_chunked(rows, metric=metric)]
        chosen.append(rows[int(np.concatenate(sums).argmin())])
    return np.array(chosen, dtype=X.dtype).reshape(-1, X.shape[1])


def _members(labels: npt.NDArray[np.int32]) -> list[npt.NDArray[np.int64]]:
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels + 1)
    return np.split(order, np.cumsum(counts)[:-1])[1:] if labels.size else []
