"""The k-means function: one fit from checked parameters to a frozen result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from shoal import _native
from shoal.centroid.rows import Rows, checked_rows
from shoal.centroid.starts import (
    EUCLIDEAN_INITS,
    check_n_clusters,
    draw_seed,
    starting_centers,
    trials_of,
)
from shoal.checks import check_integer, check_number, check_weights
from shoal.progress import Callback

__all__ = ["KMeansResult", "fit_rows", "kmeans"]


@dataclass(frozen=True, slots=True)
class KMeansResult:
    """What a k-means fit found.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), int32
        Index of the nearest centre of each row, the lowest index on a tie.
    cluster_centers : ndarray of shape (n_clusters, n_features), dtype of the data
        Weighted means of the rows of each cluster.
    distances : ndarray of shape (n_samples,), float32
        Euclidean distance of each row to its centre.
    inertia : float
        Weighted sum of squared distances to the centres.
    n_iter : int
        Iterations of the best run.
    """

    labels: npt.NDArray[np.int32]
    cluster_centers: npt.NDArray[Any]
    distances: npt.NDArray[np.float32]
    inertia: float
    n_iter: int


def kmeans(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 300,
    tol: float = 1e-4,
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> KMeansResult:
    """Cluster rows around `n_clusters` means by Lloyd's algorithm.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features), float32 or float64
        Rows to cluster; finite numbers.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; a weight w counts as the row repeated w times.
    init : word, array-like or callable, default="k-means++"
        Starting centres: greedy k-means++; ``"fast-k-means++"``, plain k-means++ by rejection,
        for thousands of clusters; ``"k-means||"``, five rounds of many rows each, of which greedy
        k-means++ keeps `n_clusters`; ``"random"``, rows drawn by weight; an array of shape
        (n_clusters, n_features), or an array of shape (n_init, n_clusters, n_features) with one
        start per run. A callable gets ``(X, n_clusters, random_state=...)`` and returns centres.
    n_init : int or "auto", default="auto"
        Number of starts, of which the best is kept; "auto" is 10 for "random" and callables, else
        1.
    max_iter : int, default=300
        Most iterations of one run.
    tol : float, default=1e-4
        A run ends when the centres move by less than `tol` times the mean variance of the columns
        (sum of squares); 0 runs until no label changes.
    random_state : int, RandomState or None, optional
        Seed of the starts. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    KMeansResult
        Labels, centres, distances, inertia and iterations of the best run.

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, or weights are negative or all zero.

    Notes
    -----
    Time O(n_samples n_clusters n_features) per iteration at worst, less once rows are known to
    stay where they are; memory O(n_samples + n_clusters n_features) beside the data. Labels are
    decided in double precision wherever single precision could err, so they do not depend on the
    instruction set, the number of threads or a shift of the data. An empty cluster takes the row
    farthest from its centre.

    References
    ----------
    S. P. Lloyd: Least squares quantization in PCM. 1982, doi:10.1109/TIT.1982.1056489.
    G. Hamerly: Making k-means even faster. 2010, doi:10.1137/1.9781611972801.12.
    D. Arthur, S. Vassilvitskii: k-means++: the advantages of careful seeding. SODA 2007.
    V. Cohen-Addad, S. Lattanzi, A. Norouzi-Fard, C. Sohler, O. Svensson: Fast and accurate
    k-means++ via rejection sampling. NeurIPS 2020, doi:10.48550/arXiv.2012.11891.
    B. Bahmani, B. Moseley, A. Vattani, R. Kumar, S. Vassilvitskii: Scalable k-means++. 2012,
    doi:10.14778/2180912.2180915.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import kmeans
    >>> X = np.array([[1.0, 2.0], [1.0, 4.0], [10.0, 2.0], [10.0, 4.0]])
    >>> result = kmeans(X, 2, random_state=0)
    >>> sorted(result.cluster_centers.tolist())
    [[1.0, 3.0], [10.0, 3.0]]
    """
    rows = checked_rows(X)
    return fit_rows(
        rows,
        X,
        n_clusters,
        sample_weight,
        init,
        n_init,
        max_iter,
        tol,
        random_state,
        n_jobs,
        callback,
    )


def fit_rows(
    rows: Rows,
    X: Any,
    n_clusters: int,
    sample_weight: Any,
    init: Any,
    n_init: int | str,
    max_iter: int,
    tol: float,
    random_state: Any,
    n_jobs: int | None,
    callback: Callback | None,
) -> KMeansResult:
    """Check the parameters and fit; `X` is what a callable `init` gets."""
    k = check_n_clusters(n_clusters, rows.n_samples)
    max_iter = check_integer("max_iter", max_iter, minimum=1)
    tol = check_number("tol", tol, minimum=0)
    weights = check_weights(sample_weight, rows.n_samples)
    random = check_random_state(random_state)
    starts, runs = starting_centers(rows, X, k, init, n_init, random, EUCLIDEAN_INITS)
    labels, centers, distances, inertia, n_iter = rows.fit(
        weights,
        starts,
        k=k,
        n_init=runs,
        n_trials=trials_of(init, k),
        seed=draw_seed(random),
        max_iter=max_iter,
        tol=tol,
        n_threads=_native.resolve_thread_count(n_jobs or 0),
        callback=callback,
    )
    return KMeansResult(
        labels, centers.astype(rows.X.dtype, copy=False), distances, inertia, n_iter
    )
