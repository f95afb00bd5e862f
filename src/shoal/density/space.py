"""What near means: metrics by the names density-based clustering knows, and radii as keys."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.checks import check_choice
from shoal.errors import ParameterError
from shoal.metric_rows import METRICS, MetricRows, metric_rows

__all__ = ["FUNCTION", "Metric", "Space", "check_metric", "name_of", "space_of"]

Metric = str | Callable[[Any, Any], float]

FUNCTION = "function"
"""What a fitted model calls a metric that is a function of the caller's."""

_ALIASES = {"l2": "euclidean", "l1": "manhattan", "cityblock": "manhattan", "infinity": "chebyshev"}
_POWERS = {None: "euclidean", 1: "manhattan", 2: "euclidean", math.inf: "chebyshev"}


@dataclass(frozen=True, slots=True)
class Space:
    """Rows as the native search wants them, and the way between distances and its keys.

    Attributes
    ----------
    metric : str
        Name of the metric.
    searched : MetricRows
        Rows whose native distances order pairs as the metric does.
    """

    metric: str
    searched: MetricRows

    @property
    def rows(self) -> npt.NDArray[Any]:
        """The native rows."""
        return self.searched.rows

    @property
    def native(self) -> int:
        """Number of the native metric."""
        return self.searched.number

    def limit(self, distance: float) -> float:
        """Return the native key of a distance: squared where the native metric is Euclidean."""
        if self.metric == "sqeuclidean":
            return distance
        native = float(self.searched.native(distance))
        return native * native if self.native == 0 else native

    def distances(self, native: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Turn native distances into distances of the metric."""
        if self.metric == "sqeuclidean":
            return native * native
        return np.where(np.isinf(native), np.inf, self.searched.distances(native))


def check_metric(metric: Any, p: float | None) -> Metric:
    """Return a metric by the name we know it under, or the function."""
    if callable(metric):
        function: Metric = metric
        return function
    if isinstance(metric, str):
        metric = _ALIASES.get(metric, metric)
    if metric == "minkowski":
        if p not in _POWERS:
            raise ParameterError(
                f"p must be 1, 2 or infinity; got {p!r}. For another power pass a function."
            )
        return _POWERS[p]
    known = (*METRICS, "sqeuclidean", "minkowski", "precomputed")
    return check_choice("metric", metric, known, also=" or a function of two rows")


def name_of(metric: Metric) -> str:
    """Return what a fitted model calls a metric."""
    return metric if isinstance(metric, str) else FUNCTION


def space_of(X: npt.NDArray[Any], metric: str) -> Space:
    """Return the space of checked rows under a metric by name.

    Raises
    ------
    DataError
        A row has no direction (cosine), or is no place on the Earth (haversine).
    """
    return Space(metric, metric_rows(X, "euclidean" if metric == "sqeuclidean" else metric))
