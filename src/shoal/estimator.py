"""What every clusterer of shoal has beyond scikit-learn's contract."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["Clusterer"]


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
