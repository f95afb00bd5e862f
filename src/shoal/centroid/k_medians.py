"""k-medians: Manhattan distances and medians in place of squared distances and means."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from shoal import _native
from shoal.centroid.centers import CenterClusterer
from shoal.centroid.distances import distances_to_all, nearest_centers
from shoal.centroid.lloyd import KMeansResult
from shoal.centroid.rows import Rows, checked_rows, reporter
from shoal.centroid.starts import check_n_clusters, draw_seed, starting_centers, trials_of
from shoal.checks import check_integer, check_weights
from shoal.progress import Callback

__all__ = ["KMedians", "kmedians"]

METRIC = "manhattan"


def kmedians(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 300,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> KMeansResult:
    """Cluster rows around `n_clusters` medians.

    Every row goes to the centre with the least sum of absolute differences, every centre to the
    median of its rows, column by column, until no label changes.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features), float32 or float64
        Rows to cluster; finite numbers.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    init : {"k-means++", "random"}, array-like or callable, default="k-means++"
        Starting centres: greedy k-means++ with Manhattan distances, rows drawn by weight, an array
        of shape (n_clusters, n_features), or one of shape (n_init, n_clusters, n_features) with one
        start per run. A callable gets ``(X, n_clusters, random_state=...)`` and returns centres.
    n_init : int or "auto", default="auto"
        Number of starts, of which the best is kept; "auto" is 1 for k-means++ and given centres,
        10 for "random" and callables.
    max_iter : int, default=300
        Most iterations of one run.
    random_state : int, RandomState or None, optional
        Seed of the starts. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    KMeansResult
        Labels, centres (medians), distances (Manhattan), inertia (the weighted sum of Manhattan
        distances) and iterations of the best run.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, or weights are negative or all zero.

    Notes
    -----
    The median is the lower one: the least value with at least half of the weight at or below it,
    so every coordinate of a centre is a value of the data. Time O(n_samples n_clusters n_features)
    per iteration, memory O(n_samples n_features). Labels are decided in double precision wherever
    single precision could err. The inertia never rises from one iteration to the next. An empty
    cluster takes the row farthest from its centre.

    References
    ----------
    P. S. Bradley, O. L. Mangasarian, W. N. Street: Clustering via concave minimization. NIPS 1996,
    doi:10.5555/2998981.2999033.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import kmedians
    >>> X = np.array([[1.0], [2.0], [3.0], [90.0], [91.0], [500.0]])
    >>> kmedians(X, 2, random_state=0).inertia
    178.0
    """
    rows = checked_rows(X, sparse=False)
    return _fit_rows(
        rows, X, n_clusters, sample_weight, init, n_init, max_iter, random_state, n_jobs, callback
    )


def _fit_rows(
    rows: Rows,
    X: Any,
    n_clusters: int,
    sample_weight: Any,
    init: Any,
    n_init: int | str,
    max_iter: int,
    random_state: Any,
    n_jobs: int | None,
    callback: Callback | None,
) -> KMeansResult:
    """Check the parameters and fit; `X` is what a callable `init` gets."""
    k = check_n_clusters(n_clusters, rows.n_samples)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    weights = check_weights(sample_weight, rows.n_samples)
    random = check_random_state(random_state)
    starts, runs = starting_centers(rows, X, k, init, n_init, random)
    labels, centers, distances, inertia, n_iter = _native.kmedians_fit(
        rows.X,
        weights,
        starts,
        k,
        runs,
        trials_of(init, k),
        draw_seed(random),
        max_iter,
        _native.resolve_thread_count(n_jobs or 0),
        None if callback is None else reporter(callback, runs),
    )
    return KMeansResult(
        labels, centers.astype(rows.X.dtype, copy=False), distances, inertia, n_iter
    )


class KMedians(CenterClusterer):
    """k-medians clustering: like k-means, and hardly moved by a few wild values.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    init, n_init, max_iter, random_state, n_jobs, callback
        As in `shoal.centroid.kmedians`.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        Medians of the rows of each cluster, in the dtype of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    inertia_ : float
        Weighted sum of Manhattan distances of the rows to their centre.
    n_iter_ : int
        Iterations of the best run.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median Manhattan distance of the training rows of each cluster to its centre.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``transform``, ``membership`` and ``outlier_scores`` use Manhattan distances; ``score`` is minus
    the sum of them.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import KMedians
    >>> X = np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 0.0], [10.0, 2.0], [10.0, 4.0], [99.0, 0.0]])
    >>> model = KMedians(n_clusters=2, random_state=0).fit(X)
    >>> sorted(model.cluster_centers_.tolist())
    [[1.0, 2.0], [99.0, 0.0]]
    """

    _takes_sparse: ClassVar[bool] = False

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMedians:  # noqa: ARG002 - convention
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
        KMedians
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.kmedians`.
        """
        checked = self._check_training_data(X, sparse=False)
        result = _fit_rows(
            Rows.of(checked),
            checked,
            self.n_clusters,
            sample_weight,
            self.init,
            self.n_init,
            self.max_iter,
            self.random_state,
            self.n_jobs,
            self.callback,
        )
        return self._keep_result(result)

    def _assign(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        checked = self._check_new_data(X, sparse=False)
        return nearest_centers(checked, self.cluster_centers_, METRIC, self.n_jobs)

    def _as_distance(self, costs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return costs

    def _distances_to_all(self, X: Any) -> npt.NDArray[np.float64]:
        return distances_to_all(X, self.cluster_centers_, METRIC)
