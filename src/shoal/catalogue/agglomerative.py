"""The row of agglomerative clustering."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _fixed(X: Any, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Cut into k clusters."""
    return {"n_clusters": k}


ROW = Algorithm(
    name="agglomerative",
    title="Agglomerative clustering",
    family="connectivity",
    summary="Joins the two nearest groups again and again, and cuts the tree that gives.",
    suits="A hierarchy of groups to look at and to cut anywhere, by any of seven linkages; Ward up "
    "to hundreds of thousands of rows, the linkages that need a matrix up to tens of thousands.",
    estimator="shoal.connectivity:AgglomerativeClustering",
    function="shoal.connectivity:linkage",
    assignment="hard",
    needs_k=True,
    finds_noise=False,
    accepts=("dense", "distances"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "the first merges are of the nearest of all rows, which must be there",
        "blocks": "the first merges are of the nearest of all rows, which must be there",
    },
    # Ward: a matrix up to 4,096 rows, then two looks at all centres in boxes.
    time=Cost("2 * n * n * d"),
    memory=Cost("8 * min(n, max(0, (4097 - n) * n)) ** 2 + 24 * n * d + 80 * n"),
    state=(
        "rows_",
        "tree_rows_",
        "row_labels_",
        "cluster_scales_",
        "n_clusters_",
        "metric_",
        "n_features_in_",
    ),
    paper=Paper(
        "Müllner, D. (2011). Modern hierarchical, agglomerative clustering algorithms. "
        "arXiv:1109.2378.",
        "10.48550/arXiv.1109.2378",
    ),
    page="docs/algorithms/agglomerative.md",
    test_data=("blobs", "sample:iris"),
    scenario="linkage",
    options=(
        Option(
            "linkage",
            ("ward", "single", "complete", "average", "weighted", "centroid", "median"),
            "Distance between groups.",
        ),
        Option(
            "metric",
            ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine"),
            "Distance between rows.",
        ),
        Option(
            "distance_threshold",
            float,
            "Cut the tree at this height instead of into a number of groups.",
            also="--height",
        ),
    ),
    fixed=_fixed,
    replaces_k="distance_threshold",
    drawn=("linkage_matrix_",),
)
