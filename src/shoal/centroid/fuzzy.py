"""Fuzzy c-means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from shoal import _native
from shoal.centroid.centers import CenterClusterer
from shoal.centroid.rows import Rows, checked_rows, reporter
from shoal.centroid.starts import (
    EUCLIDEAN_INITS,
    check_n_clusters,
    draw_seed,
    starting_centers,
    trials_of,
)
from shoal.checks import check_integer, check_number, check_weights
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["FuzzyCMeans", "FuzzyCMeansResult", "fuzzy_c_means"]

MOST_FUZZY = 50.0
"""Largest fuzzifier: far beyond it all memberships are equal, and their powers leave the range."""


@dataclass(frozen=True, slots=True)
class FuzzyCMeansResult:
    """What a fuzzy c-means fit found.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Cluster in which each row's membership is largest, the lowest index on a tie.
    cluster_centers : ndarray of shape (n_clusters, n_features), dtype of the data
        Means of the rows, weighted by the memberships to the power of the fuzzifier.
    distances : ndarray of shape (n_samples,), float32
        Euclidean distance of each row to the nearest centre.
    inertia : float
        Weighted sum of the squares of these distances.
    objective : float
        Weighted sum over rows and clusters of the membership to the power of the fuzzifier times
        the squared distance; what the fit makes small.
    partition_coefficient : float
        Weighted mean over the rows of the sum of their squared memberships, from 1 / n_clusters
        (all alike) to 1 (all in one cluster).
    partition_entropy : float
        Weighted mean over the rows of the entropy of their memberships, from 0 (all in one
        cluster) to log(n_clusters) (all alike).
    xie_beni : float
        Objective over the total weight and the least squared distance between two centres; small
        when clusters are compact and apart. NaN for one cluster, infinite when centres coincide.
    n_iter : int
        Iterations of the best run.
    """

    labels: npt.NDArray[np.int32]
    cluster_centers: npt.NDArray[Any]
    distances: npt.NDArray[np.float32]
    inertia: float
    objective: float
    partition_coefficient: float
    partition_entropy: float
    xie_beni: float
    n_iter: int


def fuzzy_c_means(
    X: Any,
    n_clusters: int,
    *,
    fuzzifier: float = 2.0,
    sample_weight: Any = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 300,
    tol: float = 1e-5,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> FuzzyCMeansResult:
    """Cluster rows around `n_clusters` centres to which they belong by degrees.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features), float32 or float64
        Rows to cluster; finite numbers.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    fuzzifier : float, default=2.0
        How much clusters overlap, the m of the papers: above 1 (nearly k-means) and at most 50.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    init, n_init
        As in `shoal.centroid.kmeans`.
    max_iter : int, default=300
        Most iterations of one run.
    tol : float, default=1e-5
        A run ends when no centre moves by more than `tol` times the root mean squared distance of
        the rows to their mean.
    random_state, n_jobs, callback
        As in `shoal.centroid.kmeans`.

    Returns
    -------
    FuzzyCMeansResult
        Labels, centres, measures and iterations of the best run.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, or weights are negative or all zero.

    Notes
    -----
    With d the distance of a row to a centre, its membership is d^(-2 / (m - 1)) over the sum of
    that over all centres; a row on a centre belongs to it alone. The objective never rises from
    one iteration to the next. Memberships are computed, used and forgotten, a few rows at a time:
    time O(n_samples n_clusters n_features) per iteration, memory O(n_samples + n_clusters
    n_features) beside the data. All sums are taken in double precision in a fixed order, so
    the result does not depend on the number of threads or the instruction set.

    References
    ----------
    J. C. Bezdek: Pattern recognition with fuzzy objective function algorithms. 1981,
    doi:10.1007/978-1-4757-0450-1.
    J. F. Kolen, T. Hutcheson: Reducing the time complexity of the fuzzy c-means algorithm. 2002,
    doi:10.1109/91.995126.
    X. L. Xie, G. Beni: A validity measure for fuzzy clustering. 1991, doi:10.1109/34.85677.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import fuzzy_c_means
    >>> X = np.array([[0.0], [1.0], [5.0], [9.0], [10.0]])
    >>> result = fuzzy_c_means(X, 2, random_state=0)
    >>> sorted(result.cluster_centers.ravel().round(2).tolist())
    [1.01, 8.99]
    """
    return fit_rows(
        checked_rows(X, sparse=False),
        X,
        n_clusters,
        fuzzifier,
        sample_weight,
        init,
        n_init,
        max_iter,
        tol,
        random_state,
        n_jobs,
        callback,
    )


def fit_rows(
    rows: Rows,
    X: Any,
    n_clusters: int,
    fuzzifier: float,
    sample_weight: Any,
    init: Any,
    n_init: int | str,
    max_iter: int,
    tol: float,
    random_state: Any,
    n_jobs: int | None,
    callback: Callback | None,
) -> FuzzyCMeansResult:
    """Check the parameters and fit; `X` is what a callable `init` gets."""
    k = check_n_clusters(n_clusters, rows.n_samples)
    m = _check_fuzzifier(fuzzifier)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    tol = check_number("tol", tol, minimum=0)
    weights = check_weights(sample_weight, rows.n_samples)
    random = check_random_state(random_state)
    starts, runs = starting_centers(rows, X, k, init, n_init, random, EUCLIDEAN_INITS)
    labels, centers, distances, inertia, objective, coefficient, entropy, n_iter = (
        _native.fuzzy_fit(
            rows.X,
            weights,
            starts,
            k,
            runs,
            trials_of(init, k),
            draw_seed(random),
            m,
            max_iter,
            tol,
            _native.resolve_thread_count(n_jobs or 0),
            None if callback is None else reporter(callback, runs),
        )
    )
    total = float(rows.n_samples if weights is None else weights.sum())
    return FuzzyCMeansResult(
        labels,
        centers.astype(rows.X.dtype, copy=False),
        distances,
        inertia,
        objective,
        coefficient,
        entropy,
        _xie_beni(centers, objective / total),
        n_iter,
    )


def _check_fuzzifier(value: Any) -> float:
    remedy = "2 is usual."
    m = check_number("fuzzifier", value, minimum=1, open_left=True, remedy=remedy)
    if m > MOST_FUZZY:
        raise ParameterError(
            f"fuzzifier must be a number of at most {MOST_FUZZY:g}; got {value!r}. {remedy}"
        )
    return m


def _xie_beni(centers: npt.NDArray[np.float64], mean_objective: float) -> float:
    if len(centers) < 2:
        return math.nan
    least = min(
        float(np.square(centers[c + 1 :] - centers[c]).sum(axis=1).min())
        for c in range(len(centers) - 1)
    )
    return mean_objective / least if least > 0 else math.inf


class FuzzyCMeans(CenterClusterer):
    """Fuzzy c-means clustering: every row belongs to every cluster by some degree.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    fuzzifier, init, n_init, max_iter, tol, random_state, n_jobs, callback
        As in `shoal.centroid.fuzzy_c_means`.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        Centres, in the dtype of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of largest membership of each training row; equal to ``predict`` of these rows.
    objective_, partition_coefficient_, partition_entropy_, xie_beni_ : float
        What the fit made small, and how clear the clusters are; see
        `shoal.centroid.FuzzyCMeansResult`.
    inertia_ : float
        Weighted sum of squared distances of the rows to their nearest centre.
    n_iter_ : int
        Iterations of the best run.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median distance of the training rows of each cluster to its centre.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import FuzzyCMeans
    >>> X = np.array([[0.0], [1.0], [5.0], [9.0], [10.0]])
    >>> model = FuzzyCMeans(n_clusters=2, random_state=0).fit(X)
    >>> model.membership(X).round(2).tolist()
    [0.99, 1.0, 0.5, 1.0, 0.99]
    """

    _takes_sparse: ClassVar[bool] = False
    _why_fewer: ClassVar[str] = (
        "Some centres coincide or lie between others. Use fewer clusters or a smaller fuzzifier."
    )

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        fuzzifier: float = 2.0,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-5,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.fuzzifier = fuzzifier
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> FuzzyCMeans:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows to cluster.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        FuzzyCMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.fuzzy_c_means`.
        """
        checked = self._check_training_data(X, sparse=False)
        result = fit_rows(
            Rows.of(checked),
            checked,
            self.n_clusters,
            self.fuzzifier,
            sample_weight,
            self.init,
            self.n_init,
            self.max_iter,
            self.tol,
            self.random_state,
            self.n_jobs,
            self.callback,
        )
        self.objective_ = result.objective
        self.partition_coefficient_ = result.partition_coefficient
        self.partition_entropy_ = result.partition_entropy
        self.xie_beni_ = result.xie_beni
        self._keep_result(result)
        return self

    def membership(self, X: Any = None, *, full: bool = False) -> npt.NDArray[np.float64]:
        """Return how strongly each row belongs to its cluster, 0 to 1.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        full : bool, default=False
            Return the membership in every cluster.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_clusters), float64
            The largest membership of each row, or all of them (rows sum to 1).
        """
        return super().membership(X, full=full)

    @property
    def _sharpness(self) -> float:
        return 1 / (self.fuzzifier - 1)
