"""The row of k-prototypes."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return as many starts as the size allows: one start often merges two groups."""
    return {"n_init": int(min(16, max(4, 1e8 / max(1.0, float(n) * d * k))))}


def _fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts."""
    return {"n_clusters": k, "init": X[[i * len(X) // k for i in range(k)]], "n_init": 1}


ROW = Algorithm(
    name="kprototypes",
    title="K-prototypes",
    family="centroid",
    summary="Splits rows of numbers and categories into k groups around means and most common "
    "values.",
    suits="Tables with both numbers and words, with or without missing values, from dozens to "
    "millions of rows.",
    estimator="shoal.centroid:KPrototypes",
    function="shoal.centroid:kprototypes",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "mixed", "missing"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "the most common values of a group can change with every batch, and the "
        "counts of all categories would have to be kept",
        "blocks": "every iteration reads all rows in memory",
    },
    time=Cost("20 * n * d * (k / 4 + 2)"),
    memory=Cost("20 * n * d + 100 * n + 4096 * k * d"),
    state=(
        "categorical_",
        "cluster_centers_",
        "cluster_radii_",
        "gamma_",
        "inertia_",
        "n_features_in_",
        "n_iter_",
        "number_share_",
    ),
    paper=Paper(
        "Huang, Z. (1998). Extensions to the k-means algorithm for clustering large data sets with "
        "categorical values. Data Mining and Knowledge Discovery 2(3), 283-304.",
        "10.1023/A:1009769707641",
    ),
    page="docs/algorithms/kprototypes.md",
    test_data=("blobs", "sample:iris", "mixed"),
    scenario="modes",
    options=(
        Option("gamma", float, "What one differing category costs."),
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("init", ("k-means++", "huang", "cao", "random"), "How the first centres are drawn."),
    ),
    defaults=_defaults,
    dissimilarity="own",
    fixed=_fixed,
)
