"""Fitting and judging every number of clusters in a range, with the work they share done once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shoal.checks import check_integer, check_weights
from shoal.clustering import KChoice
from shoal.knee import find_knee
from shoal.metrics.dispersion import disperse
from shoal.metrics.inputs import Labelled, check_rows, origin
from shoal.metrics.silhouette import mean_and_error, native_silhouettes, sample_rows
from shoal.progress import Callback
from shoal.selection.fits import Watch, fit_all
from shoal.selection.k_range import fit_to_data
from shoal.selection.recommend import Indices, recommend
from shoal.selection.reference import reference_silhouettes

__all__ = ["DEFAULT_RANGE", "KSweep", "choose_k", "judge_fits", "judged_rows"]

DEFAULT_RANGE = range(2, 13)
"""Numbers of clusters tried when none are named."""


@dataclass(frozen=True, slots=True)
class KSweep:
    """A sweep over the number of clusters, with everything a job can use again.

    Attributes
    ----------
    choice : KChoice
        The indices and the recommendation.
    results : mapping of int to KMeansResult
        The best fit of each k; of another algorithm's own sweep `shoal.selection.own.OwnFit`, of a
        tree `shoal.selection.from_tree.TreeCut`.
    silhouettes : mapping of int to ndarray of shape (m,), float64
        Per k the silhouettes of the rows in `silhouette_rows`.
    silhouette_rows : ndarray of shape (m,), int64
        Rows of `X`, ascending.
    notes : tuple of str
        What was left out and what to keep in mind, one sentence each.
    """

    choice: KChoice
    results: Mapping[int, Any]
    silhouettes: Mapping[int, npt.NDArray[np.float64]]
    silhouette_rows: npt.NDArray[np.int64]
    notes: tuple[str, ...] = ()

    @property
    def best(self) -> Any:
        """The fit with the recommended number of clusters."""
        return self.results[self.choice.recommended]


def choose_k(
    X: npt.ArrayLike,
    k_range: Iterable[int] = DEFAULT_RANGE,
    *,
    sample_weight: npt.ArrayLike | None = None,
    random_state: int = 0,
    n_init: int = 10,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> KSweep:
    """Fit k-means for every k of a range, judge the fits, and recommend one k.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Prepared rows; finite numbers.
    k_range : iterable of int, default=range(2, 13)
        Numbers of clusters to try, >= 2. Those above the number of distinct rows are left out
        with a note.
    sample_weight : array-like of shape (n_samples,), optional
        Weights >= 0. They count in the fits and in all indices but the silhouette, which
        counts each row of positive weight once.
    random_state : int, default=0
        Seed of the starts and of the silhouette's sample.
    n_init : int >= 1, default=10
        Starts per k.
    n_jobs : int, optional
        Threads; by default ``SHOAL_NUM_THREADS``, else the cores this process may use.
    callback : callable, optional
        Called with an :class:`shoal.progress.Event` now and then; may raise
        :class:`shoal.errors.Cancelled`.

    Returns
    -------
    KSweep
        The choice, and the fits for use without refitting.

    Raises
    ------
    ParameterError
        When an argument is not allowed.
    DataError
        When the data or weights are no finite numbers, or the data cannot be split.
    Cancelled
        When the callback raises it.

    Notes
    -----
    The best mean silhouette decides. Where smaller k come within its standard error, or within
    0.01, of it, the other indices choose among them and it, and of equals the smallest wins.
    The other indices are the knee of the inertia (kneedle), Calinski–Harabasz and
    Davies–Bouldin. The recommended k is also tried on data without groups, spread evenly over
    the same box: when they score as high, the reason says that no number of clusters stands
    out. Up to 20,000 rows the silhouette is exact; above, it is that of 5,000 sampled rows
    (whose distances to all rows are exact) with its standard error.

    Each start is one greedy k-means++ sequence for the largest k; its first k rows start the
    fit of k. One more start splits the best fit of the previous k; on the way back every k
    starts again from the best fit of the next k with two centres merged, and with one of its own
    centres moved. Inertia never rises with k. Above 50,000 rows all this happens on a sample of
    20,000 rows, and the fits of all rows start where it ends.

    Time O(n d Σk) per start and iteration plus O(m n d) for m silhouettes; memory O(n d) and the
    labels of each k. The result does not depend on the number of threads.

    Examples
    --------
    >>> import numpy as np
    >>> from shoal.selection import choose_k
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(at, 0.3, (30, 2)) for at in (0, 4, 8)])
    >>> choose_k(X, range(2, 6)).choice.recommended
    3
    """
    check_integer("n_init", n_init, minimum=1, remedy="10 is usual.")
    data = check_rows(X)
    weights = check_weights(sample_weight, len(data))
    judged = judged_rows(data, weights)
    ks, notes = fit_to_data(k_range, judged.X)
    watch = Watch(callback, len(ks) + 1)
    results = fit_all(data, ks, weights, random_state, n_init, n_jobs, watch)
    return judge_fits(judged, results, random_state, n_jobs, watch, notes)


def judge_fits(
    judged: Labelled,
    results: Mapping[int, Any],
    random_state: int,
    n_jobs: int | None,
    watch: Watch,
    notes: tuple[str, ...],
) -> KSweep:
    """Judge one fit per k and recommend a k; each has ``labels`` of all rows and ``inertia``.

    Parameters
    ----------
    judged : Labelled
        The rows that count, of `judged_rows`.
    results : mapping of int to object
        The fits, k ascending.
    random_state : int
        Seed of the silhouette's sample.
    n_jobs : int or None
        Threads.
    watch : Watch
        Told how far the silhouettes are.
    notes : tuple of str
        What was noticed before.

    Returns
    -------
    KSweep
    """
    rows, silhouettes = _silhouettes(judged, results, random_state, n_jobs, watch)
    choice = _judge(judged, results, silhouettes, rows, random_state, n_jobs)
    places = judged.rows if rows is None else judged.rows[rows]
    return KSweep(choice, results, silhouettes, places, notes)


def judged_rows(data: npt.NDArray[np.float64], weights: npt.NDArray[np.float64] | None) -> Labelled:
    """Rows that count, near the origin, still without labels.

    Parameters
    ----------
    data : ndarray of shape (n_samples, n_features), float64
    weights : ndarray of shape (n_samples,), float64, or None
        Rows of weight 0 do not count.

    Returns
    -------
    Labelled
    """
    rows = np.arange(len(data)) if weights is None else np.flatnonzero(weights > 0)
    if len(rows) < len(data):
        data = data[rows]
        weights = None if weights is None else weights[rows]
    shift = origin(data)
    X = np.subtract(data, shift, order="C")
    return Labelled(X, np.zeros(len(X), dtype=np.int32), 1, weights, rows, shift)


def _silhouettes(
    data: Labelled,
    results: Mapping[int, Any],
    seed: int,
    n_jobs: int | None,
    watch: Watch,
) -> tuple[npt.NDArray[np.int64] | None, dict[int, npt.NDArray[np.float64]]]:
    """Judge all k in one pass over the distances."""
    rows = sample_rows(len(data.X), "auto", seed)
    labels = np.stack([result.labels[data.rows] for result in results.values()])
    values = native_silhouettes(
        data.X, labels, rows, n_jobs, lambda part: watch.part(part, "silhouettes")
    )
    return rows, dict(zip(results, values, strict=True))


def _judge(
    data: Labelled,
    results: Mapping[int, Any],
    silhouettes: Mapping[int, npt.NDArray[np.float64]],
    rows: npt.NDArray[np.int64] | None,
    seed: int,
    n_jobs: int | None,
) -> KChoice:
    ks = tuple(results)
    indices = [
        disperse(replace(data, codes=results[k].labels[data.rows], n_clusters=k)) for k in ks
    ]
    scored = [mean_and_error(silhouettes[k], len(data.X)) for k in ks]
    inertia = tuple(results[k].inertia for k in ks)
    sampled = None if rows is None else len(rows)
    values = Indices(
        k=ks,
        silhouette=tuple(score for score, _ in scored),
        silhouette_error=tuple(error for _, error in scored),
        calinski_harabasz=tuple(index.calinski_harabasz for index in indices),
        davies_bouldin=tuple(index.davies_bouldin for index in indices),
        elbow=_elbow(data, ks, inertia),
        sampled=sampled,
    )
    outcome = recommend(
        values, lambda k: reference_silhouettes(data.X, k, random_state=seed, n_jobs=n_jobs)
    )
    return KChoice(
        k=ks,
        inertia=inertia,
        silhouette=tuple(values.silhouette),
        silhouette_error=tuple(values.silhouette_error),
        calinski_harabasz=tuple(values.calinski_harabasz),
        davies_bouldin=tuple(values.davies_bouldin),
        recommended=outcome.k,
        elbow=values.elbow,
        votes=outcome.votes,
        margin=outcome.margin,
        reason=outcome.reason,
        silhouette_rows=sampled,
        reference=outcome.reference,
    )


def _elbow(data: Labelled, ks: tuple[int, ...], inertia: tuple[float, ...]) -> int | None:
    """Knee of the inertia, with k = 1 (the spread of all rows) where the range starts at 2."""
    positions, heights = list(ks), list(inertia)
    if ks[0] == 2:
        whole = disperse(data)
        positions, heights = [1, *positions], [whole.inertia, *heights]
    knee = find_knee(positions, heights)
    return None if knee is None else int(knee)
