"""Mean shift with a flat kernel, from every row and from the corners of a grid."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

BANDWIDTH = 3.0


def shoal(bins: bool) -> Contender:
    """Take shoal's MeanShift."""

    def prepare(points: Data) -> Run:
        from shoal import MeanShift

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            model = MeanShift(bandwidth=BANDWIDTH, bin_seeding=bins).fit(points["X"])
            return {"labels": model.labels_, "centres": model.cluster_centers_}

        return run

    return Contender("shoal, binned" if bins else "shoal", "shoal", prepare)


def scikit_learn(bins: bool) -> Contender:
    """Take scikit-learn's MeanShift."""

    def prepare(points: Data) -> Run:
        from sklearn.cluster import MeanShift

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            model = MeanShift(bandwidth=BANDWIDTH, bin_seeding=bins, n_jobs=-1).fit(points["X"])
            return {"labels": model.labels_, "centres": model.cluster_centers_}

        return run

    return Contender("scikit-learn, binned" if bins else "scikit-learn", "sklearn", prepare)


def peaks(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Give what regions gives, and the sum of the peaks, which tells whether they are equal."""
    total = float(np.asarray(outcome["centres"]).sum())
    return {**quality.regions(points, outcome), "sum of peaks": total}


SCENARIOS = (
    Scenario(
        "meanshift_5k_d2", "meanshift", data.noisy_blobs(5_000, 2, 20, 50.0, "f8"),
        data.head(300), peaks,
        (shoal(bins=False), shoal(bins=True), scikit_learn(bins=False), scikit_learn(bins=True)),
        note="Bandwidth 3. The goal, 100 times, is against scikit-learn from every row.",
    ),
)  # fmt: skip
