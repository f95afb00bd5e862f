"""DBSCAN."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from shoal import _native
from shoal.density.clusterer import DensityClusterer
from shoal.density.dbscan_rows import fit_rows
from shoal.density.radius import nearest_of, nearest_row_of
from shoal.density.space import FUNCTION, Metric, Space, check_metric, name_of, space_of
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["DBSCAN"]


class DBSCAN(DensityClusterer):
    """DBSCAN clustering in linear memory, a drop-in for ``sklearn.cluster.DBSCAN``.

    Parameters
    ----------
    eps, min_samples, metric, p, n_jobs, callback
        As in `shoal.density.dbscan`.
    metric_params : None
        Accepted for compatibility; what a function needs can be bound to it.
    algorithm : {"auto", "ball_tree", "kd_tree", "brute"}, default="auto"
        Accepted for compatibility; the result is the same and the way is chosen by the data.
    leaf_size : int, default=30
        Accepted for compatibility.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row, -1 for noise; equal to ``predict`` of the training rows.
    core_sample_indices_ : ndarray of shape (n_core,), int64
        Core rows, ascending.
    components_ : ndarray of shape (n_core, n_features)
        These rows.
    core_labels_ : ndarray of shape (n_core,), int32
        Their clusters.
    eps_ : float
        The radius, as given or chosen.
    metric_ : str
        Name of the metric; "function" where it is one of the caller's.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` gives the least cluster that has a core row within `eps_`. Scores go by the distance
    to the nearest core row in units of `eps_`: 0 for core rows, an outlier score of at most 1/2 for
    border rows, more for noise, and 1 where there is no core row at all.

    With metric="cosine" a new row of zeros is noise. With metric="precomputed", ``predict``,
    ``membership`` and ``outlier_scores`` take the distances of new rows to all training rows, of
    shape (n_new, n_samples). A model fitted with a function does not carry it into a file.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import DBSCAN
    >>> X = np.array([[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]])
    >>> model = DBSCAN(eps=3, min_samples=2).fit(X)
    >>> model.labels_.tolist()
    [0, 0, 0, 1, 1, -1]
    >>> model.predict([[3, 3], [50, 50]]).tolist()
    [0, -1]
    """

    def __init__(
        self,
        eps: float | str = 0.5,
        *,
        min_samples: int = 5,
        metric: Metric = "euclidean",
        metric_params: None = None,
        algorithm: str = "auto",
        leaf_size: int = 30,
        p: float | None = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.eps = eps
        self.min_samples = min_samples
        self.metric = metric
        self.metric_params = metric_params
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.p = p
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> DBSCAN:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or (n_samples, n_samples)
            Rows to cluster, or their distances; sparse for distances only.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        DBSCAN
            The estimator itself.

        Raises
        ------
        ParameterError, DataError, MemoryBudgetError
            As `shoal.density.dbscan`.
        """
        if self.metric_params is not None:
            raise ParameterError(
                f"metric_params must be None; got {self.metric_params!r}. Pass a function that "
                "knows them as metric."
            )
        checked = self._check_training_data(X, sparse=self._takes_sparse)
        result = fit_rows(
            checked,
            self.eps,
            self.min_samples,
            self.metric,
            self.p,
            sample_weight,
            self.n_jobs,
            self.callback,
        )
        self.metric_ = name_of(check_metric(self.metric, self.p))
        self.eps_ = result.eps
        self.labels_ = result.labels
        self.core_sample_indices_ = result.core_sample_indices
        self.components_ = checked[result.core_sample_indices]
        self.core_labels_ = result.labels[result.core_sample_indices]
        others = np.ones(checked.shape[0], dtype=bool)
        others[result.core_sample_indices] = False
        self._others = checked[others]
        self._reach: npt.NDArray[np.float64] | None = None
        return self

    @property
    def _takes_sparse(self) -> bool:
        return isinstance(self.metric, str) and self.metric == "precomputed"

    def _check_training_data(self, X: Any, *, sparse: bool, reset: bool = True) -> Any:
        return super()._check_training_data(_narrow(X), sparse=sparse, reset=reset)

    def _check_new_data(self, X: Any, *, sparse: bool) -> Any:
        return super()._check_new_data(_narrow(X), sparse=sparse)

    def _label(self, rows: Any) -> npt.NDArray[np.int32]:
        if self.metric_ not in ("precomputed", FUNCTION):
            core, new = self._spaces(rows)
            limit = core.limit(self.eps_)
            n_threads = _native.resolve_thread_count(self.n_jobs or 0)
            return _native.dbscan_label(
                core.rows, self.core_labels_, new.rows, core.native, limit, n_threads
            )
        labels = np.full(rows.shape[0], -1, dtype=np.int32)
        for i, distances in enumerate(self._given_distances(rows)):
            near = self.core_labels_[distances <= self.eps_]
            labels[i] = near.min() if near.size else -1
        return labels

    def _nearest_label(self, rows: Any) -> npt.NDArray[np.int32]:
        if not len(self.core_labels_) or not rows.shape[0]:
            return np.full(rows.shape[0], -1, dtype=np.int32)
        if self.metric_ in ("precomputed", FUNCTION):
            nearest = np.array([row.argmin() for row in self._given_distances(rows)])
        else:
            core, new = self._spaces(rows)
            nearest = nearest_row_of(core, new.rows, self.n_jobs)
        labels: npt.NDArray[np.int32] = self.core_labels_[nearest]
        return labels

    def _reach_of(self, rows: Any) -> npt.NDArray[np.float64]:
        if not len(self.core_labels_) or not rows.shape[0]:
            return np.full(rows.shape[0], np.inf)
        if self.metric_ in ("precomputed", FUNCTION):
            nearest = np.array([row.min() for row in self._given_distances(rows)])
        else:
            core, new = self._spaces(rows)
            nearest = nearest_of(core, new.rows, 1, self.n_jobs)
        with np.errstate(over="ignore"):
            return nearest / self.eps_

    def _training_reach(self) -> npt.NDArray[np.float64]:
        if self._reach is None:
            self._reach = np.zeros(len(self.labels_))
            others = np.ones(len(self.labels_), dtype=bool)
            others[self.core_sample_indices_] = False
            self._reach[others] = self._reach_of(self._others)
        return self._reach

    def _spaces(self, rows: npt.NDArray[Any]) -> tuple[Space, Space]:
        """Core rows and others in one space, in the wider of their precisions."""
        wide = np.result_type(self.components_, rows)
        return (
            space_of(self.components_.astype(wide, copy=False), self.metric_),
            space_of(rows.astype(wide, copy=False), self.metric_),
        )

    def _given_distances(self, rows: Any) -> Iterator[npt.NDArray[np.float64]]:
        """Distances of one row after the other to the core rows."""
        if self.metric_ == FUNCTION and not callable(self.metric):
            raise ParameterError(
                "metric must be the function the model was fitted with, which a model file does "
                f"not hold; got {self.metric!r}."
            )
        if sparse.issparse(rows):
            for begin, end in pairwise(rows.indptr.tolist()):
                # What is not stored is far away.
                out = np.full(rows.shape[1], np.inf)
                out[rows.indices[begin:end]] = rows.data[begin:end]
                yield out[self.core_sample_indices_]
            return
        for row in rows:
            if callable(self.metric):
                yield np.array([self.metric(row, core) for core in self.components_], dtype=float)
            else:
                yield row[self.core_sample_indices_].astype(np.float64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self._takes_sparse
        tags.input_tags.sparse = self._takes_sparse
        return tags


def _narrow(X: Any) -> Any:
    """Store the places of a sparse matrix in 32 bits, where they fit."""
    if not sparse.issparse(X) or X.nnz >= 2**31:
        return X
    rows = X.tocsr()
    places = (rows.data, rows.indices.astype(np.int32), rows.indptr.astype(np.int32))
    return sparse.csr_array(places, shape=rows.shape)
