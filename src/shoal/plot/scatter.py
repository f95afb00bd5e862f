"""The groups on the two columns that tell most about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.axis import choose_scale
from shoal.plot.columns import (
    column_values,
    matrix_labels,
    number_columns,
    telling,
    telling_pair,
)
from shoal.plot.points import draw_badges, draw_points, medians

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["scatter"]


def scatter(clustering: Clustering, x: str | None = None, y: str | None = None) -> Figure:
    """Draw the rows on two columns in original units, the number of each group at its median.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    x, y : str, optional
        Number columns to draw; by default the two that the groups explain best.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If a column is not a clustered number column, or there are fewer than two of them.
    """
    names = number_columns(clustering)
    pair = telling_pair(clustering, telling(clustering)) if x is None or y is None else (x, y)
    if pair is None:
        raise ParameterError(
            f"columns to draw must be two number columns; got {len(names)} in the data. "
            "Draw distributions instead."
        )
    across, up = x or pair[0], y or pair[1]
    for name in (across, up):
        if name not in names:
            raise ParameterError(f"column must be a clustered number column; got {name!r}.")
    labels = matrix_labels(clustering)
    figure = style.new_figure(5.6)
    axes = style.new_axes(figure, 0.95, 0.75, 7.2, 4.65)
    style.tidy(axes)
    centres = []
    places = []
    for which, name in (("x", across), ("y", up)):
        column = column_values(clustering, name)
        values, scale = column.values, choose_scale(column.values, column.is_date)
        scale.apply(axes, which, 7, name)  # type: ignore[arg-type]
        places.append(scale.place(values))
        centres.append(scale.place(medians(values, labels, clustering.n_clusters)))
    dense = draw_points(axes, places[0], places[1], labels)
    draw_badges(axes, centres[0], centres[1])
    if dense:
        style.add_note(figure, f"Density of {labels.size:,} rows; deeper colour where more lie.")
    return figure
