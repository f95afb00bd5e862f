"""The silhouette: exact for every row, or for a sample of rows with its standard error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from shoal.checks import check_integer
from shoal.errors import ParameterError
from shoal.metrics.inputs import check_labelled, check_n_clusters

__all__ = [
    "EXACT_ROWS",
    "SAMPLE_ROWS",
    "mean_and_error",
    "native_silhouettes",
    "sample_rows",
    "silhouette_samples",
    "silhouette_score",
]

EXACT_ROWS = 20_000
"""Up to this many rows, ``sample_size="auto"`` computes the exact silhouette."""

SAMPLE_ROWS = 5_000
"""Rows that ``sample_size="auto"`` samples above `EXACT_ROWS`."""

RandomState = int | np.random.Generator | np.random.RandomState | None


def silhouette_samples(
    X: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    rows: npt.ArrayLike | None = None,
    n_jobs: int | None = None,
) -> npt.NDArray[np.float64]:
    """How much closer each row is to its own cluster than to the nearest other one.

    With a the mean distance to the other rows of the same cluster and b the smallest mean
    distance to the rows of another cluster, the silhouette is ``(b - a) / max(a, b)``: 1 is a
    row deep inside its cluster, 0 one on a border, below 0 one that another cluster would suit
    better. It is 0 for the only row of a cluster.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows; finite numbers. Distances are Euclidean.
    labels : array-like of shape (n_samples,)
        Cluster of each row; labels of any type. Rows labelled with the number -1 are noise:
        they are left out of all means.
    rows : array-like of shape (m,), int, optional
        Rows whose silhouette is wanted; by default all. Their distances to all rows count.
    n_jobs : int, optional
        Threads; by default ``SHOAL_NUM_THREADS``, else the cores this process may use.

    Returns
    -------
    ndarray of shape (n_samples,) or (m,), float64
        Silhouettes from -1 to 1; NaN for noise.

    Raises
    ------
    DataError
        When `X` is not a table of finite numbers.
    ParameterError
        When labels or rows do not fit `X`, or when there are fewer than 2 clusters or as many
        clusters as rows.

    Notes
    -----
    Time O(m n d) for m rows, memory O(n (d + k)). The result does not depend on the number of
    threads.

    References
    ----------
    Rousseeuw, P. J. (1987). Silhouettes: a graphical aid to the interpretation and validation
    of cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.
    https://doi.org/10.1016/0377-0427(87)90125-7

    Examples
    --------
    >>> from shoal.metrics import silhouette_samples
    >>> silhouette_samples([[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1]).round(3).tolist()
    [0.778, 0.714, 0.714, 0.778]
    """
    data = check_labelled(X, labels)
    check_n_clusters(data.n_clusters, len(data.X))
    n_samples = np.shape(labels)[0]
    # Where each row of X went when noise was left out; -1 for noise.
    place = np.full(n_samples, -1, dtype=np.int64)
    place[data.rows] = np.arange(len(data.rows))
    if rows is not None:
        place = place[_check_rows_wanted(rows, n_samples)]
    known = place >= 0
    samples = np.full(len(place), np.nan)
    wanted = None if rows is None else place[known]
    samples[known] = native_silhouettes(data.X, data.codes[None, :], wanted, n_jobs)[0]
    return samples


def native_silhouettes(
    X: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int32],
    rows: npt.NDArray[np.int64] | None,
    n_jobs: int | None,
    callback: Callable[[float], object] | None = None,
) -> npt.NDArray[np.float64]:
    """Compute silhouettes for several labelings in one pass over the distances.

    Parameters
    ----------
    X : ndarray of shape (n, n_features), float64, C-contiguous
        Rows, near the origin.
    labels : ndarray of shape (n_labelings, n), int32
        Clusters, each labeling from 0 without gaps.
    rows : ndarray of shape (m,), int64, or None
        Rows wanted; None for all.
    n_jobs : int or None
        Threads.
    callback : callable, optional
        Called with the part done, 0 to 1.

    Returns
    -------
    ndarray of shape (n_labelings, m), float64
        Silhouettes.
    """
    from shoal import _native

    return np.asarray(_native.silhouette_samples(X, labels, rows, n_jobs or 0, callback))


@overload
def silhouette_score(
    X: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    sample_size: int | Literal["auto"] | None = None,
    random_state: RandomState = 0,
    return_error: Literal[False] = False,
    n_jobs: int | None = None,
) -> float: ...


@overload
def silhouette_score(
    X: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    sample_size: int | Literal["auto"] | None = None,
    random_state: RandomState = 0,
    return_error: Literal[True],
    n_jobs: int | None = None,
) -> tuple[float, float]: ...


def silhouette_score(
    X: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    sample_size: int | Literal["auto"] | None = None,
    random_state: RandomState = 0,
    return_error: bool = False,
    n_jobs: int | None = None,
) -> float | tuple[float, float]:
    """Mean silhouette of the rows, from -1 to 1; higher is better.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Rows; finite numbers. Distances are Euclidean.
    labels : array-like of shape (n_samples,)
        Cluster of each row; labels of any type. Rows labelled with the number -1 are noise and
        are left out.
    sample_size : int >= 2, "auto" or None, default=None
        Rows whose silhouette is computed, drawn without replacement; their distances to all
        rows stay exact, unlike scikit-learn's, which drops the other rows. None computes every
        row. ``"auto"`` computes every row up to 20,000 rows and a sample of 5,000 above.
    random_state : int, Generator, RandomState or None, default=0
        Draws the sample; None draws a different one each time.
    return_error : bool, default=False
        Also return the standard error of the mean that the sampling causes.
    n_jobs : int, optional
        Threads; by default ``SHOAL_NUM_THREADS``, else the cores this process may use.

    Returns
    -------
    score : float
        Mean silhouette.
    error : float
        Its standard error, 0 when every row was used. Only when `return_error` is set.

    Raises
    ------
    DataError
        When `X` is not a table of finite numbers.
    ParameterError
        When labels or `sample_size` are not allowed, or when there are fewer than 2 clusters
        or as many clusters as rows.

    Notes
    -----
    Time O(m n d) for m sampled rows, memory O(n (d + k)). The result does not depend on the
    number of threads.

    Examples
    --------
    >>> from shoal.metrics import silhouette_score
    >>> X, labels = [[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1]
    >>> round(silhouette_score(X, labels), 3)
    0.746
    >>> silhouette_score(X, labels, return_error=True)[1]
    0.0
    """
    data = check_labelled(X, labels)
    check_n_clusters(data.n_clusters, len(data.X))
    rows = sample_rows(len(data.X), sample_size, random_state)
    values = native_silhouettes(data.X, data.codes[None, :], rows, n_jobs)
    score, error = mean_and_error(values[0], len(data.X))
    return (score, error) if return_error else score


def sample_rows(
    n_samples: int, sample_size: int | Literal["auto"] | None, random_state: RandomState
) -> npt.NDArray[np.int64] | None:
    """Draw the rows of a sampled silhouette.

    Parameters
    ----------
    n_samples : int
        Rows to draw from.
    sample_size : int >= 2, "auto" or None
        As in :func:`silhouette_score`.
    random_state : int, Generator, RandomState or None
        Source of the draw.

    Returns
    -------
    ndarray of int64, ascending, or None
        Rows to use; None for all.

    Raises
    ------
    ParameterError
        When `sample_size` is not allowed.
    """
    if sample_size == "auto":
        sample_size = None if n_samples <= EXACT_ROWS else SAMPLE_ROWS
    if sample_size is None:
        return None
    remedy = 'Use None for the exact silhouette, or "auto".'
    sample_size = check_integer("sample_size", sample_size, minimum=2, remedy=remedy)
    if sample_size >= n_samples:
        return None
    if isinstance(random_state, np.random.Generator | np.random.RandomState):
        rows = random_state.choice(n_samples, size=sample_size, replace=False)
    else:
        rows = np.random.default_rng(random_state).choice(
            n_samples, size=sample_size, replace=False
        )
    return np.sort(rows).astype(np.int64)


def mean_and_error(values: npt.NDArray[np.float64], n_samples: int) -> tuple[float, float]:
    """Mean of sampled values and its standard error.

    Parameters
    ----------
    values : ndarray of shape (m,), float64
        Values of rows drawn without replacement.
    n_samples : int
        Rows they were drawn from.

    Returns
    -------
    mean, error : float
        The error is corrected for the finite population: 0 when every row was drawn.
    """
    m = len(values)
    if m >= n_samples:
        return float(values.mean()), 0.0
    spread = float(values.std(ddof=1)) if m > 1 else float("nan")
    return float(values.mean()), spread * float(np.sqrt((1.0 - m / n_samples) / m))


def _check_rows_wanted(rows: npt.ArrayLike, n_samples: int) -> npt.NDArray[np.int64]:
    wanted = np.asarray(rows)
    if wanted.ndim != 1 or wanted.dtype.kind not in "iu":
        raise ParameterError(
            f"rows must be a list of row numbers; got {wanted.dtype} of shape {wanted.shape}. "
            "Leave it out for all rows."
        )
    outside = wanted[(wanted < 0) | (wanted >= n_samples)]
    if len(outside):
        raise ParameterError(
            f"rows must lie between 0 and {n_samples - 1}; got {outside[0]}. "
            "Rows are counted from 0."
        )
    return wanted.astype(np.int64)
