"""How the values of each column are spread, and which groups they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.plot import style
from shoal.plot.axis import Scale, choose_scale
from shoal.plot.columns import Column, column_names, column_values, matrix_labels, telling
from shoal.plot.text import count, literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["distributions"]

MOST_COLUMNS = 12
MOST_VALUES = 6
MOST_GROUPS = 24
BINS = 24


def distributions(clustering: Clustering, ranking: dict[str, float] | None = None) -> Figure:
    """Draw a histogram per column in original units, each bar split by group.

    The twelve columns that the groups explain best are drawn, in the order of the table.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    ranking : dict of str to float, optional
        The result of `telling` when it is already at hand.

    Returns
    -------
    matplotlib.figure.Figure
    """
    names = column_names(clustering)
    ranking = ranking or telling(clustering)
    chosen = set(list(ranking)[:MOST_COLUMNS])
    drawn = [name for name in names if name in chosen]
    labels = matrix_labels(clustering)
    across = min(len(drawn), 2 if len(drawn) <= 4 else 3)
    down = -(-len(drawn) // max(across, 1))
    panel_width, panel_height = 8.2 / across, 2.15 if across > 1 else 3.2
    figure = style.new_figure(down * panel_height + 0.55)
    for place, name in enumerate(drawn):
        left = (place % across) * panel_width + 0.3
        bottom = (down - 1 - place // across) * panel_height + 0.65
        axes = style.new_axes(figure, left, bottom, panel_width - 0.45, panel_height - 0.87)
        style.tidy(axes, "")
        axes.spines["left"].set_visible(False)
        axes.set_yticks([])
        _draw_column(axes, column_values(clustering, name), labels, clustering.n_clusters)
        title = axes.annotate(
            literal(name, 25 if across == 3 else 44),
            (0, 1.03),
            xycoords="axes fraction",
            xytext=(0, 12),
            textcoords="offset points",
            va="bottom",
        )
        style.set_text(title, 9, style.INK, "bold")
    _draw_key(figure, labels, clustering.n_clusters)
    if len(drawn) < len(names):
        style.add_note(figure, f"The {len(drawn)} most telling of {len(names):,} columns.")
    return figure


def _draw_column(
    axes: Axes, column: Column, labels: npt.NDArray[np.int32], n_clusters: int
) -> None:
    known = ~np.isnan(column.values)
    values, groups = column.values[known], _merge_small(labels[known], n_clusters)
    starts: npt.NDArray[np.float64]
    if column.categories is None:
        scale = choose_scale(values, column.is_date)
        first, width, n_bins = _bin(scale, values)
        bins = ((scale.place(values) - first) / width).astype(np.int64)
        bins = np.clip(bins, 0, n_bins - 1)
        starts = first + width * np.arange(n_bins, dtype=np.float64)
        scale.apply(axes, "x", 3 if column.is_date else 5)
        axes.set_xlim(starts[0] - 0.4 * width, starts[-1] + 1.4 * width)
    else:
        n_bins = min(len(column.categories), MOST_VALUES)
        bins = np.minimum(values.astype(np.int64), n_bins - 1)
        words = list(column.categories[:n_bins])
        if len(column.categories) > n_bins:
            words[-1] = "others"
        starts, width = np.arange(n_bins, dtype=np.float64) - 0.4, 0.8
        length = max(4, 40 // n_bins)
        axes.set_xticks(range(n_bins), [literal(word, length) for word in words])
        axes.set_xlim(-0.6, max(n_bins, 2) - 0.4)
    _draw_stacks(axes, starts, width, bins, groups, n_bins)


def _bin(scale: Scale, values: npt.NDArray[np.float64]) -> tuple[float, float, int]:
    """Find first edge, width and number of bars; whole numbers never straddle an edge."""
    low, high = scale.ends(0.0)
    if values.size == 0 or scale.low == scale.high:
        return low, high - low, 1
    whole = scale.width is None and bool((values == np.round(values)).all())
    if whole and high - low < 2**50:
        width = float(-(-(high - low + 1) // BINS))
        return low - 0.5, width, int(-(-(high - low + 1) // width))
    return low, (high - low) / BINS, BINS


def _draw_stacks(
    axes: Axes,
    starts: npt.NDArray[np.float64],
    width: float,
    bins: npt.NDArray[np.int64],
    groups: npt.NDArray[np.int64],
    n_bins: int,
) -> None:
    """Stack the bars of each group; one drawn object per group keeps this quick."""
    from matplotlib.collections import PolyCollection

    floor = np.zeros(n_bins)
    gap = 0.06 * width
    for group in np.unique(groups)[::-1]:
        height = np.bincount(bins[groups == group], minlength=n_bins)
        left, right, top = starts + gap, starts + width - gap, floor + height
        corners = [(left, floor), (left, top), (right, top), (right, floor)]
        boxes = np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)[height > 0]
        axes.add_collection(
            PolyCollection(
                list(boxes),
                facecolors=style.colour(int(group)),
                hatch=style.hatch(int(group)) or None,
                edgecolors=style.PAPER if style.hatch(int(group)) else "none",
                linewidths=0.3 if style.hatch(int(group)) else 0,
            ),
            autolim=False,
        )
        floor = top
    axes.set_ylim(0, max(float(floor.max(initial=0)), 1.0) * 1.04)
    tallest = f"tallest bar: {count(int(floor.max(initial=0)))} rows"
    note = axes.text(0, 1.03, tallest, va="bottom", transform=axes.transAxes)
    style.set_text(note, 7.5, style.MUTED)


def _merge_small(labels: npt.NDArray[np.int32], n_clusters: int) -> npt.NDArray[np.int64]:
    """Beyond 24 groups, the smaller ones share the colour of rows in no group."""
    groups = labels.astype(np.int64)
    if n_clusters > MOST_GROUPS:
        groups[groups >= MOST_GROUPS] = -1
    return groups


def _draw_key(figure: Figure, labels: npt.NDArray[np.int32], n_clusters: int) -> None:
    width, height = figure.get_size_inches()
    shown = min(n_clusters, MOST_GROUPS)
    x, y = 0.42, height - 0.24
    for cluster in range(shown):
        shade = style.colour(cluster)
        text = figure.text(
            x / width,
            y / height,
            str(cluster),
            ha="center",
            va="center",
            bbox={
                "boxstyle": "circle,pad=0.28",
                "facecolor": shade,
                "hatch": style.hatch(cluster),
                "edgecolor": style.PAPER,
                "linewidth": 0.8,
            },
        )
        style.set_text(text, 8, style.ink_on(shade), "bold")
        x += 0.3
    rest = []
    if n_clusters > shown:
        rest.append(f"grey: the {n_clusters - shown:,} smallest groups")
    if (labels < 0).any():
        rest.append("grey: noise")
    if rest:
        text = figure.text(x / width, y / height, "; ".join(rest), ha="left", va="center")
        style.set_text(text, 8, style.MUTED)
