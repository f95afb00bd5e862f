"""k-means with limits on the sizes of clusters, from the same starting centres, to convergence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def _limits(points: Data) -> dict[str, Any]:
    """Sizes within a fifth of their mean."""
    mean = len(points["X"]) / points["k"]
    return {"size_min": int(0.8 * mean), "size_max": int(1.2 * mean) + 1}


def _start(points: Data, seed: int) -> Any:
    """Rows to start from, the same for every contender."""
    chosen = np.random.default_rng(seed).choice(len(points["X"]), points["k"], replace=False)
    return points["X"][chosen].copy()


def _shoal(points: Data) -> Run:
    from shoal import ConstrainedKMeans

    def run(seed: int) -> Outcome:
        model = ConstrainedKMeans(
            points["k"], **_limits(points), init=_start(points, seed), n_init=1,
            max_iter=points["max_iter"], random_state=seed,
        ).fit(points["X"])  # fmt: skip
        return {"labels": model.labels_, "iterations": model.n_iter_}

    return run


def _k_means_constrained(points: Data) -> Run:
    from k_means_constrained import KMeansConstrained

    def run(seed: int) -> Outcome:
        model = KMeansConstrained(
            points["k"], **_limits(points), init=_start(points, seed), n_init=1,
            max_iter=points["max_iter"], random_state=seed,
        ).fit(points["X"])  # fmt: skip
        return {"labels": model.labels_, "iterations": model.n_iter_}

    return run


def _score(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Inertia about the means of the clusters, and how many clusters break the limits."""
    X, labels = points["X"].astype(np.float64), np.asarray(outcome["labels"])
    sizes = np.bincount(labels, minlength=points["k"])
    limits = _limits(points)
    inertia = 0.0
    for c in range(points["k"]):
        inertia += float(((X[labels == c] - X[labels == c].mean(axis=0)) ** 2).sum())
    broken = (sizes < limits["size_min"]) | (sizes > limits["size_max"])
    return {
        "inertia": inertia,
        "iterations": float(outcome["iterations"]),
        "broken limits": float(broken.sum()),
    }


CONTENDERS = (
    Contender("shoal", "shoal", _shoal),
    Contender("k-means-constrained", "k_means_constrained", _k_means_constrained),
)

SCENARIOS = (
    Scenario(
        "constrained_5k_d8_k20", "constrained-kmeans", data.blob_starts(5000, 8, 20, 300, 2.0),
        data.head(400), _score, CONTENDERS, seeds=5, goal=50,
        note="Sizes within a fifth of their mean; same starts, to convergence;"
        " inertia is the mean over the starts.",
    ),
    Scenario(
        "constrained_23k_d50_k10", "constrained-kmeans", data.blob_starts(23_000, 50, 10, 300, 0.7),
        data.head(400), _score, CONTENDERS, seeds=3, goal=50,
        note="The size a user of the peer asked about; same starts, to convergence;"
        " inertia is the mean over the starts.",
    ),
)  # fmt: skip
