"""The tree of merges by mutual reachability."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import _native
from shoal.centroid.distances import check_distance_matrix, matrix_of
from shoal.checks import check_number
from shoal.errors import ParameterError
from shoal.metric_rows import MetricRows, metric_rows

__all__ = ["FUNCTION", "Metric", "ReachabilityTree", "name_of", "reachability_tree"]

Metric = str | Callable[[Any, Any], float]

FUNCTION = "function"
"""What a fitted model calls a metric that is a function of the caller's."""

PRECOMPUTED = -1  # the native code's word for a matrix of distances


@dataclass(frozen=True, slots=True)
class ReachabilityTree:
    """Single linkage of the rows by mutual reachability, in the units of the metric.

    Attributes
    ----------
    edges : ndarray of shape (n_samples - 1, 2), int32
        The spanning tree, in the order of the merges.
    left, right : ndarray of shape (n_samples - 1,), int32
        The two clusters that each step merges; below n_samples they are rows.
    heights : ndarray of shape (n_samples - 1,), float64
        Distance at which they merge.
    sizes : ndarray of shape (n_samples - 1,), int32
        Rows of what a step makes.
    core_distances : ndarray of shape (n_samples,), float64
    min_samples : float
    weights : ndarray of shape (n_samples,), float64, or None
    """

    edges: npt.NDArray[np.int32]
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    heights: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.int32]
    core_distances: npt.NDArray[np.float64]
    min_samples: float
    weights: npt.NDArray[np.float64] | None

    @property
    def linkage(self) -> npt.NDArray[np.float64]:
        """SciPy's Z, of shape (n_samples - 1, 4)."""
        return np.column_stack([self.left, self.right, self.heights, self.sizes]).astype(np.float64)


def name_of(metric: Metric) -> str:
    """Return what a fitted model calls a metric."""
    return metric if isinstance(metric, str) else FUNCTION


def reachability_tree(
    X: npt.NDArray[Any],
    weights: npt.NDArray[np.float64] | None,
    min_samples: float,
    metric: Metric,
    alpha: float,
    n_jobs: int | None,
    report: Callable[[float], None] | None,
) -> ReachabilityTree:
    """Find the tree of checked rows, or of a matrix of their distances."""
    share = check_number("alpha", alpha, minimum=0, open_left=True)
    searched: MetricRows | None = None
    if metric == "precomputed":
        check_distance_matrix(X)
        rows, number = np.ascontiguousarray(X), PRECOMPUTED
    elif callable(metric):
        rows, number = matrix_of(X, metric), PRECOMPUTED
    else:
        searched = metric_rows(X, metric, also=", 'precomputed' or a function of two rows")
        rows, number = searched.rows, searched.number
        share = _native_alpha(searched.metric, share)
    a, b, native_heights, native_cores = _native.spanning_tree(
        rows, number, min_samples, weights, None, share, n_jobs or 0, report
    )
    heights = native_heights if searched is None else searched.distances(native_heights)
    cores = native_cores if searched is None else searched.distances(native_cores)
    left, right, heights, sizes = _native.merge_tree(X.shape[0], a, b, heights)
    if not cores.size:
        cores = np.zeros(X.shape[0])
    edges = np.column_stack([a, b])
    return ReachabilityTree(edges, left, right, heights, sizes, cores, min_samples, weights)


def _native_alpha(metric: str, alpha: float) -> float:
    """Return what distances between the rows searched are divided by."""
    if metric == "cosine":  # half the square of the native distance
        return math.sqrt(alpha)
    if metric == "haversine" and alpha != 1:
        raise ParameterError(f"alpha must be 1 with metric='haversine'; got {alpha!r}.")
    return alpha
