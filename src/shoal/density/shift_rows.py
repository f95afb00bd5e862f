"""The mean shift function: one fit from checked parameters to a frozen result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_array, check_random_state

from shoal import _native
from shoal.checks import check_integer, check_number
from shoal.density.dbscan_rows import reporter
from shoal.errors import DataError, ParameterError
from shoal.progress import Callback

__all__ = ["MeanShiftResult", "estimate_bandwidth", "fit_rows", "mean_shift"]

ALL_ROWS = 20_000
"""Rows up to which every one counts in a bandwidth; of more, `SOME_ROWS` of them do."""

SOME_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class MeanShiftResult:
    """What a mean shift fit found.

    Attributes
    ----------
    cluster_centers : ndarray of shape (n_clusters, n_features), float64
        Peaks of the density, those with the most rows around them first.
    labels : ndarray of shape (n_samples,), int32
        The nearest peak of each row; -1 for one farther away than the bandwidth where
        `cluster_all` is False.
    bandwidth : float
        As given or estimated.
    n_iter : int
        The most steps of a seed.
    """

    cluster_centers: npt.NDArray[np.float64]
    labels: npt.NDArray[np.int32]
    bandwidth: float
    n_iter: int


def mean_shift(
    X: Any,
    *,
    bandwidth: float | None = None,
    seeds: Any = None,
    bin_seeding: bool = False,
    min_bin_freq: int = 1,
    cluster_all: bool = True,
    max_iter: int = 300,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> MeanShiftResult:
    """Find the peaks of the density of rows by moving seeds to the mean of the rows around them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows, finite; used in double precision.
    bandwidth : float, optional
        Radius of the flat kernel, at least 0; None takes `estimate_bandwidth`.
    seeds : array-like of shape (n_seeds, n_features), optional
        Where to start; None starts from every row, or from bins of rows.
    bin_seeding : bool, default=False
        Start from the corners of a grid of the bandwidth's width that rows round to: much faster
        and nearly as good.
    min_bin_freq : int, default=1
        Rows that a corner needs to be one to start from.
    cluster_all : bool, default=True
        Give every row to the nearest peak; else rows farther from it than the bandwidth are noise.
    max_iter : int, default=300
        Most steps of a seed.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    MeanShiftResult
        Peaks, labels, bandwidth and steps: those of scikit-learn.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values, or no row is within the bandwidth of a seed.
    DataError
        The rows or seeds hold NaN or infinity, or their widths differ.

    Notes
    -----
    A step looks at the rows in grid cells around a seed, or in leaves of a k-d tree for more than
    three columns: O(n_seeds m n_features) for m rows around a seed. Seeds that meet go on as one.
    Memory O(n_samples n_features). Sums are added in one order, so the result is the same for any
    number of threads and on every instruction set.

    References
    ----------
    D. Comaniciu, P. Meer: Mean shift: a robust approach toward feature space analysis. 2002,
    doi:10.1109/34.1000236.

    Examples
    --------
    >>> from shoal.density import mean_shift
    >>> result = mean_shift([[1.0], [2.0], [3.0], [8.0], [9.0]], bandwidth=2)
    >>> result.cluster_centers.tolist(), result.labels.tolist()
    ([[2.0], [8.5]], [0, 0, 0, 1, 1])
    """
    checked = check_array(X, dtype=np.float64, order="C", input_name="X")
    return fit_rows(
        checked,
        bandwidth,
        seeds,
        bin_seeding,
        min_bin_freq,
        cluster_all,
        max_iter,
        n_jobs,
        callback,
    )


def fit_rows(
    X: npt.NDArray[np.float64],
    bandwidth: float | None,
    seeds: Any,
    bin_seeding: bool,
    min_bin_freq: int,
    cluster_all: bool,
    max_iter: int,
    n_jobs: int | None,
    callback: Callback | None,
) -> MeanShiftResult:
    """Check the parameters and fit checked rows."""
    n_threads = _native.resolve_thread_count(n_jobs or 0)
    frequency = check_integer("min_bin_freq", min_bin_freq, minimum=1)
    if bandwidth is None:
        radius = _bandwidth_of(X, 0.3, n_threads)
        # Where most rows are equal it is 0, but means of equal rows may differ by rounding.
        radius = radius or float(np.abs(X).max()) * 1e-9 or 1.0
    else:
        radius = check_number(
            "bandwidth", bandwidth, minimum=0, open_left=True,
            remedy="Leave it out to have it estimated.",
        )  # fmt: skip
    if seeds is not None:
        start = check_array(seeds, dtype=np.float64, order="C", input_name="seeds")
        if start.shape[1] != X.shape[1]:
            raise DataError(f"seeds must have the {X.shape[1]} columns of X; got {start.shape[1]}.")
    else:
        # Like scikit-learn's, the corners are rounded to single precision for a plain float.
        width = np.float64(radius) if bandwidth is None else bandwidth
        start = _bins(X, width, frequency) if bin_seeding else X
    peaks, n_rows, n_iter = _native.mean_shift(
        X,
        start,
        radius,
        check_integer("max_iter", max_iter, minimum=0),
        n_threads,
        None if callback is None else reporter(callback),
    )
    if not len(peaks):
        raise ParameterError(
            f"bandwidth must be so large that a row is within it of a seed; got {radius!r}. "
            "Increase it or give other seeds."
        )
    centers = _keep_apart(peaks, n_rows, radius)
    distances, nearest = _native.kneighbors(centers, X, 1, False, n_threads)
    labels = nearest[:, 0].astype(np.int32)
    if not cluster_all:
        labels[distances[:, 0] > radius] = -1
    return MeanShiftResult(centers, labels, radius, int(n_iter))


def _keep_apart(
    peaks: npt.NDArray[np.float64], n_rows: npt.NDArray[np.int64], radius: float
) -> npt.NDArray[np.float64]:
    """Peaks in order of their rows, and of their coordinates, that are not near one before."""
    order = np.lexsort((*peaks.T[::-1], n_rows))[::-1]
    left, kept = peaks[order], []
    while len(left):
        kept.append(left[0])
        away = left - left[0]
        left = left[np.einsum("ij,ij->i", away, away) > radius * radius]
    return np.array(kept)


def _bins(X: npt.NDArray[np.float64], width: float, frequency: int) -> npt.NDArray[np.float64]:
    """Corners of a grid that enough rows round to; the rows where no two round to the same."""
    corners, counts = np.unique(np.round(X / width), axis=0, return_counts=True)
    chosen = corners[counts >= frequency].astype(np.float32)
    if len(chosen) == len(X):
        return X
    return np.ascontiguousarray(chosen * width, dtype=np.float64)


def estimate_bandwidth(
    X: Any,
    *,
    quantile: float = 0.3,
    n_samples: int | None = None,
    random_state: Any = 0,
    n_jobs: int | None = None,
) -> float:
    """Return the mean distance of the rows to the farthest of their nearest `quantile` of all rows.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows, finite.
    quantile : float, default=0.3
        Share of the rows, 0 to 1.
    n_samples : int, optional
        Rows to draw first; None takes all.
    random_state : int, RandomState or None, default=0
        Seed of the draw.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    float
        scikit-learn's bandwidth up to 20,000 rows; of more, the mean over 2,000 rows spread evenly
        over the table.

    Raises
    ------
    ParameterError, DataError
        A parameter is outside its allowed values, or the rows are not finite numbers.

    Notes
    -----
    Time O(min(n_samples, 20000) n_samples n_features), memory O(n_samples n_features).

    Examples
    --------
    >>> from shoal.density import estimate_bandwidth
    >>> X = [[1, 1], [2, 1], [1, 0], [4, 7], [3, 5], [3, 6]]
    >>> round(estimate_bandwidth(X, quantile=0.5), 2)
    1.62
    """
    checked = check_array(X, dtype=np.float64, order="C", input_name="X")
    share = check_number("quantile", quantile, minimum=0)
    if share > 1:
        raise ParameterError(f"quantile must be a number from 0 to 1; got {quantile!r}.")
    if n_samples is not None:
        some = check_integer("n_samples", n_samples, minimum=1)
        drawn = check_random_state(random_state).permutation(len(checked))[:some]
        checked = np.ascontiguousarray(checked[drawn])
    return _bandwidth_of(checked, share, _native.resolve_thread_count(n_jobs or 0))


def _bandwidth_of(X: npt.NDArray[np.float64], quantile: float, n_threads: int) -> float:
    n = len(X)
    k = max(1, int(n * quantile))
    queries = X
    if n > ALL_ROWS:
        queries = np.ascontiguousarray(X[np.linspace(0, n - 1, SOME_ROWS).astype(np.int64)])
    return float(_native.kth_distances(X, queries, k, n_threads, None).mean())
