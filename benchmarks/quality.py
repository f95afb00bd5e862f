"""How good an outcome is; computed outside the timed part, the same way for everyone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from benchmarks.scenario import Data, Outcome

__all__ = ["centres", "inertia", "mismatches", "mixed_cost", "neighbours", "regions", "values"]

BLOCK = 8192
SAMPLED_QUERIES = 300


def inertia(points: npt.NDArray[np.floating], centres: npt.NDArray[np.floating]) -> float:
    """Sum of squared distances from each point to its nearest centre."""
    points = np.asarray(points, "f4")
    centres = np.asarray(centres, "f4")
    norms = (centres.astype("f8") ** 2).sum(axis=1)
    total = 0.0
    for start in range(0, len(points), BLOCK):
        block = points[start : start + BLOCK]
        nearest = (norms - 2 * (block @ centres.T)).argmin(axis=1)
        total += float(((block.astype("f8") - centres[nearest].astype("f8")) ** 2).sum())
    return total


def centres(data: Data, outcome: Outcome) -> Mapping[str, float]:
    """Inertia of the centres, and the iterations it took to find them."""
    score = {"inertia": inertia(data["X"], outcome["centres"])}
    if "iterations" in outcome:
        score["iterations"] = float(outcome["iterations"])
    return score


def regions(data: Data, outcome: Outcome) -> Mapping[str, float]:
    """Give the adjusted Rand index, the number of clusters and the share of noise."""
    from sklearn.metrics import adjusted_rand_score

    found = np.asarray(outcome["labels"])
    return {
        "ARI": float(adjusted_rand_score(data["y"], found)),
        "clusters": float(np.unique(found[found >= 0]).size),
        "noise": float((found < 0).mean()),
    }


def mismatches(data: Data, outcome: Outcome) -> Mapping[str, float]:
    """Entries in which the rows differ from their nearest mode."""
    points = np.asarray(data["X"])
    modes = np.asarray(outcome["modes"]).astype(points.dtype)
    costs = np.stack([(points != mode).sum(axis=1) for mode in modes])
    return {"cost": float(costs.min(axis=0).sum())}


def mixed_cost(data: Data, outcome: Outcome) -> Mapping[str, float]:
    """Squared distances of numbers plus gamma for every category that differs."""
    points, at = np.asarray(data["X"]), data["numbers"]
    prototypes = np.asarray(outcome["modes"], dtype="f8")
    costs = np.stack(
        [
            ((points[:, :at] - one[:at]) ** 2).sum(axis=1)
            + data["gamma"] * (points[:, at:] != one[at:]).sum(axis=1)
            for one in prototypes
        ]
    )
    return {"cost": float(costs.min(axis=0).sum())}


def neighbours(data: Data, outcome: Outcome) -> Mapping[str, float]:
    """Share of the true nearest neighbours that were found, for a sample of rows."""
    from sklearn.neighbors import NearestNeighbors

    points, found = data["X"], np.asarray(outcome["neighbours"])
    n_neighbors = found.shape[1]
    rows = np.random.default_rng(0).choice(
        len(points), min(SAMPLED_QUERIES, len(points)), replace=False
    )
    index = NearestNeighbors(n_neighbors=n_neighbors + 1, algorithm="brute").fit(points)
    true = index.kneighbors(points[rows], return_distance=False)
    hits = [
        len(set(expected[expected != row][:n_neighbors].tolist()) & set(found[row].tolist()))
        for row, expected in zip(rows, true, strict=True)
    ]
    return {"recall": float(np.mean(hits)) / n_neighbors}


def values(data: Data, outcome: Outcome) -> Mapping[str, float]:  # noqa: ARG001 - a score
    """Take the outcome's own numbers."""
    return {name: float(value) for name, value in outcome.items()}
