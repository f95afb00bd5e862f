"""Fuzzy c-means from the same starting centres, for a fixed number of iterations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from benchmarks import data
from benchmarks.scenario import Contender, Data, Outcome, Run, Scenario

ALGORITHM = "fuzzy-cmeans"
BLOCK = 8192


def memberships(
    points: npt.NDArray[np.floating], centres: npt.NDArray[np.floating], fuzzifier: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Memberships and the squared distances they come from."""
    wide = points.astype("f8")
    squared = np.stack([((wide - centre) ** 2).sum(axis=1) for centre in centres.astype("f8")], 1)
    squared = np.maximum(squared, 1e-300)
    near = (squared.min(axis=1, keepdims=True) / squared) ** (1 / (fuzzifier - 1))
    return near / near.sum(axis=1, keepdims=True), squared


def objective(points: Data, outcome: Outcome) -> Mapping[str, float]:
    """Fuzzy objective of the centres, and the iterations it took to find them."""
    total, X, m = 0.0, points["X"], points["fuzzifier"]
    for start in range(0, len(X), BLOCK):
        u, squared = memberships(X[start : start + BLOCK], outcome["centres"], m)
        total += float((u**m * squared).sum())
    return {"objective": total, "iterations": float(outcome["iterations"])}


def prepare_shoal(points: Data) -> Run:
    """Take shoal's function."""
    from shoal.centroid import fuzzy_c_means

    def run(seed: int) -> Outcome:
        result = fuzzy_c_means(
            points["X"], points["k"], fuzzifier=points["fuzzifier"], init=points["init"],
            max_iter=points["max_iter"], tol=0, random_state=seed,
        )  # fmt: skip
        return {"centres": result.cluster_centers, "iterations": result.n_iter}

    return run


def prepare_scikit_fuzzy(points: Data) -> Run:
    """Take scikit-fuzzy's cmeans, which starts from memberships and has columns for rows."""
    from skfuzzy import cmeans

    across = np.ascontiguousarray(points["X"].T, dtype="f8")
    start = memberships(points["X"], points["init"], points["fuzzifier"])[0].T.copy()

    def run(seed: int) -> Outcome:
        centres, *_, iterations, _ = cmeans(
            across, points["k"], points["fuzzifier"], error=0.0, maxiter=points["max_iter"],
            init=start, seed=seed,
        )  # fmt: skip
        return {"centres": centres, "iterations": iterations}

    return run


def blobs(n: int, d: int, k: int, iterations: int, fuzzifier: float) -> Scenario:
    """Overlapping blobs with some of their points as the starting centres."""
    make = data.blob_starts(n, d, k, iterations, 2.0)

    def make_doubles(scale: float) -> Data:
        points = make(scale)
        # Off the points, on which no contender's memberships would be shared.
        return {
            **points, "X": points["X"].astype("f8"), "init": points["init"] + 0.01,
            "fuzzifier": fuzzifier,
        }  # fmt: skip

    return Scenario(
        f"fcm_{n // 1000}k_d{d}_k{k}_m{fuzzifier:g}", ALGORITHM, make_doubles, data.head(1000),
        objective,
        (
            Contender("shoal", "shoal", prepare_shoal),
            Contender("scikit-fuzzy", "skfuzzy", prepare_scikit_fuzzy, uses_openblas=True),
        ),
        goal=20 if fuzzifier == 2 else 10,
        note=f"Same start, {iterations} iterations, fuzzifier {fuzzifier:g}, float64.",
    )  # fmt: skip


SCENARIOS = (
    blobs(100_000, 8, 10, 20, 2.0),
    blobs(100_000, 8, 10, 20, 1.7),
    blobs(200_000, 3, 25, 20, 2.0),
)
