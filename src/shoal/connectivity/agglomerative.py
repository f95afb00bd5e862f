"""Agglomerative clustering."""

from __future__ import annotations

from typing import Any

import numpy as np

from shoal.checks import check_choice, check_weights
from shoal.connectivity.graph import join_parts, merge_graph
from shoal.connectivity.merging import Distances, Metric, check_linkage, merge, name_of
from shoal.connectivity.tree_clusterer import TreeClusterer
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["AgglomerativeClustering"]


class AgglomerativeClustering(TreeClusterer):
    """Agglomerative clustering: the two nearest clusters are joined again and again.

    Parameters
    ----------
    n_clusters : int or None, default=2
        Number of clusters; None where `distance_threshold` is given.
    metric : str or callable, default="euclidean"
        "euclidean" ("l2"), "sqeuclidean", "manhattan" ("l1", "cityblock"), "chebyshev", "cosine",
        "precomputed", or a function of two rows, which is slow.
    memory : ignored
        Present for scikit-learn's sake; nothing is cached.
    connectivity : array-like, sparse matrix or callable, optional
        Graph of shape (n_samples, n_samples) of rows that may be joined, or a function of `X` that
        returns it. It is made symmetric; where it is in parts, the nearest rows of every two parts
        are joined, with a warning.
    compute_full_tree : bool or "auto", default="auto"
        As in scikit-learn; the full tree is always there. With a graph and many clusters,
        scikit-learn numbers clusters in another order unless it is True; so does this.
    linkage : str, default="ward"
        "single", "complete", "average", "weighted", "ward", "centroid" or "median", see
        `shoal.connectivity.linkage`.
    distance_threshold : float or None, default=None
        Height at and above which clusters are not joined; `n_clusters` must be None.
    compute_distances : bool, default=False
        Present for scikit-learn's sake; ``distances_`` is always there.
    memory_limit : str or int, optional
        Most memory to take, such as "2GB"; None for a share of what is free.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each training row, numbered as scikit-learn does.
    linkage_matrix_ : ndarray of shape (n_leaves - 1, 4), float64
        The tree as SciPy's Z; with a graph, in the order of the merges.
    children_ : ndarray of shape (n_leaves - 1, 2), int64
        The two clusters of every merge.
    distances_ : ndarray of shape (n_leaves - 1,), float64
        Heights of the merges.
    n_clusters_, n_leaves_, n_connected_components_ : int
        Clusters, rows of positive weight, parts of the graph as it was given.
    outlier_scores_ : ndarray of shape (n_samples,), float64
        Outlier score of each training row, see `outlier_scores`.
    rows_, tree_rows_, row_labels_ : ndarray
        The rows of the tree (none with metric="precomputed"), their numbers and clusters.
    metric_ : str
        Name of the metric.
    n_features_in_, feature_names_in_
        As everywhere in scikit-learn.

    Notes
    -----
    ``predict`` gives a row the cluster of the nearest training row. Rows of weight 0 take no part
    in the tree and are labelled in the same way. With metric="precomputed", ``predict``,
    ``membership`` and ``outlier_scores`` take distances from new rows to all training rows. For
    time and memory see `shoal.connectivity.linkage`; with a graph of m edges, time is of the order
    of m log m and memory of m, as long as clusters have few neighbours.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal import AgglomerativeClustering
    >>> X = np.array([[1, 2], [1, 4], [1, 0], [4, 2], [4, 4], [4, 0]])
    >>> AgglomerativeClustering().fit(X).labels_.tolist()
    [1, 1, 1, 0, 0, 0]
    """

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        metric: Metric = "euclidean",
        memory: Any = None,
        connectivity: Any = None,
        compute_full_tree: bool | str = "auto",
        linkage: str = "ward",
        distance_threshold: float | None = None,
        compute_distances: bool = False,
        memory_limit: str | int | None = None,
        n_jobs: int | None = None,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.memory = memory
        self.connectivity = connectivity
        self.compute_full_tree = compute_full_tree
        self.linkage = linkage
        self.distance_threshold = distance_threshold
        self.compute_distances = compute_distances
        self.memory_limit = memory_limit
        self.n_jobs = n_jobs
        self.callback = callback

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> AgglomerativeClustering:  # noqa: ARG002 - convention
        """Build the tree of `X` and cut it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
            Rows to cluster, or their distances.
        y : ignored
            Present by convention.
        sample_weight : array-like of shape (n_samples,), optional
            Weight of each row.

        Returns
        -------
        AgglomerativeClustering
            The estimator itself.

        Raises
        ------
        ParameterError
            The linkage, metric, number of clusters or height cannot be, or do not fit together.
        DataError
            The rows are not finite, the matrix is not one of distances, or the graph has another
            shape.
        MemoryBudgetError
            The distances do not fit in memory.
        """
        rows = self._check_training_data(X, sparse=False)
        method = check_linkage(self.linkage, self.metric)
        weights = check_weights(sample_weight, len(rows))
        part = None if weights is None or weights.all() else np.flatnonzero(weights)
        self._check_cut(len(rows) if part is None else len(part))
        full = self._builds_full_tree(len(rows))
        given = Distances.of(rows, self.metric)
        metric = name_of(self.metric)
        graph = self.connectivity(rows) if callable(self.connectivity) else self.connectivity
        used, used_rows, used_weights = given, rows, weights
        if part is not None and weights is not None:
            used, used_rows, used_weights = given.subset(part), rows[part], weights[part]
            graph = None if graph is None else _part_of(graph, part)
        self.n_connected_components_ = 1
        if graph is None:
            Z = merge(used, method, used_weights, self.memory_limit, self.n_jobs, self.callback)
        else:
            if metric == "precomputed" and method in ("ward", "centroid", "median"):
                raise ParameterError(
                    f"metric must be 'euclidean' with linkage={method!r} and a graph, which "
                    "compares centres of rows; got 'precomputed'."
                )
            joined, self.n_connected_components_ = join_parts(graph, used, used_rows, metric)
            Z = merge_graph(
                joined, used, used_rows, method, metric, used_weights, self.n_jobs, self.callback
            )
        return self._keep_tree(Z, rows, weights, metric, by_number=graph is not None and not full)

    def _builds_full_tree(self, n_samples: int) -> bool:
        """Whether scikit-learn would; without, its clusters are numbered in another order."""
        full = self.compute_full_tree
        if not isinstance(full, bool | np.bool_):
            check_choice("compute_full_tree", full, ("auto",), also=", True or False")
            few = self.n_clusters is not None and self.n_clusters < max(100, 0.02 * n_samples)
            return self.distance_threshold is not None or few
        if self.distance_threshold is not None and not full:
            raise ParameterError(
                "compute_full_tree must be True if distance_threshold is set; got False."
            )
        return bool(full)


def _part_of(graph: Any, rows: Any) -> Any:
    """Return the graph between some rows."""
    if hasattr(graph, "tocsr"):
        return graph.tocsr()[rows][:, rows]
    return np.asarray(graph)[np.ix_(rows, rows)]
