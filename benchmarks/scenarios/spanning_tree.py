"""Exact minimum spanning trees, of distances (single linkage) and of mutual reachability."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import numpy as np

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def shoal(samples: int) -> Contender:
    """Take shoal's spanning tree."""

    def prepare(points: Data) -> Run:
        from shoal.connectivity import spanning_tree

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            return {"weights": spanning_tree(points["X"], min_samples=samples).weights}

        return run

    return Contender("shoal", "shoal", prepare)


def quitefastmst(samples: int) -> Contender:
    """Take quitefastmst, which does not count the row itself."""

    def prepare(points: Data) -> Run:
        mst_euclid = importlib.import_module("quitefastmst").mst_euclid

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            return {"weights": mst_euclid(points["X"], M=samples - 1)[0]}

        return run

    return Contender("quitefastmst", "quitefastmst", prepare)


def prepare_fastcluster(points: Data) -> Run:
    """Take fastcluster's single linkage of rows."""
    fastcluster = importlib.import_module("fastcluster")

    def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
        return {"weights": fastcluster.linkage_vector(points["X"], method="single")[:, 2]}

    return run


def total(points: Data, outcome: Outcome) -> Mapping[str, float]:  # noqa: ARG001 - one form
    """Total weight of the tree."""
    return {"weight": float(np.sum(outcome["weights"]))}


SCENARIOS = (
    Scenario(
        "mst_20k_d8", "spanning tree", data.labelled_blobs(20_000, 8, 20, 2.0, "f8"),
        data.head(3000), total,
        (
            shoal(1), quitefastmst(1),
            Contender("fastcluster", "fastcluster", prepare_fastcluster),
        ),
        goal=1, note="Single linkage; three times as fast as fastcluster at least.",
    ),
    *(
        Scenario(
            f"mst_{n // 1000}k_d{d}_m{m}", "spanning tree",
            data.labelled_blobs(n, d, k, 1.0, "f8"), data.head(3000), total,
            (shoal(m), quitefastmst(m)), goal=1,
        )
        for n, d, k, m in ((200_000, 2, 50, 1), (200_000, 2, 50, 10), (50_000, 10, 20, 10))
    ),
)  # fmt: skip
