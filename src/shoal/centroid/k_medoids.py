"""k-medoids."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from shoal.centroid.centers import CenterClusterer
from shoal.centroid.distances import distances_to_all, nearest_centers
from shoal.centroid.medoids import Metric, fit_rows
from shoal.errors import ParameterError
from shoal.metric_rows import unit_rows
from shoal.progress import Callback

__all__ = ["KMedoids"]

FUNCTION = "function"  # metric_ of a fit with a function of the caller's


class KMedoids(CenterClusterer):
    """k-medoids clustering: centres are rows, with any metric or a matrix of distances.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters.
    metric, method, init, n_init, max_iter, random_state, n_jobs, callback
        As in `shoal.centroid.kmedoids`.

    Attributes
    ----------
    medoid_indices_ : ndarray of shape (n_clusters,), int64
        Rows of the training data that are the centres; of equal rows the first.
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        These rows.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    inertia_ : float
        Weighted sum of the distances of the rows to their medoid.
    n_iter_ : int
        Rounds of the best run.
    n_swaps_ : int
        How often a medoid was replaced in the best run.
    metric_ : str
        Name of the metric; "function" where it is one of the caller's.
    cluster_radii_ : ndarray of shape (n_clusters,), float64
        Median distance of the training rows of each cluster to its medoid.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict``, ``transform``, ``membership`` and ``outlier_scores`` use the metric of the fit;
    ``score`` is minus the sum of distances. With metric="precomputed" they take the distances of
    new rows to all training rows, of shape (n_new, n_samples). A model fitted with a function
    does not carry it into a file. With metric="cosine" a new row of zeros is at distance 1 from
    every medoid and gets label 0.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import KMedoids
    >>> X = np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 0.0], [10.0, 2.0], [10.0, 4.0], [99.0, 0.0]])
    >>> model = KMedoids(n_clusters=2, metric="manhattan", random_state=0).fit(X)
    >>> sorted(model.medoid_indices_.tolist())
    [0, 5]
    """

    _takes_sparse: ClassVar[bool] = False

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        metric: Metric = "euclidean",
        method: str = "auto",
        init: Any = "auto",
        n_init: int = 1,
        max_iter: int = 300,
        random_state: Any = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.method = method
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMedoids:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Rows to cluster, or their distances.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        KMedoids
            The estimator itself.

        Raises
        ------
        ParameterError, DataError, MemoryBudgetError
            As `shoal.centroid.kmedoids`.
        """
        checked = self._check_training_data(X, sparse=False)
        result = fit_rows(
            checked,
            self.n_clusters,
            self.metric,
            sample_weight,
            self.method,
            self.init,
            self.n_init,
            self.max_iter,
            self.random_state,
            self.n_jobs,
            self.callback,
        )
        self.metric_ = self.metric if isinstance(self.metric, str) else FUNCTION
        self.medoid_indices_ = result.medoid_indices
        self.n_swaps_ = result.n_swaps
        return self._keep(
            centers=checked[result.medoid_indices],
            labels=result.labels,
            distances=result.distances,
            inertia=result.inertia,
            n_iter=result.n_iter,
        )

    def _assign(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        rows, centers = self._check_new_data(X, sparse=False), self.cluster_centers_
        if self.metric_ == "cosine":
            labels, squared = nearest_centers(
                unit_rows(rows), unit_rows(centers), "sqeuclidean", self.n_jobs
            )
            directed = rows.any(axis=1)
            return np.where(directed, labels, 0).astype(np.int32), np.where(
                directed, squared * 0.5, 1.0
            )
        if self.metric_ in ("precomputed", FUNCTION):
            distances = self._distances_to_all(rows)
            labels = distances.argmin(axis=1).astype(np.int32)
            return labels, distances[np.arange(len(labels)), labels]
        return nearest_centers(rows, centers, self.metric_, self.n_jobs)

    def _as_distance(self, costs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return costs

    def _distances_to_all(self, X: Any) -> npt.NDArray[np.float64]:
        if self.metric_ == "precomputed":
            given: npt.NDArray[np.float64] = X[:, self.medoid_indices_].astype(np.float64)
            return given
        if self.metric_ == FUNCTION:
            if not callable(self.metric):
                raise ParameterError(
                    "metric must be the function the model was fitted with, which a model file "
                    f"does not hold; got {self.metric!r}."
                )
            rows = [[self.metric(x, center) for center in self.cluster_centers_] for x in X]
            return np.asarray(rows, dtype=np.float64)
        if self.metric_ == "cosine":
            centers = unit_rows(self.cluster_centers_)
            squared = distances_to_all(unit_rows(X), centers, "sqeuclidean")
            return np.where(X.any(axis=1)[:, None], squared * 0.5, 1.0)
        return distances_to_all(X, self.cluster_centers_, self.metric_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags
