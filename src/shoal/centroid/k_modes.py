"""k-modes: clusters of rows of categories."""

from __future__ import annotations

from typing import Any

from shoal.centroid.factors import Values, cut_columns, find_ranges, read_columns
from shoal.centroid.prototypes import PrototypeClusterer, PrototypesResult, fit_columns
from shoal.checks import check_weights
from shoal.progress import Callback

__all__ = ["KModes", "kmodes"]


def kmodes(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 100,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> PrototypesResult:
    """Cluster rows of categories around `n_clusters` modes.

    The dissimilarity of a row and a mode is the number of columns in which they differ. A missing
    entry differs from nothing: the number is taken over the columns in which the row has a value
    and scaled up to all of them (the partial distance).

    Parameters
    ----------
    X : array-like or data frame of shape (n_samples, n_features)
        Rows of categories: words, numbers, booleans, dates, or a mixture. Every distinct value is
        a category, except in columns of floats with fractions and more than ten different values:
        these are measurements and are cut into five ranges of about equally many rows, each named
        by its median. None, NaN and the missing values of frames are missing.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    init : {"k-means++", "huang", "cao", "random"} or array-like, default="k-means++"
        Where a run starts: rows far from each other, drawn by dissimilarity; rows near
        categories that are drawn as often as they occur (Huang 1998); rows of common categories
        far from each other, without chance (Cao 2009); rows drawn by weight; or the modes
        themselves, of shape (n_clusters, n_features).
    n_init : int or "auto", default="auto"
        Number of runs, of which the best is kept; "auto" is 10. Without chance there is one.
    max_iter : int, default=100
        Most iterations of one run.
    random_state : int, RandomState or None, optional
        Seed of the starts. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    PrototypesResult
        Labels, modes, dissimilarities, cost and iterations of the best run.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        A column has more than 65,533 categories, or weights are negative or all zero.

    Notes
    -----
    Every iteration gives each row to the nearest mode and then makes each mode of the most common
    category of its rows in each column: of equally common ones the first in ascending order. A
    column in which no row of the cluster has a value takes the most common category of all rows.
    An empty cluster takes the row that differs most from its mode. The cost never rises, and a run
    ends when it no longer falls. In the best run single rows then move wherever the new modes cost
    less (Hartigan and Wong 1979).

    Time O(n_samples n_clusters n_features / 64) per iteration, memory O(n_samples n_features)
    bytes (twice that from 254 categories in a column). The result depends neither on the order of
    the rows nor on the number of threads.

    References
    ----------
    Z. Huang: Extensions to the k-means algorithm for clustering large data sets with categorical
    values. Data Mining and Knowledge Discovery 2 (1998), doi:10.1023/A:1009769707641.
    F. Cao, J. Liang, L. Bai: A new initialization method for categorical data clustering. Expert
    Systems with Applications 36 (2009), doi:10.1016/j.eswa.2009.01.060.

    Examples
    --------
    >>> from shoal.centroid import kmodes
    >>> X = [["red", "round"], ["red", None], ["blue", "square"], ["blue", "square"]]
    >>> result = kmodes(X, 2, random_state=0)
    >>> sorted(result.cluster_centers.tolist()), result.cost
    ([['blue', 'square'], ['red', 'round']], 0.0)
    """
    columns = read_columns(X)
    weights = check_weights(sample_weight, len(columns[0]))
    return fit_columns(
        columns,
        range(len(columns)),
        n_clusters,
        gamma=1.0,
        sample_weight=sample_weight,
        init=init,
        n_init=n_init,
        max_iter=max_iter,
        random_state=random_state,
        n_jobs=n_jobs,
        callback=callback,
        ranges=find_ranges(columns, weights),
    )


class KModes(PrototypeClusterer):
    """k-modes clustering of categories, with the names of the ``kmodes`` package.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    max_iter, init, n_init, random_state, n_jobs, callback
        As in `shoal.centroid.kmodes`.
    verbose : int, default=0
        Accepted for compatibility; progress goes to `callback`.

    Attributes
    ----------
    cluster_centers_, cluster_centroids_ : ndarray of shape (n_clusters, n_features)
        Modes, in the values of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    inertia_, cost_ : float
        Weighted sum of the dissimilarities of the rows to their mode.
    n_iter_ : int
        Iterations of the best run.
    ranges_ : list of (int, tuple of float, tuple of float)
        Place, edges and medians of the ranges of each column of measurements.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median over the training rows of each cluster of the root of the dissimilarity to its mode.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` gives a row to the least dissimilar mode, the lowest index on a tie. A category
    that was not in the training rows differs from every mode. ``membership`` and
    ``outlier_scores`` take the dissimilarity for a squared distance.

    Examples
    --------
    >>> from shoal import KModes
    >>> X = [["red", "round"], ["red", "oval"], ["blue", "square"], ["blue", "square"]]
    >>> model = KModes(n_clusters=2, random_state=0).fit(X)
    >>> labels = model.predict([["red", "never seen"], ["blue", None]])
    >>> labels.tolist() == [model.labels_[0], model.labels_[2]]
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        max_iter: int = 100,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        verbose: int = 0,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.max_iter = max_iter
        self.init = init
        self.n_init = n_init
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KModes:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like or data frame of shape (n_samples, n_features)
            Rows of categories.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        KModes
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.kmodes`.
        """
        columns = read_columns(X, self)
        weights = check_weights(sample_weight, len(columns[0]))
        self.ranges_ = find_ranges(columns, weights)
        result = fit_columns(
            columns,
            range(len(columns)),
            self.n_clusters,
            gamma=self._gamma,
            sample_weight=sample_weight,
            init=self.init,
            n_init=self.n_init,
            max_iter=self.max_iter,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
            callback=self.callback,
            ranges=self.ranges_,
        )
        self._take(result)
        return self

    def _new_columns(self, X: Any) -> list[Values]:
        return cut_columns(super()._new_columns(X), self.ranges_)

    def _categorical(self) -> tuple[int, ...]:
        return tuple(range(self.cluster_centers_.shape[1]))
