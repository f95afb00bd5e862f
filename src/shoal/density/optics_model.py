"""OPTICS."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.density.nearest_row import NearestRowClusterer
from shoal.density.optics_rows import cut_by_radius, fit_rows
from shoal.density.space import Metric, check_metric
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["OPTICS"]


class OPTICS(NearestRowClusterer):
    """OPTICS clustering in linear memory, a drop-in for ``sklearn.cluster.OPTICS``.

    Parameters
    ----------
    min_samples, max_eps, metric, p, cluster_method, eps, xi, predecessor_correction
        As in `shoal.density.optics`.
    min_cluster_size, n_jobs, callback
        As in `shoal.density.optics`.
    metric_params : None
        Accepted for compatibility; what a function needs can be bound to it.
    algorithm : {"auto", "ball_tree", "kd_tree", "brute"}, default="auto"
        Accepted for compatibility; the result is the same.
    leaf_size : int, default=30
        Accepted for compatibility.
    memory : None
        Accepted for compatibility; nothing is stored on disk.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row, -1 for noise.
    ordering_ : ndarray of shape (n_samples,), int64
        Rows in the order of the walk.
    reachability_, core_distances_ : ndarray of shape (n_samples,), float64
        By row; ``reachability_[ordering_]`` is the plot.
    predecessor_ : ndarray of shape (n_samples,), int64
        Row from which each row was reached, -1 for none.
    cluster_hierarchy_ : ndarray of shape (n_found, 2), int64
        First and last place in the ordering of the clusters that xi finds; only there for
        cluster_method="xi".
    rows_, row_labels_, row_radii_ : ndarray
        The training rows, their labels, and their core distances within `max_eps`.
    unit_ : float
        Twice the median core distance of the rows in clusters, or of all where there are none.
    neighbor_ : int
        `min_samples` as a number of rows.
    metric_ : str
        Name of the metric; "function" where it is one of the caller's.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` gives the label of the nearest training row, of the lowest on a tie, or -1 where it
    is farther away than that row's core distance. For the training rows these are `labels_` unless
    equal rows have different ones. Scores go by the core distance of a row in units of `unit_`:
    1/3 at the median.

    With metric="precomputed", ``predict``, ``membership`` and ``outlier_scores`` take the distances
    of new rows to all training rows, of shape (n_new, n_samples). A model fitted with a function
    does not carry it into a file.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import OPTICS
    >>> X = np.array([[1, 2], [2, 5], [3, 6], [8, 7], [8, 8], [7, 3]])
    >>> model = OPTICS(min_samples=2).fit(X)
    >>> model.labels_.tolist()
    [0, 0, 0, 1, 1, 1]
    >>> model.predict([[8.0, 7.5], [90.0, 90.0]]).tolist()
    [1, -1]
    """

    def __init__(
        self,
        *,
        min_samples: float = 5,
        max_eps: float = np.inf,
        metric: Metric = "minkowski",
        p: float | None = 2,
        metric_params: None = None,
        cluster_method: str = "xi",
        eps: float | None = None,
        xi: float = 0.05,
        predecessor_correction: bool = True,
        min_cluster_size: float | None = None,
        algorithm: str = "auto",
        leaf_size: int = 30,
        memory: None = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.min_samples = min_samples
        self.max_eps = max_eps
        self.metric = metric
        self.p = p
        self.metric_params = metric_params
        self.cluster_method = cluster_method
        self.eps = eps
        self.xi = xi
        self.predecessor_correction = predecessor_correction
        self.min_cluster_size = min_cluster_size
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.memory = memory
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None) -> OPTICS:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Rows to cluster, or their distances.
        y : ignored
            Present by convention.

        Returns
        -------
        OPTICS
            The estimator itself.

        Raises
        ------
        ParameterError, DataError, MemoryBudgetError
            As `shoal.density.optics`.
        """
        if self.metric_params is not None:
            raise ParameterError(
                f"metric_params must be None; got {self.metric_params!r}. Pass a function that "
                "knows them as metric."
            )
        checked = self._check_training_data(X, sparse=False)
        result = fit_rows(
            checked,
            self.min_samples,
            self.max_eps,
            self.metric,
            self.p,
            self.cluster_method,
            self.eps,
            self.xi,
            self.predecessor_correction,
            self.min_cluster_size,
            self.n_jobs,
            self.callback,
        )
        self.ordering_ = result.ordering
        self.reachability_ = result.reachability
        self.core_distances_ = core = result.core_distances
        self.predecessor_ = result.predecessor
        if result.cluster_hierarchy is not None:
            self.cluster_hierarchy_ = result.cluster_hierarchy
        elif hasattr(self, "cluster_hierarchy_"):
            del self.cluster_hierarchy_
        known = core[(result.labels >= 0) & np.isfinite(core)]
        known = known if known.size else core[np.isfinite(core)]
        unit = 2 * float(np.median(known)) if known.size else np.inf
        radii = np.minimum(np.where(np.isinf(core), self.max_eps, core), self.max_eps)
        self._keep(
            checked, check_metric(self.metric, self.p), result.labels, radii, unit, result.least
        )
        return self

    def cut(self, eps: float) -> npt.NDArray[np.int32]:
        """Return the labels of a cut of the reachability plot at a height.

        Parameters
        ----------
        eps : float
            Height, at most `max_eps`; the labels are close to those of DBSCAN with this radius.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels, -1 for noise; the model itself is not changed.
        """
        return cut_by_radius(self.reachability_, self.core_distances_, self.ordering_, eps)

    def _training_reach(self) -> npt.NDArray[np.float64]:
        return self.core_distances_ / self.unit_
