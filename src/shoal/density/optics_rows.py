"""The OPTICS functions: the walk through the rows, and the clusters cut from it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array

from shoal import _native
from shoal.centroid.distances import check_distance_matrix, matrix_of
from shoal.checks import check_choice, check_integer, check_number
from shoal.density.dbscan_rows import reporter
from shoal.density.space import Metric, check_metric, space_of
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["OPTICSResult", "cut_by_radius", "cut_by_xi", "fit_rows", "optics"]

Vector = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class OPTICSResult:
    """What OPTICS found.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Cluster of each row, -1 for noise.
    ordering : ndarray of shape (n_samples,), int64
        Rows in the order of the walk.
    reachability : ndarray of shape (n_samples,), float64
        Reachability distance of each row, by row; infinite for the first of a walk.
    core_distances : ndarray of shape (n_samples,), float64
        Distance of each row to its `min_samples`-th neighbour, itself counted; infinite beyond
        `max_eps`.
    predecessor : ndarray of shape (n_samples,), int64
        Row from which each row was reached, -1 for none.
    cluster_hierarchy : ndarray of shape (n_found, 2), int64, or None
        First and last place in the ordering of the clusters that xi finds, small ones before those
        that hold them; None for cluster_method="dbscan".
    least : int
        `min_samples` as a number of rows.
    """

    labels: npt.NDArray[np.int32]
    ordering: npt.NDArray[np.int64]
    reachability: npt.NDArray[np.float64]
    core_distances: npt.NDArray[np.float64]
    predecessor: npt.NDArray[np.int64]
    cluster_hierarchy: npt.NDArray[np.int64] | None
    least: int


def optics(
    X: Any,
    *,
    min_samples: float = 5,
    max_eps: float = np.inf,
    metric: Metric = "minkowski",
    p: float | None = 2,
    cluster_method: str = "xi",
    eps: float | None = None,
    xi: float = 0.05,
    predecessor_correction: bool = True,
    min_cluster_size: float | None = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> OPTICSResult:
    """Order rows so that clusters of any density are valleys of a plot, and cut them out.

    From row to row, the walk goes on to the one of least reachability: the larger of its distance
    to a row already seen and of that row's core distance. Ties go to the lowest row.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
        Rows, float32 or float64, finite; latitude and longitude in degrees where `metric` is
        "haversine"; a symmetric matrix of distances where it is "precomputed".
    min_samples : int > 1, or float from 0 to 1, default=5
        Rows within the core distance of a row, itself among them; a float is a share of all rows.
        Where it is more than all rows, they are noise.
    max_eps : float, default=inf
        Distances beyond do not count. A smaller value makes the walk faster.
    metric : str or callable, default="minkowski"
        As in `shoal.density.dbscan`.
    p : float, default=2
        Power of metric="minkowski": 1, 2 or infinity.
    cluster_method : {"xi", "dbscan"}, default="xi"
        Cut where the plot falls and rises steeply, or at one height.
    eps : float, optional
        That height, at most `max_eps`, which it is when left out.
    xi : float, default=0.05
        A slope is steep where the reachability changes by this share from one row to the next; at
        least 0 and below 1.
    predecessor_correction : bool, default=True
        Cut off the end of a cluster rows that were reached from outside (Schubert and Gertz 2018).
    min_cluster_size : int > 1, or float from 0 to 1, optional
        Rows of a cluster of `xi`; `min_samples` when left out.
    n_jobs : int, optional
        Threads of the search for core distances; None uses ``SHOAL_NUM_THREADS`` or all processors
        this process may use. The walk itself is one after the other.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    OPTICSResult
        Labels, ordering, reachabilities and core distances: those of scikit-learn up to ties.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, or the matrix is not one of distances.
    MemoryBudgetError
        The distances of a function do not fit in memory.

    Notes
    -----
    A k-d tree finds what is near when the walk comes by, and leaves out what is reached from nearer
    by already: about O(n_samples log(n_samples)) time for few columns, O(n_samples² n_features) at
    worst. Memory is O(n_samples n_features), except for matrices. The result is the same for any
    number of threads and on every instruction set.

    References
    ----------
    M. Ankerst, M. M. Breunig, H.-P. Kriegel, J. Sander: OPTICS: ordering points to identify the
    clustering structure. SIGMOD 1999, doi:10.1145/304181.304187.
    E. Schubert, M. Gertz: Improving the cluster structure extracted from OPTICS plots. LWDA 2018,
    318-329.

    Examples
    --------
    >>> from shoal.density import optics
    >>> X = [[1, 2], [2, 5], [3, 6], [8, 7], [8, 8], [7, 3]]
    >>> result = optics(X, min_samples=2)
    >>> result.ordering.tolist(), result.labels.tolist()
    ([0, 1, 2, 5, 3, 4], [0, 0, 0, 1, 1, 1])
    """
    checked = check_array(X, dtype=[np.float64, np.float32], order="C", input_name="X")
    return fit_rows(
        checked, min_samples, max_eps, metric, p, cluster_method, eps, xi, predecessor_correction,
        min_cluster_size, n_jobs, callback,
    )  # fmt: skip


def fit_rows(
    X: npt.NDArray[Any],
    min_samples: float,
    max_eps: float,
    metric: Metric,
    p: float | None,
    cluster_method: str,
    eps: float | None,
    xi: float,
    predecessor_correction: bool,
    min_cluster_size: float | None,
    n_jobs: int | None,
    callback: Callback | None,
) -> OPTICSResult:
    """Check the parameters and fit checked rows."""
    check_choice("cluster_method", cluster_method, ("xi", "dbscan"))
    least = _size("min_samples", min_samples, X.shape[0])
    size = least if min_cluster_size is None else _size(
        "min_cluster_size", min_cluster_size, X.shape[0]
    )  # fmt: skip
    farthest = np.inf if max_eps == np.inf else check_number("max_eps", max_eps, minimum=0)
    height = farthest if eps is None or eps == np.inf else check_number("eps", eps, minimum=0)
    if height > farthest:
        raise ParameterError(
            f"eps must be at most max_eps={max_eps!r}; got {eps!r}. Increase max_eps."
        )
    steepness = check_number("xi", xi, minimum=0)
    if steepness >= 1:
        raise ParameterError(f"xi must be a number from 0 to 1, below 1; got {xi!r}.")
    ordering, core, reach, predecessor = _walk(
        X, check_metric(metric, p), least, farthest, n_jobs, callback
    )
    if len(X) >= max(least, 2) and np.isinf(reach).all():
        warnings.warn(
            "No row reaches another: all reachability distances are infinite. Increase max_eps.",
            UserWarning,
            stacklevel=3,
        )
    hierarchy = None
    if cluster_method == "xi":
        labels, hierarchy = cut_by_xi(
            reach, predecessor, ordering, steepness, least, size, predecessor_correction
        )
    else:
        labels = cut_by_radius(reach, core, ordering, height)
    return OPTICSResult(labels, ordering, reach, core, predecessor, hierarchy, least)


def _walk(
    X: npt.NDArray[Any],
    metric: Metric,
    least: int,
    farthest: float,
    n_jobs: int | None,
    callback: Callback | None,
) -> tuple[Vector, Vector, Vector, Vector]:
    n = X.shape[0]
    if least > n:  # no row has so many neighbours
        endless = np.full(n, np.inf)
        return np.arange(n), endless, endless.copy(), np.full(n, -1)
    report = None if callback is None else reporter(callback)
    if isinstance(metric, str) and metric != "precomputed":
        space = space_of(X, metric)
        n_threads = _native.resolve_thread_count(n_jobs or 0)
        limit = np.sqrt(farthest) if metric == "sqeuclidean" else space.searched.native(farthest)
        ordering, core, reach, predecessor = _native.optics_fit(
            space.rows, space.native, least, float(limit), n_threads, report
        )
        return ordering, space.distances(core), space.distances(reach), predecessor
    if isinstance(metric, str):
        check_distance_matrix(X)
        D = np.ascontiguousarray(X)
    else:
        D = matrix_of(X, metric)
    return _native.optics_fit_matrix(D, least, farthest, report)


def _size(name: str, value: Any, n_samples: int) -> int:
    """Return a number of rows that may be given as a share of all."""
    if isinstance(value, float) and not value > 1:
        share = check_number(name, value, minimum=0)
        found = max(2, int(share * n_samples))
    else:
        found = check_integer(name, value, minimum=2, remedy="A share of all rows is a float.")
    return found


def cut_by_radius(reach: Vector, core: Vector, ordering: Vector, eps: float) -> Vector:
    """Return the clusters of a cut at one height.

    Parameters
    ----------
    reach, core : ndarray of shape (n_samples,), float64
        Reachability and core distance of each row, by row.
    ordering : ndarray of shape (n_samples,), int64
        Rows in the order of the walk.
    eps : float
        Height of the cut; the labels are close to those of DBSCAN with this radius.

    Returns
    -------
    ndarray of shape (n_samples,), int32
        Labels, -1 for noise.
    """
    far, dense = reach > eps, core <= eps
    labels = np.empty(len(reach), dtype=np.int32)
    labels[ordering] = np.cumsum(far[ordering] & dense[ordering]) - 1
    labels[far & ~dense] = -1
    return labels


def cut_by_xi(
    reach: Vector,
    predecessor: Vector,
    ordering: Vector,
    xi: float,
    min_samples: int,
    min_cluster_size: int,
    predecessor_correction: bool,
) -> tuple[Vector, Vector]:
    """Return labels and hierarchy of the clusters between slopes that are steep by `xi`."""
    return _native.optics_xi(
        np.ascontiguousarray(reach, dtype=np.float64),
        np.ascontiguousarray(predecessor, dtype=np.int64),
        np.ascontiguousarray(ordering, dtype=np.int64),
        xi,
        min_samples,
        min_cluster_size,
        bool(predecessor_correction),
    )
