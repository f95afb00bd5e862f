"""The density peaks function: one fit from checked parameters to a frozen result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import pdist
from sklearn.utils import check_array

from shoal import _native
from shoal.checks import check_choice, check_integer, check_number, check_weights
from shoal.density.dbscan_rows import reporter
from shoal.density.space import Metric, Space, check_metric, space_of
from shoal.errors import ParameterError
from shoal.progress import Callback

__all__ = ["DensityPeaksResult", "density_peaks", "fit_rows"]

SAMPLE = 1_000
"""Rows whose distances decide on a cutoff distance."""

SHARE = 0.02
"""Share of these distances that the cutoff is the largest of."""

MOST_CENTERS = 50
"""Clusters beyond which no gap is looked for."""

_SCIPY = ("euclidean", "", "cityblock", "chebyshev")  # by the number of the native metric


@dataclass(frozen=True, slots=True)
class DensityPeaksResult:
    """What a density peaks fit found.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Cluster of each row; -1 for rows in the halo of theirs, where that was asked for.
    center_indices : ndarray of shape (n_clusters,), int64
        Rows that are the centres, the densest first.
    rho : ndarray of shape (n_samples,), float64
        Density of each row.
    delta : ndarray of shape (n_samples,), float64
        Distance of each row to the nearest denser one; of the densest, to the farthest row.
    parent : ndarray of shape (n_samples,), int64
        That denser row, -1 for the densest of all.
    dc : float
        The cutoff distance, as given or chosen.
    """

    labels: npt.NDArray[np.int32]
    center_indices: npt.NDArray[np.int64]
    rho: npt.NDArray[np.float64]
    delta: npt.NDArray[np.float64]
    parent: npt.NDArray[np.int64]
    dc: float


def density_peaks(
    X: Any,
    n_clusters: int | str = "auto",
    *,
    dc: float | str = "auto",
    kernel: str = "cutoff",
    halo: bool = False,
    metric: Metric = "euclidean",
    p: float | None = None,
    sample_weight: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> DensityPeaksResult:
    """Find clusters around rows that are dense and far from any denser row.

    The density rho of a row is the number of other rows within the distance `dc` of it, its delta
    the distance to the nearest denser row. Centres have large rho and delta; every other row is in
    the cluster of its nearest denser row. Of rows of the same density the one whose coordinates
    come first is the denser, so that the order of the rows does not matter.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows, float32 or float64, finite; latitude and longitude in degrees where `metric` is
        "haversine".
    n_clusters : int or "auto", default="auto"
        Number of centres: the rows of largest gamma = (rho + 1) delta. "auto" takes those above the
        widest gap between the logarithms of the 51 largest, two at least.
    dc : float or "auto", default="auto"
        Cutoff distance. "auto" takes the 2% quantile of the distances between rows (of 1,000 rows
        spread evenly over the table where there are more), so that a row has about 2% of all rows
        around it.
    kernel : {"cutoff", "gaussian"}, default="cutoff"
        Count rows within `dc`, or sum exp(-(distance / dc)²) over those within 4 `dc`, which leaves
        fewer ties.
    halo : bool, default=False
        Label rows -1 whose density is below the border density of their cluster: the largest mean
        density of two rows within `dc` of each other, of which one is in another cluster.
    metric : str, default="euclidean"
        "euclidean", "manhattan", "chebyshev", "minkowski" with `p`, "cosine" or "haversine".
    p : float, optional
        Power of metric="minkowski": 1, 2 or infinity.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    DensityPeaksResult
        Labels, centres, rho, delta and the cutoff distance.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, or weights are negative or all zero.

    Notes
    -----
    Densities and nearest denser rows are exact and come from a k-d tree whose nodes know the
    densest row in them: about O(n_samples log(n_samples) + n_samples m) time for few columns and m
    rows around a row, O(n_samples² n_features) at worst. Memory is O(n_samples n_features). The
    result is the same for any number of threads and on every instruction set.

    References
    ----------
    A. Rodriguez, A. Laio: Clustering by fast search and find of density peaks. 2014,
    doi:10.1126/science.1242072.
    Y. Huang, S. Yu, J. Shun: Faster parallel exact density peaks clustering. 2023,
    arXiv:2305.11335.

    Examples
    --------
    >>> from shoal.density import density_peaks
    >>> result = density_peaks([[1.0], [2.0], [2.5], [8.0], [8.5], [9.5]], 2, dc=1.0)
    >>> result.labels.tolist(), result.center_indices.tolist()
    ([0, 0, 0, 1, 1, 1], [1, 4])
    """
    checked = check_array(X, dtype=[np.float64, np.float32], order="C", input_name="X")
    return fit_rows(
        checked, n_clusters, dc, kernel, halo, metric, p, sample_weight, n_jobs, callback
    )


def fit_rows(
    X: npt.NDArray[Any],
    n_clusters: int | str,
    dc: float | str,
    kernel: str,
    halo: bool,
    metric: Metric,
    p: float | None,
    sample_weight: Any,
    n_jobs: int | None,
    callback: Callback | None,
) -> DensityPeaksResult:
    """Check the parameters and fit checked rows."""
    check_choice("kernel", kernel, ("cutoff", "gaussian"))
    known = check_metric(metric, p)
    if not isinstance(known, str) or known in ("precomputed", "sqeuclidean"):
        raise ParameterError(
            f"metric must be the name of a metric of rows for density peaks; got {metric!r}."
        )
    k = None if _is_auto(n_clusters) else check_integer(
        "n_clusters", n_clusters, minimum=1, remedy="To have it chosen: n_clusters='auto'."
    )  # fmt: skip
    if k is not None and k > len(X):
        raise ParameterError(f"n_clusters must be at most the {len(X)} rows; got {k}.")
    weights = check_weights(sample_weight, len(X))
    space = space_of(X, known)
    radius = _choose_cutoff(space, weights) if _is_auto(dc) else check_number(
        "dc", dc, minimum=0, open_left=True, remedy="To have it chosen: dc='auto'."
    )  # fmt: skip
    native = float(space.searched.native(radius))
    n_threads = _native.resolve_thread_count(n_jobs or 0)
    report = None if callback is None else reporter(callback)
    rho, away, parent, rank = _native.density_peaks(
        space.rows, weights, space.native, native, kernel == "gaussian", n_threads, report
    )
    delta = space.distances(away)
    centers = _centers(rho, delta, rank, weights, k)
    labels = _follow(parent, centers)
    if halo:
        border = _native.border_densities(
            space.rows, labels, rho, len(centers), space.native, native, n_threads, report
        )
        labels = np.where(rho < border[labels], -1, labels).astype(np.int32)
        if weights is not None:
            counts_nothing = np.flatnonzero(weights == 0)
            labels[counts_nothing] = labels[parent[counts_nothing]]
    return DensityPeaksResult(labels, centers, rho, delta, parent, radius)


def _is_auto(value: Any) -> bool:
    return isinstance(value, str) and value == "auto"


def _choose_cutoff(space: Space, weights: npt.NDArray[np.float64] | None) -> float:
    n = len(space.rows)
    some = np.linspace(0, n - 1, min(n, SAMPLE)).astype(np.int64)
    rows = space.rows[some].astype(np.float64)
    away = space.distances(pdist(rows, _SCIPY[space.native]))
    # A row of weight w is w rows, which are at distance 0 from each other.
    heavy = np.ones(len(some)) if weights is None else weights[some]
    first, second = np.triu_indices(len(some), 1)
    pairs = np.concatenate([heavy * np.maximum(heavy - 1, 0) / 2, heavy[first] * heavy[second]])
    away = np.concatenate([np.zeros(len(some)), away])
    order = np.argsort(away, kind="stable")
    away, counted = away[order], np.cumsum(pairs[order])
    possible = away[pairs[order] > 0]
    if not possible.size or possible[-1] == 0:
        return 1.0
    at = np.searchsorted(counted, min(round(SHARE * counted[-1]), counted[-1] - 1), side="right")
    chosen = float(away[min(int(at), len(away) - 1)])
    return chosen if chosen > 0 else float(possible[possible > 0][0])


def _centers(
    rho: npt.NDArray[np.float64],
    delta: npt.NDArray[np.float64],
    rank: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64] | None,
    k: int | None,
) -> npt.NDArray[np.int64]:
    """Rows of the largest gamma, the densest first."""
    # Where nothing is within the cutoff all densities are 0: then distances alone decide.
    gamma = (rho + 1) * delta
    if weights is not None:
        gamma = np.where(weights > 0, gamma, -1.0)
    gamma[rank == 0] = np.inf  # the densest is always one
    order = np.lexsort((rank, -gamma))
    count = _count_centers(gamma[order]) if k is None else k
    chosen = order[:count]
    return chosen[np.argsort(rank[chosen])]


def _count_centers(gamma: npt.NDArray[np.float64]) -> int:
    """Rows above the widest gap on a logarithmic scale, after the second at the earliest."""
    top = gamma[1 : MOST_CENTERS + 1]
    top = top[top > 0]
    if len(top) < 2:
        return 1 + len(top)
    return 2 + int(np.argmax(-np.diff(np.log(top))))


def _follow(parent: npt.NDArray[np.int64], centers: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Give each row the label of the centre that the way over denser rows leads to."""
    towards = parent.copy()
    towards[centers] = centers
    while True:
        beyond = towards[towards]
        if np.array_equal(beyond, towards):
            break
        towards = beyond
    labels = np.empty(len(parent), dtype=np.int32)
    labels[centers] = np.arange(len(centers), dtype=np.int32)
    return labels[towards]
