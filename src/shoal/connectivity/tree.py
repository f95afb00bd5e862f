"""The minimum spanning tree of rows."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from shoal import _native
from shoal.centroid.distances import check_distance_matrix
from shoal.checks import check_integer
from shoal.errors import ParameterError
from shoal.metric_rows import metric_rows

__all__ = ["SpanningTree", "spanning_tree"]


class SpanningTree(NamedTuple):
    """Edges of a spanning tree, shortest first."""

    #: ndarray of shape (n_samples - 1, 2), int32: the two rows of each edge, the lower first.
    edges: npt.NDArray[np.int32]
    #: ndarray of shape (n_samples - 1,), float64: what each edge weighs.
    weights: npt.NDArray[np.float64]


def spanning_tree(
    X: Any, *, metric: str = "euclidean", min_samples: int = 1, n_jobs: int | None = None
) -> SpanningTree:
    """Find the exact minimum spanning tree of rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
        Rows, float32 or float64, finite; with metric="precomputed" their distances.
    metric : str, default="euclidean"
        "euclidean", "manhattan", "chebyshev", "cosine", "haversine" (latitude and longitude in
        degrees, kilometres out) or "precomputed".
    min_samples : int, default=1
        Above 1 edges weigh the mutual reachability of their rows: the largest of their distance
        and of how far each row's `min_samples`-th nearest row is, itself counted.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.

    Returns
    -------
    SpanningTree
        Edges of equal weight in the order of their distance, lower row and higher row, which makes
        the tree unique.

    Raises
    ------
    ParameterError, DataError
        A parameter is outside its allowed values, or the rows are not what the metric needs.

    Notes
    -----
    Boruvka's rounds over a k-d tree: about O(n log n) time where rows have few columns, O(n²
    n_features) at worst; Prim's algorithm in O(n²) on a matrix. Memory O(n (n_features +
    min_samples)).

    References
    ----------
    W. B. March, P. Ram, A. G. Gray: Fast Euclidean minimum spanning tree: algorithm, analysis, and
    applications. KDD 2010, doi:10.1145/1835804.1835882.

    Examples
    --------
    >>> from shoal.connectivity import spanning_tree
    >>> tree = spanning_tree([[0.0], [1.0], [5.0]])
    >>> tree.edges.tolist(), tree.weights.tolist()
    ([[0, 1], [1, 2]], [1.0, 4.0])
    """
    checked = check_array(X, dtype=[np.float64, np.float32], order="C", input_name="X")
    samples = check_integer("min_samples", min_samples, minimum=1)
    if samples > checked.shape[0]:
        raise ParameterError(
            f"min_samples must be at most the {checked.shape[0]} rows; got {samples}."
        )
    if metric == "precomputed":
        check_distance_matrix(checked)
        a, b, weights, _ = _native.spanning_tree(checked, -1, samples, n_threads=n_jobs or 0)
        return SpanningTree(np.column_stack([a, b]), weights)
    searched = metric_rows(checked, metric, also=" or 'precomputed'")
    a, b, weights, _ = _native.spanning_tree(
        searched.rows, searched.number, samples, n_threads=n_jobs or 0
    )
    return SpanningTree(np.column_stack([a, b]), searched.distances(weights))
