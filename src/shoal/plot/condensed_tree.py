"""How groups shrink, split and vanish as the density asked for rises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.errors import DataError
from shoal.plot import style
from shoal.plot.axis import Scale, choose_scale
from shoal.plot.text import number
from shoal.plot.tree_layout import MIXED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Branch", "branches_of", "condensed_tree"]

FIELDS = ("parent", "child", "lambda_val", "child_size")
MOST_STEPS = 120
MOST_BADGES = 60
FAINT = "#aab2bc"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Branch:
    """A group of the tree, from the density where it appears to the one where it is gone.

    Attributes
    ----------
    centre : float
        Its middle across, in rows.
    birth : float
        Density (1 / distance) at which it appears.
    steps : ndarray of shape (m,), float64
        Densities, ascending, at which it loses rows.
    widths : ndarray of shape (m + 1,), float64
        Rows it holds before the first step, between two, and after the last.
    label : int
        Label when it is one of the chosen groups, or lies in one; `MIXED` otherwise.
    chosen : bool
        Whether it is the chosen group itself.
    """

    centre: float
    birth: float
    steps: Floats
    widths: Floats
    label: int
    chosen: bool


def condensed_tree(tree: npt.NDArray[np.void], labels: npt.ArrayLike | None = None) -> Figure:
    """Draw the condensed tree of HDBSCAN, upside down: the deeper, the denser.

    Parameters
    ----------
    tree : structured array with the fields parent, child, lambda_val and child_size
        Such as ``condensed_tree_`` of a fit; rows are numbered from 0, groups from the number of
        rows on.
    labels : array-like of shape (n_samples,), int, optional
        Group of each row, -1 for noise; the branches of the chosen groups have their colours and
        numbers.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If `tree` is no condensed tree, or `labels` do not fit it.

    Notes
    -----
    The width of a branch is the number of its rows, which fall out of it one by one as the
    density rises. Time O(n log n), memory O(n), no recursion.
    """
    branches = branches_of(tree, labels)
    figure = style.new_figure(5.0)
    axes = style.new_axes(figure, 0.95, 0.55, 7.2, 4.25)
    style.tidy(axes, "y")
    n_rows = float(branches[0].widths[0])
    ends = np.concatenate([branch.steps for branch in branches])
    known = ends[np.isfinite(ends)]
    scale = choose_scale(np.append(known, 0.0)) if known.size else Scale(0.0, 1.0)
    scale.apply(axes, "y", 6, "density (1 / distance)")
    deepest = scale.ends(0.04)[1]
    axes.set_ylim(deepest, float(scale.place(np.zeros(1))[0]))
    axes.set_xlim(0, n_rows)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    _draw(axes, branches, scale, deepest)
    chosen = [branch for branch in branches if branch.chosen]
    if len(chosen) <= MOST_BADGES:
        for branch in sorted(chosen, key=lambda branch: -branch.label):
            depth = float(scale.place(np.array([branch.birth]))[0])
            style.add_badge(axes, branch.centre, depth + 0.03 * deepest, branch.label, 8)
    bar = 10 ** np.floor(np.log10(max(n_rows / 3, 1)))
    axes.plot([0, bar], [deepest, deepest], color=style.INK, linewidth=3, clip_on=False, zorder=6)
    words = f"{number(float(bar))} row{'s' if bar > 1 else ''}"
    note = axes.annotate(
        words, (bar, deepest), xytext=(5, 0), textcoords="offset points", va="center",
        annotation_clip=False,
    )  # fmt: skip
    style.set_text(note, 8, style.MUTED)
    if known.size < ends.size:
        style.add_note(figure, "Branches up to the lower edge hold rows that are exactly equal.")
    return figure


def branches_of(
    tree: npt.NDArray[np.void], labels: npt.ArrayLike | None = None
) -> tuple[Branch, ...]:
    """Measure and place every group of a condensed tree, the root first.

    Parameters
    ----------
    tree, labels
        Those of `condensed_tree`.

    Returns
    -------
    tuple of Branch
    """
    parent, child, density, size = _columns(tree)
    n_rows = int(parent.min())
    n_groups = int(max(parent.max(), child.max())) - n_rows + 1
    groups = None if labels is None else np.asarray(labels, dtype=np.int64)
    if groups is not None and groups.shape != (n_rows,):
        raise DataError(f"labels must hold one group per row, {n_rows:,}; got {groups.shape}.")
    birth, held = np.zeros(n_groups), np.zeros(n_groups)
    above = np.full(n_groups, -1)
    inner = child >= n_rows
    born = child[inner] - n_rows
    birth[born], held[born], above[born] = density[inner], size[inner], parent[inner] - n_rows
    held[0] = size[parent == n_rows].sum()
    shared = _shared(parent - n_rows, child, above, groups, n_groups)
    centre = _centres(held, above, born)
    order = np.lexsort((density, parent))
    starts = np.searchsorted(parent[order], np.arange(n_rows, n_rows + n_groups + 1))
    found = []
    for group in range(n_groups):
        mine = order[starts[group] : starts[group + 1]]
        steps, first = np.unique(density[mine], return_index=True)
        lost = np.add.reduceat(size[mine], first) if mine.size else np.empty(0)
        widths = np.concatenate([[held[group]], held[group] - np.cumsum(lost)])
        label = int(shared[group])
        up = int(above[group])
        chosen = label >= 0 and (up < 0 or int(shared[up]) != label)
        found.append(Branch(centre[group], birth[group], steps, widths, label, chosen))
    return tuple(found)


def _columns(
    tree: npt.NDArray[np.void],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, Floats]:
    names = getattr(getattr(tree, "dtype", None), "names", None)
    if names is None or not set(FIELDS) <= set(names) or tree.ndim != 1 or not len(tree):
        raise DataError(
            f"tree must be a structured array with the fields {', '.join(FIELDS)} and at least "
            "one row. Pass the condensed_tree_ of a fit."
        )
    parent, child = (np.asarray(tree[name], dtype=np.int64) for name in FIELDS[:2])
    density, size = (np.asarray(tree[name], dtype=np.float64) for name in FIELDS[2:])
    groups = child[child >= parent.min()]
    broken = (
        parent.min() < 1
        or np.isnan(density).any()
        or (density < 0).any()
        or ((child >= parent.min()).any() and (child <= parent)[child >= parent.min()].any())
        or len(np.unique(groups)) != len(groups)
        or not np.array_equal(np.unique(parent), parent.min() + np.arange(len(np.unique(parent))))
    )
    if broken:
        raise DataError("tree must number its groups from the top. Pass the condensed_tree_.")
    return parent, child, density, size


def _shared(
    parent: npt.NDArray[np.int64],
    child: npt.NDArray[np.int64],
    above: npt.NDArray[np.int64],
    labels: npt.NDArray[np.int64] | None,
    n_groups: int,
) -> npt.NDArray[np.int64]:
    """Label that all rows of a group which have one share; `MIXED` for several, -1 for none."""
    shared = np.full(n_groups, -1)
    if labels is None:
        return shared
    rows = child < len(labels)
    own, of = labels[child[rows]], parent[rows]
    own, of = own[own >= 0], of[own >= 0]
    low, high = np.full(n_groups, np.iinfo(np.int64).max), np.full(n_groups, -1)
    np.minimum.at(low, of, own)
    np.maximum.at(high, of, own)
    # A group has a larger number than the one it came from.
    for group in range(n_groups - 1, 0, -1):
        up = int(above[group])
        low[up], high[up] = min(low[up], low[group]), max(high[up], high[group])
    shared[high >= 0] = np.where(low == high, high, MIXED)[high >= 0]
    return shared


def _centres(
    held: Floats, above: npt.NDArray[np.int64], born: npt.NDArray[np.int64]
) -> list[float]:
    """Place the branches of a group side by side around its own middle."""
    branches: dict[int, list[int]] = {}
    for group in np.sort(born).tolist():
        branches.setdefault(int(above[group]), []).append(group)
    centre = [held[0] / 2] + [0.0] * (len(held) - 1)
    for group in range(len(held)):
        mine = branches.get(group, [])
        left = centre[group] - sum(held[branch] for branch in mine) / 2
        for branch in mine:
            centre[branch] = left + held[branch] / 2
            left += held[branch]
    return [float(place) for place in centre]


def _draw(axes: Axes, branches: tuple[Branch, ...], scale: Scale, deepest: float) -> None:
    """Draw every branch as one area, from the widest."""
    from matplotlib.collections import PolyCollection

    areas, colours = [], []
    for branch in branches:
        ends = np.where(np.isfinite(branch.steps), scale.place(branch.steps), deepest)
        y = np.concatenate([scale.place(np.array([branch.birth])), ends])
        half = branch.widths[:-1] / 2
        if len(ends) > MOST_STEPS:
            keep = np.unique(np.linspace(0, len(ends) - 1, MOST_STEPS).astype(np.int64))
            y, half = np.concatenate([y[:1], y[1:][keep]]), half[keep]
        down = np.repeat(y, 2)[1:-1]
        out = np.repeat(half, 2)
        outline = np.concatenate(
            [
                np.stack([branch.centre - out, down], axis=1),
                np.stack([branch.centre + out, down], axis=1)[::-1],
            ]
        )
        areas.append(outline)
        colours.append(style.colour(branch.label) if branch.label >= 0 else FAINT)
    axes.add_collection(
        PolyCollection(areas, facecolors=colours, edgecolors=style.PAPER, linewidths=0.6, zorder=3),
        autolim=False,
    )
