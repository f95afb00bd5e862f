"""What estimators that work by density share: labels, strengths and scores of rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from shoal.estimator import Clusterer

__all__ = ["DensityClusterer"]


class DensityClusterer(Clusterer, ABC):
    """Base of estimators whose clusters are dense regions, with noise, label -1, between them.

    A subclass says how new rows are labelled (`_label`), which cluster is nearest to them
    (`_nearest_label`) and how far out they lie (`_reach_of`), in units of a radius of its own that
    its notes name.
    """

    labels_: npt.NDArray[np.int32]
    n_jobs: int | None

    def predict(self, X: Any) -> npt.NDArray[np.int32]:
        """Return the cluster of each row by the rule in the notes of the class, -1 for noise.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            New rows.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels.
        """
        return self._labels_of(self._check_new_data(X, sparse=self._takes_sparse))

    def membership(self, X: Any = None) -> npt.NDArray[np.float64]:
        """Return how strongly each row belongs to its cluster, 0 to 1.

        With r how far out the row lies, in the units that the notes of the class name, the
        membership is 1 / (1 + r), and 0 for noise.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), optional
            Rows; the training rows when left out.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Membership in the assigned cluster.
        """
        if X is None:
            scores, labels = self.outlier_scores_, self.labels_
        else:
            rows = self._check_new_data(X, sparse=self._takes_sparse)
            scores, labels = self._scores_of(rows), self._labels_of(rows)
        return np.where(labels >= 0, 1 - scores, 0.0)

    def nearest_clusters(self, X: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Return the cluster nearest to each row, whether the row belongs to it or is noise.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        labels : ndarray of shape (n_samples,), int32
            Cluster of the nearest row, or centre, that has one; -1 where there is no cluster.
        strengths : ndarray of shape (n_samples,), float64
            The membership the row would have in it, by the rule of `membership`.
        """
        rows = self._check_new_data(X, sparse=self._takes_sparse)
        labels = self._nearest_label(rows)
        return labels, np.where(labels >= 0, 1 - _scores(self._reach_of(rows)), 0.0)

    def outlier_scores(self, X: Any) -> npt.NDArray[np.float64]:
        """Return how far out each row lies, 0 to 1, higher is farther.

        With r how far out the row lies, in the units that the notes of the class name, the score is
        r / (1 + r): 1/2 at the distance of the radius.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Scores.
        """
        return self._scores_of(self._check_new_data(X, sparse=self._takes_sparse))

    @property
    def outlier_scores_(self) -> npt.NDArray[np.float64]:
        """Outlier score of each training row."""
        check_is_fitted(self)
        return _scores(self._training_reach())

    @property
    def _takes_sparse(self) -> bool:
        return False

    def _labels_of(self, rows: Any) -> npt.NDArray[np.int32]:
        directed = self._directed(rows)
        if directed is None:
            return self._label(rows)
        labels = np.full(len(rows), -1, dtype=np.int32)
        labels[directed] = self._label(rows[directed])
        return labels

    def _scores_of(self, rows: Any) -> npt.NDArray[np.float64]:
        directed = self._directed(rows)
        if directed is None:
            return _scores(self._reach_of(rows))
        scores = np.ones(len(rows))
        scores[directed] = _scores(self._reach_of(rows[directed]))
        return scores

    def _directed(self, rows: Any) -> npt.NDArray[np.bool_] | None:
        """Which rows have a direction, where that matters; None when all may be compared."""
        if getattr(self, "metric_", "") != "cosine" or rows.any(axis=1).all():
            return None
        directed: npt.NDArray[np.bool_] = rows.any(axis=1)
        return directed

    @abstractmethod
    def _label(self, rows: Any) -> npt.NDArray[np.int32]:
        """Label checked rows."""

    @abstractmethod
    def _nearest_label(self, rows: Any) -> npt.NDArray[np.int32]:
        """Return the cluster nearest to each row."""

    @abstractmethod
    def _reach_of(self, rows: Any) -> npt.NDArray[np.float64]:
        """Return how far out rows lie."""

    @abstractmethod
    def _training_reach(self) -> npt.NDArray[np.float64]:
        """Return how far out the training rows lie."""


def _scores(reach: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(reach), 1.0, reach / (1 + reach))
