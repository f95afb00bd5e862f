"""Linkage: the tree of merges of rows, or of a matrix of distances, as SciPy writes it."""

from __future__ import annotations

from collections.abc import Callable as Function
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist, squareform
from sklearn.utils import check_array

from shoal import _native, budget
from shoal.centroid.distances import METRICS, check_distance_matrix, matrix_of
from shoal.checks import check_choice, check_weights
from shoal.errors import DataError, ParameterError
from shoal.metric_rows import directions
from shoal.progress import Callback, Event

__all__ = [
    "BY_CENTERS",
    "LINKAGES",
    "NAMED",
    "Distances",
    "check_linkage",
    "linkage",
    "merge",
    "name_of",
    "reporter",
]

Metric = str | Function[[Any, Any], float]

LINKAGES = ("single", "complete", "average", "weighted", "ward", "centroid", "median")
"""Linkages, in the order of the native code."""

BY_CENTERS = ("ward", "centroid", "median")
"""Linkages that compare centres, which needs Euclidean distances."""

NAMED = (*METRICS, "cosine")
"""Metrics that go by a name; all but the precomputed ones."""

_SAME = {"l2": "euclidean", "l1": "manhattan", "cityblock": "manhattan"}

_SCIPY_TIES = 4096  # rows up to which ties go as SciPy's, from a matrix: kSciPyTies


