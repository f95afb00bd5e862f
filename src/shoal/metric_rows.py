"""Metrics as the native search knows them: rows to search, and distances there and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.checks import check_choice
from shoal.errors import DataError

__all__ = ["EARTH_RADIUS_KM", "METRICS", "MetricRows", "directions", "metric_rows", "unit_rows"]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG), with which haversine distances are in kilometres."""

METRICS: tuple[str, ...] = ("euclidean", "manhattan", "chebyshev", "cosine", "haversine")
"""Metrics by which neighbours are found."""

_ALIASES = {"l2": "euclidean", "l1": "manhattan", "cityblock": "manhattan", "infinity": "chebyshev"}
# In the order of the native code; the others are Euclidean on other rows.
_NATIVE = {"euclidean": 0, "manhattan": 2, "chebyshev": 3, "cosine": 0, "haversine": 0}


@dataclass(frozen=True, slots=True)
class MetricRows:
    """Rows for the native search, whose distances have the order of the metric's.

    Attributes
    ----------
    rows : ndarray of shape (n_samples, n_columns)
        The rows themselves; of length 1 for "cosine"; points of the unit sphere for "haversine".
    number : int
        The native metric of `rows`.
    metric : str
        Name of the metric, one of `METRICS`.
    """

    rows: npt.NDArray[Any]
    number: int
    metric: str

    def distances(self, native: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Turn distances between `rows` into distances of the metric."""
        if self.metric == "cosine":
            return np.minimum(native * native / 2, 2.0)
        if self.metric == "haversine":
            return 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(native / 2, 1.0))
        return native

    def native(self, distances: Any) -> npt.NDArray[np.float64]:
        """Turn distances of the metric into distances between `rows`."""
        wanted = np.asarray(distances, dtype=np.float64)
        if self.metric == "cosine":
            return np.sqrt(2 * wanted)
        if self.metric == "haversine":
            # Half way round the Earth nothing is farther away.
            half_turn = np.pi * EARTH_RADIUS_KM
            chord = 2 * np.sin(np.minimum(wanted, half_turn) / (2 * EARTH_RADIUS_KM))
            return np.where(wanted >= half_turn, np.maximum(wanted, 4.0), chord)
        return wanted


def metric_rows(X: npt.NDArray[Any], metric: Any, *, also: str = "", name: str = "X") -> MetricRows:
    """Return what the native code searches for rows and the name of a metric.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float32 or float64
        Checked rows. For "haversine" two columns: latitude and longitude in degrees.
    metric : str
        One of `METRICS`, or scikit-learn's other names "l1", "l2", "cityblock", "infinity".
    also : str
        What the caller allows besides, for the message.
    name : str
        What the message calls the rows.

    Returns
    -------
    MetricRows
        Distances are in the units of the rows; "cosine" from 0 to 2; "haversine" in kilometres.

    Raises
    ------
    ParameterError
        When the metric is none of these.
    DataError
        When a row has no direction for "cosine", or no place on the Earth for "haversine".
    """
    known = _ALIASES.get(metric, metric) if isinstance(metric, str) else metric
    chosen = check_choice("metric", known, METRICS, also=also)
    rows: npt.NDArray[Any] = np.ascontiguousarray(X)
    if chosen == "cosine":
        rows = directions(rows, name)
    elif chosen == "haversine":
        rows = _sphere(rows, name)
    return MetricRows(rows, _NATIVE[chosen], chosen)


def directions(X: npt.NDArray[Any], name: str) -> npt.NDArray[np.float64]:
    """Return the rows at length 1, and refuse a row of zeros, which has no direction."""
    if not X.any(axis=1).all():
        row = int(np.flatnonzero(~X.any(axis=1))[0])
        raise DataError(
            f"{name} must have no row of zeros with metric='cosine', which compares directions; "
            f"got one in row {row}. Leave the row out or choose another metric."
        )
    return unit_rows(X)


def unit_rows(X: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the rows at length 1, between which half the squared distance is 1 - cosine.

    Rows of zeros, which have no direction, stay as they are.
    """
    rows = X.astype(np.float64)
    # Twice, so that neither huge nor tiny values are lost in the squares.
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    rows /= np.where(largest > 0, largest, 1.0)
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    rows /= np.where(length > 0, length, 1.0)
    return rows


def _sphere(X: npt.NDArray[Any], name: str) -> npt.NDArray[np.float64]:
    if X.shape[1] != 2:
        raise DataError(
            f"{name} must have two columns with metric='haversine', latitude and longitude in "
            f"degrees; got {X.shape[1]}."
        )
    latitude, longitude = X.astype(np.float64).T
    outside = (np.abs(latitude) > 90) | (longitude < -180) | (longitude > 360)
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        swapped = ((np.abs(longitude) <= 90) & (np.abs(latitude) <= 180)).all()
        remedy = "Swapped, all rows are valid: put the latitude first." if swapped else ""
        raise DataError(
            f"{name} must hold latitudes from -90 to 90 and longitudes from -180 to 360 degrees "
            f"with metric='haversine'; got latitude {float(latitude[row])!r} and longitude "
            f"{float(longitude[row])!r} in row {row}. {remedy}".rstrip()
        )
    latitude, longitude = np.radians(latitude), np.radians(longitude)
    flat = np.cos(latitude)
    points = (flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude))
    return np.ascontiguousarray(np.column_stack(points))
