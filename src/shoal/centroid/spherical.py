"""Spherical k-means: directions instead of positions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state
from sklearn.utils.extmath import row_norms, safe_sparse_dot

from shoal import _native
from shoal.centroid.centers import CenterClusterer
from shoal.centroid.lloyd import KMeansResult
from shoal.centroid.rows import Rows, checked_rows, reporter
from shoal.centroid.starts import check_n_clusters, draw_seed, starting_centers, trials_of
from shoal.checks import check_integer, check_number, check_weights
from shoal.progress import Callback

__all__ = ["SphericalKMeans", "spherical_kmeans"]


def spherical_kmeans(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 300,
    tol: float = 1e-4,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> KMeansResult:
    """Cluster rows by their direction: the cosine of the angle to the centre is to be large.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features), float32 or float64
        Rows to cluster; finite numbers. Their length does not matter.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    init : {"k-means++", "random"}, array-like or callable, default="k-means++"
        Starting centres, as in `shoal.centroid.kmeans`; brought to length 1. k-means++ draws rows
        in proportion to 1 - cos.
    n_init : int or "auto", default="auto"
        Number of starts, of which the best is kept; "auto" is 1 for k-means++ and given centres,
        10 for "random" and callables.
    max_iter : int, default=300
        Most iterations of one run.
    tol : float, default=1e-4
        A run ends when the centres move by less than `tol` times the mean variance of the columns
        of the rows at length 1 (sum of squares); 0 runs until no label changes.
    random_state : int, RandomState or None, optional
        Seed of the starts. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    KMeansResult
        Labels, centres of length 1, distances between points of the sphere (sqrt(2 - 2 cos)), the
        weighted sum of 1 - cos as inertia, and iterations of the best run.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, all are zeros, or weights are negative or all zero.

    Notes
    -----
    The rows are brought to length 1 in their dtype, and k-means with centres kept at length 1 does
    the rest. Labels are decided in double precision wherever single precision could err. A row of
    zeros has no direction: it moves no centre, costs 1, and gets label 0. Time of an iteration:
    O(n_samples n_clusters n_features), for sparse rows O(n_clusters) for each entry; memory a copy
    of the rows, or of the entries of sparse ones.

    References
    ----------
    I. S. Dhillon, D. S. Modha: Concept decompositions for large sparse text data using clustering.
    2001, doi:10.1023/A:1007612920971.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import spherical_kmeans
    >>> X = np.array([[1.0, 0.0], [9.0, 0.1], [0.0, 2.0], [0.1, 7.0]])
    >>> labels = spherical_kmeans(X, 2, random_state=0).labels
    >>> bool(labels[0] == labels[1] != labels[2] == labels[3])
    True
    """
    rows = checked_rows(X)
    k = check_n_clusters(n_clusters, rows.n_samples)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    tol = check_number("tol", tol, minimum=0)
    weights = check_weights(sample_weight, rows.n_samples)
    random = check_random_state(random_state)
    starts, runs = starting_centers(rows, X, k, init, n_init, random)
    labels, centers, distances, inertia, n_iter = rows.call(
        _native.spherical_fit,
        _native.spherical_fit_csr,
        weights,
        starts,
        k,
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


class SphericalKMeans(CenterClusterer):
    """k-means clustering of directions: rows are compared by the cosine of their angle.

    A row of zeros has no direction; it gets label 0, in the fit and in `predict`, and moves no
    centre.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    init, n_init, max_iter, tol, random_state, n_jobs, callback
        As in `shoal.centroid.spherical_kmeans`.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        Centres, of length 1, in the dtype of the data.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    inertia_ : float
        Weighted sum of 1 - cos between the rows and their centre.
    n_iter_ : int
        Iterations of the best run.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median distance, sqrt(2 - 2 cos), of the training rows of each cluster to its centre.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import SphericalKMeans
    >>> X = np.array([[1, 0], [9, 1], [5, 0], [0, 2], [1, 8], [0, 3]])
    >>> model = SphericalKMeans(n_clusters=2, random_state=0).fit(X)
    >>> model.predict([[100, 1], [1, 100]]).tolist() == [model.labels_[0], model.labels_[3]]
    True
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> SphericalKMeans:  # noqa: ARG002 - convention
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
        SphericalKMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.spherical_kmeans`.
        """
        result = spherical_kmeans(
            self._check_training_data(X, sparse=True),
            self.n_clusters,
            sample_weight=sample_weight,
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

    def transform(self, X: Any) -> npt.NDArray[Any]:
        """Return the cosine distance, 1 - cos, of each row to each centre.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
            Cosine distances, 0 to 2; 1 for a row of zeros.
        """
        chords = super().transform(X)
        cosine_distances: npt.NDArray[Any] = chords**2 / 2
        return cosine_distances

    def _assign(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        rows = Rows.of(self._check_new_data(X, sparse=True))
        found: tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]] = rows.call(
            _native.spherical_assign,
            _native.spherical_assign_csr,
            self.cluster_centers_.astype(np.float64),
            _native.resolve_thread_count(self.n_jobs or 0),
        )
        return found

    def _as_distance(self, costs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.sqrt(2 * costs)

    def _distances_to_all(self, X: Any) -> npt.NDArray[np.float64]:
        wide = X.astype(np.float64)
        lengths = row_norms(wide)
        lengths[lengths == 0] = 1
        dots = safe_sparse_dot(wide, self.cluster_centers_.astype(np.float64).T, dense_output=True)
        squared: npt.NDArray[np.float64] = 2 - 2 * np.clip(dots / lengths[:, None], -1, 1)
        return np.sqrt(squared)
