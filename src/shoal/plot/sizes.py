"""How many rows each group holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shoal.plot import style
from shoal.plot.columns import matrix_labels
from shoal.plot.text import count, literal, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["sizes"]

MOST_BARS = 40


def sizes(clustering: Clustering) -> Figure:
    """Draw one bar per group, with its number, name, size and share, and one for noise.

    Parameters
    ----------
    clustering : Clustering
        The finished job.

    Returns
    -------
    matplotlib.figure.Figure
    """
    cards = clustering.cards[:MOST_BARS]
    labels = matrix_labels(clustering)
    noise = int(np.count_nonzero(labels < 0))
    bars = [(card.cluster, literal(card.name, 46), card.size) for card in cards]
    if noise:
        bars.append((-1, "in no group (noise)", noise))
    height = 0.5 + 0.42 * len(bars) + 0.3
    figure = style.new_figure(height)
    axes = style.new_axes(figure, 0.55, 0.4, 7.0, height - 0.5)
    style.tidy(axes, "")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks([])
    largest = max(size for *_, size in bars)
    for place, (cluster, name, size) in enumerate(bars):
        axes.barh(
            place,
            size,
            height=0.34,
            color=style.colour(cluster),
            hatch=style.hatch(cluster),
            edgecolor=style.PAPER,
            linewidth=0.6,
        )
        if cluster >= 0:
            style.add_badge(axes, -0.035 * largest, place, cluster, 8.5)
        label = f"{count(size)}  ({percent(size / clustering.n_clustered)})"
        style.set_text(axes.text(0, place - 0.26, name, va="bottom", ha="left"), 8.5, style.INK)
        style.set_text(
            axes.text(size + 0.012 * largest, place, label, va="center", ha="left"),
            8.5,
            style.MUTED,
        )
    axes.set_xlim(-0.075 * largest, largest * 1.2)
    axes.set_ylim(len(bars) - 0.5, -0.75)
    left_out = clustering.n_clusters - len(cards)
    if left_out:
        style.add_note(figure, f"The {left_out:,} smallest groups are not drawn.")
    return figure
