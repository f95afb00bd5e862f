"""k-medians with each one's own k-means++ start; the quality is the sum of Manhattan distances."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import numpy as np

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def shoal(starts: int) -> Contender:
    """Take shoal's class."""

    def prepare(points: Data) -> Run:
        from shoal import KMedians

        def run(seed: int) -> Outcome:
            model = KMedians(points["k"], n_init=starts, random_state=seed).fit(points["X"])
            return {"centres": model.cluster_centers_, "iterations": model.n_iter_}

        return run

    return Contender("shoal" if starts == 1 else f"shoal, {starts} starts", "shoal", prepare)


def pyclustering() -> Contender:
    """Take pyclustering's C++ core; its start is drawn in Python and takes no part of the time."""

    def prepare(points: Data) -> Run:
        cluster = importlib.import_module("pyclustering.cluster.kmedians")
        from sklearn.cluster import kmeans_plusplus

        rows = points["X"].astype("f8").tolist()

        def run(seed: int) -> Outcome:
            start, _ = kmeans_plusplus(points["X"], points["k"], random_state=seed)
            model = cluster.kmedians(rows, start.astype("f8").tolist(), ccore=True).process()
            return {"centres": np.asarray(model.get_medians())}

        return run

    return Contender("pyclustering", "pyclustering", prepare)


def cost(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Sum of Manhattan distances to the nearest centre."""
    centres = np.asarray(outcome["centres"], "f8")
    total = 0.0
    for block in np.array_split(points["X"].astype("f8"), 20):
        total += float(np.abs(block[:, None] - centres[None]).sum(axis=-1).min(axis=1).sum())
    score = {"cost": total}
    if "iterations" in outcome:
        score["iterations"] = float(outcome["iterations"])
    return score


SCENARIOS = (
    Scenario(
        "kmedians_20k_d8_k16", "kmedians", data.labelled_blobs(20_000, 8, 16, 3.0, "f8"),
        data.head(1000), cost, (shoal(1), shoal(5), pyclustering()), seeds=5, goal=8,
        note="Cost is the mean over five seeds; each contender draws its own start.",
    ),
)  # fmt: skip