def linkage(
    X: Any,
    method: str = "ward",
    metric: Metric = "euclidean",
    *,
    sample_weight: Any = None,
    memory_limit: str | int | None = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> npt.NDArray[np.float64]:
    """Join the two nearest clusters again and again, from single rows to one cluster.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features), (n_samples, n_samples) or (n_pairs,)
        Rows; or their distances, as a symmetric matrix (with metric="precomputed") or as the
        condensed vector of SciPy's ``pdist``.
    method : str, default="ward"
        Distance of two clusters: "single" (nearest rows), "complete" (farthest rows), "average"
        (mean over all pairs, UPGMA), "weighted" (mean of the two parts last joined, WPGMA),
        "ward" (growth of the sum of squares), "centroid" (means, UPGMC) or "median" (centres half
        way between those of the parts, WPGMC). The last three compare centres: rows must be
        measured by "euclidean", and distances that are given are taken as Euclidean.
    metric : str or callable, default="euclidean"
        "euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine", "precomputed", or a
        function of two rows, which is slow.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, above 0; a row of weight w counts as w equal rows. Single and complete
        linkage do not depend on it, nor do weighted and median linkage.
    memory_limit : str or int, optional
        Most memory to take, such as "2GB"; None for a share of what is free.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    ndarray of shape (n_samples - 1, 4), float64
        SciPy's Z. Step s joins clusters ``Z[s, 0] < Z[s, 1]`` at height ``Z[s, 2]`` into cluster
        ``n_samples + s`` of ``Z[s, 3]`` rows.

    Raises
    ------
    ParameterError
        The method or metric is unknown, or they do not fit together.
    DataError
        The rows are not finite, the matrix is not one of distances, or a weight is not above 0.
    MemoryBudgetError
        The distances do not fit in memory.

    Notes
    -----
    Single linkage goes along the spanning tree (`shoal.connectivity.spanning_tree`), in linear
    memory. Ward linkage of rows takes
    O(n d) memory: all pairs that are each other's nearest are joined at once, and only clusters
    that lost their neighbour look for another, in boxes that are near enough; centroid and median
    linkage take O(n d) memory and O(n² d) time. The other methods, and all on given distances,
    keep a matrix of distances: O(n²) time and memory (centroid and median: O(n³) time at worst).

    Heights are those of SciPy up to rounding. Up to 4,096 rows distances that tie are joined in
    SciPy's order, so that the trees are equal too. Beyond, of tied pairs of clusters the older
    comes first, then the lower; any order gives the same heights only with single linkage.
    Heights may go down with centroid and median linkage. The number of threads and the instruction
    set change no bit.

    References
    ----------
    D. Müllner: Modern hierarchical, agglomerative clustering algorithms. 2011,
    doi:10.48550/arXiv.1109.2378.
    S. Yu, Y. Wang, Y. Gu, L. Dhulipala, J. Shun: ParChain: a framework for parallel hierarchical
    agglomerative clustering using nearest-neighbor chain. VLDB 2021, doi:10.14778/3489496.3489509.

    Examples
    --------
    >>> from shoal.connectivity import linkage
    >>> linkage([[0.0], [1.0], [5.0]], "average")
    array([[0. , 1. , 1. , 2. ],
           [2. , 3. , 4.5, 3. ]])
    """
    check_linkage(method, metric)
    values = np.asarray(X)
    if values.ndim == 1:
        metric = "precomputed"
    else:
        values = check_array(X, dtype=np.float64, order="C", input_name="X")
    given = Distances.of(values, metric)
    weights = check_weights(sample_weight, given.n_rows)
    if weights is not None and not weights.all():
        row = int(np.flatnonzero(weights == 0)[0])
        raise DataError(
            f"sample_weight must be above 0 in a tree of all rows; got 0.0 in row {row}. Leave the "
            "row out."
        )
    return merge(given, method, weights, memory_limit, n_jobs, callback)


@dataclass(frozen=True, slots=True)
class Distances:
    """Rows and what measures them, or the distances themselves.

    Attributes
    ----------
    values : ndarray, float64
        Rows, with ``kind`` "rows"; a square matrix or a condensed vector of distances otherwise.
    kind : {"rows", "square", "condensed"}
    n_rows : int
    metric : int
        Number of the native metric of rows.
    factor : float
        What the native distances are multiplied by.
    """

    values: npt.NDArray[np.float64]
    kind: str
    n_rows: int
    metric: int = 0
    factor: float = 1.0

    @classmethod
    def of(cls, X: npt.NDArray[Any], metric: Metric) -> Distances:
        """Check and wrap rows or distances, as `linkage` gets them."""
        if X.ndim == 1:
            return cls(*_check_condensed(X))
        values = np.ascontiguousarray(X, dtype=np.float64)
        if not isinstance(metric, str):
            return cls(matrix_of(values, metric), "square", len(values))
        name = name_of(metric)
        if name == "precomputed":
            check_distance_matrix(values)
            return cls(values, "square", len(values))
        if name == "cosine":
            number = METRICS.index("sqeuclidean")
            return cls(directions(values, "X"), "rows", len(values), number, 0.5)
        return cls(values, "rows", len(values), METRICS.index(name))

    def subset(self, rows: npt.NDArray[np.intp]) -> Distances:
        """Return what is known of some rows, in their order."""
        square = self.kind == "square"
        part = self.values[np.ix_(rows, rows)] if square else self.values[rows]
        return Distances(np.ascontiguousarray(part), self.kind, len(rows), self.metric, self.factor)


def merge(
    given: Distances,
    method: str,
    weights: npt.NDArray[np.float64] | None,
    memory_limit: str | int | None,
    n_jobs: int | None,
    callback: Callback | None,
) -> npt.NDArray[np.float64]:
    """Return the tree of checked rows or distances."""
    n = given.n_rows
    number = LINKAGES.index(method)
    rest = (number, weights, n_jobs or 0, None if callback is None else reporter(callback))
    centers = given.kind == "rows" and method in BY_CENTERS and n > _SCIPY_TIES
    if not centers and method != "single":
        _estimate(given, method).require(
            budget.allowed_bytes(memory_limit),
            options=(
                "method 'ward', 'centroid', 'median' or 'single', which need no matrix of rows",
                "fewer rows, such as the centres of a clustering into many groups",
            ),
        )
    if centers:
        # Far from the origin, sums of centres would lose digits that differences keep.
        shift = given.values.mean(axis=0)
        return _native.linkage_centers(np.ascontiguousarray(given.values - shift), *rest)
    if method == "ward" and weights is not None and not centers:
        given = _weighted(given, weights)
    if given.kind == "rows" and method == "single" and n > _SCIPY_TIES:
        return _along_spanning_tree(given, n_jobs, callback)
    if given.kind == "rows":
        return _native.linkage_rows(given.values, given.metric, given.factor, *rest)
    if given.kind == "square":
        return _native.linkage_square(given.values, *rest)
    return _native.linkage_condensed(given.values, n, *rest)


def _weighted(given: Distances, weights: npt.NDArray[np.float64]) -> Distances:
    """Distances whose squares are twice what joining rows of such weights adds to the squares."""
    if given.kind == "rows":
        apart = cdist(given.values, given.values)
    elif given.kind == "condensed":
        apart = squareform(given.values)
    else:
        apart = given.values
    both = weights[:, None] * weights / (weights[:, None] + weights)
    return Distances(apart * np.sqrt(2 * both), "square", given.n_rows)


def _along_spanning_tree(
    given: Distances, n_jobs: int | None, callback: Callback | None
) -> npt.NDArray[np.float64]:
    squared = given.metric == METRICS.index("sqeuclidean")
    metric = METRICS.index("euclidean") if squared else given.metric
    a, b, lengths, _ = _native.spanning_tree(
        given.values,
        metric,
        n_threads=n_jobs or 0,
        callback=None if callback is None else reporter(callback),
    )
    heights = (lengths * lengths if squared else lengths) * given.factor
    left, right, height, size = _native.merge_tree(given.n_rows, a, b, heights)
    return np.column_stack([left, right, height, size]).astype(np.float64)


def check_linkage(method: Any, metric: Any) -> str:
    """Return the linkage when it is one and goes with the metric."""
    name = check_choice("linkage", method, LINKAGES)
    name_of(metric)
    if name in BY_CENTERS and metric not in ("euclidean", "l2", "precomputed"):
        raise ParameterError(
            f"metric must be 'euclidean' with linkage={name!r}, which compares centres; got "
            f"{metric!r}. Use linkage='average', or leave the metric out."
        )
    return name


def name_of(metric: Any) -> str:
    """Return the name of a metric, "function" for one of the caller's."""
    if callable(metric):
        return "function"
    name = _SAME.get(metric, metric) if isinstance(metric, str) else metric
    return check_choice("metric", name, (*NAMED, "precomputed"), also=" or a function of two rows")


def _estimate(given: Distances, method: str) -> budget.Estimate:
    """Memory of the matrix; the pairs joined in the first round never enter a large one."""
    n = given.n_rows
    first_round = method not in BY_CENTERS and n > _SCIPY_TIES
    return budget.Estimate(
        {"the distances between clusters": int((5.0 if first_round else 8.0) * n * n)}
    )


def _check_condensed(X: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], str, int]:
    values = np.ascontiguousarray(X, dtype=np.float64)
    n = round((1 + (1 + 8 * len(values)) ** 0.5) / 2)
    if n * (n - 1) // 2 != len(values):
        raise DataError(
            "X must hold one distance per pair of rows, n (n - 1) / 2 of them; got "
            f"{len(values)}. Rows of one column have the shape (n, 1)."
        )
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise DataError(
            "X must hold distances, which are finite and not negative; got "
            f"{float(values[at])!r} at position {at}."
        )
    return values, "condensed", n


def reporter(callback: Callback) -> Function[[float], None]:
    """Make what the native code tells its progress to."""

    def report(fraction: float) -> None:
        callback(Event("fit", min(1.0, fraction), 1.0, "joining clusters"))

    return report
