"""The order in which OPTICS walks through the rows, and how far each step is."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from shoal.errors import DataError
from shoal.plot import style
from shoal.plot.axis import choose_scale, short_number
from shoal.plot.text import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Bars", "bars_of", "reachability"]

MOST_BARS = 1500
MOST_BADGES = 60

Floats = npt.NDArray[np.float64]


class Bars(NamedTuple):
    """The bars of a reachability plot, neighbouring rows taken together when there are many.

    Attributes
    ----------
    edges : ndarray of shape (n_bars + 1,), float64
        Where the bars begin and end, in rows.
    low, high : ndarray of shape (n_bars,), float64
        Median and largest reachability of the rows of a bar.
    labels : ndarray of shape (n_bars,), int64
        Their commonest group.
    endless : ndarray of shape (n_bars,), bool
        Whether a row in it cannot be reached.
    """

    edges: Floats
    low: Floats
    high: Floats
    labels: npt.NDArray[np.int64]
    endless: npt.NDArray[np.bool_]


def reachability(
    reachability: npt.ArrayLike,
    ordering: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    eps: float | None = None,
) -> Figure:
    """Draw the reachability plot: valleys are groups, the deeper the denser.

    Parameters
    ----------
    reachability : array-like of shape (n_samples,)
        Reachability distance of each row, such as ``reachability_`` of a fit; infinite for rows
        that nothing reaches.
    ordering : array-like of shape (n_samples,), int
        The rows in the order of the walk, ``ordering_`` of a fit.
    labels : array-like of shape (n_samples,), int, optional
        Group of each row, -1 for noise, which is grey.
    eps : float, optional
        Where to draw a line: the radius at which the groups were cut.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If the arrays do not belong together.

    Notes
    -----
    Above 1,500 rows, neighbours in the order share a bar: its full height is the largest value,
    the solid part the median.
    """
    bars = bars_of(reachability, ordering, labels)
    figure = style.new_figure(4.3)
    axes = style.new_axes(figure, 0.85, 0.7, 7.3, 3.3)
    style.tidy(axes, "y")
    n_rows = int(bars.edges[-1])
    known = np.concatenate([[0.0], bars.high[np.isfinite(bars.high)]])
    scale = choose_scale(known if eps is None else np.append(known, eps))
    scale.apply(axes, "y", 6, "reachability distance")
    ceiling = scale.ends(0.06)[1]
    floor = float(scale.place(np.zeros(1))[0])
    axes.set_ylim(floor, ceiling)
    axes.set_xlim(0, max(n_rows, 1))
    high = np.where(np.isfinite(bars.high), scale.place(bars.high), ceiling)
    low = np.where(np.isfinite(bars.low), scale.place(bars.low), ceiling)
    high = np.where(bars.endless & (bars.edges[:-1] > 0), ceiling, high)
    if len(high) < n_rows:
        _draw(axes, bars, high, floor, 0.3)
    _draw(axes, bars, low, floor, 1.0)
    _draw_badges(axes, bars, floor, ceiling)
    ticks = choose_scale(np.array([0.0, float(n_rows)])).ticks(8)
    axes.set_xticks(ticks, [short_number(tick) for tick in ticks])
    style.set_text(axes.set_xlabel("rows in the order of the walk"), 9, style.INK)
    if eps is not None and np.isfinite(eps):
        _draw_eps(axes, float(scale.place(np.array([eps]))[0]), eps)
    notes = []
    if bars.endless[1:].any():
        notes.append("Bars up to the top cannot be reached from the rows before them.")
    if len(high) < n_rows:
        notes.append("Solid: median of neighbouring rows; pale: largest.")
    if notes:
        style.add_note(figure, " ".join(notes))
    return figure


def bars_of(
    reachability: npt.ArrayLike, ordering: npt.ArrayLike, labels: npt.ArrayLike | None
) -> Bars:
    """Put the rows in order and take neighbours together where there are too many to draw."""
    reach = np.asarray(reachability, dtype=np.float64)
    order = np.asarray(ordering, dtype=np.int64)
    n_rows = reach.size
    groups = np.zeros(n_rows, np.int64) if labels is None else np.asarray(labels, dtype=np.int64)
    if reach.ndim != 1 or groups.shape != reach.shape or order.shape != reach.shape or n_rows == 0:
        raise DataError(
            "reachability, ordering and labels must have one entry per row; got shapes "
            f"{reach.shape}, {order.shape} and {groups.shape}. Pass those of one fit."
        )
    if not np.array_equal(np.sort(order), np.arange(n_rows)):
        raise DataError("ordering must name every row once. Pass the ordering_ of a fit.")
    if np.isnan(reach).any() or (reach < 0).any():
        raise DataError("reachability must be distances >= 0. Pass the reachability_ of a fit.")
    reach, groups = reach[order], groups[order]
    n_bars = min(n_rows, MOST_BARS)
    edges = np.round(np.linspace(0, n_rows, n_bars + 1)).astype(np.int64)
    low, high = np.empty(n_bars), np.empty(n_bars)
    shared = np.empty(n_bars, dtype=np.int64)
    endless = np.zeros(n_bars, dtype=bool)
    for bar in range(n_bars):
        part = reach[edges[bar] : edges[bar + 1]]
        finite = part[np.isfinite(part)]
        endless[bar] = finite.size < part.size
        low[bar] = np.median(finite) if 2 * finite.size > part.size else np.inf
        high[bar] = finite.max() if finite.size else np.inf
        values, counts = np.unique(groups[edges[bar] : edges[bar + 1]], return_counts=True)
        shared[bar] = values[counts.argmax()]
    return Bars(edges.astype(np.float64), low, high, shared, endless)


def _runs(labels: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
    """Stretches of bars of one group."""
    ends = np.flatnonzero(np.diff(labels)) + 1
    bounds = [0, *ends.tolist(), len(labels)]
    return list(itertools.pairwise(bounds))


def _draw(axes: Axes, bars: Bars, heights: Floats, floor: float, alpha: float) -> None:
    """Draw the outline of each stretch as one area."""
    from matplotlib.collections import PolyCollection

    areas, colours = [], []
    for start, stop in _runs(bars.labels):
        x = np.repeat(bars.edges[start : stop + 1], 2)
        y = np.concatenate([[floor], np.repeat(heights[start:stop], 2), [floor]])
        areas.append(np.stack([x, y], axis=1))
        colours.append(style.colour(int(bars.labels[start])))
    axes.add_collection(
        PolyCollection(areas, facecolors=colours, edgecolors="none", alpha=alpha, zorder=3),
        autolim=False,
    )


def _draw_badges(axes: Axes, bars: Bars, floor: float, ceiling: float) -> None:
    """Write the number of each group below the middle of its longest stretch."""
    longest: dict[int, tuple[float, float]] = {}
    for start, stop in _runs(bars.labels):
        label, length = int(bars.labels[start]), bars.edges[stop] - bars.edges[start]
        if label >= 0 and length > longest.get(label, (0.0, 0.0))[0]:
            longest[label] = (length, (bars.edges[start] + bars.edges[stop]) / 2)
    if len(longest) > MOST_BADGES or (len(longest) == 1 and bars.labels.min() == 0):
        return
    for label, (_, middle) in sorted(longest.items(), reverse=True):
        style.add_badge(axes, middle, floor + 0.04 * (ceiling - floor), label, 7.5)


def _draw_eps(axes: Axes, place: float, eps: float) -> None:
    axes.axhline(place, color=style.INK, linewidth=1.2, linestyle=(0, (5, 3)), zorder=5)
    note = axes.annotate(
        f"eps {number(eps)}",
        (1.0, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        va="bottom",
        zorder=6,
    )
    style.set_text(note, 8.5, style.INK, "bold")
