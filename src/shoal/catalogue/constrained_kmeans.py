"""The row of k-means with limits on the size of clusters."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return as many starts as the size allows."""
    affordable = 2e9 / max(1.0, float(n) * (d + 20) * k * 20)
    return {"n_init": int(min(16, max(2, affordable)))}


def _continued(centres: Any) -> dict[str, Any]:
    return {"init": centres, "n_init": 1}


def _fixed(X: Any, k: int) -> dict[str, Any]:
    """Start from the first row of k equal parts, with limits that bind."""
    return {
        "n_clusters": k,
        "init": X[[i * len(X) // k for i in range(k)]],
        "n_init": 1,
        "size_min": max(1, len(X) // k - 2),
        "size_max": len(X) // k + 2,
    }


ROW = Algorithm(
    name="constrained-kmeans",
    title="Size-constrained k-means",
    family="centroid",
    summary="Splits the rows into k groups around their means, each with a least and a greatest "
    "number of rows.",
    suits="Groups that must be of similar or limited size: teams, routes, batches.",
    estimator="shoal.centroid:ConstrainedKMeans",
    function="shoal.centroid:constrained_kmeans",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "sparse"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": "a row of weight 3 would be three rows, which the limits may give to "
        "different groups, while a row has one label",
        "partial_fit": "the limits hold for all rows together, so all must be there",
        "blocks": "the limits hold for all rows together, so all must be there",
    },
    departures={
        "labels_are_predicted": "the limits can give a row to another group than that of its "
        "nearest centre, which predict takes, and equal rows to different groups",
    },
    time=Cost("20 * n * k * (d + 20)"),
    memory=Cost("24 * n * k + 40 * n + 64 * k * d"),
    state=("cluster_centers_", "cluster_radii_", "n_features_in_", "inertia_", "n_iter_"),
    paper=Paper(
        "Bradley, P. S., Bennett, K. P. and Demiriz, A. (2000). Constrained k-means clustering. "
        "Microsoft Research MSR-TR-2000-65; the flow method: Edmonds, J. and Karp, R. M. (1972). "
        "Theoretical improvements in algorithmic efficiency for network flow problems. Journal "
        "of the ACM 19(2), 248-264.",
        "10.1145/321694.321699",
    ),
    page="docs/algorithms/constrained-kmeans.md",
    test_data=("blobs", "sample:iris"),
    scenario="constrained",
    options=(
        Option("size_min", int, "Fewest rows of a group."),
        Option("size_max", int, "Most rows of a group."),
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("tol", float, "Centres that move less than this end the fit."),
        Option("init", ("k-means++", "random"), "How the first centres are drawn."),
    ),
    defaults=_defaults,
    continued=_continued,
    fixed=_fixed,
)
