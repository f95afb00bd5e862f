"""k-means."""

from __future__ import annotations

from typing import Any

from shoal.centroid.centers import CenterClusterer
from shoal.centroid.lloyd import fit_rows
from shoal.centroid.rows import Rows
from shoal.checks import check_choice
from shoal.progress import Callback

__all__ = ["KMeans"]


class KMeans(CenterClusterer):
    """k-means clustering, a drop-in for ``sklearn.cluster.KMeans``.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    init, n_init, max_iter, tol, random_state, n_jobs, callback
        As in `shoal.centroid.kmeans`.
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
        Weighted sum of squared distances of the rows to their centre.
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
    >>> from shoal import KMeans
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]])
    >>> model = KMeans(n_clusters=2, random_state=0).fit(X)
    >>> model.predict([[0, 0], [12, 3]]).tolist() == [model.labels_[0], model.labels_[3]]
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
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:  # noqa: ARG002 - convention
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
        KMeans
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.centroid.kmeans`.
        """
        checked = self._check_training_data(X, sparse=True)
        check_choice("algorithm", self.algorithm, ("lloyd", "elkan"))
        result = fit_rows(
            Rows.of(checked),
            checked,
            self.n_clusters,
            sample_weight,
            self.init,
            self.n_init,
            self.max_iter,
            self.tol,
            self.random_state,
            self.n_jobs,
            self.callback,
        )
        self._keep(
            centers=result.cluster_centers,
            labels=result.labels,
            distances=result.distances,
            inertia=result.inertia,
            n_iter=result.n_iter,
        )
        return self
