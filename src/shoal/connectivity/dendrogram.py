"""What a tree of merges says: clusters at a height, cophenetic distances, inconsistency."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native, budget
from shoal.checks import check_integer, check_number
from shoal.errors import DataError, ParameterError

__all__ = [
    "check_tree",
    "cophenetic_correlation",
    "cophenetic_distances",
    "cut_tree",
    "inconsistency",
    "leaf_order",
]

Tree = npt.NDArray[np.float64]


def check_tree(Z: Any) -> Tree:
    """Return SciPy's Z as float64 after checking that it is a tree of merges.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)

    Returns
    -------
    ndarray of shape (n_samples - 1, 4), float64

    Raises
    ------
    DataError
        The shape is another, a height is not finite, or a step joins a cluster that is not there.
    """
    tree = np.ascontiguousarray(Z, dtype=np.float64)
    if tree.ndim != 2 or tree.shape[1] != 4:
        raise DataError(
            f"Z must have one row per merge and 4 columns; got shape {tree.shape}. Make it with "
            "shoal.connectivity.linkage."
        )
    steps = np.arange(len(tree))[:, None]
    joined = tree[:, :2]
    wrong = (joined < 0) | (joined >= len(tree) + 1 + steps) | (joined != np.floor(joined))
    if wrong.any():
        step, column = np.argwhere(wrong)[0].tolist()
        raise DataError(
            f"Z must join clusters that are there; got {float(tree[step, column])!r} in step "
            f"{step}."
        )
    if np.unique(joined).size != joined.size:
        raise DataError("Z must join every cluster once; got one that is joined twice.")
    if not np.isfinite(tree[:, 2]).all():
        step = int(np.flatnonzero(~np.isfinite(tree[:, 2]))[0])
        raise DataError(f"Z must have finite heights; got {tree[step, 2]!r} in step {step}.")
    return tree


def cut_tree(
    Z: Any, *, n_clusters: int | None = None, height: float | None = None
) -> npt.NDArray[np.int32]:
    """Cut a tree into a number of clusters, or at a height.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
        SciPy's Z, as `linkage` makes it.
    n_clusters : int, optional
        Number of clusters: the last n_clusters - 1 merges are undone.
    height : float, optional
        Merges at or above it are undone, and so is every merge above one of these, which matters
        where heights go down.

    Returns
    -------
    ndarray of shape (n_samples,), int32
        Cluster of each row, numbered as scikit-learn's AgglomerativeClustering does.

    Raises
    ------
    ParameterError
        Both or neither of the two are given, or there are not so many rows.

    Examples
    --------
    >>> from shoal.connectivity import cut_tree, linkage
    >>> Z = linkage([[0.0], [1.0], [5.0]], "single")
    >>> cut_tree(Z, n_clusters=2).tolist(), cut_tree(Z, height=9.0).tolist()
    ([0, 0, 1], [0, 0, 0])
    """
    tree = check_tree(Z)
    if (n_clusters is None) == (height is None):
        raise ParameterError(
            "Exactly one of n_clusters and height must be given; got "
            f"n_clusters={n_clusters!r} and height={height!r}."
        )
    if n_clusters is not None:
        k = check_integer("n_clusters", n_clusters, minimum=1)
        if k > len(tree) + 1:
            raise ParameterError(f"n_clusters={k} exceeds the {len(tree) + 1} rows.")
        return label_heads(tree, top_clusters(tree, k))
    return label_heads(tree, clusters_below(tree, check_number("height", height, minimum=0.0)))


def top_clusters(tree: Tree, k: int) -> list[int]:
    """Return the k clusters left when the last k - 1 merges are undone, as scikit-learn's heap.

    The heap holds minus the numbers of the clusters; their places in it are the labels.
    """
    n = len(tree) + 1
    heap = [-(2 * n - 2)]
    for _ in range(k - 1):
        left, right = tree[-heap[0] - n, :2]
        heapq.heappush(heap, -int(left))
        heapq.heappushpop(heap, -int(right))
    return [-node for node in heap]


def clusters_below(tree: Tree, height: float) -> list[int]:
    """Return the largest clusters in which no merge is at or above a height."""
    n, heights = len(tree) + 1, tree[:, 2]
    if not (np.diff(heights) < 0).any():
        return top_clusters(tree, int(np.count_nonzero(heights >= height)) + 1)
    low = np.concatenate([np.full(n, -np.inf), _native.dendrogram_greatest(tree)]) < height
    parent = np.full(2 * n - 1, -1)
    for side in (0, 1):
        parent[tree[:, side].astype(np.intp)] = n + np.arange(n - 1)
    heads = low & ((parent < 0) | ~low[parent])
    return [int(node) for node in np.flatnonzero(heads)[::-1]]


def label_heads(tree: Tree, heads: list[int]) -> npt.NDArray[np.int32]:
    """Return the place in `heads` of the cluster each row is in."""
    labels = np.full(2 * len(tree) + 1, -1, dtype=np.int32)
    labels[heads] = np.arange(len(heads), dtype=np.int32)
    return _native.dendrogram_labels(tree, labels)


def leaf_order(Z: Any) -> npt.NDArray[np.int32]:
    """Return the rows from left to right as a dendrogram shows them.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
        SciPy's Z.

    Returns
    -------
    ndarray of shape (n_samples,), int32
        Every row once; those of a cluster are next to each other.

    Examples
    --------
    >>> from shoal.connectivity import leaf_order, linkage
    >>> leaf_order(linkage([[0.0], [5.0], [1.0]], "single")).tolist()
    [1, 0, 2]
    """
    return _native.dendrogram_order(check_tree(Z))


def cophenetic_distances(Z: Any) -> npt.NDArray[np.float64]:
    """Return the height at which each pair of rows is joined.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
        SciPy's Z.

    Returns
    -------
    ndarray of shape (n_samples (n_samples - 1) / 2,), float64
        Heights in the order of SciPy's ``pdist``.

    Raises
    ------
    MemoryBudgetError
        The pairs do not fit in memory.

    Examples
    --------
    >>> from shoal.connectivity import cophenetic_distances, linkage
    >>> cophenetic_distances(linkage([[0.0], [1.0], [5.0]], "single")).tolist()
    [1.0, 4.0, 4.0]
    """
    tree = check_tree(Z)
    pairs = (len(tree) + 1) * len(tree) // 2
    budget.Estimate({"the heights of all pairs": 8 * pairs}).require(
        budget.allowed_bytes(None), options=("a sample of the rows",)
    )
    return _native.dendrogram_cophenetic(tree)


def cophenetic_correlation(Z: Any, distances: Any) -> float:
    """Return how well a tree keeps the distances: their correlation with the cophenetic ones.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
        SciPy's Z.
    distances : array-like of shape (n_samples (n_samples - 1) / 2,)
        Distances of all pairs in the order of SciPy's ``pdist``.

    Returns
    -------
    float
        Pearson's correlation, -1 to 1; NaN where one of the two does not vary.

    References
    ----------
    R. R. Sokal, F. J. Rohlf: The comparison of dendrograms by objective methods. 1962,
    doi:10.2307/1217208.

    Examples
    --------
    >>> from shoal.connectivity import cophenetic_correlation, linkage
    >>> distances = [1.0, 5.0, 4.0]
    >>> round(cophenetic_correlation(linkage(distances, "average"), distances), 4)
    0.9707
    """
    heights = cophenetic_distances(Z)
    given = np.asarray(distances, dtype=np.float64)
    if given.shape != heights.shape:
        raise DataError(
            f"distances must hold one number per pair of rows, {len(heights)}; got shape "
            f"{given.shape}."
        )
    x, y = heights - heights.mean(), given - given.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale > 0 else float("nan")


def inconsistency(Z: Any, depth: int = 2) -> npt.NDArray[np.float64]:
    """Compare the height of every merge with those of the merges below it.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
        SciPy's Z.
    depth : int, default=2
        Levels to look at, the merge itself being the first.

    Returns
    -------
    ndarray of shape (n_samples - 1, 4), float64
        Mean and standard deviation of the heights, their number, and by how many deviations the
        merge is above the mean (0 where they do not vary).

    Examples
    --------
    >>> from shoal.connectivity import inconsistency, linkage
    >>> inconsistency(linkage([[0.0], [1.0], [5.0]], "single")).round(3).tolist()
    [[1.0, 0.0, 1.0, 0.0], [2.5, 2.121, 2.0, 0.707]]
    """
    return _native.dendrogram_inconsistency(check_tree(Z), check_integer("depth", depth, minimum=1))
