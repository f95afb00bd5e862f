"""Mean shift."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native
from shoal.density.clusterer import DensityClusterer
from shoal.density.shift_rows import fit_rows
from shoal.progress import Callback

__all__ = ["MeanShift"]


class MeanShift(DensityClusterer):
    """Mean shift clustering with a flat kernel, a drop-in for ``sklearn.cluster.MeanShift``.

    Parameters
    ----------
    bandwidth, seeds, bin_seeding, min_bin_freq, cluster_all, n_jobs, max_iter, callback
        As in `shoal.density.mean_shift`.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features), float64
        Peaks of the density, those with the most rows around them first.
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row; equal to ``predict`` of the training rows.
    bandwidth_ : float
        As given or estimated.
    n_iter_ : int
        The most steps of a seed.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` gives the nearest peak; with ``cluster_all=False`` it gives -1, as `labels_` do, for
    a row farther from it than `bandwidth_`. Scores go by the distance to the nearest peak in units
    of `bandwidth_`.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import MeanShift
    >>> X = np.array([[1, 1], [2, 1], [1, 0], [4, 7], [3, 5], [3, 6]])
    >>> model = MeanShift(bandwidth=2).fit(X)
    >>> model.labels_.tolist()
    [1, 1, 1, 0, 0, 0]
    >>> model.predict([[0, 0], [5, 5]]).tolist()
    [1, 0]
    """

    def __init__(
        self,
        *,
        bandwidth: float | None = None,
        seeds: Any = None,
        bin_seeding: bool = False,
        min_bin_freq: int = 1,
        cluster_all: bool = True,
        n_jobs: int | None = None,
        max_iter: int = 300,
        callback: Callback | None = None,
    ) -> None:
        self.bandwidth = bandwidth
        self.seeds = seeds
        self.bin_seeding = bin_seeding
        self.min_bin_freq = min_bin_freq
        self.cluster_all = cluster_all
        self.n_jobs = n_jobs
        self.max_iter = max_iter
        self.callback = callback

    def fit(self, X: Any, y: Any = None) -> MeanShift:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows to cluster.
        y : ignored
            Present by convention.

        Returns
        -------
        MeanShift
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.density.mean_shift`.
        """
        checked = self._check_training_data(X, sparse=False).astype(np.float64, copy=False)
        result = fit_rows(
            checked,
            self.bandwidth,
            self.seeds,
            self.bin_seeding,
            self.min_bin_freq,
            self.cluster_all,
            self.max_iter,
            self.n_jobs,
            self.callback,
        )
        self.cluster_centers_ = result.cluster_centers
        self.labels_ = result.labels
        self.bandwidth_ = result.bandwidth
        self.n_iter_ = result.n_iter
        # A model file holds finite numbers only.
        self.limit_ = float(np.finfo(np.float64).max) if self.cluster_all else result.bandwidth
        self._reach = self._distances(checked)[1] / self.bandwidth_
        return self

    def _label(self, rows: Any) -> npt.NDArray[np.int32]:
        labels, distances = self._distances(rows)
        return np.where(distances > self.limit_, -1, labels).astype(np.int32)

    def _nearest_label(self, rows: Any) -> npt.NDArray[np.int32]:
        return self._distances(rows)[0]

    def _reach_of(self, rows: Any) -> npt.NDArray[np.float64]:
        return self._distances(rows)[1] / self.bandwidth_

    def _training_reach(self) -> npt.NDArray[np.float64]:
        return self._reach

    def _distances(self, rows: Any) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Nearest peak of each row, and the distance to it."""
        wide = np.ascontiguousarray(rows, dtype=np.float64)
        n_threads = _native.resolve_thread_count(self.n_jobs or 0)
        distances, nearest = _native.kneighbors(self.cluster_centers_, wide, 1, False, n_threads)
        return nearest[:, 0].astype(np.int32), distances[:, 0]
