"""HDBSCAN as an estimator."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from shoal.checks import check_choice, check_integer, check_number, check_weights
from shoal.density.cluster_centers import centroids_of, medoids_of
from shoal.density.hierarchy import HDBSCANResult, Selection, cut_tree, fit_rows
from shoal.density.placing import Placed
from shoal.density.reachability import Metric, ReachabilityTree, name_of
from shoal.density.tree_clusterer import TreeClusterer
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["HDBSCAN"]

CENTERS: tuple[str, ...] = ("centroid", "medoid", "both")


class HDBSCAN(TreeClusterer):
    """HDBSCAN: clusters of any density and shape, with noise between them.

    Parameters
    ----------
    min_cluster_size, min_samples, cluster_selection_epsilon, max_cluster_size, metric, alpha
        As in `shoal.density.hdbscan`.
    cluster_selection_method, allow_single_cluster, n_jobs, callback
        As in `shoal.density.hdbscan`.
    store_centers : {"centroid", "medoid", "both"}, optional
        Centres to keep of each cluster: the mean of its rows, weighted by their strength of
        membership, or the row with the least sum of distances, so weighted.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row, from the heaviest, ties by their first row; -1 is noise. Rows
        of weight 0 are placed as new rows are.
    probabilities_ : ndarray of shape (n_samples,), float64
        Strength of membership: lambda at which the row leaves its cluster over the last lambda at
        which anything does; 0 for noise.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        GLOSH: 1 - lambda of the row over the last lambda of the densest cluster below the one the
        row leaves.
    condensed_tree_ : structured ndarray
        Fields ``parent``, ``child``, ``lambda_val``, ``child_size``, see
        `HDBSCANResult.condensed_tree`.
    single_linkage_tree_ : ndarray of shape (n_samples - 1, 4), float64
        SciPy's Z of the merges by mutual reachability.
    centroids_, medoids_ : ndarray of shape (n_clusters, n_features)
        With `store_centers`.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` places a new row at the training row nearest to it by mutual reachability: the
    largest of their distance, that row's core distance and the new row's own, for which it takes
    that row's place. The new row gets the label of the cluster of the tree that it would have left
    last, and the strength and outlier score of a row that leaves it then; nothing of the fit
    changes (the rule of approximate_predict in the package hdbscan). For training rows it gives
    ``labels_``. With metric="precomputed" it takes the distances of new rows to all training rows.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import HDBSCAN
    >>> X = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.3], [99.0]])
    >>> model = HDBSCAN(min_cluster_size=3, min_samples=2).fit(X)
    >>> model.labels_.tolist()
    [0, 0, 0, 1, 1, 1, -1]
    >>> model.predict([[0.15], [40.0]]).tolist()
    [0, -1]
    """

    _condensed: npt.NDArray[Any] | None

    def __init__(
        self,
        min_cluster_size: int = 5,
        min_samples: int | None = None,
        cluster_selection_epsilon: float = 0.0,
        max_cluster_size: int | None = None,
        metric: Metric = "euclidean",
        alpha: float = 1.0,
        cluster_selection_method: str = "eom",
        allow_single_cluster: bool = False,
        store_centers: str | None = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.cluster_selection_epsilon = cluster_selection_epsilon
        self.max_cluster_size = max_cluster_size
        self.metric = metric
        self.alpha = alpha
        self.cluster_selection_method = cluster_selection_method
        self.allow_single_cluster = allow_single_cluster
        self.store_centers = store_centers
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> HDBSCAN:  # noqa: ARG002 - convention
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Rows to cluster, or their distances.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row: one of weight w counts like w equal rows, one of weight 0 is only
            labelled.

        Returns
        -------
        HDBSCAN
            The estimator itself.

        Raises
        ------
        ParameterError, DataError, MemoryBudgetError
            As `shoal.density.hdbscan`.
        """
        if self.store_centers is not None:
            check_choice("store_centers", self.store_centers, CENTERS, also=" or None")
        checked = self._check_training_data(X, sparse=False)
        weights = check_weights(sample_weight, checked.shape[0])
        counted = slice(None) if weights is None or weights.all() else weights > 0
        rows = checked[counted]
        if self.metric == "precomputed":
            rows = rows[:, counted]
        result = fit_rows(
            np.ascontiguousarray(rows),
            None if weights is None else np.ascontiguousarray(weights[counted]),
            self._selection(),
            self.min_samples,
            self.metric,
            self.alpha,
            self.n_jobs,
            self.callback,
        )
        self.metric_ = name_of(self.metric)
        self.training_rows_ = np.empty((0, 0)) if self.metric == "precomputed" else rows
        self.counted_rows_ = (
            np.empty(0, dtype=np.int64) if isinstance(counted, slice) else np.flatnonzero(counted)
        )
        self._keep(result)
        if not isinstance(counted, slice):
            others = checked[~counted]
            self._uncounted_rows = others[:, counted] if self.metric == "precomputed" else others
            self._add_uncounted(checked.shape[0])
        self._keep_centers(rows, result)
        return self

    def recut(
        self,
        *,
        min_cluster_size: int | None = None,
        cluster_selection_method: str | None = None,
        cluster_selection_epsilon: float | None = None,
        max_cluster_size: int | None = None,
        allow_single_cluster: bool | None = None,
    ) -> HDBSCAN:
        """Select other clusters from the tree of this fit, without searching rows again.

        Parameters
        ----------
        min_cluster_size, cluster_selection_method, cluster_selection_epsilon
            As in the constructor; None keeps what they are.
        max_cluster_size, allow_single_cluster
            As in the constructor; None keeps what they are.

        Returns
        -------
        HDBSCAN
            A new fitted estimator, identical to a fit with these parameters and the `min_samples`
            of this one.
        """
        check_is_fitted(self)
        if not hasattr(self, "_tree"):
            raise ParameterError(
                "recut must follow fit in the same process; got a model that was loaded, which "
                "holds the clusters and not the tree of merges."
            )
        wanted = {
            "min_cluster_size": min_cluster_size,
            "cluster_selection_method": cluster_selection_method,
            "cluster_selection_epsilon": cluster_selection_epsilon,
            "max_cluster_size": max_cluster_size,
            "allow_single_cluster": allow_single_cluster,
        }
        changed = {name: value for name, value in wanted.items() if value is not None}
        samples = int(self.min_samples_) if float(self.min_samples_).is_integer() else None
        other: HDBSCAN = clone(self).set_params(**changed, min_samples=samples)
        for name in ("n_features_in_", "feature_names_in_", "metric_", "training_rows_"):
            if hasattr(self, name):
                setattr(other, name, getattr(self, name))
        other.counted_rows_ = self.counted_rows_
        result = cut_tree(self._tree, other._selection().checked())
        other._keep(result)
        if self.counted_rows_.size:
            other._uncounted_rows = self._uncounted_rows
            other._add_uncounted(self.labels_.size)
        other._keep_centers(self.training_rows_, result)
        return other

    def dbscan_clustering(
        self, cut_distance: float, min_cluster_size: int = 5
    ) -> npt.NDArray[np.int32]:
        """Return the flat clusters of the tree at one distance: those of DBSCAN* with that eps.

        Parameters
        ----------
        cut_distance : float
            Rows joined by mutual reachability below this are in one cluster.
        min_cluster_size : int, default=5
            Smaller clusters are noise.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            Labels, numbered by their first row; -1 is noise.
        """
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        check_is_fitted(self, "_tree")
        cut = check_number("cut_distance", cut_distance, minimum=0)
        smallest = check_integer("min_cluster_size", min_cluster_size, minimum=1)
        tree, n = self._tree, self._tree.core_distances.size
        ends = tree.edges[tree.heights < cut]
        graph = coo_array((np.ones(len(ends), dtype=bool), (ends[:, 0], ends[:, 1])), shape=(n, n))
        found = connected_components(graph, directed=False)[1]
        sizes = np.bincount(found, weights=tree.weights)
        kept = sizes[found] >= smallest
        _, first, inverse = np.unique(found[kept], return_index=True, return_inverse=True)
        labels = np.full(self.labels_.size, -1, dtype=np.int32)
        counted = self.counted_rows_ if self.counted_rows_.size else slice(None)
        flat = np.full(n, -1, dtype=np.int32)
        flat[kept] = np.argsort(np.argsort(first))[inverse]
        labels[counted] = flat
        return labels

    @property
    def condensed_tree_(self) -> npt.NDArray[Any]:
        """The condensed tree, one entry per row and cluster."""
        check_is_fitted(self)
        if self._condensed is None:
            self._condensed = self._result.condensed_tree
        return self._condensed

    @condensed_tree_.setter
    def condensed_tree_(self, tree: npt.NDArray[Any]) -> None:
        self._condensed = tree

    @property
    def single_linkage_tree_(self) -> npt.NDArray[np.float64]:
        """The merges by mutual reachability as SciPy's Z."""
        check_is_fitted(self, "_tree")
        return self._tree.linkage

    def _selection(self) -> Selection:
        return Selection(
            self.min_cluster_size,
            self.cluster_selection_epsilon,
            self.max_cluster_size,
            self.cluster_selection_method,
            self.allow_single_cluster,
        )

    def _keep(self, result: HDBSCANResult) -> None:
        tree = result.tree
        self._tree: ReachabilityTree = tree
        self._result = result
        self.labels_ = result.labels
        self.probabilities_ = result.probabilities
        self.outlier_scores_ = result.outlier_scores
        self.min_samples_ = tree.min_samples
        self.core_distances_ = tree.core_distances
        self.row_weights_ = np.empty(0) if tree.weights is None else tree.weights
        self.row_clusters_ = result.row_clusters
        self.row_lambdas_ = result.row_lambdas
        self.cluster_parents_ = result.parents
        self.cluster_births_ = result.births
        self._condensed = None
        self.cluster_labels_ = result.cluster_labels
        self.max_lambdas_ = result.max_lambdas
        self.deepest_lambdas_ = result.deepest_lambdas
        self.root_lambda_ = result.root_lambda
        self._placed = Placed(result.row_clusters, result.row_lambdas)

    def _add_uncounted(self, n: int) -> None:
        """Label the rows of weight 0 as new rows are, among the others."""
        placed = self._place(self._uncounted_rows)
        counted = np.zeros(n, dtype=bool)
        counted[self.counted_rows_] = True

        def among(of_counted: npt.NDArray[Any], of_others: npt.NDArray[Any]) -> npt.NDArray[Any]:
            out = np.empty(n, dtype=of_counted.dtype)
            out[counted], out[~counted] = of_counted, of_others
            return out

        self.labels_ = among(self.labels_, self._labels_of(placed))
        self.probabilities_ = among(self.probabilities_, self._strengths_of(placed))
        self.outlier_scores_ = among(self.outlier_scores_, self._scores_of(placed))
        self._placed = Placed(
            among(self._placed.clusters, placed.clusters),
            among(self._placed.lambdas, placed.lambdas),
        )

    def _keep_centers(self, rows: npt.NDArray[Any], result: HDBSCANResult) -> None:
        if self.store_centers is None:
            return
        if self.metric_ == "precomputed":
            raise ParameterError(
                "store_centers must be None with metric='precomputed', where rows are not known; "
                f"got {self.store_centers!r}."
            )
        if self.store_centers in ("centroid", "both"):
            self.centroids_ = centroids_of(rows, result.labels, result.probabilities)
        if self.store_centers in ("medoid", "both"):
            self.medoids_ = medoids_of(rows, result.labels, result.probabilities, self.metric)
