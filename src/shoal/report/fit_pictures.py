"""The pictures of trees, orders and densities in the report, with the numbers they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal import plot
from shoal.plot.columns import matrix_labels
from shoal.plot.condensed_tree import branches_of
from shoal.plot.text import number, percent
from shoal.report.picture import Grid, Picture

if TYPE_CHECKING:
    from shoal.clustering import Clustering

__all__ = ["draw_fit_picture"]

MOST_LINES = 40


def draw_fit_picture(clustering: Clustering, name: str) -> Picture:
    """Draw one of `shoal.plot.FIT_PICTURES` of a finished job.

    Parameters
    ----------
    clustering : Clustering
        The finished job.
    name : str
        Name of the picture.

    Returns
    -------
    Picture
    """
    labels = matrix_labels(clustering)
    figure = plot.draw_fit(name, clustering.model, labels, names=plot.row_names(clustering))
    words, grid = _WORDS[name], _GRIDS[name](clustering)
    return Picture(name, words.title, words.explanation, words.description, grid, figure)


@dataclass(frozen=True, slots=True)
class _Words:
    """Heading, how to read it, and text alternative of a picture."""

    title: str
    explanation: str
    description: str


_WORDS = {
    "dendrogram": _Words(
        "How the groups merge",
        "Each branch is a group of rows; two of them join at the height of their distance. Where a "
        "branch is long before it joins another, the group stands apart. The dashed line is the "
        "cut that made the groups.",
        "Dendrogram: the tree of merges, branches coloured and numbered by group.",
    ),
    "reachability": _Words(
        "How dense the groups are",
        "The rows in the order in which OPTICS walks from one to the nearest next. Valleys are "
        "groups, the deeper the denser; high bars are rows far from the others, and grey is noise.",
        "Reachability plot: a bar per row, coloured and numbered by group.",
    ),
    "condensed_tree": _Words(
        "How the groups split",
        "From the top down the density asked for rises, so that rows fall out of the groups and "
        "groups split. The width is the number of rows; the chosen groups, which last longest, "
        "are coloured.",
        "Condensed tree: branches as wide as they hold rows, the chosen ones coloured and "
        "numbered.",
    ),
    "decision_graph": _Words(
        "Which rows are centres",
        "Each point is a row: how dense its surroundings are, and how far the nearest denser row "
        "is. Centres are high and far to the right; they bear the number of their group.",
        "Decision graph of density peaks: density against distance to the nearest denser row.",
    ),
}


def _merges(clustering: Clustering) -> Grid:
    Z = np.asarray(clustering.model.linkage_matrix_)
    last = np.arange(len(Z) - 1, max(len(Z) - 1 - MOST_LINES, -1), -1)
    sizes = np.concatenate([np.ones(len(Z) + 1), Z[:, 3]])
    return Grid(
        "The last merges, highest first",
        ("Groups left below", "Distance", "Rows of the one", "Rows of the other"),
        tuple(
            (
                f"{len(Z) + 1 - at:,}",
                number(float(Z[at, 2])),
                f"{int(sizes[int(Z[at, 0])]):,}",
                f"{int(sizes[int(Z[at, 1])]):,}",
            )
            for at in last.tolist()
        ),
    )


def _valleys(clustering: Clustering) -> Grid:
    reach = np.asarray(clustering.model.reachability_)
    labels = matrix_labels(clustering)
    lines = []
    for group in [card.cluster for card in clustering.cards[:MOST_LINES]] + [-1]:
        mine = reach[labels == group]
        if not mine.size:
            continue
        known = mine[np.isfinite(mine)]
        middle = float(np.median(known)) if known.size else float("nan")
        name = "noise" if group < 0 else str(group)
        lines.append((name, f"{mine.size:,}", number(middle), number(float(mine.max()))))
    return Grid("Reachability by group", ("Group", "Rows", "Median", "Largest"), tuple(lines))


def _branches(clustering: Clustering) -> Grid:
    found = branches_of(clustering.model.condensed_tree_, matrix_labels(clustering))
    chosen = sorted((b for b in found if b.chosen), key=lambda b: b.label)[:MOST_LINES]
    return Grid(
        "The chosen groups: densities (1 / distance) at which they appear and are gone",
        ("Group", "Rows when it appears", "Appears at", "Gone at"),
        tuple(
            (
                str(branch.label),
                number(float(branch.widths[0])),
                number(branch.birth),
                number(float(branch.steps.max(initial=branch.birth))),
            )
            for branch in chosen
        ),
    )


def _peaks(clustering: Clustering) -> Grid:
    rho = np.asarray(clustering.model.rho_, dtype=np.float64)
    delta = np.asarray(clustering.model.delta_, dtype=np.float64)
    labels = matrix_labels(clustering)
    lines: list[tuple[Any, ...]] = []
    for card in clustering.cards[:MOST_LINES]:
        mine = np.flatnonzero(labels == card.cluster)
        best = mine[np.argmax(rho[mine] * np.minimum(delta[mine], np.finfo(float).max))]
        denser = percent(float((rho > rho[best]).mean()))
        values = (number(float(rho[best])), number(float(delta[best])))
        lines.append((str(card.cluster), *values, denser))
    return Grid(
        "The centre of each group",
        ("Group", "Density", "Distance to a denser row", "Rows that are denser"),
        tuple(lines),
    )


_GRIDS = {
    "dendrogram": _merges,
    "reachability": _valleys,
    "condensed_tree": _branches,
    "decision_graph": _peaks,
}
