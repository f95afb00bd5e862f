"""How far the k-th neighbour of every row is, and the radius that suggests itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal import catalogue
from shoal.data import coordinates
from shoal.data.prepare import prepare
from shoal.data.table import Matrix
from shoal.density.radius import choose_radius, k_distance
from shoal.errors import ParameterError
from shoal.planning import open_table
from shoal.recipes.reopen import is_result, reopen

__all__ = ["KDistances", "k_distances"]

READING = ("types", "sheet", "delimiter", "encoding", "decimal")


@dataclass(frozen=True, slots=True)
class KDistances:
    """A curve of distances, and where it bends.

    Attributes
    ----------
    distances : ndarray of shape (m,), float64
        Distance of rows to their `k`-th neighbour, ascending; of a long table, of some rows
        evenly spread over it.
    k : int
        Which neighbour, the row itself counted.
    eps : float
        Distance at the bend; what DBSCAN takes for ``eps="auto"``.
    unit : str
        "km" for places on the earth, else nothing.
    notes : tuple of str
        What was decided, one sentence each.
    """

    distances: npt.NDArray[np.float64]
    k: int
    eps: float
    unit: str
    notes: tuple[str, ...]


def k_distances(
    data: Any, *, min_samples: int | None = None, metric: str | None = None, **arguments: Any
) -> KDistances:
    """Measure how far the k-th neighbour of every row is, as DBSCAN would on the same table.

    Parameters
    ----------
    data : path, str, data frame, array or Table
        See :func:`shoal.read_table`; or the folder of a finished job, whose rows and preparation
        are taken.
    min_samples : int, optional
        Which neighbour, the row itself counted; when left out, what ``shoal cluster`` takes for
        DBSCAN.
    metric : str, optional
        Distance between rows; Euclidean, or that of the finished job, when left out.
    **arguments
        Options of reading and preparing, as in :func:`shoal.cluster`.

    Returns
    -------
    KDistances
    """
    matrix, metric, notes = _rows(data, metric, arguments)
    k = min_samples
    if k is None:
        row = catalogue.find("dbscan")
        k = int(row.defaults(matrix.n_samples, matrix.n_features, 1)["min_samples"])
    if k > matrix.n_samples:
        raise ParameterError(f"min_samples must be at most the {matrix.n_samples:,} rows; got {k}.")
    distances = k_distance(matrix.X, k, metric=metric)
    if len(distances) < matrix.n_samples:
        said = f"Distances of {len(distances):,} of the {matrix.n_samples:,} rows to all of them."
        notes = (*notes, said)
    unit = "km" if metric == coordinates.HAVERSINE else ""
    return KDistances(distances, k, choose_radius(distances), unit, notes)


def _rows(
    data: Any, metric: str | None, arguments: dict[str, Any]
) -> tuple[Matrix, str, tuple[str, ...]]:
    if isinstance(data, str | Path) and data != "-" and is_result(Path(data)):
        result = reopen(Path(data))
        known = result.settings.get("parameters", {}).get("metric")
        return result.matrix, metric or (known if isinstance(known, str) else "euclidean"), ()
    reading = {name: arguments[name] for name in READING if name in arguments}
    preparing = {name: value for name, value in arguments.items() if name not in READING[1:]}
    table = open_table(data, **reading)
    if metric == coordinates.HAVERSINE:
        matrix, preparation = coordinates.prepare_places(table, preparing)
        remarks = coordinates.remarks(table, *preparation.column_names)
        return matrix, metric, (*table.notes, *preparation.notes, *remarks)
    missing = preparing.pop("missing", None) or "median"
    matrix, preparation = prepare(table, missing=missing, **preparing)
    return matrix, metric or "euclidean", (*table.notes, *preparation.notes)
