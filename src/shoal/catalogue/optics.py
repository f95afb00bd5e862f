"""The row of OPTICS."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Look for groups of at least a hundredth of the rows."""
    return {"min_samples": min(max(5, 2 * d), 50), "min_cluster_size": max(10, n // 100)}


ROW = Algorithm(
    name="optics",
    title="OPTICS",
    family="density",
    summary="Orders the rows so that groups of any density are valleys of a plot, and cuts them "
    "out.",
    suits="Groups of any shape and of different densities, with noise between them; up to some "
    "hundred thousand rows with few columns.",
    estimator="shoal.density:OPTICS",
    function="shoal.density:optics",
    assignment="hard",
    needs_k=False,
    finds_noise=True,
    accepts=("dense", "distances"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": "the walk visits every row once, and a plot has one bar for each visit; "
        "repeat rows that count more",
        "partial_fit": "a new row changes the way the walk takes",
        "blocks": "the walk goes from any row to any other",
    },
    time=Cost("4000 * n * d * log2(n + 2)"),
    memory=Cost("16 * n * d + 80 * n"),
    state=(
        "metric_",
        "n_features_in_",
        "neighbor_",
        "row_labels_",
        "row_radii_",
        "rows_",
        "unit_",
    ),
    drawn=("core_distances_", "ordering_", "reachability_"),
    paper=Paper(
        "Ankerst, M., Breunig, M. M., Kriegel, H.-P. and Sander, J. (1999). OPTICS: ordering "
        "points to identify the clustering structure. SIGMOD '99, 49-60.",
        "10.1145/304181.304187",
    ),
    page="docs/algorithms/optics.md",
    test_data=("blobs", "sample:iris"),
    scenario="optics",
    departures={
        "labels_are_predicted": "equal rows come at different steps of the walk, so that a slope "
        "can part them; new rows get the label of the lower one",
    },
    options=(
        Option("min_samples", int, "Rows near a core row, itself counted."),
        Option("max_eps", float, "Distances beyond do not count."),
        Option("cluster_method", ("xi", "dbscan"), "Cut at steep slopes, or at one height."),
        Option("eps", float, "That height."),
        Option("xi", float, "Share by which a slope falls from one row to the next."),
        Option("min_cluster_size", int, "Least rows of a group."),
        Option(
            "metric",
            ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine", "haversine"),
            "Distance between rows; haversine takes degrees and counts in kilometres.",
        ),
    ),
    defaults=_defaults,
    hints={
        "noise": "A smaller --xi, fewer --min-samples, or --cluster-method dbscan with an --eps "
        "leaves fewer rows out; see: shoal plot reachability.",
        "single": "A larger --min-samples, or --cluster-method dbscan with a smaller --eps, parts "
        "groups; see: shoal plot reachability.",
    },
)
