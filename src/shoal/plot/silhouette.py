"""How well each row fits its group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.columns import matrix_labels
from shoal.plot.text import number, two_digits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["silhouette"]

MOST_STEPS = 6000
MOST_GROUPS = 40


def silhouette(clustering: Clustering) -> Figure:
    """Draw the silhouette of each row, sorted within its group, with the mean of all.

    Parameters
    ----------
    clustering : Clustering
        The finished job.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If the job has no silhouettes.
    """
    values, rows = clustering.silhouette_samples, clustering.silhouette_rows
    if values is None or len(values) == 0:
        raise ParameterError(
            "silhouette_samples must be present; got None. Use two groups or more."
        )
    labels = matrix_labels(clustering)
    labels = labels if rows is None else labels[rows]
    shown = [c for c in range(min(clustering.n_clusters, MOST_GROUPS)) if (labels == c).any()]
    total = sum(int(np.count_nonzero(labels == cluster)) for cluster in shown)
    height = float(np.clip(0.34 * len(shown) + 2.2, 3.6, 9.0))
    figure = style.new_figure(height)
    axes = style.new_axes(figure, 0.6, 0.7, 7.5, height - 0.95)
    style.tidy(axes, "x")
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    gap = 0.02 * total
    most = min(MOST_STEPS // len(shown), 400)
    floor = gap
    for cluster in shown:
        ordered = np.sort(values[labels == cluster])[::-1]
        # Quantiles draw the same outline as every row would, in a picture of bounded size.
        steps = np.linspace(0, 1, min(max(ordered.size, 2), most))
        outline = np.quantile(ordered, 1 - steps)
        thickness = max(ordered.size, 0.006 * total)
        axes.fill_betweenx(
            floor + steps * thickness,
            0,
            outline,
            facecolor=style.colour(cluster),
            hatch=style.hatch(cluster),
            edgecolor=style.PAPER if style.hatch(cluster) else style.colour(cluster),
            linewidth=0.4,
        )
        middle = floor + thickness / 2
        low = min(float(values.min()), 0.0)
        style.add_badge(axes, low - 0.045, middle, cluster, 8.5 if len(shown) <= 12 else 6.5)
        words = f"mean {two_digits(float(ordered.mean()))}"
        if len(shown) <= 16:
            note = axes.text(1.0, middle, words, ha="right", va="center", zorder=6)
            style.set_text(note, 8, style.MUTED)
        floor += thickness + gap
    mean = float(values.mean())
    axes.axvline(mean, color=style.INK, linewidth=1.1, linestyle=(0, (4, 3)), zorder=5)
    axes.set_ylim(floor + 0.01 * total, -0.02 * total)
    note = axes.annotate(
        f"mean of all {two_digits(mean)}",
        (mean, 1.0),
        xycoords=axes.get_xaxis_transform(),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        zorder=6,
    )
    style.set_text(note, 8.5, style.INK, "bold")
    low = min(float(values.min()), 0.0)
    axes.set_xlim(low - 0.09, 1.02)
    ticks = np.arange(np.ceil(low * 5) / 5, 1.01, 0.2)
    axes.set_xticks(ticks, [number(round(float(tick), 1) + 0.0) for tick in ticks])
    meaning = "silhouette: 1 well inside its group, 0 between two, below 0 nearer to another"
    style.set_text(axes.set_xlabel(meaning), 8.5, style.MUTED)
    notes = []
    if len(values) < clustering.matrix.n_samples:
        notes.append(f"{len(values):,} sampled rows of {clustering.matrix.n_samples:,}.")
    if clustering.n_clusters > MOST_GROUPS:
        notes.append(f"The {MOST_GROUPS} largest groups of {clustering.n_clusters:,}.")
    if notes:
        style.add_note(figure, " ".join(notes))
    return figure
