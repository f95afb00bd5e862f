"""The row of fuzzy c-means."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return a few starts: with degrees of membership most of them end in one place."""
    affordable = 4e9 / max(1.0, float(n) * d * k * 200)
    return {"n_init": int(min(8, max(2, affordable)))}


def _continued(centres: Any) -> dict[str, Any]:
    return {"init": centres, "n_init": 1}


def _fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts and run until nothing moves."""
    first = X[[i * len(X) // k for i in range(k)]]
    return {"n_clusters": k, "init": first, "n_init": 1, "tol": 0, "max_iter": 100}


ROW = Algorithm(
    name="fuzzy-cmeans",
    title="Fuzzy c-means",
    family="centroid",
    summary="Gives every row a degree of membership in each of k groups around weighted means.",
    suits="Compact groups that overlap, where rows between two groups should count for both; "
    "number columns, not very many of them.",
    estimator="shoal.centroid:FuzzyCMeans",
    function="shoal.centroid:fuzzy_c_means",
    assignment="soft",
    needs_k=True,
    finds_noise=False,
    accepts=("dense",),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "every iteration needs all rows",
        "blocks": "every iteration reads all rows in memory",
    },
    time=Cost("200 * n * d * k"),
    memory=Cost("40 * n + 256 * k * d"),
    state=("cluster_centers_", "cluster_radii_", "n_features_in_", "inertia_", "n_iter_"),
    paper=Paper(
        "Bezdek, J. C. (1981). Pattern Recognition with Fuzzy Objective Function Algorithms. "
        "Plenum Press, New York.",
        "10.1007/978-1-4757-0450-1",
    ),
    page="docs/algorithms/fuzzy-c-means.md",
    test_data=("blobs", "sample:iris"),
    scenario="fuzzy",
    options=(
        Option("fuzzifier", float, "How much groups overlap: above 1, 2 is usual."),
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("tol", float, "Centres that move less than this end the fit."),
        Option(
            "init",
            ("k-means++", "fast-k-means++", "k-means||", "random"),
            "How the first centres are drawn.",
        ),
    ),
    defaults=_defaults,
    continued=_continued,
    fixed=_fixed,
)
