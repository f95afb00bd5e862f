"""How good each number of clusters is, and which one was recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.axis import Scale, short_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering, KChoice

__all__ = ["elbow"]

MARK = "#ff5e02"


def elbow(clustering: Clustering) -> Figure:
    """Draw the sweep over k: inertia with its knee, beside the three indices.

    The recommended k is marked in every panel; in the small ones a ring shows the k that the
    index itself prefers.

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
        If k was given rather than chosen.
    """
    choice = clustering.choice
    if choice is None:
        raise ParameterError(
            "choice must be a sweep over k; got None, because k was given. "
            "Run without a number of clusters, or run choose-k."
        )
    figure = style.new_figure(4.5)
    axes = style.new_axes(figure, 0.75, 0.65, 4.3, 3.35)
    _draw_line(axes, choice, choice.inertia, None, 7)
    _set_heading(axes, "Inertia", "the lower, the tighter; look for the bend")
    if choice.elbow is not None:
        at = choice.inertia[choice.k.index(choice.elbow)]
        _ring(axes, choice.elbow, at, 9.0)
        same = choice.elbow == choice.recommended
        words = f"bend at {choice.elbow}" + (", recommended" if same else "")
        _point_at(axes, choice.elbow, at, words)
    if choice.elbow != choice.recommended:
        _name_band(axes, choice.recommended)
    style.set_text(axes.set_xlabel("number of clusters"), 8.5, style.MUTED)
    sampled = choice.silhouette_rows is not None
    panels = (
        ("Silhouette", "higher is better", choice.silhouette, max),
        ("Calinski\N{EN DASH}Harabasz", "higher is better", choice.calinski_harabasz, max),
        ("Davies\N{EN DASH}Bouldin", "lower is better", choice.davies_bouldin, min),
    )
    known_panels = [panel for panel in panels if np.isfinite(panel[2]).any()]
    for place, (name, note, values, best) in enumerate(known_panels):
        small = style.new_axes(figure, 5.85, 3.2 - place * 1.33, 2.35, 0.8)
        errors = choice.silhouette_error if name == "Silhouette" and sampled else None
        _draw_line(small, choice, values, errors, 3)
        _set_heading(small, name, note)
        known = {k: value for k, value in zip(choice.k, values, strict=True) if np.isfinite(value)}
        if known:
            preferred = best(known, key=lambda k: known[k])
            _ring(small, preferred, known[preferred], 7.0)
    if sampled:
        words = f"Silhouette from {choice.silhouette_rows:,} sampled rows; bars: standard error."
        style.add_note(figure, words)
    return figure


def _draw_line(
    axes: Axes,
    choice: KChoice,
    values: Sequence[float],
    errors: Sequence[float] | None,
    n_ticks: int,
) -> None:
    k = np.array(choice.k, dtype=np.float64)
    y = np.array(values, dtype=np.float64)
    y[~np.isfinite(y)] = np.nan
    style.tidy(axes, "y")
    known = y[~np.isnan(y)]
    scale = Scale(float(known.min()), float(known.max())) if known.size else Scale(0.0, 1.0)
    axes.axvline(choice.recommended, color=MARK, linewidth=7, alpha=0.22, zorder=1)
    if errors is not None:
        axes.errorbar(
            k, y, yerr=np.nan_to_num(errors), fmt="none", ecolor=style.MUTED, elinewidth=1
        )
    axes.plot(k, y, color=style.CURVE, linewidth=1.7, marker="o", markersize=3.6, zorder=3)
    axes.set_xlim(k.min() - 0.5, k.max() + 0.5)
    step = -(-len(k) // (12 if n_ticks > 3 else 8))
    axes.set_xticks(k[::step], [f"{value:.0f}" for value in k[::step]])
    axes.set_ylim(*scale.ends(0.12))
    ticks = scale.ticks(n_ticks)
    axes.set_yticks(ticks, [short_number(tick) for tick in ticks])


def _ring(axes: Axes, x: float, y: float, size: float) -> None:
    axes.plot(
        [x],
        [y],
        marker="o",
        markersize=size,
        markerfacecolor="none",
        markeredgecolor=style.INK,
        markeredgewidth=1.4,
        linestyle="none",
        zorder=5,
    )


def _point_at(axes: Axes, x: float, y: float, words: str) -> None:
    right = x > np.mean(axes.get_xlim())
    note = axes.annotate(
        words,
        (x, y),
        xytext=(6 if right else 10, 16 if right else 9),
        textcoords="offset points",
        ha="right" if right else "left",
    )
    style.set_text(note, 9, style.INK, "bold")


def _name_band(axes: Axes, k: int) -> None:
    """Write beside the top of the band, where a falling curve never is except at its start."""
    right = k > np.mean(axes.get_xlim())
    note = axes.annotate(
        f"recommended: {k}",
        (k, 0.97),
        xycoords=axes.get_xaxis_transform(),
        xytext=(-8 if right else 8, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="top",
    )
    style.set_text(note, 9, style.INK, "bold")


def _set_heading(axes: Axes, name: str, note: str) -> None:
    title = style.set_text(
        axes.annotate(
            name,
            (0, 1),
            xytext=(0, 13),
            xycoords="axes fraction",
            textcoords="offset points",
            va="bottom",
        ),
        9.5,
        style.INK,
        "bold",
    )
    title.set_in_layout(False)
    style.set_text(
        axes.annotate(
            note,
            (0, 1),
            xytext=(0, 3),
            xycoords="axes fraction",
            textcoords="offset points",
            va="bottom",
        ),
        7.5,
        style.MUTED,
    )
