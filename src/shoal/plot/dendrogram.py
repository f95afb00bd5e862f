"""The tree of merges: which rows join, and at which distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.errors import ParameterError
from shoal.plot import style
from shoal.plot.axis import Scale
from shoal.plot.text import count, literal, number
from shoal.plot.tree_layout import MIXED, Tree, cut_between, lay_out_top

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MOST_LEAVES", "dendrogram"]

MOST_LEAVES = 1000
"""Leaves up to which the whole tree is drawn; of a larger one the top."""

TOP = 50
MOST_NAMES = 60
MOST_BADGES = 40

Floats = npt.NDArray[np.float64]


def dendrogram(
    linkage: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    *,
    height: float | None = None,
    names: Sequence[object] | None = None,
    top: int | None = None,
    distance: str = "distance at which branches merge",
) -> Figure:
    """Draw the tree of merges, coloured by group, with the line that cuts it.

    Parameters
    ----------
    linkage : array-like of shape (n_samples - 1, 4)
        SciPy's form, such as ``linkage_matrix_`` of a fit: the two branches, the distance and
        the number of rows of each merge.
    labels : array-like of shape (n_samples,), int, optional
        Group of each row, -1 for noise. A branch has the colour of its group; what joins several
        groups is dark.
    height : float, optional
        Where to draw the cut; when left out, between the merges within the groups and those
        between them, where one height parts the two.
    names : sequence of length n_samples, optional
        Names of the rows, written below the leaves of a small tree.
    top : int, optional
        Draw the last merges only, with this many leaves; each stands for a whole branch and says
        how many rows it holds. By default 50 for trees of more than 1,000 rows; a number of at
        least `n_samples` draws the whole tree.
    distance : str
        Words on the axis.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    DataError
        If `linkage` is no tree, or `labels` do not fit it.
    ParameterError
        If `top` is below 2.

    Notes
    -----
    Time and memory O(n); nothing recursive, so a chain of any length can be drawn. All branches
    are one collection of lines.
    """
    if top is not None and top < 2:
        raise ParameterError(f"top must be a whole number >= 2; got {top!r}.")
    n_rows = len(np.asarray(linkage)) + 1
    at_most = top or (n_rows if n_rows <= MOST_LEAVES else TOP)
    tree = lay_out_top(linkage, labels, at_most)
    is_whole = tree.n_leaves == n_rows
    if height is None and labels is not None:
        height = cut_between(linkage, labels)
    words = _words_below(tree, names, is_whole)
    below = 0.35 + 0.062 * max(map(len, words), default=0) if words else 0.3
    figure = style.new_figure(4.7 + below)
    axes = style.new_axes(figure, 0.85, below, 7.3, 4.45)
    style.tidy(axes, "y")
    axes.spines["bottom"].set_visible(False)
    highest = float(tree.y.max(initial=0.0))
    scale = Scale(min(float(tree.y.min(initial=0.0)), 0.0), max(highest, height or 0.0) or 1.0)
    scale.apply(axes, "y", 6, distance)
    axes.set_ylim(scale.low, scale.low + (scale.high - scale.low) * 1.05)
    axes.set_xlim(0, tree.n_leaves)
    _draw_branches(axes, tree)
    _draw_folded(axes, tree)
    _draw_badges(axes, tree)
    if height is not None:
        _draw_cut(axes, height)
    _write_below(axes, tree, words)
    if not is_whole:
        style.add_note(
            figure,
            f"The last {tree.n_leaves - 1:,} of {n_rows - 1:,} merges; wedges stand for the "
            "branches below them, numbers for their rows.",
        )
    return figure


def _colour(label: int) -> str:
    return style.INK if label == MIXED else style.colour(label)


def _draw_branches(axes: Axes, tree: Tree) -> None:
    """Draw an upturned U per merge, those of several groups last."""
    from matplotlib.collections import LineCollection

    n = tree.n_leaves
    if n < 2:
        return
    left, right = tree.left, tree.right
    feet = np.concatenate([tree.folded, tree.y[n:]])
    top = tree.y[n:]
    corners = np.stack(
        [
            np.stack([tree.x[left], feet[left]], axis=1),
            np.stack([tree.x[left], top], axis=1),
            np.stack([tree.x[right], top], axis=1),
            np.stack([tree.x[right], feet[right]], axis=1),
        ],
        axis=1,
    )
    merged = tree.labels[n:]
    order = np.argsort(merged == MIXED, kind="stable")
    colours = {label: _colour(label) for label in np.unique(merged).tolist()}
    thin = float(np.clip(60 / n, 0.35, 1.3))
    axes.add_collection(
        LineCollection(
            list(corners[order]),
            colors=[colours[label] for label in merged[order].tolist()],
            linewidths=np.where(merged[order] == MIXED, max(thin, 0.9), thin).tolist(),
            capstyle="butt",
            joinstyle="miter",
            zorder=3,
            rasterized=n > MOST_LEAVES,
        ),
        autolim=False,
    )


def _draw_folded(axes: Axes, tree: Tree) -> None:
    """Draw a wedge for each branch that is not drawn, wider where it holds more rows."""
    from matplotlib.collections import PolyCollection

    n = tree.n_leaves
    folded = np.flatnonzero(tree.sizes[:n] > 1)
    if not folded.size:
        return
    sizes = tree.sizes[folded].astype(np.float64)
    half = 0.1 + 0.34 * np.sqrt(sizes / sizes.max())
    x, tip = tree.x[folded], tree.folded[folded]
    corners = np.stack(
        [
            np.stack([x, tip], axis=1),
            np.stack([x - half, np.zeros_like(x)], axis=1),
            np.stack([x + half, np.zeros_like(x)], axis=1),
        ],
        axis=1,
    )
    colours = [_colour(label) for label in tree.labels[folded].tolist()]
    axes.add_collection(
        PolyCollection(
            list(corners), facecolors=colours, edgecolors=colours, alpha=0.55, linewidths=0.5,
            zorder=2,
        ),
        autolim=False,
    )  # fmt: skip


def _draw_badges(axes: Axes, tree: Tree) -> None:
    """Write the number of each group at the top of its largest branch."""
    n = tree.n_leaves
    parent = np.full(len(tree.x), len(tree.x) - 1)
    parent[tree.left] = n + np.arange(n - 1)
    parent[tree.right] = n + np.arange(n - 1)
    tops = np.flatnonzero((tree.labels >= 0) & (tree.labels[parent] != tree.labels))
    if len(tree.x) and tree.labels[-1] >= 0:
        tops = np.append(tops, len(tree.x) - 1)
    largest: dict[int, int] = {}
    for node in tops.tolist():
        label = int(tree.labels[node])
        if label not in largest or tree.sizes[node] > tree.sizes[largest[label]]:
            largest[label] = node
    if len(largest) > MOST_BADGES:
        return
    low, high = axes.get_ylim()
    # The number of a single row stands above the row's name.
    feet = np.maximum(np.concatenate([tree.folded, tree.y[n:]]), low + 0.035 * (high - low))
    for label, node in sorted(largest.items(), reverse=True):
        style.add_badge(axes, float(tree.x[node]), float(feet[node]), label, 7.5)


def _draw_cut(axes: Axes, height: float) -> None:
    axes.axhline(height, color=style.CURVE, linewidth=1.2, linestyle=(0, (5, 3)), zorder=4)
    note = axes.annotate(
        f"cut at {number(height)}",
        (1.0, height),
        xycoords=axes.get_yaxis_transform(),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        va="bottom",
        zorder=6,
    )
    style.set_text(note, 8.5, style.CURVE, "bold")


def _words_below(tree: Tree, names: Sequence[object] | None, is_whole: bool) -> list[str]:
    """Names of the rows, or how many rows each leaf stands for; none when there is no room."""
    if tree.n_leaves > MOST_NAMES:
        return []
    if not is_whole:
        return [count(int(tree.sizes[leaf])) for leaf in tree.leaves]
    if names is None:
        return []
    return [literal(names[int(leaf)], 22) for leaf in tree.leaves]


def _write_below(axes: Axes, tree: Tree, words: Sequence[str]) -> None:
    axes.set_xticks(np.arange(len(words)) + 0.5, list(words), rotation=90)
    axes.tick_params(axis="x", pad=3, labelsize=7.5)
    for text, leaf in zip(axes.get_xticklabels(), tree.leaves, strict=False):
        style.set_text(text, 7.5, style.MUTED if tree.labels[leaf] < 0 else style.INK)
