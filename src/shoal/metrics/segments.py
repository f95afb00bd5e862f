"""Sums per cluster in one pass over the rows, in fixed blocks and double precision."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from shoal.metrics.inputs import Labelled

__all__ = ["cluster_means", "cluster_totals", "squared_distances"]

_BLOCK = 1 << 14


def cluster_totals(data: Labelled) -> npt.NDArray[np.float64]:
    """Total weight of each cluster.

    Parameters
    ----------
    data : Labelled
        Checked rows and labels.

    Returns
    -------
    ndarray of shape (n_clusters,), float64
        Sum of weights; the number of rows when there are no weights.
    """
    return np.bincount(data.codes, weights=data.weights, minlength=data.n_clusters).astype(
        np.float64
    )


def cluster_means(data: Labelled, totals: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean of each cluster, in the moved coordinates of `data`.

    Parameters
    ----------
    data : Labelled
        Checked rows and labels.
    totals : ndarray of shape (n_clusters,), float64
        Total weight of each cluster.

    Returns
    -------
    ndarray of shape (n_clusters, n_features), float64
        Weighted means.
    """
    from scipy.sparse import csr_array

    sums = np.zeros((data.n_clusters, data.X.shape[1]))
    for block in _blocks(len(data.X)):
        codes = data.codes[block]
        n = len(codes)
        weights = np.ones(n) if data.weights is None else data.weights[block]
        # Column j of the selector holds the weight of row j at its cluster.
        selector = csr_array((weights, codes, np.arange(n + 1)), shape=(n, data.n_clusters))
        sums += selector.T @ data.X[block]
    return np.asarray(sums / totals[:, None])


def squared_distances(data: Labelled, centers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Squared distance of each row to the centre of its own cluster.

    Parameters
    ----------
    data : Labelled
        Checked rows and labels.
    centers : ndarray of shape (n_clusters, n_features), float64
        Centres in the moved coordinates of `data`.

    Returns
    -------
    ndarray of shape (n,), float64
        Computed from differences, so near-duplicates keep their digits.
    """
    squared = np.empty(len(data.X))
    for block in _blocks(len(data.X)):
        difference = data.X[block] - centers[data.codes[block]]
        squared[block] = np.einsum("ij,ij->i", difference, difference)
    return squared


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, _BLOCK):
        yield slice(start, min(start + _BLOCK, n))
