"""Choosing a radius: how far the k-th neighbour is, and where that curve bends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from shoal import _native
from shoal.checks import check_integer
from shoal.density.space import Metric, Space, check_metric, space_of
from shoal.errors import ParameterError
from shoal.knee import find_knee

__all__ = ["choose_radius", "k_distance", "kth_distances"]

KEPT = 0.97
"""Share of the curve that is searched for a knee: a few rows far away would stretch it."""

SAMPLE = 20_000
"""Rows whose neighbours decide on a radius; more make the curve no clearer."""


def k_distance(
    X: Any,
    k: int = 5,
    *,
    metric: Metric = "euclidean",
    p: float | None = None,
    n_jobs: int | None = None,
) -> npt.NDArray[np.float64]:
    """Return how far the k-th neighbour of each row is, in ascending order.

    The curve rises slowly within clusters and steeply among noise; DBSCAN's `eps` is where it
    bends. `shoal.plot.k_distance` draws it.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows, float32 or float64, finite.
    k : int, default=5
        Which neighbour, the row itself counted, as in DBSCAN's `min_samples`; from 1 to n_samples.
    metric : str, default="euclidean"
        As in `shoal.density.dbscan`, but neither a matrix nor a function.
    p : float, optional
        Power of metric="minkowski": 1, 2 or infinity.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.

    Returns
    -------
    ndarray of shape (min(n_samples, 20000),), float64
        Distances, ascending; of more rows, those of 20,000 spread evenly over the table.

    Raises
    ------
    ParameterError, DataError
        A parameter is outside its allowed values, or the rows are not finite numbers.

    Notes
    -----
    At most 20,000 rows are searched for, so time is O(n_samples n_features) at worst.

    References
    ----------
    J. Sander et al.: Density-based clustering in spatial databases: the algorithm GDBSCAN and its
    applications. 1998, doi:10.1023/A:1009745219419.

    Examples
    --------
    >>> from shoal.density import k_distance
    >>> k_distance([[0.0], [1.0], [3.0], [9.0]], k=2).tolist()
    [1.0, 1.0, 2.0, 6.0]
    """
    checked = check_array(X, dtype=[np.float64, np.float32], order="C", input_name="X")
    known = check_metric(metric, p)
    if not isinstance(known, str) or known == "precomputed":
        raise ParameterError(
            f"metric must be the name of a metric of rows for k_distance; got {metric!r}."
        )
    return kth_distances(space_of(checked, known), k, n_jobs)


def kth_distances(space: Space, k: int, n_jobs: int | None) -> npt.NDArray[np.float64]:
    """Return ascending distances to the k-th neighbour of at most `SAMPLE` rows of a space."""
    n = space.rows.shape[0]
    k = check_integer("k", k, minimum=1)
    if k > n:
        raise ParameterError(f"k must be at most the {n} rows; got {k}.")
    chosen = np.linspace(0, n - 1, SAMPLE).astype(np.int64) if n > SAMPLE else slice(None)
    found = nearest_of(space, np.ascontiguousarray(space.rows[chosen]), k, n_jobs)
    return np.sort(found)


def nearest_of(
    space: Space, queries: npt.NDArray[Any], k: int, n_jobs: int | None
) -> npt.NDArray[np.float64]:
    """Return the distance of each query, given as native rows, to its k-th nearest row."""
    n_threads = _native.resolve_thread_count(n_jobs or 0)
    found = _native.kneighbors(space.rows, queries, k, False, n_threads, None, space.native)[0]
    return space.distances(np.ascontiguousarray(found[:, k - 1]))


def nearest_row_of(
    space: Space, queries: npt.NDArray[Any], n_jobs: int | None
) -> npt.NDArray[np.int64]:
    """Return the row nearest to each query, given as native rows; of equals the first."""
    n_threads = _native.resolve_thread_count(n_jobs or 0)
    found = _native.kneighbors(space.rows, queries, 1, False, n_threads, None, space.native)[1]
    nearest: npt.NDArray[np.int64] = found[:, 0]
    return nearest


def choose_radius(distances: npt.NDArray[np.float64]) -> float:
    """Return the distance at the knee of the curve of k-th distances.

    The farthest rows stretch the curve and are left out of it. Where there is no knee the largest
    distance is taken, by which all rows are core rows.
    """
    finite = distances[np.isfinite(distances)]
    if not finite.size or finite[-1] <= 0:
        return float(np.finfo(np.float64).tiny)
    curve = finite[: max(3, int(KEPT * finite.size))]
    at = find_knee(
        np.arange(curve.size, dtype=np.float64), curve, curve="convex", direction="increasing"
    )
    chosen = float(finite[-1] if at is None else curve[int(at)])
    return chosen if chosen > 0 else float(finite[finite > 0][0])
