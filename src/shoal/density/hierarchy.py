"""HDBSCAN: clusters that stay together over the widest range of densities."""

from __future__ import annotations

from collections.abc import Callable as Function
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from shoal import _native
from shoal.checks import check_choice, check_integer, check_number, check_weights
from shoal.density.reachability import Metric, ReachabilityTree, reachability_tree
from shoal.errors import ParameterError
from shoal.progress import Callback, Event

__all__ = ["HDBSCANResult", "Selection", "cut_tree", "fit_rows", "hdbscan"]

METHODS: tuple[str, ...] = ("eom", "leaf")

_CONDENSED = np.dtype(
    [("parent", np.intp), ("child", np.intp), ("lambda_val", np.float64), ("child_size", np.intp)]
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Parameters that choose clusters from the tree, see `hdbscan`."""

    min_cluster_size: int = 5
    cluster_selection_epsilon: float = 0.0
    max_cluster_size: int | None = None
    cluster_selection_method: str = "eom"
    allow_single_cluster: bool = False

    def checked(self) -> Selection:
        """Return the parameters, or raise at the first that is wrong."""
        largest = self.max_cluster_size
        single = self.allow_single_cluster
        if not isinstance(single, bool | np.bool_):
            raise ParameterError(f"allow_single_cluster must be True or False; got {single!r}.")
        return Selection(
            check_integer("min_cluster_size", self.min_cluster_size, minimum=2),
            check_number("cluster_selection_epsilon", self.cluster_selection_epsilon, minimum=0),
            None if largest is None else check_integer("max_cluster_size", largest, minimum=1),
            check_choice("cluster_selection_method", self.cluster_selection_method, METHODS),
            bool(single),
        )


@dataclass(frozen=True, slots=True)
class HDBSCANResult:
    """What `hdbscan` found. Lambda is 1 over a distance; cluster 0 of the tree is its root.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Cluster of each row, from the heaviest, ties by their first row; -1 is noise.
    probabilities : ndarray of shape (n_samples,), float64
        Strength of membership, 0 to 1; 0 for noise.
    outlier_scores : ndarray of shape (n_samples,), float64
        GLOSH: 0 in the densest part of a row's neighbourhood, towards 1 far below its density.
    row_clusters, row_lambdas : ndarray of shape (n_samples,), int32 and float64
        The cluster of the tree that each row leaves last, and when it does.
    parents, births, sizes : ndarray of shape (n_tree,), int32, float64 and int32
        Parent of each cluster of the tree (-1 for the root), when it parts from it, and its rows.
    cluster_labels : ndarray of shape (n_tree,), int32
        Label of the selected cluster that each cluster of the tree is in; -1 above them.
    max_lambdas, deepest_lambdas : ndarray of shape (n_tree,), float64
        The last lambda at which something leaves the cluster, and the last in all below it.
    stabilities : ndarray of shape (n_tree,), float64
        Excess of mass: how long its rows stay, summed.
    root_lambda : float
        Where the root is the only cluster, rows that leave before this are noise; else 0.
    tree : ReachabilityTree
        The tree of merges, which another selection starts from.
    """

    labels: npt.NDArray[np.int32]
    probabilities: npt.NDArray[np.float64]
    outlier_scores: npt.NDArray[np.float64]
    row_clusters: npt.NDArray[np.int32]
    row_lambdas: npt.NDArray[np.float64]
    parents: npt.NDArray[np.int32]
    births: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int32]
    cluster_labels: npt.NDArray[np.int32]
    max_lambdas: npt.NDArray[np.float64]
    deepest_lambdas: npt.NDArray[np.float64]
    stabilities: npt.NDArray[np.float64]
    root_lambda: float
    tree: ReachabilityTree

    @property
    def condensed_tree(self) -> npt.NDArray[Any]:
        """Structured array of shape (n_samples + n_tree - 1,), one entry per row and cluster.

        Fields ``parent``, ``child``, ``lambda_val`` and ``child_size``, as the package hdbscan has
        them: children below n_samples are rows, cluster c of the tree is n_samples + c. Parents
        come in order; below each its rows by lambda, then its clusters.
        """
        n, m = self.row_clusters.size, self.parents.size
        out = np.empty(n + m - 1, dtype=_CONDENSED)
        out["parent"] = n + np.concatenate([self.row_clusters, self.parents[1:]])
        out["child"] = np.concatenate([np.arange(n), n + np.arange(1, m)])
        out["lambda_val"] = np.concatenate([self.row_lambdas, self.births[1:]])
        out["child_size"] = np.concatenate([np.ones(n, dtype=np.intp), self.sizes[1:]])
        is_cluster = out["child"] >= n
        return out[np.lexsort((out["child"], out["lambda_val"], is_cluster, out["parent"]))]


def hdbscan(
    X: Any,
    *,
    min_cluster_size: int = 5,
    min_samples: int | None = None,
    cluster_selection_epsilon: float = 0.0,
    max_cluster_size: int | None = None,
    metric: Metric = "euclidean",
    alpha: float = 1.0,
    cluster_selection_method: str = "eom",
    allow_single_cluster: bool = False,
    sample_weight: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> HDBSCANResult:
    """Cluster rows by density, at whatever density each cluster has, and leave the rest as noise.

    Rows are joined by mutual reachability, the larger of their distance over `alpha` and their two
    core distances; groups of fewer than `min_cluster_size` rows are taken for noise that falls off
    a cluster, and of the tree that is left the clusters are selected.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
        Rows, float32 or float64, finite; with metric="precomputed" their distances.
    min_cluster_size : int, default=5
        Fewest rows of a cluster, at least 2.
    min_samples : int, optional
        A row's core distance reaches to the `min_samples`-th nearest row, itself counted (as in
        scikit-learn; the package hdbscan does not count it, so its `min_samples` is one less).
        Larger is smoother and leaves more noise. None takes `min_cluster_size`, or all rows of
        fewer.
    cluster_selection_epsilon : float, default=0.0
        Clusters that split below this distance are not split (Malzer and Baum 2020).
    max_cluster_size : int, optional
        Larger clusters give way to those below them, with "eom".
    metric : str or callable, default="euclidean"
        "euclidean", "manhattan", "chebyshev", "cosine", "haversine" (columns latitude and
        longitude in degrees; distances, and so epsilon and lambda, in kilometres),
        "precomputed", or a function of two rows (slow: it is called for every pair).
    alpha : float, default=1.0
        Distances are divided by it; above 1 clusters merge earlier. Must be 1 for "haversine".
    cluster_selection_method : {"eom", "leaf"}, default="eom"
        Excess of mass, which selects the most stable clusters, or the leaves of the tree, which
        are more and smaller.
    allow_single_cluster : bool, default=False
        Whether all rows may be one cluster.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, above 0: a row of weight w counts like w equal rows.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with an `Event` now and then; may raise `Cancelled`.

    Returns
    -------
    HDBSCANResult

    Raises
    ------
    ParameterError, DataError
        A parameter is outside its allowed values, or the rows are not finite numbers, directions,
        places or distances as the metric needs them.
    MemoryBudgetError
        The distances by a function do not fit in memory.

    Notes
    -----
    The spanning tree is found over a k-d tree, in about O(n log n) time where rows have few
    columns and O(n² n_features) at worst, from a matrix in O(n²). Memory is O(n (n_features +
    min_samples)). Edges of equal weight are taken by distance and then by row, so that the tree is
    unique: results do not depend on threads, and equal rows share a label.

    References
    ----------
    R. J. G. B. Campello, D. Moulavi, A. Zimek, J. Sander: Hierarchical density estimates for data
    clustering, visualization, and outlier detection. 2015, doi:10.1145/2733381.
    C. Malzer, M. Baum: A hybrid approach to hierarchical density-based cluster selection. 2020,
    doi:10.1109/MFI49285.2020.9235263.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.density import hdbscan
    >>> X = np.array([[0.0], [0.1], [0.2], [5.0], [5.1], [5.3], [99.0]])
    >>> hdbscan(X, min_cluster_size=3, min_samples=2).labels.tolist()
    [0, 0, 0, 1, 1, 1, -1]
    """
    checked = check_array(X, dtype=[np.float64, np.float32], order="C", input_name="X")
    weights = check_weights(sample_weight, checked.shape[0])
    if weights is not None and not weights.all():
        row = int(np.flatnonzero(weights == 0)[0])
        raise ParameterError(
            f"sample_weight must be numbers > 0; got 0.0 in row {row}. Leave the row out."
        )
    selection = Selection(
        min_cluster_size,
        cluster_selection_epsilon,
        max_cluster_size,
        cluster_selection_method,
        allow_single_cluster,
    )
    return fit_rows(checked, weights, selection, min_samples, metric, alpha, n_jobs, callback)


def fit_rows(
    X: npt.NDArray[Any],
    weights: npt.NDArray[np.float64] | None,
    selection: Selection,
    min_samples: int | None,
    metric: Metric,
    alpha: float,
    n_jobs: int | None,
    callback: Callback | None,
) -> HDBSCANResult:
    """Check the parameters and cluster checked rows, all of a weight above 0."""
    chosen = selection.checked()
    total = X.shape[0] if weights is None else weights.sum()
    if min_samples is None:
        samples = float(min(chosen.min_cluster_size, total))
    else:
        samples = float(check_integer("min_samples", min_samples, minimum=1))
        if samples > total:
            raise ParameterError(
                f"min_samples must be at most the {total:g} rows; got {min_samples!r}. It counts "
                "the row itself and its nearest rows."
            )
    tree = reachability_tree(X, weights, samples, metric, alpha, n_jobs, _reporter(callback))
    return cut_tree(tree, chosen)


def cut_tree(tree: ReachabilityTree, selection: Selection) -> HDBSCANResult:
    """Select clusters from a tree of merges."""
    shape, clusters = _native.dense_clusters(
        tree.left,
        tree.right,
        tree.heights,
        tree.sizes,
        tree.weights,
        None if tree.weights is None else tree.core_distances,
        selection.min_cluster_size,
        selection.cluster_selection_method == "leaf",
        selection.cluster_selection_epsilon,
        selection.max_cluster_size,
        selection.allow_single_cluster,
    )
    row_clusters, row_lambdas, parents, births, sizes = shape
    labels, strengths, outlier_scores, cluster_labels, last, deepest, stabilities, root = clusters
    return HDBSCANResult(
        labels,
        strengths,
        outlier_scores,
        row_clusters,
        row_lambdas,
        parents,
        births,
        sizes,
        cluster_labels,
        last,
        deepest,
        stabilities,
        root,
        tree,
    )


def _reporter(callback: Callback | None) -> Function[[float], None] | None:
    if callback is None:
        return None

    def report(fraction: float) -> None:
        callback(Event("fit", fraction, 1.0, "spanning tree"))

    return report
