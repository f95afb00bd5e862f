"""The row of k-medians."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return as many starts as the size allows: one start often merges two groups."""
    affordable = 1e9 / max(1.0, float(n) * d * (k + 10) * 20)
    return {"n_init": int(min(32, max(4, affordable)))}


def _fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts."""
    return {"n_clusters": k, "init": X[[i * len(X) // k for i in range(k)]], "n_init": 1}


ROW = Algorithm(
    name="kmedians",
    title="K-medians",
    family="centroid",
    summary="Splits the rows into k groups around their medians, by sums of absolute differences.",
    suits="Number columns with a few wild values that would pull a mean away; counts and amounts.",
    estimator="shoal.centroid:KMedians",
    function="shoal.centroid:kmedians",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense",),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "a median needs all rows of its cluster at once",
        "blocks": "a median needs all rows of its cluster at once",
    },
    time=Cost("40 * n * d * (k + 10)"),
    memory=Cost("16 * n * d + 80 * n + 64 * k * d"),
    state=("cluster_centers_", "cluster_radii_", "n_features_in_", "inertia_", "n_iter_"),
    paper=Paper(
        "Bradley, P. S., Mangasarian, O. L. and Street, W. N. (1996). Clustering via concave "
        "minimization. Advances in Neural Information Processing Systems 9, 368-374.",
        "10.5555/2998981.2999033",
    ),
    page="docs/algorithms/kmedians.md",
    test_data=("blobs", "sample:iris"),
    scenario="medians",
    options=(
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("init", ("k-means++", "random"), "How the first centres are drawn."),
    ),
    defaults=_defaults,
    fixed=_fixed,
)
