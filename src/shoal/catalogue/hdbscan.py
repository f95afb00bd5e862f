"""The row of HDBSCAN."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Ask for groups of a hundredth of the rows, within what a person can look at."""
    return {
        "min_cluster_size": max(5, min(n // 100, 500)),
        "min_samples": max(2, min(n // 200, 10)),
    }


ROW = Algorithm(
    name="hdbscan",
    title="HDBSCAN",
    family="density",
    summary="Finds groups of any shape that stay together over the widest range of densities, "
    "and leaves the rest as noise.",
    suits="Groups of unequal density, size and shape with noise between them, in few columns or in "
    "embeddings; hundreds to hundreds of thousands of rows.",
    estimator="shoal.density:HDBSCAN",
    function="shoal.density:hdbscan",
    assignment="hard",
    needs_k=False,
    finds_noise=True,
    accepts=("dense", "distances"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "the spanning tree is that of all rows, which must be there to be compared",
        "blocks": "the spanning tree is that of all rows, which must be there to be compared",
    },
    # A search of the tree for each row in each of about a dozen rounds.
    time=Cost("150 * n * log2(n + 2) * min(d * d, 1000)"),
    memory=Cost("8 * n * d + 160 * n"),
    state=(
        "training_rows_",
        "counted_rows_",
        "core_distances_",
        "row_weights_",
        "row_clusters_",
        "row_lambdas_",
        "cluster_parents_",
        "cluster_births_",
        "cluster_labels_",
        "max_lambdas_",
        "deepest_lambdas_",
        "root_lambda_",
        "min_samples_",
        "metric_",
        "n_features_in_",
    ),
    drawn=("condensed_tree_", "labels_"),
    paper=Paper(
        "Campello, R. J. G. B., Moulavi, D., Zimek, A. and Sander, J. (2015). Hierarchical density "
        "estimates for data clustering, visualization, and outlier detection. ACM Transactions on "
        "Knowledge Discovery from Data 10(1), 5.",
        "10.1145/2733381",
    ),
    page="docs/algorithms/hdbscan.md",
    test_data=("blobs", "sample:iris"),
    scenario="hdbscan",
    options=(
        Option("min_cluster_size", int, "Fewest rows of a group."),
        Option("min_samples", int, "Neighbours that make a row dense, itself counted."),
        Option(
            "metric",
            ("euclidean", "manhattan", "chebyshev", "cosine", "haversine"),
            "Distance between rows; haversine in kilometres.",
        ),
        Option("cluster_selection_method", ("eom", "leaf"), "Stable groups, or small ones."),
        Option("cluster_selection_epsilon", float, "Do not split groups below this distance."),
    ),
    defaults=_defaults,
    hints={
        "noise": "A smaller --min-samples, or a smaller --min-cluster-size, leaves fewer rows out; "
        "see: shoal plot condensed-tree.",
        "single": "A smaller --min-cluster-size, or --cluster-selection-method leaf, parts groups; "
        "see: shoal plot condensed-tree.",
    },
)
