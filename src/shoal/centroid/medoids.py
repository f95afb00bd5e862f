"""The k-medoids function: one fit from checked parameters to a frozen result."""

from __future__ import annotations

from collections.abc import Callable as Function
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array, check_random_state

from shoal import _native
from shoal.centroid.distances import METRICS, check_distance_matrix, matrix_of
from shoal.centroid.starts import check_n_clusters, default_trials, draw_seed
from shoal.checks import check_choice, check_integer, check_weights
from shoal.errors import ParameterError
from shoal.metric_rows import directions
from shoal.progress import Callback, Event

__all__ = ["KMedoidsResult", "check_metric", "fit_rows", "kmedoids"]

Metric = str | Function[[Any, Any], float]

NAMED = (*METRICS, "cosine")
METHODS = ("fasterpam", "alternate", "onebatch", "pam")  # in the order of the native code
INITS = ("k-medoids++", "build", "random")  # in the order of the native code
GIVEN = 3  # the native code's word for medoids that are given
ONE_BATCH_FROM = 20_000  # rows beyond which "auto" looks at one batch


@dataclass(frozen=True, slots=True)
class KMedoidsResult:
    """What a k-medoids fit found.

    Attributes
    ----------
    medoid_indices : ndarray of shape (n_clusters,), int64
        Rows that are the centres; of equal rows the first.
    labels : ndarray of shape (n_samples,), int32
        Index of the nearest medoid of each row, the lowest index on a tie.
    distances : ndarray of shape (n_samples,), float64
        Distance of each row to its medoid.
    inertia : float
        Weighted sum of these distances.
    n_iter : int
        Rounds over all candidates (or over all clusters) of the best run.
    n_swaps : int
        How often a medoid was replaced.
    """

    medoid_indices: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int32]
    distances: npt.NDArray[np.float64]
    inertia: float
    n_iter: int
    n_swaps: int


