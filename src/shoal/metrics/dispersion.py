"""Indices made from distances to cluster means: inertia, Calinski-Harabasz, Davies-Bouldin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal.errors import ParameterError
from shoal.metrics.inputs import Labelled, check_labelled, check_n_clusters
from shoal.metrics.segments import cluster_means, cluster_totals, squared_distances

__all__ = [
    "Dispersion",
    "calinski_harabasz_score",
    "davies_bouldin_score",
    "disperse",
    "inertia_score",
]


@dataclass(frozen=True, slots=True)
class Dispersion:
    """The three indices of one clustering.

    Attributes
    ----------
    inertia, calinski_harabasz, davies_bouldin : float
        As the functions of these names; NaN for the last two with a single cluster.
    """

    inertia: float
    calinski_harabasz: float
    davies_bouldin: float


def inertia_score(
    X: npt.ArrayLike, labels: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> float:
    """Sum of squared distances of the rows to the mean of their cluster.

    Lower is better for the same number of clusters. It is the objective of k-means, here for
    labels from anywhere.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows; finite numbers.
    labels : array-like of shape (n_samples,)
        Cluster of each row; labels of any type. Rows labelled with the number -1 are noise and
        are left out.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    float
        The inertia, in squared units of `X`; 0 when no row belongs to a cluster.

    Raises
    ------
    DataError
        When `X` is not a table of finite numbers or weights do not fit it.
    ParameterError
        When labels do not fit `X`.

    Notes
    -----
    Time O(n d), memory one copy of `X`. Computed on centred data in double precision, in fixed
    blocks of rows.

    Examples
    --------
    >>> from shoal.metrics import inertia_score
    >>> inertia_score([[0.0], [2.0], [9.0], [11.0]], ["a", "a", "b", "b"])
    4.0
    """
    return disperse(check_labelled(X, labels, sample_weight)).inertia


def calinski_harabasz_score(
    X: npt.ArrayLike, labels: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> float:
    """Spread between the clusters over the spread within them, per degree of freedom.

    Higher is better. Also known as the variance ratio criterion.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows; finite numbers.
    labels : array-like of shape (n_samples,)
        Cluster of each row; labels of any type. Rows labelled with the number -1 are noise and
        are left out.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows, so the degrees of freedom
        come from the total weight, which must exceed the number of clusters.

    Returns
    -------
    float
        The index, > 0 unless all means coincide; 1.0 when every row equals its cluster's mean,
        as in scikit-learn.

    Raises
    ------
    DataError
        When `X` is not a table of finite numbers or weights do not fit it.
    ParameterError
        When labels do not fit `X`, or when there are fewer than 2 clusters or as
        many clusters as rows.

    Notes
    -----
    Time O(n d), memory one copy of `X`. Computed on centred data in double precision, in fixed
    blocks of rows.

    References
    ----------
    Caliński, T., Harabasz, J. (1974). A dendrite method for cluster analysis. Communications
    in Statistics 3(1), 1-27. https://doi.org/10.1080/03610927408827101

    Examples
    --------
    >>> from shoal.metrics import calinski_harabasz_score
    >>> calinski_harabasz_score([[0.0], [2.0], [9.0], [11.0]], [0, 0, 1, 1])
    40.5
    """
    data = check_labelled(X, labels, sample_weight)
    _check_degrees_of_freedom(data)
    return disperse(data).calinski_harabasz


def davies_bouldin_score(
    X: npt.ArrayLike, labels: npt.ArrayLike, *, sample_weight: npt.ArrayLike | None = None
) -> float:
    """Mean over the clusters of the worst ratio of widths to distance between two clusters.

    Lower is better; 0 is the least.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows; finite numbers.
    labels : array-like of shape (n_samples,)
        Cluster of each row; labels of any type. Rows labelled with the number -1 are noise and
        are left out.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0; a row of weight w counts as w equal rows.

    Returns
    -------
    float
        The index, >= 0.

    Raises
    ------
    DataError
        When `X` is not a table of finite numbers or weights do not fit it.
    ParameterError
        When labels do not fit `X`, or when there are fewer than 2 clusters or as
        many clusters as rows.

    Notes
    -----
    Time O(n d + k² d), memory one copy of `X`. Computed on centred data in double precision,
    in fixed blocks of rows. Two clusters whose means coincide do not count as a pair, and the
    index is 0 when all widths or all distances are 0, as in scikit-learn.

    References
    ----------
    Davies, D. L., Bouldin, D. W. (1979). A cluster separation measure. IEEE Transactions on
    Pattern Analysis and Machine Intelligence PAMI-1(2), 224-227.
    https://doi.org/10.1109/TPAMI.1979.4766909

    Examples
    --------
    >>> from shoal.metrics import davies_bouldin_score
    >>> round(davies_bouldin_score([[0.0], [2.0], [9.0], [11.0]], [0, 0, 1, 1]), 6)
    0.222222
    """
    data = check_labelled(X, labels, sample_weight)
    _check_degrees_of_freedom(data)
    return disperse(data).davies_bouldin


def disperse(data: Labelled) -> Dispersion:
    """Compute all three indices in one go.

    Parameters
    ----------
    data : Labelled
        Checked rows and labels.

    Returns
    -------
    Dispersion
        The indices; the last two only make sense for labels that
        :func:`shoal.metrics.inputs.check_n_clusters` allows.
    """
    totals = cluster_totals(data)
    means = cluster_means(data, totals)
    squared = squared_distances(data, means)
    inertia = float(squared.sum() if data.weights is None else squared @ data.weights)
    return Dispersion(
        inertia,
        _variance_ratio(totals, means, inertia) if data.n_clusters > 1 else float("nan"),
        _mean_worst_ratio(data, totals, means, squared) if data.n_clusters > 1 else float("nan"),
    )


def _variance_ratio(
    totals: npt.NDArray[np.float64], means: npt.NDArray[np.float64], within: float
) -> float:
    if within == 0.0:
        return 1.0
    total, k = float(totals.sum()), len(totals)
    between = float(totals @ ((means - totals @ means / total) ** 2).sum(axis=1))
    return between * (total - k) / (within * (k - 1.0))


def _mean_worst_ratio(
    data: Labelled,
    totals: npt.NDArray[np.float64],
    means: npt.NDArray[np.float64],
    squared: npt.NDArray[np.float64],
) -> float:
    distances = np.sqrt(squared)
    if data.weights is not None:
        distances *= data.weights
    widths = np.bincount(data.codes, weights=distances, minlength=data.n_clusters) / totals
    between = _pairwise_distances(means)
    if np.allclose(widths, 0) or np.allclose(between, 0):
        return 0.0
    between[between == 0] = np.inf
    return float(np.mean(np.max((widths[:, None] + widths) / between, axis=1)))


def _check_degrees_of_freedom(data: Labelled) -> None:
    if data.weights is None:
        check_n_clusters(data.n_clusters, len(data.X))
        return
    total = float(data.weights.sum())
    if data.n_clusters < 2 or total <= data.n_clusters:
        raise ParameterError(
            "labels must name at least 2 clusters and fewer than the total weight of the "
            f"clustered rows, {total:g}; got {data.n_clusters}. "
            "Fit with another number of clusters, or give weights that count rows."
        )


def _pairwise_distances(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    distances = np.empty((len(points), len(points)))
    for i, point in enumerate(points):
        difference = points - point
        distances[i] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    return distances
