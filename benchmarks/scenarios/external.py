"""Two labelings compared: adjusted mutual information and the adjusted Rand index."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np

from benchmarks import data, quality
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

LABELS = 1000


def labelings(n: int, k: int) -> Callable[[float], Data]:
    """Two labelings of `k` labels each, half of the rows alike; int64."""

    def make(scale: float) -> Data:
        rows = data.scaled(n, scale, at_least=4 * k)
        rng = np.random.default_rng(0)
        true = rng.integers(k, size=rows)
        pred = np.where(rng.random(rows) < 0.5, true, rng.integers(k, size=rows))
        return {"true": true, "pred": pred}

    return make


def first_rows(points: Data) -> Data:
    """Cut both labelings."""
    return {name: labels[:2000] for name, labels in points.items()}


def index(name: str, module: str, function: str) -> Contender:
    """Take a package's index."""

    def prepare(points: Data) -> Run:
        score = getattr(importlib.import_module(module), function)

        def run(seed: int) -> Outcome:  # noqa: ARG001 - nothing is drawn
            return {"value": score(points["true"], points["pred"])}

        return run

    return Contender(name, module.split(".", maxsplit=1)[0], prepare)


def scenario(name: str, function: str, goal: float, genieclust: str | None = None) -> Scenario:
    """Measure one index by everyone who has a function for it alone."""
    others = [index("scikit-learn", "sklearn.metrics", function)]
    if genieclust:
        others.append(index("genieclust", "genieclust.compare_partitions", genieclust))
    return Scenario(
        f"{name}_1M_1000", "external", labelings(1_000_000, LABELS), first_rows, quality.values,
        (index("shoal", "shoal.metrics", function), *others),
        goal=goal, note="1,000 labels on either side, int64, half of the rows alike.",
    )  # fmt: skip


SCENARIOS = (
    scenario("ari", "adjusted_rand_score", 1, "adjusted_rand_score"),
    scenario("ami", "adjusted_mutual_info_score", 200, "adjusted_mi_score"),
    scenario("normalized_mi", "normalized_mutual_info_score", 4),
)
