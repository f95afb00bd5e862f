"""The fits of a sweep: starts shared by all k, and for many rows a search on a sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.progress import Callback, Event
from shoal.selection.refine import TOLERANCE, Refiner, split

if TYPE_CHECKING:
    from shoal.centroid import KMeansResult

__all__ = ["SEARCH_ABOVE", "SEARCH_ROWS", "Watch", "fit_all"]

SEARCH_ABOVE = 50_000
"""Above this many rows the starts compete on a sample."""

SEARCH_ROWS = 20_000
"""Rows of that sample."""

Floats = npt.NDArray[np.float64]


class Watch:
    """Tells the callback how far the sweep is: one step per k, one for the silhouettes."""

    def __init__(self, callback: Callback | None, total: int) -> None:
        self._callback, self._total, self._done = callback, total, 0.0
        self.pace = 1.0
        """How much of a step a fit is: a half where every k is fitted twice."""

    def of_fit(self, k: int, begin: float = 0.0, end: float = 1.0) -> Callback | None:
        """Make the callback of a fit, whose events become parts of a step.

        Parameters
        ----------
        k : int
            Number of clusters of the fit.
        begin, end : float
            Part of the step that the fit takes.

        Returns
        -------
        callable or None
            What to pass to the fit.
        """
        if self._callback is None:
            return None

        def tell(event: Event) -> None:
            done = (event.done or 0.0) / (event.total or 1.0)
            self.part(begin + (end - begin) * done, f"{k} clusters, {event.message}")

        return tell

    def part(self, part: float, message: str) -> None:
        """Tell that part of a step is done.

        Parameters
        ----------
        part : float
            0 to 1.
        message : str
            A few words.
        """
        if self._callback is not None:
            self._callback(Event("choose-k", self._done + self.pace * part, self._total, message))

    def step(self) -> None:
        """Count a step as done."""
        self._done += self.pace


def fit_all(
    X: Floats,
    ks: Sequence[int],
    weights: Floats | None,
    seed: int,
    n_init: int,
    n_jobs: int | None,
    watch: Watch,
) -> dict[int, KMeansResult]:
    """Fit every k.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float64
        Rows.
    ks : sequence of int
        Numbers of clusters, ascending.
    weights : ndarray of shape (n_samples,), float64, or None
        Weights.
    seed : int
        Seed of the starts.
    n_init : int
        Starts per k, one split of the previous fit aside.
    n_jobs : int or None
        Threads.
    watch : Watch
        Is told about the progress.

    Returns
    -------
    dict of int to KMeansResult
        The best fit of each k. Inertia never rises with k.

    Notes
    -----
    Many rows are searched on a sample; its centres, or the split of the previous fit where that
    is nearer to all rows, start the fit of all rows.
    """
    from shoal.centroid import kmeans

    sample, of_sample = _sample(X, weights, seed)
    if sample is X:
        return _search(X, ks, weights, seed, n_init, n_jobs, watch)
    watch.pace = 0.5
    found = _search(sample, ks, of_sample, seed, n_init, n_jobs, watch)
    results: dict[int, KMeansResult] = {}
    for k in ks:
        starts = [np.asarray(found[k].cluster_centers)]
        if results:
            starts.append(split(X, weights, next(reversed(results.values())), k))
        results[k] = kmeans(
            X,
            k,
            sample_weight=weights,
            init=_cheapest(X, weights, starts, n_jobs),
            tol=TOLERANCE,
            n_jobs=n_jobs,
            callback=watch.of_fit(k),
        )
        watch.step()
    watch.pace = 1.0
    return results


def _search(
    X: Floats,
    ks: Sequence[int],
    weights: Floats | None,
    seed: int,
    n_init: int,
    n_jobs: int | None,
    watch: Watch,
) -> dict[int, KMeansResult]:
    """Fit every k from many starts.

    On the way up the split of the previous fit is among the starts. On the way down every k starts
    once more from the next fit with two centres merged, and with a centre moved.
    """
    from shoal.centroid import kmeans, kmeans_plusplus

    sequences = [
        kmeans_plusplus(X, ks[-1], sample_weight=weights, random_state=seed + start, n_jobs=n_jobs)[
            0
        ]
        for start in range(n_init)
    ]
    results: dict[int, KMeansResult] = {}
    for k in ks:
        starts = [centers[:k] for centers in sequences]
        if results:
            starts.append(split(X, weights, next(reversed(results.values())), k))
        results[k] = kmeans(
            X,
            k,
            sample_weight=weights,
            init=np.stack(starts),
            n_jobs=n_jobs,
            callback=watch.of_fit(k),
        )
        watch.step()
    refiner = Refiner(X, weights, seed, n_jobs)
    for k in reversed(ks):
        results[k] = refiner.refine(results, k, watch.of_fit(k, 0.0, 0.0))
    refiner.never_rising(results)
    return results


def _sample(X: Floats, weights: Floats | None, seed: int) -> tuple[Floats, Floats | None]:
    """Rows to search the starts on; `X` itself when it is small enough."""
    if len(X) <= SEARCH_ABOVE:
        return X, weights
    counted = np.arange(len(X)) if weights is None else np.flatnonzero(weights > 0)
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(counted, size=min(SEARCH_ROWS, len(counted)), replace=False))
    return np.ascontiguousarray(X[rows]), None if weights is None else weights[rows]


def _cheapest(
    X: Floats, weights: Floats | None, starts: Sequence[Floats], n_jobs: int | None
) -> Floats:
    """Of several sets of centres, the one nearest to all rows."""
    from shoal import _native

    if len(starts) == 1:
        return starts[0]
    costs = []
    X, n_threads = np.ascontiguousarray(X), _native.resolve_thread_count(n_jobs or 0)
    for centers in starts:
        squared = _native.kmeans_assign(X, np.ascontiguousarray(centers), n_threads)[1]
        costs.append(float(squared.sum() if weights is None else squared @ weights))
    return starts[int(np.argmin(costs))]
