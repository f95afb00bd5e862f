"""Where a k-means fit starts: seeding, given centres, the number of runs."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils import check_array, check_random_state

from shoal import _native
from shoal.centroid.rows import Rows, checked_rows
from shoal.checks import check_choice, check_integer, check_weights
from shoal.errors import ParameterError

__all__ = [
    "EUCLIDEAN_INITS",
    "INITS",
    "check_centers",
    "check_n_clusters",
    "default_trials",
    "draw_seed",
    "kmeans_parallel",
    "kmeans_plusplus",
    "starting_centers",
    "trials_of",
]

INITS = ("k-means++", "random")
EUCLIDEAN_INITS = (*INITS, "fast-k-means++", "k-means||")
"""Words for seeding by squared Euclidean distance."""

RANDOM_ROWS = -1  # the native code's word for init="random"
_TRIALS = {"random": RANDOM_ROWS, "fast-k-means++": 1, "k-means||": -2}


def kmeans_plusplus(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    random_state: Any = None,
    n_local_trials: int | None = None,
    n_jobs: int | None = None,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Choose starting centres far apart: (greedy) k-means++.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_samples, n_features), float32 or float64
        Rows to choose from.
    n_clusters : int
        Number of rows to choose.
    sample_weight : array-like of shape (n_samples,), optional
        Weight of each row.
    random_state : int, RandomState or None, optional
        Seed.
    n_local_trials : int, optional
        Candidates per step, of which the one that lowers the potential most is kept; None is
        ``2 + int(log(n_clusters))``, 1 is plain k-means++.
    n_jobs : int, optional
        Threads.

    Returns
    -------
    centers : ndarray of shape (n_clusters, n_features), dtype of the data
        The rows chosen, in the order they were chosen; the first m of them are a choice for m.
    indices : ndarray of shape (n_clusters,), int64
        Where they stand in `X`.

    Notes
    -----
    Time O(n_samples n_clusters n_features n_local_trials), memory O(n_samples). With one
    candidate per step rows are drawn from distances that are brought up to date only now and
    then, and rejected where they have shrunk since; for thousands of clusters that takes a small
    part of the time.

    References
    ----------
    D. Arthur, S. Vassilvitskii: k-means++: the advantages of careful seeding. SODA 2007.
    V. Cohen-Addad, S. Lattanzi, A. Norouzi-Fard, C. Sohler, O. Svensson: Fast and accurate
    k-means++ via rejection sampling. NeurIPS 2020, doi:10.48550/arXiv.2012.11891.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import kmeans_plusplus
    >>> centers, indices = kmeans_plusplus(np.array([[0.0], [0.1], [9.0]]), 2, random_state=0)
    >>> sorted(int(i > 1) for i in indices)
    [0, 1]
    """
    trials = (
        None
        if n_local_trials is None
        else check_integer("n_local_trials", n_local_trials, minimum=1)
    )
    return _choose(X, n_clusters, trials, sample_weight, random_state, n_jobs)


