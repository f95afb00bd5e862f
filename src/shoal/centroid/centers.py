"""What estimators with one centre per cluster share: labels, distances and scores from centres."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from shoal import _native
from shoal.centroid.rows import Rows
from shoal.checks import check_weights
from shoal.errors import ParameterError
from shoal.estimator import WeightedClusterer

__all__ = ["CenterClusterer"]

CHUNK = 4096  # rows whose distances to all centres are held at once
WIDE = 1 << 22  # numbers of such rows, when they have many columns


class CenterResult(Protocol):
    """What every fit with one centre per cluster returns."""

    @property
    def cluster_centers(self) -> npt.NDArray[Any]: ...
    @property
    def labels(self) -> npt.NDArray[np.int32]: ...
    @property
    def distances(self) -> npt.NDArray[Any]: ...
    @property
    def inertia(self) -> float: ...
    @property
    def n_iter(self) -> int: ...


class CenterClusterer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, WeightedClusterer):  # type: ignore[misc]
    """Base of estimators whose clusters are the rows nearest to a centre.

    A subclass fits and calls `_keep` or `_keep_result`. Where the dissimilarity is not the squared
    Euclidean distance it overrides `_assign`, `_as_distance` and `_distances_to_all`.
    """

    _takes_sparse: ClassVar[bool] = True
    _why_fewer: ClassVar[str] = "Possibly due to duplicate points in X."

    n_jobs: int | None
    cluster_centers_: npt.NDArray[Any]
    labels_: npt.NDArray[np.int32]
    inertia_: float
    n_iter_: int

    def _keep(
        self,
        *,
        centers: npt.NDArray[Any],
        labels: npt.NDArray[np.int32],
        distances: npt.NDArray[Any],
        inertia: float,
        n_iter: int,
    ) -> Self:
        """Store a fit; `distances` are those of the training rows to their own centre."""
        self.cluster_centers_ = centers
        self.labels_ = labels
        self.inertia_ = inertia
        self.n_iter_ = n_iter
        self._distances = distances
        self._n_features_out = centers.shape[0]
        self._radii: npt.NDArray[np.float64] | None = None
        self._warn_if_fewer_clusters()
        return self

    def _keep_result(self, result: CenterResult) -> Self:
        """Store what a function found."""
        return self._keep(
            centers=result.cluster_centers,
            labels=result.labels,
            distances=result.distances,
            inertia=result.inertia,
            n_iter=result.n_iter,
        )

    def _warn_if_fewer_clusters(self) -> None:
        # The first rows nearly always hold every cluster; all of them are many to sort.
        k = self.cluster_centers_.shape[0]
        if np.unique(self.labels_[:65_536]).size == k:
            return
        found = np.unique(self.labels_).size
        if found < k:
            warnings.warn(
                f"Number of distinct clusters ({found}) found smaller than n_clusters "
                f"({k}). {self._why_fewer}",
                ConvergenceWarning,
                stacklevel=5,
            )

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
        X = self._check_new_data(X, sparse=self._takes_sparse)
        distances = np.empty((X.shape[0], self.cluster_centers_.shape[0]), dtype=X.dtype)
        for rows in _chunks(X):
            distances[rows] = self._distances_to_all(X[rows])
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
        costs = self._assign(X)[1]
        weights = check_weights(sample_weight, costs.shape[0])
        return -float(costs.sum() if weights is None else weights @ costs)

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
            raise ParameterError(
                f"X must be given: a fitted {type(self).__name__} does not keep its rows."
            )
        labels = None if full else self._assign(X)[0]
        X = self._check_new_data(X, sparse=self._takes_sparse)
        n, k = X.shape[0], self.cluster_centers_.shape[0]
        out = np.empty((n, k) if full else n)
        for rows in _chunks(X):
            squared = self._distances_to_all(X[rows]) ** 2
            least = squared.min(axis=1, keepdims=True)
            with np.errstate(invalid="ignore", divide="ignore"):
                closeness = np.where(least > 0, least / squared, 1.0 * (squared == 0))
            closeness **= self._sharpness
            shares = closeness / closeness.sum(axis=1, keepdims=True)
            if labels is None:
                out[rows] = shares
            else:
                out[rows] = shares[np.arange(len(shares)), labels[rows]]
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
        labels, costs = self._assign(X)
        return _outlier_scores(self._as_distance(costs), self.cluster_radii_[labels])

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

    @property
    def _sharpness(self) -> float:
        """Power of the inverse squared distances that memberships are shares of."""
        return 1.0

    def _assign(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Nearest centre of each row, and what the row adds to the inertia at weight 1."""
        rows = Rows.of(self._check_new_data(X, sparse=self._takes_sparse))
        n_threads = _native.resolve_thread_count(self.n_jobs or 0)
        return rows.assign(self.cluster_centers_, n_threads)

    def _as_distance(self, costs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Distance to a centre from what it adds to the inertia."""
        return np.sqrt(costs)

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
        tags.input_tags.sparse = self._takes_sparse
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _chunks(X: Any) -> Iterator[slice]:
    """Stretches of the rows of `X` that may be written out in full."""
    n, d = X.shape
    length = max(1, min(CHUNK, WIDE // d))
    return (slice(start, min(n, start + length)) for start in range(0, n, length))


def _outlier_scores(
    distances: npt.NDArray[np.float64], radii: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = np.where(radii > 0, distances / radii, np.where(distances > 0, np.inf, 0.0)) ** 2
        scores = squared / (squared + 4)
    return np.where(np.isinf(squared), 1.0, scores)
