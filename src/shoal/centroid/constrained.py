"""k-means with limits on the number of rows in a cluster."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from shoal import _native
from shoal.centroid.centers import CenterClusterer
from shoal.centroid.lloyd import KMeansResult
from shoal.centroid.rows import checked_rows, reporter
from shoal.centroid.starts import check_n_clusters, draw_seed, starting_centers, trials_of
from shoal.checks import check_integer, check_number
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["ConstrainedKMeans", "constrained_kmeans"]


def constrained_kmeans(
    X: Any,
    n_clusters: int,
    *,
    size_min: int | None = None,
    size_max: int | None = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 300,
    tol: float = 1e-4,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> KMeansResult:
    """Cluster rows around means, each of which gets `size_min` to `size_max` rows.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features), float32 or float64
        Rows to cluster; finite numbers.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    size_min : int, optional
        Fewest rows of a cluster, at least 1; None is 1: no cluster is empty.
    size_max : int, optional
        Most rows of a cluster; None sets no limit.
    init : {"k-means++", "random"}, array-like or callable, default="k-means++"
        Starting centres, as in `shoal.centroid.kmeans`.
    n_init : int or "auto", default="auto"
        Number of starts, of which the best is kept; "auto" is 1 for k-means++ and given centres,
        10 for "random" and callables.
    max_iter : int, default=300
        Most iterations of one run.
    tol : float, default=1e-4
        A run ends when the centres move by less than `tol` times the mean variance of the columns
        (sum of squares); 0 runs until the assignment gets no better.
    random_state : int, RandomState or None, optional
        Seed of the starts. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    KMeansResult
        Labels, centres, distances, inertia and iterations of the best run. The labels are an
        assignment of least inertia to these centres among all that respect the limits.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values, or no assignment respects the limits.
    DataError
        The rows hold NaN or infinity.

    Notes
    -----
    Every iteration solves the assignment exactly, as a transportation problem with integer costs:
    distances are rounded to about 16 digits of the largest. Rows go to the cluster that is cheapest
    at the prices of the iteration before, and what is too many or too few somewhere then moves
    along shortest paths over the clusters. Time of an iteration: O(n_samples n_clusters
    (n_features + log n_samples)), and O(n_clusters^2) for each row that has to move; memory
    24 bytes for each row and cluster.

    References
    ----------
    P. S. Bradley, K. P. Bennett, A. Demiriz: Constrained k-means clustering. MSR-TR-2000-65, 2000.
    R. K. Ahuja, T. L. Magnanti, J. B. Orlin: Network flows. 1993, section 9.7.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import constrained_kmeans
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [50.0]])
    >>> result = constrained_kmeans(X, 2, size_max=3, init=[[0.0], [50.0]])
    >>> result.labels.tolist()
    [0, 0, 0, 1, 1, 1]
    """
    rows = checked_rows(X)
    k = check_n_clusters(n_clusters, rows.n_samples)
    low, high = _check_sizes(size_min, size_max, k, rows.n_samples)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    tol = check_number("tol", tol, minimum=0)
    random = check_random_state(random_state)
    starts, runs = starting_centers(rows, X, k, init, n_init, random)
    labels, centers, distances, inertia, n_iter = rows.call(
        _native.constrained_fit,
        _native.constrained_fit_csr,
        starts,
        k,
        low,
        high,
        runs,
        trials_of(init, k),
        draw_seed(random),
        max_iter,
        tol,
        _native.resolve_thread_count(n_jobs or 0),
        None if callback is None else reporter(callback, runs),
    )
    return KMeansResult(
        labels, centers.astype(rows.X.dtype, copy=False), distances, inertia, n_iter
    )


def _check_sizes(size_min: Any, size_max: Any, k: int, n: int) -> tuple[int, int]:
    """Return both limits, or say with numbers why nothing respects them."""
    low = 1 if size_min is None else check_integer("size_min", size_min, minimum=1)
    high = n if size_max is None else check_integer("size_max", size_max, minimum=1)
    if low > high:
        raise ParameterError(
            f"size_min must be at most size_max; got size_min={low} and size_max={high}."
        )
    if k * low > n:
        raise ParameterError(
            f"size_min={low} needs {k} x {low} = {k * low} rows for n_clusters={k}; got {n} rows. "
            f"Use a size_min of at most {n // k}, or at most {n // low} clusters."
        )
    if k * high < n:
        raise ParameterError(
            f"size_max={high} leaves room for {k} x {high} = {k * high} rows in n_clusters={k}; "
            f"got {n} rows. Use a size_max of at least {-(-n // k)}, or at least {-(-n // high)} "
            "clusters."
        )
    return low, min(high, n)


class ConstrainedKMeans(CenterClusterer):
    """k-means clustering with a least and a greatest number of rows per cluster.

    The limits hold for the training rows. `predict` gives any row, new or not, to its nearest
    centre: where the limits made a row go to another cluster, ``predict`` of the training rows
    differs from ``labels_``. Equal rows may be parted by the limits.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    size_min, size_max, init, n_init, max_iter, tol, random_state, n_jobs, callback
        As in `shoal.centroid.constrained_kmeans`.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        Centres, in the dtype of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row, within the limits.
    inertia_ : float
        Sum of squared distances of the rows to the centre of their cluster.
    n_iter_ : int
        Iterations of the best run.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median distance of the training rows of each cluster to its centre.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row in the cluster it was given, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import ConstrainedKMeans
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [2, 2], [10, 4], [10, 0]])
    >>> model = ConstrainedKMeans(n_clusters=2, size_min=3, random_state=0).fit(X)
    >>> np.bincount(model.labels_).tolist()
    [3, 3]
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        size_min: int | None = None,
        size_max: int | None = None,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.size_min = size_min
        self.size_max = size_max
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None) -> ConstrainedKMeans:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows to cluster.
        y : ignored
            Present by convention.

        Returns
        -------
        ConstrainedKMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.constrained_kmeans`.
        """
        result = constrained_kmeans(
            self._check_training_data(X, sparse=True),
            self.n_clusters,
            size_min=self.size_min,
            size_max=self.size_max,
            init=self.init,
            n_init=self.n_init,
            max_iter=self.max_iter,
            tol=self.tol,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
            callback=self.callback,
        )
        self._keep_result(result)
        return self

    def fit_predict(  # type: ignore[override]
        self,
        X: Any,
        y: Any = None,  # noqa: ARG002 - convention
    ) -> npt.NDArray[np.int32]:
        """Fit and return the labels of the training rows, which are within the limits.

        Parameters
        ----------
        X, y
            As in `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels.
        """
        return self.fit(X).labels_

    def predict(self, X: Any) -> npt.NDArray[np.int32]:
        """Return the index of the nearest centre of each row, the lowest index on a tie.

        No limit holds here: a label does not depend on the other rows that are asked about.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            New rows. For training rows the result may differ from ``labels_``.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels.
        """
        return super().predict(X)
