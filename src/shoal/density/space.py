"""Where rows lie and what near means: metrics by name, and how the native code sees them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.centroid.distances import METRICS, unit_rows
from shoal.checks import check_choice
from shoal.errors import DataError, ParameterError

__all__ = ["EARTH_RADIUS", "Metric", "Space", "check_metric", "space_of"]

Metric = str | Callable[[Any, Any], float]

EARTH_RADIUS = 6371.0088
"""Mean radius of the Earth in kilometres."""

_ALIASES = {"l2": "euclidean", "l1": "manhattan", "cityblock": "manhattan", "infinity": "chebyshev"}
NAMED = (*METRICS, "cosine", "haversine")


@dataclass(frozen=True, slots=True)
class Space:
    """Rows as the native code wants them, and the way between distances and its keys.

    Attributes
    ----------
    metric : str
        Name of the metric.
    rows : ndarray of shape (n_samples, n_columns)
        Rows whose native distances order pairs as the metric does.
    native : int
        Number of the native metric of these rows.
    """

    metric: str
    rows: npt.NDArray[Any]
    native: int

    def limit(self, distance: float) -> float:
        """Return the native key of a distance."""
        if self.metric == "euclidean":
            return distance * distance
        if self.metric == "cosine":
            return 2.0 * distance
        if self.metric == "haversine":
            half = distance / (2 * EARTH_RADIUS)
            return 4.0 * math.sin(half) ** 2 if half < math.pi / 2 else math.inf
        return distance

    def distances(self, chords: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Turn Euclidean distances of the native rows into distances of the metric."""
        if self.metric == "cosine":
            return chords * chords * 0.5
        if self.metric == "haversine":
            return 2 * EARTH_RADIUS * np.arcsin(np.minimum(chords * 0.5, 1.0))
        return chords * chords if self.metric == "sqeuclidean" else chords


def check_metric(metric: Any, p: float | None) -> Metric:
    """Return a metric by the name we know it under, or the function."""
    if callable(metric):
        function: Metric = metric
        return function
    if isinstance(metric, str):
        metric = _ALIASES.get(metric, metric)
    if metric == "minkowski":
        powers = {None: "euclidean", 1: "manhattan", 2: "euclidean", math.inf: "chebyshev"}
        if p not in powers:
            raise ParameterError(
                f"p must be 1, 2 or infinity; got {p!r}. For another power pass a function."
            )
        return powers[p]
    return check_choice(
        "metric", metric, (*NAMED, "minkowski", "precomputed"), also=" or a function of two rows"
    )


def space_of(X: npt.NDArray[Any], metric: str) -> Space:
    """Return the space of checked rows under a metric by name.

    Raises
    ------
    DataError
        A row has no direction (cosine), or is no place on Earth (haversine).
    """
    if metric == "cosine":
        directed = X.any(axis=1)
        if not directed.all():
            raise DataError(
                "X must have no row of zeros with metric='cosine', which compares directions; got "
                f"one in row {int(np.flatnonzero(~directed)[0])}. Leave the row out or choose "
                "another metric."
            )
        return Space(metric, unit_rows(X), METRICS.index("sqeuclidean"))
    if metric == "haversine":
        return Space(metric, _on_sphere(X), METRICS.index("sqeuclidean"))
    return Space(metric, np.ascontiguousarray(X), METRICS.index(metric))


def _on_sphere(X: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Points of the unit sphere from latitude and longitude in degrees."""
    if X.shape[1] != 2:
        raise DataError(
            "X must have two columns, latitude and longitude in degrees, with metric='haversine'; "
            f"got {X.shape[1]}."
        )
    wide = X.astype(np.float64)
    wrong = np.flatnonzero((np.abs(wide[:, 0]) > 90) | (np.abs(wide[:, 1]) > 360))
    if wrong.size:
        row = int(wrong[0])
        raise DataError(
            "X must be latitude from -90 to 90 and longitude from -360 to 360, in degrees, with "
            f"metric='haversine'; got {wide[row].tolist()} in row {row}. Check whether the columns "
            "are swapped."
        )
    latitude, longitude = np.radians(wide[:, 0]), np.radians(wide[:, 1])
    across = np.cos(latitude)
    return np.column_stack(
        [across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)]
    )
