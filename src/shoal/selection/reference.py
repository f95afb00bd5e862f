"""What evenly spread data of the same shape would score: groups have to beat that."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shoal.metrics.silhouette import native_silhouettes

__all__ = ["DRAWS", "ROWS", "reference_silhouettes"]

DRAWS = 5
"""Reference data sets drawn."""

ROWS = 1_000
"""Most rows of a reference data set."""

_STARTS = 3
_MANY_FEATURES = 500


def reference_silhouettes(
    X: npt.NDArray[np.float64], k: int, *, random_state: int, n_jobs: int | None
) -> tuple[float, ...]:
    """Cluster data without groups, spread evenly over the box that holds the rows.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float64
        Rows.
    k : int
        Number of clusters.
    random_state : int
        Seed.
    n_jobs : int or None
        Threads.

    Returns
    -------
    tuple of float
        Mean silhouettes of `DRAWS` draws of at most `ROWS` rows; empty when a draw has fewer
        than k + 1 rows.

    Notes
    -----
    The box lies along the principal axes of the rows, the reference of the gap statistic
    (variant b); with more than 500 features, along the features. Silhouettes hardly depend on
    the number of rows, so a thousand rows stand for any number. Time O(n d² + d³).

    References
    ----------
    Tibshirani, R., Walther, G., Hastie, T. (2001). Estimating the number of clusters in a data
    set via the gap statistic. Journal of the Royal Statistical Society B 63(2), 411-423.
    https://doi.org/10.1111/1467-9868.00293
    """
    from shoal.centroid import kmeans

    n = min(len(X), ROWS)
    if n <= k:
        return ()
    low, high = _box(X)
    rng = np.random.default_rng(random_state)
    scores = []
    for draw in range(DRAWS):
        rows = rng.uniform(low, high, size=(n, len(low)))
        labels = kmeans(
            rows, k, n_init=_STARTS, random_state=random_state + draw, n_jobs=n_jobs
        ).labels
        scores.append(float(native_silhouettes(rows, labels[None, :], None, n_jobs).mean()))
    return tuple(scores)


def _box(X: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Bounds along the principal axes. Clustering does not see the rotation, so it is left out."""
    if X.shape[1] > _MANY_FEATURES:
        return X.min(axis=0), X.max(axis=0)
    centred = X - X.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes
    return turned.min(axis=0), turned.max(axis=0)
