"""What sets each group apart, column by column."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from shoal.explain.columns import Numbers, read_columns
from shoal.explain.effects import Groups, contrast_categories, contrast_numbers
from shoal.plot import style
from shoal.plot.columns import matrix_labels
from shoal.plot.text import literal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["Effects", "effects", "profile"]

MOST_COLUMNS = 24
MOST_GROUPS = 30
MOST_VALUES = 4
LARGEST = 2.0


class Effects(NamedTuple):
    """Effect sizes of every group on every column.

    Attributes
    ----------
    names : tuple of str
        Columns; for a category, ``"column = value"`` for each of its most telling values.
    values : ndarray of shape (n_clusters, n_names)
        Cohen's d for numbers, Cohen's h for the share of a value.
    """

    names: tuple[str, ...]
    values: npt.NDArray[np.float64]


def effects(clustering: Clustering) -> Effects:
    """Compare every group with all other rows, column by column."""
    labels = matrix_labels(clustering).astype(np.int64)
    n_clusters = clustering.n_clusters
    codes = np.where(labels < 0, n_clusters, labels)
    groups = Groups(codes, n_clusters, clustering.matrix.weights)
    names: list[str] = []
    values: list[npt.NDArray[np.float64]] = []
    for column in read_columns(clustering.table, clustering.matrix, clustering.preparation):
        if isinstance(column, Numbers):
            names.append(column.name)
            values.append(contrast_numbers(column.values, groups).effect)
            continue
        found = contrast_categories(column.codes, len(column.levels), groups).effect
        strength = np.abs(found).max(axis=0, initial=0)
        strongest = np.argsort(-strength, kind="stable")[:MOST_VALUES]
        if len(column.levels) == 2:  # the share of one value says that of the other
            strongest = strongest[:1]
        for level in sorted(strongest):
            names.append(f"{column.name} = {column.levels[level]}")
            values.append(found[:, level])
    return Effects(tuple(names), np.stack(values, axis=1))


def profile(clustering: Clustering, found: Effects | None = None) -> Figure:
    """Draw the effect sizes as a heat map, groups across and columns down, values printed.

    The 24 columns with the largest effects are drawn, in the order of the table.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    found : Effects, optional
        The result of `effects` when it is already at hand.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    names, values = found or effects(clustering)
    strongest = np.argsort(-np.abs(values).max(axis=0, initial=0), kind="stable")[:MOST_COLUMNS]
    columns = np.sort(strongest)
    groups = min(clustering.n_clusters, MOST_GROUPS)
    shades = LinearSegmentedColormap.from_list("effect", list(style.DIVERGING))
    cell_height = 0.33
    height = cell_height * len(columns) + 1.25
    figure = style.new_figure(height)
    axes = style.new_axes(figure, 2.55, 0.75, 5.6, cell_height * len(columns))
    style.tidy(axes, "")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    boxes, fills = [], []
    for down, column in enumerate(columns):
        for across in range(groups):
            value = float(values[across, column])
            fill = to_hex(shades(0.5 + np.clip(value / LARGEST, -1, 1) / 2))
            left, right, top, bottom = across + 0.02, across + 0.98, down + 0.05, down + 0.95
            boxes.append([(left, top), (right, top), (right, bottom), (left, bottom)])
            fills.append(fill)
            if groups <= 16:
                words = f"{round(value, 1) + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")
                words = "0.0" if words == "+0.0" else words
                text = axes.text(across + 0.5, down + 0.5, words, ha="center", va="center")
                style.set_text(text, 8, style.ink_on(fill))
    axes.add_collection(PolyCollection(boxes, facecolors=fills, edgecolors="none"), autolim=False)
    axes.set_xlim(0, groups)
    axes.set_ylim(len(columns), -0.15)
    axes.set_xticks([])
    for cluster in range(groups):
        style.add_badge(axes, cluster + 0.5, -0.55, cluster, 8.5 if groups <= 16 else 6)
    axes.set_yticks(
        np.arange(len(columns)) + 0.5, [literal(names[column], 32) for column in columns]
    )
    axes.tick_params(axis="y", labelsize=8.5, labelcolor=style.INK)
    _draw_key(figure, [to_hex(shades(at)) for at in np.linspace(0, 1, 9)])
    notes = []
    if len(columns) < len(names):
        notes.append(f"The {len(columns)} columns with the largest effects of {len(names):,}.")
    if groups < clustering.n_clusters:
        notes.append(f"The {groups} largest groups of {clustering.n_clusters:,}.")
    if notes:
        style.add_note(figure, " ".join(notes))
    return figure


def _draw_key(figure: Figure, fills: list[str]) -> None:
    from matplotlib.collections import PolyCollection

    axes = style.new_axes(figure, 4.35, 0.4, 2.0, 0.14)
    axes.set_axis_off()
    boxes = [[(at, 0), (at + 1, 0), (at + 1, 1), (at, 1)] for at in range(len(fills))]
    axes.add_collection(PolyCollection(boxes, facecolors=fills), autolim=False)
    axes.set(xlim=(0, len(fills)), ylim=(0, 1))
    words = ("lower than the other rows  \N{MINUS SIGN}2", "+2  higher, in standard deviations")
    style.set_text(axes.text(-0.3, 0.5, words[0], ha="right", va="center"), 7.5, style.MUTED)
    style.set_text(
        axes.text(len(fills) + 0.3, 0.5, words[1], ha="left", va="center"), 7.5, style.MUTED
    )
