"""Bisecting k-means: both strategies, each package with its own random starts."""

from __future__ import annotations

import importlib

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def bisecting(module: str, strategy: str) -> Contender:
    """Take the class BisectingKMeans of a package that follows scikit-learn."""

    def prepare(points: Data) -> Run:
        cls = importlib.import_module(module).BisectingKMeans

        def run(seed: int) -> Outcome:
            model = cls(points["k"], bisecting_strategy=strategy, random_state=seed)
            model.fit(points["X"])
            return {"inertia": model.inertia_, "clusters": len(set(model.labels_.tolist()))}

        return run

    package = module.split(".", maxsplit=1)[0]
    return Contender(
        "scikit-learn" if package == "sklearn" else package,
        package,
        prepare,
        uses_openblas=package == "sklearn",
    )


def scenario(
    name: str, strategy: str, n: int, d: int, k: int, spread: float, note: str
) -> Scenario:
    """Blobs in float32; inertia is the mean over five seeds."""
    return Scenario(
        name, "bisecting-kmeans", data.blob_starts(n, d, k, 300, spread), data.head(3000),
        quality.values, (bisecting("shoal", strategy), bisecting("sklearn.cluster", strategy)),
        seeds=5, goal=3, note=note,
    )  # fmt: skip


SCENARIOS = (
    scenario(
        "bisect_inertia_500k_d16_k64", "biggest_inertia", 500_000, 16, 64, 2.0,
        "The group of the greatest inertia is split.",
    ),
    scenario(
        "bisect_largest_500k_d16_k64", "largest_cluster", 500_000, 16, 64, 2.0,
        "The largest group is split.",
    ),
    scenario(
        "bisect_inertia_20k_d8_k20", "biggest_inertia", 20_000, 8, 20, 2.0,
        "A small table.",
    ),
)  # fmt: skip
