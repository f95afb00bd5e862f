"""Trees of merges; the quality is the sum of the heights, which all must agree on."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import numpy as np

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario


def shoal(method: str) -> Contender:
    """Take shoal's linkage."""

    def prepare(points: Data) -> Run:
        from shoal import linkage

        return lambda _seed: {"heights": linkage(points["X"], method)[:, 2]}

    return Contender("shoal", "shoal", prepare)


def scipy(method: str) -> Contender:
    """Take SciPy's linkage, which keeps all distances."""

    def prepare(points: Data) -> Run:
        hierarchy = importlib.import_module("scipy.cluster.hierarchy")
        return lambda _seed: {"heights": hierarchy.linkage(points["X"], method)[:, 2]}

    return Contender("SciPy", "scipy", prepare)


def fastcluster(method: str, *, rows: bool) -> Contender:
    """Take fastcluster, by rows in linear memory or by a matrix."""

    def prepare(points: Data) -> Run:
        package = importlib.import_module("fastcluster")
        run = package.linkage_vector if rows else package.linkage
        return lambda _seed: {"heights": run(points["X"], method)[:, 2]}

    return Contender("fastcluster" + (" vector" if rows else ""), "fastcluster", prepare)


def heights(_points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Sum of the heights."""
    return {"heights": float(np.sum(outcome["heights"]))}


def scenario(method: str, n: int, d: int, goal: float | None, *, matrix: bool) -> Scenario:
    """Compare one linkage; `matrix`: with those who keep all distances, too."""
    contenders = [shoal(method)]
    if method in ("ward", "centroid", "median", "single"):
        contenders.append(fastcluster(method, rows=True))
    if matrix:
        contenders += [fastcluster(method, rows=False), scipy(method)]
    return Scenario(
        f"link_{method}_{n // 1000}k_d{d}", "agglomerative",
        data.labelled_blobs(n, d, 20, 3.0, "f8"), data.head(600), heights, tuple(contenders),
        goal=goal,
    )  # fmt: skip


SCENARIOS = (
    scenario("ward", 20_000, 8, 6, matrix=False),
    scenario("complete", 20_000, 8, 4, matrix=True),
    scenario("average", 20_000, 8, 4, matrix=True),
    scenario("weighted", 10_000, 8, 4, matrix=True),
    scenario("centroid", 10_000, 8, None, matrix=False),
    scenario("ward", 100_000, 16, None, matrix=False),
)
