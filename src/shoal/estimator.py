"""What every clusterer of shoal has beyond scikit-learn's contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["Clusterer", "WeightedClusterer"]


class Clusterer(ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """Base of shoal's estimators: how they check training and new data."""

    def _check_training_data(self, X: Any, *, sparse: bool, reset: bool = True) -> Any:
        return validate_data(
            self,
            X,
            reset=reset,
            accept_sparse="csr" if sparse else False,
            dtype=[np.float64, np.float32],
            order="C",
            accept_large_sparse=False,
        )

    def _check_new_data(self, X: Any, *, sparse: bool) -> Any:
        check_is_fitted(self)
        return validate_data(
            self,
            X,
            reset=False,
            accept_sparse="csr" if sparse else False,
            dtype=[np.float64, np.float32],
            order="C",
            accept_large_sparse=False,
        )


class WeightedClusterer(Clusterer):
    """Base of those whose rows may have weights."""

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
        labels: npt.NDArray[np.int32] = self.fit(X, sample_weight=sample_weight).labels_
        return labels
