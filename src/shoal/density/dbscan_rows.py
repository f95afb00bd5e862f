"""The DBSCAN function: one fit from checked parameters to a frozen result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_array

from shoal import _native
from shoal.centroid.distances import check_distance_matrix, matrix_of
from shoal.checks import check_integer, check_number, check_weights
from shoal.density.radius import choose_radius, kth_distances
from shoal.density.space import Metric, check_metric, space_of
from shoal.errors import DataError, ParameterError
from shoal.progress import Callback, Event

__all__ = ["DBSCANResult", "dbscan", "fit_rows", "reporter"]

EPS_REMEDY = "To have one chosen: eps='auto'; to see the choice: shoal.density.k_distance."


@dataclass(frozen=True, slots=True)
class DBSCANResult:
    """What a DBSCAN fit found.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Cluster of each row, -1 for noise.
    core_sample_indices : ndarray of shape (n_core,), int64
        Core rows, ascending.
    eps : float
        The radius, as given or chosen.
    """

    labels: npt.NDArray[np.int32]
    core_sample_indices: npt.NDArray[np.int64]
    eps: float


def dbscan(
    X: Any,
    eps: float | str = 0.5,
    *,
    min_samples: int = 5,
    metric: Metric = "euclidean",
    p: float | None = None,
    sample_weight: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> DBSCANResult:
    """Find clusters as regions where rows lie close together, and noise between them.

    A row is a core row when at least `min_samples` rows, itself among them, lie within `eps` of
    it, at exactly `eps` included. Core rows within `eps` of each other are in one cluster; another
    row within `eps` of a core row, a border row, is in the cluster of that row, that of the lowest
    number where there are several; all other rows are noise. Clusters are numbered by their first
    core row. These are scikit-learn's labels.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features) or (n_samples, n_samples)
        Rows, float32 or float64, finite; latitude and longitude in degrees where `metric` is
        "haversine"; a symmetric matrix of distances where it is "precomputed", which may be sparse:
        what is not stored is then farther away than `eps`.
    eps : float or "auto", default=0.5
        Radius, in the units of the metric. "auto" takes the knee of `shoal.density.k_distance` for
        k = `min_samples`, without the farthest 3% of the rows.
    min_samples : int, default=5
        Rows within `eps` of a core row, or the sum of their weights.
    metric : str or callable, default="euclidean"
        "euclidean", "sqeuclidean", "manhattan", "chebyshev", "minkowski" with `p`, "cosine" (1 -
        cosine of the angle), "haversine" (kilometres on a sphere of the Earth's mean radius),
        "precomputed", or a function of two rows, which is called for every pair and slow.
    p : float, optional
        Power of metric="minkowski": 1, 2 (the default) or infinity.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times. A row of
        weight 0 counts nothing but is a core row where its neighbours weigh enough.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    DBSCANResult
        Labels, core rows and the radius.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, the matrix is not one of distances, a row has no direction
        (cosine) or is no place (haversine), or weights are negative or all zero.
    MemoryBudgetError
        The distances of a function do not fit in memory.

    Notes
    -----
    Up to three columns rows are sorted into a grid: time O(n_samples log n_samples) for clusters of
    bounded density. Up to sixteen a k-d tree finds what is near; with more, boxes of rows are
    compared with the boxes near them: O(n_samples² n_features) at worst. What is near what is never
    stored: memory is O(n_samples n_features), except for matrices. Distances are those of double
    precision, on every instruction set and any number of threads.

    References
    ----------
    M. Ester, H.-P. Kriegel, J. Sander, X. Xu: A density-based algorithm for discovering clusters in
    large spatial databases with noise. KDD 1996, 226-231.
    E. Schubert et al.: DBSCAN revisited, revisited: why and how you should (still) use DBSCAN.
    2017, doi:10.1145/3068335.
    Y. Wang, Y. Gu, J. Shun: Theoretically-efficient and practical parallel DBSCAN. SIGMOD 2020,
    doi:10.1145/3318464.3380582.

    Examples
    --------
    >>> from shoal.density import dbscan
    >>> result = dbscan([[1.0], [2.0], [2.5], [8.0], [8.5], [25.0]], eps=1, min_samples=2)
    >>> result.labels.tolist(), result.core_sample_indices.tolist()
    ([0, 0, 0, 1, 1, -1], [0, 1, 2, 3, 4])
    """
    checked = check_array(
        X, dtype=[np.float64, np.float32], order="C", input_name="X", accept_sparse="csr"
    )
    return fit_rows(checked, eps, min_samples, metric, p, sample_weight, n_jobs, callback)


def fit_rows(
    X: Any,
    eps: float | str,
    min_samples: int,
    metric: Metric,
    p: float | None,
    sample_weight: Any,
    n_jobs: int | None,
    callback: Callback | None,
) -> DBSCANResult:
    """Check the parameters and fit checked rows."""
    least = check_integer("min_samples", min_samples, minimum=1)
    known = check_metric(metric, p)
    automatic = isinstance(eps, str) and eps == "auto"
    radius = 0.0 if automatic else check_number(
        "eps", eps, minimum=0, open_left=True, remedy=EPS_REMEDY
    )  # fmt: skip
    weights = check_weights(sample_weight, X.shape[0])
    n_threads = _native.resolve_thread_count(n_jobs or 0)
    report = None if callback is None else reporter(callback)
    if isinstance(known, str) and known != "precomputed":
        if sparse.issparse(X):
            raise DataError(
                "X must be dense unless metric='precomputed'; got a sparse matrix. Reduce it to "
                "dense columns first, such as with TruncatedSVD."
            )
        space = space_of(X, known)
        if automatic:
            radius = choose_radius(kth_distances(space, min(least, X.shape[0]), n_jobs))
        found = _native.dbscan_fit(
            space.rows, weights, space.native, space.limit(radius), float(least), n_threads, report
        )
    else:
        D = X if isinstance(known, str) else matrix_of(X, known)
        if automatic:
            radius = choose_radius(_kth_of_matrix(D, least))
        found = _fit_distances(D, radius, weights, least, n_threads, report)
    labels, core = found
    return DBSCANResult(labels, np.flatnonzero(core), radius)


def _fit_distances(
    D: Any,
    radius: float,
    weights: npt.NDArray[np.float64] | None,
    least: int,
    n_threads: int,
    report: Any,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    if not sparse.issparse(D):
        check_distance_matrix(D)
        return _native.dbscan_fit_matrix(
            np.ascontiguousarray(D), weights, radius, float(least), n_threads, report
        )
    _check_sparse_distances(D)
    graph = D.tocoo()
    near = (graph.data <= radius) & (graph.row != graph.col)
    n = D.shape[0]
    every = np.arange(n)
    rows = np.concatenate([graph.row[near], every])
    columns = np.concatenate([graph.col[near], every]).astype(np.int32)
    starts = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=starts[1:])
    others = columns[np.argsort(rows, kind="stable")]
    return _native.dbscan_fit_graph(starts, others, weights, float(least), n_threads, report)


def _check_sparse_distances(D: Any) -> None:
    if D.shape[0] != D.shape[1]:
        raise DataError(
            "X must be a square matrix of distances with metric='precomputed'; got shape "
            f"{D.shape}."
        )
    if D.nnz and D.data.min() < 0:
        raise DataError(
            f"X must hold distances, which are not negative; got {float(D.data.min())!r}."
        )
    slack = 1e-5 if D.dtype == np.float32 else 1e-9
    apart = abs(D - D.T)
    if apart.nnz and apart.max() > slack * D.max():
        row, column = (int(i) for i in np.unravel_index(apart.argmax(), D.shape))
        raise DataError(
            f"X must be symmetric; got {float(D[row, column])!r} in row {row}, column {column} and "
            f"{float(D[column, row])!r} in row {column}, column {row}. Take X.maximum(X.T) if the "
            "two mean the same."
        )


def _kth_of_matrix(D: Any, k: int) -> npt.NDArray[np.float64]:
    if sparse.issparse(D):
        raise ParameterError(
            "eps must be a number for a sparse matrix of distances, of which the far ones are "
            f"missing; got 'auto'. {EPS_REMEDY}"
        )
    at = min(k, D.shape[0]) - 1
    found: npt.NDArray[np.float64] = np.sort([np.partition(row, at)[at] for row in D])
    return found


def reporter(callback: Callback) -> Any:
    """Turn a share done into an event."""
    return lambda share: callback(Event("fit", float(share), 1.0))
