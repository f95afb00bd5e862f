"""Labels, strengths and outlier scores of new rows by a fitted tree of density."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from shoal import _native
from shoal.density.placing import (
    Placed,
    neighbors_needed,
    place,
    selected_clusters,
    shares_of_clusters,
)
from shoal.density.reachability import FUNCTION, Metric
from shoal.errors import DataError, ParameterError
from shoal.estimator import WeightedClusterer
from shoal.metric_rows import metric_rows

__all__ = ["TreeClusterer"]

CHUNK = 1 << 22  # distances to training rows that are held at once


class TreeClusterer(WeightedClusterer):
    """Base of estimators that keep a condensed tree; a subclass fits and stores what is below."""

    metric: Metric
    n_jobs: int | None
    labels_: npt.NDArray[np.int32]
    probabilities_: npt.NDArray[np.float64]
    metric_: str
    training_rows_: npt.NDArray[Any]
    counted_rows_: npt.NDArray[np.int64]
    min_samples_: float
    core_distances_: npt.NDArray[np.float64]
    row_weights_: npt.NDArray[np.float64]
    row_clusters_: npt.NDArray[np.int32]
    row_lambdas_: npt.NDArray[np.float64]
    cluster_parents_: npt.NDArray[np.int32]
    cluster_births_: npt.NDArray[np.float64]
    cluster_labels_: npt.NDArray[np.int32]
    max_lambdas_: npt.NDArray[np.float64]
    deepest_lambdas_: npt.NDArray[np.float64]
    root_lambda_: float
    _placed: Placed

    def predict(self, X: Any) -> npt.NDArray[np.int32]:
        """Return the cluster of each row by the rule in the notes of the class, -1 for noise.

        Parameters
        ----------
        X : array-like of shape (n_new, n_features) or (n_new, n_samples)
            New rows, or their distances to the training rows.

        Returns
        -------
        ndarray of shape (n_new,), int32
            Labels.
        """
        return self._labels_of(self._place(self._check_new_data(X, sparse=False)))

    def membership(self, X: Any = None, *, full: bool = False) -> npt.NDArray[np.float64]:
        """Return how strongly each row belongs to its cluster, 0 to 1.

        The strength is the lambda at which the row leaves its cluster over the last lambda at
        which anything does. With `full` it is shared out among all clusters by the lambda at which
        the row would meet each of them, going up the tree; no share is larger than that of the
        row's own cluster. Noise has no cluster: what is shared out is its largest lambda of
        meeting a cluster, over the last lambda of that cluster.

        Parameters
        ----------
        X : array-like of shape (n_new, n_features) or (n_new, n_samples), optional
            Rows; the training rows when left out.
        full : bool, default=False
            Return the membership in every cluster.

        Returns
        -------
        ndarray of shape (n_new,) or (n_new, n_clusters), float64
            Membership in the assigned cluster, 0 for noise; or in all of them.
        """
        check_is_fitted(self)
        if X is None:
            if not full:
                return self.probabilities_.copy()
            placed, strengths = self._placed, self.probabilities_
        else:
            placed = self._place(self._check_new_data(X, sparse=False))
            strengths = self._strengths_of(placed)
            if not full:
                return strengths
        return shares_of_clusters(
            placed,
            cluster_labels=self.cluster_labels_,
            max_lambdas=self.max_lambdas_,
            parents=self.cluster_parents_,
            births=self.cluster_births_,
            strengths=strengths,
        )

    def nearest_clusters(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Return the cluster nearest to each row, whether the row belongs to it or is noise.

        Parameters
        ----------
        X : array-like of shape (n_new, n_features) or (n_new, n_samples)
            Rows, or their distances to the training rows.

        Returns
        -------
        labels : ndarray of shape (n_new,), int32
            Cluster of the nearest training row that has one; -1 where there is no cluster.
        strengths : ndarray of shape (n_new,), float64
            1 / the mutual reachability of that row, over the last lambda of its cluster; at most 1.
        """
        rows = self._check_new_data(X, sparse=False)
        own = self._labels_of(Placed(self.row_clusters_, self.row_lambdas_))
        inside = np.flatnonzero(own >= 0)
        if not inside.size or not len(rows):
            return np.full(len(rows), -1, dtype=np.int32), np.zeros(len(rows))
        nearest, distances = self._nearest_of(rows, inside)
        labels = own[nearest]
        last = self.max_lambdas_[selected_clusters(self.cluster_labels_)][labels]
        reach = np.maximum(distances, self.core_distances_[nearest])
        with np.errstate(divide="ignore", invalid="ignore"):
            strengths = np.minimum(1 / reach, last) / last
        # Clusters of equal rows have no last lambda; only rows equal to them belong to them.
        strengths = np.where(np.isinf(last), reach == 0, strengths)
        return labels, np.where(last == 0, 1.0, strengths)

    def _nearest_of(
        self, rows: npt.NDArray[Any], inside: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Nearest of some training rows to each row, and its distance."""
        if self.metric_ in ("precomputed", FUNCTION):
            if self.metric_ == "precomputed" and rows.shape[1] != self.core_distances_.size:
                rows = rows[:, self.counted_rows_]
            given = self._distances_to_all(rows)[:, inside]
            at = given.argmin(axis=1)
            return inside[at], given[np.arange(len(at)), at]
        searched = metric_rows(self.training_rows_[inside], self.metric_)
        queries = metric_rows(rows.astype(self.training_rows_.dtype), self.metric_)
        native, found = _native.kneighbors(
            searched.rows, queries.rows, 1, False, self.n_jobs or 0, None, searched.number
        )
        return inside[found[:, 0]], searched.distances(native)[:, 0]

    def outlier_scores(self, X: Any) -> npt.NDArray[np.float64]:
        """Return how far out each row lies, 0 to 1, higher is farther.

        Parameters
        ----------
        X : array-like of shape (n_new, n_features) or (n_new, n_samples)
            Rows, placed as `predict` does.

        Returns
        -------
        ndarray of shape (n_new,), float64
            1 - lambda of the row over the last lambda of the densest cluster below the one it
            leaves (GLOSH).
        """
        return self._scores_of(self._place(self._check_new_data(X, sparse=False)))

    def _place(self, X: npt.NDArray[Any]) -> Placed:
        """Place checked rows, or rows of their distances to the training rows."""
        n = self.core_distances_.size
        k = neighbors_needed(self.min_samples_, self.row_weights_, n)
        if self.metric_ == "precomputed" and X.shape[1] != n:
            X = X[:, self.counted_rows_]
        step = max(1, CHUNK // (n if self.metric_ in ("precomputed", FUNCTION) else k))
        parts = [self._place_some(X[i : i + step], k) for i in range(0, max(1, len(X)), step)]
        return Placed(
            np.concatenate([part.clusters for part in parts]),
            np.concatenate([part.lambdas for part in parts]),
        )

    def _place_some(self, X: npt.NDArray[Any], k: int) -> Placed:
        if self.metric_ in ("precomputed", FUNCTION):
            all_distances = self._distances_to_all(X)
            # Of equal distances the first rows.
            indices = np.argsort(all_distances, axis=1, kind="stable")[:, :k]
            distances = np.take_along_axis(all_distances, indices, axis=1)
        else:
            searched = metric_rows(self.training_rows_, self.metric_)
            queries = metric_rows(X.astype(self.training_rows_.dtype), self.metric_)
            native, indices = _native.kneighbors(
                searched.rows, queries.rows, k, False, self.n_jobs or 0, None, searched.number
            )
            distances = searched.distances(native)
        return place(
            distances,
            indices,
            min_samples=self.min_samples_,
            weights=self.row_weights_,
            core_distances=self.core_distances_,
            row_clusters=self.row_clusters_,
            row_lambdas=self.row_lambdas_,
            parents=self.cluster_parents_,
            births=self.cluster_births_,
        )

    def _distances_to_all(self, X: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        if self.metric_ == "precomputed":
            if X.size and X.min() < 0:
                row, column = np.argwhere(X < 0)[0].tolist()
                raise DataError(
                    "X must hold distances, which are not negative; got "
                    f"{float(X[row, column])!r} in row {row}, column {column}."
                )
            return X.astype(np.float64)
        if not callable(self.metric):
            raise ParameterError(
                "metric must be the function the model was fitted with, which a model file does "
                f"not hold; got {self.metric!r}."
            )
        rows = [[self.metric(x, other) for other in self.training_rows_] for x in X]
        return np.asarray(rows, dtype=np.float64).reshape(len(X), len(self.training_rows_))

    def _labels_of(self, placed: Placed) -> npt.NDArray[np.int32]:
        labels = self.cluster_labels_[placed.clusters]
        return np.where(placed.lambdas >= self.root_lambda_, labels, -1).astype(np.int32)

    def _strengths_of(self, placed: Placed) -> npt.NDArray[np.float64]:
        labels = self._labels_of(placed)
        last = self.max_lambdas_[selected_clusters(self.cluster_labels_)]
        if not last.size:
            return np.zeros(labels.size)
        most = last[np.maximum(labels, 0)]
        with np.errstate(invalid="ignore", divide="ignore"):
            strength = np.minimum(placed.lambdas, most) / most
        strength[np.isinf(placed.lambdas) | (most == 0)] = 1.0
        return np.where(labels >= 0, strength, 0.0)

    def _scores_of(self, placed: Placed) -> npt.NDArray[np.float64]:
        deepest = self.deepest_lambdas_[placed.clusters]
        with np.errstate(invalid="ignore", divide="ignore"):
            scores = (deepest - placed.lambdas) / deepest
        scores[np.isinf(deepest)] = 1.0
        scores[np.isinf(placed.lambdas) | (deepest == 0)] = 0.0
        return np.clip(scores, 0.0, 1.0)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags
