"""Bisecting k-means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from shoal import _native
from shoal.centroid.centers import CenterClusterer
from shoal.centroid.rows import Rows, checked_rows
from shoal.centroid.starts import INITS, check_centers, check_n_clusters, draw_seed, trials_of
from shoal.checks import check_choice, check_integer, check_number, check_weights
from shoal.progress import Callback, Event

__all__ = ["BisectingKMeans", "BisectingKMeansResult", "bisecting_kmeans"]

STRATEGIES = ("biggest_inertia", "largest_cluster")


@dataclass(frozen=True, slots=True)
class BisectingKMeansResult:
    """What a bisecting k-means fit found.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Cluster of each row; clusters are numbered from left to right in the tree of splits.
    cluster_centers : ndarray of shape (n_clusters, n_features), dtype of the data
        Weighted means of the rows of each cluster.
    children : ndarray of shape (n_clusters - 1, 2), int32
        The two parts of each split, the last split first. Nodes 0 to n_clusters - 1 are the
        clusters; node n_clusters + i is the group that split i parted; the last one holds all rows.
    inner_centers : ndarray of shape (n_clusters - 1, n_features), dtype of the data
        Centres of the groups that were split.
    heights : ndarray of shape (n_clusters - 1,), float64
        Inertia of the groups that were split, about their centre; never less than that of a part.
    distances : ndarray of shape (n_samples,), float32
        Euclidean distance of each row to the centre of its cluster.
    inertia : float
        Weighted sum of squared distances to these centres.
    n_iter : int
        Iterations of the kept starts of all splits together, and one for the mean of all rows.
    """

    labels: npt.NDArray[np.int32]
    cluster_centers: npt.NDArray[Any]
    children: npt.NDArray[np.int32]
    inner_centers: npt.NDArray[Any]
    heights: npt.NDArray[np.float64]
    distances: npt.NDArray[np.float32]
    inertia: float
    n_iter: int


def bisecting_kmeans(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    init: Any = "random",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    bisecting_strategy: str = "biggest_inertia",
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> BisectingKMeansResult:
    """Split the rows in two, then one of the groups in two, until there are `n_clusters`.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features), float32 or float64
        Rows to cluster; finite numbers.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    init : {"random", "k-means++"} or callable, default="random"
        The two starting centres of a split: rows drawn by weight, or greedy k-means++. A callable
        gets ``(X[rows of the group], 2, random_state=...)`` and returns two centres.
    n_init : int, default=1
        Starts of each split, of which the best is kept.
    max_iter : int, default=300
        Most iterations of one start.
    tol : float, default=1e-4
        A split is done when the centres move by less than `tol` times the mean variance of the
        columns within the group (sum of squares); 0 goes on until no row changes sides.
    bisecting_strategy : {"biggest_inertia", "largest_cluster"}, default="biggest_inertia"
        Which group is split next: that of the greatest inertia, or that of the greatest weight.
        Groups of equal rows are passed over while others can be split.
    random_state : int, RandomState or None, optional
        Seed of the starts. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    BisectingKMeansResult
        Labels, centres, the tree of splits, distances and inertia.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, or weights are negative or all zero.

    Notes
    -----
    Time O(n_samples n_features) per iteration and level of the tree, about log2(n_clusters) levels
    when groups are of similar size; memory two copies of the rows. Each split copies its parts, so
    that the next one reads rows that lie side by side.

    References
    ----------
    M. Steinbach, G. Karypis, V. Kumar: A comparison of document clustering techniques. KDD workshop
    on text mining, 2000, https://hdl.handle.net/11299/215421.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import bisecting_kmeans
    >>> X = np.array([[0.0], [1.0], [8.0], [9.0], [30.0]])
    >>> result = bisecting_kmeans(X, 3, random_state=0)
    >>> sorted(result.cluster_centers.ravel().tolist())
    [0.5, 8.5, 30.0]
    >>> result.heights.round(1).tolist()
    [65.0, 585.2]
    """
    rows = checked_rows(X)
    k = check_n_clusters(n_clusters, rows.n_samples)
    runs = check_integer("n_init", n_init, minimum=1)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    tol = check_number("tol", tol, minimum=0)
    check_choice("bisecting_strategy", bisecting_strategy, STRATEGIES)
    weights = check_weights(sample_weight, rows.n_samples)
    random = check_random_state(random_state)
    start = None
    if not callable(init):
        check_choice("init", init, INITS, also=" or a callable")
    else:

        def start(group: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
            return check_centers(init(rows.X[group], 2, random_state=random), rows, 2)

    labels, centers, children, inertias, distances, inertia, n_iter = rows.call(
        _native.bisect_fit,
        _native.bisect_fit_csr,
        weights,
        k,
        bisecting_strategy == "largest_cluster",
        runs,
        trials_of(init, 2),
        draw_seed(random),
        max_iter,
        tol,
        _native.resolve_thread_count(n_jobs or 0),
        start,
        None if callback is None else _reporter(callback, k - 1),
    )
    centers = centers.astype(rows.X.dtype, copy=False)
    heights = _heights(children, inertias)
    return BisectingKMeansResult(
        labels, centers[:k], children, centers[k:], heights, distances, inertia, n_iter
    )


def _heights(
    children: npt.NDArray[np.int32], inertias: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Inertias that never fall on the way up, whatever rounding or an early stop did to them."""
    k = len(children) + 1
    heights = np.concatenate([np.zeros(k), inertias])
    for node, parts in enumerate(children, start=k):
        heights[node] = heights[[node, *parts]].max()
    return heights[k:]


