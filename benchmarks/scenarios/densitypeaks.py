"""Density peaks beside the quadratic way in NumPy."""

from __future__ import annotations

import numpy as np

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def prepare_shoal(points: Data) -> Run:
    """Take shoal's DensityPeaks."""
    from shoal import DensityPeaks

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        return {"labels": DensityPeaks(50, dc=points["eps"]).fit(points["X"]).labels_}

    return run


def prepare_numpy(points: Data) -> Run:
    """Take all distances, as the paper's own program does."""
    from scipy.spatial.distance import cdist

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        X, dc = points["X"], points["eps"]
        distances = cdist(X, X)
        rho = (distances <= dc).sum(axis=1)
        order = np.lexsort((np.arange(len(X)), -rho))
        delta, parent = np.empty(len(X)), np.full(len(X), -1)
        delta[order[0]] = np.inf
        for place in range(1, len(X)):
            row, denser = order[place], order[:place]
            nearest = denser[distances[row, denser].argmin()]
            delta[row], parent[row] = distances[row, nearest], nearest
        centres = np.argsort(-(rho * delta), kind="stable")[:50]
        labels = np.full(len(X), -1)
        labels[centres] = np.arange(len(centres))
        for row in order:
            if labels[row] < 0:
                labels[row] = labels[parent[row]]
        return {"labels": labels}

    return run


SCENARIOS = (
    Scenario(
        "densitypeaks_10k_d2", "densitypeaks", data.noisy_blobs(10_000, 2, 50, 50.0, "f8"),
        data.head(500), quality.regions,
        (
            Contender("shoal", "shoal", prepare_shoal),
            Contender("NumPy, all distances", "scipy", prepare_numpy),
        ),
        goal=10, note="50 centres; the cutoff is the median distance to the 30th neighbour.",
    ),
)  # fmt: skip
