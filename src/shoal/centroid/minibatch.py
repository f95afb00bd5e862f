"""The mini-batch k-means function: one fit from checked parameters to a frozen result."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state

from shoal import _native
from shoal.centroid.rows import Rows, checked_rows
from shoal.centroid.starts import check_n_clusters, draw_seed, starting_centers, trials_of
from shoal.checks import check_choice, check_integer, check_number, check_weights
from shoal.progress import Callback, Event

__all__ = ["MiniBatchResult", "check_sizes", "fit_batches", "minibatch_kmeans"]

BATCHES = ("sampled", "nested")


@dataclass(frozen=True, slots=True)
class MiniBatchResult:
    """What a mini-batch k-means fit found.

    Attributes
    ----------
    cluster_centers : ndarray of shape (n_clusters, n_features), dtype of the data
        Centres.
    labels : ndarray of shape (n_samples,), int32, or None
        Index of the nearest centre of each row, the lowest index on a tie; None without
        `compute_labels`.
    distances : ndarray of shape (n_samples,), float32, or None
        Euclidean distance of each row to its centre; None likewise.
    inertia : float
        Weighted sum of squared distances to the centres; without `compute_labels` an estimate
        from the batches.
    n_steps : int
        Batches taken.
    n_iter : int
        Passes over the rows that these amount to, rounded up.
    counts : ndarray of shape (n_clusters,), float64
        Weight of the rows each centre is the mean of.
    since_reassigned : int
        Rows taken since centres that few rows choose were last looked for.
    seed : int
        Seed that was drawn.
    """

    cluster_centers: npt.NDArray[Any]
    labels: npt.NDArray[np.int32] | None
    distances: npt.NDArray[np.float32] | None
    inertia: float
    n_steps: int
    n_iter: int
    counts: npt.NDArray[np.float64]
    since_reassigned: int
    seed: int


def minibatch_kmeans(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    init: Any = "k-means++",
    n_init: int | str = "auto",
    init_size: int | None = None,
    batch_size: int = 1024,
    max_iter: int = 100,
    tol: float = 0.0,
    max_no_improvement: int | None = 10,
    reassignment_ratio: float = 0.01,
    compute_labels: bool = True,
    batches: str = "sampled",
    random_state: Any = None,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> MiniBatchResult:
    """Cluster rows around `n_clusters` means that follow small batches of them.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features), float32 or float64
        Rows to cluster; finite numbers.
    n_clusters : int
        Number of clusters, from 1 to the number of rows.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row, at least 0; rows are drawn in proportion to it.
    init : {"k-means++", "random"}, array-like or callable, default="k-means++"
        Starting centres, as in `shoal.centroid.kmeans`.
    n_init : int or "auto", default="auto"
        Number of starts, of which the one with the least inertia on `init_size` drawn rows is
        fitted; "auto" is 1 for k-means++ and given centres, 3 for "random" and callables.
    init_size : int, optional
        Rows drawn for a start; 3 times `batch_size`, or 3 times `n_clusters` if that is less
        than the clusters.
    batch_size : int, default=1024
        Rows of a batch.
    max_iter : int, default=100
        Batches are taken until they amount to this many times the rows.
    tol : float, default=0.0
        The fit ends when the centres move by less than `tol` times the mean variance of the
        columns (sum of squares) in a batch; 0 does not look at it.
    max_no_improvement : int or None, default=10
        The fit ends after this many batches in a row that do not lower the smoothed inertia;
        None does not look at it.
    reassignment_ratio : float, default=0.01
        Centres that fewer rows chose than this share of the most chosen one are replaced by rows
        of the batch, now and then.
    compute_labels : bool, default=True
        Label all rows in the end.
    batches : {"sampled", "nested"}, default="sampled"
        Batches dealt from the shuffled rows, every row once before any comes again (rows with
        weights are drawn in proportion to them); or batches of which each holds the one before and
        as many rows again, up to all rows, with Lloyd's iterations on each until the
        centres move less than their sampling error: lower inertia in less time. Nested batches
        start with `batch_size` or `init_size` rows, whichever is more, and with the start that is
        best after a few iterations on them; they take each row's weight as it is, and have no use
        for `max_no_improvement` and `reassignment_ratio`.
    random_state : int, RandomState or None, optional
        Seed. The same seed gives the same bits for any number of threads.
    n_jobs : int, optional
        Threads; None uses ``SHOAL_NUM_THREADS`` or all processors this process may use.
    callback : callable, optional
        Called with a `shoal.progress.Event` now and then; may raise `shoal.errors.Cancelled`.

    Returns
    -------
    MiniBatchResult

    Raises
    ------
    ParameterError
        A parameter is outside its allowed values.
    DataError
        The rows hold NaN or infinity, or weights are negative or all zero.

    Notes
    -----
    Time O(batch_size n_clusters n_features) per batch and O(n_samples n_clusters n_features) once
    for the labels; memory O(n_samples + batch_size n_features + n_clusters n_features) beside the
    data. Every label, in a batch and in the end, is decided in double precision wherever single
    precision could err. Up to 16,384 rows, equal rows count as one row of their total weight and
    the order of the rows does not matter. In the end a cluster without rows takes the row
    farthest from its centre.

    References
    ----------
    D. Sculley: Web-scale k-means clustering. WWW 2010, doi:10.1145/1772690.1772862.
    J. Newling, F. Fleuret: Nested mini-batch k-means. NIPS 2016, arXiv:1602.02934.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import minibatch_kmeans
    >>> X = np.array([[1.0, 2.0], [1.0, 4.0], [10.0, 2.0], [10.0, 4.0]])
    >>> result = minibatch_kmeans(X, 2, random_state=0)
    >>> bool(result.labels[0] == result.labels[1] != result.labels[2])
    True
    """
    return fit_batches(
        checked_rows(X), X, n_clusters, sample_weight,
        init=init, n_init=n_init, init_size=init_size, batch_size=batch_size, max_iter=max_iter,
        tol=tol, max_no_improvement=max_no_improvement, reassignment_ratio=reassignment_ratio,
        compute_labels=compute_labels, batches=batches, random_state=random_state, n_jobs=n_jobs,
        callback=callback,
    )  # fmt: skip


def fit_batches(
    rows: Rows,
    X: Any,
    n_clusters: int,
    sample_weight: Any,
    *,
    init: Any,
    n_init: int | str,
    init_size: int | None,
    batch_size: int,
    max_iter: int,
    tol: float,
    max_no_improvement: int | None,
    reassignment_ratio: float,
    compute_labels: bool,
    batches: str,
    random_state: Any,
    n_jobs: int | None,
    callback: Callback | None,
) -> MiniBatchResult:
    """Check the parameters and fit; `X` is what a callable `init` gets."""
    k = check_n_clusters(n_clusters, rows.n_samples)
    batch_size, init_size = check_sizes(batch_size, init_size, k)
    batches = check_choice("batches", batches, BATCHES)
    patience = -1
    if max_no_improvement is not None:
        patience = check_integer("max_no_improvement", max_no_improvement, minimum=0)
    weights = check_weights(sample_weight, rows.n_samples)
    random = check_random_state(random_state)
    starts, runs = starting_centers(rows, X, k, init, n_init, random, auto=3)
    options: dict[str, Any] = {
        "k": k,
        "n_init": runs,
        "n_trials": _trials(init, k, batches),
        "seed": draw_seed(random),
        "init_size": min(init_size, rows.n_samples),
        "batch_size": batch_size,
        "max_iter": check_integer("max_iter", max_iter, minimum=1),
        "tol": check_number("tol", tol, minimum=0),
        "max_no_improvement": patience,
        "reassignment_ratio": check_number("reassignment_ratio", reassignment_ratio, minimum=0),
        "compute_labels": bool(compute_labels),
        "nested": batches == "nested",
        "n_threads": _native.resolve_thread_count(n_jobs or 0),
    }
    labels, distances, centers, counts, since, inertia, n_steps, n_iter = rows.call(
        _native.minibatch_fit,
        _native.minibatch_fit_csr,
        weights,
        starts,
        options,
        _reporter(callback),
    )
    return MiniBatchResult(
        cluster_centers=centers.astype(rows.X.dtype, copy=False),
        labels=labels if compute_labels else None,
        distances=distances if compute_labels else None,
        inertia=inertia,
        n_steps=n_steps,
        n_iter=n_iter,
        counts=counts,
        since_reassigned=since,
        seed=options["seed"],
    )


def _trials(init: Any, k: int, batches: str) -> int:
    """Candidates per step: one where iterations on the first batch make up for it."""
    trials = trials_of(init, k)
    return min(trials, 1) if batches == "nested" else trials


def check_sizes(batch_size: Any, init_size: Any, k: int) -> tuple[int, int]:
    """Return the rows of a batch and those drawn for a start."""
    batch_size = check_integer("batch_size", batch_size, minimum=1)
    if init_size is None:
        return batch_size, 3 * (batch_size if 3 * batch_size >= k else k)
    init_size = check_integer("init_size", init_size, minimum=1)
    if init_size < k:
        warnings.warn(
            f"init_size={init_size} should be larger than n_clusters={k}. "
            "Setting it to min(3*n_clusters, n_samples)",
            RuntimeWarning,
            stacklevel=4,
        )
        init_size = 3 * k
    return batch_size, init_size


def _reporter(callback: Callback | None) -> Any:
    if callback is None:
        return None

    def report(step: int, most: int) -> None:
        message = f"batch {step + 1:,} of at most {most:,}" if most else "seeding"
        callback(Event("fit", float(step), float(most) if most else None, message))

    return report
