"""Where new rows fall in a fitted tree of density."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Placed", "neighbors_needed", "place", "selected_clusters", "shares_of_clusters"]

# Sums of another order may differ by this much; a training row must still find itself.
_SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Placed:
    """Clusters of the tree that rows would join, and the lambda at which they would leave them."""

    clusters: npt.NDArray[np.int32]
    lambdas: npt.NDArray[np.float64]


def neighbors_needed(min_samples: float, weights: npt.NDArray[np.float64], n: int) -> int:
    """How many of the training rows decide where a new row goes."""
    needed = math.ceil(min_samples)
    if weights.size:
        needed = max(needed, int(np.searchsorted(np.cumsum(np.sort(weights)), min_samples)) + 1)
    return min(n, max(2, 2 * needed))


def place(
    distances: npt.NDArray[np.float64],
    indices: npt.NDArray[np.int64],
    *,
    min_samples: float,
    weights: npt.NDArray[np.float64],
    core_distances: npt.NDArray[np.float64],
    row_clusters: npt.NDArray[np.int32],
    row_lambdas: npt.NDArray[np.float64],
    parents: npt.NDArray[np.int32],
    births: npt.NDArray[np.float64],
) -> Placed:
    """Place rows by their nearest training rows, given in order of distance.

    A row joins the training row that is nearest by mutual reachability, of several the nearest by
    distance, as if it took that row's place; where it comes later than the clusters around that
    row are born, it goes up the tree.
    """
    if weights.size:
        enough = np.cumsum(weights[indices], axis=1) >= min_samples
        last = np.where(enough.any(axis=1), enough.argmax(axis=1), distances.shape[1] - 1)
    else:
        last = np.full(len(distances), min(math.ceil(min_samples), distances.shape[1]) - 1)
    own = np.take_along_axis(distances, last[:, None], axis=1)
    reach = np.maximum(np.maximum(distances, own), core_distances[indices])
    least = reach.min(axis=1, keepdims=True)
    chosen = (reach <= least * (1 + _SAME)).argmax(axis=1)
    neighbor = indices[np.arange(len(indices)), chosen]
    with np.errstate(divide="ignore"):
        lambdas = 1 / least[:, 0]
    bound = row_lambdas[neighbor]
    lambdas = np.where(lambdas >= bound * (1 - _SAME), bound, lambdas)
    clusters = row_clusters[neighbor]
    early = np.flatnonzero(lambdas < bound)
    while early.size:
        early = early[(clusters[early] > 0) & (births[clusters[early]] >= lambdas[early])]
        clusters[early] = parents[clusters[early]]
    return Placed(clusters, lambdas)


def shares_of_clusters(
    placed: Placed,
    *,
    cluster_labels: npt.NDArray[np.int32],
    max_lambdas: npt.NDArray[np.float64],
    parents: npt.NDArray[np.int32],
    births: npt.NDArray[np.float64],
    strengths: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Share out the strength of rows among the selected clusters by the lambda of meeting them.

    `strengths` are those of the labelled rows, 0 for noise, whose strength is the largest lambda of
    meeting a cluster over the last lambda of that cluster.
    """
    tops = selected_clusters(cluster_labels)
    m, k = parents.size, tops.size
    meets = np.zeros((m, k))
    above = np.zeros((m, k), dtype=bool)  # on the way from the root to the selected cluster
    for label, top in enumerate(tops.tolist()):
        at = top
        while at >= 0:
            above[at, label] = True
            at = int(parents[at])
    for c in range(m):
        inside = cluster_labels[c] == np.arange(k)
        parted = births[c] if c else np.inf
        up = parents[c]
        from_above = np.where(above[up], parted, meets[up]) if c else np.full(k, np.inf)
        meets[c] = np.where(above[c] | inside, np.inf, from_above)
    with np.errstate(invalid="ignore"):
        met = np.minimum(meets[placed.clusters], placed.lambdas[:, None])
        last = max_lambdas[tops]
        ratio = np.where(np.isinf(last), np.where(np.isinf(met), 1.0, 0.0), met / last)
        weak = np.minimum(ratio, 1.0).max(axis=1, initial=0.0)
        whole = np.where(strengths > 0, strengths, weak)
        infinite = np.isinf(met)
        shares = np.where(infinite.any(axis=1, keepdims=True), infinite, met)
    total = shares.sum(axis=1, keepdims=True)
    return whole[:, None] * shares / np.where(total > 0, total, 1.0)


def selected_clusters(cluster_labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return the cluster of the tree that each label stands for: the first that carries it."""
    labels, first = np.unique(cluster_labels, return_index=True)
    return first[labels >= 0]
