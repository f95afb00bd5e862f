"""What estimators that cut a tree share: labels from the cut, new rows by the nearest row."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from shoal.checks import check_integer, check_number
from shoal.connectivity.dendrogram import clusters_below, label_heads, top_clusters
from shoal.connectivity.nearest_rows import gaps_to_clusters, nearest_row
from shoal.errors import ParameterError
from shoal.estimator import WeightedClusterer

__all__ = ["TreeClusterer"]


class TreeClusterer(WeightedClusterer):
    """Base of estimators whose clusters are the branches of a tree of merges.

    A subclass fits and calls `_keep_tree`; it has the parameters ``n_clusters``,
    ``distance_threshold``, ``metric`` and ``n_jobs``.
    """

    n_clusters: Any
    distance_threshold: Any
    metric: Any
    n_jobs: int | None
    labels_: npt.NDArray[np.int32]

    def _check_cut(self, n_samples: int) -> None:
        """Refuse anything but a number of clusters or a height."""
        if (self.n_clusters is None) == (self.distance_threshold is None):
            raise ParameterError(
                "Exactly one of n_clusters and distance_threshold has to be set, and the other "
                f"needs to be None; got n_clusters={self.n_clusters!r} and "
                f"distance_threshold={self.distance_threshold!r}."
            )
        if self.n_clusters is None:
            check_number("distance_threshold", self.distance_threshold, minimum=0.0)
        elif check_integer("n_clusters", self.n_clusters, minimum=1) > n_samples:
            raise ParameterError(
                f"n_clusters={self.n_clusters} exceeds the {n_samples} rows. Use at most "
                f"{n_samples}."
            )

    def _keep_tree(
        self,
        Z: npt.NDArray[np.float64],
        rows: npt.NDArray[Any],
        weights: npt.NDArray[np.float64] | None,
        metric: str,
        *,
        by_number: bool = False,
    ) -> Self:
        """Cut the tree and store the fit.

        The tree is that of the rows of positive weight; with metric="precomputed", `rows` are
        their distances to all rows. `by_number`: number clusters by their place in the tree.
        """
        self.linkage_matrix_ = Z
        self.children_ = Z[:, :2].astype(np.intp)
        self.distances_ = Z[:, 2].copy()
        self.n_leaves_ = len(Z) + 1
        self.metric_ = metric
        if self.n_clusters is None:
            heads = clusters_below(Z, float(self.distance_threshold))
        else:
            heads = top_clusters(Z, int(self.n_clusters))
        self.n_clusters_ = len(heads)
        self.row_labels_ = label_heads(Z, sorted(heads) if by_number else heads)
        used = slice(None) if weights is None else np.flatnonzero(weights)
        n = len(rows)
        self.tree_rows_ = np.arange(n) if weights is None else np.flatnonzero(weights)
        self.rows_ = rows[:0] if metric == "precomputed" else np.ascontiguousarray(rows[used])
        if self.n_leaves_ == n:
            self.labels_ = self.row_labels_
        else:
            self.labels_ = self.row_labels_[self._nearest(rows)]
        self._train = rows
        self._weights = weights
        self._scales: npt.NDArray[np.float64] | None = None
        return self

    def _nearest(self, X: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        metric, queries = self._queries(X)
        return nearest_row(self.rows_, metric, queries, self.n_jobs)

    def _gaps(self, X: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        metric, queries = self._queries(X)
        return gaps_to_clusters(
            self.rows_, self.row_labels_, self.n_clusters_, metric, queries, self.n_jobs
        )

    def _queries(self, X: npt.NDArray[Any]) -> tuple[str, npt.NDArray[Any]]:
        """Return rows as the search takes them: as they are, or their distances to the tree's."""
        if self.metric_ == "precomputed":
            return "precomputed", X[:, self.tree_rows_]
        if self.metric_ != "function":
            return self.metric_, X
        if not callable(self.metric):
            raise ParameterError(
                "metric must be the function the model was fitted with, which a model file does "
                f"not hold; got {self.metric!r}."
            )
        distances = [[float(self.metric(x, row)) for row in self.rows_] for x in X]
        return "precomputed", np.asarray(distances, dtype=np.float64)

    def predict(self, X: Any) -> npt.NDArray[np.int32]:
        """Return the cluster of the training row nearest to each row, the first on a tie.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_training_rows)
            New rows, or with metric="precomputed" their distances to all training rows. For the
            training rows the result equals ``labels_``, unless equal rows were told apart because
            there are more clusters than different rows.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels.
        """
        nearest = self._nearest(self._new(X))
        return self.row_labels_[nearest]

    def membership(self, X: Any = None, *, full: bool = False) -> npt.NDArray[np.float64]:
        """Return how clearly each row belongs to its cluster, 0 to 1.

        With d the distance to the nearest row of a cluster, rows equal to it left out, the
        membership is 1/d² over the sum of 1/d² for all clusters: 1/2 half way between two
        clusters. Where a cluster holds nothing but rows equal to it, the membership is 1.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_training_rows), optional
            Rows; None for those of the fit.
        full : bool, default=False
            Return the membership in every cluster.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_clusters), float64
            Membership in the assigned cluster, or in all of them (rows sum to 1).
        """
        rows = self._training_rows() if X is None else self._new(X)
        labels = self.row_labels_[self._nearest(rows)]
        gaps = self._gaps(rows)
        at = np.arange(len(rows)), labels
        gaps[at] = np.where(np.isinf(gaps[at]), 0.0, gaps[at])
        least = gaps.min(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            closeness = np.where(least > 0, (least / gaps) ** 2, 1.0 * (gaps == 0))
        shares: npt.NDArray[np.float64] = closeness / closeness.sum(axis=1, keepdims=True)
        return shares if full else shares[at]

    def outlier_scores(self, X: Any) -> npt.NDArray[np.float64]:
        """Return how far out each row lies, 0 to 1, higher is farther.

        With r the distance to the nearest other row of the cluster, in units of the median of
        that distance over the cluster, the score is r² / (r² + 4): 0.2 at the median, 0.5 at twice
        and 0.9 at six times the median distance. A row alone in its cluster has score 1.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_training_rows)
            Rows, or with metric="precomputed" their distances to all training rows.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Scores.
        """
        return self._scores(self._new(X))

    @property
    def outlier_scores_(self) -> npt.NDArray[np.float64]:
        """Outlier score of each training row."""
        check_is_fitted(self)
        return self._scores(self._training_rows())

    @property
    def cluster_scales_(self) -> npt.NDArray[np.float64]:
        """Median distance of each cluster's rows to their nearest other; -1 for lone rows."""
        check_is_fitted(self)
        if self._scales is None:
            rows = self._train[self.tree_rows_]
            own = self._gaps(rows)[np.arange(len(rows)), self.row_labels_]
            weights = None if self._weights is None else self._weights[self.tree_rows_]
            sizes = np.bincount(self.row_labels_, weights, minlength=self.n_clusters_)
            # Rows without another at a distance all lie at one place.
            own[np.isinf(own)] = 0.0
            order = np.lexsort((own, self.row_labels_))
            counts = np.bincount(self.row_labels_, minlength=self.n_clusters_)
            middle = np.cumsum(counts) - counts + counts // 2
            self._scales = np.where(sizes > 1, own[order[middle]], -1.0)
        return self._scales

    @cluster_scales_.setter
    def cluster_scales_(self, scales: npt.NDArray[np.float64]) -> None:
        self._scales = scales

    def _scores(self, rows: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        labels = self.row_labels_[self._nearest(rows)]
        gaps = self._gaps(rows)[np.arange(len(rows)), labels]
        scales = self.cluster_scales_[labels]
        gaps[np.isinf(gaps) & (scales >= 0)] = 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            r = np.where(scales > 0, gaps / scales, np.where(gaps > 0, np.inf, 0.0)) ** 2
            scores = r / (r + 4)
        return np.where(np.isinf(r) | (scales < 0), 1.0, scores)

    def _training_rows(self) -> npt.NDArray[Any]:
        check_is_fitted(self)
        if not hasattr(self, "_train"):
            raise ParameterError(
                f"X must be given: a {type(self).__name__} from a model file does not hold all "
                "rows of its fit."
            )
        return self._train

    def _new(self, X: Any) -> npt.NDArray[Any]:
        rows: npt.NDArray[Any] = self._check_new_data(X, sparse=False)
        return rows

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags
