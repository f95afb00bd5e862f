"""The groups on the earth: latitude and longitude, without a background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.data.coordinates import are_degrees, find_coordinates
from shoal.data.encode import as_numbers
from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.axis import Scale
from shoal.plot.columns import matrix_labels
from shoal.plot.points import draw_badges, draw_points, medians
from shoal.plot.text import literal, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["coordinates_of", "place_map"]

WIDE, HIGHEST, LOWEST = 7.1, 6.6, 2.4
STEEPEST = 6.0  # a degree of longitude is never drawn narrower than a sixth of one of latitude

Floats = npt.NDArray[np.float64]


def coordinates_of(clustering: Clustering) -> tuple[str, str] | None:
    """Latitude and longitude of the table, when it has them."""
    table = clustering.table
    names = clustering.preparation.column_names
    pair = find_coordinates(names) or find_coordinates(table.column_names)
    if pair is None and clustering.settings.get("parameters", {}).get("metric") == "haversine":
        pair = (names[0], names[1])
    return pair if pair is not None and are_degrees(table, *pair) else None


def place_map(
    clustering: Clustering, latitude: str | None = None, longitude: str | None = None
) -> Figure:
    """Draw the rows where they are on the earth, the number of each group at its median.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    latitude, longitude : str, optional
        Columns of the table, in degrees; found by their names when left out.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If the table has no such columns.

    Notes
    -----
    A degree of longitude is drawn as long as it is in the middle of the picture. The seam of the
    picture lies where there are fewest rows, so that groups on both sides of the date line stay
    whole.
    """
    pair = (latitude, longitude) if latitude and longitude else coordinates_of(clustering)
    if pair is None:
        raise ParameterError(
            "a map must have a latitude and a longitude in degrees; got a table without columns "
            "named like lat and lon. Draw clusters instead."
        )
    rows = clustering.matrix.rows
    lats, lons = (as_numbers(clustering.table, str(name))[rows] for name in pair)
    labels = matrix_labels(clustering)
    seam = _seam(lons[np.isfinite(lons)])
    x = np.mod(lons - seam, 360.0) + seam
    across, up = _range(x), _range(lats)
    middle = np.radians(min(abs(up.low + up.high) / 2, 85.0))
    steep = min(1 / float(np.cos(middle)), STEEPEST)
    (left, right), (bottom, top) = across.ends(), up.ends()
    bottom, top = max(bottom, -90.0), min(top, 90.0)
    high = WIDE * (top - bottom) / (right - left) * steep
    wide = WIDE if high <= HIGHEST else max(WIDE * HIGHEST / high, LOWEST)
    high = float(np.clip(high, LOWEST, HIGHEST))
    figure = style.new_figure(high + 0.95)
    axes = style.new_axes(figure, 0.95 + (WIDE - wide) / 2, 0.7, wide, high)
    style.tidy(axes)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    _degrees(axes, "x", across.ticks(7), literal(pair[1], 44))
    _degrees(axes, "y", up.ticks(6), literal(pair[0], 44))
    dense = draw_points(axes, x, lats, labels)
    axes.set_aspect(steep, adjustable="box" if high > LOWEST else "datalim")
    k = clustering.n_clusters
    draw_badges(axes, medians(x, labels, k), medians(lats, labels, k))
    if dense:
        style.add_note(figure, f"Density of {labels.size:,} rows; deeper colour where more lie.")
    return figure


def _seam(lons: Floats) -> float:
    """Longitude in the middle of the widest stretch without rows; -180 when that is hardly any."""
    around = np.unique(np.mod(lons + 180.0, 360.0) - 180.0)
    if around.size < 2:
        return -180.0
    gaps = np.diff(around)
    at = int(gaps.argmax())
    if gaps[at] <= 2 * (around[0] + 360.0 - around[-1]):
        return -180.0
    return float(around[at] + gaps[at] / 2)


def _range(values: Floats) -> Scale:
    known = values[np.isfinite(values)]
    if not known.size:
        return Scale(-1.0, 1.0)
    low, high = float(known.min()), float(known.max())
    # A single place still needs room around it.
    return Scale(low, high) if high > low else Scale(low - 0.5, high + 0.5)


def _degrees(axes: object, which: str, ticks: Floats, name: str) -> None:
    """Mark degrees, west and south of zero with a minus sign."""
    around = np.mod(ticks + 180.0, 360.0) - 180.0 if which == "x" else ticks
    words = [f"{number(float(value))}\N{DEGREE SIGN}" for value in around]
    axis = getattr(axes, f"{which}axis")
    axis.set_ticks(ticks, words)
    style.set_text(getattr(axes, f"set_{which}label")(name), 9, style.INK)
