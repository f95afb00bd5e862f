"""DBSCAN on blobs with noise, the radius being the median distance to the 30th neighbour."""

from __future__ import annotations

import importlib

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def prepare_shoal(points: Data) -> Run:
    """Take shoal's DBSCAN."""
    from shoal import DBSCAN

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        model = DBSCAN(points["eps"], min_samples=points["min_samples"])
        return {"labels": model.fit(points["X"]).labels_}

    return run


def prepare_scikit_learn(points: Data) -> Run:
    """Take scikit-learn's DBSCAN."""
    from sklearn.cluster import DBSCAN

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        model = DBSCAN(eps=points["eps"], min_samples=points["min_samples"], n_jobs=-1)
        return {"labels": model.fit(points["X"]).labels_}

    return run


def prepare_dbscan(points: Data) -> Run:
    """Take the package dbscan (Wang, Gu and Shun), which is inexact at eight columns."""
    package = importlib.import_module("dbscan")

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        labels, _ = package.DBSCAN(
            points["X"], eps=points["eps"], min_samples=points["min_samples"]
        )
        return {"labels": labels}

    return run


SHOAL = Contender("shoal", "shoal", prepare_shoal)
SCIKIT_LEARN = Contender("scikit-learn", "sklearn", prepare_scikit_learn, uses_openblas=True)
DBSCAN_PACKAGE = Contender("dbscan", "dbscan", prepare_dbscan)

SCENARIOS = (
    *(
        Scenario(
            f"dbscan_{label}_d{d}", "dbscan", data.noisy_blobs(n, d, 50, spread, "f8"),
            data.head(2000), quality.regions, (SHOAL, SCIKIT_LEARN, DBSCAN_PACKAGE), goal=2,
            note=f"{n:,} rows, {d} columns.",
        )
        for label, n, d, spread in (
            ("1M", 1_000_000, 2, 50.0), ("1M", 1_000_000, 3, 50.0), ("200k", 200_000, 8, 10.0),
        )
    ),
    Scenario(
        "dbscan_20k_d64", "dbscan", data.noisy_blobs(20_000, 64, 20, 3.0, "f8"),
        data.head(2000), quality.regions, (SHOAL, SCIKIT_LEARN), goal=4,
        note="20,000 rows, 64 columns.",
    ),
)  # fmt: skip
