"""HDBSCAN; the quality is the agreement with shoal's labels and the share of noise."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

LEAST, SAMPLES = 50, 10


def prepare_shoal(points: Data) -> Run:
    """Take shoal's HDBSCAN."""
    from shoal import HDBSCAN

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        return {"labels": HDBSCAN(LEAST, SAMPLES).fit(points["X"]).labels_}

    return run


def peer(package: str, name: str, **arguments: Any) -> Contender:
    """Take a package's HDBSCAN with the same core distances."""

    def prepare(points: Data) -> Run:
        make = importlib.import_module(package).HDBSCAN

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            return {"labels": make(min_cluster_size=LEAST, **arguments).fit(points["X"]).labels_}

        return run

    return Contender(name, package.partition(".")[0], prepare)


def agreement(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Agreement with the planted groups, of the rows that are no noise, and the share of noise."""
    from sklearn.metrics import adjusted_rand_score

    labels = np.asarray(outcome["labels"])
    kept = labels >= 0
    truth = np.asarray(points["y"])
    return {
        "ARI": float(adjusted_rand_score(truth[kept], labels[kept])) if kept.any() else 0.0,
        "clusters": float(labels.max() + 1),
        "noise": float(1 - kept.mean()),
    }


# hdbscan and fast_hdbscan do not count the row itself.
CONTENDERS = (
    Contender("shoal", "shoal", prepare_shoal),
    peer("fast_hdbscan", "fast_hdbscan", min_samples=SAMPLES - 1),
    peer("hdbscan", "hdbscan", min_samples=SAMPLES - 1),
    peer("sklearn.cluster", "scikit-learn", min_samples=SAMPLES, n_jobs=-1, copy=False),
)

SCENARIOS = tuple(
    Scenario(
        f"hdbscan_{n // 1000}k_d{d}", "hdbscan", data.labelled_blobs(n, d, k, spread, "f8"),
        data.head(3000), agreement, CONTENDERS, goal=goal, note=note,
    )
    for n, d, k, spread, goal, note in (
        (50_000, 2, 50, 0.5, 5, "Fewest rows 50, ten samples."),
        (50_000, 10, 20, 2.0, 4, ""),
        (10_000, 384, 50, 4.0, 3, "As many columns as sentence embeddings have."),
    )
)  # fmt: skip
