"""k-means."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from shoal import _native
from shoal.centroid.lloyd import fit_rows
from shoal.centroid.rows import Rows
from shoal.checks import check_choice, check_weights
from shoal.errors import ParameterError
from shoal.estimator import Clusterer
from shoal.progress import Callback

__all__ = ["KMeans"]

CHUNK = 4096  # rows whose distances to all centres are held at once


class KMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Clusterer):  # type: ignore[misc]
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
        self.cluster_centers_ = result.cluster_centers
        self.labels_ = result.labels
        self.inertia_ = result.inertia
        self.n_iter_ = result.n_iter
        self._distances = result.distances
        self._n_features_out = result.cluster_centers.shape[0]
        self._radii: npt.NDArray[np.float64] | None = None
        self._warn_if_fewer_clusters()
        return self

    def _warn_if_fewer_clusters(self) -> None:
        # The first rows nearly always hold every cluster; all of them are many to sort.
        k = self.cluster_centers_.shape[0]
        if np.unique(self.labels_[:65_536]).size == k:
            return
        found = np.unique(self.labels_).size
        if found < k:
            warnings.warn(
                f"Number of distinct clusters ({found}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                ConvergenceWarning,
                stacklevel=3,
            )

    def fit_predict(
        self,
        X: Any,
        y: Any = None,  # noqa: ARG002 - convention
        sample_weight: Any = None,
    ) -> npt.NDArray[np.int32]:
        """Fit and return the labels of the training rows.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels.
        """
        return self.fit(X, sample_weight=sample_weight).labels_

    def predict(self, X: Any) -> npt.NDArray[np.int32]:
        """Return the index of the nearest centre of each row, the lowest index on a tie.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            New rows. For the training rows the result equals ``labels_``.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels.
        """
        return self._assign(X)[0]

    def transform(self, X: Any) -> npt.NDArray[Any]:
        """Return the Euclidean distance of each row to each centre.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
            Distances.
        """
        X = self._check_new_data(X, sparse=True)
        distances = np.empty((X.shape[0], self.cluster_centers_.shape[0]), dtype=X.dtype)
        for start in range(0, X.shape[0], CHUNK):
            distances[start : start + CHUNK] = self._distances_to_all(X[start : start + CHUNK])
        return distances

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:  # noqa: ARG002 - convention
        """Return minus the weighted sum of squared distances of the rows to their centre.

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
            Minus the inertia; higher is better.
        """
        squared = self._assign(X)[1]
        weights = check_weights(sample_weight, squared.shape[0])
        return -float(squared.sum() if weights is None else weights @ squared)

    def membership(self, X: Any = None, *, full: bool = False) -> npt.NDArray[np.float64]:
        """Return how strongly each row belongs to its cluster, 0 to 1.

        The membership in a cluster is the inverse squared distance to its centre over the sum of
        the inverse squared distances to all centres (fuzzy c-means with m = 2): 1 on a centre,
        1/2 half way between two that are far from the others.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows.
        full : bool, default=False
            Return the membership in every cluster.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_clusters), float64
            Membership in the assigned cluster, or in all of them (rows sum to 1).
        """
        if X is None:
            raise ParameterError("X must be given: a fitted KMeans does not keep its rows.")
        X = self._check_new_data(X, sparse=True)
        n, k = X.shape[0], self.cluster_centers_.shape[0]
        out = np.empty((n, k) if full else n)
        for start in range(0, n, CHUNK):
            stop = min(n, start + CHUNK)
            squared = self._distances_to_all(X[start:stop]) ** 2
            least = squared.min(axis=1, keepdims=True)
            with np.errstate(invalid="ignore", divide="ignore"):
                closeness = np.where(least > 0, least / squared, squared == 0)
            shares = closeness / closeness.sum(axis=1, keepdims=True)
            out[start:stop] = shares if full else shares.max(axis=1)
        return out

    def outlier_scores(self, X: Any) -> npt.NDArray[np.float64]:
        """Return how far out each row lies, 0 to 1, higher is farther.

        With r the distance to the centre in units of the cluster's median distance, the score is
        r² / (r² + 4): 0.2 at the median, 0.5 at twice and 0.9 at six times the median distance.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Scores.
        """
        labels, squared = self._assign(X)
        return _outlier_scores(np.sqrt(squared), self.cluster_radii_[labels])

    @property
    def cluster_radii_(self) -> npt.NDArray[np.float64]:
        """Median distance of the training rows of each cluster to its centre."""
        check_is_fitted(self)
        if self._radii is None:
            order = np.lexsort((self._distances, self.labels_))
            counts = np.bincount(self.labels_, minlength=self.cluster_centers_.shape[0])
            ends = np.cumsum(counts)
            middle = np.minimum(ends - counts + counts // 2, order.size - 1)
            medians = self._distances[order[middle]].astype(np.float64)
            self._radii = np.where(counts > 0, medians, 0.0)
        return self._radii

    @cluster_radii_.setter
    def cluster_radii_(self, radii: npt.NDArray[np.float64]) -> None:
        self._radii = radii

    @property
    def outlier_scores_(self) -> npt.NDArray[np.float64]:
        """Outlier score of each training row."""
        check_is_fitted(self)
        distances = self._distances.astype(np.float64)
        return _outlier_scores(distances, self.cluster_radii_[self.labels_])

    def _assign(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        rows = Rows.of(self._check_new_data(X, sparse=True))
        n_threads = _native.resolve_thread_count(self.n_jobs or 0)
        return rows.assign(self.cluster_centers_, n_threads)

    def _distances_to_all(self, X: Any) -> npt.NDArray[np.float64]:
        """Distances in double precision, one row of the result per row of `X`."""
        centers = self.cluster_centers_.astype(np.float64)
        dense = np.asarray(X.toarray() if sparse.issparse(X) else X, dtype=np.float64)
        out = np.empty((dense.shape[0], centers.shape[0]))
        for c, center in enumerate(centers):
            away = dense - center
            out[:, c] = np.sqrt(np.einsum("ij,ij->i", away, away))
        return out

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _outlier_scores(
    distances: npt.NDArray[np.float64], radii: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = np.where(radii > 0, distances / radii, np.where(distances > 0, np.inf, 0.0)) ** 2
        scores = squared / (squared + 4)
    return np.where(np.isinf(squared), 1.0, scores)
