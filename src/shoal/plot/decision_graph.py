"""Density peaks: rows of high density that are far from any denser row are centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.errors import DataError
from shoal.plot import style
from shoal.plot.axis import choose_scale
from shoal.plot.text import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["decision_graph"]

MOST_POINTS = 20_000
MOST_BADGES = 60


def decision_graph(
    rho: npt.ArrayLike,
    delta: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    centers: npt.ArrayLike | None = None,
) -> Figure:
    """Draw each row by its density and its distance to the nearest denser row.

    Parameters
    ----------
    rho : array-like of shape (n_samples,)
        Density of each row, ``rho_`` of a fit.
    delta : array-like of shape (n_samples,)
        Distance of each row to the nearest row of higher density, ``delta_`` of a fit.
    labels : array-like of shape (n_samples,), int, optional
        Group of each row, -1 for noise.
    centers : array-like of shape (n_clusters,), int, optional
        Rows that are the centres, in label order; by default the row of each group with the
        largest product of both.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If the arrays do not belong together.
    """
    density = np.asarray(rho, dtype=np.float64)
    away = np.asarray(delta, dtype=np.float64)
    groups = None if labels is None else np.asarray(labels, dtype=np.int64)
    if (
        density.ndim != 1
        or away.shape != density.shape
        or (groups is not None and groups.shape != density.shape)
    ):
        raise DataError("rho, delta and labels must have one entry per row. Pass those of one fit.")
    known = away[np.isfinite(away)]
    # The densest row of all has no denser one; where that is infinite it stands at the top.
    away = np.where(np.isfinite(away), away, known.max(initial=1.0))
    peaks = _centres(density * away, groups) if centers is None else np.asarray(centers)
    figure = style.new_figure(5.0)
    axes = style.new_axes(figure, 0.95, 0.75, 7.2, 4.0)
    style.tidy(axes)
    across, up = choose_scale(density), choose_scale(np.append(away, 0.0))
    across.apply(axes, "x", 7, "density (rho)")
    up.apply(axes, "y", 6, "distance to the nearest denser row (delta)")
    others = np.setdiff1d(np.arange(density.size), peaks)
    # The high ones are what the picture is about; of the rest a part shows where they are.
    order = others[np.argsort(-away[others], kind="stable")]
    drawn = order[:MOST_POINTS]
    axes.scatter(
        across.place(density[drawn]), up.place(away[drawn]), s=9, color=style.NOISE, alpha=0.55,
        linewidths=0, zorder=2, rasterized=True,
    )  # fmt: skip
    for cluster, row in reversed(list(enumerate(peaks.tolist()))):
        x, y = (
            float(scale.place(np.array([value]))[0])
            for scale, value in ((across, density[row]), (up, away[row]))
        )
        if len(peaks) <= MOST_BADGES:
            style.add_badge(axes, x, y, cluster, 8.5)
        else:
            axes.plot([x], [y], marker="o", color=style.colour(cluster), zorder=3)
    if drawn.size < others.size:
        style.add_note(
            figure, f"The {count(drawn.size)} rows with the largest delta of {count(density.size)}."
        )
    return figure


def _centres(
    product: npt.NDArray[np.float64], labels: npt.NDArray[np.int64] | None
) -> npt.NDArray[np.int64]:
    """Row of each group with the largest product of density and distance."""
    if labels is None or labels.max(initial=-1) < 0:
        return np.empty(0, dtype=np.int64)
    order = np.lexsort((-product, labels))
    order = order[labels[order] >= 0]
    first = np.unique(labels[order], return_index=True)[1]
    return order[first]