def kmedoids(
    X: Any,
    n_clusters: int,
    *,
    metric: Metric = "euclidean",
    sample_weight: Any = None,
    method: str = "auto",
    init: Any = "auto",
    n_init: int = 1,
    max_iter: int = 300,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> KMedoidsResult:
    """Cluster rows around `n_clusters` of them, so that the sum of distances is small.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features) or (n_samples, n_samples)
        Rows to cluster, float32 or float64, finite; a symmetric matrix of distances when `metric`
        is "precomputed".
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    metric : str or callable, default="euclidean"
        "euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine" (1 - cosine of the angle),
        "precomputed", or a function of two rows that returns their distance. A function is called
        once for every pair of rows, which is slow, and taken as symmetric.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    method : {"auto", "fasterpam", "alternate", "onebatch", "pam"}, default="auto"
        "fasterpam" swaps medoids as soon as one gets better; "pam" takes the best swap of all each
        time, which is slower and hardly ever better; "alternate" moves each medoid within its
        cluster, which is fast and clearly worse; "onebatch" is "fasterpam" with the loss estimated
        on one sample of about 100 log(n_samples n_clusters) rows. "auto" is "fasterpam" up to
        20,000 rows and for matrices, "onebatch" beyond.
    init : {"auto", "k-medoids++", "build", "random"} or array-like of int, default="auto"
        First medoids: drawn far from each other, greedily added one by one, drawn by weight, or
        given as n_clusters row numbers. "auto" is "build" for "pam", else "k-medoids++".
    n_init : int, default=1
        Number of runs, of which the best is kept.
    max_iter : int, default=300
        Most rounds of one run.
    random_state : int, RandomState or None, optional
        Seed of the starts and of the order in which swaps are tried. The same seed gives the same
        bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    KMedoidsResult
        Medoids, labels, distances, inertia, rounds and swaps of the best run.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, the matrix is not one of distances, weights are negative or
        all zero, or a row is zero with metric="cosine".
    MemoryBudgetError
        The distances of a function do not fit in memory.

    Notes
    -----
    A round of "fasterpam" and "pam" takes O(n_samples² n_features) time at worst; boxes of rows
    too far away from a candidate to matter are skipped. "build" takes n_clusters such rounds,
    "onebatch" O(n_samples log(n_samples n_clusters) n_features) a round. Distances are computed
    when they are needed and never kept: memory is O(n_samples n_features), except for matrices.
    The search runs in single precision ("pam" in double); labels, distances and inertia are those
    of double precision, on every instruction set.

    References
    ----------
    E. Schubert, P. J. Rousseeuw: Fast and eager k-medoids clustering: O(k) runtime improvement of
    the PAM, CLARA, and CLARANS algorithms. 2021, doi:10.1016/j.is.2021.101804.
    A. de Mathelin et al.: OneBatchPAM: a fast and frugal k-medoids algorithm. AAAI 2025,
    doi:10.1609/aaai.v39i15.33776.
    L. Kaufman, P. J. Rousseeuw: Finding groups in data. 1990, doi:10.1002/9780470316801.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import kmedoids
    >>> X = np.array([[1.0], [2.0], [3.0], [90.0], [91.0], [500.0]])
    >>> result = kmedoids(X, 2, metric="manhattan", random_state=0)
    >>> sorted(result.medoid_indices.tolist()), result.inertia
    ([2, 5], 178.0)
    """
    checked = check_array(X, dtype=[np.float64, np.float32], order="C", input_name="X")
    return fit_rows(
        checked,
        n_clusters,
        metric,
        sample_weight,
        method,
        init,
        n_init,
        max_iter,
        random_state,
        n_jobs,
        callback,
    )


def fit_rows(
    X: npt.NDArray[Any],
    n_clusters: int,
    metric: Metric,
    sample_weight: Any,
    method: str,
    init: Any,
    n_init: int,
    max_iter: int,
    random_state: Any,
    n_jobs: int | None,
    callback: Callback | None,
) -> KMedoidsResult:
    """Check the parameters and fit checked rows."""
    k = check_n_clusters(n_clusters, X.shape[0])
    metric = check_metric(metric)
    weights = check_weights(sample_weight, X.shape[0])
    runs = check_integer("n_init", n_init, minimum=1)
    chosen = _choose_method(method, metric, X.shape[0])
    start, given = _start(init, chosen, k, X.shape[0], weights)
    random = check_random_state(random_state)
    rows, number, share = _native_rows(X, metric)
    medoids, labels, distances, loss, n_iter, n_swaps = _native.kmedoids_fit(
        rows,
        weights,
        number,
        METHODS.index(chosen),
        start,
        given,
        k,
        runs,
        default_trials(k),
        draw_seed(random),
        check_integer("max_iter", max_iter, minimum=1),
        _native.resolve_thread_count(n_jobs or 0),
        None if callback is None else _reporter(callback, runs),
    )
    return KMedoidsResult(medoids, labels, distances * share, loss * share, n_iter, n_swaps)


def check_metric(metric: Any) -> Metric:
    """Return `metric` when it is a name we know or a function."""
    if callable(metric):
        function: Metric = metric
        return function
    return check_choice(
        "metric", metric, (*NAMED, "precomputed"), also=" or a function of two rows"
    )


def _native_rows(X: npt.NDArray[Any], metric: Metric) -> tuple[npt.NDArray[Any], int | None, float]:
    """Rows, the native metric (None for a matrix), and what its distances are multiplied by."""
    if not isinstance(metric, str):
        return matrix_of(X, metric), None, 1.0
    if metric == "precomputed":
        check_distance_matrix(X)
        return np.ascontiguousarray(X), None, 1.0
    if metric == "cosine":
        return directions(X, "X"), METRICS.index("sqeuclidean"), 0.5
    return np.ascontiguousarray(X), METRICS.index(metric), 1.0


def _choose_method(method: Any, metric: Metric, n_samples: int) -> str:
    check_choice("method", method, ("auto", *METHODS))
    if metric in NAMED:
        automatic = "fasterpam" if n_samples <= ONE_BATCH_FROM else "onebatch"
        return automatic if method == "auto" else str(method)
    if method == "onebatch":
        raise ParameterError(
            "method must be 'fasterpam', 'alternate' or 'pam' where all distances are there; got "
            "'onebatch', which saves computing them."
        )
    return "fasterpam" if method == "auto" else str(method)


def _start(
    init: Any, method: str, k: int, n_samples: int, weights: npt.NDArray[np.float64] | None
) -> tuple[int, npt.NDArray[np.int64] | None]:
    """Return the native code's word for where a run starts, and the medoids where given."""
    if isinstance(init, str):
        check_choice("init", init, ("auto", *INITS), also=" or an array of row numbers")
        if init == "auto":
            init = "build" if method == "pam" else "k-medoids++"
        return INITS.index(init), None
    given = np.asarray(init)
    if given.shape != (k,) or not np.issubdtype(given.dtype, np.integer):
        raise ParameterError(
            f"init must be {k} row numbers, one per cluster; got an array of shape {given.shape} "
            f"and type {given.dtype}."
        )
    if np.unique(given).size < k or given.min() < 0 or given.max() >= n_samples:
        raise ParameterError(
            f"init must be different row numbers from 0 to {n_samples - 1}; got {given.tolist()}."
        )
    if weights is not None and not weights[given].all():
        row = int(given[weights[given] == 0][0])
        raise ParameterError(f"init must be rows of a weight above 0; got row {row}.")
    return GIVEN, given.astype(np.int64)


def _reporter(callback: Callback, n_init: int) -> Function[[int, int], None]:
    def report(run: int, swaps: int) -> None:
        message = f"{swaps} swaps"
        if n_init > 1:
            message = f"start {run + 1} of {n_init}, {message}"
        callback(Event("fit", float(run), float(n_init), message))

    return report
