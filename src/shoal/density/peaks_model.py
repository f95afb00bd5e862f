"""Density peaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.checks import check_weights
from shoal.density.nearest_row import NearestRowClusterer
from shoal.density.peaks_rows import fit_rows
from shoal.density.radius import kth_distances
from shoal.density.space import Metric, check_metric, space_of
from shoal.progress import Callback

__all__ = ["DensityPeaks"]

NEIGHBOR = 5
"""Which neighbour tells how far out a row lies, itself counted."""


class DensityPeaks(NearestRowClusterer):
    """Density peaks clustering (Rodriguez and Laio 2014), exact and in linear memory.

    Parameters
    ----------
    n_clusters, dc, kernel, halo, metric, p, n_jobs, callback
        As in `shoal.density.density_peaks`.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row, -1 for rows in a halo; equal to ``predict`` of the training
        rows.
    center_indices_ : ndarray of shape (n_clusters,), int64
        Rows that are the centres, the densest first.
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        These rows.
    rho_, delta_ : ndarray of shape (n_samples,), float64
        Density of each row, and its distance to the nearest denser one: the decision graph.
    parent_ : ndarray of shape (n_samples,), int64
        That denser row, -1 for the densest of all.
    dc_ : float
        The cutoff distance, as given or chosen.
    rows_, row_labels_, row_radii_ : ndarray
        The training rows, their labels, and how far each of them gives its label: anywhere.
    unit_ : float
        Twice the median distance of the training rows to their fifth neighbour, themselves counted.
    neighbor_ : int
        5, or the number of rows where it is less.
    metric_ : str
        Name of the metric.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` gives the label of the nearest training row, of the lowest on a tie. Scores go by
    the distance to the fifth nearest training row in units of `unit_`: 1/3 at the median.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import DensityPeaks
    >>> X = np.array([[1, 2], [1, 3], [2, 2], [9, 9], [9, 8], [8, 9], [30, 1]])
    >>> model = DensityPeaks(2, dc=2.0).fit(X)
    >>> model.labels_[:6].tolist()
    [0, 0, 0, 1, 1, 1]
    >>> model.predict([[0, 0], [7, 7]]).tolist()
    [0, 1]
    """

    def __init__(
        self,
        n_clusters: int | str = "auto",
        *,
        dc: float | str = "auto",
        kernel: str = "cutoff",
        halo: bool = False,
        metric: Metric = "euclidean",
        p: float | None = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.dc = dc
        self.kernel = kernel
        self.halo = halo
        self.metric = metric
        self.p = p
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> DensityPeaks:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows to cluster.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        DensityPeaks
            The estimator itself.

        Raises
        ------
        ParameterError, DataError
            As `shoal.density.density_peaks`.
        """
        checked = self._check_training_data(X, sparse=False)
        result = fit_rows(
            checked,
            self.n_clusters,
            self.dc,
            self.kernel,
            self.halo,
            self.metric,
            self.p,
            sample_weight,
            self.n_jobs,
            self.callback,
        )
        self.center_indices_ = result.center_indices
        self.cluster_centers_ = checked[result.center_indices]
        self.rho_ = result.rho
        self.delta_ = result.delta
        self.parent_ = result.parent
        self.dc_ = result.dc
        known = str(check_metric(self.metric, self.p))
        neighbor = min(NEIGHBOR, len(checked))
        typical = kth_distances(space_of(checked, known), neighbor, self.n_jobs)
        # A row of weight 0 is not there for new rows; its own label is that of the nearest one.
        weights = check_weights(sample_weight, len(checked))
        there = np.full(len(checked), True) if weights is None else weights > 0
        self._keep(
            checked,
            known,
            result.labels,
            np.full(len(checked), np.inf),
            2 * float(np.median(typical)),
            neighbor,
            there,
        )
        self._trained = checked
        self._reach: npt.NDArray[np.float64] | None = None
        return self

    def _training_reach(self) -> npt.NDArray[np.float64]:
        if self._reach is None:
            self._reach = self._reach_of(self._trained)
        return self._reach