def _reporter(callback: Callback, n_splits: int) -> Any:
    def report(split: int, iteration: int) -> None:
        message = f"split {split + 1} of {n_splits}, iteration {iteration}"
        callback(Event("fit", float(split), float(max(1, n_splits)), message))

    return report


class BisectingKMeans(CenterClusterer):
    """Bisecting k-means clustering, a drop-in for ``sklearn.cluster.BisectingKMeans``.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    init, n_init, random_state, max_iter, tol, bisecting_strategy, n_jobs, callback
        As in `shoal.centroid.bisecting_kmeans`.
    verbose : int, default=0
        Accepted for compatibility; progress goes to `callback`.
    copy_x : bool, default=True
        Accepted for compatibility; the data are never modified.
    algorithm : {"lloyd", "elkan"}, default="lloyd"
        Accepted for compatibility; both give the same result by the same code.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        Centres, in the dtype of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    inertia_ : float
        Weighted sum of squared distances of the rows to the centre of their cluster.
    n_iter_ : int
        Iterations of all splits together.
    children_ : ndarray of shape (n_clusters - 1, 2), int32
        The two parts of each split, the last split first, as in
        ``sklearn.cluster.AgglomerativeClustering``: nodes below n_clusters are clusters, node
        n_clusters + i is the group made of ``children_[i]``, and the last one holds all rows.
    heights_ : ndarray of shape (n_clusters - 1,), float64
        Inertia of these groups; what a dendrogram shows as height.
    inner_centers_ : ndarray of shape (n_clusters - 1, n_features)
        Centres of these groups.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median distance of the training rows of each cluster to its centre.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import BisectingKMeans
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]])
    >>> model = BisectingKMeans(n_clusters=2, n_init=5, random_state=0).fit(X)
    >>> model.predict([[0, 0], [12, 3]]).tolist() == [model.labels_[0], model.labels_[3]]
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "random",
        n_init: int = 1,
        random_state: Any = None,
        max_iter: int = 300,
        verbose: int = 0,
        tol: float = 1e-4,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        bisecting_strategy: str = "biggest_inertia",
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.random_state = random_state
        self.max_iter = max_iter
        self.verbose = verbose
        self.tol = tol
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.bisecting_strategy = bisecting_strategy
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> BisectingKMeans:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows to cluster.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        BisectingKMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.bisecting_kmeans`.
        """
        checked = self._check_training_data(X, sparse=True)
        check_choice("algorithm", self.algorithm, ("lloyd", "elkan"))
        result = bisecting_kmeans(
            checked,
            self.n_clusters,
            sample_weight=sample_weight,
            init=self.init,
            n_init=self.n_init,
            max_iter=self.max_iter,
            tol=self.tol,
            bisecting_strategy=self.bisecting_strategy,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
            callback=self.callback,
        )
        self.children_ = result.children
        self.heights_ = result.heights
        self.inner_centers_ = result.inner_centers
        self._keep_result(result)
        return self

    def predict(self, X: Any) -> npt.NDArray[np.int32]:
        """Return the cluster of each row, found by going down the tree of splits.

        At every split a row goes to the nearer of the two centres, to the first on a tie. Its
        cluster need not be the one with the nearest of all centres.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            New rows. For the training rows the result equals ``labels_``.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels.
        """
        return super().predict(X)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:  # noqa: ARG002 - convention
        """Return minus the weighted sum of squared distances to the nearest centre.

        As in scikit-learn the nearest of all centres counts here, not that of the cluster that
        `predict` gives.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            New rows.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        float
            Higher is better.
        """
        costs = super()._assign(X)[1]
        weights = check_weights(sample_weight, costs.shape[0])
        return -float(costs.sum() if weights is None else weights @ costs)

    def _assign(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        rows = Rows.of(self._check_new_data(X, sparse=True))
        centers = np.concatenate([self.cluster_centers_, self.inner_centers_])
        found: tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]] = rows.call(
            _native.bisect_assign,
            _native.bisect_assign_csr,
            centers.astype(np.float64),
            self.children_,
            _native.resolve_thread_count(self.n_jobs or 0),
        )
        return found
