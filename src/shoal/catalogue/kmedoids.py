"""The row of k-medoids."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _fixed(X: Any, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Start from the greedy medoids and try swaps in one order."""
    return {"n_clusters": k, "init": "build", "random_state": 0}


ROW = Algorithm(
    name="kmedoids",
    title="K-medoids",
    family="centroid",
    summary="Splits the rows into k groups around k of the rows, by any distance.",
    suits="Groups whose centre should be a real row, distances other than the Euclidean, and "
    "matrices of distances; from dozens to tens of thousands of rows.",
    estimator="shoal.centroid:KMedoids",
    function="shoal.centroid:kmedoids",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "distances"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "a medoid is one of all rows, which must be there to be compared",
        "blocks": "a medoid is one of all rows, which must be there to be compared",
    },
    # Three rounds over all rows, or over one batch where there are many.
    time=Cost("3 * n * d * min(n, 20000)"),
    memory=Cost("24 * n * d + 160 * n + 64 * k * d"),
    state=(
        "cluster_centers_",
        "cluster_radii_",
        "medoid_indices_",
        "metric_",
        "n_features_in_",
        "inertia_",
        "n_iter_",
    ),
    paper=Paper(
        "Schubert, E. and Rousseeuw, P. J. (2021). Fast and eager k-medoids clustering: O(k) "
        "runtime improvement of the PAM, CLARA, and CLARANS algorithms. Information Systems 101, "
        "101804.",
        "10.1016/j.is.2021.101804",
    ),
    page="docs/algorithms/kmedoids.md",
    test_data=("blobs", "sample:iris"),
    scenario="medoids",
    options=(
        Option(
            "metric",
            ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine"),
            "Distance between rows.",
        ),
        Option("method", ("auto", "fasterpam", "alternate", "onebatch", "pam"), "How to search."),
        Option("n_init", int, "Number of starts; the best one is kept."),
        Option("max_iter", int, "Most rounds of one start."),
        Option("init", ("auto", "k-medoids++", "build", "random"), "How the first are chosen."),
    ),
    fixed=_fixed,
)