def kmeans_parallel(
    X: Any,
    n_clusters: int,
    *,
    sample_weight: Any = None,
    random_state: Any = None,
    n_jobs: int | None = None,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Choose starting centres far apart in a few passes over the rows: k-means||.

    Parameters
    ----------
    X, n_clusters, sample_weight, random_state, n_jobs
        As in `kmeans_plusplus`.

    Returns
    -------
    centers, indices
        As from `kmeans_plusplus`.

    Notes
    -----
    Each of five rounds draws about ``2 * n_clusters`` rows in proportion to their squared distance
    to the rows drawn before. The rows drawn stand for the rows nearest to them, and greedy
    k-means++ keeps `n_clusters` of them. Time O(n_samples n_clusters n_features), memory
    O(n_samples + n_clusters n_features).

    References
    ----------
    B. Bahmani, B. Moseley, A. Vattani, R. Kumar, S. Vassilvitskii: Scalable k-means++. 2012,
    doi:10.14778/2180912.2180915.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.centroid import kmeans_parallel
    >>> centers, indices = kmeans_parallel(np.array([[0.0], [0.1], [9.0]]), 2, random_state=0)
    >>> sorted(int(i > 1) for i in indices)
    [0, 1]
    """
    return _choose(X, n_clusters, _TRIALS["k-means||"], sample_weight, random_state, n_jobs)


def _choose(
    X: Any,
    n_clusters: int,
    trials: int | None,
    sample_weight: Any,
    random_state: Any,
    n_jobs: int | None,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Check the arguments and choose rows; `trials` as the native code wants them."""
    rows = checked_rows(X)
    k = check_n_clusters(n_clusters, rows.n_samples)
    weights = check_weights(sample_weight, rows.n_samples)
    indices = rows.seeds(
        weights,
        k=k,
        n_trials=default_trials(k) if trials is None else trials,
        seed=draw_seed(check_random_state(random_state)),
        n_threads=_native.resolve_thread_count(n_jobs or 0),
    )
    return rows.dense(indices).astype(rows.X.dtype), indices


def check_n_clusters(n_clusters: Any, n_samples: int) -> int:
    """Return the number of clusters, or raise when the rows are fewer."""
    k = check_integer("n_clusters", n_clusters, minimum=1)
    if k > n_samples:
        rows = "1 row" if n_samples == 1 else f"{n_samples} rows"
        raise ParameterError(
            f"n_clusters={k} exceeds the {rows} (n_samples={n_samples}). Use at most {n_samples}."
        )
    return k


def starting_centers(
    rows: Rows,
    X: Any,
    k: int,
    init: Any,
    n_init: int | str,
    random: np.random.RandomState,
    inits: Sequence[str] = INITS,
    auto: int = 10,
) -> tuple[npt.NDArray[np.float64] | None, int]:
    """Return given centres, one set per run, or None for seeding; and the number of runs.

    `auto` is the number of runs of "auto" where one run is not enough.
    """
    if isinstance(n_init, str):
        check_choice("n_init", n_init, ("auto",), also=" or an integer of at least 1")
        runs = 1 if isinstance(init, str) and init != "random" else auto
    else:
        runs = check_integer("n_init", n_init, minimum=1)
    if isinstance(init, str):
        check_choice("init", init, inits, also=", an array of centres or a callable")
        return None, runs
    if callable(init):
        sets = [check_centers(init(X, k, random_state=random), rows, k) for _ in range(runs)]
        return np.stack(sets), runs
    given = np.asarray(init, dtype=np.float64)
    if given.ndim == 3:
        return np.stack([check_centers(centers, rows, k) for centers in given]), given.shape[0]
    if n_init not in ("auto", 1):
        warnings.warn(
            "Explicit initial center position passed: performing only one init instead "
            f"of n_init={n_init}.",
            RuntimeWarning,
            stacklevel=4,
        )
    return check_centers(given, rows, k)[None], 1


def check_centers(centers: Any, rows: Rows, k: int) -> npt.NDArray[np.float64]:
    """Return `k` given centres as float64, in values that the type of the data can hold."""
    if sparse.issparse(centers):
        centers = centers.toarray()
    # The centres take the type of the data, as they will after the first iteration.
    checked = check_array(centers, dtype=rows.X.dtype, order="C", input_name="init")
    if checked.shape[0] != k:
        raise ParameterError(
            f"The shape of the initial centers {checked.shape} does not match the number of "
            f"clusters {k}."
        )
    if checked.shape[1] != rows.n_features:
        raise ParameterError(
            f"The shape of the initial centers {checked.shape} does not match the number of "
            f"features of the data {rows.n_features}."
        )
    return np.ascontiguousarray(checked, dtype=np.float64)


def default_trials(k: int) -> int:
    """Candidates per step of greedy k-means++, as in scikit-learn."""
    return 2 + int(math.log(k))


def trials_of(init: Any, k: int) -> int:
    """Candidates per step as the native code wants them, for what `init` asks."""
    return _TRIALS.get(init if isinstance(init, str) else "", default_trials(k))


def draw_seed(random: np.random.RandomState) -> int:
    """Draw the seed of the native random numbers."""
    return int(random.randint(np.iinfo(np.int32).max))
