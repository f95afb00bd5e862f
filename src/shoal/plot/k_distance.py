"""How far the k-th neighbour of each row is: where DBSCAN's eps comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.errors import DataError
from shoal.plot import style
from shoal.plot.axis import choose_scale, short_number
from shoal.plot.columns import spread
from shoal.plot.text import number, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["k_distance"]

MOST_POINTS = 2000


def k_distance(
    distances: npt.ArrayLike, *, k: int, eps: float | None = None, unit: str = ""
) -> Figure:
    """Draw the distances of all rows to their k-th neighbour, sorted, with the knee.

    Parameters
    ----------
    distances : array-like of shape (n_samples,)
        Distance of each row to its `k`-th neighbour, in any order.
    k : int
        Which neighbour, the row itself counted: ``min_samples`` of DBSCAN.
    eps : float, optional
        The knee of the curve, or any radius to mark.
    unit : str
        Unit of the distances, such as "km".

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If there are no distances, or they are not numbers >= 0.
    """
    values = np.sort(np.asarray(distances, dtype=np.float64).ravel())
    if not values.size or not np.isfinite(values).all() or values[0] < 0:
        raise DataError("distances must be finite numbers >= 0, one per row.")
    figure = style.new_figure(4.3)
    axes = style.new_axes(figure, 0.85, 0.7, 7.3, 3.35)
    style.tidy(axes)
    scale = choose_scale(np.append(values, 0.0 if eps is None else eps))
    words = f"distance to neighbour {k}" + (f" ({unit})" if unit else "")
    scale.apply(axes, "y", 6, words)
    floor = float(scale.place(np.zeros(1))[0]) if scale.low >= 0 else scale.ends()[0]
    axes.set_ylim(floor, scale.ends(0.06)[1])
    rows = spread(values.size, MOST_POINTS)
    heights = scale.place(values[rows])
    axes.plot(rows + 0.5, heights, color=style.CURVE, linewidth=1.8, zorder=3)
    axes.fill_between(rows + 0.5, floor, heights, color=style.CURVE, alpha=0.08, linewidth=0)
    axes.set_xlim(0, values.size)
    ticks = choose_scale(np.array([0.0, float(values.size)])).ticks(8)
    axes.set_xticks(ticks, [short_number(tick) for tick in ticks])
    style.set_text(axes.set_xlabel("rows, those with the nearest neighbours first"), 9, style.INK)
    if eps is not None:
        inside = float(np.searchsorted(values, eps, side="right"))
        place = float(scale.place(np.array([eps]))[0])
        axes.axhline(place, color=style.INK, linewidth=1.1, linestyle=(0, (5, 3)), zorder=4)
        axes.plot(
            [inside], [place], marker="o", markersize=8, markerfacecolor="none",
            markeredgecolor=style.INK, markeredgewidth=1.4, zorder=5,
        )  # fmt: skip
        note = axes.annotate(
            f"eps {number(eps)}{f' {unit}' if unit else ''}: {percent(inside / values.size)} of "
            f"the rows have {k} rows within it",
            (0.0, place),
            xycoords=axes.get_yaxis_transform(),
            xytext=(6, 4),
            textcoords="offset points",
            va="bottom",
            zorder=6,
        )
        style.set_text(note, 9, style.INK, "bold")
    return figure
