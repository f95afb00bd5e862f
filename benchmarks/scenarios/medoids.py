"""k-medoids, distances included; the quality is the sum of Euclidean distances to the medoids."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import numpy as np

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def shoal(method: str) -> Contender:
    """Take one of shoal's methods."""

    def prepare(points: Data) -> Run:
        from shoal import KMedoids

        def run(seed: int) -> Outcome:
            model = KMedoids(points["k"], method=method, random_state=seed).fit(points["X"])
            return {"medoids": model.medoid_indices_}

        return run

    return Contender("shoal" if method == "fasterpam" else f"shoal, {method}", "shoal", prepare)


def kmedoids(method: str) -> Contender:
    """Take the package kmedoids on scikit-learn's distances."""

    def prepare(points: Data) -> Run:
        package = importlib.import_module("kmedoids")
        from sklearn.metrics import pairwise_distances

        def run(seed: int) -> Outcome:
            distances = pairwise_distances(points["X"])
            result = getattr(package, method)(distances, points["k"], random_state=seed)
            return {"medoids": result.medoids}

        return run

    return Contender(f"kmedoids {method}", "kmedoids", prepare, uses_openblas=True)


def loss(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Sum of Euclidean distances to the nearest medoid."""
    medoids = points["X"][np.asarray(outcome["medoids"], dtype=np.int64)]
    total = 0.0
    for block in np.array_split(points["X"].astype("f8"), 50):
        squared = ((block[:, None] - medoids[None]) ** 2).sum(axis=-1)
        total += float(np.sqrt(squared.min(axis=1)).sum())
    return {"loss": total}


CONTENDERS = (
    shoal("fasterpam"),
    shoal("alternate"),
    shoal("onebatch"),
    kmedoids("fasterpam"),
    kmedoids("alternating"),
)

SCENARIOS = tuple(
    Scenario(
        f"kmedoids_{n // 1000}k_d8_k50", "kmedoids", data.labelled_blobs(n, 8, 50, 3.0, "f4"),
        data.head(1000), loss, CONTENDERS, goal=goal,
        note="Against the peers' FasterPAM; alternating is faster and worse.",
    )
    for n, goal in ((5_000, 5), (20_000, 5))
)  # fmt: skip
