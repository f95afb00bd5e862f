"""The second look at the fits of a sweep: the fits of neighbouring k start each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from shoal.progress import Callback

if TYPE_CHECKING:
    from shoal.centroid import KMeansResult

__all__ = ["TOLERANCE", "Refiner", "split"]

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-6
"""Finer than that of the first search: few fits are left, and most of their rows are settled."""

MOVES = 4
"""How often a centre is tried elsewhere."""


@dataclass(frozen=True, slots=True)
class Refiner:
    """Rows, and how to fit them again.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features), float64
    weights : ndarray of shape (n_samples,), float64, or None
    seed : int
    n_jobs : int or None
    """

    X: Floats
    weights: Floats | None
    seed: int
    n_jobs: int | None

    def refine(
        self, results: dict[int, KMeansResult], k: int, callback: Callback | None
    ) -> KMeansResult:
        """Start once more from a fit itself, from the next one, and with a centre elsewhere.

        Parameters
        ----------
        results : dict of int to KMeansResult
            Fits by number of clusters.
        k : int
            Which of them to look at again.
        callback : callable, optional
            Told about the fits.

        Returns
        -------
        KMeansResult
            The best of the old fit and the new ones; the old one unless another is better.
        """
        own = results[k]
        starts = [own.cluster_centers]
        more = min((other for other in results if other > k), default=None)
        if more is not None:
            starts.append(self._merge(results[more], k))
        starts += self._moves(own, k)
        found = self._fit(k, starts, callback)
        # Two fits of the same groups differ by rounding alone: the first one stands.
        return found if found.inertia < own.inertia * (1 - 1e-9) else own

    def never_rising(self, results: dict[int, KMeansResult]) -> None:
        """See to it that more clusters never cost more: such a fit is split from the one before."""
        for fewer, k in pairwise(results):
            if results[k].inertia > results[fewer].inertia:
                start = split(self.X, self.weights, results[fewer], k)
                found = self._fit(k, [start], None)
                results[k] = min(results[k], found, key=lambda result: result.inertia)

    def _fit(self, k: int, starts: Sequence[Floats], callback: Callback | None) -> KMeansResult:
        from shoal.centroid import kmeans

        return kmeans(
            self.X,
            k,
            sample_weight=self.weights,
            init=np.stack(starts),
            n_init=len(starts),
            tol=TOLERANCE,
            n_jobs=self.n_jobs,
            callback=callback,
        )

    def _merge(self, result: KMeansResult, k: int) -> Floats:
        """Centres of a fit with the cheapest pairs merged (Ward 1963) until k are left."""
        centers = np.array(result.cluster_centers, dtype=np.float64)
        counts = np.bincount(result.labels, self.weights, minlength=len(centers))
        sizes = np.maximum(counts, 1e-300)  # a cluster without rows costs nothing to merge
        while len(centers) > k:
            apart = np.square(centers[:, None] - centers[None]).sum(axis=-1)
            costs = apart * np.outer(sizes, sizes) / np.add.outer(sizes, sizes)
            costs[np.tril_indices(len(centers))] = np.inf
            a, b = np.unravel_index(int(costs.argmin()), costs.shape)
            both = sizes[a] + sizes[b]
            centers[a] = (sizes[a] * centers[a] + sizes[b] * centers[b]) / both
            sizes[a] = both
            centers, sizes = np.delete(centers, b, axis=0), np.delete(sizes, b)
        return centers

    def _moves(self, result: KMeansResult, k: int) -> list[Floats]:
        """Merge two centres and put the one set free on a row drawn by what it costs."""
        costs = np.square(result.distances.astype(np.float64))
        if self.weights is not None:
            costs *= self.weights
        total = costs.sum()
        if not 0 < total < np.inf:
            return []
        merged = self._merge(result, k - 1)
        rng = np.random.default_rng([self.seed, k])
        drawn = rng.choice(len(costs), MOVES, p=costs / total)
        return [np.vstack([merged, self.X[row]]) for row in drawn]


def split(X: Floats, weights: Floats | None, result: KMeansResult, k: int) -> Floats:
    """Start from a fit with fewer clusters, plus the rows that cost it most.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), float64
    weights : ndarray of shape (n_samples,), float64, or None
    result : KMeansResult
        Fit with fewer than `k` clusters.
    k : int
        Centres wanted.

    Returns
    -------
    ndarray of shape (k, n_features), float64
        Centres.
    """
    centers = np.array(result.cluster_centers, dtype=np.float64)
    cost = result.distances.astype(np.float64) ** 2
    while len(centers) < k:
        row = X[int(np.argmax(cost if weights is None else cost * weights))]
        centers = np.vstack([centers, row])
        difference = X - row
        cost = np.minimum(cost, np.einsum("ij,ij->i", difference, difference))
    return centers
