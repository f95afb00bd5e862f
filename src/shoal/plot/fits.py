"""Pictures of what a fit found besides its groups: trees, orders and densities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shoal.errors import ParameterError
from shoal.plot.condensed_tree import condensed_tree
from shoal.plot.decision_graph import decision_graph
from shoal.plot.dendrogram import MOST_NAMES, dendrogram
from shoal.plot.reachability import reachability

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from shoal.clustering import Clustering

__all__ = ["FIT_PICTURES", "can_draw", "draw_fit", "row_names", "shows"]

_NEEDS = {
    "dendrogram": ("linkage_matrix_",),
    "reachability": ("reachability_", "ordering_"),
    "condensed_tree": ("condensed_tree_",),
    "decision_graph": ("rho_", "delta_"),
}

FIT_PICTURES = tuple(_NEEDS)
"""Names of the pictures of a fit, in the order of the report."""


def can_draw(model: Any, name: str) -> bool:
    """Whether a fit found what a picture shows, and there is something of it."""
    return all(len(getattr(model, need, ())) > 0 for need in _NEEDS[name])


def shows(attributes: Sequence[str], name: str) -> bool:
    """Whether fitted attributes are all that a picture needs."""
    return set(_NEEDS[name]) <= set(attributes)


def row_names(clustering: Clustering) -> list[str] | None:
    """Names of the rows of a small table: the id, or else the number of the row."""
    rows, own = clustering.matrix.rows, clustering.preparation.id
    if len(rows) > MOST_NAMES:
        return None
    table = clustering.table
    if own is None or own not in table.column_names:
        return [str(row + 1) for row in rows]
    values = table.data.column(own).to_pylist()
    return ["missing" if values[row] is None else str(values[row]) for row in rows]


def draw_fit(
    name: str,
    model: Any,
    labels: npt.ArrayLike,
    *,
    names: Sequence[object] | None = None,
    top: int | None = None,
) -> Figure:
    """Draw a picture of a fit from its attributes; nothing is fitted again.

    Parameters
    ----------
    name : {"dendrogram", "reachability", "condensed_tree", "decision_graph"}
    model : estimator
        Fitted, or read from a model file.
    labels : array-like of shape (n_samples,), int
        Group of each training row in the numbers to show, -1 for noise.
    names : sequence of length n_samples, optional
        Names of the rows, for a small dendrogram.
    top : int, optional
        Leaves of a dendrogram.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ParameterError
        If the fit has nothing to draw in such a picture.
    """
    if not can_draw(model, name):
        raise ParameterError(
            f"the model must have {' and '.join(_NEEDS[name])} to draw a "
            f"{name.replace('_', ' ')}; got {type(model).__name__}. See: shoal algorithms."
        )
    if name == "dendrogram":
        return dendrogram(
            model.linkage_matrix_, labels, names=names, top=top, height=_height(model),
            distance=_distance(model),
        )  # fmt: skip
    if name == "reachability":
        is_cut = getattr(model, "cluster_method", "xi") == "dbscan"
        eps = getattr(model, "eps", None) if is_cut else None
        known = eps if isinstance(eps, int | float) else None
        return reachability(model.reachability_, model.ordering_, labels, eps=known)
    if name == "condensed_tree":
        return condensed_tree(model.condensed_tree_, labels)
    return decision_graph(model.rho_, model.delta_, labels, centers=_centers(model, labels))


def _centers(model: Any, labels: npt.ArrayLike) -> npt.NDArray[np.int64] | None:
    """Rows that are the centres, in the order of the labels shown."""
    rows = getattr(model, "center_indices_", None)
    if rows is None or not len(rows):
        return None
    shown = np.asarray(labels)[rows]
    return np.asarray(rows, dtype=np.int64)[np.argsort(shown, kind="stable")]


def _height(model: Any) -> float | None:
    """Height at which the user had the tree cut."""
    height = getattr(model, "distance_threshold", None)
    return float(height) if isinstance(height, int | float | np.number) else None


def _distance(model: Any) -> str:
    unit = " (km)" if getattr(model, "metric", None) == "haversine" else ""
    linkage = getattr(model, "linkage", None)
    how = f"{linkage} linkage" if isinstance(linkage, str) else "the split"
    return f"distance of the merge, {how}{unit}" if linkage else f"height of the split{unit}"
