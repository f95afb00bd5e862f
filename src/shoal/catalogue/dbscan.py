"""The row of DBSCAN."""

from __future__ import annotations

from typing import Any

from shoal.catalogue.row import Algorithm, Cost, Option, Paper

__all__ = ["ROW"]


def _defaults(n: int, d: int, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Twice as many neighbours as columns (Sander et al. 1998), and the radius they lie within."""
    return {"eps": "auto", "min_samples": min(max(5, 2 * d), 50)}


def _fixed(X: Any, k: int) -> dict[str, Any]:  # noqa: ARG001 - the form of the column
    """Take a radius within which every row has many others, whatever their weights."""
    from shoal.density import k_distance

    return {"eps": 1.5 * float(k_distance(X, min(8, len(X)))[-1]), "min_samples": 4}


ROW = Algorithm(
    name="dbscan",
    title="DBSCAN",
    family="density",
    summary="Joins rows that lie close together into groups of any shape and leaves the rest as "
    "noise.",
    suits="Groups of any shape of about the same density, with noise between them; places on a "
    "map; up to tens of millions of rows with few columns.",
    estimator="shoal.density:DBSCAN",
    function="shoal.density:dbscan",
    assignment="hard",
    needs_k=False,
    finds_noise=True,
    accepts=("dense", "distances"),
    supports={
        "predict": True,
        "membership": True,
        "outlier_scores": True,
        "sample_weight": True,
        "partial_fit": "one more row can join clusters that were apart",
        "blocks": "a row of the last block can join clusters of the first",
    },
    time=Cost("400 * n * d * log2(n + 2)"),
    memory=Cost("17 * n * d + 35 * n"),
    state=(
        "components_",
        "core_labels_",
        "core_sample_indices_",
        "eps_",
        "metric_",
        "n_features_in_",
    ),
    paper=Paper(
        "Schubert, E., Sander, J., Ester, M., Kriegel, H.-P. and Xu, X. (2017). DBSCAN revisited, "
        "revisited: why and how you should (still) use DBSCAN. ACM Transactions on Database "
        "Systems 42(3), 19.",
        "10.1145/3068335",
    ),
    page="docs/algorithms/dbscan.md",
    test_data=("blobs", "sample:iris"),
    scenario="dbscan",
    options=(
        Option("eps", (float, "auto"), "Radius within which rows are near; auto chooses it."),
        Option("min_samples", int, "Rows near a core row, itself counted."),
        Option(
            "metric",
            ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine", "haversine"),
            "Distance between rows; haversine takes degrees and counts in kilometres.",
        ),
    ),
    defaults=_defaults,
    hints={
        "noise": "A larger --eps, or fewer --min-samples, leaves fewer rows out; see: shoal plot "
        "k-distance.",
        "single": "A smaller --eps parts groups; see: shoal plot k-distance.",
    },
    fixed=_fixed,
)
