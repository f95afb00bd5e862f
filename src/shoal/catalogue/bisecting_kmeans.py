"""The row of bisecting k-means."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:
    """Return several careful starts of each split; a poor split is never mended later."""
    affordable = 2e9 / max(1.0, float(n) * d * k.bit_length() * 40)
    return {"init": "k-means++", "n_init": int(min(16, max(2, affordable)))}


def _fixed(_X: Any, k: int) -> dict[str, Any]:
    return {"n_clusters": k, "random_state": 0}


ROW = Algorithm(
    name="bisecting-kmeans",
    title="Bisecting k-means",
    family="centroid",
    summary="Splits the rows in two by k-means, then one of the groups in two, until there are k.",
    suits="Many groups in many rows, or groups within groups: it is fast for large k and leaves a "
    "tree of its splits.",
    estimator="shoal.centroid:BisectingKMeans",
    function="shoal.centroid:bisecting_kmeans",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "sparse"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "a split that has been made is never looked at again, so rows that come "
        "later could not change it",
        "blocks": "every split moves the rows of a group side by side in memory",
    },
    time=Cost("40 * n * d * log2(k + 1)"),
    memory=Cost("16 * n * d + 80 * n + 64 * k * d"),
    state=(
        "cluster_centers_",
        "cluster_radii_",
        "children_",
        "heights_",
        "inner_centers_",
        "n_features_in_",
        "inertia_",
        "n_iter_",
    ),
    paper=Paper(
        "Steinbach, M., Karypis, G. and Kumar, V. (2000). A comparison of document clustering "
        "techniques. KDD Workshop on Text Mining; analysed by Savaresi, S. M. and Boley, D. L. "
        "(2001). On the performance of bisecting K-means and PDDP. SDM '01, 1-14.",
        "10.1137/1.9781611972719.5",
    ),
    page="docs/algorithms/bisecting-kmeans.md",
    test_data=("blobs", "sample:iris"),
    scenario="bisecting",
    options=(
        Option(
            "bisecting_strategy",
            ("biggest_inertia", "largest_cluster"),
            "Which group is split next.",
        ),
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most iterations of one start."),
        Option("tol", float, "Centres that move less than this end the fit."),
        Option("init", ("k-means++", "random"), "How the first centres are drawn."),
    ),
    defaults=_defaults,
    fixed=_fixed,
)
