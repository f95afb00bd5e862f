"""The groups on three columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.axis import choose_scale
from shoal.plot.columns import column_values, matrix_labels, number_columns, spread
from shoal.plot.points import draw_order, medians

if TYPE_CHECKING:
    from typing import Any as Axes3D  # mpl_toolkits has no type information

    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["scatter_3d"]

MOST_ROWS = 20_000


def scatter_3d(clustering: Clustering, columns: tuple[str, str, str] | None = None) -> Figure:
    """Draw the rows on three columns in original units; at most 20,000 evenly spread rows.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    columns : tuple of three str, optional
        Number columns to draw; by default those clustered, when they are three.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If there are not exactly three columns, or one is not a clustered number column.
    """
    known = number_columns(clustering)
    names = list(columns or known)
    if len(names) != 3 or any(name not in known for name in names):
        raise ParameterError(
            f"columns must be three clustered number columns; got {len(names)}. Name three of them."
        )
    rows = spread(clustering.matrix.n_samples, MOST_ROWS)
    labels = matrix_labels(clustering)[rows]
    figure = style.new_figure(6.2)
    axes: Axes3D = style.new_axes(figure, 0.5, 0.35, 7.4, 5.7, "3d")
    axes.view_init(elev=22, azim=-58)
    axes.set_box_aspect((1.25, 1.0, 0.85), zoom=1.12)
    places, centres = [], []
    for which, name in zip("xyz", names, strict=True):
        column = column_values(clustering, name, rows)
        values, scale = column.values, choose_scale(column.values, column.is_date)
        axis = getattr(axes, f"{which}axis")
        axis.set_pane_color((0.5, 0.55, 0.62, 0.06))
        axis.line.set_color(style.GRID)
        axis._axinfo["grid"].update(color=style.GRID, linewidth=0.6)
        scale.apply(axes, which, 5, name)  # type: ignore[arg-type]
        axes.tick_params(axis=which, labelsize=8, labelcolor=style.MUTED, color=style.GRID)
        places.append(scale.place(values))
        centres.append(scale.place(medians(values, labels, clustering.n_clusters)))
    _draw_rows(axes, np.stack(places, axis=1), labels)
    for cluster in range(min(clustering.n_clusters, 60)):
        x, y, z = (float(centre[cluster]) for centre in centres)
        if np.isfinite([x, y, z]).all():
            _number(axes, x, y, z, cluster)
    if rows.size < clustering.matrix.n_samples:
        words = f"{rows.size:,} evenly spread rows of {clustering.matrix.n_samples:,}."
        style.add_note(figure, words)
    return figure


def _draw_rows(axes: Axes3D, points: np.ndarray, labels: np.ndarray) -> None:
    order = draw_order(labels)
    points, labels = points[order], labels[order]
    known = ~np.isnan(points).any(axis=1)
    points, labels = points[known], labels[known]
    for mark in dict.fromkeys(style.marker(int(label)) for label in np.unique(labels)):
        inside = np.array([style.marker(int(label)) == mark for label in labels])
        axes.scatter(
            points[inside, 0],
            points[inside, 1],
            points[inside, 2],
            s=float(np.clip(26_000 / max(len(labels), 1), 5, 30)),
            c=[style.colour(int(label)) for label in labels[inside]],
            marker=mark,
            alpha=0.8,
            depthshade=False,
            linewidths=0.25,
            rasterized=True,
            edgecolors=None if mark == "x" else style.PAPER,
        )


def _number(axes: Axes3D, x: float, y: float, z: float, cluster: int) -> None:
    shade = style.colour(cluster)
    text = axes.text(
        x,
        y,
        z,
        str(cluster),
        ha="center",
        va="center",
        zorder=20,
        bbox={
            "boxstyle": "circle,pad=0.28",
            "facecolor": shade,
            "edgecolor": style.PAPER,
            "linewidth": 1.3,
        },
    )
    style.set_text(text, 8.5, style.ink_on(shade), "bold")
