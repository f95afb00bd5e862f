"""The row of k-modes."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return as many starts as the size allows: one start often merges two groups."""
    return {"n_init": int(min(16, max(4, 5e8 / max(1.0, float(n) * d * k))))}


def _fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts."""
    return {"n_clusters": k, "init": X[[i * len(X) // k for i in range(k)]], "n_init": 1}


ROW = Algorithm(
    name="kmodes",
    title="K-modes",
    family="centroid",
    summary="Splits rows of categories into k groups around their most common values.",
    suits="Tables of words, codes and answers to choose from, with or without missing values, "
    "from dozens to millions of rows.",
    estimator="shoal.centroid:KModes",
    function="shoal.centroid:kmodes",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "categories", "missing"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "the most common values of a group can change with every batch, and the "
        "counts of all categories would have to be kept",
        "blocks": "every iteration reads all rows in memory, a byte for each entry",
    },
    time=Cost("10 * n * d * (k / 16 + 2)"),
    memory=Cost("4 * n * d + 100 * n + 4096 * k * d"),
    state=(
        "cluster_centers_",
        "cluster_radii_",
        "inertia_",
        "n_features_in_",
        "n_iter_",
        "ranges_",
    ),
    paper=Paper(
        "Huang, Z. (1998). Extensions to the k-means algorithm for clustering large data sets with "
        "categorical values. Data Mining and Knowledge Discovery 2(3), 283-304.",
        "10.1023/A:1009769707641",
    ),
    page="docs/algorithms/kmodes.md",
    test_data=("blobs", "sample:iris", "mixed"),
    scenario="modes",
    options=(
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("init", ("k-means++", "huang", "cao", "random"), "How the first centres are drawn."),
    ),
    defaults=_defaults,
    dissimilarity="own",
    fixed=_fixed,
)
